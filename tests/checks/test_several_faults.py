"""Several faults at once: independent ones are all reported, symptoms go under their cause."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.batches import File, make_batch, text_file
from shicheng.checks.engine import check_path
from shicheng.checks.types import Level, Report
from shicheng.formats.pool import InspectionPool

A1 = "T001-WS·2020-Y-BGS-0001"


@pytest.fixture(scope="module")
def pool() -> Iterator[InspectionPool]:
    with InspectionPool(workers=2, want_text=False) as shared:
        yield shared


def faults(report: Report) -> list[tuple[str, str | None]]:
    return sorted(((f.check, f.ref) for f in report.findings if f.level is not Level.MANUAL), key=str)


def test_two_independent_faults_of_one_item_are_both_reported(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    batch.item(1).elements.update(author=None, retention="长期久")
    batch.item(1).files[0].listed_content = b"y" * len(text_file())
    report = check_path(batch.write(tmp_path / "b"), pool=pool)
    assert faults(report) == [("YJ-1-1", A1), ("YJ-1-4", A1), ("YJ-2-4", A1)]


def test_symptoms_are_kept_under_their_cause(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    batch.item(2).elements["reference_code"] = A1
    report = check_path(batch.write(tmp_path / "b"), pool=pool)
    assert faults(report) == [("YJ-1-8", A1)]
    assert report.findings[0].also


def test_all_rows_of_a_doubled_code_are_held_back(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    batch.item(2).elements["reference_code"] = A1
    report = check_path(batch.write(tmp_path / "b"), pool=pool)
    assert report.holds_back(A1, 1) and report.holds_back(A1, 2)
    assert not report.holds_back(batch.item(3).ref, 3)


def test_missing_file_explains_stated_totals_but_not_other_differences(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    batch.item(1).files[0].content, batch.item(1).files[0].listed_content = None, b"x" * 77
    assert faults(check_path(batch.write(tmp_path / "a"), pool=pool)) == [("YJ-2-7", A1)]
    batch.statement["字节数"] = "12"
    assert faults(check_path(batch.write(tmp_path / "b"), pool=pool)) == [("YJ-2-2", None), ("YJ-2-7", A1)]


def test_empty_batch(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch(0)
    assert faults(check_path(batch.write(tmp_path / "b"), pool=pool)) == [("YJ-2-1", None)]


def test_batch_of_one(tmp_path: Path, pool: InspectionPool) -> None:
    assert faults(check_path(make_batch(1).write(tmp_path / "b"), pool=pool)) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_lists_in_every_usual_encoding_are_sound(tmp_path: Path, pool: InspectionPool, encoding: str) -> None:
    batch = make_batch()
    batch.encoding, batch.list_format = encoding, "csv"
    assert faults(check_path(batch.write(tmp_path / "b"), pool=pool)) == []


def test_upper_case_digests_hold(tmp_path: Path, pool: InspectionPool) -> None:
    import hashlib

    batch = make_batch()
    for file in batch.files():
        file.digest = hashlib.new("sm3", file.content or b"").hexdigest().upper()
    assert faults(check_path(batch.write(tmp_path / "b"), pool=pool)) == []


def test_packed_batch_is_checked_like_a_folder(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    batch.item(1).files[0].listed_content = b"z" * len(text_file())
    folder = batch.write(tmp_path / "b")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    report = check_path(tmp_path / "b.zip", pool=pool)
    assert faults(report) == [("YJ-1-1", A1)]
    assert next(c for c in report.checks if c.check == "YJ-1-14").result == "pass"


def test_names_with_emoji_and_255_bytes_are_no_fault(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    batch.item(1).files[0].path = f"内容/{A1}/表彰😀决定.txt"
    other = batch.item(4)
    other.files[0].path = f"内容/{other.ref}/" + "长" * 83 + "ab.txt"
    assert faults(check_path(batch.write(tmp_path / "b"), pool=pool)) == []


def test_direction_marks_in_names_are_remarked_on_once(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    batch.item(1).files[0].path = f"内容/{A1}/决定\u202etxt.exe.txt"
    report = check_path(batch.write(tmp_path / "b"), pool=pool)
    assert faults(report) == [("YJ-1-13", A1)]


def test_loose_files_are_never_called_described(tmp_path: Path, pool: InspectionPool) -> None:
    (tmp_path / "b" / "甲").mkdir(parents=True)
    (tmp_path / "b" / "甲" / "a.txt").write_bytes(text_file())
    report = check_path(tmp_path / "b", pool=pool)
    assert faults(report) == [("YJ-2-10", None)]
    assert report.verdict == "review"
    results = {check.check: check.result.value for check in report.checks}
    assert results["YJ-2-4"] == results["YJ-1-7"] == "not_checked"


def test_whole_content_folder_missing_is_one_finding(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    for file in batch.files():
        file.listed_content, file.content = file.content, None
    assert faults(check_path(batch.write(tmp_path / "b"), pool=pool)) == [("YJ-2-7", None)]


def test_extra_row_with_missing_file_of_unknown_code_is_one_finding(tmp_path: Path, pool: InspectionPool) -> None:
    batch = make_batch()
    batch.loose.append(File("T001-WS·2020-Y-BGS-0088", "内容/没有/甲.txt", None, listed_content=b"1"))
    assert faults(check_path(batch.write(tmp_path / "b"), pool=pool)) == [("YJ-2-10", "T001-WS·2020-Y-BGS-0088")]


def test_filing_stage_numbers_its_checks_by_that_stage(tmp_path: Path, pool: InspectionPool) -> None:
    report = check_path(make_batch().write(tmp_path / "b"), stage="GD", pool=pool)
    assert {check.check[:5] for check in report.checks} >= {"GD-1-", "GD-2-", "GD-3-", "GD-4-"}
