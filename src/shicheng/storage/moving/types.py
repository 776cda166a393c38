"""What is wished for, what is planned, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from shicheng.kernel.messages import Message
from shicheng.settings import Settings
from shicheng.storage.types import Damage

"""Below the archive's folder: the journal of a move that is not finished."""

Progress = Callable[[int, int | None, str], None]
"""Is told how much is done, how much there is (None if unknown), and of what."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where an archive is to go; None: it stays where it is."""

    database: str | None = None  # "" is SQLite in the archive's folder
    store: str | None = None  # a folder or s3://bucket/prefix
    s3_endpoint: str | None = None
    s3_region: str | None = None
    s3_keys: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an archive is, in words without passwords."""

    database: str
    store: str


@dataclass(slots=True)
class MovePlan:
    """What a move will do, and what stands in its way."""

    settings: Settings = field(repr=False)
    target: Settings = field(repr=False)  # the settings the archive will have
    changes: dict[str, str] = field(repr=False)  # of shicheng.toml
    here: Place
    there: Place
    moves_database: bool
    moves_store: bool
    goes_on: bool = False  # an earlier attempt at the same move was cut off
    rows: int = 0
    tables: int = 0
    entries: int = 0  # of the audit log
    objects: int = 0
    bytes: int = 0
    verified: int = 0  # objects an earlier attempt copied and verified
    transfers: int = 0  # with files in the staging area, which stays where it is
    used_by: list[str] = field(default_factory=list)
    obstacles: list[Message] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        """Tell whether the archive is where it is wished to be."""
        return not self.moves_database and not self.moves_store

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "home": str(self.settings.home),
            "from": asdict(self.here),
            "to": asdict(self.there),
            "moves": {"database": self.moves_database, "store": self.moves_store},
            "goes_on": self.goes_on,
            "tables": self.tables,
            "rows": self.rows,
            "audit_entries": self.entries,
            "objects": self.objects,
            "bytes": self.bytes,
            "objects_verified_before": self.verified,
            "transfers_staged": self.transfers,
            "used_by": self.used_by,
            "obstacles": [str(one) for one in self.obstacles],
        }


@dataclass(frozen=True, slots=True)
class CarriedTable:
    """A table that is the same in both databases."""

    name: str
    rows: int
    digest: str  # SM3 of its rows in the order of their keys


@dataclass(slots=True)
class CarriedObjects:
    """What became of the store's objects."""

    total: int = 0
    copied: int = 0
    bytes: int = 0  # that were copied
    verified: int = 0  # read back in the new store in this run
    skipped: int = 0  # copied and verified by an earlier run
    damaged: list[Damage] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


@dataclass(slots=True)
class MoveReport:
    """What a move did."""

    state: str  # "moved", "copied" (ahead), "unchanged" (it was there already)
    plan: MovePlan
    objects: CarriedObjects = field(default_factory=CarriedObjects)
    tables: list[CarriedTable] = field(default_factory=list)
    entries: int = 0
    head: str = ""  # of the audit log, the same in both databases
    kept_database: str = ""
    kept_store: str = ""
    kept_settings: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "state": self.state,
            "plan": self.plan.to_json(),
            "objects": self.objects.to_json(),
            "tables": [asdict(one) for one in self.tables],
            "rows": sum(one.rows for one in self.tables),
            "audit": {"entries": self.entries, "head": self.head},
            "kept": {"database": self.kept_database, "store": self.kept_store, "settings": self.kept_settings},
            "seconds": self.seconds,
        }


def place_of(settings: Settings, store: str) -> Place:
    """Name where an archive is; what people read never shows a password."""
    return Place(shown(settings.database) if settings.database else str(settings.database_path), store)


def shown(address: str) -> str:
    """Return a database's address without the password."""
    url = urlsplit(address)
    host = url.netloc.rpartition("@")[2]
    user = f"{url.username}@" if url.username else ""
    options = [(name, value) for name, value in parse_qsl(url.query) if name != "password"]
    return url._replace(netloc=user + host, query=urlencode(options)).geturl()
