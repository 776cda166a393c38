"""Gradients and patterns as SVG paint servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from shicheng.formats.ofd import xml
from shicheng.formats.ofd.document import Resources
from shicheng.formats.ofd.geometry import matrix, number, numbers, shown, transform
from shicheng.formats.ofd.paint import rgb
from shicheng.formats.ofd.xml import Element

if TYPE_CHECKING:
    from shicheng.formats.ofd.drawing import Drawing

_SVG = "{http://www.w3.org/2000/svg}"
_SPREAD = {"Repeat": "repeat", "Reflect": "reflect"}
_DEEPEST = 4


class Shading:
    """The gradients and patterns of one drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._depth = 0

    def paint(self, shade: Element, resources: Resources) -> str | None:
        """Return a paint value for a shading or pattern, None where it can't be drawn.

        A mesh of triangles (Gouraud), which SVG does not have, becomes the mean of its colours.
        """
        match xml.local(shade):
            case "AxialShd":
                start, end = numbers(shade.get("StartPoint")), numbers(shade.get("EndPoint"))
                if len(start) < 2 or len(end) < 2:
                    return None
                place = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
                return self._gradient("linearGradient", shade, place, resources)
            case "RadialShd":
                start, end = numbers(shade.get("StartPoint")), numbers(shade.get("EndPoint"))
                if len(start) < 2 or len(end) < 2:
                    return None
                place = {
                    "fx": start[0],
                    "fy": start[1],
                    "fr": number(shade.get("StartRadius")),
                    "cx": end[0],
                    "cy": end[1],
                    "r": number(shade.get("EndRadius")),
                }
                return self._gradient("radialGradient", shade, place, resources)
            case "Pattern":
                return self._pattern(shade, resources)
        colors = [found for color in xml.descendants(shade, "Color") if (found := rgb(color, resources))]
        if not colors:
            return None
        means = [round(sum(int(color[at : at + 2], 16) for color in colors) / len(colors)) for at in (1, 3, 5)]
        return "#" + "".join(f"{mean:02x}" for mean in means)

    def _gradient(self, kind: str, shade: Element, place: dict[str, float], resources: Resources) -> str:
        made = etree.SubElement(self._drawing.defs, f"{_SVG}{kind}", {"id": self._drawing.new_id()})
        made.set("gradientUnits", "userSpaceOnUse")
        for key, value in place.items():
            made.set(key, shown(value))
        if spread := _SPREAD.get(shade.get("MapType", "")):
            made.set("spreadMethod", spread)
        segments = list(xml.children(shade, "Segment"))
        for index, segment in enumerate(segments):
            color = xml.child(segment, "Color")
            position = number(segment.get("Position"), index / max(1, len(segments) - 1))
            stop = etree.SubElement(made, f"{_SVG}stop", {"offset": shown(max(0.0, min(1.0, position)))})
            if color is not None:
                stop.set("stop-color", rgb(color, resources) or "#000000")
                alpha = max(0.0, min(1.0, number(color.get("Alpha"), 255) / 255))
                if alpha < 1:
                    stop.set("stop-opacity", shown(alpha))
        return f"url(#{made.get('id')})"

    def _pattern(self, shade: Element, resources: Resources) -> str | None:
        width, height = number(shade.get("Width")), number(shade.get("Height"))
        content = xml.child(shade, "CellContent")
        if width <= 0 or height <= 0 or content is None or self._depth >= _DEEPEST:
            return None
        made = etree.SubElement(self._drawing.defs, f"{_SVG}pattern", {"id": self._drawing.new_id()})
        made.set("patternUnits", "userSpaceOnUse")
        made.set("width", shown(max(width, number(shade.get("XStep"), width))))
        made.set("height", shown(max(height, number(shade.get("YStep"), height))))
        if placing := transform(matrix(shade.get("CTM"))):
            made.set("patternTransform", placing)
        self._depth += 1
        try:
            self._drawing.objects(made, content, resources, "", 0)
        finally:
            self._depth -= 1
        return f"url(#{made.get('id')})"
