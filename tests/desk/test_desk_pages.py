"""Every page of the desk: it can be drawn, keeps the content policy, and can be read aloud."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from builders.pages import faults
from builders.shelves import HOSTILE, make_user, shelve
from shicheng.checks.services import store_report
from shicheng.checks.types import CheckResult, Finding, Level, Outcome, Property, Report, Verdict
from shicheng.holdings.models import Item
from shicheng.ingest.models import Transfer
from shicheng.jobs.models import Job
from shicheng.kernel import clock
from shicheng.kernel.messages import message
from shicheng.people.services import SYSTEM
from shicheng.people.types import Role

PAGES = [
    "desk:home", "ingest:transfers", "ingest:upload", "checks:catalogue", "holdings:items", "search:page", "jobs:jobs",
    "storage:health", "audit:log", "people:accounts", "people:grants", "people:duties", "people:emergencies",
    "desk:why",
]  # fmt: skip
OWNERS = {"people:accounts": "administrator", **dict.fromkeys(("audit:log", "people:grants", "desk:why"), "security")}


@pytest.fixture
def item(db: None) -> Item:
    return shelve("L012-WS·2017-Y-FGW-0042", HOSTILE)


def _transfer(state: str, number: str = "2026-0007", **columns: object) -> Transfer:
    given = {"items": 12, "files": 15, "bytes": 4096, "held": 3, "agency": HOSTILE, "received_at": clock.now()}
    transfer = Transfer.objects.create(
        number=number, state=state, name=HOSTILE, announced_at=clock.now(), **{**given, **columns}
    )
    if state in ("checked", "failed", "stored"):
        findings = [] if state == "checked" else [_finding(level) for level in (Level.ERROR, Level.WARNING)]
        checks = [
            CheckResult("YJ-1-1", message("Digests"), Outcome.PASS, 0.1),
            CheckResult("YJ-4-5", message("Looks of the carrier"), Outcome.MANUAL, 0.0, Property.SECURITY),
        ]
        report = Report("transfer", 12, 15, 4096, Verdict.FAIL if findings else Verdict.REVIEW, findings, checks)
        stored = store_report(actor=SYSTEM, report=report, subject=("transfer", str(transfer.pk)), transfer=number)
        Transfer.objects.filter(pk=transfer.pk).update(report=stored.pk)
    return Transfer.objects.get(pk=transfer.pk)


def _finding(level: Level) -> Finding:
    said = message("%(title)s is wrong.", title=HOSTILE)
    return Finding("YJ-1-1", Property.AUTHENTICITY, level, HOSTILE, HOSTILE, said, HOSTILE, HOSTILE, said, 1)


def _look(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert faults(answer) == []
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    text = answer.content.decode()
    assert "<script>alert" not in text
    return text


@pytest.mark.parametrize("name", PAGES)
def test_a_new_archive_shows_every_page_and_says_what_to_do_first(request: Any, name: str) -> None:
    _look(request.getfixturevalue(OWNERS.get(name, "archivist")), reverse(name))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_stands_with_hostile_words_in_the_records(request: Any, item: Item, name: str) -> None:
    for number, state in enumerate(("received", "checking", "checked", "failed", "returned", "stored")):
        _transfer(state, f"2026-01{number:02d}")
    _look(request.getfixturevalue(OWNERS.get(name, "archivist")), reverse(name))


@pytest.mark.parametrize("state", ["announced", "received", "checked", "failed", "returned", "stored"])
def test_the_page_of_a_transfer_offers_only_the_moves_of_its_state(archivist: Client, state: str) -> None:
    text = _look(archivist, reverse("ingest:transfer", args=[_transfer(state).number]))
    offered = {verb for verb in ("check", "accept", "accept_passing", "return") if f'/decide/{verb}"' in text}
    assert offered == {
        "announced": set(), "received": {"check"}, "checked": {"check", "accept", "return"},
        "failed": {"check", "accept_passing", "return"}, "returned": set(), "stored": set(),
    }[state]  # fmt: skip


def test_decisions_say_how_many_items_they_touch(archivist: Client) -> None:
    text = _look(archivist, reverse("ingest:transfer", args=[_transfer("failed").number]))
    assert "Accept the 9 sound items" in text
    assert "9 items enter the holdings for good, 3 with faults are held back" in text


def test_nothing_is_offered_to_accept_when_every_item_has_faults(archivist: Client) -> None:
    text = _look(archivist, reverse("ingest:transfer", args=[_transfer("failed", held=12).number]))
    assert "/decide/accept_passing" not in text


def test_findings_are_narrowed_by_property_and_level(archivist: Client) -> None:
    address = reverse("ingest:transfer", args=[_transfer("failed").number])
    assert _look(archivist, address).count("YJ-1-1") > _look(archivist, f"{address}?level=error").count("YJ-1-1")
    assert "Nothing was found that fits these filters" in _look(archivist, f"{address}?property=usability")


def test_a_return_without_reason_is_refused(archivist: Client) -> None:
    transfer = _transfer("failed")
    answer = archivist.post(reverse("ingest:decide", args=[transfer.number, "return"]), {"reason": " "})
    assert answer.status_code == 422
    transfer.refresh_from_db()
    assert transfer.state == "failed"


def test_a_return_with_reasons_is_carried_out(archivist: Client) -> None:
    transfer = _transfer("failed")
    archivist.post(reverse("ingest:decide", args=[transfer.number, "return"]), {"reason": "缺第 7 件"})
    transfer.refresh_from_db()
    assert (transfer.state, transfer.reason) == ("returned", "缺第 7 件")


def test_a_move_of_the_machine_is_none_a_person_makes(archivist: Client) -> None:
    for verb in ("pass", "fail", "store", "receive", "drop"):
        answer = archivist.post(reverse("ingest:decide", args=[_transfer("checking", f"2026-02{verb}").number, verb]))
        assert answer.status_code == 404


def test_a_manual_check_is_signed_and_leads_back(archivist: Client) -> None:
    transfer = _transfer("checked")
    there = reverse("ingest:transfer", args=[transfer.number])
    answer = archivist.post(
        reverse("checks:sign", args=[transfer.report]), {"check": "YJ-4-5", "passed": "yes", "next": there}
    )
    assert answer.headers["Location"] == there
    assert "not signed" not in _look(archivist, there)


def test_a_signature_never_leads_to_another_host(archivist: Client) -> None:
    transfer = _transfer("checked")
    answer = archivist.post(
        reverse("checks:sign", args=[transfer.report]),
        {"check": "YJ-4-5", "passed": "yes", "next": "https://example.org/"},
    )
    assert answer.headers["Location"] == reverse("checks:report", args=[transfer.report])


@pytest.mark.parametrize(
    ("name", "kind", "start"),
    [
        ("report_json", "application/json", b"{"),
        ("report_excel", "spreadsheetml", b"PK"),
        ("report_pdf", "pdf", b"%PDF"),
    ],
)
def test_a_report_is_given_out_in_three_forms(archivist: Client, name: str, kind: str, start: bytes) -> None:
    answer = archivist.get(reverse(f"checks:{name}", args=[_transfer("failed").report]))
    assert answer.status_code == 200
    assert kind in answer.headers["Content-Type"]
    assert answer.content.startswith(start)


def test_the_report_has_a_page_of_its_own(archivist: Client) -> None:
    _look(archivist, reverse("checks:report", args=[_transfer("failed").report]))


def _job(state: str, **columns: object) -> Job:
    return Job.objects.create(
        name="ingest.check", arguments={"items": 3}, state=state, actor_kind="system", actor_name="system",
        started=clock.now(), progress_done=3, progress_total=12, **columns,
    )  # fmt: skip


def test_progress_is_polled_until_the_job_ends_and_then_the_page_is_loaded_anew(archivist: Client) -> None:
    job = _job("running", lease_until=clock.now())
    address = reverse("jobs:job", args=[job.pk])
    assert 'hx-trigger="every 1s"' in _look(archivist, address)
    part = archivist.get(address, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert b"3 / 12" in part.content
    Job.objects.filter(pk=job.pk).update(state="done", finished=clock.now())
    assert archivist.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "hx-trigger" not in _look(archivist, address)


def test_a_failed_job_says_why_and_can_be_run_again(archivist: Client) -> None:
    said = {"message": message("The disk is full.").to_json(), "hint": message("Make room.").to_json()}
    job = _job("failed", error_json=said, error_code="storage.store.full", finished=clock.now())
    text = _look(archivist, reverse("jobs:job", args=[job.pk]))
    assert "The disk is full." in text
    assert "Make room." in text
    archivist.post(reverse("jobs:retry", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == "waiting"


def test_the_log_is_verified_by_a_button(security: Client, item: Item) -> None:
    answer = security.post(reverse("audit:verify"))
    assert faults(answer) == []
    assert "The chain is intact" in answer.content.decode()


def test_the_log_shows_an_entry_whose_details_have_a_key_named_items(security: Client) -> None:
    _transfer("checked")
    make_user("somebody", Role.READER)
    _look(security, reverse("audit:log") + "?event=checks.report.stored")


def test_language_is_chosen_and_kept(archivist: Client) -> None:
    answer = archivist.post(reverse("choose_language"), {"language": "zh-hans", "next": reverse("desk:home")})
    assert answer.headers["Location"] == reverse("desk:home")
    assert 'lang="zh-hans"' in _look(archivist, reverse("desk:home"))
    archivist.post(reverse("choose_language"), {"language": "en"})
    assert 'lang="en"' in _look(archivist, reverse("desk:home"))
