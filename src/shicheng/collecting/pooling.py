"""Pushed documents on their way into the pool, and what became of them there."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.collecting import events, policies, receipts
from shicheng.collecting.errors import NotReturnable
from shicheng.collecting.handing import acting_for, pool_document
from shicheng.collecting.models import Push
from shicheng.collecting.pushing import superseded
from shicheng.collecting.receiving import clear
from shicheng.collecting.states import PUSH
from shicheng.ingest import loose, pool_watch
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.kernel.states import ReasonMissing
from shicheng.people.types import Actor
from shicheng.settings import Settings

_AT_ONCE: Final = 500


def take_into_pool(*, push_id: UUID, settings: Settings) -> dict[str, object]:
    """Hand a pushed document over to the pool. Safe to run twice and after any cut."""
    push = Push.objects.select_related("system").get(pk=push_id)
    if push.state == "received":
        actor = acting_for(push.system)
        loose.add_documents(
            actor=actor, fonds=push.system.fonds_code, year=push.year, documents=[pool_document(push, settings)],
            settings=settings, unit=push.system.unit, name=f"{push.number} {push.system.name}", key=push.key,
        )  # fmt: skip
        with atomic():
            held = Push.objects.select_for_update().get(pk=push.pk)
            if held.state == "received":
                held.state, held.pooled_at = PUSH.next(held.state, "take"), clock.now()
                held.save(update_fields=["state", "pooled_at"])
                audit.append(actor, events.POOLED, ("push", str(held.pk)), {"number": held.number})
        push.state = held.state
    if push.state == "superseded":  # a newer revision came while this one was on its way
        _set_aside(push, _("A newer revision of the document came."))
    _take_place_of_earlier(push)
    clear(push.pk, settings)
    return {"number": push.number, "state": push.state}


def return_push(*, actor: Actor, push: Push, reason: str) -> Push:
    """Give a document back to its system with the reason; its files stay in the pool, left out of filing.

    Raises `NotReturnable` once it has a number or is filed. Returned already, nothing happens.
    """
    policies.require(actor, policies.RETURN, push.system)
    reason = " ".join(reason.split())[:2000]
    if not reason:
        raise ReasonMissing(
            _("A document goes back with a reason."), hint=_("Write what the system is to mend before it sends again.")
        )
    if push.state == "returned":
        return push
    PUSH.find_move(push.state, "return")
    words = _("Returned to %(system)s: %(reason)s", system=push.system.name, reason=reason)
    if not _set_aside(push, words, actor):
        raise NotReturnable(
            _("The document of %(number)s can't go back: it has a number, is filed or was put together with others.",
              number=push.number),
            hint=_("Take its number or its item back in the pool first; what is filed stays."),
        )  # fmt: skip
    with atomic():
        held = Push.objects.select_for_update().select_related("system").get(pk=push.pk)
        if held.state == "pooled":
            held.state, held.reason, held.ended_at = PUSH.next(held.state, "return"), reason, clock.now()
            held.save(update_fields=["state", "reason", "ended_at"])
            audit.append(
                actor, events.RETURNED, ("push", str(held.pk)), {"number": held.number, "reason": reason[:1000]}
            )
    return held


def any_in_pool() -> bool:
    """Tell whether some pushed document is not filed yet."""
    return Push.objects.filter(state="pooled").exists()


def settle() -> int:
    """Note which documents are filed by now; returns how many."""
    filed = 0
    waiting = list(Push.objects.filter(state="pooled").values_list("pk", flat=True))
    for start in range(0, len(waiting), _AT_ONCE):
        rows = list(Push.objects.select_related("system").filter(pk__in=waiting[start : start + _AT_ONCE]))
        told = receipts.standings(rows)
        for one in rows:
            if told[one.pk].state == "filed":
                filed += _file(one, "、".join(item.code for item in told[one.pk].items))
    return filed


def _file(push: Push, code: str) -> int:
    with atomic():
        held = Push.objects.select_for_update().select_related("system").get(pk=push.pk)
        if held.state != "pooled":
            return 0
        held.state, held.ended_at = PUSH.next(held.state, "file"), clock.now()
        held.save(update_fields=["state", "ended_at"])
        audit.append(
            acting_for(held.system), events.FILED, ("push", str(held.pk)), {"number": held.number, "code": code}
        )
    return 1


def _take_place_of_earlier(push: Push) -> None:
    """Let the earlier revisions go that nobody has given a number; the others stay as they are, beside this one."""
    earlier = Push.objects.select_related("system").filter(
        system=push.system_id, document=push.document, revision__lt=push.revision, state__in=("pooled", "returned")
    )
    for before in earlier if push.state != "superseded" else ():
        if before.state == "pooled" and not _set_aside(before, _("A newer revision of the document came.")):
            continue
        with atomic():
            held = Push.objects.select_for_update().get(pk=before.pk)
            if held.state in ("pooled", "returned"):
                held.state, held.ended_at = PUSH.next(held.state, "supersede"), clock.now()
                held.save(update_fields=["state", "ended_at"])
                event, subject, details = superseded(held, push)
                audit.append(acting_for(before.system), event, subject, details)


def _set_aside(push: Push, reason: object, actor: Actor | None = None) -> bool:
    return pool_watch.set_aside(
        actor=actor or acting_for(push.system), fonds=push.system.fonds_code, key=push.key, reason=str(reason)
    )
