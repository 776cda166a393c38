"""Filing tables: presets, drafts, faults told in words, workbooks, approval, versions in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shicheng.approvals import policies as approval_policies
from shicheng.approvals import selectors as approvals
from shicheng.approvals.errors import AskedAlready, DecidedMeanwhile, OwnRequest
from shicheng.approvals.models import ApprovalRequest
from shicheng.approvals.services import approve_request, ask, expire_requests, refuse_request, withdraw_request
from shicheng.approvals.types import Asked
from shicheng.audit.models import Entry
from shicheng.jobs.models import Job
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.kernel.states import IllegalMove, ReasonMissing
from shicheng.people.errors import NotPermitted
from shicheng.people.services import ANONYMOUS, SYSTEM, operator
from shicheng.people.types import Actor, Role
from shicheng.schemes import selectors, services
from shicheng.schemes.classifying import classify
from shicheng.schemes.comparing import compare_tables
from shicheng.schemes.deciding import approve_schedule
from shicheng.schemes.errors import BadRow, ChangedMeanwhile, DraftThere, FaultyTable, ScheduleFixed, UnitNotFound
from shicheng.schemes.importing import import_workbook
from shicheng.schemes.judging import Dates, judge_table
from shicheng.schemes.keeping import SchemeRestorer, keep_table, object_id_of
from shicheng.schemes.models import FilingClass, FilingRow, Schedule, Unit
from shicheng.schemes.preset_files import preset, presets
from shicheng.schemes.tables import table_of
from shicheng.schemes.types import ClassDraft, Gravity, RowDraft, TableDraft
from shicheng.schemes.units import close_unit, write_unit
from shicheng.schemes.viewing import standing
from shicheng.schemes.workbook import read_table_workbook, write_table_workbook
from shicheng.settings import current
from shicheng.storage.restoring import carry_out
from shicheng.storage.services import open_store

WRITER = Actor("user", "周文书", uuid4(), frozenset({Role.ARCHIVIST, Role.READER}))
SUPERVISOR = Actor("user", "吴监督", uuid4(), frozenset({Role.ARCHIVIST, Role.READER}))
ELSEWHERE = Actor("user", "郑外馆", uuid4(), frozenset({Role.ARCHIVIST, Role.READER}), frozenset({"T999"}))

SMALL = TableDraft(
    classes=(ClassDraft("BGS", "办公室", kind="department"), ClassDraft("RSC", "人事处", kind="department")),
    rows=(
        RowDraft("1", "本机关会议纪要", klass="BGS", retention="Y", words=("会议 纪要",)),
        RowDraft("2", "干部任免", klass="RSC", retention="Y", words=("任免", "任命"), prefixes=("人任〔",)),
        RowDraft("3", "一般来文", klass="BGS", retention="D10", issuers=("市统计局",)),
    ),
    templates=(("WS", "DA/T 22-2015"),),
)


def codes(table: TableDraft, dates: Dates | None = None, *, only: Gravity = Gravity.FAULT) -> set[str]:
    return {one.code for one in judge_table(table, dates) if one.gravity == only}


def with_row(**changes: object) -> TableDraft:
    return replace(SMALL, rows=(*SMALL.rows, replace(SMALL.rows[0], key="4", scope="另一项", **changes)))


def test_every_fault_of_a_table_is_found_and_told_in_words() -> None:
    assert codes(SMALL) == set()
    assert codes(TableDraft((), ())) == {"no_rows"}
    assert codes(with_row(retention="")) == {"no_retention"}
    assert codes(with_row(retention="很久")) == {"bad_retention"}
    assert codes(with_row(klass="")) == {"no_class"}
    assert codes(with_row(klass="XYZ")) == {"unknown_class"}
    assert codes(with_row(secrecy="secret")) == {"state_secret"}
    # The same scope, written with other spaces and signs, kept differently long.
    twice = replace(SMALL, rows=(*SMALL.rows, RowDraft("9", " 本机关 会议（纪要） ", klass="BGS", retention="D30")))
    assert codes(twice) == {"overlap"}
    told = [str(one.message) for one in judge_table(twice) if one.code == "overlap"]
    assert told == ["The rows 1、9 say the same (本机关会议纪要) and keep it differently long: Y、D30."]
    same = replace(twice, rows=(*SMALL.rows, replace(twice.rows[-1], retention="Y")))
    assert codes(same) == set()
    assert "doubled" in codes(same, only=Gravity.REMARK)
    empty = replace(SMALL, classes=(*SMALL.classes, ClassDraft("CWC", "财务处", kind="department")))
    assert codes(empty, only=Gravity.REMARK) == {"empty_class"}
    assert codes(replace(SMALL, classes=(*SMALL.classes, ClassDraft("a b", "坏", kind="group")))) == {"bad_class_code"}
    below = (ClassDraft("A", "甲", parent="B", kind="group"), ClassDraft("B", "乙", parent="A", kind="group"))
    assert codes(replace(SMALL, classes=(*SMALL.classes, *below))) == {"circle"}
    assert "same_hint" in codes(with_row(retention="D10", words=("任免",)), only=Gravity.REMARK)
    assert codes(replace(SMALL, templates=(("WS", "no such form"),))) == {"unknown_template"}


def test_gaps_and_overlaps_of_effective_dates_are_found() -> None:
    first, later = date(2024, 1, 1), date(2026, 1, 1)
    assert codes(SMALL, Dates(None)) == {"no_date"}
    assert codes(SMALL, Dates(later, first)) == {"dates_reversed"}
    assert codes(SMALL, Dates(first, before=((1, later, None),))) == {"date_before"}
    assert codes(SMALL, Dates(later, before=((1, first, date(2025, 6, 30)),))) == {"gap"}
    assert codes(SMALL, Dates(later, before=((1, first, date(2025, 12, 31)),))) == set()
    assert codes(SMALL, Dates(first, today=later), only=Gravity.REMARK) == {"date_past"}


def test_presets_are_whole_and_say_what_was_recalled(tmp_path: Path) -> None:
    assert [one.name for one in presets()] == [
        "government-office", "peoples-congress", "tv-radio", "poverty-alleviation", "livelihood", "accounting",
    ]  # fmt: skip
    for one in presets():
        assert codes(one.table) <= {"no_retention"}, one.name
        assert all(row.source in ("S", "R") for row in one.table.rows)
        assert one.open_terms == len([each for each in judge_table(one.table) if each.code == "no_retention"])
        path = tmp_path / f"{one.name}.xlsx"
        path.write_bytes(write_table_workbook(one.table))
        read = read_table_workbook(path, name=path.name)
        assert read.faults == []
        assert replace(read.table, origin=one.name) == one.table
    terms = {row.retention_text for row in preset("tv-radio").table.rows}
    assert terms == {"", "长期", "短期"}
    congress = {one.name for one in preset("peoples-congress").table.classes}
    assert {"代表大会", "常委会会议", "主任会议", "立法", "选举任免", "议案与建议", "对监察委员会的监督"} <= congress
    with pytest.raises(ShichengError, match="no preset"):
        preset("nothing")


def test_rows_are_suggested_with_the_reasons() -> None:
    rows = [(row.key, row) for row in SMALL.rows]
    best = classify(rows, title="关于任命李明为局长的通知", document_number="人任〔2024〕3号", author="县人大常委会")
    assert [one.row_id for one in best] == ["2"]
    assert [str(why) for why in best[0].reasons] == ["Its number begins with 人任〔.", "Its title has “任命”."]
    assert classify(rows, title="第三次办公会议纪要")[0].row_id == "1"
    assert classify(rows, title="通知", author="某市统计局")[0].row_id == "3"
    assert classify(rows, title="毫不相干") == []
    assert classify(rows, title="干部任免", category="KU") == []


def test_two_versions_are_compared_row_by_row() -> None:
    changed = replace(SMALL.rows[0], retention="D30")
    renumbered = replace(SMALL.rows[1], key="2.1")
    added = RowDraft("5", "新事项", klass="BGS", retention="Y")
    found = compare_tables(SMALL, replace(SMALL, rows=(changed, renumbered, added), classes=SMALL.classes[:1]))
    assert [(one.what, one.key) for one in found.rows] == [
        ("changed", "1"), ("changed", "2.1"), ("added", "5"), ("removed", "3"),
    ]  # fmt: skip
    assert [(str(each.label), each.before, each.after) for each in found.rows[0].differences] == [
        ("Retention period", "Y", "D30")
    ]
    assert [(one.what, one.key) for one in found.classes] == [("removed", "RSC")]
    assert compare_tables(SMALL, SMALL).is_same


def test_a_workbook_with_faults_changes_nothing_and_names_each(tmp_path: Path) -> None:
    from openpyxl import Workbook, load_workbook

    from shicheng.schemes.workbook import write_faults_workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["某单位归档范围与保管期限表"])
    sheet.append(["序号", "机构", "归档范围", "保管期限", "密级"])
    sheet.append(["1", "办公室", "会议纪要", "永久", "公开"])
    sheet.append(["1", "办公室", "来文", "很久", "超密"])
    path = tmp_path / "table.xlsx"
    book.save(path)
    read = read_table_workbook(path, name="table.xlsx")
    assert [(one.row, one.column) for one in read.faults] == [(4, "序号"), (4, "保管期限"), (4, "密级")]
    assert [one.klass for one in read.table.rows] == ["办公室", "办公室"]
    faults = tmp_path / "faults.xlsx"
    faults.write_bytes(write_faults_workbook(read))
    written = list(load_workbook(faults).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert written[0][:4] == ("Sheet", "Row", "Column", "Reason")
    assert written[2][1:3] == (4, "保管期限")
    (tmp_path / "none.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(ShichengError, match="filing table"):
        read_table_workbook(tmp_path / "none.xlsx", name="none.xlsx")


@pytest.mark.django_db
def test_a_table_goes_from_a_preset_through_approval_into_force_and_never_changes(tmp_path: Path) -> None:
    unit = write_unit(actor=WRITER, code="B012", name="县人大常委会", fonds_code="B012",
                      contacts=[{"name": "周文书", "duty": "专职档案员", "phone": "1", "email": ""}, {}])  # fmt: skip
    assert unit.contacts == [{"name": "周文书", "duty": "专职档案员", "phone": "1", "email": ""}]
    with pytest.raises(UnitNotFound):
        selectors.unit(ELSEWHERE, "B012")
    with pytest.raises(NotPermitted):
        write_unit(actor=ELSEWHERE, code="X", name="X", fonds_code="B012")
    with pytest.raises(ShichengError, match="taken"):
        write_unit(actor=WRITER, code="B012", name="另一个", fonds_code="B012", is_new=True)

    draft = services.begin_draft(actor=WRITER, unit="B012", preset_name="peoples-congress")
    assert (draft.version, draft.rows_count) == (1, len(preset("peoples-congress").table.rows))
    with pytest.raises(DraftThere):
        services.begin_draft(actor=SUPERVISOR, unit="B012")
    with pytest.raises(FaultyTable, match="from which day"):
        services.submit_schedule(actor=WRITER, unit="B012")
    # Two people read the same revision; the second is told.
    services.write_row(
        actor=WRITER, unit="B012", revision=1, row=RowDraft("99", "文史资料", klass="JGS", retention="Y")
    )
    with pytest.raises(ChangedMeanwhile):
        services.remove_row(actor=SUPERVISOR, unit="B012", key="99", revision=1)
    with pytest.raises(BadRow, match="already"):
        services.write_row(actor=WRITER, unit="B012", row=RowDraft("99", "又一行"))
    services.write_class(actor=WRITER, unit="B012", klass=ClassDraft("JGZ", "机关综合"), instead_of="JGS")
    assert FilingRow.objects.get(key="99").klass == "JGZ"
    with pytest.raises(BadRow, match="still has rows"):
        services.remove_class(actor=WRITER, unit="B012", code="JGZ")
    services.set_terms(actor=WRITER, unit="B012", first=date(2024, 1, 1), templates={"WS": "DA/T 22-2015"})
    assert selectors.filing_rows(WRITER, unit="B012") == []

    asked = services.submit_schedule(actor=WRITER, unit="B012", note="请审批")
    with pytest.raises(ScheduleFixed):
        services.remove_row(actor=WRITER, unit="B012", key="99")
    with pytest.raises(OwnRequest):
        approve_request(actor=WRITER, number=asked.number)
    with pytest.raises(ShichengError):
        approve_request(actor=ELSEWHERE, number=asked.number)
    with pytest.raises(ReasonMissing):
        refuse_request(actor=SUPERVISOR, number=asked.number, reason=" ")
    refuse_request(actor=SUPERVISOR, number=asked.number, reason="第99行应为30年")
    assert selectors.schedule(WRITER, "B012", 1).state == "draft"
    again = services.submit_schedule(actor=WRITER, unit="B012")
    withdraw_request(actor=WRITER, number=again.number)
    third = services.submit_schedule(actor=WRITER, unit="B012")
    assert [one.number for one in approvals.waiting_for(SUPERVISOR)] == [third.number]
    assert not approvals.waiting_for(WRITER).exists()
    approve_request(actor=SUPERVISOR, number=third.number, step=0)
    with pytest.raises((IllegalMove, OwnRequest)):
        approve_request(actor=SUPERVISOR, number=third.number)

    first = selectors.schedule(WRITER, "B012", 1)
    assert (first.state, first.approved_by) == ("approved", "吴监督")
    rows = selectors.filing_rows(WRITER, fonds="B012", on=date(2024, 5, 1))
    assert len(rows) == first.rows_count
    judged_by = str(rows[0].pk)
    assert selectors.departments(WRITER, unit="B012", on=date(2024, 5, 1))[0].code == "DBH"
    assert selectors.template_names(WRITER, fonds="B012", on=date(2024, 5, 1)) == {"WS": "DA/T 22-2015"}
    assert selectors.filing_rows(ELSEWHERE, fonds="B012", on=date(2024, 5, 1)) == []
    assert selectors.filing_row(ELSEWHERE, judged_by) is None

    # The next version, from a workbook: rows that stay the same rows, the first ends the day before it begins.
    path = tmp_path / "next.xlsx"
    table = table_of(first)
    path.write_bytes(write_table_workbook(replace(table, rows=table.rows[:-1])))
    second = import_workbook(actor=WRITER, unit="B012", path=path, name="next.xlsx").schedule
    assert second is not None
    services.set_terms(actor=WRITER, unit="B012", first=date(2023, 1, 1))
    with pytest.raises(FaultyTable, match="the day after"):
        services.submit_schedule(actor=WRITER, unit="B012")
    services.set_terms(actor=WRITER, unit="B012", first=date(2025, 1, 1))
    last = services.submit_schedule(actor=WRITER, unit="B012")
    # However many records were judged by the first version: none of them is read or written.
    with CaptureQueriesContext(connection) as asked_of:
        approve_request(actor=SUPERVISOR, number=last.number)
        approve_schedule(SUPERVISOR, last)  # a second time it changes nothing
    statements = [one["sql"] for one in asked_of.captured_queries]
    assert not [sql for sql in statements if "holdings_" in sql or 'UPDATE "schemes_filingrow' in sql]
    assert len(statements) < 60
    assert Entry.objects.filter(event="schemes.schedule.approved").count() == 2
    first.refresh_from_db()
    assert first.effective_until == date(2024, 12, 31)
    assert standing(first, date(2025, 1, 1)) == "superseded"
    assert table_of(first) == table
    assert {row.schedule.version for row in selectors.filing_rows(WRITER, unit="B012", on=date(2024, 12, 31))} == {1}
    assert {row.schedule.version for row in selectors.filing_rows(WRITER, unit="B012", on=date(2025, 1, 1))} == {2}
    # A record judged by the first version still finds its row.
    found = selectors.filing_row(WRITER, judged_by)
    assert found is not None
    assert found.schedule.version == 1
    assert selectors.filing_rows_by_id(WRITER, [judged_by, "no id"]) == {judged_by: found}

    close_unit(actor=WRITER, code="B012")
    with pytest.raises(ScheduleFixed, match="closed"):
        services.begin_draft(actor=WRITER, unit="B012")
    told = set(Entry.objects.values_list("event", flat=True))
    assert told >= {
        "schemes.unit.written", "schemes.schedule.drafted", "schemes.schedule.changed", "schemes.schedule.submitted",
        "schemes.schedule.reopened", "schemes.schedule.approved", "schemes.unit.closed", "approvals.request.made",
        "approvals.request.refused", "approvals.request.withdrawn", "approvals.request.approved",
    }  # fmt: skip


@pytest.mark.django_db
def test_requests_are_made_once_decided_once_and_end_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    from shicheng.approvals import registry
    from shicheng.approvals.types import Kind, Step

    done: list[str] = []
    two = Kind(
        "schemes.two_steps", _("Two steps"),
        tuple(Step(name, _("A step"), "schemes.schedule.approve") for name in ("first", "second")),
        carry_out=lambda _actor, one: done.append(f"done {one.subject_id}"),
        let_go=lambda _actor, one: done.append(f"let go {one.subject_id}"),
        look=lambda _one: "", days_due=10, days_open=20,
    )  # fmt: skip
    monkeypatch.setitem(registry._kinds, two.code, two)
    made = ask(actor=WRITER, asked=Asked(two.code, ("thing", "1"), _("A thing"), "B012"))
    with pytest.raises(AskedAlready):
        ask(actor=SUPERVISOR, asked=Asked(two.code, ("thing", "1"), _("A thing"), "B012"))
    other = ask(actor=WRITER, asked=Asked(two.code, ("thing", "2"), _("Another"), "B012"))
    assert made.number != other.number
    assert approvals.requests(ELSEWHERE).count() == approvals.requests(ANONYMOUS).count() == 0

    approve_request(actor=SUPERVISOR, number=made.number, step=0)
    assert done == []
    with pytest.raises(OwnRequest, match="another person"):
        approve_request(actor=SUPERVISOR, number=made.number)
    with pytest.raises(DecidedMeanwhile):
        approve_request(actor=operator("li"), number=made.number, step=0)
    approve_request(actor=operator("li"), number=made.number, step=1)
    assert done == ["done 1"]
    assert not approval_policies.is_turn(operator("li"), made)

    assert not approvals.overdue(SUPERVISOR).exists()
    ApprovalRequest.objects.filter(pk=other.pk).update(due=date(2020, 1, 1), expires=date(2020, 1, 1))
    assert [one.number for one in approvals.overdue(SUPERVISOR)] == [other.number]
    with pytest.raises(OwnRequest):
        withdraw_request(actor=SUPERVISOR, number=other.number)
    assert expire_requests(actor=SYSTEM) == 1
    assert expire_requests(actor=SYSTEM) == 0
    assert done == ["done 1", "let go 2"]
    other.refresh_from_db()
    assert other.state == "expired"
    with pytest.raises(IllegalMove):
        refuse_request(actor=operator("li"), number=other.number, reason="晚了")


@pytest.mark.django_db
def test_an_act_that_fails_leaves_the_request_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision and what it does are one transaction: neither is there without the other."""
    write_unit(actor=WRITER, code="T1", name="某局", fonds_code="T001")
    services.begin_draft(actor=WRITER, unit="T1", table=SMALL)
    services.set_terms(actor=WRITER, unit="T1", first=date(2024, 1, 1))
    asked = services.submit_schedule(actor=WRITER, unit="T1")

    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("the machine stopped")

    with monkeypatch.context() as broken:
        broken.setattr("shicheng.schemes.deciding.audit.append", fail)
        with pytest.raises(RuntimeError):
            approve_request(actor=SUPERVISOR, number=asked.number)
    asked.refresh_from_db()
    assert asked.state == "waiting"
    assert not asked.decisions.exists()
    assert Schedule.objects.get(unit__code="T1").state == "submitted"
    approve_request(actor=SUPERVISOR, number=asked.number)
    assert Schedule.objects.get(unit__code="T1").state == "approved"


@pytest.mark.django_db
def test_approved_tables_come_back_from_the_store() -> None:
    write_unit(actor=WRITER, code="B012", name="县人大常委会", fonds_code="B012")
    write_unit(actor=WRITER, code="B031", name="县发改局", fonds_code="B031")
    close_unit(actor=WRITER, code="B031")
    for first, preset_name in ((date(2024, 1, 1), "peoples-congress"), (date(2025, 1, 1), "accounting")):
        services.begin_draft(actor=WRITER, unit="B012", preset_name=preset_name)
        services.set_terms(actor=WRITER, unit="B012", first=first)
        approve_request(actor=SUPERVISOR, number=services.submit_schedule(actor=WRITER, unit="B012").number)
    assert Job.objects.filter(name="schemes.keep_table").count() == 2
    before = {one.version: one for one in selectors.schedules(WRITER, "B012")}
    tables = {version: table_of(one) for version, one in before.items()}
    rows = set(FilingRow.objects.values_list("pk", flat=True))
    assert [keep_table(one, current()) for one in (*before.values(), before[1])] == [True, True, False]
    store = open_store(current())
    kept = [object_id_of(one) for one in before.values()]

    for model in (FilingRow, FilingClass, Schedule, Unit):
        model.objects.all().delete()
    for again in (2, 0):
        restorer = SchemeRestorer()
        assert all(restorer.claims(store, each) for each in kept)
        assert carry_out(restorer.acts(operator("li"), store, kept, current())) == again
    after = {one.version: one for one in selectors.schedules(WRITER, "B012")}
    assert {version: table_of(one) for version, one in after.items()} == tables
    assert set(FilingRow.objects.values_list("pk", flat=True)) == rows
    assert [(one.effective_from, one.effective_until) for one in after.values()] == [
        (date(2025, 1, 1), None), (date(2024, 1, 1), date(2024, 12, 31)),
    ]  # fmt: skip
    assert selectors.unit(WRITER, "B031").is_closed
