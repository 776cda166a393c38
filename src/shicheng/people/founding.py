"""The first accounts of an archive: one for each of the three administrators, and an archivist."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from shicheng.base.db import atomic
from shicheng.people.models import Grant, User
from shicheng.people.services import ANONYMOUS, SYSTEM, create_user
from shicheng.people.types import ADMINISTRATORS, Actor, Role

FIRST: Final = {
    Role.SYSTEM_ADMINISTRATOR: "system",
    Role.SECURITY_ADMINISTRATOR: "security",
    Role.AUDITOR: "auditor",
    Role.ARCHIVIST: "archivist",
}


@dataclass(frozen=True, slots=True)
class Founded:
    """An account that was made, with the password that nobody is shown again."""

    username: str
    role: str
    password: str


def found_accounts(*, actor: Actor, names: dict[Role, str] = FIRST) -> list[Founded]:
    """Make an account for each of these roles that nobody holds; each must choose another password when it signs in.

    May be run again: a role that somebody holds is left alone. Raises `NotPermitted`.
    """
    made = []
    for role, wanted in names.items():
        if Grant.objects.filter(role=role, ended__isnull=True, user__is_active=True).exists():
            continue
        password = f"{secrets.token_urlsafe(12)}-aA1"  # every kind of sign that rules may ask for
        username = _free(wanted)
        create_user(
            actor=actor, username=username, full_name=username, password=password, roles=[role], must_change=True
        )
        made.append(Founded(username=username, role=role.value, password=password))
    return made


def set_up(*, username: str, full_name: str, password: str) -> tuple[User, list[Founded]]:
    """Make the archivist of a new archive and the three administrators, all or none. Raises `BadAccount`."""
    with atomic():
        user = create_user(
            actor=ANONYMOUS, username=username, full_name=full_name, password=password, roles=[Role.ARCHIVIST]
        )
        names = {role: name for role, name in FIRST.items() if role in ADMINISTRATORS}
        return user, found_accounts(actor=SYSTEM, names=names)


def _free(wanted: str) -> str:
    taken = set(User.objects.filter(username__startswith=wanted).values_list("username", flat=True))
    number = 1
    name = wanted
    while name in taken:
        number += 1
        name = f"{wanted}{number}"
    return name
