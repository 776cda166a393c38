"""Reports are kept for ever, run after run; manual checks are signed by persons; tables are edited as rows."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from builders.batches import make_batch
from shicheng.audit import selectors as audit
from shicheng.checks import selectors, services
from shicheng.checks.engine import check_path
from shicheng.checks.errors import BrokenTable, NotManual, RemarkMissing, UnknownCheck, UnknownReport
from shicheng.checks.models import StoredReport
from shicheng.checks.paper import write_paper
from shicheng.checks.presentation import present
from shicheng.checks.types import Report
from shicheng.checks.workbook import write_workbook
from shicheng.packages.reading import read_package
from shicheng.people.errors import NotPermitted
from shicheng.people.types import Actor

pytestmark = pytest.mark.django_db
ARCHIVIST = Actor("user", "陈静", roles=frozenset({"archivist"}))
READER = Actor("user", "李明", roles=frozenset({"reader"}))
ELSEWHERE = Actor("user", "王芳", roles=frozenset({"archivist"}), fonds=frozenset({"X999"}))
SUBJECT = ("transfer", "0190-1")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    batch = make_batch(3)
    batch.item(1).elements["title"] = "=HYPERLINK(1)\u200b"
    return check_path(batch.write(tmp_path_factory.mktemp("b") / "b"))


def keep(report: Report) -> StoredReport:
    return services.store_report(actor=ARCHIVIST, report=report, subject=SUBJECT, transfer="2026-0001")


def test_each_run_is_a_report_of_its_own(report: Report) -> None:
    first, second = keep(report), keep(report)
    assert (first.run, second.run) == (1, 2)
    assert selectors.load_report(first.pk).to_json()["findings"] == report.to_json()["findings"]
    assert [one.run for one in selectors.reports(ARCHIVIST, subject=SUBJECT)] == [2, 1]


def test_storing_is_in_the_audit_log(report: Report) -> None:
    keep(report)
    events = [entry.event for entry in audit.entries_after(0, 100)]
    assert "checks.report.stored" in events


def test_reports_are_hidden_from_readers_and_other_fonds(report: Report) -> None:
    stored = keep(report)
    for actor in (READER, ELSEWHERE):
        assert not selectors.reports(actor).exists()
        with pytest.raises(UnknownReport):
            selectors.report(actor, stored.pk)
    with pytest.raises(NotPermitted):
        services.store_report(actor=READER, report=report, subject=SUBJECT)


def test_manual_check_is_signed_and_signed_again(report: Report) -> None:
    stored = keep(report)
    waiting = selectors.open_manual_checks(stored)
    assert "YJ-4-5" in waiting
    services.sign_manual_check(actor=ARCHIVIST, report_id=stored.pk, check="YJ-4-5", passed=False, remark="外壳开裂")
    services.sign_manual_check(actor=ARCHIVIST, report_id=stored.pk, check="YJ-4-5", passed=True)
    assert "YJ-4-5" not in selectors.open_manual_checks(stored)
    assert selectors.manual_results(stored)["YJ-4-5"].passed
    assert stored.manual_results.count() == 2


def test_only_manual_checks_are_signed_and_failure_needs_a_remark(report: Report) -> None:
    stored = keep(report)
    with pytest.raises(NotManual):
        services.sign_manual_check(actor=ARCHIVIST, report_id=stored.pk, check="YJ-1-1", passed=True)
    with pytest.raises(RemarkMissing):
        services.sign_manual_check(actor=ARCHIVIST, report_id=stored.pk, check="YJ-4-5", passed=False)


def test_tables_are_edited_as_rows_and_broken_rows_are_refused(tmp_path: Path) -> None:
    services.edit_table(actor=ARCHIVIST, table="kinds", key="YJ-1-6", value={"enabled": False})
    services.edit_table(actor=ARCHIVIST, table="plans", key="YJ WS", value={"without": ["4-6"]})
    services.edit_table(actor=ARCHIVIST, table="scheme", key="*", value={"title": {"max_length": 5}})
    services.edit_table(actor=ARCHIVIST, table="formats", key="*", value={"refused_extensions": ["txt"]})
    with read_package(make_batch(2).write(tmp_path / "b")) as package:
        made = services.run_plan(actor=ARCHIVIST, package=package)
    codes = {check.check for check in made.checks}
    assert "YJ-1-6" not in codes and "YJ-4-6" not in codes
    assert {finding.check for finding in made.errors} == {"YJ-1-2", "YJ-3-3"}
    with pytest.raises(UnknownCheck):
        services.edit_table(actor=ARCHIVIST, table="kinds", key="YJ-9-9", value={})
    with pytest.raises(BrokenTable):
        services.edit_table(actor=ARCHIVIST, table="plans", key="YJ WS", value={})
    with pytest.raises(BrokenTable):
        services.edit_table(actor=ARCHIVIST, table="scheme", key="*", value={"title": {"kind": "colour"}})


def test_forms_carry_findings_and_signatures(report: Report) -> None:
    stored = keep(report)
    services.sign_manual_check(actor=ARCHIVIST, report_id=stored.pk, check="YJ-4-4", passed=True, remark="正常")
    book = load_workbook(io.BytesIO(write_workbook(stored)))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "陈静" in cells and "YJ-1-6" in cells
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    paper = write_paper(stored, language="zh-hans")
    assert paper.startswith(b"%PDF-1.7")
    import pypdfium2

    with pypdfium2.PdfDocument(paper) as pdf:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "陈静" in text and "YJ-4-4" in text and "YJ-1-6" in text


def test_reports_tell_when_the_checks_began_in_the_time_of_the_archive(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        shown = present(replace(report, started="2026-01-01T20:30:00+00:00")).checked_at
    time.tzset()
    assert shown == "2026-01-02 04:30"
