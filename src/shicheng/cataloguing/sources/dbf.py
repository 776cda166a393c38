"""Catalogues in dBase and FoxPro tables (.dbf), with their memo files (.dbt, .fpt) where they lie beside."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from shicheng.cataloguing.errors import UnreadableCatalogue
from shicheng.cataloguing.sources.types import Given, Source, describe_columns
from shicheng.kernel.messages import message as _

_VERSIONS: Final = frozenset({0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB})
_FOXPRO: Final = frozenset({0x30, 0x31, 0x32, 0xF5, 0xFB})
# Byte 29, the language driver; what is not here is found out from the texts.
_CODE_PAGES: Final = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "big5", 0x78: "big5", 0x7B: "cp932", 0x13: "cp932"}
_TYPES: Final = frozenset(b"CNFLDMIBYTV@+OGPQ0")
_SAMPLE_ROWS: Final = 2000
_JULIAN: Final = 1721425  # day number of 0001-01-01


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the table."""

    name: bytes
    type: str
    offset: int
    length: int
    decimals: int


def is_dbf(head: bytes, size: int) -> bool:
    """Tell whether a file is such a table: a known version, a sound header, and as long as it says."""
    if len(head) < 33 or head[0] not in _VERSIONS or not 1 <= head[2] <= 12 or not 1 <= head[3] <= 31:
        return False
    _count, header, width = struct.unpack_from("<IHH", head, 4)
    return header >= 65 and width >= 2 and header <= size and head[32 + 11] in _TYPES


def open_table(given: Given) -> Source:
    """Open the table; deleted rows are left out and told of."""
    with given.open() as stream:
        head = stream.read(32)
        count, header_size, width = struct.unpack_from("<IHH", head, 4)
        fields = _fields(stream.read(header_size - 32), head[0], width, given.name)
    there = max(0, given.path.stat().st_size - header_size) // width
    source = Source(form="dbf")
    if there < count:
        source.problems.append(
            _("The table breaks off: it promises %(said)s rows and holds %(there)s.", said=count, there=there)
        )
    codec = _CODE_PAGES.get(head[29]) or _detect(given, header_size, width, min(count, there), fields)
    source.encoding = codec
    source.header = [_decode(field.name, codec).strip() for field in fields]
    source.columns = describe_columns(source.header, given)
    memo = _open_memo(given, head[0])
    if memo is None and any(field.type == "M" for field in fields):
        source.problems.append(
            _("The memo file of the table (.dbt or .fpt) is not beside it; columns kept there were read as empty.")
        )
    source.rows = _rows(given, source, fields, (header_size, width, min(count, there)), memo)
    return source


def _fields(content: bytes, version: int, width: int, name: str) -> list[Field]:
    fields = []
    offset = 1
    for start in range(0, len(content) - 31, 32):
        if content[start] in (0x0D, 0x00):
            break
        raw, kind, place = content[start : start + 11], content[start + 11], start
        length, decimals = content[place + 16], content[place + 17]
        if chr(kind) == "C" and version in _FOXPRO | {0x03}:
            length += decimals << 8  # Clipper and FoxPro write long texts so
        if kind not in _TYPES or offset + length > width:
            raise UnreadableCatalogue(
                _("The table %(name)s breaks its form in its list of columns.", name=name),
                hint=_("Open it in its own program and export it as .csv or .xlsx."),
            )
        if chr(kind) != "0":  # FoxPro's own column of null marks
            fields.append(Field(raw.split(b"\0")[0], chr(kind), offset, length, decimals))
        offset += length
    if not fields:
        raise UnreadableCatalogue(_("The table %(name)s has no columns.", name=name))
    return fields


def _rows(
    given: Given, source: Source, fields: list[Field], shape: tuple[int, int, int], memo: _Memo | None
) -> Iterator[tuple[int, list[str]]]:
    header_size, width, count = shape
    deleted = 0
    with given.open() as stream:
        stream.seek(header_size)
        for number in range(1, count + 1):
            record = stream.read(width)
            if len(record) < width:
                break
            if record[:1] == b"*":
                deleted += 1
                continue
            cells = [_cell(record[f.offset : f.offset + f.length], f, source.encoding, memo) for f in fields]
            if any(cells):
                yield number, cells
    if deleted:
        source.problems.append(_("%(count)s rows are marked as deleted in the table and were left out.", count=deleted))
    if memo is not None:
        memo.stream.close()


def _cell(raw: bytes, field: Field, codec: str, memo: _Memo | None) -> str:
    match field.type:
        case "C" | "V" | "Q":
            return _decode(raw, codec).strip(" \0\t\r\n")
        case "D":
            return raw.decode("ascii", "replace").strip(" \0")
        case "N" | "F":
            text = raw.decode("ascii", "replace").strip(" \0")
            return "" if text.startswith("*") else text
        case "L":
            return {b"T": "是", b"Y": "是", b"F": "否", b"N": "否"}.get(raw.upper()[:1], "")
        case "M" | "G" | "P":
            return memo.read(raw, codec) if memo is not None and field.type == "M" else ""
        case "I" | "+" if field.length == 4:
            return str(struct.unpack("<i", raw)[0])
        case "B" | "O" if field.length == 8:
            return repr(struct.unpack("<d", raw)[0]).removesuffix(".0")
        case "Y" if field.length == 8:
            return f"{struct.unpack('<q', raw)[0] / 10000:.4f}".rstrip("0").rstrip(".")
        case "T" | "@" if field.length == 8:
            return _moment(raw)
    return _decode(raw, codec).strip(" \0")


def _moment(raw: bytes) -> str:
    day, milliseconds = struct.unpack("<ii", raw)
    try:
        moment = datetime.datetime.fromordinal(day - _JULIAN + 1) + datetime.timedelta(milliseconds=milliseconds)
    except (ValueError, OverflowError):
        return ""
    return moment.date().isoformat() if not milliseconds else moment.isoformat(" ", "seconds")


def _decode(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        # A column cut in the middle of a character loses half of it; anything else stays to be seen.
        cut = raw[:-1].decode(codec, "ignore")
        return cut if cut.encode(codec, "ignore") == raw[:-1] else raw.decode(codec, "backslashreplace")


def _detect(given: Given, header_size: int, width: int, count: int, fields: list[Field]) -> str:
    texts = [field for field in fields if field.type == "C"]
    clean = {"utf-8": 0, "gb18030": 0}
    with given.open() as stream:
        stream.seek(header_size)
        for _row in range(min(count, _SAMPLE_ROWS)):
            record = stream.read(width)
            for field in texts:
                raw = record[field.offset : field.offset + field.length].rstrip(b" \0")
                for codec in clean:
                    try:
                        raw.decode(codec)
                    except UnicodeDecodeError:
                        clean[codec] += 1
    # Cut characters at the ends of full columns are no sign against an encoding; the one with fewer faults is it.
    return "utf-8" if clean["utf-8"] <= clean["gb18030"] else "gb18030"


@dataclass(slots=True)
class _Memo:
    """The memo file of a table."""

    stream: BinaryIO
    block: int
    extract: Callable[[BinaryIO, int, int], bytes]

    def read(self, raw: bytes, codec: str) -> str:
        """Read the text a column points to; nothing where it points nowhere."""
        number = (
            struct.unpack("<I", raw)[0]
            if len(raw) == 4
            else int(raw.strip(b" \0") or b"0")
            if raw.strip(b" \0").isdigit()
            else 0
        )
        if not number:
            return ""
        try:
            return _decode(self.extract(self.stream, number * self.block, self.block), codec).strip("\0\x1a \r\n")
        except (OSError, struct.error, ValueError):
            return ""


def _open_memo(given: Given, version: int) -> _Memo | None:
    for path in given.beside:
        stream = path.open("rb")
        head = stream.read(512)
        if path.suffix.lower() == ".fpt" and len(head) >= 8:
            return _Memo(stream, struct.unpack_from(">H", head, 6)[0] or 512, _fpt_block)
        if path.suffix.lower() == ".dbt":
            if version == 0x8B and len(head) >= 22:
                return _Memo(stream, struct.unpack_from("<H", head, 20)[0] or 512, _dbase4_block)
            return _Memo(stream, 512, _dbase3_block)
        stream.close()
    return None


_LONGEST_MEMO: Final = 16 << 20


def _fpt_block(stream: BinaryIO, place: int, _block: int) -> bytes:
    stream.seek(place)
    _kind, length = struct.unpack(">II", stream.read(8))
    return stream.read(min(length, _LONGEST_MEMO))


def _dbase4_block(stream: BinaryIO, place: int, _block: int) -> bytes:
    stream.seek(place)
    mark, length = struct.unpack("<II", stream.read(8))
    return stream.read(min(length - 8, _LONGEST_MEMO)) if mark == 0x0008FFFF and length > 8 else b""


def _dbase3_block(stream: BinaryIO, place: int, block: int) -> bytes:
    stream.seek(place)
    found = b""
    while len(found) < _LONGEST_MEMO and (piece := stream.read(block)):
        end = piece.find(b"\x1a")
        if end >= 0:
            return found + piece[:end]
        found += piece
    return found


def memo_files(path: Path) -> tuple[Path, ...]:
    """The memo files that lie beside a table."""
    return tuple(
        other
        for other in sorted(path.parent.glob("*"))
        if other.stem.casefold() == path.stem.casefold()
        and other.suffix.lower() in (".dbt", ".fpt")
        and other.is_file()
    )
