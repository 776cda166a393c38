"""What forms give, as offers, donors, deeds, lists, events and lines of plans."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.http import QueryDict

from shicheng.acquiring.errors import BadEvent, BadOffer
from shicheng.acquiring.linking import Finding
from shicheng.acquiring.reading import read_count, read_day, read_money
from shicheng.acquiring.types import CONTACTS, Deed, Giver, Happening, Line, Offered, Wanted
from shicheng.kernel.messages import message as _

_BETWEEN: Final = re.compile(r"[、,，;；\n]+")


def read_offer(given: Mapping[str, str]) -> Offered:
    """An offer as a form gives it."""
    plain = {name: given.get(name, "") for name in (
        "title", "way", "fonds", "about", "period", "counted_in", "condition", "rights", "provenance"
    )}  # fmt: skip
    return Offered(
        **plain, quantity=read_count(given.get("quantity", ""), _("quantity")),
        asked_price=read_money(given.get("asked_price", "")), noted_on=read_day(given.get("noted_on", "")),
    )  # fmt: skip


def read_giver(given: Mapping[str, str], prefix: str = "donor-") -> Giver:
    """A donor as a form gives them."""
    return Giver(
        name=given.get(f"{prefix}name", ""), kind=given.get(f"{prefix}kind", "person"),
        wish=given.get(f"{prefix}wish", "named"), note=given.get(f"{prefix}note", ""),
        contacts={name: given.get(f"{prefix}{name}", "") for name in CONTACTS},
    )  # fmt: skip


def read_deed(given: Mapping[str, str]) -> Deed:
    """A deed as a form gives it."""
    days = {name: read_day(given.get(name, "")) for name in ("signed_on", "closed_until", "deposit_until")}
    return Deed(
        **days, terms=given.get("terms", ""), rights=given.get("deed_rights", ""),
        conditions=given.get("conditions", ""), needs_consent=given.get("needs_consent") == "yes",
        price=read_money(given.get("price", "")),
    )  # fmt: skip


def read_lines(text: str) -> list[Line]:
    """The list of what came: a line each, “what | how much | state”."""
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in re.split(r"[|｜\t]", line)]
        if parts[0]:
            found.append(Line(*[*parts, "", ""][:3]))
    return found


def read_happening(given: Mapping[str, str]) -> Happening:
    """An event as a form gives it."""
    plain = {name: given.get(name, "") for name in ("name", "fonds", "kind", "level", "place", "organiser", "about")}
    margin = read_count(given.get("margin", ""), _("days around the event"))
    return Happening(
        **plain, begins=read_day(given.get("begins", "")), ends=read_day(given.get("ends", "")),
        taking_part=split(given.get("taking_part", "")), words=split(given.get("words", "")),
        margin=30 if margin is None else margin, is_auto=given.get("is_auto") == "yes",
    )  # fmt: skip


def read_wanted(given: Mapping[str, str]) -> Wanted:
    """A line of a plan as a form gives it."""
    return Wanted(
        what=given.get("what", ""), form=given.get("form", ""), fonds=given.get("fonds", ""),
        unit=given.get("unit", ""), quantity=read_count(given.get("quantity", ""), _("quantity")) or 1,
        due=read_day(given.get("due", "")), note=given.get("note", ""),
    )  # fmt: skip


def read_finding(given: Mapping[str, str]) -> Finding:
    """By what records are looked for, as a form gives it."""
    first, last = (read_day(given.get(name, "")) for name in ("first", "last"))
    return Finding(split(given.get("words", "")), first, last, given.get("fonds", "").strip()[:40])


def read_keys(given: QueryDict, name: str) -> list[UUID]:
    """Ids that were ticked."""
    found = []
    for text in given.getlist(name):
        key = read_key(text)
        if key is not None:
            found.append(key)
    return found


def read_key(text: str) -> UUID | None:
    """An id, None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_year(text: str) -> int | None:
    """A year of an address, None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 and int(text) >= 1000 else None


def split(text: str) -> tuple[str, ...]:
    """Names or words with signs between them."""
    found = (" ".join(one.split()) for one in _BETWEEN.split(text))
    return tuple(dict.fromkeys(one for one in found if one))


def plan_key(text: str) -> UUID:
    """The id of a line of a plan; raises `BadEvent` for what is none."""
    key = read_key(text)
    if key is None:
        raise BadEvent(_("There is no such line in the plan."), hint=_("Load the page again."))
    return key


def require_count(text: str) -> int:
    """A number that must be given; raises `BadOffer`."""
    number = read_count(text, _("quantity"))
    if number is None:
        raise BadOffer(_("No number is given."), hint=_("Write digits alone."))
    return number


def shown_lines(listed: Sequence[Mapping[str, str]]) -> str:
    """The list of what came as its form shows it."""
    return "\n".join(" | ".join([one["what"], one["quantity"], one["condition"]]).rstrip(" |") for one in listed)
