"""The way of a transfer: every act in every state, who may act, and two people who act at once."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ingest.archives import small_batch, text_batch
from ingest.fixtures import Here
from shicheng.audit.models import Entry
from shicheng.holdings.models import Item
from shicheng.ingest import services
from shicheng.ingest.errors import NothingHeld, NothingToAccept, TransferNotFound
from shicheng.ingest.models import Transfer
from shicheng.ingest.states import TRANSFER
from shicheng.ingest.types import Kept, Papers, TransferState
from shicheng.jobs.models import Job
from shicheng.kernel import clock
from shicheng.kernel.states import IllegalMove, ReasonMissing
from shicheng.people.errors import NotPermitted
from shicheng.people.services import ANONYMOUS, operator
from shicheng.people.types import Actor, Role
from shicheng.storage.types import StoredObject

pytestmark = pytest.mark.django_db

ARCHIVIST = Actor("user", "李档案", uuid.uuid4(), frozenset({Role.ARCHIVIST, Role.READER}))
Act = Callable[[Actor, Transfer], Any]


def papers(transfer: Transfer) -> Papers:
    return Papers(StoredObject(transfer.object_id, 1, "0/0", 1, 1, "0" * 128, is_new=True), clock.now())


# Each act as a service does it; finish_check notes a report of its own.
ACTS: dict[str, Act] = {
    "receive": lambda actor, one: services.receive(actor=actor, transfer_id=one.pk, facts={"items": 3}),
    "withdraw": lambda actor, one: services.withdraw(actor=actor, transfer_id=one.pk, twin="2020-0001"),
    "check": lambda actor, one: services.start_check(actor=actor, transfer_id=one.pk),
    "pass": lambda actor, one: services.finish_check(
        actor=actor, transfer_id=one.pk, report=uuid.uuid4(), passed=True, faulty=0, errors=0
    ),
    "fail": lambda actor, one: services.finish_check(
        actor=actor, transfer_id=one.pk, report=uuid.uuid4(), passed=False, faulty=1, errors=1
    ),
    "accept": lambda actor, one: services.accept(actor=actor, transfer_id=one.pk),
    "accept_passing": lambda actor, one: services.accept_passing(actor=actor, transfer_id=one.pk, reason="急用"),
    "return": lambda actor, one: services.return_transfer(actor=actor, transfer_id=one.pk, reason="缺件"),
    "store": lambda actor, one: services.finish_storing(
        actor=actor, transfer_id=one.pk, accepted=2, held=1, papers=papers(one), kept=Kept()
    ),
    "resubmit": lambda actor, one: services.resubmit(actor=actor, transfer_id=one.pk, name="again", source="/again"),
}

# Written out from the norm of the house, not read from the program: state -> act -> next state.
TABLE = {
    "announced": {"receive": "received", "withdraw": "withdrawn"},
    "received": {"check": "checking"},
    "checking": {"pass": "checked", "fail": "failed", "check": "checking"},  # its job is asked for again
    "checked": {"check": "checking", "accept": "accepted", "return": "returned"},
    "failed": {
        "check": "checking", "accept_passing": "partly_accepted", "return": "returned", "resubmit": "announced",
    },
    "accepted": {"store": "stored"},
    "partly_accepted": {"store": "stored"},
    "returned": {"resubmit": "announced"},
    "stored": {"resubmit": "announced", "store": "stored"},  # noting twice that it is stored changes nothing
    "withdrawn": {},
}  # fmt: skip


def transfer_in(state: str, **columns: Any) -> Transfer:
    now = clock.now()
    values: dict[str, Any] = {
        "number": f"2020-{Transfer.objects.count() + 1:04d}", "state": state, "name": "batch", "source": "/batch",
        "fonds_code": "T001", "items": 3, "held": 1, "announced_at": now, "received_at": now,
        "report": uuid.uuid4() if state not in ("announced", "received", "checking") else None,
    }  # fmt: skip
    return Transfer.objects.create(**{**values, **columns})


def test_table_names_every_state_and_every_act() -> None:
    assert set(TABLE) == {state.value for state in TransferState}
    assert {move.verb for state in TransferState for move in TRANSFER.moves_from(state)} == set(ACTS)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", TABLE)
def test_every_act_in_every_state(state: str, act: str) -> None:
    transfer = transfer_in(state)
    before = Transfer.objects.values().get(pk=transfer.pk)
    entries = Entry.objects.count()
    wanted = TABLE[state].get(act)
    if wanted is None:
        with pytest.raises(IllegalMove):
            ACTS[act](ARCHIVIST, transfer)
        assert Transfer.objects.values().get(pk=transfer.pk) == before
        assert Entry.objects.count() == entries
        assert not Job.objects.exists()
        return
    ACTS[act](ARCHIVIST, transfer)
    transfer.refresh_from_db()
    assert transfer.state == wanted
    if (state, act) == ("stored", "store"):
        assert Entry.objects.count() == entries
        return
    about = Entry.objects.filter(subject_kind="transfer", subject_id=str(transfer.pk)).order_by("-position").first()
    assert about is not None
    assert about.details["number"] == transfer.number
    assert about.actor_name == "李档案"
    assert Job.objects.count() == (1 if act in ("check", "accept", "accept_passing") else 0)


@pytest.mark.parametrize(
    "actor",
    [
        Actor("user", "reader", uuid.uuid4(), frozenset({Role.READER})),
        Actor("user", "administrator", uuid.uuid4(), frozenset({Role.SYSTEM_ADMINISTRATOR, Role.READER})),
        Actor("user", "other fonds", uuid.uuid4(), frozenset({Role.ARCHIVIST, Role.READER}), frozenset({"T999"})),
        Actor("user", "nobody", uuid.uuid4(), frozenset()),
        ANONYMOUS,
    ],
    ids=lambda actor: actor.name,
)
@pytest.mark.parametrize("act", ACTS)
def test_acts_are_refused_to_whoever_has_no_leave(act: str, actor: Actor) -> None:
    state = next(state for state, acts in TABLE.items() if act in acts)
    transfer = transfer_in(state)
    with pytest.raises(NotPermitted):
        ACTS[act](actor, transfer)
    transfer.refresh_from_db()
    assert transfer.state == state
    assert not Entry.objects.exists()
    assert not Job.objects.exists()


def test_archivist_of_the_fonds_may_act_in_it() -> None:
    own = Actor("user", "own", uuid.uuid4(), frozenset({Role.ARCHIVIST}), frozenset({"T001"}))
    transfer = transfer_in("checked")
    services.accept(actor=own, transfer_id=transfer.pk)
    transfer.refresh_from_db()
    assert transfer.state == "accepted"


@pytest.mark.parametrize("actor", [ANONYMOUS, Actor("user", "a", uuid.uuid4(), frozenset({Role.SYSTEM_ADMINISTRATOR}))])
def test_announcing_is_refused_to_others(actor: Actor) -> None:
    with pytest.raises(NotPermitted):
        services.announce(actor=actor, name="x")
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "\n\t", "\u3000"])
def test_decisions_against_the_office_need_a_reason(reason: str) -> None:
    for act in (services.accept_passing, services.return_transfer):
        transfer = transfer_in("failed")
        with pytest.raises(ReasonMissing):
            act(actor=ARCHIVIST, transfer_id=transfer.pk, reason=reason)
        transfer.refresh_from_db()
        assert (transfer.state, transfer.reason) == ("failed", "")
    assert not Entry.objects.exists()


def test_reason_is_kept_with_the_decision() -> None:
    transfer = transfer_in("failed")
    services.return_transfer(actor=ARCHIVIST, transfer_id=transfer.pk, reason=" 第三件缺附件 ")
    transfer.refresh_from_db()
    assert (transfer.reason, transfer.decided_by) == ("第三件缺附件", "李档案")
    assert Entry.objects.get(event="ingest.transfer.returned").details["reason"] == "第三件缺附件"


def test_batch_of_faulty_items_alone_is_not_accepted() -> None:
    transfer = transfer_in("failed", held=3)
    with pytest.raises(NothingToAccept):
        services.accept_passing(actor=ARCHIVIST, transfer_id=transfer.pk, reason="x")


def test_wholly_stored_transfer_is_not_opened_again() -> None:
    transfer = transfer_in("stored", held=0)
    with pytest.raises(NothingHeld):
        services.resubmit(actor=ARCHIVIST, transfer_id=transfer.pk, name="n", source="/n")


def test_unknown_transfer_is_named() -> None:
    with pytest.raises(TransferNotFound):
        services.accept(actor=ARCHIVIST, transfer_id=uuid.uuid4())


def test_numbers_run_on_and_are_never_given_twice() -> None:
    first, second = (services.announce(actor=ARCHIVIST, name=name, source=name) for name in "ab")
    assert int(second.number[-4:]) == int(first.number[-4:]) + 1
    assert services.announce(actor=ARCHIVIST, name="a", source="a").pk == first.pk  # taken up, not announced twice
    Transfer.objects.all().delete()  # as after a rebuild: none was accepted
    third = services.announce(actor=ARCHIVIST, name="c", source="c")
    assert int(third.number[-4:]) == int(second.number[-4:]) + 1


@pytest.mark.django_db(transaction=True)
def test_two_archivists_who_decide_at_once() -> None:
    for other in ("accept", "return"):
        transfer = transfer_in("checked", held=0)
        barrier = threading.Barrier(2)
        ends: list[str] = []

        def decide(act: str, name: str, transfer: Transfer = transfer, barrier: threading.Barrier = barrier) -> None:
            try:
                barrier.wait(10)
                ACTS[act](operator(name), transfer)
                ends.append("done")  # noqa: B023  # read after both have ended
            except IllegalMove:
                ends.append("refused")  # noqa: B023
            finally:
                connection.close()

        threads = [threading.Thread(target=decide, args=pair) for pair in (("accept", "wang"), (other, "zhao"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(ends) == ["done", "refused"]
        decisions = Entry.objects.filter(subject_id=str(transfer.pk))
        assert decisions.count() == 1
        transfer.refresh_from_db()
        assert decisions.get().actor_name == transfer.decided_by


@pytest.mark.django_db(transaction=True)
def test_one_batch_announced_by_several_at_once_is_one_transfer() -> None:
    several = 4
    barrier = threading.Barrier(several)
    found: list[uuid.UUID] = []

    def announce() -> None:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            found.append(services.announce(actor=operator("wang"), name="a", source="/batches/a").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=announce) for _one in range(several)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == several
    assert len(set(found)) == Transfer.objects.count() == 1


def faulty_batch(folder: Path) -> Path:
    batch = text_batch(4)
    batch.item(2).files[0].digest = "0" * 64
    return batch.write(folder)


def test_returned_batch_comes_again_under_its_number(here: Here, tmp_path: Path) -> None:
    said = here.take_in(faulty_batch(tmp_path / "one"))
    assert said.state == "failed"
    transfer = Transfer.objects.get()
    services.return_transfer(actor=here.operator, transfer_id=transfer.pk, reason="摘要不符")
    again = here.take_in(small_batch(tmp_path / "two", 4), resubmit=said.transfer)
    assert (again.transfer, again.state, again.accepted, again.held) == (said.transfer, "stored", 4, 0)
    transfer.refresh_from_db()
    assert transfer.attempt == 2
    assert Entry.objects.get(event="ingest.transfer.resubmitted").details["attempt"] == 2


def test_mended_batch_after_a_partial_acceptance_doubles_nothing(here: Here, tmp_path: Path) -> None:
    first = here.take_in(faulty_batch(tmp_path / "one"), passing_reason="急用")
    assert (first.state, first.accepted, first.held) == ("stored", 3, 1)
    before = dict(Item.objects.values_list("reference_code", "id"))
    mended = text_batch(4)
    changed = mended.item(1).files[0]
    changed.content = (changed.content or b"") + "后来改了一个字".encode()
    again = here.take_in(mended.write(tmp_path / "two"), resubmit=first.transfer)
    assert (again.transfer, again.state, again.accepted, again.held) == (first.transfer, "stored", 4, 0)
    after = dict(Item.objects.values_list("reference_code", "id"))
    assert len(after) == 4
    assert before.items() <= after.items()
    told = Entry.objects.filter(event="ingest.transfer.stored").order_by("-position")[0].details
    assert (told["kept"], told["differing_refs"]) == (3, [mended.item(1).ref])
    assert Entry.objects.filter(event="ingest.item.stored").count() == 4
    # What was stored first stays as it was.
    file = Item.objects.get(reference_code=mended.item(1).ref).files.get()
    with here.store.open(file.item.object_id, file.logical_path) as stream:
        assert "后来改了".encode() not in stream.read()


def test_same_batch_is_recognised_whatever_it_lies_in(here: Here, tmp_path: Path) -> None:
    import os
    import shutil

    folder = small_batch(tmp_path / "one", 3)
    first = here.take_in(folder)
    for name, make in {
        "moved": lambda: shutil.copytree(folder, tmp_path / "moved"),
        "packed": lambda: Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder)),
        "in a folder": lambda: Path(shutil.make_archive(str(tmp_path / "deep"), "zip", folder.parent, folder.name)),
        "tape": lambda: Path(shutil.make_archive(str(tmp_path / "tape"), "gztar", folder)),
    }.items():
        path = Path(make())
        if path.is_dir():
            for one in path.rglob("*"):
                os.utime(one, (1_000_000_000, 1_000_000_000))
        again = here.take_in(path)
        assert (again.transfer, again.state, again.accepted, again.held) == (first.transfer, "stored", 3, 0), name
    assert Item.objects.count() == 3
    assert Entry.objects.filter(event="ingest.transfer.withdrawn").count() == 4
    assert {entry.details["same_as"] for entry in Entry.objects.filter(event="ingest.transfer.withdrawn")} == {
        first.transfer
    }


def test_code_that_another_transfer_brought_is_refused_with_the_reason(here: Here, tmp_path: Path) -> None:
    here.take_in(small_batch(tmp_path / "one", 3))
    other = text_batch(3, word="另一批")
    said = here.take_in(other.write(tmp_path / "two"))
    assert said.state == "failed"
    assert Item.objects.count() == 3
    from shicheng.checks.models import StoredReport
    from shicheng.checks.types import Report

    found = Report.from_record(StoredReport.objects.get(pk=said.report).record)
    named = {one.ref: str(one.message) for one in found.errors if one.ref}
    assert set(named) == {item.ref for item in other.items}
    assert all(ref in text or "code" in text for ref, text in named.items()), named


def test_job_that_gave_up_is_asked_for_again(here: Here, tmp_path: Path) -> None:
    path = small_batch(tmp_path / "one", 3)
    received = here.receive(path)
    services.start_check(actor=here.operator, transfer_id=received.transfer_id)
    here.run_jobs()
    transfer = services.accept(actor=here.operator, transfer_id=received.transfer_id)
    Job.objects.filter(pk=transfer.job).update(state="dead", finished=clock.now())
    said = here.take_in(path)
    assert (said.transfer, said.state, said.accepted) == (received.number, "stored", 3)


def test_batch_changed_after_it_was_cut_off_is_staged_anew(here: Here, tmp_path: Path) -> None:
    from shicheng.ingest import staging
    from shicheng.packages.reading import open_tree
    from shicheng.packages.types import Limits

    path = small_batch(tmp_path / "one", 3)
    transfer = services.announce(actor=here.operator, name=path.name, source=str(path))
    tree = open_tree(path, limits=Limits())
    staging.stage(tree, transfer, here.settings, lambda *_args: None)
    tree.close()
    text_batch(3, word="改").write(path)
    said = here.take_in(path)
    assert (said.transfer, said.state) == (transfer.number, "stored")
    file = Item.objects.order_by("code_sort")[0].files.get()
    with here.store.open(file.item.object_id, file.logical_path) as stream:
        assert "T001改" in stream.read().decode()
