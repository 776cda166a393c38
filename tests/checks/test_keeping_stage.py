"""Stored objects are checked as strictly as what comes in."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from builders.batches import text_file
from shicheng.checks.keeping import StoredFile, StoredItem, check_stored
from shicheng.checks.types import Level, Report
from shicheng.kernel.messages import message as _

A1, A2 = "T001-WS·2020-Y-BGS-0001", "T001-WS·2020-Y-BGS-0002"


def stored(folder: Path, ref: str, content: bytes, *, kept: bytes | None = None, gone: bool = False) -> StoredItem:
    path = folder / f"{ref}.txt"
    data = content if kept is None else kept
    path.write_bytes(data)
    digests = {"sha512": hashlib.sha512(content).hexdigest(), "sm3": hashlib.new("sm3", content).hexdigest()}
    file = StoredFile(
        "content/0001/a.txt", len(content), digests, lambda: io.BytesIO(data), None if gone else len(data), path
    )
    elements = {"title": "决定", "author": "甲", "date": "20200101", "year": "2020", "retention": "永久"}
    return StoredItem(ref, elements, (file,))


def errors(report: Report) -> list[tuple[str, str | None]]:
    return [(f.check, f.ref) for f in report.findings if f.level is Level.ERROR]


def test_sound_objects_wait_only_for_persons(tmp_path: Path) -> None:
    report = check_stored("库", [stored(tmp_path, A1, text_file()), stored(tmp_path, A2, text_file("乙"))])
    assert errors(report) == []
    assert report.kind == "stored" and report.verdict == "review"
    assert {c.check: c.result.value for c in report.checks}["BC-3-9"] == "manual"  # a backup drill is for persons


def test_a_flipped_byte_and_a_missing_file_are_named(tmp_path: Path) -> None:
    content = text_file()
    flipped = bytes([content[0] ^ 1]) + content[1:]
    report = check_stored("库", [stored(tmp_path, A1, content, kept=flipped), stored(tmp_path, A2, content, gone=True)])
    assert sorted(errors(report)) == [("BC-1-1", A1), ("BC-2-7", A2)]


def test_damage_the_store_reports_is_one_finding(tmp_path: Path) -> None:
    one = stored(tmp_path, A1, text_file())
    damaged = StoredItem(A1, one.elements, one.files, damage=((one.files[0].path, _("The inventory differs.")),))
    report = check_stored("库", [damaged])
    assert errors(report) == [("BC-1-14", A1)]
