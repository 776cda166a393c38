"""Who acts, and how far what they may do reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from shicheng.kernel.secrecy import levels_up_to


class Role(StrEnum):
    """What a person is here. The three administrators (三员) exclude each other and every role with content."""

    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"
    ARCHIVIST = "archivist"
    CATALOGUER = "cataloguer"
    APPRAISER = "appraiser"
    REVIEWER = "reviewer"
    CLERK = "clerk"
    DIGITISER = "digitiser"
    LEADER = "leader"
    FILING_CLERK = "filing_clerk"
    READER = "reader"


ADMINISTRATORS: Final = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
CONTENT: Final = frozenset(Role) - ADMINISTRATORS - {Role.READER}
"""Everyone who works with records."""
SEE_ALL: Final = frozenset(
    {Role.ARCHIVIST, Role.CATALOGUER, Role.APPRAISER, Role.REVIEWER, Role.DIGITISER, Role.LEADER, Role.FILING_CLERK}
)
"""Roles that read records that are not opened, as far as their grants reach."""
STAFF: Final = ADMINISTRATORS | CONTENT
"""Everyone who may enter the desk."""


class Purpose(StrEnum):
    """What a grant is given for: for the work of its role, or only for reading."""

    WORK = "work"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands, as grants ask for it."""

    fonds: str
    category: str = ""
    year: int | None = None
    unit: str = ""  # the department of its code
    secrecy: str = "public"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one role reaches: what is empty or None limits nothing. A record is reached that meets every limit."""

    role: str
    fonds: frozenset[str] | None = None
    category: str = ""
    year_from: int | None = None
    year_to: int | None = None
    unit: str = ""
    ceiling: str = ""
    purpose: str = Purpose.WORK.value

    @property
    def is_everything(self) -> bool:
        """Tell whether it reaches every record there is."""
        return self.fonds is None and self.is_whole

    @property
    def is_whole(self) -> bool:
        """Tell whether it reaches its fonds whole, so also what is kept of a fonds and not of a record."""
        return not (self.category or self.unit or self.ceiling) and self.year_from is None and self.year_to is None

    def holds(self, place: Place) -> bool:
        """Tell whether a record at this place is reached."""
        return (
            (self.fonds is None or place.fonds in self.fonds)
            and self.category in ("", place.category)
            and self.unit in ("", place.unit)
            and (self.year_from is None or (place.year is not None and place.year >= self.year_from))
            and (self.year_to is None or (place.year is not None and place.year <= self.year_to))
            and (not self.ceiling or place.secrecy in levels_up_to(self.ceiling))
        )

    def within(self, fonds: Iterable[str]) -> Reach:
        """The same, but in these fonds only."""
        codes = frozenset(fonds)
        return replace(self, fonds=codes if self.fonds is None else self.fonds & codes)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {**asdict(self), "fonds": None if self.fonds is None else sorted(self.fonds)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Reach:
        """What `to_json` wrote."""
        return cls(**{**kept, "fonds": None if kept["fonds"] is None else frozenset(kept["fonds"])})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a user, the operator at the command line, the system itself, or anyone.

    `reaches` says how far each role reaches; None means that all roles hold in `fonds`, and `fonds` None is every
    fonds. What a permission reaches is told by `policies.reach`, `policies.whole_fonds` and `policies.allows`, never by
    these two. `scopes` holds the permissions a token was cut down to; None means all that the roles allow.
    `emergency` holds permissions confirmed for an emergency (应急) that is under way, `emergency_id` which one it is.
    """

    kind: str  # "user", "program", "operator", "system", "anonymous"
    name: str
    user_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    fonds: frozenset[str] | None = None
    scopes: frozenset[str] | None = None
    reaches: tuple[Reach, ...] | None = None
    emergency: frozenset[str] = frozenset()
    emergency_id: str = ""

    @property
    def is_known(self) -> bool:
        """Tell whether the actor signed in or works at the machine itself."""
        return self.kind != "anonymous"

    @property
    def administers(self) -> str:
        """Which of the three administrators this is, "" if none; the operator at the machine is the system's."""
        if self.kind == "operator":
            return Role.SYSTEM_ADMINISTRATOR.value
        return next((role.value for role in sorted(ADMINISTRATORS) if role in self.roles and self.kind != "system"), "")

    def within(self, fonds: Iterable[str]) -> Actor:
        """The same actor, but in these fonds only."""
        codes = frozenset(fonds)
        reaches = None if self.reaches is None else tuple(one.within(codes) for one in self.reaches)
        return replace(self, fonds=codes if self.fonds is None else self.fonds & codes, reaches=reaches)
