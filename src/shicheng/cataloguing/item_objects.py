"""The object of one record that was given files: content, description, events and manifest.

The same form as the object of an item that came with a transfer, so that both are read alike; its description
says by `catalogue` which import it came by, and carries its stable key.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from shicheng import __version__
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Inspection
from shicheng.holdings.item_papers import VERSIONS, write_versions
from shicheng.holdings.past_rows import read_past_rows
from shicheng.holdings.types import NewFile
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes
from shicheng.kernel.identifiers import derived_id, part_id
from shicheng.packages.description import DescribedFile, read_description, write_description
from shicheng.packages.manifest import ManifestEntry, read_manifest, write_manifest
from shicheng.packages.premis import EventType, PremisAgent, PremisEvent, PremisObject, read_premis, write_premis
from shicheng.people.types import Actor
from shicheng.storage.ports import Store
from shicheng.storage.types import DraftFile, ObjectDraft

if TYPE_CHECKING:
    from shicheng.holdings.models import Item

DESCRIPTION: Final = "metadata/description.xml"
PREMIS: Final = "metadata/premis.xml"
MANIFEST: Final = "metadata/manifest.json"
_SOFTWARE: Final = PremisAgent(identifier="shicheng", name="Shicheng 史宬", type="software", version=__version__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is to be attached, where it lies."""

    path: Path
    name: str
    size: int
    digests: dict[str, str]


def known_files(item: Item, store: Store, pool: InspectionPool) -> list[NewFile]:
    """The files the record has: by its rows, or by its object where that holds more than the rows say."""
    if not store.has(item.object_id):
        return []
    rows = list(item.files.all())
    with store.open(item.object_id, MANIFEST) as stream:
        held = [entry for entry in read_manifest(stream.read()) if entry.logical_path.startswith("content/")]
    if len(held) != len(rows):
        return stored_files(store, item.object_id, pool)
    return [
        NewFile(
            order=row.order, draft_state=row.draft_state, name=row.name, raw_name=bytes(row.raw_name),
            logical_path=row.logical_path, size=row.size, sha512=row.sha512, sha256=row.sha256, sm3=row.sm3,
            puid=row.puid, format_name=row.format_name, mime=row.mime,
        )
        for row in rows
    ]  # fmt: skip


def stored_files(store: Store, object_id: str, pool: InspectionPool) -> list[NewFile]:
    """The files the record's object holds already; none if it has no object."""
    if not store.has(object_id):
        return []
    with store.open(object_id, DESCRIPTION) as stream:
        described = read_description(stream.read()).files
    found = []
    with TemporaryDirectory(prefix="shicheng-read-") as scratch:
        wanted = []
        for place, file in enumerate(described):
            local = store.local_path(object_id, file.logical_path)
            if local is None:
                local = Path(scratch, f"{place:08d}")
                with store.open(object_id, file.logical_path) as stream, local.open("wb") as out:
                    while piece := stream.read(1 << 20):
                        out.write(piece)
            wanted.append((str(place), local, file.name))
        seen = dict(pool.inspect_many(wanted))
        for place, file in enumerate(described):
            arrival = Arrival(Path(file.name), file.name, file.size, dict(file.digests))
            found.append(_new_file(arrival, file.logical_path, file.order or place + 1, seen.get(str(place))))
    return found


def build_object(
    *, item: Item, there: Sequence[NewFile], arrivals: Sequence[Arrival], inspections: Mapping[str, Inspection],
    store: Store, actor: Actor, at: datetime,
) -> tuple[ObjectDraft, list[NewFile]]:  # fmt: skip
    """Build the next version of the record's object, and the rows of the files it adds."""
    names = [file.logical_path for file in there]
    new_files = []
    for place, arrival in enumerate(arrivals):
        order = len(there) + place + 1
        path = _logical_path(arrival.name, order, names)
        names.append(path)
        new_files.append(_new_file(arrival, path, order, inspections.get(str(place))))
    files = [*there, *new_files]
    drafts = [DraftFile(file.logical_path, None) for file in there]
    drafts += [
        DraftFile(file.logical_path, arrival.path, arrival.digests)
        for file, arrival in zip(new_files, arrivals, strict=True)
    ]
    manifest = [
        ManifestEntry(file.logical_path, file.size, _digests_of(file), file.name.encode("utf-8", "surrogateescape"))
        for file in files
    ]
    before = _Before.of(item, store)
    papers = [
        (DESCRIPTION, _description(item, files, before.system)),
        (PREMIS, _premis(item, files, actor, at, before.events)),
    ]
    if (past := read_past_rows(item)) is not None:  # the history of a description changed by hand goes with it
        papers.append((VERSIONS, write_versions(past)))
    for path, content in papers:
        digests = {name: digest_bytes(content, name) for name in STORE_ALGORITHMS}
        drafts.append(DraftFile(path, content, digests))
        manifest.append(ManifestEntry(path, len(content), digests))
    own = write_manifest(manifest)
    drafts.append(DraftFile(MANIFEST, own, {name: digest_bytes(own, name) for name in STORE_ALGORITHMS}))
    draft = ObjectDraft(
        object_id=item.object_id, created=at, user=actor.name, message=f"{item.reference_code}: {len(new_files)} files",
        files=drafts, base=before.head,
    )  # fmt: skip
    return draft, new_files


@dataclass(frozen=True, slots=True)
class _Before:
    """What the record's object says already and goes on saying."""

    head: int | None = None
    system: dict[str, str] = field(default_factory=dict)
    events: tuple[PremisEvent, ...] = ()

    @classmethod
    def of(cls, item: Item, store: Store) -> _Before:
        if not store.has(item.object_id):
            return cls()
        with store.open(item.object_id, DESCRIPTION) as stream:
            system = read_description(stream.read()).system
        with store.open(item.object_id, PREMIS) as stream:
            events = tuple(read_premis(stream.read()).events)
        return cls(store.inventory(item.object_id).head, system, events)


def _new_file(arrival: Arrival, path: str, order: int, inspection: Inspection | None) -> NewFile:
    found = inspection.identification if inspection else None
    plain = arrival.name.encode("utf-8", "surrogateescape")
    return NewFile(
        order=order, draft_state="", name=arrival.name.encode("utf-8", "replace").decode(),
        raw_name=b"" if plain == arrival.name.encode("utf-8", "replace") else plain, logical_path=path,
        size=arrival.size, sha512=arrival.digests["sha512"], sha256=arrival.digests["sha256"],
        sm3=arrival.digests["sm3"], puid=found.puid if found else "",
        format_name=f"{found.name} {found.version}".strip() if found else "", mime=found.mime if found else "",
        pages=inspection.pages if inspection else None, encoding=inspection.encoding if inspection else "",
        technical=inspection.technical if inspection else {}, text=inspection.text if inspection else None,
    )  # fmt: skip


def _logical_path(name: str, order: int, taken: Sequence[str]) -> str:
    """`content/<name>`; a second file of that name, also by case or composed accents, gets a folder by its order."""
    plain = name.encode("utf-8", "replace").decode()
    folded = {unicodedata.normalize("NFC", path).casefold() for path in taken}
    path = f"content/{plain}"
    return path if unicodedata.normalize("NFC", path).casefold() not in folded else f"content/{order:04d}/{plain}"


def _digests_of(file: NewFile) -> dict[str, str]:
    return {"sha512": file.sha512, "sha256": file.sha256, "sm3": file.sm3}


def _description(item: Item, files: Sequence[NewFile], known: Mapping[str, str]) -> bytes:
    own = {"fonds_code": item.fonds.code, "fonds_name": item.fonds.name}
    described = [
        DescribedFile(
            logical_path=file.logical_path, name=file.name, size=file.size, digests=_digests_of(file), order=file.order,
            format_name=file.format_name, puid=file.puid, mime=file.mime, listed_path=file.name,
        )
        for file in files
    ]  # fmt: skip
    return write_description(
        {**own, **item.elements},
        extra=item.extra,
        files=described,
        system={
            **known, "transfer": item.transfer, "id": str(item.pk), "ref": item.reference_code,
            "registered": item.registered.isoformat(), "catalogue": item.transfer, "source_key": item.source_key or "",
        },
    )  # fmt: skip


def _premis(item: Item, files: Sequence[NewFile], actor: Actor, at: datetime, earlier: Sequence[PremisEvent]) -> bytes:
    identity = f"urn:uuid:{item.pk}"
    objects = [PremisObject(identifier=identity, kind="intellectualEntity", original_name=item.reference_code)]
    objects += [
        PremisObject(
            identifier=f"urn:uuid:{part_id(item.pk, 'file', file.logical_path)}", original_name=file.name,
            size=file.size, digests=_digests_of(file), format_name=file.format_name, puid=file.puid, mime=file.mime,
            part_of=identity,
        )
        for file in files
    ]  # fmt: skip
    kinds = (
        (EventType.DIGEST, "sha512 sha256 sm3"),
        (EventType.IDENTIFICATION, "PRONOM"),
        (EventType.INGESTION, "attached"),
    )
    happened = [
        PremisEvent(
            identifier=f"urn:uuid:{derived_id('event', str(item.pk), kind.value, at.isoformat())}", type=kind.value,
            at=at, detail=f"{item.transfer} {detail}", objects=(identity,),
            agents=((actor.name, "authorizer") if kind is EventType.INGESTION else ("shicheng", "executing program"),),
        )
        for kind, detail in kinds
    ]  # fmt: skip
    persons = {name: PremisAgent(identifier=name, name=name, type="person") for name in _persons(earlier, actor)}
    return write_premis(objects, [*earlier, *happened], [_SOFTWARE, *persons.values()])


def _persons(earlier: Sequence[PremisEvent], actor: Actor) -> list[str]:
    return [*(name for event in earlier for name, role in event.agents if role == "authorizer"), actor.name]
