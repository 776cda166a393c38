"""The sample transfers: what is sound is called sound, what was broken is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Inspection

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (SHARED / "transfers").is_dir(), reason="the sample transfers are not at ../shared/data"
)


def look_at_all(folder: Path) -> dict[Path, Inspection]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    assert paths
    with InspectionPool(workers=2) as pool:
        return dict(pool.inspect_many((path, path, path.name) for path in paths))


def test_every_file_of_the_sound_transfer_is_readable() -> None:
    for path, found in look_at_all(SHARED / "transfers" / "shandong").items():
        assert found.readable is True, (path.name, found.problems, found.notes)
        assert not found.identification.extension_mismatch, path.name
        assert not found.problems, (path.name, found.problems)
        if path.suffix in (".txt", ".docx", ".ofd", ".xlsx"):
            assert found.text, path.name


def test_the_broken_files_of_the_faulty_transfer_are_found() -> None:
    results = look_at_all(SHARED / "transfers" / "beijing-faults")
    odd = {
        (path.parent.name, path.suffix): (found.readable, {problem.kind.value for problem in found.problems})
        for path, found in results.items()
        if found.readable is not True or found.problems
    }
    assert odd == {
        ("B012-WS·2001-Y-BGS-0001", ".pdf"): (True, {"mislabelled"}),
        ("B012-WS·2007-Y-CJW-0001", ".pdf"): (False, {"truncated"}),
        ("B012-WS·2011-D10-BGS-0001", ".txt"): (False, {"empty"}),
        ("B012-WS·2016-D10-CXW-0001", ".docx"): (False, {"damaged"}),
        ("B012-WS·2020-Y-CXW-0002", ".exe"): (None, set()),
        ("内容", ".db"): (None, set()),
        ("内容", ".docx"): (True, {"mislabelled"}),
    }
    mismatched = {path.parent.name for path, found in results.items() if found.identification.extension_mismatch}
    assert mismatched == {"B012-WS·2001-Y-BGS-0001", "内容"}


def test_ofd_samples_are_identified() -> None:
    for path, found in look_at_all(SHARED / "ofd").items():
        assert found.identification.puid == "cn-fmt/ofd", path.name
        assert not found.identification.extension_mismatch, path.name
