"""The papers of an item that has been edited, as the next version of its object in the store.

Its content is taken over, not copied. What changes is under `metadata/`:

    description.xml   the description as it is now
    premis.xml        the events there were, and the edit
    versions.json     every version of the description, who made it, when and why
    manifest.json     names and digests of all of it

A record that came by a catalogue and has no object of its own gets one by its first edit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shicheng import __version__
from shicheng.holdings.models import File, Item
from shicheng.holdings.types import Past, PastVersion
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes
from shicheng.kernel.identifiers import derived_id
from shicheng.packages.description import DescribedFile, Description, read_description, write_description
from shicheng.packages.manifest import ManifestEntry, read_manifest, write_manifest
from shicheng.packages.premis import (
    EventType,
    PremisAgent,
    PremisEvent,
    PremisObject,
    PremisRecord,
    read_premis,
    write_premis,
)
from shicheng.packages.types import ProcessEntry
from shicheng.storage.ports import Store
from shicheng.storage.types import DraftFile, ObjectDraft

DESCRIPTION: Final = "metadata/description.xml"
PREMIS: Final = "metadata/premis.xml"
MANIFEST: Final = "metadata/manifest.json"
VERSIONS: Final = "metadata/versions.json"
_FORM: Final = "shicheng-versions"
_OWN: Final = frozenset({DESCRIPTION, PREMIS, MANIFEST, VERSIONS})


@dataclass(frozen=True, slots=True)
class NewDescription:
    """The description an edit makes, and who made it."""

    ref: str
    elements: dict[str, str]
    extra: dict[str, str]
    version: int
    at: datetime
    by: str
    reason: str
    changed: tuple[str, ...]
    past: Past  # this version with all before it

    @property
    def mark(self) -> str:
        """What tells this act from every other one on the item."""
        return f"{self.version} {self.at.isoformat()} {self.by}"


def is_stored(store: Store, item: Item, new: NewDescription) -> bool:
    """Tell whether the object holds this edit already: what stored it was cut off behind that."""
    if not store.has(item.object_id) or DESCRIPTION not in store.inventory(item.object_id).state():
        return False
    with store.open(item.object_id, DESCRIPTION) as stream:
        return read_description(stream.read()).system.get("edit") == new.mark


def build_version(store: Store, item: Item, new: NewDescription) -> ObjectDraft:
    """Build the next version of the item's object; the same object and edit give the same bytes."""
    state: Mapping[str, str] = {}
    base = None
    if store.has(item.object_id):
        inventory = store.inventory(item.object_id)
        state, base = inventory.state(), inventory.head
    rows = list(item.files.order_by("order", "logical_path"))
    described = _read(store, item, DESCRIPTION) if DESCRIPTION in state else None
    files, process, system = _kept(item, rows, read_description(described) if described else None)
    record = read_premis(_read(store, item, PREMIS)) if PREMIS in state else _first_record(item, rows)
    papers = {
        DESCRIPTION: write_description(
            {"fonds_code": item.fonds.code, "fonds_name": item.fonds.name, **new.elements},
            extra=new.extra,
            files=files,
            process=process,
            system={**system, "ref": new.ref, "version": str(new.version), "edit": new.mark},
        ),
        PREMIS: _with_edit(record, item, new),
        VERSIONS: write_versions(new.past),
    }
    drafts = [DraftFile(path, None) for path in sorted(state) if path not in _OWN]
    manifest = _manifest_kept(_read(store, item, MANIFEST) if MANIFEST in state else None, rows, state)
    for path, content in papers.items():
        digests = _digests(content)
        drafts.append(DraftFile(path, content, digests))
        manifest.append(ManifestEntry(path, len(content), digests))
    own = write_manifest(manifest)
    drafts.append(DraftFile(MANIFEST, own, _digests(own)))
    return ObjectDraft(
        object_id=item.object_id, created=new.at, user=new.by, message=f"{new.ref}: {new.reason}"[:500], files=drafts,
        base=base,
    )  # fmt: skip


def write_versions(past: Past) -> bytes:
    """Write the history of a description: readable, and the same bytes for the same history."""
    document: dict[str, Any] = {
        "form": _FORM,
        "version": 1,
        "edited": past.edited.isoformat(),
        "by_hand": sorted(past.by_hand),
        "former_codes": sorted(past.former_codes),
        "code_sort": past.code_sort,
        "source_key": past.source_key,
        "versions": [
            {
                "id": str(one.id), "version": one.version, "at": one.at.isoformat(), "by": one.by,
                "reason": one.reason, "elements": one.elements, "extra": one.extra,
            }
            for one in past.versions
        ],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "backslashreplace")


def read_past(store: Store, object_id: str) -> Past | None:
    """Read the history of a description back from an item's object; None if it was never edited."""
    if VERSIONS not in store.inventory(object_id).state():
        return None
    with store.open(object_id, VERSIONS) as stream:
        document = json.loads(stream.read())
    return Past(
        versions=tuple(
            PastVersion(
                id=UUID(one["id"]), version=one["version"], at=datetime.fromisoformat(one["at"]), by=one["by"],
                reason=one["reason"], elements=one["elements"], extra=one["extra"],
            )
            for one in document["versions"]
        ),
        edited=datetime.fromisoformat(document["edited"]),
        by_hand=tuple(document["by_hand"]),
        former_codes=tuple(document["former_codes"]),
        code_sort=document["code_sort"],
        source_key=document["source_key"],
    )  # fmt: skip


def _kept(
    item: Item, rows: Sequence[File], described: Description | None
) -> tuple[list[DescribedFile], list[ProcessEntry], dict[str, str]]:
    """What an edit does not touch: the files, what was done with them, and what the system says of the item."""
    system = {
        "transfer": item.transfer, "id": str(item.pk), "ref": item.reference_code,
        "registered": item.registered.isoformat(),
    }  # fmt: skip
    if item.source_key is not None:
        system |= {"catalogue": item.transfer, "source_key": item.source_key}
    if described is not None:
        return described.files, described.process, system | described.system
    files = [
        DescribedFile(
            logical_path=row.logical_path, name=row.name, size=row.size, digests=_digests_of(row), order=row.order,
            draft_state=row.draft_state, format_name=row.format_name, puid=row.puid, mime=row.mime,
        )
        for row in rows
    ]  # fmt: skip
    return files, [ProcessEntry(**entry) for entry in item.process], system


def _first_record(item: Item, rows: Sequence[File]) -> PremisRecord:
    identity = f"urn:uuid:{item.pk}"
    objects = [PremisObject(identifier=identity, kind="intellectualEntity", original_name=item.reference_code)]
    objects += [
        PremisObject(
            identifier=f"urn:uuid:{row.pk}", original_name=row.name, size=row.size, digests=_digests_of(row),
            format_name=row.format_name, puid=row.puid, mime=row.mime, part_of=identity,
        )
        for row in rows
    ]  # fmt: skip
    software = PremisAgent(identifier="shicheng", name="Shicheng 史宬", type="software", version=__version__)
    return PremisRecord(objects=objects, agents=[software])


def _with_edit(record: PremisRecord, item: Item, new: NewDescription) -> bytes:
    identity = f"urn:uuid:{item.pk}"
    edit = PremisEvent(
        identifier=f"urn:uuid:{derived_id('event', str(item.pk), EventType.DESCRIPTION.value, new.mark)}",
        type=EventType.DESCRIPTION.value,
        at=new.at,
        detail=f"version {new.version}: {', '.join(new.changed)}",
        outcome_note=new.reason,
        agents=((new.by, "authorizer"),),
        objects=(identity,),
    )
    agents = list(record.agents)
    if new.by not in {one.identifier for one in agents}:
        agents.append(PremisAgent(identifier=new.by, name=new.by, type="person"))
    return write_premis(record.objects, [*record.events, edit], agents)


def _manifest_kept(known: bytes | None, rows: Sequence[File], state: Mapping[str, str]) -> list[ManifestEntry]:
    if known is not None:
        return [entry for entry in read_manifest(known) if entry.logical_path not in _OWN]
    return [
        ManifestEntry(
            row.logical_path, row.size, _digests_of(row),
            bytes(row.raw_name) or row.name.encode("utf-8", "surrogateescape"),
        )
        for row in rows
        if row.logical_path in state
    ]  # fmt: skip


def _read(store: Store, item: Item, path: str) -> bytes:
    with store.open(item.object_id, path) as stream:
        return stream.read()


def _digests_of(row: File) -> dict[str, str]:
    return {"sha512": row.sha512, "sha256": row.sha256, "sm3": row.sm3}


def _digests(content: bytes) -> dict[str, str]:
    return {name: digest_bytes(content, name) for name in STORE_ALGORITHMS}
