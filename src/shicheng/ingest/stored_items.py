"""Reading an item back from its object in the store, as if it had just been taken in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Inspection
from shicheng.holdings.item_papers import read_past
from shicheng.holdings.types import NewFile, NewItem
from shicheng.ingest.archival_package import process_row
from shicheng.packages.description import Description, read_description
from shicheng.packages.manifest import ManifestEntry, read_manifest
from shicheng.storage import services as storage
from shicheng.storage.ports import Store
from shicheng.storage.types import StoredObject

DESCRIPTION = "metadata/description.xml"
MANIFEST = "metadata/manifest.json"


def read_items(store: Store, object_ids: Sequence[str], pool: InspectionPool) -> list[tuple[NewItem, datetime]]:
    """Read items from the store and look at their files again; with each, when it was registered."""
    read = [(object_id, *_papers(store, object_id)) for object_id in object_ids]
    with TemporaryDirectory(prefix="shicheng-read-") as scratch:
        wanted: list[tuple[tuple[str, str], Path, str]] = []
        for object_id, description, _manifest in read:
            for file in description.files:
                local = _local(store, object_id, file.logical_path, Path(scratch), len(wanted))
                wanted.append(((object_id, file.logical_path), local, file.name))
        seen = dict(pool.inspect_many(wanted))
    return [
        (_item(store, object_id, description, manifest, seen), datetime.fromisoformat(description.system["registered"]))
        for object_id, description, manifest in read
    ]


def describe(store: Store, object_id: str) -> StoredObject:
    """An object that is in the store already, as storing it would have answered."""
    return storage.stored_object(store, object_id)


def _papers(store: Store, object_id: str) -> tuple[Description, dict[str, ManifestEntry]]:
    with store.open(object_id, DESCRIPTION) as stream:
        description = read_description(stream.read())
    with store.open(object_id, MANIFEST) as stream:
        manifest = {entry.logical_path: entry for entry in read_manifest(stream.read())}
    return description, manifest


def _local(store: Store, object_id: str, path: str, scratch: Path, number: int) -> Path:
    local = store.local_path(object_id, path)
    if local is not None:
        return local
    copy = scratch / f"{number:08d}"
    with store.open(object_id, path) as stream, copy.open("wb") as out:
        while chunk := stream.read(1 << 20):
            out.write(chunk)
    return copy


def _item(
    store: Store,
    object_id: str,
    description: Description,
    manifest: dict[str, ManifestEntry],
    seen: dict[tuple[str, str], Inspection],
) -> NewItem:
    files: list[NewFile] = []
    for described in description.files:
        entry = manifest[described.logical_path]
        inspection = seen[object_id, described.logical_path]
        raw = entry.original_name or described.name.encode("utf-8", "surrogatepass")
        plain = raw.decode("utf-8", "replace") == described.name and "\ufffd" not in described.name
        files.append(
            NewFile(
                order=described.order or len(files) + 1,
                draft_state=described.draft_state,
                name=described.name,
                raw_name=b"" if plain else raw,
                logical_path=described.logical_path,
                size=described.size,
                sha512=entry.digests["sha512"],
                sha256=entry.digests["sha256"],
                sm3=entry.digests["sm3"],
                puid=described.puid,
                format_name=f"{described.format_name} {described.format_version}".strip(),
                mime=described.mime,
                pages=inspection.pages,
                encoding=inspection.encoding,
                technical=inspection.technical,
                text=inspection.text,
            )
        )
    past = read_past(store, object_id)
    return NewItem(
        id=UUID(description.system["id"]),
        ref=description.system["ref"],
        # What the house adds to a description it writes is no part of it.
        elements=past.versions[-1].elements if past else description.elements,
        extra=past.versions[-1].extra if past else description.extra,
        process=[process_row(entry) for entry in description.process],
        transfer=description.system["transfer"],
        object_id=object_id,
        files=tuple(files),
        past=past,
    )
