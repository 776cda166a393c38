"""The history of one item: the versions of its description, and its whole life in plain sentences."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shicheng.audit import selectors as audit
from shicheng.holdings import events, policies, ports
from shicheng.holdings.cataloguing import BATCH_EVENTS
from shicheng.holdings.comparing import Difference, changed_names, compare
from shicheng.holdings.errors import VersionNotFound
from shicheng.holdings.judging import current_values
from shicheng.holdings.models import Item, ItemVersion
from shicheng.holdings.words import element_list
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.policies import allows, require
from shicheng.people.types import Actor
from shicheng.schemes.fields import ADDED
from shicheng.storage import selectors as store

if TYPE_CHECKING:
    from shicheng.audit.models import Entry


@dataclass(frozen=True, slots=True)
class Version:
    """A description as it was from one moment on, and what it changed of the one before."""

    version: int
    at: datetime.datetime
    by: str
    reason: str
    elements: dict[str, str]
    extra: dict[str, str]
    changed: tuple[str, ...]
    is_current: bool

    @property
    def changed_shown(self) -> str:
        """Names of what it changed, in the language of the reader."""
        return element_list(self.changed)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened in the life of an item. `kind` is for the eye: made, kept, changed, harmed, told."""

    sentence: Message
    at: datetime.datetime | None
    who: str = ""
    kind: str = "told"
    when: str = ""  # a date as the record gives it, where there is no moment
    version: int | None = None


def may_edit(actor: Actor, item: Item) -> bool:
    """Tell whether the actor may edit this item's description."""
    return allows(actor, policies.EDIT, place=policies.place_of(item))


def versions(actor: Actor, item: Item) -> list[Version]:
    """Every version of the description, the newest first; raises `NotPermitted` for whoever only reads open items."""
    require(actor, policies.READ, place=policies.place_of(item))
    rows = list(item.versions.order_by("version"))
    if not any(row.version == item.version for row in rows):
        rows.append(_as_it_is(item))
    found: list[Version] = []
    before: ItemVersion | None = None
    for row in rows:
        changed = [] if before is None else _changed(before, row)
        found.append(
            Version(
                row.version, row.at, row.by, row.reason, row.elements, row.extra, tuple(changed),
                row.version == item.version,
            )
        )  # fmt: skip
        before = row
    return found[::-1]


def version(actor: Actor, item: Item, number: int) -> Version:
    """One version; raises `VersionNotFound`."""
    for one in versions(actor, item):
        if one.version == number:
            return one
    raise VersionNotFound(
        _("%(ref)s has no version %(number)s.", ref=item.reference_code, number=number),
        hint=_("Its newest version is %(newest)s.", newest=item.version),
    )


def differences(actor: Actor, item: Item, first: int, second: int) -> list[Difference]:
    """Two versions element by element, those the norm does not know at the end."""
    one, other = version(actor, item, first), version(actor, item, second)
    return compare({**one.extra, **one.elements}, {**other.extra, **other.elements})


def values_at(item: Item, number: int) -> dict[str, str]:
    """The values a form showed on a version; those of the present one if that version is not there."""
    row = item.versions.filter(version=number).first()
    if number == item.version or row is None:
        return current_values(item)
    code = current_values(item).get("reference_code", "")
    shown = {"reference_code": code} if code else {}
    added = {f"{ADDED}{name}": str(text) for name, text in row.extra.items()}
    return shown | added | {name: str(text) for name, text in row.elements.items()}


def life(actor: Actor, item: Item) -> list[Moment]:
    """Everything known of the item's life, the newest first: from its making to what happened last."""
    require(actor, policies.READ, place=policies.place_of(item))
    subjects = [("item", str(item.pk)), ("object", item.object_id)]
    for origin in ports.origins():
        subjects += origin(item)
    entries = {one.position: one for subject in subjects for one in audit.history(actor, subject)}
    told = [entries[position] for position in sorted(entries, reverse=True)]
    moments = [_moment(entry) for entry in told if entry.event not in BATCH_EVENTS]  # those tell of thousands at once
    kept = store.objects(actor).filter(pk=item.object_id).first()
    if kept is not None and kept.last_verified is not None and kept.state == "ok":
        verified = Moment(
            _("The store compared every byte of the record with its digests: it is whole."), kept.last_verified,
            kind="kept",
        )  # fmt: skip
        place = next((n for n, one in enumerate(moments) if one.at and one.at <= kept.last_verified), len(moments))
        moments.insert(place, verified)
    if not any(one.kind == "made" for one in moments):
        moments.append(Moment(_("The record was taken into the holdings."), item.registered, kind="made"))
    moments += [_step(step) for step in reversed(item.process)]
    if item.date_text:
        moments.append(Moment(_("The document was made."), None, item.author, "made", item.date_text))
    return moments


def _as_it_is(item: Item) -> ItemVersion:
    """A record of a catalogue that was never changed has no row of its version: the item itself is it."""
    return ItemVersion(
        item=item, version=item.version, elements=item.elements, extra=item.extra, at=item.registered, by="",
        reason=item.transfer,
    )  # fmt: skip


def _changed(before: ItemVersion, after: ItemVersion) -> list[str]:
    return changed_names({**before.extra, **before.elements}, {**after.extra, **after.elements})


_KINDS = {
    "ingest.item.stored": "made",
    "holdings.item.registered": "made",
    events.ITEM_EDITED: "changed",
    events.HAND_KEPT: "changed",
    "storage.damage.found": "harmed",
    "storage.damage.mended": "kept",
}


def _moment(entry: Entry) -> Moment:
    details = entry.details
    sentence = entry.sentence
    if entry.event == events.ITEM_EDITED:
        sentence = _(
            "%(actor)s changed %(elements)s: %(reason)s",
            actor=entry.actor_name, elements=element_list(details.get("changes", {})), reason=details.get("reason", ""),
        )  # fmt: skip
    elif entry.event == events.HAND_KEPT:
        sentence = _(
            "The catalogue %(import)s came with another %(elements)s; what was set by hand was kept.",
            elements=element_list(details.get("offered", {})), **{"import": details.get("import", "–")},
        )  # fmt: skip
    return Moment(
        sentence, entry.at, entry.actor_name, _KINDS.get(entry.event, "told"),
        version=details.get("version") if entry.event == events.ITEM_EDITED else None,
    )  # fmt: skip


def _step(step: dict[str, str]) -> Moment:
    what = step.get("action") or step.get("status") or "–"
    said = "；".join(filter(None, (step.get("description"), step.get("mandate"))))
    text = Message("%(what)s：%(said)s", {"what": what, "said": said}) if said else Message("%(what)s", {"what": what})
    return Moment(text, None, step.get("agent", ""), "told", step.get("time", ""))
