"""A transfer as its page shows it, and the decisions that page offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shicheng.audit import selectors as audit
from shicheng.checks import selectors as checks
from shicheng.checks.viewing import view_report
from shicheng.ingest import arriving, services
from shicheng.ingest.errors import TransferNotFound
from shicheng.ingest.models import Transfer
from shicheng.ingest.states import TRANSFER
from shicheng.ingest.words import KINDS, STATES
from shicheng.jobs import selectors as jobs
from shicheng.jobs.errors import JobMissing
from shicheng.jobs.models import Job
from shicheng.jobs.words import STATES as JOB_STATES
from shicheng.kernel.messages import message
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.settings import Settings, current
from shicheng.storage.services import open_store

Decision = Callable[[Actor, Transfer, str], str]


def describe(actor: Actor, one: Transfer, query: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page of a transfer shows."""
    subject = ("transfer", str(one.pk))
    stored = checks.report(actor, one.report) if one.report else None
    job = _job(actor, one)
    verbs = [
        move.verb
        for move in TRANSFER.moves_from(one.state)
        if move.permission is None or allows(actor, move.permission, fonds=one.fonds_code or None)
    ]
    sound = max(0, one.items - one.held)
    return {
        "transfer": one,
        "state": STATES[one.state],
        "kind": KINDS.get(one.kind, one.kind),
        "words": JOB_STATES,
        "job": job,
        "pace": job.pace() if job else None,
        "view": view_report(stored, query) if stored else None,
        "runs": checks.reports(actor, subject=subject),
        "unsigned": len(checks.open_manual_checks(stored)) if stored else 0,
        "verbs": verbs if job is None or job.is_finished else [],
        "sound": sound,
        "can_give_up": job is not None and job.is_troubled and "withdraw" in verbs and one.attempt == 1,
        "can_send_again": (
            ("resubmit" in verbs and (one.state != "stored" or one.held > 0))
            or (one.state == "announced" and one.attempt > 1 and job is not None and job.is_troubled)
        ),
        "can_accept_passing": "accept_passing" in verbs and sound > 0,
        "receipts": range(1, one.attempt + 1) if one.state == "stored" else range(1, one.attempt),
        "history": list(reversed(audit.history(actor, subject))),
    }


def open_receipt(one: Transfer, attempt: int, settings: Settings) -> BinaryIO:
    """Open the receipt of an attempt; raises `TransferNotFound` if none was written."""
    path = f"attempt-{attempt}/receipt.pdf"
    store = open_store(settings)
    if not store.has(one.object_id) or path not in store.inventory(one.object_id).state():
        raise TransferNotFound(
            message("There is no receipt for transfer %(number)s yet.", number=one.number),
            hint=message("A receipt is written when the transfer is accepted and stored."),
        )
    return store.open(one.object_id, path)


def receipt_attempt(one: Transfer, asked: str) -> int:
    """The attempt a receipt is asked for, the newest unless one is named."""
    return min(int(asked), one.attempt) if asked.isdecimal() and len(asked) < 5 and int(asked) else one.attempt


def _check(actor: Actor, one: Transfer, reason: str) -> str:
    services.start_check(actor=actor, transfer_id=one.pk)
    return _("The check has begun.")


def _accept(actor: Actor, one: Transfer, reason: str) -> str:
    services.accept(actor=actor, transfer_id=one.pk)
    text = ngettext("%(n)s item is accepted and being stored.", "%(n)s items are accepted and being stored.", one.items)
    return text % {"n": one.items}


def _accept_passing(actor: Actor, one: Transfer, reason: str) -> str:
    services.accept_passing(actor=actor, transfer_id=one.pk, reason=reason)
    return _("%(sound)s items are accepted and being stored, %(held)s are held back.") % {
        "sound": one.items - one.held, "held": one.held}  # fmt: skip


def _return(actor: Actor, one: Transfer, reason: str) -> str:
    services.return_transfer(actor=actor, transfer_id=one.pk, reason=reason)
    return _("The transfer is returned. Send the office the report with your reasons.")


def _give_up(actor: Actor, one: Transfer, reason: str) -> str:
    arriving.give_up(actor=actor, transfer_id=one.pk, settings=current())
    return _("The transfer is given up, and what was sent for it is thrown away.")


DECISIONS: dict[str, Decision] = {
    "withdraw": _give_up, "check": _check, "accept": _accept, "accept_passing": _accept_passing, "return": _return,
}  # fmt: skip


def _job(actor: Actor, one: Transfer) -> Job | None:
    if one.job is None:
        return None
    try:
        return jobs.job(actor, one.job)
    except JobMissing:  # somebody else's, and the actor is limited to their own
        return None
