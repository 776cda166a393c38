"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person is here. More roles come with the desk's later rooms."""

    ADMINISTRATOR = "administrator"
    ARCHIVIST = "archivist"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a user, the operator at the command line, the system itself, or anyone.

    `fonds` holds the codes of the fonds the actor's roles reach; None means every fonds. `scopes` holds the
    permissions a token was cut down to; None means all that the roles allow.
    """

    kind: str  # "user", "program", "operator", "system", "anonymous"
    name: str
    user_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    fonds: frozenset[str] | None = None
    scopes: frozenset[str] | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether the actor signed in or works at the machine itself."""
        return self.kind != "anonymous"
