"""Giving held items other codes: decided once with a reason, carried out item by item, old and new in the log.

A code is never given twice: what another item has, had, or is promised is refused before anything begins. While a
renumbering is under way its codes are promised and nobody else gets them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.holdings import events, policies
from shicheng.holdings.editing import edit_item
from shicheng.holdings.errors import BadArrangement, EditedMeanwhile
from shicheng.holdings.fonds import listed_fonds, lock_fonds
from shicheng.holdings.models import FormerCode, Item, Renumbered, Renumbering
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import ReferenceCode, ReferenceCodeError, parse_reference_code
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings.types import Settings

MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Change:
    """One item with its old and its new code, and what stands against it."""

    item: UUID | None
    title: str
    old: str
    new: str
    fault: Message | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A renumbering before it is decided; `mark` is the same for the same changes."""

    changes: tuple[Change, ...]
    mark: str

    @property
    def faults(self) -> list[Change]:
        """The changes that can't be made."""
        return [one for one in self.changes if one.fault is not None]


def read_pairs(text: str) -> list[tuple[str, str]]:
    """Old and new codes as pasted from a table: one pair a line, with a tab, comma, arrow or blanks between."""
    pairs = []
    for line in text.splitlines():
        for between in ("\t", "→", "->", ",", "，", ";", "；"):
            if between in line:
                old, _sign, new = line.partition(between)
                break
        else:
            old, _sign, new = line.strip().partition(" ")
        if old.strip() or new.strip():
            pairs.append((old.strip(), new.strip()))
    return pairs


def preview(actor: Actor, fonds: str, pairs: Sequence[tuple[str, str]]) -> Preview:
    """What would become of these codes, each with what stands against it. Nothing is changed."""
    if len(pairs) > MOST:
        raise BadArrangement(_("At most %(most)s items get new codes at once.", most=MOST), hint=_("Divide the list."))
    held: dict[str, Item] = {}
    for part in chunked([old for old, _new in pairs], 500):
        found = policies.visible(actor).filter(fonds__code=fonds, reference_code__in=part)
        held.update({one.reference_code: one for one in found})
    own = {one.pk for one in held.values()}
    owners = _owners([new for _old, new in pairs])
    twice = {code for code, count in Counter([new for _old, new in pairs]).items() if count > 1}
    twice_old = {code for code, count in Counter([old for old, _new in pairs]).items() if count > 1}
    changes = []
    for old, new in pairs:
        one = held.get(old)
        fault = _fault(fonds, one, old, new, owners.get(new))
        if fault is None and (new in twice or old in twice_old):
            fault = _("%(code)s stands in the list twice.", code=new if new in twice else old)
        changes.append(Change(one.pk if one else None, one.title if one else "", old, new, fault))
    told = [[change.old, change.new, str(change.item)] for change in changes]
    mark = hashlib.sha256(canonical_json([told, len(own)])).hexdigest()[:24]
    return Preview(tuple(changes), mark)


def decide(*, actor: Actor, fonds: str, pairs: Sequence[tuple[str, str]], reason: str, mark: str) -> Renumbering:
    """Decide a renumbering as it was shown; a job carries it out. Raises `BadArrangement`, `EditedMeanwhile`."""
    from shicheng.holdings import work
    from shicheng.jobs import services as jobs

    require(actor, policies.RENUMBER, fonds=fonds)
    reason = " ".join(reason.split())[:1000]
    if not reason:
        raise BadArrangement(_("New codes need a reason."), hint=_("Write who decided it and why."))
    with atomic():
        home = lock_fonds(fonds)
        shown = preview(actor, fonds, pairs)
        if shown.mark != mark:
            raise EditedMeanwhile(
                _("The items changed since the new codes were shown."), 0, {}, hint=_("Look at the list again.")
            )
        if shown.faults or not shown.changes:
            raise BadArrangement(
                shown.faults[0].fault if shown.faults and shown.faults[0].fault else _("There is nothing to renumber."),
                hint=_("Correct the list; nothing is changed while one code can't be given."),
            )

        made = Renumbering.objects.create(
            fonds=home, reason=reason, at=clock.now(),
            actor={"kind": actor.kind, "name": actor.name, "user_id": str(actor.user_id or "")},
        )  # fmt: skip
        Renumbered.objects.bulk_create(
            (
                Renumbered(renumbering=made, item_id=one.item, old=one.old, new=one.new)
                for one in shown.changes
                if one.item is not None
            ),
            batch_size=500,
        )
        audit.append(
            actor, events.RENUMBERING_DECIDED, ("renumbering", str(made.pk)),
            {"fonds": fonds, "items": len(shown.changes), "reason": reason,
             "codes": [[one.old, one.new] for one in shown.changes]},
        )  # fmt: skip
        made.job = jobs.enqueue(
            work.renumber, unique_key=f"holdings.renumber:{made.pk}", actor=actor, renumbering_id=str(made.pk)
        ).pk
        made.save(update_fields=["job"])
    return made


def carry_out(run: Run, *, renumbering_id: UUID, settings: Settings) -> dict[str, int]:
    """Give every waiting item its code; goes on where it was cut off, and each item gets its code once."""
    one = Renumbering.objects.get(pk=renumbering_id)
    waiting = list(Renumbered.objects.filter(renumbering=one, done_at=None, problem__isnull=True).order_by("pk"))
    for entry in run.track(waiting):
        item = Item.objects.get(pk=entry.item_id)
        if item.reference_code != entry.new:
            try:
                edit_item(
                    actor=run.actor, item_id=item.pk, changes=coded_changes(item, entry.new), version=None,
                    reason=one.reason, settings=settings,
                )  # fmt: skip
            except ShichengError as error:
                entry.problem = json.loads(json.dumps(error.message.to_json(), default=str))
                entry.save(update_fields=["problem"])
                continue
        entry.done_at = clock.now()
        entry.save(update_fields=["done_at"])
    failed = Renumbered.objects.filter(renumbering=one).filter(problem__isnull=False).count()
    done = Renumbered.objects.filter(renumbering=one).exclude(done_at=None).count()
    with atomic():
        locked = Renumbering.objects.select_for_update().get(pk=one.pk)
        if locked.finished_at is None:
            locked.finished_at = clock.now()
            locked.save(update_fields=["finished_at"])
            audit.append(
                run.actor, events.RENUMBERING_DONE, ("renumbering", str(one.pk)), {"items": done, "failed": failed}
            )
    return {"items": done, "failed": failed}


def renumberings(actor: Actor, fonds: str) -> QuerySet[Renumbering]:
    """Renumberings of a fonds, the newest first."""
    return Renumbering.objects.filter(fonds__in=listed_fonds(actor), fonds__code=fonds).order_by("-at")


def coded_changes(item: Item, code: str) -> dict[str, str]:
    """What changes with a code: the code, and the elements that say the same as its parts."""
    changes = {"reference_code": code}
    read = parse_reference_code(code)
    told: dict[str, Any] = {
        "year": read.year, "item_number": read.parts.get("item"), "department": read.department,
        "volume_number": read.volume,
    }  # fmt: skip
    for name, value in told.items():
        if value is not None and item.elements.get(name) and not _same(str(item.elements[name]), str(value)):
            changes[name] = str(value)
    kept = str(item.elements.get("retention", ""))
    if read.retention and kept and _retention(kept) != read.retention:
        changes["retention"] = read.retention
    return changes


def _fault(fonds: str, one: Item | None, old: str, new: str, owner: UUID | None) -> Message | None:
    if one is None:
        return _("The fonds %(fonds)s holds no item %(code)s.", fonds=fonds, code=old or "–")
    try:
        read: ReferenceCode = parse_reference_code(new)
    except ReferenceCodeError as error:
        return error.message
    if read.fonds != fonds:
        return _("%(code)s names another fonds.", code=new)
    if new == old:
        return _("%(code)s is the code it has.", code=new)
    if owner is not None and owner != one.pk:
        return _("%(code)s is, or was, the code of another record.", code=new)
    return None


def _owners(codes: Sequence[str]) -> dict[str, UUID]:
    """Which item has, had, or is promised each of these codes."""
    found: dict[str, UUID] = {}
    for part in chunked(list(codes), 500):
        promised = Renumbered.objects.filter(new__in=part, done_at=None, problem__isnull=True)
        found.update(promised.values_list("new", "item_id"))
        found.update(FormerCode.objects.filter(code__in=part).values_list("code", "item_id"))
        found.update(Item.objects.filter(reference_code__in=part).values_list("reference_code", "pk"))
    return found


def _same(one: str, other: str) -> bool:
    return one.lstrip("0") == other.lstrip("0")


def _retention(text: str) -> str:
    try:
        return parse_retention(text).code
    except RetentionError:
        return ""
