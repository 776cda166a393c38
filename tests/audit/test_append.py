"""Appending to the log, and the triggers that keep it."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from shicheng.audit import chain, registry, selectors, services, triggers
from shicheng.audit.errors import ChainBroken, LogProtected, NoTransaction, UnknownEvent
from shicheng.audit.models import Entry, Head, SignedHead
from shicheng.audit.types import EntryFilters
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.services import ANONYMOUS, SYSTEM
from shicheng.people.types import Actor

HAPPENED = registry.event("test.thing.happened", _("A thing happened"), sentence=_("%(actor)s made %(count)s things."))
OTHER = registry.event("test.other.happened", _("Another thing happened"))

pytestmark = pytest.mark.django_db


def append(count: int, **details: object) -> range:
    with atomic():
        return services.append_many(SYSTEM, [(HAPPENED, ("thing", str(n)), {"n": n, **details}) for n in range(count)])


def test_each_entry_holds_the_hash_of_the_one_before() -> None:
    append(3)
    entries = selectors.entries_after(0)
    assert [entry.position for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [chain.START, entries[0].hash, entries[1].hash]
    assert Head.objects.get().hash == entries[2].hash


def test_hash_is_sm3_over_canonical_json() -> None:
    from shicheng.kernel.canonical import canonical_json
    from shicheng.kernel.digests import digest_bytes

    actor = Actor("user", "王“五”\\\n", uuid4(), frozenset({"archivist"}))
    with atomic():
        services.append(actor, HAPPENED, ("thing", "x\ty"), {"b": [1, None, True], "a": "文件"})
    entry = Entry.objects.get()
    value = {
        "actor": {"id": str(actor.user_id), "kind": "user", "name": actor.name},
        "at": chain.write_time(entry.at), "details": {"a": "文件", "b": [1, None, True]}, "event": HAPPENED,
        "position": 1, "previous": "0" * 64, "subject": {"id": "x\ty", "kind": "thing"},
    }  # fmt: skip
    assert entry.content() == canonical_json(value)
    assert entry.hash == digest_bytes(canonical_json(value), "sm3")


def test_unregistered_event_is_refused() -> None:
    with pytest.raises(UnknownEvent), atomic():
        services.append(SYSTEM, "test.never.registered", None, {})
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_append_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NoTransaction):
        services.append(SYSTEM, HAPPENED, None, {})


def test_details_take_ids_dates_paths_and_broken_names() -> None:
    when, who = clock.now(), uuid4()
    with atomic():
        services.append(
            SYSTEM, HAPPENED, None,
            {"id": who, "at": when, "path": Path("a/b"), "name": "\udcff.txt", "nul": "a\x00b", "rate": 1.5,
             "text": _("Hello %(x)s", x=2.5)},
        )  # fmt: skip
    details = Entry.objects.get().details
    assert details == {
        "id": str(who), "at": chain.write_time(when), "path": "a/b", "name": "\\udcff.txt", "nul": "a\x00b",
        "rate": "1.5", "text": {"template": "Hello %(x)s", "params": {"x": "2.5"}},
    }  # fmt: skip


@pytest.mark.parametrize("model", [Entry, SignedHead])
def test_database_refuses_to_change_or_delete(model: type[Entry] | type[SignedHead]) -> None:
    append(2)
    SignedHead.objects.create(position=2, hash="x", at=clock.now(), signature="s", key_id="k", public_key="p")
    table = model._meta.db_table
    for act in (
        lambda: model.objects.update(hash="forged"),
        lambda: model.objects.all().delete(),
        lambda: model.objects.first().delete(),  # type: ignore[union-attr]
        lambda: connection.cursor().execute(f"DELETE FROM {table}"),
        lambda: connection.cursor().execute(
            f"TRUNCATE {table}" if connection.vendor == "postgresql"
            else f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        ),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert not model.objects.filter(hash="forged").exists()
    assert model.objects.count() == (2 if model is Entry else 1)


def test_flush_outside_tests_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    append(1)
    monkeypatch.delattr(mail, "outbox")
    with pytest.raises(LogProtected):
        call_command("flush", interactive=False, verbosity=0)
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_flush_of_a_test_database_puts_the_triggers_back() -> None:
    append(1)
    call_command("flush", interactive=False, verbosity=0)
    assert not Entry.objects.exists()
    assert triggers.is_installed(connection)
    append(1)
    assert Entry.objects.get().position == 1


def test_missing_head_is_noticed() -> None:
    append(1)
    Head.objects.all().delete()
    with pytest.raises(ChainBroken):
        append(1)


def test_history_and_recent_need_the_permission() -> None:
    append(3)
    with atomic():
        services.append(SYSTEM, OTHER, ("thing", "1"), {"count": 7})
    security = Actor("user", "c", uuid4(), frozenset({"security_administrator"}))
    auditor = Actor("user", "d", uuid4(), frozenset({"auditor"}))
    under = Actor("user", "e", uuid4(), frozenset({"archivist"}), emergency_id="E1")
    with atomic():
        for actor in (security, auditor, under):
            services.append(actor, OTHER, None, {})
    archivist = Actor("user", "a", uuid4(), frozenset({"archivist"}))
    assert [entry.event for entry in selectors.history(archivist, ("thing", "1"))] == [HAPPENED, OTHER]
    assert [entry.position for entry in selectors.recent(security)] == [7, 4, 3, 2, 1]
    assert [entry.position for entry in selectors.recent(security, EntryFilters(event=HAPPENED, before=3))] == [2, 1]
    assert [entry.position for entry in selectors.recent(auditor)] == [7, 6, 5]
    assert Entry.objects.get(position=6).details == {"acting_as": "auditor"}
    assert selectors.recent(archivist) == selectors.history(security, ("thing", "1")) == []
    assert selectors.recent(ANONYMOUS) == selectors.history(ANONYMOUS, ("thing", "1")) == []
    assert selectors.signed_heads(ANONYMOUS) == []


def test_entry_tells_itself_in_a_sentence() -> None:
    with atomic():
        services.append(SYSTEM, HAPPENED, None, {"count": 7})
        services.append(SYSTEM, HAPPENED, None, {})
        services.append(SYSTEM, OTHER, None, {})
    texts = [str(entry.sentence) for entry in selectors.entries_after(0)]
    assert texts == ["system made 7 things.", "system made – things.", "Another thing happened"]
    assert str(registry.describe("gone.thing.happened", actor_name="x", details={})) == "gone.thing.happened"


def test_follower_remembers_its_position() -> None:
    assert services.follower_position("index") == 0
    services.set_follower_position("index", 5)
    services.set_follower_position("index", 9)
    assert services.follower_position("index") == 9


def test_batches_are_quick() -> None:
    append(1)
    start = time.perf_counter()
    append(3000, title="关于二〇二四年档案工作的通知")
    assert 3000 / (time.perf_counter() - start) > 2000  # 6,000 and more on an idle machine


def test_codes_in_details_are_told_in_words_and_unknown_ones_as_they_are() -> None:
    code = "checks.report.stored"
    details = {"run": 1, "errors": 2, "warnings": 0}
    assert "passed" in str(registry.describe(code, actor_name="x", details={**details, "verdict": "pass"}))
    assert "odd" in str(registry.describe(code, actor_name="x", details={**details, "verdict": "odd"}))
