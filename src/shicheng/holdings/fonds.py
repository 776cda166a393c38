"""Fonds 全宗 as GB/T 13967-2026 sees them: what happens to one is an event with its decision, never an edit."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events, policies
from shicheng.holdings.errors import BadFondsEvent, FondsClosed, UnknownFonds
from shicheng.holdings.fonds_types import CLOSING, FONDS_KINDS, FondsEventKind, FondsKind
from shicheng.holdings.models import DossierPaper, Fonds, FondsEvent
from shicheng.holdings.services import found_fonds
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import DEFAULT_TEMPLATES
from shicheng.people.policies import require
from shicheng.people.types import Actor

_LONGEST: Final = 400
_CODE: Final = next(DEFAULT_TEMPLATES[0].fields)


def listed_fonds(actor: Actor) -> QuerySet[Fonds]:
    """The fonds this actor may see the pages of, by code."""
    return policies.visible_fonds(actor).order_by("code")


def find_fonds(actor: Actor, code: str) -> Fonds:
    """One fonds by its code; raises `UnknownFonds`."""
    found = policies.visible_fonds(actor).filter(code=code).first()
    if found is None:
        raise _unknown(code)
    return found


def named_fonds(code: str) -> Fonds | None:
    """The fonds of this code, if there is one. Whoever asks has made sure who reads it."""
    return Fonds.objects.filter(code=code).first()


def lock_fonds(code: str, *, takes_in: bool = False) -> Fonds:
    """One fonds by its code, locked until the transaction ends: the way in for whoever orders its records.

    Whoever asks has made sure who may. With `takes_in` raises `FondsClosed` for one that takes in nothing more.
    """
    found = Fonds.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise _unknown(code)
    if takes_in:
        _require_open(found)
    return found


def require_open(code: str) -> None:
    """Raise `FondsClosed` if the fonds of this code is there and takes in nothing more."""
    found = Fonds.objects.filter(code=code).first() if code else None
    if found is not None:
        _require_open(found)


def record_event(
    *, actor: Actor, code: str, kind: str, on: datetime.date, decision: str, words: str = "",
    others: Sequence[str] = (), name: str = "", fonds_kind: str = "", evidence: UUID | None = None, agency: str = "",
) -> FondsEvent:  # fmt: skip
    """Record what happened to a fonds, and let the fonds be what it is since then.

    `founded` makes the fonds; `name` is its name from now on, where the event gives it one. Merging closes this fonds
    and names the new one among `others`; a part that became an agency of its own is founded by an event of its own.
    The same event recorded twice is one. Raises `BadFondsEvent`, `UnknownFonds`, `NotPermitted`.
    """
    require(actor, policies.CHANGE_FONDS, fonds=code)
    decision, name, words = " ".join(decision.split()), " ".join(name.split())[:_LONGEST], words.strip()
    others = [one for one in dict.fromkeys(each.strip() for each in others) if one and one != code]
    _require_sound(kind, on, decision, name, others, fonds_kind)
    with atomic():
        fonds = _found(actor, code, name, agency) if kind == FondsEventKind.FOUNDED else lock_fonds(code)
        missing = set(others) - set(Fonds.objects.filter(code__in=others).values_list("code", flat=True))
        if missing:
            raise _bad(_("There is no fonds %(code)s here.", code=sorted(missing)[0]),
                       _("Found it first, or correct its code."))  # fmt: skip
        known = FondsEvent.objects.filter(fonds=fonds, kind=kind, on=on, decision=decision).first()
        if known is not None:
            return known
        _require_possible(fonds, kind, on)
        paper = DossierPaper.objects.filter(pk=evidence, fonds=fonds).first() if evidence else None
        if evidence and paper is None:
            raise _bad(_("The evidence is no paper of the dossier of %(code)s.", code=code),
                       _("Put the paper into the dossier first."))  # fmt: skip
        before = fonds.name
        _apply(fonds, kind, on, name, fonds_kind)
        made = FondsEvent.objects.create(
            fonds=fonds, kind=kind, on=on, decision=decision[:500], evidence=paper, words=words, others=others,
            name_before=before if name and name != before else "", name_after=name, recorded_by=actor.name[:200],
            recorded_at=clock.now(),
        )  # fmt: skip
        details: dict[str, Any] = {
            "code": code, "kind": kind, "on": on.isoformat(), "decision": made.decision, "others": others,
            "name": fonds.name, "name_before": made.name_before, "words": words, "fonds_kind": fonds.kind,
            "evidence": str(paper.paper) if paper else "",
        }  # fmt: skip
        audit.append(actor, events.FONDS_EVENT, ("fonds", str(fonds.pk)), details)
    return made


def set_location(*, actor: Actor, code: str, location: str) -> Fonds:
    """Say where the fonds is shelved; a column of the register sheet 全宗单."""
    require(actor, policies.CHANGE_FONDS, fonds=code)
    with atomic():
        fonds = lock_fonds(code)
        location = " ".join(location.split())[:300]
        if fonds.location != location:
            before, fonds.location = fonds.location, location
            fonds.save(update_fields=["location"])
            audit.append(
                actor, events.FONDS_PLACED, ("fonds", str(fonds.pk)),
                {"code": code, "before": before, "location": location},
            )  # fmt: skip
    return fonds


def _found(actor: Actor, code: str, name: str, agency: str) -> Fonds:
    if not re.fullmatch(DEFAULT_TEMPLATES[0].pattern(_CODE), code):
        raise _bad(_("%(code)s is no fonds code.", code=code), _("A fonds code has a capital and three digits: Z109."))
    return found_fonds(actor=actor, code=code, name=name, agency=agency or name)


def _apply(fonds: Fonds, kind: str, on: datetime.date, name: str, fonds_kind: str) -> None:
    if kind == FondsEventKind.FOUNDED:
        fonds.began_on = on
    if kind in CLOSING:
        fonds.closed_on = on
    elif kind == FondsEventKind.RESTORED:
        fonds.closed_on = None
    if name:
        fonds.name = name
    if fonds_kind:
        fonds.kind = fonds_kind
    fonds.save(update_fields=["began_on", "closed_on", "name", "kind"])


def _require_sound(
    kind: str, on: datetime.date, decision: str, name: str, others: Sequence[str], fonds_kind: str
) -> None:
    if kind not in set(FondsEventKind):
        raise _bad(_("%(kind)s is nothing that happens to a fonds.", kind=kind), _("Choose one of the list."))
    if not decision:
        raise _bad(_("The event names no decision."), _("Write which document decided it, with its number and date."))
    if on > clock.now().date():
        raise _bad(_("The event lies in the future."), _("Record it when it has happened."))
    if kind in (FondsEventKind.FOUNDED, FondsEventKind.RENAMED) and not name:
        raise _bad(_("The event gives the fonds no name."), _("Write the name it has from then on."))
    if kind in (FondsEventKind.MERGED, FondsEventKind.ABSORBED, FondsEventKind.SPLIT) and not others:
        raise _bad(_("The event names no other fonds."), _("Name the fonds that came of it or came into it."))
    if fonds_kind and fonds_kind not in FONDS_KINDS:
        raise _bad(_("%(kind)s is no kind of fonds.", kind=fonds_kind), _("Choose one of the list."))
    if kind == FondsEventKind.REPLACED and fonds_kind not in set(FondsKind):
        raise _bad(_("The event says no kind of fonds."), _("Choose which kind it is from then on."))


def _require_possible(fonds: Fonds, kind: str, on: datetime.date) -> None:
    if kind == FondsEventKind.FOUNDED and FondsEvent.objects.filter(fonds=fonds, kind=kind).exists():
        raise _bad(_("%(code)s was founded already.", code=fonds.code), _("A fonds code is never given twice."))
    if kind == FondsEventKind.RESTORED and fonds.closed_on is None:
        raise _bad(_("%(code)s is not closed.", code=fonds.code), _("Only a closed fonds can be restored."))
    if kind not in (FondsEventKind.RESTORED, FondsEventKind.FOUNDED) and fonds.closed_on is not None:
        raise _closed(fonds)
    if fonds.began_on is not None and on < fonds.began_on:
        raise _bad(
            _("The event lies before the founding on %(on)s.", on=fonds.began_on.isoformat()), _("Correct its day.")
        )


def _require_open(fonds: Fonds) -> None:
    if fonds.closed_on is not None:
        raise _closed(fonds)


def _closed(fonds: Fonds) -> FondsClosed:
    return FondsClosed(
        _("The fonds %(code)s is closed since %(on)s and takes in nothing more.", code=fonds.code,
          on=fonds.closed_on.isoformat() if fonds.closed_on else ""),
        hint=_("Give the records to the fonds that followed it, or record that it was restored."),
    )  # fmt: skip


def _bad(message: Any, hint: Any) -> BadFondsEvent:
    return BadFondsEvent(message, hint=hint)


def _unknown(code: str) -> UnknownFonds:
    return UnknownFonds(
        _("There is no fonds %(code)s here, or it is not open to you.", code=code),
        hint=_("Look it up in the list of fonds, or have it founded."),
    )
