"""Writing filing units down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.schemes import events, policies
from shicheng.schemes.errors import BadUnit, UnitNotFound
from shicheng.schemes.models import Unit

_CODE: Final = re.compile(r"[A-Za-z0-9〇㐀-䶿一-鿿][A-Za-z0-9〇㐀-䶿一-鿿._-]{0,39}")
_FONDS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
CONTACT: Final = ("name", "duty", "phone", "email")
SYSTEM: Final = ("name", "use", "since")
_MOST: Final = 50
Entries = Sequence[Mapping[str, str]]


def write_unit(
    *, actor: Actor, code: str, name: str, fonds_code: str, contacts: Entries = (), systems: Entries = (),
    note: str = "", is_new: bool | None = None,
) -> Unit:  # fmt: skip
    """Write a unit down, or change what is written of it; its code stays for ever. Raises `BadUnit`.

    `contacts` are {name, duty, phone, email}, `systems` in use {name, use, since}. `is_new` says whether it must be
    new or there already; None takes either. The same written twice is one.
    """
    code, name, fonds_code = code.strip(), " ".join(name.split()), fonds_code.strip()
    if not _CODE.fullmatch(code):
        raise BadUnit(
            _("“%(code)s” can't be the code of a filing unit.", code=code[:60]),
            hint=_("Use up to 40 letters, digits or Chinese characters, with “-”, “.” or “_” between them."),
        )
    if not _FONDS.fullmatch(fonds_code):
        raise BadUnit(
            _("“%(code)s” can't be the code of a fonds.", code=fonds_code[:60]),
            hint=_("Give the code of the fonds the unit files into, such as B012."),
        )
    if not name or len(name) > 400 or not name.isprintable():
        raise BadUnit(_("The unit has no name that can be used."), hint=_("Give its full official name."))
    require(actor, policies.WRITE, fonds=fonds_code)
    values = {
        "name": name, "fonds_code": fonds_code, "contacts": _cleaned(contacts, CONTACT),
        "systems": _cleaned(systems, SYSTEM), "note": note.strip()[:5000],
    }  # fmt: skip
    with atomic():
        there = Unit.objects.select_for_update().filter(code=code).first()
        if there is not None and (is_new is True):
            raise BadUnit(_("The code %(code)s is taken by another filing unit.", code=code), hint=_("Take another."))
        if there is None and is_new is False:
            raise _unknown(code)
        if there is None:
            there = Unit(code=code, created=clock.now(), **values)
            there.save(force_insert=True)
        else:
            require(actor, policies.WRITE, fonds=there.fonds_code)
            if all(getattr(there, key) == value for key, value in values.items()):
                return there
            if there.fonds_code != fonds_code and there.schedules.filter(state="approved").exists():
                raise BadUnit(
                    _("%(code)s has an approved table and files into %(fonds)s; that can't be changed.", code=code,
                      fonds=there.fonds_code),
                    hint=_("Close this unit and write a new one down for the other fonds."),
                )  # fmt: skip
            for key, value in values.items():
                setattr(there, key, value)
            there.save()
        audit.append(actor, events.UNIT_WRITTEN, ("unit", there.pk), {"unit": code, "name": name, "fonds": fonds_code})
    return there


def close_unit(*, actor: Actor, code: str, closed: bool = True) -> Unit:
    """Say that a unit files no more (or again); its tables and what was judged by them stay."""
    with atomic():
        unit = policies.visible(actor).select_for_update().filter(code=code).first()
        if unit is None:
            raise _unknown(code)
        require(actor, policies.WRITE, fonds=unit.fonds_code)
        if unit.is_closed == closed:
            return unit
        unit.is_closed = closed
        unit.save(update_fields=["is_closed"])
        event = events.UNIT_CLOSED if closed else events.UNIT_REOPENED
        audit.append(actor, event, ("unit", unit.pk), {"unit": code})
    return unit


def _unknown(code: str) -> UnitNotFound:
    return UnitNotFound(
        _("There is no filing unit %(code)s here, or it is not open to you.", code=code),
        hint=_("Look it up in the list of filing units."),
    )


def _cleaned(entries: Entries, names: Sequence[str]) -> list[dict[str, str]]:
    """Entries with something in them, without what can't be kept."""
    listed = []
    for entry in entries[:_MOST]:
        values = {name: " ".join(str(entry.get(name, "")).split())[:200] for name in names}
        if any(values.values()):
            listed.append(values)
    return listed
