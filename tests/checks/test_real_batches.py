"""The real batches: every planted fault is found with its record and property, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from shicheng.checks.engine import check_path
from shicheng.checks.types import Level, Report


def found(report: Report) -> Counter[tuple[str | None, str]]:
    return Counter((f.ref, f.property.value) for f in report.findings if f.level is not Level.MANUAL)


@pytest.fixture(scope="module")
def faulty(shared_data: Path) -> Report:
    return check_path(shared_data / "transfers" / "beijing-faults")


def test_all_planted_faults_and_nothing_else(shared_data: Path, faulty: Report) -> None:
    answers = json.loads((shared_data / "transfers" / "beijing-faults.ANSWERS.json").read_text("utf-8"))
    assert found(faulty) == Counter((answer["档号"], answer["property"]) for answer in answers)
    assert faulty.verdict == "fail"


def test_sound_batch_has_no_fault(shared_data: Path) -> None:
    report = check_path(shared_data / "transfers" / "shandong")
    assert found(report) == Counter()
    assert (report.verdict, report.items, report.files, report.bytes) == ("review", 60, 75, 25_024_376)


def test_json_has_the_fixed_shape(faulty: Report) -> None:
    shape = json.loads(json.dumps(faulty.to_json()))
    assert {"kind", "items", "files", "bytes", "verdict", "findings", "checks"} == shape.keys()
    for finding in shape["findings"]:
        assert {"check", "property", "level", "ref", "path", "message"} <= finding.keys()
    for check in shape["checks"]:
        assert {"check", "title", "result", "seconds"} <= check.keys()
        assert check["result"] in ("pass", "fail", "manual", "not_checked")


def test_record_reads_back_whole(faulty: Report) -> None:
    again = Report.from_record(json.loads(json.dumps(faulty.to_record())))
    assert again.to_json()["findings"] == faulty.to_json()["findings"]
    assert again.failing() == faulty.failing()
    assert [c.check for c in again.checks] == [c.check for c in faulty.checks]


def test_without_a_scanner_viruses_are_not_checked(faulty: Report) -> None:
    results = {check.check: check.result.value for check in faulty.checks}
    assert results["YJ-4-1"] == results["YJ-4-2"] == results["YJ-3-2"] == "not_checked"
