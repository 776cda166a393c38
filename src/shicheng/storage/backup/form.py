"""What a backup looks like on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from shicheng.kernel import sm2
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.messages import message as _
from shicheng.storage.errors import BackupRefused

FORMAT: Final = "shicheng-backup-1"
ALGORITHMS: Final = ("sha256", "sm3")
HEADER: Final = "backup.json"
SIGNATURE: Final = "backup.json.sig"
MANIFEST: Final = "manifest.jsonl"
STORE: Final = "store"
ARCHIVES: Final = "archives"
SQLITE: Final = "database.sqlite3"
DUMP: Final = "database.dump"
SETTINGS: Final = "shicheng.toml"
KEYS: Final = "keys"
PUBLIC_KEY: Final = "keys/audit.pub"


@dataclass(frozen=True, slots=True)
class Digested:
    """A file's size and digests."""

    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """What the manifest says of one object of the store."""

    object_id: str
    path: str  # below the store's root
    inventory_digest: str
    files: dict[str, Digested]  # by their paths below the object's root

    def line(self) -> bytes:
        """Return the manifest's line."""
        files = {path: [one.size, one.sha256, one.sm3] for path, one in self.files.items()}
        return (
            canonical_json(
                {"object": self.object_id, "path": self.path, "inventory": self.inventory_digest, "files": files}
            )
            + b"\n"
        )


@dataclass(frozen=True, slots=True)
class Header:
    """What the backup says of itself; these bytes are signed, so the time is, too."""

    made_at: str
    archive_name: str
    database: Literal["sqlite", "postgresql"]
    objects: int
    size: int  # of all files of the objects, in bytes
    manifest: dict[str, str]  # its digests
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # database, keys, settings: size and digests
    root: dict[str, dict[str, Any]] = field(default_factory=dict)  # the store's own files
    format: str = FORMAT

    def written(self) -> bytes:
        """Return the one form that is written and signed."""
        return canonical_json(asdict(self))


def read_records(folder: Path) -> Iterator[ObjectRecord]:
    """Yield the objects of a backup in the order of their paths."""
    with (folder / MANIFEST).open("rb") as stream:
        for line in stream:
            entry = json.loads(line)
            files = {path: Digested(*one) for path, one in entry["files"].items()}
            yield ObjectRecord(entry["object"], entry["path"], entry["inventory"], files)


def read_header(folder: Path) -> Header:
    """Read a backup's header and verify its signature, if it has one; raises `BackupRefused`."""
    try:
        content = (folder / HEADER).read_bytes()
        header = Header(**json.loads(content))
    except (OSError, ValueError, TypeError) as error:
        raise BackupRefused(
            _("The backup %(folder)s can't be read: %(reason)s.", folder=folder, reason=error),
            hint=_("Choose another backup of this archive."),
        ) from error
    if header.format != FORMAT:
        raise BackupRefused(
            _(
                "The backup %(folder)s has the form %(form)s, which is not known here.",
                folder=folder,
                form=header.format,
            ),
            hint=_("Restore it with the version that made it."),
        )
    signature = folder / SIGNATURE
    if signature.exists():
        key = folder / PUBLIC_KEY
        if not key.exists() or not sm2.verify(key.read_bytes(), content, signature.read_bytes()):
            raise BackupRefused(
                _(
                    "The signature of the backup %(folder)s does not fit: it was changed after it was made.",
                    folder=folder,
                ),
                hint=_("Choose another backup of this archive."),
            )
    return header


def complete_backups(target: Path) -> list[Path]:
    """Return the complete backups in a backup folder, the oldest first."""
    folder = target / ARCHIVES
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if not one.name.startswith(".") and (one / HEADER).exists())
