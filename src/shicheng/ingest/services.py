"""Changing transfers: each service is one short transaction, slow work is in jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from shicheng.audit import selectors as logged
from shicheng.audit import services as audit
from shicheng.audit.types import EntryFilters
from shicheng.base.db import alone, atomic
from shicheng.holdings.fonds import require_open
from shicheng.ingest import events, policies
from shicheng.ingest.errors import NotGivenUp, NothingHeld, NothingToAccept, TransferNotFound
from shicheng.ingest.models import Transfer
from shicheng.ingest.states import TRANSFER
from shicheng.ingest.types import Kept, Papers
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.kernel.states import ReasonMissing
from shicheng.people.policies import require
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor
from shicheng.settings import current
from shicheng.storage import services as storage


def announce(*, actor: Actor, name: str, source: str = "") -> Transfer:
    """Give a coming transfer its number; the bytes follow. One announced from the same place is taken up again.

    Who announced it sees it before its fonds is known.
    """
    require(actor, policies.RECEIVE)
    with atomic():
        alone("ingest.announce")  # else two commands with one batch would not see each other
        waiting = Transfer.objects.select_for_update().filter(state="announced", source=source, name=name).first()
        if waiting is not None:
            return waiting
        transfer = Transfer.objects.create(
            number=_next_number(clock.now()), name=name[:300], source=source, announced_at=clock.now(),
            sender=actor.user_id,
        )  # fmt: skip
        _log(actor, events.ANNOUNCED, transfer, {"name": transfer.name, "source": source})
    return transfer


def receive(*, actor: Actor, transfer_id: UUID, facts: Mapping[str, Any]) -> Transfer:
    """Note that all bytes of a transfer lie in staging; `facts` are the columns that are known now."""
    require(actor, policies.RECEIVE, fonds=facts.get("fonds_code") or None)
    require_open(str(facts.get("fonds_code") or ""))
    with atomic():
        transfer = _locked(actor, transfer_id, policies.RECEIVE)
        for name, value in facts.items():
            setattr(transfer, name, value)
        transfer.received_at = clock.now()
        _move(transfer, "receive")
        _log(
            actor,
            events.RECEIVED,
            transfer,
            {
                "items": transfer.items,
                "files": transfer.files,
                "bytes": transfer.bytes,
                "sm3": transfer.content_digest,
                "agency": transfer.agency,
                "fonds": transfer.fonds_code,
            },
        )
    return transfer


def withdraw(*, actor: Actor, transfer_id: UUID, twin: str) -> None:
    """Give up the announcement of a batch that turned out to be one we have: its number is not used again."""
    with atomic():
        transfer = _locked(actor, transfer_id, policies.RECEIVE)
        transfer.same_as = twin
        _move(transfer, "withdraw")
        _log(actor, events.WITHDRAWN, transfer, {"same_as": twin})


def receive_later(*, actor: Actor, transfer_id: UUID) -> Transfer:
    """See to it that a job receives what was announced, from the place its row names."""
    from shicheng.ingest import work
    from shicheng.jobs import services as jobs

    with atomic():
        transfer = _locked(actor, transfer_id, policies.RECEIVE)
        if transfer.state == "announced":
            key = f"ingest.receive:{transfer.pk}:{transfer.attempt}"
            job = jobs.enqueue(work.receive_transfer, unique_key=key, actor=actor, transfer_id=str(transfer.pk))
            transfer.job = job.pk
            transfer.save(update_fields=["job"])
    return transfer


def give_up(*, actor: Actor, transfer_id: UUID) -> Transfer:
    """Give up a transfer of which nothing could be taken in; what was sent for it is thrown away by its upload."""
    from shicheng.jobs.models import Job
    from shicheng.jobs.types import UNFINISHED

    with atomic():
        transfer = _locked(actor, transfer_id, policies.RECEIVE)
        going = transfer.job is not None and Job.objects.filter(pk=transfer.job, state__in=UNFINISHED).exists()
        by_command = transfer.job is None and actor.kind != "system"  # it is received by whoever announced it
        # What came with an earlier attempt stays, so its number does too.
        if going or by_command or transfer.attempt > 1:
            raise NotGivenUp(
                _("Transfer %(number)s can't be given up: it is being received, or a part of it came before.",
                  number=transfer.number),
                hint=_("Wait until the job has ended, or send the mended batch under the same number."),
            )  # fmt: skip
        _move(transfer, "withdraw")
        _log(actor, events.GIVEN_UP, transfer, {})
    return transfer


def start_check(*, actor: Actor, transfer_id: UUID) -> Transfer:
    """Move a transfer into its check and hand the work to a job."""
    from shicheng.ingest import work
    from shicheng.jobs import services as jobs

    with atomic():
        transfer = _locked(actor, transfer_id, policies.CHECK)
        if transfer.state != "checking":
            _move(transfer, "check", save=False)
        job = jobs.enqueue(
            work.check_transfer, unique_key=f"ingest:{transfer.pk}", actor=actor, transfer_id=str(transfer.pk)
        )
        transfer.job = job.pk
        transfer.save()
        _log(actor, events.CHECK_STARTED, transfer, {"attempt": transfer.attempt})
    return transfer


def finish_check(*, actor: Actor, transfer_id: UUID, report: UUID, passed: bool, faulty: int, errors: int) -> Transfer:
    """Note how the check came out. Safe to run twice for one report."""
    with atomic():
        transfer = _locked(actor, transfer_id, policies.CHECK)
        if transfer.report == report:
            return transfer
        transfer.report = report
        transfer.held = faulty
        _move(transfer, "pass" if passed else "fail")
        _log(
            actor,
            events.CHECKED if passed else events.FAILED,
            transfer,
            {"report": str(report), "errors": errors, "faulty_items": faulty},
        )
    return transfer


def accept(*, actor: Actor, transfer_id: UUID) -> Transfer:
    """Accept a whole transfer and start its accession."""
    return _decide(actor=actor, transfer_id=transfer_id, verb="accept", event=events.ACCEPTED, reason="")


def accept_passing(*, actor: Actor, transfer_id: UUID, reason: str) -> Transfer:
    """Accept the sound items of a failed transfer, with a reason; the others are held."""
    return _decide(
        actor=actor, transfer_id=transfer_id, verb="accept_passing", event=events.PARTLY_ACCEPTED, reason=reason
    )


def return_transfer(*, actor: Actor, transfer_id: UUID, reason: str) -> Transfer:
    """Return a transfer to the office with the reasons; it may come again under the same number."""
    with atomic():
        transfer = _locked(actor, transfer_id, policies.RETURN)
        transfer.reason = _reason(reason)
        transfer.decided_by, transfer.decided_at = actor.name, clock.now()
        transfer.held = transfer.items
        _move(transfer, "return")
        _log(actor, events.RETURNED, transfer, {"reason": transfer.reason, "report": str(transfer.report or "")})
    return transfer


def resubmit(*, actor: Actor, transfer_id: UUID, name: str, source: str) -> Transfer:
    """Open a transfer for the same number again, after it was returned or partly held."""
    with atomic():
        transfer = _locked(actor, transfer_id, policies.RECEIVE)
        if transfer.state == "announced" and transfer.source == source:
            return transfer
        if transfer.state == "announced" and transfer.attempt > 1:  # what was sent last could not be taken in
            transfer.name, transfer.source, transfer.sender = name[:300], source, actor.user_id
            transfer.save(update_fields=["name", "source", "sender"])
            _log(actor, events.RESUBMITTED, transfer, {"attempt": transfer.attempt, "name": name})
            return transfer
        if transfer.state == "stored" and not transfer.held:
            raise NothingHeld(
                _("All items of transfer %(number)s are stored already.", number=transfer.number),
                hint=_("Send other items as a transfer of their own."),
            )
        transfer.attempt += 1
        transfer.name, transfer.source, transfer.sender = name[:300], source, actor.user_id
        transfer.report = None
        _move(transfer, "resubmit")
        _log(actor, events.RESUBMITTED, transfer, {"attempt": transfer.attempt, "name": name})
    return transfer


def finish_storing(
    *, actor: Actor, transfer_id: UUID, accepted: int, held: int, papers: Papers, kept: Kept
) -> Transfer:
    """Note that everything accepted is durable, registered and proved by its papers. Safe to run twice.

    `kept` tells of items that came with an earlier attempt: they stay as they were stored then.
    """
    with atomic():
        transfer = _locked(actor, transfer_id, policies.ACCEPT)
        if transfer.state == "stored":
            return transfer
        transfer.accepted = accepted
        transfer.held = held
        transfer.stored_at = papers.stored_at
        _move(transfer, "store")
        storage.register_objects([papers.stored], kind="transfer")
        _log(
            actor,
            events.STORED,
            transfer,
            {
                "accepted": accepted,
                "held": held,
                "attempt": transfer.attempt,
                "object": papers.stored.object_id,
                "inventory": papers.stored.inventory_digest,
                **kept.details(),
            },
        )
    return transfer


def _decide(*, actor: Actor, transfer_id: UUID, verb: str, event: str, reason: str) -> Transfer:
    from shicheng.ingest import work
    from shicheng.jobs import services as jobs

    with atomic():
        transfer = _locked(actor, transfer_id, policies.ACCEPT)
        TRANSFER.find_move(transfer.state, verb)  # somebody may have decided before: that is to be said first
        require_open(transfer.fonds_code)
        if transfer.items and transfer.held >= transfer.items:
            raise NothingToAccept(
                _("Every item of transfer %(number)s has faults; there is nothing to accept.", number=transfer.number),
                hint=_("Return the transfer with the report, so that the office can mend it."),
            )
        if verb == "accept_passing":
            transfer.reason = _reason(reason)
        transfer.decided_by, transfer.decided_at = actor.name, clock.now()
        _move(transfer, verb, save=False)
        job = jobs.enqueue(
            work.store_transfer, unique_key=f"ingest:{transfer.pk}", actor=actor, transfer_id=str(transfer.pk)
        )
        transfer.job = job.pk
        transfer.save()
        _log(actor, event, transfer, {"reason": transfer.reason, "report": str(transfer.report or "")})
    return transfer


def go_on_storing(*, actor: Actor, transfer_id: UUID) -> Transfer:
    """See to it that a job stores what was accepted, also after the last one gave up."""
    from shicheng.ingest import work
    from shicheng.jobs import services as jobs

    with atomic():
        transfer = _locked(actor, transfer_id, policies.ACCEPT)
        if transfer.state in ("accepted", "partly_accepted"):
            job = jobs.enqueue(
                work.store_transfer, unique_key=f"ingest:{transfer.pk}", actor=actor, transfer_id=str(transfer.pk)
            )
            transfer.job = job.pk
            transfer.save(update_fields=["job"])
    return transfer


def _locked(actor: Actor, transfer_id: UUID, permission: str) -> Transfer:
    """Lock the row of a transfer for whoever may do this in its fonds, as soon as its fonds is known."""
    require(actor, permission)
    transfer = Transfer.objects.select_for_update().filter(pk=transfer_id).first()
    if transfer is None:
        raise TransferNotFound(
            _("There is no transfer %(key)s here, or it is not open to you.", key=transfer_id),
            hint=_("Look it up in the list of transfers."),
        )
    require(actor, permission, fonds=transfer.fonds_code or None)
    return transfer


def _move(transfer: Transfer, verb: str, *, save: bool = True) -> None:
    transfer.state = TRANSFER.next(transfer.state, verb)
    if save:
        transfer.save()


def _reason(text: str) -> str:
    if not text.strip():
        raise ReasonMissing(_("This decision needs a reason."), hint=_("Write for the office why, then decide again."))
    return text.strip()


def _log(actor: Actor, event: str, transfer: Transfer, details: dict[str, Any]) -> None:
    audit.append(actor, event, ("transfer", str(transfer.pk)), {"number": transfer.number, **details})


def _next_number(now: datetime) -> str:
    """`2026-0001`: year and running number. Inside a transaction that holds the write lock."""
    from zoneinfo import ZoneInfo

    year = now.astimezone(ZoneInfo(current().time_zone)).year
    given = [Transfer.objects.filter(number__startswith=f"{year}-").aggregate(last=Max("number"))["last"]]
    # After a rebuild the rows of batches that were never accepted are gone, but not the letters that name them.
    given += [entry.details["number"] for entry in logged.recent(SYSTEM, EntryFilters(event=events.ANNOUNCED, limit=1))]
    numbers = [int(number.rpartition("-")[2]) for number in given if number and number.startswith(f"{year}-")]
    return f"{year}-{max(numbers, default=0) + 1:04d}"
