"""The log and the jobs in plain words, the log proved and taken along, the growth of the store."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import shicheng
from builders.pages import faults
from builders.shelves import make_user
from cataloguing.catalogues import PLAIN, plain_rows, write_csv
from ingest.fixtures import Here
from shicheng.audit import proving
from shicheng.audit.models import Entry
from shicheng.audit.offline import verify_files
from shicheng.audit.words import DETAILS, tell_details, tell_value
from shicheng.jobs.models import Job
from shicheng.kernel.messages import message
from shicheng.people.errors import NotPermitted
from shicheng.people.types import Role
from shicheng.storage.models import PromisedObject

pytestmark = pytest.mark.django_db(transaction=True)


def _person(name: str, *roles: Role, fonds: str = "") -> Client:
    client = Client()
    client.force_login(make_user(name, *roles, fonds=fonds))
    return client


@pytest.fixture
def chen(here: Here) -> Client:
    return _person("chen-l", Role.ARCHIVIST)


@pytest.fixture
def watcher(here: Here) -> Client:
    """A security administrator, who reads what users do."""
    return _person("zhou-l", Role.SECURITY_ADMINISTRATOR)


@pytest.fixture
def busy(here: Here, tmp_path: Path) -> Here:
    """An archive whose log tells of an import, its undoing, and a job that failed."""
    from shicheng.cataloguing.services import receive_catalogue, undo_import

    path = write_csv(tmp_path / "old.csv", [PLAIN, *plain_rows(2), ["", "x", "", "", "", ""]])
    made = receive_catalogue(actor=here.operator, path=path, settings=here.settings, fonds="B012")
    here.run_jobs()
    undo_import(actor=here.operator, number=made.number, reason="送错了")
    here.run_jobs()
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\x00\x01\x02" * 900)
    receive_catalogue(actor=here.operator, path=bad, settings=here.settings, fonds="B012")
    here.run_jobs()
    return here


@pytest.fixture
def logged(here: Here) -> Here:
    """An archive whose log tells of some acts."""
    from shicheng.audit.services import append_many
    from shicheng.base.db import atomic

    numbers = {"import": "C2026-0001", "removed": 2, "returned": 1, "kept": 0}
    with atomic():
        append_many(here.operator, [
            ("cataloguing.import.undo_started", ("import", "x"), {"import": "C2026-0001", "reason": "送错了"}),
            ("cataloguing.import.undone", ("import", "x"), numbers),
            *(("holdings.fonds.founded", ("fonds", str(number)), {"code": f"B{number}"}) for number in range(6)),
        ])  # fmt: skip
    return here


def _read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert faults(answer) == []
    return answer.content.decode()


def test_what_each_job_answers_has_a_name() -> None:
    works = [path.read_text("utf-8") for path in Path(shicheng.__file__).parent.glob("*/work.py")]
    answers = [
        key.value
        for work in works
        for node in ast.walk(ast.parse(work))
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant)
    ]
    assert len(answers) > 20
    assert set(answers) - set(DETAILS) == set()


def test_every_detail_of_the_log_and_of_jobs_has_a_name(busy: Here) -> None:
    named = {key for entry in Entry.objects.all() for key in entry.details}
    named |= {key for job in Job.objects.all() for key in {**job.arguments, **(job.result or {})}}
    assert named - set(DETAILS) == set()


def test_entries_are_sentences_in_both_languages(logged: Here, watcher: Client) -> None:
    page = _read(watcher, reverse("audit:log"))
    assert "tester@cli had the import" in page
    watcher.cookies["shicheng_language"] = "zh-hans"
    page = _read(watcher, reverse("audit:log"))
    assert "撤销了导入" in page
    assert "<dt>removed</dt>" not in page


def test_the_log_is_narrowed_by_what_it_is_about(logged: Here, watcher: Client) -> None:
    page = _read(watcher, reverse("audit:log") + "?subject_kind=import&event=cataloguing.import.undone")
    assert page.count("<tr>") == 2  # the head and one entry
    assert _read(watcher, reverse("audit:log") + "?subject_kind=transfer").count("<tr>") == 0


def test_the_log_is_read_back_by_position(logged: Here, watcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shicheng.audit.web.PAGE", 3)
    seen: list[str] = []
    address = reverse("audit:log")
    for _page in range(Entry.objects.count()):
        text = _read(watcher, address)
        seen += [part.split("<")[0] for part in text.split('<td class="num code">')[1:]]
        following = re.search(r'rel="next" href="[^"]*before=([0-9]+)', text)
        if following is None:
            break
        address = f"{reverse('audit:log')}?before={following[1]}"
    assert seen == [str(position) for position in range(Entry.objects.count(), 0, -1)]


def test_a_short_log_is_proved_at_once_and_a_long_one_by_a_job(
    logged: Here, watcher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = watcher.post(reverse("audit:verify"))
    assert answer.status_code == 200
    assert faults(answer) == []
    assert "The chain is intact" in answer.content.decode()
    entry = Entry.objects.latest("position")
    assert (entry.event, entry.details["intact"]) == ("audit.log.proved", True)
    monkeypatch.setattr("shicheng.audit.web.AT_ONCE", 1)
    answer = watcher.post(reverse("audit:verify"))
    assert (answer.status_code, answer.headers["Location"]) == (307, reverse("jobs:prove_log"))
    answer = watcher.post(reverse("jobs:prove_log"))
    logged.run_jobs()
    page = _read(watcher, answer.headers["Location"])
    assert "intact" in page
    assert Entry.objects.filter(event="audit.log.proved").count() == 2
    assert "last verified" in _read(watcher, reverse("audit:log"))


def test_a_broken_chain_is_said_to_be_broken(logged: Here, watcher: Client) -> None:
    from django.db import connection

    with connection.cursor() as cursor:  # as an intruder in the database would, past what guards the table
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_entry SET actor_name = 'nobody' WHERE position = 2")
    text = watcher.post(reverse("audit:verify")).content.decode()
    assert "The chain is broken." in text
    assert Entry.objects.latest("position").details["first_bad"] == 2
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")


def test_the_log_taken_along_is_signed_and_proved_offline(logged: Here, watcher: Client, tmp_path: Path) -> None:
    answer = watcher.post(reverse("audit:export"), {"after": "0"})
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]  # it streams
    report = verify_files([path])
    assert report.intact, report.problems
    assert (report.entries, report.heads_checked) == (Entry.objects.count(), 1)
    assert Entry.objects.latest("position").event == "audit.log.exported"


def test_who_watches_whom(logged: Here, watcher: Client, chen: Client) -> None:
    """The security administrator reads users, the auditor administrators; archivists read no log."""
    auditor = _person("wu-l", Role.AUDITOR)
    make_user("li-l", Role.READER)
    for name in ("audit:verify", "audit:export", "jobs:prove_log"):
        assert chen.post(reverse(name)).status_code == 403, name
    assert chen.get(reverse("audit:log")).status_code == 403
    watcher.post(reverse("people:grants"), {"user": "li-l", "role": "cataloguer", "purpose": "work"})
    page = _read(watcher, reverse("audit:log"))
    assert "tester@cli had the import" in page and "the role Cataloguer" not in page
    page = _read(auditor, reverse("audit:log"))
    assert "gave the account li-l the role Cataloguer" in page and "had the import" not in page
    given = Entry.objects.get(event="people.grant.given", actor_kind="user")
    assert (given.side, given.details["acting_as"]) == ("administration", "security_administrator")


def test_what_is_withheld_is_proved_all_the_same(logged: Here, watcher: Client, tmp_path: Path) -> None:
    make_user("wu-m", Role.READER)
    watcher.post(reverse("people:grants"), {"user": "wu-m", "role": "clerk", "purpose": "work", "reason": "hidden"})
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(watcher.post(reverse("audit:export"), {"after": "0"}).streaming_content))  # type: ignore[attr-defined]  # it streams
    report = verify_files([path])
    assert report.intact and report.entries == Entry.objects.count()
    assert report.withheld == Entry.objects.filter(side="administration").count() > 0
    assert "hidden" not in path.read_text("utf-8")


def test_jobs_are_listed_with_plain_results_and_reasons(busy: Here, chen: Client) -> None:
    page = _read(chen, reverse("jobs:jobs"))
    assert "Take a catalogue in" in page
    assert "may be doubled 0" in page
    assert "is no catalogue" in page
    troubled = _read(chen, reverse("jobs:jobs") + "?troubled=yes")
    assert troubled.count("<tr>") - _read(chen, reverse("jobs:jobs") + "?name=nothing").count("<tr>") == 2
    failed = Job.objects.get(state="failed")
    assert reverse("jobs:retry", args=[failed.pk]) in troubled
    page = _read(chen, reverse("jobs:job", args=[failed.pk]))
    assert "For those who look after the machine" in page
    done = Job.objects.filter(state="done", name="cataloguing.import").get()
    assert "<dt>rejected</dt>" in _read(chen, reverse("jobs:job", args=[done.pk]))
    chen.cookies["shicheng_language"] = "zh-hans"
    assert "<dt>未导入</dt>" in _read(chen, reverse("jobs:job", args=[done.pk]))


def test_values_are_written_for_people() -> None:
    assert tell_value("bytes", 2048) == "2.0 KB" or tell_value("bytes", 2048).startswith("2")
    assert tell_value("intact", True) == "yes"
    assert tell_value("rows", [1, 5000]) == "1–5000"
    assert tell_value("x", ["a", "b"]) == "a, b"
    assert tell_value("x", None) == "–"
    assert tell_value("problems", [message("%(n)s things", n=3).to_json()]) == "3 things"
    assert [(str(name), value) for name, value in tell_details({"unheard_of": 1})] == [("unheard_of", "1")]


def test_the_store_shows_its_growth_by_month(here: Here, chen: Client) -> None:
    for number, (year, month) in enumerate(((2026, 1), (2026, 1), (2026, 3))):
        PromisedObject.objects.create(
            object_id=f"urn:x:{number}", kind="item", files=1, bytes=1000, inventory_digest="0",
            stored_at=datetime(year, month, 5, tzinfo=UTC),
        )  # fmt: skip
    from shicheng.people.services import SYSTEM
    from shicheng.storage.selectors import growth

    told = [(one.month.isoformat(), one.objects, one.bytes, one.total) for one in growth(SYSTEM)]
    assert told == [("2026-01-01", 2, 2000, 2000), ("2026-03-01", 1, 1000, 3000)]
    page = _read(chen, reverse("storage:health"))
    assert "2026-03" in page
    assert "Nothing was verified yet." in page


def test_proving_is_noted_under_whoever_asked(here: Here) -> None:
    from shicheng.people.services import ANONYMOUS

    report = proving.prove_log(actor=here.operator, keys_path=here.settings.keys_path)
    assert report.intact
    assert Entry.objects.latest("position").actor_name == here.operator.name
    with pytest.raises(NotPermitted):
        proving.export_log(actor=ANONYMOUS, after=0, keys_path=here.settings.keys_path)
