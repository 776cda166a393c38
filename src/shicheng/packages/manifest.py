"""The manifest an item's object carries of itself: every file with its names, size and three digests.

It stands beside the OCFL inventory because that knows one digest only and no original names.
Form: canonical JSON, `{"files": [...], "form": "shicheng-manifest", "version": 1}`, files in the order of
their logical paths. A name is text where its bytes are UTF-8, and `{"base64": …}` where they are not.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _

FORM: Final = "shicheng-manifest"
VERSION: Final = 1
ALGORITHMS: Final = ("sha512", "sha256", "sm3")
_KEYS: Final = frozenset({"path", "name", "size", *ALGORITHMS})


class ManifestError(ShichengError):
    """A manifest can't be read back."""

    code: ClassVar[str] = "packages.manifest.unreadable"


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One file of the object."""

    logical_path: str  # inside the object, "/" between parts
    size: int  # bytes
    digests: Mapping[str, str] = field(default_factory=dict)  # sha512, sha256, sm3 -> lower-case hex
    original_name: bytes | None = None  # exactly as found; None where the file was made by this system


def write_manifest(entries: Iterable[ManifestEntry]) -> bytes:
    """Write a manifest; every entry must carry all three digests, and no path may come twice."""
    files: list[dict[str, Any]] = []
    for entry in sorted(entries, key=lambda entry: entry.logical_path.encode("utf-8")):
        missing = [algorithm for algorithm in ALGORITHMS if algorithm not in entry.digests]
        if missing:
            raise ValueError(f"{entry.logical_path} has no digest by {', '.join(missing)}")
        if files and files[-1]["path"] == entry.logical_path:
            raise ValueError(f"{entry.logical_path} comes twice")
        row: dict[str, Any] = {"path": entry.logical_path, "size": entry.size}
        row.update((algorithm, entry.digests[algorithm]) for algorithm in ALGORITHMS)
        if entry.original_name is not None:
            row["name"] = _name_to_json(entry.original_name)
        files.append(row)
    document = {"form": FORM, "version": VERSION, "files": files}
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _name_to_json(name: bytes) -> str | dict[str, str]:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(name).decode("ascii")}


def read_manifest(content: bytes) -> list[ManifestEntry]:
    """Read back what `write_manifest` wrote; raise `ManifestError` for anything else."""
    try:
        document = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ManifestError(
            _("The manifest is not JSON in UTF-8: %(reason)s.", reason=str(error)),
            hint=_("Restore it from another copy of the object."),
        ) from error
    if not isinstance(document, dict) or document.get("form") != FORM or document.get("version") != VERSION:
        raise ManifestError(
            _("The file is not a manifest of version %(version)d.", version=VERSION),
            hint=_("It may have been written by a newer version of this software."),
        )
    try:
        entries = [_entry(row) for row in document["files"]]
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ManifestError(_("An entry of the manifest breaks its form: %(reason)s.", reason=str(error))) from error
    if len({entry.logical_path for entry in entries}) != len(entries):
        raise ManifestError(_("The manifest names a path twice."))
    return entries


def _entry(row: dict[str, Any]) -> ManifestEntry:
    unknown = row.keys() - _KEYS
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    path, size, name = row["path"], row["size"], row.get("name")
    if not isinstance(path, str) or type(size) is not int or size < 0:
        raise ValueError("path or size of another type")
    digests = {algorithm: row[algorithm] for algorithm in ALGORITHMS}
    if not all(isinstance(digest, str) for digest in digests.values()):
        raise ValueError("digest of another type")
    return ManifestEntry(logical_path=path, size=size, digests=digests, original_name=_name_from_json(name))


def _name_from_json(name: object) -> bytes | None:
    if name is None:
        return None
    if isinstance(name, str):
        return name.encode("utf-8")
    if isinstance(name, dict) and name.keys() == {"base64"}:
        return base64.b64decode(name["base64"], validate=True)
    raise ValueError("name of another type")
