"""Reading the XML parts of an OFD without DTD, entities, network or trust in the namespace."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from shicheng.formats.ofd.errors import UnreadableOfd
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

Element = etree._Element


def parse(content: bytes, name: str) -> Element:
    """Parse one XML part; a part with a document type declaration is refused, `name` is for the message."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableOfd(
            _("The part %(part)s of the OFD is not well-formed XML: %(reason)s.", part=name, reason=str(error)[:200])
        ) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs lack it
        raise UnreadableOfd(
            _(
                "The part %(part)s of the OFD declares a document type, which OFD does not use and which can hide "
                "entities; it was not read.",
                part=name,
            ),
            kind=FileProblemKind.XML,
        )
    return root


def local(element: Element) -> str:
    """Return the name of an element without its namespace: producers disagree about the namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Yield the child elements, all or those of the names given."""
    if element is None:
        return
    for child in element:
        name = local(child)
        if name and (not names or name in names):
            yield child


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first descendant along a path of names, or None."""
    for name in path:
        element = next(children(element, name), None)
        if element is None:
            return None
    return element


def text(element: Element | None, *path: str) -> str:
    """Return the stripped text of the element at a path, "" where there is none."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    """Yield the element itself and everything below it that has one of the names, in document order."""
    if element is None:
        return
    for found in element.iter():
        if local(found) in names:
            yield found
