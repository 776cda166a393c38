"""The inventory of an object: reading it, and writing the next one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shicheng.kernel.messages import message as _
from shicheng.storage.errors import BadDraft, DamagedObject, NoSuchObject, ObjectConflict
from shicheng.storage.ocfl import names
from shicheng.storage.types import ObjectDraft, StoredFile, StoredObject

INVENTORY: Final = "inventory.json"
SIDECAR: Final = "inventory.json.sha512"
TYPE: Final = "https://ocfl.io/1.1/spec/#inventory"
_VERSION: Final = re.compile(r"v[1-9][0-9]*", re.ASCII)
_SHA512: Final = re.compile(r"[0-9a-f]{128}", re.ASCII)
_quoted = json.encoder.encode_basestring


class Inventory:
    """What an object holds, version by version."""

    def __init__(self, document: dict[str, Any], digest: str) -> None:
        self.document = document
        self.digest = digest  # SHA-512 of the inventory's own bytes

    @classmethod
    def parse(cls, content: bytes) -> Inventory:
        """Read an inventory; raises `DamagedObject` unless it is one this software could have written."""
        try:
            document = json.loads(content)
            inventory = cls(document, hashlib.sha512(content).hexdigest())
            inventory._require_sound()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedObject(
                _("The inventory of an object can't be read: %(reason)s.", reason=error),
                hint=_("Run “shicheng verify” and restore this object from a backup."),
            ) from error
        return inventory

    @property
    def object_id(self) -> str:
        """The object's identifier."""
        return str(self.document["id"])

    @property
    def head(self) -> int:
        """The number of the newest version."""
        return int(self.document["head"][1:])

    @property
    def manifest(self) -> dict[str, list[str]]:
        """Digest to content paths."""
        manifest: dict[str, list[str]] = self.document["manifest"]
        return manifest

    def version(self, number: int | None = None) -> dict[str, Any]:
        """Return what the inventory says of a version, the newest unless one is named."""
        found: dict[str, Any] | None = self.document["versions"].get(f"v{number or self.head}")
        if found is None:
            raise NoSuchObject(
                _("The object %(id)s has no version %(number)s.", id=self.object_id, number=number),
                hint=_("Its newest version is %(head)s.", head=self.head),
            )
        return found

    def state(self, version: int | None = None) -> dict[str, str]:
        """Return the logical paths of a version with their SHA-512."""
        state: dict[str, list[str]] = self.version(version)["state"]
        return {path: digest for digest, paths in state.items() for path in paths}

    def files(self, version: int | None = None) -> list[StoredFile]:
        """Return the files of a version in the order of their names."""
        return sorted(
            (StoredFile(path, self.manifest[digest][0], digest) for path, digest in self.state(version).items()),
            key=lambda file: file.logical_path,
        )

    def content_path(self, logical_path: str, version: int | None = None) -> str:
        """Return where the bytes of a file lie, below the object's root."""
        wanted = names.logical_path(logical_path)
        for digest, paths in self.version(version)["state"].items():
            if wanted in paths:
                return self.manifest[digest][0]
        raise NoSuchObject(
            _("The object %(id)s has no file %(path)s.", id=self.object_id, path=logical_path),
            hint=_("Look at the object's list of files for the right name."),
        )

    def _require_sound(self) -> None:
        document = self.document
        _require(isinstance(document["id"], str) and document["id"] != "", "no identifier")
        _require(document["digestAlgorithm"] == "sha512", "digest algorithm")
        _require(document.get("contentDirectory", "content") == "content", "content directory")
        _require(_VERSION.fullmatch(document["head"]) is not None, "head")
        numbers = {f"v{number}" for number in range(1, self.head + 1)}
        _require(set(document["versions"]) == numbers, "versions")
        for digest, paths in self.manifest.items():
            _require(_SHA512.fullmatch(digest) is not None and len(paths) > 0, "manifest")
            for path in paths:
                # A damaged or planted inventory must not lead out of its object.
                parts = path.split("/")
                sound = len(parts) > 2 and parts[0] in numbers and parts[1] == "content"
                _require(sound and not {"", ".", ".."} & set(parts) and "\0" not in path, "content path")
        for version in document["versions"].values():
            for digest, paths in version["state"].items():
                _require(digest in self.manifest and isinstance(paths, list), "state")


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file of a draft whose digests are known."""

    logical_path: str
    sha512: str
    sha256: str


@dataclass(frozen=True, slots=True)
class VersionPlan:
    """What to write for a new version: the inventory, and where which file goes."""

    number: int
    inventory: bytes
    digest: str
    new: list[tuple[str, int]]  # content path below the object's root, index of the draft's file
    contents: tuple[StoredFile, ...]

    @property
    def sidecar(self) -> bytes:
        """The bytes of the file beside the inventory."""
        return f"{self.digest} {INVENTORY}\n".encode()


def match_existing(draft: ObjectDraft, inventory: Inventory, state: dict[str, str], path: str) -> StoredObject | None:
    """Return the stored object if the draft is already there; None if its version is the one that comes next.

    Raises `ObjectConflict` if something else is there.
    """
    wanted = 1 if draft.base is None else draft.base + 1
    if inventory.head == wanted and inventory.state() == state:
        files = tuple(inventory.files())
        return StoredObject(
            inventory.object_id, wanted, path, len(files), 0, inventory.digest, is_new=False, contents=files
        )
    if draft.base is not None and inventory.head == draft.base:
        return None
    raise ObjectConflict(
        _(
            "The object %(id)s is already in the store with other content (version %(head)s).",
            id=draft.object_id,
            head=inventory.head,
        ),
        hint=_(
            "Nothing stored is ever overwritten. Store a new version on top of the newest one, "
            "or use another identifier."
        ),
    )


def plan_version(draft: ObjectDraft, files: Sequence[Hashed], base: Inventory | None) -> VersionPlan:
    """Lay out a new object, or the next version of one with forward deltas: only new content is written."""
    if draft.created.tzinfo is None:
        raise ValueError("the time of a version needs its time zone")
    number = 1 if base is None else base.head + 1
    manifest = {} if base is None else {digest: list(paths) for digest, paths in base.manifest.items()}
    sha256 = {} if base is None else dict(base.document.get("fixity", {}).get("sha256", {}))
    state: dict[str, list[str]] = {}
    wanted: list[int] = []
    for index, file in enumerate(files):
        if file.sha512 not in state and file.sha512 not in manifest:
            wanted.append(index)
        state.setdefault(file.sha512, []).append(file.logical_path)
    placed = names.content_paths([files[index].logical_path for index in wanted])
    new = [(f"v{number}/content/{path}", index) for path, index in zip(placed, wanted, strict=True)]
    for path, index in new:
        manifest[files[index].sha512] = [path]
        sha256.setdefault(files[index].sha256, []).append(path)
    version = {
        "created": draft.created.isoformat(),
        "message": draft.message,
        "user": {"name": draft.user, **({"address": draft.user_address} if draft.user_address else {})},
        "state": state,
    }
    versions = {**({} if base is None else base.document["versions"]), f"v{number}": version}
    content = _write(draft.object_id, number, manifest, sha256, versions)
    stored = tuple(StoredFile(file.logical_path, manifest[file.sha512][0], file.sha512) for file in files)
    return VersionPlan(number, content, hashlib.sha512(content).hexdigest(), new, stored)


def require_logical_paths(paths: Iterable[str]) -> list[str]:
    """Return the logical paths of one version; raises `BadDraft` if two are one, or a file is also a folder."""
    result = [names.logical_path(path) for path in paths]
    seen = set(result)
    if not result:
        raise BadDraft(_("An object without files can't be stored."), hint=_("Give it at least one file."))
    if len(seen) != len(result):
        twice = next(path for path in result if result.count(path) > 1)
        raise BadDraft(
            _("The path %(path)s is given twice for one object.", path=twice),
            hint=_("Give each file a path of its own."),
        )
    for path in result:
        end = path.find("/")
        while end >= 0:
            if path[:end] in seen:
                raise BadDraft(
                    _("The path %(path)s is both a file and a folder in one object.", path=path[:end]),
                    hint=_("Give each file a path of its own."),
                )
            end = path.find("/", end + 1)
    return result


def _write(
    object_id: str, head: int, manifest: dict[str, list[str]], sha256: dict[str, list[str]], versions: dict[str, Any]
) -> bytes:
    # One line for each file, so that a person can read it; json.dumps with indents is ten times slower.
    lines = [
        "{",
        f'"id": {_quoted(object_id)},',
        f'"type": {_quoted(TYPE)},',
        '"digestAlgorithm": "sha512",',
        f'"head": "v{head}",',
        f'"manifest": {_block(manifest)},',
        f'"fixity": {{"sha256": {_block(sha256)}}},',
        '"versions": {',
    ]
    for number, (name, version) in enumerate(versions.items(), 1):
        others = {key: value for key, value in version.items() if key != "state"}
        written = json.dumps(others, ensure_ascii=False)[1:-1]
        comma = "," if number < len(versions) else ""
        lines.append(f'"{name}": {{{written},\n"state": {_block(version["state"])}}}{comma}')
    lines.append("}\n}\n")
    return "\n".join(lines).encode()


def _block(entries: dict[str, list[str]]) -> str:
    rows = ",\n".join(f'  "{digest}": [{", ".join(map(_quoted, paths))}]' for digest, paths in entries.items())
    return f"{{\n{rows}\n}}" if rows else "{}"


def _require(sound: bool, what: str) -> None:  # reads as a sentence
    if not sound:
        raise ValueError(what)
