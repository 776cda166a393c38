"""Boxes and volumes by the names people know them by."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shicheng.holdings import policies
from shicheng.holdings.models import Box, Volume
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.printing.errors import BadOption, NothingToPrint


def boxes_named(actor: Actor, fonds: str, numbers: Sequence[int]) -> tuple[UUID, ...]:
    """Ids of boxes of a fonds by their numbers; raises `NothingToPrint` if one is not there."""
    rows = Box.objects.filter(fonds__in=policies.visible_fonds(actor), fonds__code=fonds, number__in=numbers)
    found = dict(rows.values_list("number", "pk"))
    missing = [number for number in numbers if number not in found]
    if missing:
        raise NothingToPrint(
            _("There is no box %(number)s of the fonds %(fonds)s.", number=missing[0], fonds=fonds or "–"),
            hint=_("Name the fonds by its code, and the box by its number in it."),
        )
    return tuple(found[number] for number in numbers)


def volumes_named(actor: Actor, codes: Sequence[str]) -> tuple[UUID, ...]:
    """Ids of volumes by their codes; raises `NothingToPrint` if one is not there."""
    rows = Volume.objects.filter(fonds__in=policies.visible_fonds(actor), code__in=codes)
    found = dict(rows.values_list("code", "pk"))
    missing = [code for code in codes if code not in found]
    if missing:
        raise NothingToPrint(
            _("There is no volume %(code)s here.", code=missing[0]), hint=_("Name the volume by its whole code.")
        )
    return tuple(found[code] for code in codes)


def read_option(text: str) -> tuple[str, str]:
    """An option as commands take it: name=value; raises `BadOption`."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadOption(_("“%(text)s” is no option.", text=text[:60]), hint=_("Write name=value, such as width=30."))
    return name.strip(), value.strip()
