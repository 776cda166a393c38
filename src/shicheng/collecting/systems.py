"""Writing business systems down, admitting and stopping them, and giving them their tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.checks.selectors import refused_levels
from shicheng.collecting import events, policies, selectors
from shicheng.collecting.errors import BadSystem
from shicheng.collecting.models import System
from shicheng.collecting.states import SYSTEM
from shicheng.collecting.types import LEVELS, NOT_FILED
from shicheng.collecting.words import KINDS, OUTSIDE
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.kernel.states import ReasonMissing
from shicheng.people.models import ApiToken
from shicheng.people.policies import require
from shicheng.people.tokens import give_token as make_token
from shicheng.people.tokens import take_token
from shicheng.people.types import Actor, Place
from shicheng.schemes import selectors as schemes

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
CONTACT: Final = ("name", "duty", "phone", "email")
_MOST: Final = 50
SCOPES: Final = (policies.PUSH, policies.READ, policies.READ_PUSHES)
"""All a system may do: push, and read its own receipts and how its pushes fare."""


def write_system(
    *, actor: Actor, code: str, name: str, unit: str, kind: str = "oa", contacts: Sequence[Mapping[str, str]] = (),
    keeper: str = "", kinds: Sequence[Mapping[str, str]] = (), ceiling: str = "", outside: str = "take",
    note: str = "", is_new: bool | None = None,
) -> System:  # fmt: skip
    """Write a business system down, or change what is written of it; its code and unit stay. Raises `BadSystem`.

    `kinds` are {name, row} of the documents it sends: `row` is the number of a row of the unit's filing table, "-" for
    what is not filed, "" to be judged by the table's hints. `is_new` says whether it must be new or there already.
    """
    code, name = code.strip(), " ".join(name.split())
    there = System.objects.filter(code=code).first() if is_new is not False else selectors.system(actor, code)
    if not _CODE.fullmatch(code):
        raise BadSystem(
            _("“%(code)s” can't be the code of a business system.", code=code[:60]),
            hint=_("Use up to 40 letters and digits, with “-” between them; it stands in every receipt."),
        )
    home = schemes.unit(actor, unit.strip() or (there.unit if there else ""))
    require(actor, policies.MANAGE, place=Place(fonds=home.fonds_code, unit=home.code))
    _check(name, kind, ceiling, outside)
    if there is not None and (is_new or there.unit != home.code):
        raise BadSystem(
            _("The code %(code)s is taken by a system of the unit %(unit)s.", code=code, unit=there.unit),
            hint=_("A system files for one unit for ever; give the other one a code of its own."),
        )
    values = {
        "name": name, "kind": kind, "contacts": _entries(contacts, CONTACT), "keeper": " ".join(keeper.split())[:200],
        "kinds": [one for one in _entries(kinds, ("name", "row")) if one["name"]], "ceiling": ceiling,
        "outside": outside, "note": note.strip()[:5000],
    }  # fmt: skip
    _check_kinds(actor, home.code, values["kinds"])  # type: ignore[arg-type]  # the list just made
    with atomic():
        row = System.objects.select_for_update().filter(code=code).first()
        if row is None:
            if home.is_closed:
                raise BadSystem(
                    _("The filing unit %(unit)s is closed and files no more.", unit=home.code),
                    hint=_("Choose the unit that has taken its place."),
                )
            row = System(
                code=code, unit=home.code, fonds_code=home.fonds_code, made_by=actor.name[:200], made_at=clock.now(),
                **values,
            )  # fmt: skip
            row.save(force_insert=True)
        elif all(getattr(row, key) == value for key, value in values.items()):
            return row
        else:
            for key, value in values.items():
                setattr(row, key, value)
            row.save(update_fields=list(values))
        audit.append(
            actor, events.SYSTEM_WRITTEN, ("system", str(row.pk)), {"system": code, "name": name, "unit": row.unit}
        )
    return row


def move_system(*, actor: Actor, code: str, verb: str, reason: str = "") -> System:
    """Admit a system, have everything it pushes be a trial again, or stop it; there already, nothing happens.

    What is stopped can push nothing: its token is worthless from now on. `verb` is one of admit, try, stop.
    """
    system = selectors.system(actor, code)
    move = next((one for one in SYSTEM.moves if one.verb == verb), None)
    if move is None:
        raise BadSystem(_("There is no such step for a business system."), hint=_("Use one of: admit, try, stop."))
    policies.require(actor, policies.TOKEN if verb == "stop" else policies.MANAGE, system)
    if move.needs_reason and not reason.strip():
        raise ReasonMissing(_("A system is stopped with a reason."), hint=_("Write why nothing is taken from it."))
    with atomic():
        held = System.objects.select_for_update(of=("self",)).get(pk=system.pk)
        if held.state == move.target:
            return held
        held.state = SYSTEM.next(held.state, verb)
        token, held.token = held.token_id, None if verb == "stop" else held.token
        held.save(update_fields=["state", "token"])
        if verb == "stop" and token is not None:
            take_token(actor=actor, token_id=token, log=audit.append)
        audit.append(
            actor, events.SYSTEM_MOVED, ("system", str(held.pk)),
            {"system": held.code, "state": held.state, "reason": reason.strip()[:1000]},
        )  # fmt: skip
    return held


def give_token(*, actor: Actor, code: str, days: int) -> tuple[ApiToken, str]:
    """Give a system a new token, good for so many days, and return it with its secret, which is shown this once.

    The one it had is worthless from now on.
    """
    system = selectors.system(actor, code)
    policies.require(actor, policies.TOKEN, system)
    if system.state == "stopped":
        raise BadSystem(
            _("The business system %(code)s is stopped and gets no token.", code=code), hint=_("Admit it first.")
        )
    with atomic():
        held = System.objects.select_for_update(of=("self",)).get(pk=system.pk)
        before = held.token_id
        token, secret = make_token(
            actor=actor, name=f"{held.name} ({held.code})", scopes=SCOPES, fonds=[held.fonds_code], log=audit.append,
            days=days,
        )  # fmt: skip
        held.token = token
        held.save(update_fields=["token"])
        if before is not None:
            take_token(actor=actor, token_id=before, log=audit.append)
        audit.append(
            actor, events.TOKEN_GIVEN, ("system", str(held.pk)),
            {"system": held.code, "until": token.expires.date().isoformat()},
        )  # fmt: skip
    return token, secret


def _check(name: str, kind: str, ceiling: str, outside: str) -> None:
    if not name or len(name) > 200 or not name.isprintable():
        raise BadSystem(_("The system has no name that can be used."), hint=_("Give the name people know it by."))
    if kind not in KINDS:
        raise BadSystem(
            _("There is no kind “%(kind)s” of business systems.", kind=kind[:60]),
            hint=_("Use one of: %(known)s.", known=", ".join(KINDS)),
        )
    if outside not in OUTSIDE:
        raise BadSystem(
            _("What no row of the filing table names is taken or refused; “%(value)s” is neither.", value=outside[:60]),
            hint=_("Use take or refuse."),
        )
    if ceiling and (ceiling not in LEVELS or ceiling in refused_levels()):
        raise BadSystem(
            _("“%(level)s” can't be the highest secrecy of this system.", level=ceiling[:60]),
            hint=_("Use a level this archive may hold: %(known)s.",
                   known="、".join(one for one in LEVELS if one not in refused_levels())),
        )  # fmt: skip


def _check_kinds(actor: Actor, unit: str, kinds: Sequence[Mapping[str, str]]) -> None:
    names = [one["name"] for one in kinds]
    if len(set(names)) < len(names):
        raise BadSystem(_("A kind of documents stands twice."), hint=_("Name each kind once."))
    asked = {one["row"] for one in kinds} - {"", NOT_FILED}
    known = {row.key for row in schemes.filing_rows(actor, unit=unit)} if asked else set()
    missing = sorted(asked - known)
    if missing:
        raise BadSystem(
            _("The filing table of %(unit)s in force has no row %(row)s.", unit=unit, row=missing[0][:60]),
            hint=_("Take the number of a row from the table, “-” for what is not filed, or leave it empty."),
        )


def _entries(entries: Sequence[Mapping[str, str]], names: Sequence[str]) -> list[dict[str, str]]:
    listed = []
    for entry in entries[:_MOST]:
        values = {name: " ".join(str(entry.get(name, "")).split())[:200] for name in names}
        if any(values.values()):
            listed.append(values)
    return listed
