"""Outlines of embedded TrueType fonts.

OFD producers embed subsets without a character map and refer to glyphs by number, which no browser can do; so the
outlines themselves are drawn. Fonts that are not TrueType (CFF) give nothing here.
"""

from __future__ import annotations

import struct

from shicheng.formats.ofd.geometry import shown

_DEEPEST = 6
_MOST_POINTS = 20_000
_FAULTS = (struct.error, IndexError, ValueError, OverflowError)
_Point = tuple[float, float, bool]


class GlyphFont:
    """One TrueType font; raises `ValueError` when it is none."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._tables = self._directory()
            head = self._table("head")
            self.units = struct.unpack_from(">H", head, 18)[0] or 1000
            long_offsets = struct.unpack_from(">h", head, 50)[0] == 1
            loca = self._table("loca")
            if long_offsets:
                self._offsets = struct.unpack(f">{len(loca) // 4}L", loca[: len(loca) // 4 * 4])
            else:
                self._offsets = tuple(2 * at for at in struct.unpack(f">{len(loca) // 2}H", loca[: len(loca) // 2 * 2]))
            self._glyf = self._table("glyf")
        except _FAULTS as error:
            raise ValueError(str(error)) from error
        self._map: dict[int, int] | None = None

    def _directory(self) -> dict[str, tuple[int, int]]:
        content = self._content
        start = 0
        if content[:4] == b"ttcf":
            start = struct.unpack_from(">L", content, 12)[0]
        if content[start : start + 4] not in (b"\x00\x01\x00\x00", b"true"):
            raise ValueError("no TrueType font")
        count = struct.unpack_from(">H", content, start + 4)[0]
        tables = {}
        for index in range(count):
            tag, _sum, at, length = struct.unpack_from(">4sLLL", content, start + 12 + 16 * index)
            tables[tag.decode("latin-1")] = (at, length)
        return tables

    def _table(self, tag: str) -> bytes:
        if tag not in self._tables:
            raise ValueError(f"no table {tag}")
        at, length = self._tables[tag]
        return self._content[at : at + length]

    def glyph_of(self, char: str) -> int:
        """Return the number of the glyph for a character, 0 where the font has no map or no such glyph."""
        if self._map is None:
            try:
                self._map = self._read_map()
            except _FAULTS:
                self._map = {}
        code = ord(char)
        # Symbol fonts keep their characters in the private use area.
        return self._map.get(code) or self._map.get(0xF000 + code, 0)

    def _read_map(self) -> dict[int, int]:
        cmap = self._table("cmap")
        found: dict[int, int] = {}
        count = struct.unpack_from(">H", cmap, 2)[0]
        for index in range(min(count, 16)):
            platform, _encoding, at = struct.unpack_from(">HHL", cmap, 4 + 8 * index)
            if platform not in (0, 3):
                continue
            kind = struct.unpack_from(">H", cmap, at)[0]
            if kind == 4:
                _read_segments(cmap, at, found)
            elif kind == 12:
                groups = struct.unpack_from(">L", cmap, at + 12)[0]
                for group in range(min(groups, 20_000)):
                    first, last, glyph = struct.unpack_from(">LLL", cmap, at + 16 + 12 * group)
                    for code in range(first, min(last, first + 65_535) + 1):
                        found.setdefault(code, glyph + code - first)
        return found

    def outline(self, glyph: int) -> str:
        """Return a glyph as SVG path data in font units with y up; "" for a blank or unreadable one."""
        try:
            contours = self._contours(glyph, 0)
        except _FAULTS:
            return ""
        return "".join(_drawn(contour) for contour in contours)

    def _contours(self, glyph: int, depth: int) -> list[list[_Point]]:
        if depth > _DEEPEST or not 0 <= glyph < len(self._offsets) - 1:
            return []
        data = self._glyf[self._offsets[glyph] : self._offsets[glyph + 1]]
        if len(data) < 10:
            return []
        count = struct.unpack_from(">h", data)[0]
        return _simple(data, count) if count >= 0 else self._composite(data, depth)

    def _composite(self, data: bytes, depth: int) -> list[list[_Point]]:
        contours: list[list[_Point]] = []
        at = 10
        flags = 0x20
        while flags & 0x20 and len(contours) < 1000:
            flags, glyph = struct.unpack_from(">HH", data, at)
            at += 4
            dx, dy = struct.unpack_from(">hh" if flags & 1 else ">bb", data, at)
            at += 4 if flags & 1 else 2
            if not flags & 2:  # points to be laid on each other: rare, drawn unmoved
                dx = dy = 0
            a, b, c, d = 1.0, 0.0, 0.0, 1.0
            if flags & 0x8:
                a = d = struct.unpack_from(">h", data, at)[0] / 16384
                at += 2
            elif flags & 0x40:
                a, d = (value / 16384 for value in struct.unpack_from(">hh", data, at))
                at += 4
            elif flags & 0x80:
                a, b, c, d = (value / 16384 for value in struct.unpack_from(">hhhh", data, at))
                at += 8
            for contour in self._contours(glyph, depth + 1):
                contours.append([(a * x + c * y + dx, b * x + d * y + dy, on) for x, y, on in contour])
        return contours


def _read_segments(cmap: bytes, at: int, found: dict[int, int]) -> None:
    double = struct.unpack_from(">H", cmap, at + 6)[0]
    count = double // 2
    ends = struct.unpack_from(f">{count}H", cmap, at + 14)
    starts = struct.unpack_from(f">{count}H", cmap, at + 16 + double)
    steps = struct.unpack_from(f">{count}H", cmap, at + 16 + 2 * double)
    places = at + 16 + 3 * double
    ranges = struct.unpack_from(f">{count}H", cmap, places)
    for index in range(count):
        for code in range(starts[index], min(ends[index], 0xFFFE) + 1):
            glyph = code
            if ranges[index]:
                place = places + 2 * index + ranges[index] + 2 * (code - starts[index])
                if place + 2 > len(cmap):
                    break
                glyph = struct.unpack_from(">H", cmap, place)[0]
                if not glyph:
                    continue
            found.setdefault(code, (glyph + steps[index]) & 0xFFFF)


def _simple(data: bytes, count: int) -> list[list[_Point]]:
    ends = struct.unpack_from(f">{count}H", data, 10)
    total = ends[-1] + 1 if ends else 0
    if total > _MOST_POINTS:
        return []
    at = 10 + 2 * count
    at += 2 + struct.unpack_from(">H", data, at)[0]
    flags: list[int] = []
    while len(flags) < total:
        flag = data[at]
        at += 1
        repeats = 1
        if flag & 0x8:
            repeats += data[at]
            at += 1
        flags.extend([flag] * repeats)
    xs, at = _coordinates(data, at, flags[:total], 0x2, 0x10)
    ys, at = _coordinates(data, at, flags[:total], 0x4, 0x20)
    points = [(float(x), float(y), bool(flag & 1)) for x, y, flag in zip(xs, ys, flags, strict=False)]
    contours = []
    start = 0
    for end in ends:
        contours.append(points[start : end + 1])
        start = end + 1
    return contours


def _coordinates(data: bytes, at: int, flags: list[int], short: int, same: int) -> tuple[list[int], int]:
    found = []
    value = 0
    for flag in flags:
        if flag & short:
            value += data[at] if flag & same else -data[at]
            at += 1
        elif not flag & same:
            value += struct.unpack_from(">h", data, at)[0]
            at += 2
        found.append(value)
    return found, at


def _drawn(contour: list[_Point]) -> str:
    """Write one closed contour of quadratic curves; between two control points lies a point of the curve."""
    if len(contour) < 2:
        return ""
    first = next((index for index, point in enumerate(contour) if point[2]), None)
    if first is None:
        x, y = (contour[0][0] + contour[-1][0]) / 2, (contour[0][1] + contour[-1][1]) / 2
        points = [(x, y, True), *contour]
    else:
        points = contour[first:] + contour[:first]
    parts = [f"M{shown(points[0][0])} {shown(points[0][1])}"]
    control: _Point | None = None
    for point in [*points[1:], points[0]]:
        x, y, on = point
        if on and control is None:
            parts.append(f"L{shown(x)} {shown(y)}")
        elif on and control is not None:
            parts.append(f"Q{shown(control[0])} {shown(control[1])} {shown(x)} {shown(y)}")
            control = None
        elif control is None:
            control = point
        else:
            middle = ((control[0] + x) / 2, (control[1] + y) / 2)
            parts.append(f"Q{shown(control[0])} {shown(control[1])} {shown(middle[0])} {shown(middle[1])}")
            control = point
    parts.append("Z")
    return "".join(parts)
