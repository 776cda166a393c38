"""Drafts of objects as they are looked at before any of a batch goes into a bucket."""

from __future__ import annotations

from dataclasses import dataclass

from shicheng.kernel.digests import digest_bytes, digest_file
from shicheng.kernel.messages import message as _
from shicheng.storage.errors import BadDraft
from shicheng.storage.ocfl.inventory import Hashed, Inventory
from shicheng.storage.ocfl.writing import mismatch
from shicheng.storage.types import DraftFile, ObjectDraft, StoredObject


@dataclass(frozen=True, slots=True)
class Planned:
    """A draft that was looked at and hashed, and what is in its place."""

    draft: ObjectDraft
    where: str
    hashed: list[Hashed]
    state: dict[str, str]
    base: Inventory | None
    e_tag: str
    stored: StoredObject | None


def digests_of(file: DraftFile, path: str, base: Inventory | None, version: int | None) -> dict[str, str]:
    """The digests a file will have; raises `BadDraft`, and `DigestMismatch` where other bytes were promised."""
    promised = {name: digest.lower() for name, digest in (file.digests or {}).items()}
    wanted = ("sha512", "sha256")
    if file.source is None:
        digest = None if base is None else base.state(version).get(path)
        if digest is None:
            raise BadDraft(
                _("The file %(path)s has no content, and no earlier version has it.", path=path),
                hint=_("Give the file's bytes or where they are."),
            )
        return {"sha512": digest, "sha256": ""}
    if isinstance(file.source, bytes):
        content = file.source
        found = {name: digest_bytes(content, name) for name in {*wanted, *promised}}
    elif (file.move or not file.source.exists()) and all(name in promised for name in wanted):
        found = promised
    elif file.source.is_symlink() or not file.source.is_file():
        raise BadDraft(
            _("The file %(source)s, to be stored as %(path)s, is not there.", source=file.source, path=path),
            hint=_("Stage the transfer again."),
        )
    else:
        found = digest_file(file.source, {*wanted, *promised})[0]
    for name, digest in promised.items():
        if found[name] != digest:
            raise mismatch(path, name)
    return {name: found[name] for name in wanted}
