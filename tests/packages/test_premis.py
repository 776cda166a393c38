"""PREMIS records come back as written and stand in the order the schema demands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from shicheng.packages.premis import (
    NAMESPACE,
    EventType,
    PremisAgent,
    PremisError,
    PremisEvent,
    PremisObject,
    read_premis,
    write_premis,
)

TEXT = st.text(alphabet=st.characters(), max_size=15)
NAMED = TEXT.filter(bool)

ITEM = PremisObject(identifier="urn:uuid:018f0000-0000-7000-8000-000000000001", kind="intellectualEntity")
FILE = PremisObject(
    identifier="content/0001/正文\\一.pdf",
    original_name="正文\\一\x07\udc80.pdf",
    size=0,
    digests={"sha512": "a" * 128, "sm3": "b" * 64, "sha256": "c" * 64},
    format_name="Acrobat PDF 1.4 - Portable Document Format",
    format_version="1.4",
    puid="fmt/18",
    mime="application/pdf",
    part_of=ITEM.identifier,
)
AGENT = PremisAgent(identifier="shicheng", name="Shicheng 史宬", version="0.1.0")
EVENT = PremisEvent(
    identifier="urn:uuid:018f0000-0000-7000-8000-000000000002",
    type=EventType.FIXITY,
    at=datetime(2025, 3, 31, 9, 0, 0, 123, tzinfo=timezone(timedelta(hours=8))),
    detail="SM3 against the file list",
    outcome="pass",
    outcome_note="75 files",
    agents=(("shicheng", "executing program"), ("张三", "")),
    objects=(FILE.identifier, ITEM.identifier),
)


def test_record_comes_back() -> None:
    found = read_premis(write_premis([ITEM, FILE], [EVENT], [AGENT]))
    assert found.objects == [ITEM, FILE]
    assert found.events == [EVENT]
    assert found.agents == [AGENT]


@settings(max_examples=80, deadline=None)
@given(name=TEXT, form=TEXT, detail=TEXT, note=TEXT, role=TEXT, agent=NAMED)
def test_any_text_comes_back(name: str, form: str, detail: str, note: str, role: str, agent: str) -> None:
    thing = PremisObject(identifier=agent, original_name=name, format_name=form, size=1)
    event = PremisEvent(
        identifier="e", type=note, at=EVENT.at, detail=detail, outcome_note=note, agents=((agent, role),)
    )
    found = read_premis(write_premis([thing], [event], [PremisAgent(identifier=agent, name=name, note=note)]))
    assert (found.objects, found.events) == ([thing], [event])
    assert found.agents == [PremisAgent(identifier=agent, name=name, note=note)]


@pytest.mark.parametrize("kind", list(EventType))
def test_every_event_kind_comes_back(kind: EventType) -> None:
    event = PremisEvent(identifier="e", type=kind, at=datetime(2025, 1, 1, tzinfo=UTC))
    assert read_premis(write_premis([], [event])).events == [event]


def children(node: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in node]


def test_parts_stand_in_the_order_of_the_schema() -> None:
    root = etree.fromstring(write_premis([FILE], [EVENT], [AGENT]))
    assert children(root) == ["object", "event", "agent"]
    thing, event, agent = root
    assert children(thing) == ["objectIdentifier", "objectCharacteristics", "originalName", "relationship"]
    characteristics = thing.find(f"{{{NAMESPACE}}}objectCharacteristics")
    assert characteristics is not None
    assert children(characteristics) == ["compositionLevel", "fixity", "fixity", "fixity", "size", "format"]
    assert children(event) == [
        "eventIdentifier",
        "eventType",
        "eventDateTime",
        "eventDetailInformation",
        "eventOutcomeInformation",
        *["linkingAgentIdentifier"] * 2,
        *["linkingObjectIdentifier"] * 2,
    ]
    assert children(agent) == ["agentIdentifier", "agentName", "agentType", "agentVersion"]


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        write_premis([], [PremisEvent(identifier="e", type="receipt", at=datetime(2025, 1, 1))])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<premis/>",
        f'<premis xmlns="{NAMESPACE}" version="2.2"/>'.encode(),
        f'<premis xmlns="{NAMESPACE}" version="3.0"><event><eventDateTime>x</eventDateTime></event></premis>'.encode(),
        f'<!DOCTYPE premis [<!ENTITY e "x">]><premis xmlns="{NAMESPACE}" version="3.0"/>'.encode(),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(PremisError):
        read_premis(content)
