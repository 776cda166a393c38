"""What goes into the store, what comes out, and what can be wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Problem = Literal["changed", "missing", "extra", "unreadable", "inventory"]
"""changed: other bytes than promised; missing: promised and not there; extra: there and not promised;
unreadable: the disk refuses; inventory: the object's own list is broken or disagrees with its copies."""


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One file of an object to be stored.

    `source` is the bytes, a file, or None to take the file over unchanged from the base version.
    With `move` its digests are trusted; a file is not copied if it lies on the store's file system,
    and is gone from its old place afterwards. Without `move` it is hashed while it is copied and
    compared with `digests`.
    """

    logical_path: str
    source: Path | bytes | None
    digests: dict[str, str] | None = None
    move: bool = False


@dataclass(frozen=True, slots=True)
class ObjectDraft:
    """An object to be stored: its whole state, and why it is stored.

    `base` None makes the object; a number makes the version that follows version `base`.
    """

    object_id: str
    created: datetime  # aware of its time zone
    user: str
    message: str
    files: list[DraftFile]
    base: int | None = None
    user_address: str = ""  # an address OCFL keeps with the name: mailto: or a URI


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a stored object."""

    logical_path: str
    content_path: str  # below the object's root, as the inventory names it
    sha512: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object that is durably in the store."""

    object_id: str
    version: int
    path: str  # below the store's root
    files: int
    bytes: int  # of the content files this version brought
    inventory_digest: str  # SHA-512 of the root inventory
    is_new: bool  # False: it was already there with this content
    contents: tuple[StoredFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing wrong in the store."""

    object_id: str  # "" where no object is to be seen
    path: str  # below the object's root; below the store's root where there is no object
    problem: Problem

    def to_json(self) -> dict[str, str]:
        """Return the form reports keep."""
        return {"object_id": self.object_id, "path": self.path, "problem": self.problem}


@dataclass(frozen=True, slots=True)
class ObjectCheck:
    """What verifying one object found."""

    object_id: str
    files: int
    bytes: int
    damages: tuple[Damage, ...] = ()
    inventory_digest: str = ""  # SHA-512 of the root inventory, "" if it can't be trusted


@dataclass(slots=True)
class VerifyReport:
    """What verifying many objects found; every file the store holds is counted, inventories too."""

    objects: int = 0
    files: int = 0
    bytes: int = 0
    damaged: list[Damage] = field(default_factory=list)

    def add(self, check: ObjectCheck) -> None:
        """Count one object."""
        self.objects += 1
        self.files += check.files
        self.bytes += check.bytes
        self.damaged.extend(check.damages)

    def to_json(self) -> dict[str, Any]:
        """Return the form reports keep."""
        return {
            "objects": self.objects,
            "files": self.files,
            "bytes": self.bytes,
            "damaged": [damage.to_json() for damage in self.damaged],
        }


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """How the bucket is reached."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    retry_seconds: float = 60.0  # how long an answer is waited for, with pauses that grow
