from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from shicheng.kernel.reasons import reason_of


def test_a_missing_file_is_told_in_words_that_can_be_translated(tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:
        (tmp_path / "none").open()
    assert reason_of(caught.value).template == "there is no such file or folder"


def test_a_rare_error_keeps_the_words_of_the_system() -> None:
    rare = OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    assert str(reason_of(rare)) == os.strerror(errno.EXDEV)


@pytest.mark.parametrize(("error", "told"), [(OSError("odd"), "odd"), (TimeoutError(), "TimeoutError")])
def test_an_error_without_a_number_still_says_something(error: OSError, told: str) -> None:
    assert str(reason_of(error)) == told
