"""Colours, lines and gradients of OFD as SVG paint."""

from __future__ import annotations

from collections.abc import Callable

from shicheng.formats.ofd import xml
from shicheng.formats.ofd.document import Resources
from shicheng.formats.ofd.geometry import number, numbers, shown
from shicheng.formats.ofd.xml import Element

_DEEPEST = 16
_CAPS = {"Butt": "butt", "Round": "round", "Square": "square"}
_JOINS = {"Miter": "miter", "Round": "round", "Bevel": "bevel"}
_LINE_WIDTH = 0.353  # GB/T 33190-2016, 8.2: the width where none is given
_LINE_ATTRIBUTES = ("LineWidth", "Cap", "Join", "MiterLimit", "DashPattern", "DashOffset")

Paint = tuple[str, float]  # value of fill or stroke, opacity


class Style:
    """What an object takes from itself, from its drawing parameters and from those of its layer, in that order."""

    def __init__(self, element: Element, resources: Resources, inherited: str = "") -> None:
        self._chain = [element]
        for start in (element.get("DrawParam") or "", inherited):
            number_ = start
            for _step in range(_DEEPEST):
                found = resources.draw_params.get(number_)
                if found is None or any(found is known for known in self._chain):
                    break
                self._chain.append(found)
                number_ = found.get("Relative") or ""
        self._resources = resources

    def color(self, name: str) -> Element | None:
        """Return the FillColor or StrokeColor that counts."""
        return next((found for one in self._chain if (found := xml.child(one, name)) is not None), None)

    def word(self, name: str) -> str:
        """Return an attribute that counts, "" where none is given."""
        return next((found for one in self._chain if (found := one.get(name))), "")

    def line(self) -> dict[str, str]:
        """Return the SVG attributes of the line."""
        width = abs(number(self.word("LineWidth"), _LINE_WIDTH))
        made = {"stroke-width": shown(width) if width else "0.05"}
        if cap := _CAPS.get(self.word("Cap")):
            made["stroke-linecap"] = cap
        if join := _JOINS.get(self.word("Join")):
            made["stroke-linejoin"] = join
        made["stroke-miterlimit"] = shown(max(1.0, number(self.word("MiterLimit"), 3.528)))
        dashes = [abs(value) for value in numbers(self.word("DashPattern"))]
        if any(dashes):
            made["stroke-dasharray"] = " ".join(shown(value) for value in dashes)
            made["stroke-dashoffset"] = shown(number(self.word("DashOffset")))
        return made

    def paint(self, name: str, default: str, gradient: Callable[[Element], str | None]) -> Paint:
        """Return the paint for FillColor or StrokeColor; `gradient` draws what is no plain colour."""
        element = self.color(name)
        if element is None:
            return default, 1.0
        opacity = max(0.0, min(1.0, number(element.get("Alpha"), 255) / 255))
        for shade in xml.children(element, "AxialShd", "RadialShd", "GouraudShd", "LaGourandShd", "Pattern"):
            made = gradient(shade)
            if made is not None:
                return made, opacity
        return rgb(element, self._resources) or default, opacity


def rgb(element: Element, resources: Resources) -> str | None:
    """Return a colour element as #rrggbb, None where it holds no value (GB/T 33190-2016, 8.3)."""
    space = resources.color_spaces.get(element.get("ColorSpace", ""))
    values = _values(element.get("Value"))
    if not values and element.get("Index") is not None and space is not None:
        entries = [found.text for found in xml.children(xml.child(space, "Palette"), "CV")]
        index = int(number(element.get("Index")))
        values = _values(entries[index]) if 0 <= index < len(entries) else []
    if not values:
        return None
    bits = number(space.get("BitsPerComponent"), 8) if space is not None else 8.0
    top = 2 ** max(1.0, min(16.0, bits)) - 1
    parts = [max(0.0, min(1.0, value / top)) for value in values]
    kind = (space.get("Type") or "").upper() if space is not None else ""
    if kind.startswith("CMYK") or (not kind and len(parts) == 4):
        cyan, magenta, yellow, black = (parts + [0.0] * 4)[:4]
        parts = [(1 - part) * (1 - black) for part in (cyan, magenta, yellow)]
    elif len(parts) < 3:
        parts = [parts[0]] * 3
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts[:3])


def _values(text: str | None) -> list[float]:
    found = []
    for word in (text or "").replace(",", " ").split():
        if word.startswith("#"):
            try:
                found.append(float(int(word[1:], 16)))
            except ValueError:
                continue
        else:
            found.extend(numbers(word))
    return found
