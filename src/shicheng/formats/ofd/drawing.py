"""Drawing a page: its layers, annotations and stamps, object by object, into one SVG tree."""

from __future__ import annotations

import io

from lxml import etree

from shicheng.formats.ofd import xml
from shicheng.formats.ofd.asn1 import ElectronicSeal
from shicheng.formats.ofd.container import Container
from shicheng.formats.ofd.document import Page, Resources
from shicheng.formats.ofd.errors import UnreadableOfd
from shicheng.formats.ofd.geometry import (
    IDENTITY,
    Box,
    applied,
    matrix,
    moved,
    number,
    outline_points,
    path_commands,
    shown,
    svg_path,
    transform,
)
from shicheng.formats.ofd.images import data_uri
from shicheng.formats.ofd.lettering import Lettering
from shicheng.formats.ofd.paint import Style
from shicheng.formats.ofd.shading import Shading
from shicheng.formats.ofd.signatures import seal_pictures
from shicheng.formats.ofd.xml import Element
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

SVG = "http://www.w3.org/2000/svg"
_DEEPEST = 24
_MOST_OBJECTS = 200_000
_NOTHING = Box(0, 0, 0, 0)


def add(parent: Element, name: str, **attributes: str) -> Element:
    """Add an SVG element; underscores in attribute names stand for hyphens, empty values are left out."""
    made = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value != ""}
    return etree.SubElement(parent, f"{{{SVG}}}{name}", made)


class Drawing:
    """One page being drawn. `prefix` keeps the ids of a picture inside a picture apart."""

    def __init__(self, page: Page, *, prefix: str = "", depth: int = 0) -> None:
        self.page = page
        self.container = page.document.container
        self.prefix = prefix
        self._nesting = depth
        self._count = 0
        self._ids = 0
        self._pictures: dict[tuple[str, str], str | None] = {}
        box = page.box
        self.root = etree.Element(
            f"{{{SVG}}}svg",
            {
                "width": f"{shown(box.width)}mm",
                "height": f"{shown(box.height)}mm",
                "viewBox": f"{shown(box.x)} {shown(box.y)} {shown(box.width)} {shown(box.height)}",
            },
            nsmap={None: SVG},  # type: ignore[dict-item]  # the stubs know no default namespace
        )
        self.defs = add(self.root, "defs")
        self.lettering = Lettering(self)
        self.shading = Shading(self)
        if not depth:
            add(
                self.root,
                "rect",
                x=shown(box.x),
                y=shown(box.y),
                width=shown(box.width),
                height=shown(box.height),
                fill="#ffffff",
            )

    def to_svg(self) -> str:
        """Draw everything and return the document as text."""
        self.draw()
        return etree.tostring(self.root, encoding="unicode")

    def draw(self) -> None:
        """Draw layers from back to front, then annotations, then stamps."""
        for layer, owner in self.page.layers():
            self.objects(add(self.root, "g"), layer, owner.resources, layer.get("DrawParam") or "", 0)
        for annotation in self.page.document.annotations(self.page):
            for appearance in xml.children(annotation, "Appearance"):
                box = Box.read(appearance.get("Boundary")) or _NOTHING
                group = add(self.root, "g", transform=transform(moved(box.x, box.y)))
                self.objects(group, appearance, self.page.resources, "", 0)
        for stamp, seal in seal_pictures(self.container, self.page.id):
            self._stamp(stamp, seal)

    def new_id(self) -> str:
        """Return an id that is used nowhere else in the picture."""
        self._ids += 1
        return f"{self.prefix}o{self._ids}"

    def objects(self, group: Element, parent: Element, resources: Resources, inherited: str, depth: int) -> None:
        """Draw the graphic objects below an element into a group."""
        if depth > _DEEPEST:
            return
        for element in xml.children(parent):
            self._count += 1
            if self._count > _MOST_OBJECTS:
                raise UnreadableOfd(_("The page has more objects than can be shown."), kind=FileProblemKind.BUDGET)
            if element.get("Visible", "true").lower() == "false":
                continue
            match xml.local(element):
                case "TextObject":
                    self.lettering.draw(self._place(group, element, resources), element, resources, inherited)
                case "PathObject":
                    self._path(self._place(group, element, resources), element, resources, inherited)
                case "ImageObject":
                    self._image(self._place(group, element, resources), element, resources)
                case "CompositeObject":
                    unit = resources.composites.get(element.get("ResourceID", ""))
                    if unit is not None:
                        inner = add(
                            self._place(group, element, resources), "g", transform=transform(matrix(element.get("CTM")))
                        )
                        self.objects(inner, unit, resources, inherited, depth + 1)
                case "PageBlock" | "Content":
                    self.objects(group, element, resources, inherited, depth + 1)

    def _place(self, group: Element, element: Element, resources: Resources) -> Element:
        """Add the group of an object: moved to its Boundary, clipped, as see-through as it says."""
        box = Box.read(element.get("Boundary")) or _NOTHING
        alpha = max(0.0, min(1.0, number(element.get("Alpha"), 255) / 255))
        placed = add(
            group,
            "g",
            transform=transform(moved(box.x, box.y)) if box.x or box.y else "",
            opacity=shown(alpha) if alpha < 1 else "",
        )
        for clips in xml.children(element, "Clips"):
            own = clips.get("TransFlag", "true").lower() != "false"
            outer = matrix(element.get("CTM")) if own else IDENTITY
            for clip in xml.children(clips, "Clip"):
                placed = self._clipped(placed, clip, outer, resources)
        return placed

    def _clipped(
        self,
        group: Element,
        clip: Element,
        outer: tuple[float, float, float, float, float, float],
        resources: Resources,
    ) -> Element:
        """Return a group inside that shows only what lies in one of the areas of a clip."""
        path = add(self.defs, "clipPath", id=self.new_id())
        for area in xml.children(clip, "Area"):
            for element in xml.children(area, "Path", "Text"):
                box = Box.read(element.get("Boundary")) or _NOTHING
                steps = (outer, matrix(area.get("CTM")), moved(box.x, box.y), matrix(element.get("CTM")))
                placing = " ".join(filter(None, (transform(step) for step in steps)))
                if xml.local(element) == "Path":
                    add(
                        path,
                        "path",
                        d=svg_path(path_commands(xml.text(element, "AbbreviatedData"))),
                        transform=placing,
                        clip_rule="evenodd" if element.get("Rule") == "Even-Odd" else "",
                    )
                else:
                    self.lettering.clip(path, element, resources, placing)
        if not len(path):
            self.defs.remove(path)
            return group
        return add(group, "g", clip_path=f"url(#{path.get('id')})")

    def _path(self, group: Element, element: Element, resources: Resources, inherited: str) -> None:
        commands = path_commands(xml.text(element, "AbbreviatedData"))
        if not commands:
            return
        style = Style(element, resources, inherited)
        by = matrix(element.get("CTM"))
        attributes: dict[str, str] = {"d": svg_path(commands), "transform": transform(by)}
        fill, fill_opacity = ("none", 1.0)
        if element.get("Fill", "false").lower() == "true":
            fill, fill_opacity = style.paint("FillColor", "none", lambda shade: self.shading.paint(shade, resources))
        attributes["fill"] = fill
        if fill_opacity < 1:
            attributes["fill-opacity"] = shown(fill_opacity)
        if fill != "none" and element.get("Rule") == "Even-Odd":
            attributes["fill-rule"] = "evenodd"
        margin = 0.1
        if element.get("Stroke", "true").lower() != "false":
            stroke, opacity = style.paint("StrokeColor", "#000000", lambda shade: self.shading.paint(shade, resources))
            attributes["stroke"] = stroke
            if opacity < 1:
                attributes["stroke-opacity"] = shown(opacity)
            line = style.line()
            attributes.update(line)
            margin += number(line["stroke-width"]) * (abs(by[0]) + abs(by[1]) + abs(by[2]) + abs(by[3]))
        elif fill == "none":
            return
        box = Box.read(element.get("Boundary"))
        if box is not None and box.width > 0 and box.height > 0:
            inside = Box(0, 0, box.width, box.height)
            if not inside.holds((applied(by, x, y) for x, y in outline_points(commands)), margin):
                group = self._boxed(group, inside, margin)
        etree.SubElement(group, f"{{{SVG}}}path", {key: value for key, value in attributes.items() if value})

    def _boxed(self, group: Element, box: Box, margin: float) -> Element:
        clip = add(self.defs, "clipPath", id=self.new_id())
        add(
            clip,
            "rect",
            x=shown(box.x - margin),
            y=shown(box.y - margin),
            width=shown(box.width + 2 * margin),
            height=shown(box.height + 2 * margin),
        )
        return add(group, "g", clip_path=f"url(#{clip.get('id')})")

    def _image(self, group: Element, element: Element, resources: Resources) -> None:
        box = Box.read(element.get("Boundary")) or _NOTHING
        by = matrix(element.get("CTM"))
        if element.get("CTM") is None:
            by = (box.width, 0.0, 0.0, box.height, 0.0, 0.0)
        uri = self._picture(element.get("ResourceID", ""), element.get("ImageMask", ""), resources)
        if uri is None:
            add(
                group,
                "rect",
                width=shown(abs(box.width)),
                height=shown(abs(box.height)),
                fill="none",
                stroke="#b00020",
                stroke_width="0.2",
                stroke_dasharray="1 1",
            )
            return
        if box.width > 0 and box.height > 0:
            inside = Box(0, 0, box.width, box.height)
            corners = [applied(by, x, y) for x in (0, 1) for y in (0, 1)]
            if not inside.holds(corners, 0.1):
                group = self._boxed(group, inside, 0.0)
        add(group, "image", width="1", height="1", preserveAspectRatio="none", transform=transform(by), href=uri)

    def _picture(self, number_: str, mask: str, resources: Resources) -> str | None:
        key = (number_, mask)
        if key not in self._pictures:
            media, cover = resources.media.get(number_), resources.media.get(mask)
            try:
                if media is None or media.part is None:
                    return None
                covering = self.container.read(cover.part) if cover is not None and cover.part else None
                self._pictures[key] = data_uri(self.container.read(media.part), media.part, covering)
            except UnreadableOfd:
                self._pictures[key] = None
        return self._pictures[key]

    def _stamp(self, stamp: Element, seal: ElectronicSeal) -> None:
        """Draw the picture of a seal where the signature puts it, cut to its Clip."""
        box = Box.read(stamp.get("Boundary"))
        if box is None or box.width <= 0 or box.height <= 0:
            return
        group = add(self.root, "g", transform=transform(moved(box.x, box.y)))
        clip = Box.read(stamp.get("Clip"))
        if clip is not None and clip.width > 0 and clip.height > 0:
            group = self._boxed(group, clip, 0.0)
        try:
            if seal.picture_type == "ofd" or seal.picture.startswith(b"PK\x03\x04"):
                self._inner(group, seal.picture, box)
                return
            uri = data_uri(seal.picture, seal.name)
        except UnreadableOfd:
            return
        add(group, "image", width=shown(box.width), height=shown(box.height), preserveAspectRatio="none", href=uri)

    def _inner(self, group: Element, content: bytes, box: Box) -> None:
        """Draw the first page of an OFD that is the picture of a seal."""
        if self._nesting:
            return
        with Container(io.BytesIO(content)) as container:
            pages = [one for document in container.documents for one in document.pages]
            if not pages:
                return
            inner = Drawing(pages[0], prefix=f"{self.new_id()}-", depth=self._nesting + 1)
            inner.draw()
            inner.root.attrib.update(
                {"width": shown(box.width), "height": shown(box.height), "preserveAspectRatio": "none"}
            )
            group.append(inner.root)
