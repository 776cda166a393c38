"""The watch over two offices: what is found, settled, explained; who is told; and who sees none of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from api.conftest import make_program
from planning.offices import WRITER, fill, found_unit, put
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.desk.waiting import work_of
from shicheng.holdings import entities
from shicheng.holdings.models import Item
from shicheng.jobs.run import Run
from shicheng.kernel.states import IllegalMove, ReasonMissing
from shicheng.people.duties import assign_duty
from shicheng.people.errors import NotPermitted
from shicheng.people.granting import Limits, put_grant
from shicheng.people.models import User
from shicheng.people.services import SYSTEM, actor_for
from shicheng.people.troubles import all_troubles
from shicheng.people.types import Role
from shicheng.planning import expectations, explaining, reminding, selectors, watching
from shicheng.planning.errors import BadExplanation, BadTerms, FindingUnknown, NotEverywhere, NothingChosen, UnitUnknown
from shicheng.planning.models import Finding, Plan, PlanLine
from shicheng.planning.restoring import restore_planning
from shicheng.planning.types import Outcome
from shicheng.planning.work import count_arrivals, watch_units

pytestmark = pytest.mark.django_db
MARK = "乙局机要"


@pytest.fixture(autouse=True)
def _a_day_of_autumn() -> Iterator[None]:
    """A day two months after the records of 2025 were due."""
    with time_machine.travel(datetime(2026, 9, 1, 4, tzinfo=UTC), tick=False):
        yield


def person(name: str, role: Role, **limits: Any) -> User:
    user = User(username=name, full_name=name)
    user.set_unusable_password()
    with atomic():
        user.save()
        put_grant(actor=SYSTEM, user=user, role=role, limits=Limits(**limits))
    return get_user_model().objects.get(pk=user.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def look(unit: str = "") -> Outcome:
    return watching.watch(actor=SYSTEM, unit=unit)


def keys(unit: str = "L012", state: str = "open") -> set[str]:
    return set(selectors.findings(SYSTEM, {"unit": unit, "state": state}).values_list("key", flat=True))


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"planning:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return unescape(answer.content.decode())


EXPECTED = {
    "doc:澜人常发〔2025〕3–4", "item:L012-WS·2025-Y-BGS-3", "class:RSC", "row:3", "class:CWC",
    "director-meeting:第三次主任会议",
}  # fmt: skip


def test_what_is_missing_is_found_once_settled_when_it_comes_and_stays_explained() -> None:
    found_unit("L012")
    fill("L012")
    session = entities.write_entity(
        actor=WRITER, kind="session", fonds="L012", code="16-9", name="第九次会议", day=date(2025, 4, 1)
    )
    with CaptureQueriesContext(
        connection,
    ) as asked:
        first = look()
    assert len(asked) < 60, "facts are read in a few questions, however many records there are"
    expected = EXPECTED | {f"entity:{session.pk}"}
    assert keys() == expected and (first.found, first.settled, first.open) == (7, 0, 7)
    assert set(Finding.objects.values_list("year", flat=True)) == {2025}, "the years before are whole"
    gap = Finding.objects.get(key="doc:澜人常发〔2025〕3–4")
    assert (gap.missing, gap.klass, gap.due) == (2, "BGS", date(2026, 6, 30))
    assert str(gap.said) == "The document 澜人常发〔2025〕3–4号 is missing." and "1–2、5" in str(gap.why)
    assert "issued 3 of 3" in str(gap.why), "numbers of others' series are no gaps"
    rows = {one.key: one for one in Finding.objects.filter(kind="kinds")}
    assert rows["row:3"].facts["counts"] == {"2022": 2, "2023": 2, "2024": 2} and rows["class:CWC"].missing == 3
    reminded = Entry.objects.filter(event="planning.unit.reminded").values_list("details_text", flat=True)
    assert [json.loads(one)["told"] for one in reminded] == ["handler"]

    entries = Entry.objects.count()
    again = look("L012")
    assert (again.found, again.settled, again.again, again.reminded) == (0, 0, 0, 0)
    assert Entry.objects.count() == entries and keys() == expected, "looking twice changes nothing"

    with pytest.raises(BadExplanation):
        explaining.explain(actor=WRITER, why="void", reason=" ", keys=[gap.pk])
    with pytest.raises(BadExplanation):
        explaining.explain(actor=WRITER, why="lost", reason="x", keys=[gap.pk])
    seen = explaining.preview(WRITER, keys=[gap.pk, session.pk])
    assert (seen.open, seen.missing, seen.left, seen.units) == (1, 2, 1, ("L012",))
    assert explaining.explain(actor=WRITER, why="void", reason="文号作废", keys=[gap.pk]) == 1
    with pytest.raises(NothingChosen):
        explaining.explain(actor=WRITER, why="void", reason="again", keys=[gap.pk])
    look()
    gap.refresh_from_db()
    assert gap.state == "explained" and gap.explained_by == "周文书"

    # Records come: a class, the minutes of a session, and one of the two numbers.
    put("L012", [("RSC", 2025, 1, "任免1", "", "2"), ("BGS", 2025, 3, "来文", "澜人常发〔2025〕4号", "3"),
                 ("BGS", 2025, 7, "第九次会议纪要", "", "1")])  # fmt: skip
    minutes = Item.objects.get(title="第九次会议纪要")
    entities.document_entity(actor=WRITER, entity=session, key=str(minutes.pk), role="minutes")
    came = look()
    assert keys() == {"class:CWC", "director-meeting:第三次主任会议"}, "half of a row's average is enough"
    assert came.settled == 5 and came.found == 1
    part = Finding.objects.get(key="doc:澜人常发〔2025〕3")
    assert part.state == "explained" and part.explanation == "文号作废", "a part of what was explained is explained"
    assert Entry.objects.filter(event="planning.finding.settled").count() == 5

    # The number is taken from the record again: what was settled recurs, and is explained as before.
    Item.objects.filter(document_number="澜人常发〔2025〕4号").update(document_number="")
    assert look().again == 1
    gap.refresh_from_db()
    assert gap.state == "explained" and gap.settled_at is None
    with pytest.raises(ReasonMissing):
        explaining.reopen(actor=WRITER, key=gap.pk, reason="")
    assert explaining.reopen(actor=WRITER, key=gap.pk, reason="其实有").state == "open"
    with pytest.raises(IllegalMove):
        explaining.reopen(actor=WRITER, key=gap.pk, reason="其实有")

    # Terms are data: a later day asks for nothing new, other series and shares change what is missing.
    change = {"series": ["国发"], "dues": {"CWC": "03-31"}, "least": 2, "density": 100}
    expectations.set_terms(actor=WRITER, unit="L012", change=change)
    look()
    assert {"doc:国发〔2025〕1–6", "doc:国发〔2025〕8–89"} <= keys() and gap.key not in keys()
    assert Finding.objects.get(key="class:CWC").due == date(2026, 3, 31)
    entries = Entry.objects.count()
    expectations.set_terms(actor=WRITER, unit="L012", change=change)
    assert Entry.objects.count() == entries
    with pytest.raises(BadTerms):
        expectations.set_terms(actor=WRITER, change={"share": 101})
    expectations.set_terms(actor=WRITER, change={"years_after": 5})
    Finding.objects.all().delete()
    assert look().found == 0, "what is not due yet nobody is asked for"
    expectations.set_terms(actor=WRITER, change={})
    run = Run(job_id=gap.pk, actor=SYSTEM)
    assert watch_units(run)["found"] > 0 and count_arrivals(run) == {"plans": 0}

    # From the log alone, explanations and terms come back.
    kept = dict(expectations.own_change(selectors.unit(SYSTEM, "L012")))
    explaining.explain(actor=WRITER, why="elsewhere", reason="在财政局", given={"kind": "kinds"})
    Finding.objects.all().delete()
    expectations.Expectation.objects.all().delete()
    assert restore_planning() == 0 and restore_planning() == 0
    assert expectations.own_change(selectors.unit(SYSTEM, "L012")) == kept
    look()
    assert Finding.objects.get(key="class:CWC").explanation == "在财政局"


def test_everybody_sees_and_is_told_only_of_their_own() -> None:
    found_unit("L012")
    found_unit("L013", f"{MARK}局")
    fill("L012")
    fill("L013", mark=MARK)
    Item.objects.filter(document_number__startswith="澜人常发", fonds__code="L013").update(author=f"{MARK}局")
    look()
    plan = Plan.objects.create(year=2026, state="approved", made_by="x", made_at=datetime(2026, 1, 1, tzinfo=UTC))
    for order, code in enumerate(("L012", "L013"), start=1):
        unit = selectors.unit(SYSTEM, code)
        PlanLine.objects.create(
            plan=plan, order=order, unit=unit, category="WS", items=10, note=f"{MARK}计划" * (order - 1)
        )
    users = {
        "unit": person("unit", Role.FILING_CLERK, fonds="L012", unit="L012"),
        "bgs": person("bgs", Role.FILING_CLERK, fonds="L012", unit="BGS"),
        "fonds": person("fonds", Role.ARCHIVIST, fonds="L012"),
        "year": person("year", Role.LEADER, fonds="L012", year_to=2024),
        "part": person("part", Role.ARCHIVIST, fonds="L012", ceiling="public"),
        "all": person("all", Role.ARCHIVIST),
        "leader": person("leader", Role.LEADER),
        "reader": person("rea", Role.READER),
    }  # fmt: skip
    actors = {name: actor_for(user) for name, user in users.items()}
    own = keys("L012")
    assert own == EXPECTED and keys("L013")

    def seen(name: str) -> set[tuple[str, str]]:
        return set(selectors.findings(actors[name], {"state": "all"}).values_list("unit__code", "key"))

    assert seen("unit") == seen("fonds") == {("L012", key) for key in own} and len(seen("all")) > len(own)
    of_bgs = {key for key in own if key.startswith(("doc:", "item:", "row:3", "director"))}
    assert seen("bgs") == {("L012", key) for key in of_bgs}
    assert seen("year") == seen("part") == seen("reader") == set()
    assert selectors.table(actors["unit"]).keys() == {"L012"} and selectors.counts(actors["bgs"]) == {
        "open": len(of_bgs)
    }
    assert [one.unit.code for one in selectors.lines(actors["unit"], 2026)] == ["L012"]
    assert list(selectors.lines(actors["bgs"], 2026)) == [], "a plan is of a unit as a whole"

    # By page, as csv and xlsx, by API: no word of the other unit.
    client, other = client_of(users["unit"]), Finding.objects.filter(unit__code="L013").first()
    assert other is not None
    texts = [page(client, name) for name in ("overview", "findings", "plans")]
    texts += [page(client, "findings", state="all", duty=""), page(client, "plan", 2026), page(client, "unit", "L012")]
    texts += [page(client, "notice", "L012"), page(client, "findings", form="csv")]
    for name, args in (("findings", ()), ("plan", (2026,)), ("notice", ("L012",))):
        book = load_workbook(BytesIO(client.get(reverse(f"planning:{name}", args=args), {"form": "xlsx"}).content))
        texts.append(" ".join(str(cell) for sheet in book for row in sheet.values for cell in row))
    program = make_program("read", "planning.finding.explain", username="unit")
    paths = ("/watch", "/watch?state=all", "/watch/findings?state=all", "/watch/findings/table?form=csv", "/plans",
             "/plans/2026", "/watch/units/L012", "/watch/terms?unit=L012")  # fmt: skip
    for path in paths:
        answer = program.get(path)
        assert answer.status_code == 200, (path, answer.content)
        texts.append(answer.content.decode())
    for number, text in enumerate(texts):
        assert MARK not in text and "L013" not in text, number
    assert all("L012" in text for text in texts[:2]) and "澜人常发〔2025〕3–4号" in texts[1]
    for name, args in (("unit", ("L013",)), ("notice", ("L013",)), ("finding", (other.pk,))):
        assert client.get(reverse(f"planning:{name}", args=args)).status_code == 404, name
    assert program.get(f"/watch/findings/{other.pk}").status_code == 404
    assert program.get("/watch/units/L013").status_code == program.get("/watch/terms?unit=L013").status_code == 404
    body = {"findings": [str(other.pk)], "why": "void", "reason": "x"}
    assert program.post("/watch/explain", body).status_code == 422
    assert program.post("/watch/explain", {**body, "preview": True}).json() == {"explained": 0, "missing": 0, "left": 1}
    assert program.post(f"/watch/findings/{other.pk}/reopen", {"reason": "x"}).status_code == 404
    assert "财务" not in page(client_of(users["bgs"]), "unit", "L012"), "of other departments not even the numbers"
    with pytest.raises(UnitUnknown):
        selectors.unit(actors["unit"], "L013")
    with pytest.raises(FindingUnknown):
        explaining.reopen(actor=actors["unit"], key=other.pk, reason="x")
    with pytest.raises(NotPermitted):
        explaining.explain(actor=actors["leader"], why="void", reason="x", keys=[other.pk])
    with pytest.raises(NotEverywhere):
        expectations.set_terms(actor=actors["fonds"], change={"share": 10})
    with pytest.raises(NotPermitted):
        watching.watch(actor=actors["leader"])

    # A clerk explains by the page, after seeing how many it is; what is not open is left.
    clerk = {
        "which": "all",
        "kind": "numbers",
        "unit": "L012",
        "why": "not_filed",
        "reason": "不归档",
        "back": "/x?kind=numbers",
    }
    previewed = client.post(reverse("planning:explain"), clerk)
    assert "2 findings (3 records)" in previewed.content.decode() and keys("L012") == own
    refused = client.post(reverse("planning:explain"), {**clerk, "reason": "", "confirmed": "yes"})
    assert refused.status_code == 422 and keys("L012") == own
    done = client.post(reverse("planning:explain"), {**clerk, "confirmed": "yes"})
    assert done.headers["Location"] == reverse("planning:findings") + "?kind=numbers"
    assert keys("L012", "explained") == {key for key in own if key.startswith(("doc:", "item:"))}
    one = Finding.objects.get(unit__code="L012", key="doc:澜人常发〔2025〕3–4")
    assert "不归档" in page(client, "finding", one.pk)
    assert "L012-WS·2025-Y-BGS-0002" in page(client_of(users["bgs"]), "finding", one.pk), "the neighbour of the gap"
    again = reverse("planning:reopen", args=[one.pk])
    assert [client.post(again, {"reason": "还有"}).status_code for _time in "12"] == [302, 409]
    assert client.post(reverse("planning:look")).status_code == 403
    assert client.get(reverse("planning:general_terms")).status_code == 403
    admin = client_of(users["all"])
    assert admin.post(reverse("planning:look"), {"unit": "L012"}).status_code == 302
    form = {
        "due": "05-31", "years_after": "1", "source": "", "back": "3", "steady_years": "3", "share": "50",
        "least": "3", "density": "60", "dues": "BGS = 04-30", "series": "", "rules": "",
        "steps": "0 = clerk\n90 = leader",
    }  # fmt: skip
    assert admin.post(reverse("planning:unit_terms", args=["L012"]), {**form, "dues": "x"}).status_code == 422
    assert admin.post(reverse("planning:unit_terms", args=["L012"]), form).status_code == 302
    kept = expectations.own_change(selectors.unit(SYSTEM, "L012"))
    assert kept["due"] == "05-31" and kept["dues"] == {"BGS": "04-30"} and "share" not in kept
    assert admin.post(reverse("planning:unit_terms", args=["L012"]), {"act": "reset"}).status_code == 302
    assert expectations.own_change(selectors.unit(SYSTEM, "L012")) == {}

    # Who answers is told step by step: the clerk at once, the leader after ninety days.
    for part, who in (("leader", "leader"), ("handler", "fonds")):
        assign_duty(actor=SYSTEM, part=part, fonds="L012", task="filing", username=who)

    def mine(user: User) -> list[str]:
        return [one.fonds for one in work_of(actor_for(user), only_mine=True, task="filing")]

    assert mine(users["unit"]) == ["L012"] == mine(users["fonds"]) and mine(users["leader"]) == []
    assert [one.missing for one in reminding.reminders(actors["unit"])] == [sum(
        Finding.objects.filter(unit__code="L012", state="open").values_list("missing", flat=True)
    )]  # fmt: skip
    assert "fonds" in page(admin, "overview", duty="fonds") and "L013" not in page(admin, "findings", duty="fonds")
    assert any("overdue" in str(one.sentence) for one in all_troubles(actors["unit"]))
    with time_machine.travel(datetime(2026, 10, 15, tzinfo=UTC), tick=False):
        assert mine(users["leader"]) == ["L012"]
        told = look("L012")
        assert told.reminded == 1 and look("L012").reminded == 0, "each step is told once"
