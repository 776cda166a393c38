"""PREMIS 3.0 XML: what was done to an item's files, by whom or what, and how it came out.

Texts are written with `\\uXXXX` for characters that XML 1.0 can't carry and doubled backslashes
(PREMIS leaves no place for a mark, so this holds for every text), and come back exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Final

from lxml import etree

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.packages.xml_texts import escape_text, mark_up, unescape_text

NAMESPACE: Final = "http://www.loc.gov/premis/v3"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_EVENT_TYPES: Final = "http://id.loc.gov/vocabulary/preservation/eventType"


class PremisError(ShichengError):
    """A PREMIS document can't be read back."""

    code: ClassVar[str] = "packages.premis.unreadable"


class EventType(StrEnum):
    """Kinds of events; all but `RECEIPT` are terms of the Library of Congress vocabulary."""

    RECEIPT = "receipt"
    DIGEST = "message digest calculation"
    FIXITY = "fixity check"
    VIRUS = "virus check"
    IDENTIFICATION = "format identification"
    VALIDATION = "validation"
    INGESTION = "ingestion"
    ACCESSION = "accession"
    REPLICATION = "replication"
    DESCRIPTION = "metadata modification"
    MIGRATION = "migration"
    DEACCESSION = "deaccession"


_VOCABULARY: Final = frozenset(kind.value for kind in EventType if kind is not EventType.RECEIPT)


@dataclass(frozen=True, slots=True)
class PremisObject:
    """A file, or with `kind="intellectualEntity"` the item that the files belong to."""

    identifier: str
    kind: str = "file"
    original_name: str = ""
    size: int | None = None  # bytes
    digests: Mapping[str, str] = field(default_factory=dict)  # algorithm code -> hex
    format_name: str = ""
    format_version: str = ""
    puid: str = ""
    mime: str = ""
    part_of: str = ""  # identifier of the intellectual entity


@dataclass(frozen=True, slots=True)
class PremisEvent:
    """One act; `at` carries a time zone."""

    identifier: str
    type: str
    at: datetime
    detail: str = ""
    outcome: str = ""
    outcome_note: str = ""
    agents: tuple[tuple[str, str], ...] = ()  # (identifier, role); role may be ""
    objects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PremisAgent:
    """A person, an organization or a piece of software."""

    identifier: str
    name: str
    type: str = "software"
    version: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PremisRecord:
    """All that one PREMIS document says."""

    objects: list[PremisObject] = field(default_factory=list)
    events: list[PremisEvent] = field(default_factory=list)
    agents: list[PremisAgent] = field(default_factory=list)


def write_premis(
    objects: Iterable[PremisObject], events: Iterable[PremisEvent], agents: Iterable[PremisAgent] = ()
) -> bytes:
    """Write one PREMIS document; the order given is kept, the same arguments give the same bytes."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<premis:premis xmlns:premis="{NAMESPACE}" xmlns:xsi="{_XSI}" version="3.0">',
    ]
    for thing in objects:
        lines.extend(_object_lines(thing))
    for event in events:
        lines.extend(_event_lines(event))
    for agent in agents:
        lines.extend(_agent_lines(agent))
    lines.append("</premis:premis>\n")
    return "\n".join(lines).encode("utf-8")


@lru_cache(4096)  # times, agents and kinds are the same for all items of a transfer
def _leaf(tag: str, text: str, attributes: str = "") -> str:
    return f"<premis:{tag}{attributes}>{mark_up(escape_text(text))}</premis:{tag}>"


def _identifier(tag: str, value: str, more: str = "") -> str:
    kind = "URI" if value.startswith("urn:") else "local"
    return f"<premis:{tag}>{_leaf(f'{tag}Type', kind)}{_leaf(f'{tag}Value', value)}{more}</premis:{tag}>"


def _object_lines(thing: PremisObject) -> Iterator[str]:
    yield f'  <premis:object xsi:type="premis:{thing.kind}">'
    yield f"    {_identifier('objectIdentifier', thing.identifier)}"
    if thing.kind == "file":
        yield "    <premis:objectCharacteristics>"
        yield "      <premis:compositionLevel>0</premis:compositionLevel>"
        for algorithm in sorted(thing.digests):
            digest = _leaf("messageDigestAlgorithm", algorithm) + _leaf("messageDigest", thing.digests[algorithm])
            yield f"      <premis:fixity>{digest}</premis:fixity>"
        if thing.size is not None:
            yield f"      <premis:size>{thing.size}</premis:size>"
        yield f"      {_format(thing)}"
        yield "    </premis:objectCharacteristics>"
    if thing.original_name:
        yield f"    {_leaf('originalName', thing.original_name)}"
    if thing.part_of:
        yield "    <premis:relationship>"
        yield f"      {_leaf('relationshipType', 'structural')}{_leaf('relationshipSubType', 'is part of')}"
        yield f"      {_identifier('relatedObjectIdentifier', thing.part_of)}"
        yield "    </premis:relationship>"
    yield "  </premis:object>"


def _format(thing: PremisObject) -> str:
    # The schema demands a format; a name of "" says that nobody could tell.
    version = _leaf("formatVersion", thing.format_version) if thing.format_version else ""
    text = f"<premis:formatDesignation>{_leaf('formatName', thing.format_name)}{version}</premis:formatDesignation>"
    if thing.puid:
        registry = "PRONOM" if not thing.puid.startswith("cn-fmt/") else "Shicheng"
        key = _leaf("formatRegistryName", registry) + _leaf("formatRegistryKey", thing.puid)
        text += f"<premis:formatRegistry>{key}</premis:formatRegistry>"
    if thing.mime:
        text += _leaf("formatNote", thing.mime)
    return f"<premis:format>{text}</premis:format>"


def _event_lines(event: PremisEvent) -> Iterator[str]:
    if event.at.tzinfo is None:
        raise ValueError(f"event {event.identifier} has a time without zone")
    authority = f' authority="eventType" authorityURI="{_EVENT_TYPES}"' if event.type in _VOCABULARY else ""
    yield "  <premis:event>"
    yield f"    {_identifier('eventIdentifier', event.identifier)}"
    yield f"    {_leaf('eventType', event.type, authority)}"
    yield f"    {_leaf('eventDateTime', event.at.astimezone(UTC).isoformat())}"
    if event.detail:
        yield f"    <premis:eventDetailInformation>{_leaf('eventDetail', event.detail)}</premis:eventDetailInformation>"
    if event.outcome or event.outcome_note:
        outcome = _leaf("eventOutcome", event.outcome) if event.outcome else ""
        if event.outcome_note:
            note = _leaf("eventOutcomeDetailNote", event.outcome_note)
            outcome += f"<premis:eventOutcomeDetail>{note}</premis:eventOutcomeDetail>"
        yield f"    <premis:eventOutcomeInformation>{outcome}</premis:eventOutcomeInformation>"
    for identifier, role in event.agents:
        more = _leaf("linkingAgentRole", role) if role else ""
        yield f"    {_identifier('linkingAgentIdentifier', identifier, more)}"
    for identifier in event.objects:
        yield f"    {_identifier('linkingObjectIdentifier', identifier)}"
    yield "  </premis:event>"


def _agent_lines(agent: PremisAgent) -> Iterator[str]:
    yield "  <premis:agent>"
    yield f"    {_identifier('agentIdentifier', agent.identifier)}"
    yield f"    {_leaf('agentName', agent.name)}"
    yield f"    {_leaf('agentType', agent.type)}"
    if agent.version:
        yield f"    {_leaf('agentVersion', agent.version)}"
    if agent.note:
        yield f"    {_leaf('agentNote', agent.note)}"
    yield "  </premis:agent>"


def read_premis(content: bytes) -> PremisRecord:
    """Read objects, events and agents of a PREMIS 3 document; raise `PremisError` for anything else."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise PremisError(_("The PREMIS record is not well-formed XML: %(reason)s.", reason=str(error))) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise PremisError(_("The PREMIS record has a document type declaration, which is refused."))
    if root.tag != f"{{{NAMESPACE}}}premis" or root.get("version") != "3.0":
        raise PremisError(_("The file is not a PREMIS 3.0 record but %(found)s.", found=str(root.tag)))
    try:
        return PremisRecord(
            objects=[_object(node) for node in _all(root, "object")],
            events=[_event(node) for node in _all(root, "event")],
            agents=[_agent(node) for node in _all(root, "agent")],
        )
    except (ValueError, KeyError) as error:
        raise PremisError(_("The PREMIS record breaks its form: %(reason)s.", reason=str(error))) from error


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    return node.findall("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))


def _text(node: etree._Element, path: str) -> str:
    found = _all(node, path)
    return unescape_text(found[0].text or "") if found else ""


def _object(node: etree._Element) -> PremisObject:
    size = _text(node, "objectCharacteristics/size")
    form = "objectCharacteristics/format"
    return PremisObject(
        identifier=_text(node, "objectIdentifier/objectIdentifierValue"),
        kind=str(node.get(f"{{{_XSI}}}type")).partition(":")[2],
        original_name=_text(node, "originalName"),
        size=int(size) if size else None,
        digests={
            _text(fixity, "messageDigestAlgorithm"): _text(fixity, "messageDigest")
            for fixity in _all(node, "objectCharacteristics/fixity")
        },
        format_name=_text(node, f"{form}/formatDesignation/formatName"),
        format_version=_text(node, f"{form}/formatDesignation/formatVersion"),
        puid=_text(node, f"{form}/formatRegistry/formatRegistryKey"),
        mime=_text(node, f"{form}/formatNote"),
        part_of=_text(node, "relationship/relatedObjectIdentifier/relatedObjectIdentifierValue"),
    )


def _event(node: etree._Element) -> PremisEvent:
    return PremisEvent(
        identifier=_text(node, "eventIdentifier/eventIdentifierValue"),
        type=_text(node, "eventType"),
        at=datetime.fromisoformat(_text(node, "eventDateTime")),
        detail=_text(node, "eventDetailInformation/eventDetail"),
        outcome=_text(node, "eventOutcomeInformation/eventOutcome"),
        outcome_note=_text(node, "eventOutcomeInformation/eventOutcomeDetail/eventOutcomeDetailNote"),
        agents=tuple(
            (_text(link, "linkingAgentIdentifierValue"), _text(link, "linkingAgentRole"))
            for link in _all(node, "linkingAgentIdentifier")
        ),
        objects=tuple(_text(link, "linkingObjectIdentifierValue") for link in _all(node, "linkingObjectIdentifier")),
    )


def _agent(node: etree._Element) -> PremisAgent:
    return PremisAgent(
        identifier=_text(node, "agentIdentifier/agentIdentifierValue"),
        name=_text(node, "agentName"),
        type=_text(node, "agentType"),
        version=_text(node, "agentVersion"),
        note=_text(node, "agentNote"),
    )
