"""The one XML parser for everything that comes from outside: no DTD, no entities, no network, bounded."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from lxml import etree

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.errors import UnsafeXml
from shicheng.packages.names import problem, visible
from shicheng.packages.types import PackageFile, ProblemKind

MAX_BYTES = 64 << 20
_CHUNK = 1 << 16
_OVERLAP = 64  # longer than "<!DOCTYPE" in UTF-32


def parse_xml(source: bytes | BinaryIO, *, path: str, max_bytes: int = MAX_BYTES, huge: bool = False) -> etree._Element:
    """Parse an XML document and return its root; raise `UnsafeXml` with the problem.

    `path` names the file in messages. `huge` lifts libxml2's limit of 10 MB for one text, for files that
    carry content as Base64; depth stays bounded by `max_bytes`.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=huge,
        remove_comments=True,
        remove_pis=True,
    )
    total = 0
    tail = b""
    try:
        for chunk in _chunks(source):
            total += len(chunk)
            if total > max_bytes:
                raise _fault(
                    path,
                    _(
                        "The XML file %(path)s is larger than %(limit)d bytes and is not read. "
                        "Check that it is what its name says.",
                        path=visible(path),
                        limit=max_bytes,
                    ),
                )
            if _has_doctype(tail + chunk):
                raise _dtd(path)
            tail = chunk[-_OVERLAP:]
            parser.feed(chunk)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise _fault(
            path,
            _(
                "The XML file %(path)s is not well formed: %(reason)s. Make it again with the program that wrote it.",
                path=visible(path),
                reason=str(error.msg),
            ),
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _dtd(path)
    return root


def parse_file(file: PackageFile, *, max_bytes: int = MAX_BYTES) -> etree._Element:
    """Parse a file of a package; raise `UnsafeXml` with the problem."""
    with file.open() as stream:
        return parse_xml(stream, path=file.path, max_bytes=max_bytes)


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def root_name(head: bytes) -> str | None:
    """Return the local name of the root element from the first bytes of a file, None if they are no XML."""
    if _has_doctype(head):
        return None
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    with contextlib.suppress(etree.XMLSyntaxError):
        parser.feed(head)
    for _event, element in parser.read_events():
        return local_name(cast(etree._Element, element))
    return None


def _chunks(source: bytes | BinaryIO) -> Iterator[bytes]:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    while chunk := stream.read(_CHUNK):
        yield chunk


def _has_doctype(head: bytes) -> bool:
    # NUL bytes are dropped so that UTF-16 and UTF-32 can't hide the word.
    plain = head.replace(b"\x00", b"") if b"\x00" in head else head
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _fault(path: str, text: Message) -> UnsafeXml:
    return UnsafeXml(problem(ProblemKind.XML, text, path=path))


def _dtd(path: str) -> UnsafeXml:
    return _fault(
        path,
        _(
            "The XML file %(path)s is not read, because it carries a document type or entities, which can "
            "pull in foreign files. Save it again without them.",
            path=visible(path),
        ),
    )
