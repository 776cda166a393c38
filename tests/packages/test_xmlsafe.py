from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.packages.errors import UnsafeXml
from shicheng.packages.types import ProblemKind
from shicheng.packages.xmlsafe import local_name, parse_xml, root_name

BOMB = '<!DOCTYPE a [<!ENTITY x "' + "y" * 50 + '"><!ENTITY z "&x;&x;&x;&x;&x;&x;">]><a>&z;</a>'


@pytest.mark.parametrize(
    "document",
    [
        BOMB.encode(),
        ('<?xml version="1.0" encoding="UTF-16"?>' + BOMB).encode("utf-16"),
        b'<!DOCTYPE a SYSTEM "http://example.invalid/x.dtd"><a/>',
        b"<!--" + b"c" * 200_000 + b"--><!DOCTYPE a><a/>",
        b"<a>&undeclared;</a>",
        b"<a><b></a>",
        b"<a/><b/>",
        b"",
        b"no xml",
        b"\xff\xff<a/>",
    ],
)
def test_unsafe_and_broken_documents_are_refused(document: bytes) -> None:
    for source in (document, io.BytesIO(document)):
        with pytest.raises(UnsafeXml) as caught:
            parse_xml(source, path="a.xml")
        assert caught.value.problem.kind is ProblemKind.XML and caught.value.problem.path == "a.xml"


def test_a_doctype_cut_by_the_reading_is_still_seen() -> None:
    for shift in range(65_536 - 12, 65_536 + 2):
        with pytest.raises(UnsafeXml, match="document type"):
            parse_xml(b"<!--" + b"c" * (shift - 7) + b"--><!DOCTYPE a><a/>", path="a.xml")


def test_a_document_past_the_limit_is_refused() -> None:
    with pytest.raises(UnsafeXml, match="larger"):
        parse_xml(b"<a>" + b"x" * 1000 + b"</a>", path="a.xml", max_bytes=500)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_plain_document_is_read_in_its_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><n:目录 xmlns:n="urn:x"><n:题名>防汛</n:题名></n:目录>'
    root = parse_xml(text.encode(encoding), path="a.xml")
    assert local_name(root) == "目录" and root[0].text == "防汛"
    assert root_name(text.encode(encoding)) == "目录"


def test_the_root_is_known_from_the_beginning_alone() -> None:
    assert root_name(b"<?xml version='1.0'?><a><b>cut o") == "a"
    assert root_name(b"<!DOCTYPE a><a>") is None
    assert root_name(b"%PDF-1.7") is None
    assert root_name(b"") is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_refused(document: bytes) -> None:
    root_name(document)
    try:
        parse_xml(document, path="a.xml")
    except UnsafeXml:
        pass
