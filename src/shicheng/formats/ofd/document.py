"""One document of an OFD package: pages, templates, resources and what hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from shicheng.formats.ofd import xml
from shicheng.formats.ofd.errors import UnreadableOfd
from shicheng.formats.ofd.geometry import Box
from shicheng.formats.ofd.xml import Element
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.formats.ofd.container import Container

A4 = Box(0, 0, 210, 297)
_MOST_PAGES = 100_000
_Z_ORDERS = ("Background", "Body", "Foreground")


@dataclass(frozen=True, slots=True)
class Font:
    """A font resource; `part` is the embedded file, None when the reader's own font is meant."""

    id: str
    name: str
    family: str
    part: str | None
    bold: bool
    italic: bool


@dataclass(frozen=True, slots=True)
class Media:
    """A multimedia resource; `part` is None when the file is missing."""

    id: str
    kind: str
    format: str
    part: str | None
    location: str


@dataclass(slots=True)
class Resources:
    """What pages refer to by number."""

    fonts: dict[str, Font] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    draw_params: dict[str, Element] = field(default_factory=dict)
    color_spaces: dict[str, Element] = field(default_factory=dict)
    composites: dict[str, Element] = field(default_factory=dict)

    def under(self, over: Resources) -> Resources:
        """Return these resources with those of `over` taking precedence."""
        return Resources(
            {**self.fonts, **over.fonts},
            {**self.media, **over.media},
            {**self.draw_params, **over.draw_params},
            {**self.color_spaces, **over.color_spaces},
            {**self.composites, **over.composites},
        )


@dataclass(frozen=True, slots=True)
class Page:
    """One page (or template): where it is and what it is called."""

    document: Document
    id: str
    part: str | None
    location: str

    @property
    def element(self) -> Element:
        """The root element of the page; raises `UnreadableOfd`."""
        if self.part is None:
            raise UnreadableOfd(_("The part %(part)s of the OFD is missing.", part=self.location or self.id))
        return self.document.container.xml(self.part)

    @property
    def box(self) -> Box:
        """The physical box of the page, that of the document, or A4."""
        for area in (xml.child(self.element, "Area"), xml.child(self.document.root, "CommonData", "PageArea")):
            box = Box.read(xml.text(area, "PhysicalBox")) if area is not None else None
            if box is not None and box.width > 0 and box.height > 0:
                return box
        return A4

    @property
    def resources(self) -> Resources:
        """The resources of the document with those of the page on top."""
        locations = [
            (found.text or "", self.part or "") for found in xml.children(self.element, "PageRes") if found.text
        ]
        if not locations:
            return self.document.resources
        return self.document.resources.under(self.document.read_resources(locations))

    def layers(self) -> Iterator[tuple[Element, Page]]:
        """Yield all layers from back to front, those of the templates in their place, each with its page."""
        uses = list(xml.children(self.element, "Template"))
        own = list(xml.children(xml.child(self.element, "Content"), "Layer"))
        for order in _Z_ORDERS:
            for use in uses:
                template = self.document.templates.get(use.get("TemplateID", ""))
                if template is None or (use.get("ZOrder") or template[1]) != order:
                    continue
                page = template[0]
                for layer in xml.children(xml.child(page.element, "Content"), "Layer"):
                    yield layer, page
            for layer in own:
                kind = layer.get("Type") or "Body"
                if (kind if kind in _Z_ORDERS else "Body") == order:
                    yield layer, self


class Document:
    """One document (DocBody) of a package."""

    def __init__(self, container: Container, body: Element, part: str, root: Element) -> None:
        self.container = container
        self.body = body
        self.part = part
        self.root = root

    @cached_property
    def properties(self) -> dict[str, str]:
        """DocInfo as plain words: DocID, Title, Author, Creator, CreationDate … and custom data."""
        found: dict[str, str] = {}
        for element in xml.children(xml.child(self.body, "DocInfo")):
            if xml.local(element) == "CustomDatas":
                for custom in xml.children(element, "CustomData"):
                    found[f"custom.{custom.get('Name', '')}"] = (custom.text or "").strip()
            elif (element.text or "").strip():
                found[xml.local(element)] = (element.text or "").strip()
        return found

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The pages in order, also those whose part is missing."""
        elements = list(xml.children(xml.child(self.root, "Pages"), "Page"))
        if len(elements) > _MOST_PAGES:
            raise UnreadableOfd(_("The OFD names more pages than are allowed."), kind=FileProblemKind.BUDGET)
        return tuple(self._page(element) for element in elements)

    @cached_property
    def templates(self) -> dict[str, tuple[Page, str]]:
        """The template pages by number, with the layer they belong in."""
        found = {}
        for element in xml.children(xml.child(self.root, "CommonData"), "TemplatePage"):
            page = self._page(element)
            if page.part is None:
                self.container.note(_("The template %(part)s of the OFD is missing.", part=page.location))
                continue
            found[page.id] = (page, element.get("ZOrder") or "Background")
        return found

    def _page(self, element: Element) -> Page:
        location = element.get("BaseLoc", "")
        return Page(self, element.get("ID", ""), self.container.locate(location, of=self.part), location)

    @cached_property
    def resources(self) -> Resources:
        """The public and the document resources."""
        common = xml.child(self.root, "CommonData")
        return self.read_resources(
            [(found.text or "", self.part) for found in xml.children(common, "PublicRes", "DocumentRes")]
        )

    def read_resources(self, locations: list[tuple[str, str]]) -> Resources:
        """Read resource parts; each location comes with the part that names it. Faults become problems."""
        found = Resources()
        for location, of in locations:
            part = self.container.locate(location, of=of)
            if part is None:
                # What is really drawn from it is looked for page by page.
                self.container.note(_("The resource list %(part)s of the OFD is missing.", part=location), fatal=False)
                continue
            try:
                self._read_resource_part(part, found)
            except UnreadableOfd as error:
                self.container.note(error.message, error.kind)
        return found

    def _read_resource_part(self, part: str, found: Resources) -> None:
        root = self.container.xml(part)
        here = part.rpartition("/")[0]
        base = (root.get("BaseLoc") or "").replace("\\", "/").strip()
        folder = base.lstrip("/") if base.startswith("/") else f"{here}/{base}".strip("/")

        def file_of(location: str) -> str | None:
            return self.container.locate(location, of=part, folders=(folder,)) if location else None

        for group in xml.children(root):
            for element in xml.children(group):
                number = element.get("ID", "")
                match xml.local(element):
                    case "Font":
                        found.fonts[number] = Font(
                            number,
                            element.get("FontName", ""),
                            element.get("FamilyName", ""),
                            file_of(xml.text(element, "FontFile")),
                            element.get("Bold") == "true",
                            element.get("Italic") == "true",
                        )
                    case "MultiMedia":
                        location = xml.text(element, "MediaFile")
                        found.media[number] = Media(
                            number, element.get("Type", ""), element.get("Format", ""), file_of(location), location
                        )
                    case "DrawParam":
                        found.draw_params[number] = element
                    case "ColorSpace":
                        found.color_spaces[number] = element
                    case "CompositeGraphicUnit" | "CompositeGraphUnit":
                        found.composites[number] = element

    def annotations(self, page: Page) -> list[Element]:
        """Return the visible annotations of a page, in order."""
        part = self.container.locate(xml.text(self.root, "Annotations"), of=self.part)
        if part is None:
            return []
        found: list[Element] = []
        for entry in xml.children(self.container.xml(part), "Page"):
            if entry.get("PageID") != page.id:
                continue
            location = xml.text(entry, "FileLoc")
            annotation = self.container.locate(location, of=part)
            if annotation is None:
                self.container.note(_("The annotations %(part)s of the OFD are missing.", part=location))
                continue
            found.extend(
                element
                for element in xml.children(self.container.xml(annotation), "Annot")
                if element.get("Visible", "true").lower() != "false"
            )
        return found

    def attachments(self) -> list[tuple[str, str | None]]:
        """Return name and part of each attachment; the part is None when it is missing."""
        part = self.container.locate(xml.text(self.root, "Attachments"), of=self.part)
        if part is None:
            return []
        return [
            (element.get("Name", ""), self.container.locate(xml.text(element, "FileLoc"), of=part))
            for element in xml.children(self.container.xml(part), "Attachment")
        ]

    def signature_parts(self) -> list[tuple[str, str | None]]:
        """Return location and part of each Signature.xml of the document."""
        location = xml.text(self.body, "Signatures")
        if not location:
            return []
        part = self.container.locate(location)
        if part is None:
            return [(location, None)]
        return [
            (element.get("BaseLoc", ""), self.container.locate(element.get("BaseLoc", ""), of=part))
            for element in xml.children(self.container.xml(part), "Signature")
        ]
