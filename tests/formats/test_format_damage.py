"""Whatever the bytes, a look never raises, and never calls a cut file sound."""

from __future__ import annotations

import tempfile
from pathlib import Path

import format_samples as samples
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shicheng.formats.pool import InspectionPool

_EXTENSIONS = (
    *("pdf", "docx", "xlsx", "ofd", "zip", "png", "jpg", "tif", "gif", "wav", "mp4", "avi", "mkv", "doc", "xls"),
    *("msg", "eml", "xml", "html", "rtf", "txt", "csv", "json", "7z", "rar", "gz", "tar"),
)
_SAMPLES = {
    "pdf": samples.pdf(),
    "docx": samples.word(),
    "xlsx": samples.sheet(),
    "png": samples.picture("PNG"),
    "jpg": samples.picture("JPEG"),
    "tif": samples.many_page_tiff(),
    "jp2": samples.picture("JPEG2000"),
    "wav": samples.sound(1),
    "mp4": samples.video(frames=20),
    "doc": samples.word97(),
    "zip": samples.plain_zip(),
}
_relaxed = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


def readable(pool: InspectionPool, name: str, data: bytes) -> bool | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        found = pool.inspect(path)
    assert not any("fault in this program" in note.template for note in found.notes), found.notes
    assert not any("broke down" in problem.message.template for problem in found.problems)
    return found.readable


@pytest.mark.parametrize(
    ("name", "data", "end"),
    [
        ("a.pdf", samples.pdf(), samples.pdf().rindex(b"%%EOF") + 5),
        ("a.docx", samples.word(), None),
        ("a.zip", samples.plain_zip(), None),
        ("a.png", samples.picture("PNG"), None),
    ],
)
@_relaxed
@given(share=st.floats(0, 1, exclude_max=True))
def test_cut_file_is_never_readable(
    pool: InspectionPool, name: str, data: bytes, end: int | None, share: float
) -> None:
    assert readable(pool, name, data[: int((end or len(data)) * share)]) is not True


@pytest.mark.parametrize(("name", "data"), [("a.pdf", samples.pdf()), ("a.docx", samples.word()),
                                           ("a.zip", samples.plain_zip()), ("a.png", samples.picture("PNG")),
                                           ("a.doc", samples.word97())])  # fmt: skip
def test_file_cut_within_its_signature_is_not_taken_for_text(pool: InspectionPool, name: str, data: bytes) -> None:
    assert [length for length in range(9) if readable(pool, name, data[:length])] == []


@_relaxed
@given(extension=st.sampled_from(_EXTENSIONS), data=st.binary(max_size=3000))
def test_garbage_never_raises(pool: InspectionPool, extension: str, data: bytes) -> None:
    readable(pool, f"a.{extension}", data)


@settings(_relaxed, max_examples=120)
@given(
    extension=st.sampled_from(sorted(_SAMPLES)),
    place=st.floats(0, 1, exclude_max=True),
    patch=st.binary(min_size=1, max_size=12),
)
def test_overwritten_bytes_never_raise(pool: InspectionPool, extension: str, place: float, patch: bytes) -> None:
    data = bytearray(_SAMPLES[extension])
    at = int(len(data) * place)
    data[at : at + len(patch)] = patch
    readable(pool, f"a.{extension}", bytes(data))
