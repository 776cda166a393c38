"""Building the archival package 存档信息包 of one item: its files, description, events and manifest.

One object in the store per item, readable without this software:

    content/…                   the original bytes under their original names
    metadata/description.xml    element names of DA/T 46-2009
    metadata/premis.xml         what happened to it, PREMIS 3.0
    metadata/checks.json        the findings of the four-property check that concern this item
    metadata/manifest.json      exact names, SM3 and SHA-256 of everything above
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from shicheng import __version__
from shicheng.formats.types import Inspection
from shicheng.holdings.types import NewFile, NewItem
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes
from shicheng.kernel.identifiers import derived_id, part_id, placed_id
from shicheng.packages.description import DescribedFile, write_description
from shicheng.packages.manifest import ManifestEntry, write_manifest
from shicheng.packages.premis import EventType, PremisAgent, PremisEvent, PremisObject, write_premis
from shicheng.packages.types import ListedFile, PackageItem, ProcessEntry
from shicheng.storage.types import DraftFile, ObjectDraft

SOFTWARE = PremisAgent(identifier="shicheng", name="Shicheng 史宬", type="software", version=__version__)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What every item of one transfer has in common."""

    transfer: str  # number
    agency: str
    fonds_code: str
    fonds_name: str
    category: str
    received_at: datetime
    checked_at: datetime
    accepted_at: datetime
    accepted_by: str
    report: str  # id of the check report


@dataclass(frozen=True, slots=True)
class ContentFile:
    """One file of an item with where its bytes lie now and what was found in it."""

    listed: ListedFile
    path: str  # in the package
    raw_path: bytes
    local: Path
    size: int
    digests: dict[str, str]
    inspection: Inspection | None = None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rpartition("/")[2]

    @property
    def raw_name(self) -> bytes:
        """Its exact bytes."""
        return self.raw_path.rpartition(b"/")[2]


def item_id(transfer: UUID, ref: str, position: int) -> UUID:
    """The id an item gets: the same however often its accession is started again."""
    return placed_id(transfer, position, "item", ref)


def build(
    *,
    identifier: UUID,
    item: PackageItem,
    contents: Sequence[ContentFile],
    provenance: Provenance,
    findings: list[dict[str, Any]],
) -> tuple[ObjectDraft, NewItem]:
    """Build the draft of the item's object and the row that will describe it."""
    elements = _completed(item.elements, item.ref, provenance)
    paths = _logical_paths(contents)
    described: list[DescribedFile] = []
    objects = [PremisObject(identifier=f"urn:uuid:{identifier}", kind="intellectualEntity", original_name=item.ref)]
    new_files: list[NewFile] = []
    drafts: list[DraftFile] = []
    manifest: list[ManifestEntry] = []
    for order, (content, path) in enumerate(zip(contents, paths, strict=True), start=1):
        found = content.inspection.identification if content.inspection else None
        draft_state = content.listed.draft_state
        described.append(
            DescribedFile(
                logical_path=path,
                name=content.name,
                size=content.size,
                digests=content.digests,
                order=content.listed.order or order,
                draft_state=draft_state,
                listed_path=content.listed.path,
                format_name=found.name if found else "",
                format_version=found.version if found else "",
                puid=found.puid if found else "",
                mime=found.mime if found else "",
            )
        )
        objects.append(
            PremisObject(
                identifier=f"urn:uuid:{part_id(identifier, 'file', path)}",
                original_name=content.name,
                size=content.size,
                digests=content.digests,
                format_name=found.name if found else "",
                format_version=found.version if found else "",
                puid=found.puid if found else "",
                mime=found.mime if found else "",
                part_of=f"urn:uuid:{identifier}",
            )
        )
        plain = _is_plain(content.name, content.raw_name)
        new_files.append(
            NewFile(
                order=content.listed.order or order,
                draft_state=draft_state,
                name=content.name,
                raw_name=b"" if plain else content.raw_name,
                logical_path=path,
                size=content.size,
                sha512=content.digests["sha512"],
                sha256=content.digests["sha256"],
                sm3=content.digests["sm3"],
                puid=found.puid if found else "",
                format_name=_format_name(content.inspection),
                mime=found.mime if found else "",
                pages=content.inspection.pages if content.inspection else None,
                encoding=content.inspection.encoding if content.inspection else "",
                technical=content.inspection.technical if content.inspection else {},
                text=content.inspection.text if content.inspection else None,
            )
        )
        drafts.append(DraftFile(logical_path=path, source=content.local, digests=content.digests, move=True))
        manifest.append(ManifestEntry(path, content.size, content.digests, content.raw_name))
    papers = {
        "metadata/description.xml": write_description(
            elements,
            extra=item.extra,
            files=described,
            process=item.process,
            system={
                "transfer": provenance.transfer,
                "id": str(identifier),
                "ref": item.ref,
                "registered": provenance.accepted_at.isoformat(),
            },
        ),
        "metadata/premis.xml": write_premis(objects, _events(identifier, provenance), _agents(provenance)),
        "metadata/checks.json": json.dumps(
            {"report": provenance.report, "transfer": provenance.transfer, "findings": findings},
            ensure_ascii=False,
            sort_keys=True,
        ).encode("utf-8"),
    }
    for path, content_bytes in papers.items():
        digests = _digests(content_bytes)
        manifest.append(ManifestEntry(path, len(content_bytes), digests))
        drafts.append(DraftFile(logical_path=path, source=content_bytes, digests=digests, move=True))
    own = write_manifest(manifest)
    drafts.append(DraftFile(logical_path="metadata/manifest.json", source=own, digests=_digests(own)))
    object_id = f"urn:uuid:{identifier}"
    draft = ObjectDraft(
        object_id=object_id,
        created=provenance.accepted_at,
        user=provenance.accepted_by,
        message=f"{provenance.transfer} {item.ref}",
        files=drafts,
    )
    row = NewItem(
        id=identifier,
        ref=item.ref,
        elements=elements,
        extra=dict(item.extra),
        process=[process_row(entry) for entry in item.process],
        transfer=provenance.transfer,
        object_id=object_id,
        files=tuple(new_files),
    )
    return draft, row


def _completed(elements: dict[str, str], ref: str, provenance: Provenance) -> dict[str, str]:
    """Add what the transfer says of all its items, never over what the item says itself."""
    common = {
        "reference_code": ref,
        "fonds_code": provenance.fonds_code,
        "fonds_name": provenance.fonds_name,
        "agency": provenance.agency,
        "category": provenance.category,
    }
    return {**{name: text for name, text in common.items() if text}, **elements}


def _logical_paths(contents: Sequence[ContentFile]) -> list[str]:
    """`content/<name>`; files of one name (also by case or composed accents) get their order as a folder."""
    folded = [unicodedata.normalize("NFC", content.name).casefold() for content in contents]
    return [
        f"content/{content.name}" if folded.count(key) == 1 else f"content/{order:04d}/{content.name}"
        for order, (content, key) in enumerate(zip(contents, folded, strict=True), start=1)
    ]


def _is_plain(name: str, raw: bytes) -> bool:
    try:
        return name.encode("utf-8") == raw
    except UnicodeEncodeError:
        return False


def _format_name(inspection: Inspection | None) -> str:
    if inspection is None:
        return ""
    found = inspection.identification
    return f"{found.name} {found.version}".strip()


def _digests(content: bytes) -> dict[str, str]:
    return {name: digest_bytes(content, name) for name in STORE_ALGORITHMS}


def _agents(provenance: Provenance) -> list[PremisAgent]:
    people = [PremisAgent(identifier=provenance.accepted_by, name=provenance.accepted_by, type="person")]
    if provenance.agency:
        people.append(PremisAgent(identifier=provenance.agency, name=provenance.agency, type="organization"))
    return [SOFTWARE, *people]


def _events(identifier: UUID, provenance: Provenance) -> list[PremisEvent]:
    subject = (f"urn:uuid:{identifier}",)

    def one(kind: EventType, at: datetime, detail: str, agent: tuple[str, str], outcome: str = "") -> PremisEvent:
        return PremisEvent(
            identifier=f"urn:uuid:{derived_id('event', str(identifier), kind.value)}",
            type=kind.value,
            at=at,
            detail=detail,
            outcome=outcome,
            agents=(agent,),
            objects=subject,
        )

    software = (SOFTWARE.identifier, "executing program")
    sender = (provenance.agency or provenance.accepted_by, "source")
    return [
        one(EventType.RECEIPT, provenance.received_at, f"transfer {provenance.transfer}", sender),
        one(EventType.DIGEST, provenance.received_at, "sha512 sha256 sm3", software),
        one(EventType.IDENTIFICATION, provenance.checked_at, "PRONOM", software),
        one(
            EventType.VALIDATION,
            provenance.checked_at,
            f"four-property check, report {provenance.report}",
            software,
            "pass",
        ),
        one(
            EventType.INGESTION,
            provenance.accepted_at,
            f"transfer {provenance.transfer}",
            (provenance.accepted_by, "authorizer"),
        ),
    ]


def process_row(entry: ProcessEntry) -> dict[str, str]:
    """The row form of one act of the business process, empty fields left out."""
    fields = ("status", "action", "time", "mandate", "description", "agent")
    return {name: getattr(entry, name) for name in fields if getattr(entry, name)}
