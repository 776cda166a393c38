"""Drawing text objects: as outlines of the embedded font, else as text in the reader's fonts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from shicheng.formats.ofd.document import Font, Resources
from shicheng.formats.ofd.errors import UnreadableOfd
from shicheng.formats.ofd.fonts import font_stack
from shicheng.formats.ofd.geometry import matrix, number, shown, transform
from shicheng.formats.ofd.glyphs import GlyphFont
from shicheng.formats.ofd.paint import Style
from shicheng.formats.ofd.textcode import Run, runs
from shicheng.formats.ofd.xml import Element

if TYPE_CHECKING:
    from shicheng.formats.ofd.drawing import Drawing

_SVG = "{http://www.w3.org/2000/svg}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_BOLD_FROM = 600


class Lettering:
    """The text of one drawing; glyphs are defined once and used where they stand."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._fonts: dict[str, GlyphFont | None] = {}
        self._glyphs: dict[tuple[str, int], str | None] = {}

    def draw(self, group: Element, element: Element, resources: Resources, inherited: str) -> None:
        """Draw one text object into its placed group."""
        style = Style(element, resources, inherited)
        shading = self._drawing.shading

        attributes: dict[str, str] = {"transform": transform(matrix(element.get("CTM")))}
        fill, opacity = ("none", 1.0)
        if element.get("Fill", "true").lower() != "false":
            fill, opacity = style.paint("FillColor", "#000000", lambda shade: shading.paint(shade, resources))
        attributes["fill"] = fill
        if opacity < 1:
            attributes["fill-opacity"] = shown(opacity)
        if element.get("Stroke", "false").lower() == "true":
            stroke, opacity = style.paint("StrokeColor", "#000000", lambda shade: shading.paint(shade, resources))
            attributes["stroke"] = stroke
            if opacity < 1:
                attributes["stroke-opacity"] = shown(opacity)
            attributes.update(style.line())
        placed = etree.SubElement(group, f"{_SVG}g", {key: value for key, value in attributes.items() if value})
        self._runs(placed, element, resources)

    def clip(self, path: Element, element: Element, resources: Resources, placing: str) -> None:
        """Add the text of a clip area to a clipPath, where only plain text and shapes may stand."""
        font = resources.fonts.get(element.get("Font", ""))
        size = number(element.get("Size"), 3.5)
        for run in runs(element):
            text = self._text(path, run, element, font, size)
            text.set("transform", f"{placing} {text.get('transform', '')}".strip())

    def _runs(self, group: Element, element: Element, resources: Resources) -> None:
        font = resources.fonts.get(element.get("Font", ""))
        size = number(element.get("Size"), 3.5)
        outlines = self._font(font)
        for run in runs(element):
            if not run.text.strip():
                continue
            if font is not None and outlines is not None and self._outlined(group, run, element, font, outlines, size):
                # The text itself stays, unseen, so that it can be selected and read aloud.
                self._text(group, run, element, font, size).attrib.update({"opacity": "0"})
            else:
                self._text(group, run, element, font, size)

    def _text(self, parent: Element, run: Run, element: Element, font: Font | None, size: float) -> Element:
        stretch = number(element.get("HScale"), 1.0) or 1.0
        turn = number(element.get("CharDirection"))
        made = etree.SubElement(parent, f"{_SVG}text")
        made.set("x", " ".join(shown(x / stretch) for x in (run.xs[:1] if run.free else run.xs)))
        made.set("y", " ".join(shown(y) for y in (run.ys[:1] if run.free else run.ys)))
        made.set("font-size", shown(size))
        made.set("font-family", font_stack(font.name, font.family) if font is not None else font_stack())
        made.set(_SPACE, "preserve")
        if number(element.get("Weight"), 400) >= _BOLD_FROM or (font is not None and font.bold):
            made.set("font-weight", "bold")
        if element.get("Italic", "").lower() == "true" or (font is not None and font.italic):
            made.set("font-style", "italic")
        if turn:
            made.set("rotate", shown(turn))
        if stretch != 1:
            made.set("transform", f"scale({shown(stretch)} 1)")
        made.text = run.text
        return made

    def _outlined(
        self, group: Element, run: Run, element: Element, font: Font, outlines: GlyphFont, size: float
    ) -> bool:
        """Draw a run glyph by glyph; False, and nothing drawn, when the font lacks one of them."""
        numbers: dict[int, int] = {}
        covered: set[int] = set()
        for glyphs in run.glyphs:
            covered.update(range(glyphs.start, min(glyphs.start + glyphs.codes, len(run.text))))
            for offset, glyph in enumerate(glyphs.numbers):
                if glyphs.start + offset < len(run.text):
                    numbers[glyphs.start + offset] = glyph
        for index, char in enumerate(run.text):
            if index not in covered and not char.isspace():
                glyph = outlines.glyph_of(char)
                if not glyph:
                    return False
                numbers[index] = glyph
        stretch = number(element.get("HScale"), 1.0) or 1.0
        turn = number(element.get("CharDirection"))
        slant = " skewX(-12)" if element.get("Italic", "").lower() == "true" else ""
        scale = size / outlines.units
        for index, glyph in sorted(numbers.items()):
            name = self._glyph(font, outlines, glyph)
            if name is None:
                continue
            placing = f"translate({shown(run.xs[index])} {shown(run.ys[index])})"
            if turn:
                placing += f" rotate({shown(turn)})"
            placing += f"{slant} scale({scale * stretch:.6g} {-scale:.6g})"
            use = etree.SubElement(group, f"{_SVG}use", {"href": f"#{name}", "transform": placing})
            if number(element.get("Weight"), 400) >= _BOLD_FROM and group.get("stroke") is None:
                use.set("stroke", group.get("fill", "#000000"))
                use.set("stroke-width", shown(outlines.units / 40))
        return True

    def _glyph(self, font: Font, outlines: GlyphFont, glyph: int) -> str | None:
        key = (font.part or "", glyph)
        if key not in self._glyphs:
            path = outlines.outline(glyph)
            name = self._drawing.new_id() if path else None
            if name is not None:
                etree.SubElement(self._drawing.defs, f"{_SVG}path", {"id": name, "d": path})
            self._glyphs[key] = name
        return self._glyphs[key]

    def _font(self, font: Font | None) -> GlyphFont | None:
        if font is None or font.part is None:
            return None
        if font.part not in self._fonts:
            try:
                self._fonts[font.part] = GlyphFont(self._drawing.container.read(font.part))
            except (UnreadableOfd, ValueError):
                self._fonts[font.part] = None
        return self._fonts[font.part]
