"""A plan of accessions: proposed, written, read from a workbook, approved by somebody else, counted, closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
import typer
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.conftest import make_program
from builders.shelves import make_user
from planning.offices import SUPERVISOR, WRITER, fill, found_unit, put
from shicheng.approvals.errors import OwnRequest
from shicheng.approvals.services import approve_request, refuse_request
from shicheng.audit.models import Entry
from shicheng.cli import planning as commands
from shicheng.jobs.models import Job
from shicheng.jobs.run import Run
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.digests import digest_bytes
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.people.services import SYSTEM
from shicheng.people.types import Role
from shicheng.planning import plans, selectors, watching
from shicheng.planning.errors import BadPlan, NotEverywhere, PlanChangedMeanwhile, PlanFixed, PlanThere, PlanUnknown
from shicheng.planning.importing import import_plan
from shicheng.planning.models import Plan, PlanLine
from shicheng.planning.restoring import restore_planning
from shicheng.planning.types import Draft
from shicheng.planning.work import count_arrivals
from shicheng.planning.workbooks import write_plan

pytestmark = pytest.mark.django_db
GB = 1 << 30


@pytest.fixture(autouse=True)
def _a_day_of_autumn() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 9, 1, 4, tzinfo=UTC), tick=False):
        yield


def faults_of(drafts: list[Draft]) -> list[tuple[int, str]]:
    with pytest.raises(BadPlan) as caught:
        plans.write_lines(actor=WRITER, year=2026, drafts=drafts)
    return [(one.line, one.column) for one in caught.value.faults]  # type: ignore[attr-defined]


def test_a_plan_from_forecast_to_frozen_figures(tmp_path: Path) -> None:
    found_unit("L012")
    fill("L012")
    watching.watch(actor=SYSTEM)
    plan = plans.begin_plan(actor=WRITER, year=2026)
    [line] = plan.lines.all()
    # Three years of 10 records, and 6 of 2025 are here.
    assert (line.category, line.retention, line.items, line.quarter) == ("WS", "Y", 4, 2)
    assert "On average 10 a year from 2022 to 2024; 6 of 2025 are here." in str(Message.from_json(line.basis))
    with pytest.raises(PlanThere):
        plans.begin_plan(actor=WRITER, year=2026)
    with pytest.raises(PlanUnknown):
        plans.begin_plan(actor=WRITER, year=2026, origin="copy")
    later = plans.begin_plan(actor=WRITER, year=2027)
    assert [(one.category, one.quarter, one.items) for one in later.lines.all()][-1] == ("", 1, 11), "still missing"
    limited = WRITER.within(["L012"])
    with pytest.raises(NotEverywhere):
        plans.write_lines(actor=limited, year=2026, drafts=[])

    # Lines by hand: all of them or none, each fault named; nothing is overwritten that somebody else changed.
    good = Draft("L012", "ws", "永久", 2, items=20)
    faulty = [good, Draft("L099", "", "很久", 5, items=-1), Draft("L012", "WS", "Y", 2, items=1), Draft("L012")]
    assert faults_of(faulty) == [
        (2, "retention"), (2, "unit"), (2, "quarter"), (2, "items"), (3, "unit"), (4, "items"),
    ]  # fmt: skip
    plans.write_lines(actor=WRITER, year=2026, drafts=[good, Draft("L012", "KU", "", 4, bytes=2 * GB)])
    with pytest.raises(PlanChangedMeanwhile):
        plans.write_line(actor=WRITER, year=2026, draft=Draft("L012", "KJ", items=1), revision=1)
    with pytest.raises(BadPlan):
        plans.write_line(actor=WRITER, year=2026, draft=good)
    kept = list(selectors.lines(WRITER, 2026))
    said = [(one.category, one.retention, one.items, one.bytes) for one in kept]
    assert said == [("WS", "Y", 20, 0), ("KU", "", 0, 2 * GB)]

    # Out as a workbook and in again: the same; with faults nothing is taken, and rows and reasons are told.
    path = tmp_path / "plan.xlsx"
    path.write_bytes(write_plan(plan, kept))
    entries = Entry.objects.count()
    import_plan(actor=WRITER, year=2026, path=path, name="plan.xlsx")
    assert Entry.objects.count() == entries and PlanLine.objects.filter(plan=plan).count() == 2
    book = load_workbook(path)
    sheet = book.worksheets[0]
    sheet["F2"], sheet["H3"], sheet["D3"] = "many", "x", "很久"
    book.save(path)
    with pytest.raises(BadPlan) as told:
        import_plan(actor=WRITER, year=2026, path=path, name="plan.xlsx")
    found = [(one.line, one.column) for one in told.value.faults]  # type: ignore[attr-defined]
    assert found == [(2, "items"), (3, "gb"), (3, "retention")]
    assert PlanLine.objects.filter(plan=plan).count() == 2
    path.write_bytes(b"no workbook")
    with pytest.raises(BadPlan):
        import_plan(actor=WRITER, year=2026, path=path, name="plan.xlsx")

    # Approved by somebody else; refused it is a draft again.
    first = plans.submit_plan(actor=WRITER, year=2026)
    with pytest.raises(PlanFixed):
        plans.write_lines(actor=WRITER, year=2026, drafts=[good])
    refuse_request(actor=SUPERVISOR, number=first.number, reason="少了")
    assert selectors.plan(WRITER, 2026).state == "draft"
    request = plans.submit_plan(actor=WRITER, year=2026)
    with pytest.raises(OwnRequest):
        approve_request(actor=WRITER, number=request.number)
    approve_request(actor=SUPERVISOR, number=request.number)
    assert selectors.plan(WRITER, 2026).approved_by == "吴监督"

    # What came: every record was registered today; what no line names is told apart.
    Plan.objects.filter(year=2026).update(counted_at=None)
    put("L012", [("RSC", 2025, 1, "任免", "", "2")])
    PlanLine.objects.filter(category="WS").update(category="ZP", retention="")
    assert count_arrivals(Run(job_id=plan.pk, actor=SYSTEM)) == {"plans": 1}
    counted = selectors.plan(WRITER, 2026)
    assert [(one["unit"], one["category"], one["items"]) for one in counted.unplanned] == [("L012", "WS", 37)]
    PlanLine.objects.filter(category="ZP", plan__year=2026).update(category="WS", retention="Y")
    plans.count_now(actor=WRITER, year=2026)
    assert [one.came_items for one in selectors.lines(WRITER, 2026)] == [37, 0]

    closed = plans.close_plan(actor=WRITER, year=2026)
    assert plans.close_plan(actor=WRITER, year=2026).digest == closed.digest and closed.state == "closed"
    [entry] = Entry.objects.filter(event="planning.plan.closed")
    figures = json.loads(entry.details_text)["figures"]
    assert digest_bytes(canonical_json(figures), "sm3") == closed.digest
    assert figures["lines"][0]["came"] == [37, 0, 0] and Job.objects.filter(name="audit.sign_head").count() == 1
    put("L012", [("RSC", 2025, 2, "任免", "", "2")])
    assert count_arrivals(Run(job_id=plan.pk, actor=SYSTEM)) == {"plans": 0}
    plans.count_now(actor=WRITER, year=2026)
    assert selectors.lines(WRITER, 2026)[0].came_items == 37, "a closed plan does not change"

    # From the log alone, the closed plan comes back with its figures.
    Plan.objects.all().delete()
    watching.Finding.objects.all().delete()
    assert restore_planning() == 0
    back = selectors.plan(WRITER, 2026)
    assert back.digest == closed.digest
    assert digest_bytes(canonical_json(plans.figures_of(back)), "sm3") == closed.digest
    copied = plans.begin_plan(actor=WRITER, year=2027, origin="copy")
    assert [(one.category, one.items, one.came_items) for one in copied.lines.all()] == [("WS", 20, 0), ("KU", 0, 0)]


def test_plans_by_page_command_and_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found_unit("L012")
    fill("L012")
    writer, leader, limited = Client(), Client(), Client()
    writer.force_login(make_user("zhou", Role.ARCHIVIST))
    leader.force_login(make_user("wu", Role.LEADER))
    limited.force_login(make_user("zheng", Role.ARCHIVIST, fonds="T999"))

    def page(client: Client, name: str, *args: object, **query: str) -> str:
        answer = client.get(reverse(f"planning:{name}", args=args), query)
        assert answer.status_code == 200, (name, answer.status_code)
        return unescape(answer.content.decode())

    def send(client: Client, name: str, *args: object, **given: Any) -> int:
        return int(client.post(reverse(f"planning:{name}", args=args), given).status_code)

    assert "No plan of accessions yet" in page(writer, "plans") and "Begin a plan" not in page(limited, "plans")
    assert (send(writer, "begin_plan", year="x"), send(limited, "begin_plan", year="2026")) == (422, 403)
    assert send(writer, "begin_plan", year="2026", origin="forecast") == 302
    shown = page(writer, "plan", 2026)
    assert "On average 10 a year" in shown and "Add a line" in shown and "Submit for approval" in shown
    assert "On average" not in page(limited, "plan", 2026) and "Add a line" not in page(leader, "plan", 2026)
    line = {
        "unit": "L012", "category": "KU", "retention": "30年", "quarter": "4", "items": "", "volumes": "3", "gb": "1.5",
        "note": "<b>凭证</b>", "revision": "1",
    }  # fmt: skip
    assert send(writer, "plan_line", 2026, **{**line, "retention": "很久"}) == 422
    assert send(writer, "plan_line", 2026, **line) == 302
    assert send(writer, "plan_line", 2026, **{**line, "category": "KJ"}) == 409
    assert send(limited, "plan_line", 2026, **line) == 403
    made = PlanLine.objects.get(category="KU")
    assert (made.volumes, made.bytes, made.retention) == (3, GB * 3 // 2, "D30")
    assert "1.5" in page(writer, "plan_line", 2026, line=str(made.pk))
    assert "<b>凭证" not in writer.get(reverse("planning:plan", args=[2026])).content.decode()
    narrowed = page(writer, "plan", 2026, category="KU", quarter="4", order="done")
    assert "On average" not in narrowed
    book = writer.get(reverse("planning:plan", args=[2026]), {"form": "xlsx"}).content
    assert load_workbook(BytesIO(book)).worksheets[0]["C3"].value == "KU"
    assert send(writer, "take_plan", 2026) == 422
    assert send(writer, "take_plan", 2026, table=SimpleUploadedFile("plan.xlsx", book)) == 302
    assert send(leader, "submit_plan", 2026) == 403 and send(writer, "close_plan", 2026) == 409
    assert send(writer, "submit_plan", 2026, note="请审") == 302
    asked = reverse("approvals:decide", args=[plans.ApprovalRequest.objects.get(kind="planning.plan").number])
    assert leader.post(asked, {"verdict": "approve", "step": "0"}).status_code == 302
    assert send(writer, "plan_line", 2026, **line) == 409
    assert send(writer, "count_plan", 2026) == 302
    assert "900 %" in page(leader, "plan", 2026) and "900 %" not in page(limited, "plan", 2026)

    program = make_program("read", "planning.plan.write")
    got = program.get("/plans/2026").json()
    assert got["state"] == "approved" and [one["done"] for one in got["lines"]] == [900, 0]
    assert program.ask("PUT", "/plans/2026/lines", {"lines": []}).json()["code"] == "planning.plan.fixed"
    begun = program.post("/plans", {"year": 2027, "origin": "copy"})
    assert begun.status_code == 201 and len(begun.json()["lines"]) == 2
    lines = [{"unit": "L012", "items": 5}, {"unit": "L012", "items": 5}]
    assert program.ask("PUT", "/plans/2027/lines", {"lines": lines}).json()["code"] == "planning.plan.bad"
    changed = program.ask("PUT", "/plans/2027/lines", {"lines": lines[:1], "revision": begun.json()["revision"]})
    assert [one["items"] for one in changed.json()["lines"]] == [5]
    taken = program.ask("POST", "/plans/2027/workbook?name=plan.xlsx", book)
    assert taken.status_code == 200 and len(taken.json()["lines"]) == 2
    assert program.get("/plans/2027/workbook").content[:2] == b"PK"
    assert program.post("/plans/2027/submit", {"note": ""}).status_code == 201
    assert program.post("/plans/2027/close").status_code == 409
    assert make_program("read", fonds=["T999"]).get("/plans/2026").json()["lines"] == []

    monkeypatch.setattr(commands, "open_archive", lambda home: None)  # that of the tests is open
    app = typer.Typer()
    commands.add_to(app)

    def run(*words: object, code: int = 0) -> Any:
        done = CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in words else done.stdout

    missing = run("watch", "--json", code=1)
    assert missing["looked"]["found"] == len(missing["missing"]) == 6
    assert "澜人常发〔2025〕3–4号" in run("watch", "--list", "--unit", "L012", code=1)
    assert run("watch", "--list", "--year", 2001, code=0)
    path = tmp_path / "out.xlsx"
    run("plan", "export", 2026, path)
    assert run("plan", "import", 2028, path, "--json") == {"year": 2028, "lines": 2}
    assert run("plan", "show", 2028, "--json")["state"] == "draft" and "L012" in run("plan", "count", 2026)
    book_in = load_workbook(path)
    book_in.worksheets[0]["A2"] = "X"
    book_in.save(path)
    assert run("plan", "import", 2028, path, "--json", code=2)["faults"][0]["row"] == 2
    assert run("plan", "begin", 2029, "--from", "empty", "--json")["lines"] == []
    with pytest.raises(ShichengError):
        run("plan", "show", 2001)
