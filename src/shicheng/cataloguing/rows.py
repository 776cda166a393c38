"""Turning one row of a catalogue into a record with a stable key, or saying why it can't be one. No Django here."""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from shicheng.cataloguing.headers import FALLBACK, taken
from shicheng.cataloguing.normalising import Normaliser, clean
from shicheng.cataloguing.sources.jsonlines import BROKEN
from shicheng.cataloguing.types import Column
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.plain_json import decode_json, encode_json
from shicheng.kernel.reference_codes import DEFAULT_TEMPLATES, fold_reference_code

LONGEST_CODE: Final = 200
ROW_HEADER: Final = "行号 row"
REASON_HEADER: Final = "原因 reason"
_LONGEST_ROW: Final = 8 << 20  # characters
_UNCLOSED: Final = 200  # line ends in one cell that holds delimiters too
_FONDS: Final = re.compile(r"[^\s/\\]{1,40}")
_GUARDED: Final = re.compile(r"'[=+\-@\t\r]")
# Base32, two digits at a time: ten times quicker than `base64.b32encode`.
_PAIRS: Final = ["".join(pair) for pair in itertools.product("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", repeat=2)]
_SHIFTS: Final = range(60, -1, -10)
_IDENTITY: Final = ("title", "date", "author", "volume_number", "item_number", "catalogue_number", "page_number")


class Read(NamedTuple):
    """A row as it is kept, and what it takes to tell records that come twice and to count."""

    line: str  # JSON
    row: int
    key: str
    ref: str
    fonds: str  # "" for the import's own
    fonds_name: str
    title: str
    date: str
    has_code: bool
    marks: list[str]
    is_normalised: bool


@dataclass(slots=True)
class Record:
    """A row as a record."""

    row: int
    key: str  # 32 hexadecimal digits; the same record has the same key in every import
    ref: str  # as given, or made from the key
    fonds: str  # "" for the import's own
    elements: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)
    originals: dict[str, str] = field(default_factory=dict)  # header -> value as it was
    marks: list[str] = field(default_factory=list)  # headers whose value no rule could read

    def kept(self) -> Read:
        """The record as it is kept."""
        get = self.elements.get
        return Read(
            encode_json(self.to_json()), self.row, self.key, self.ref, self.fonds, get("fonds_name", ""),
            get("title", ""), get("date", ""), "reference_code" in self.elements, self.marks, bool(self.originals),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """One line of the rows that are kept; what is empty is left out."""
        line: dict[str, Any] = {"row": self.row, "key": self.key, "ref": self.ref, "elements": self.elements}
        for name in ("fonds", "extra", "originals", "marks"):
            if value := getattr(self, name):
                line[name] = value
        return line


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that can't come in, and why."""

    row: int
    reason: Message
    cells: list[str]


class RowReader:
    """Reads the rows of one catalogue by what its columns mean."""

    def __init__(self, columns: Sequence[Column], *, fonds: str, delimiter: str, refused: tuple[str, ...] = ()) -> None:
        self._refused = refused
        self._fonds = fonds
        self._delimiter = delimiter
        self._width = len(columns)
        self._plan: list[tuple[int, str, str, Normaliser]] = []
        self._others: list[tuple[int, str]] = []
        self._fallbacks: list[tuple[int, str, str, Normaliser]] = []
        for place, column in enumerate(columns):
            element = taken(column)
            if column.header in (ROW_HEADER, REASON_HEADER):
                continue  # a workbook of rejected rows, mended and sent again
            if element.startswith(FALLBACK):
                name = element.removeprefix(FALLBACK)
                self._fallbacks.append((place, column.header, name, Normaliser(name)))
            if element and not element.startswith(FALLBACK):
                self._plan.append((place, column.header, element, Normaliser(element)))
            else:
                self._others.append((place, column.header))

    def read(self, row: int, cells: list[str]) -> Record | Rejected:
        """Read one row; a value no rule can read is kept as it was and marked."""
        if cells[0] == BROKEN:
            return Rejected(row, _("The line is not a JSON object."), cells[1:])
        elements: dict[str, str] = {}
        extra: dict[str, str] = {}
        originals: dict[str, str] = {}
        marks: list[str] = []
        width = len(cells)
        for place, header, element, normalise in self._plan:
            text = cells[place] if place < width else ""
            if not text:
                continue
            if text[0] == "'" and _GUARDED.match(text):
                text = text[1:]  # put there by the errors workbook
            text = clean(text)
            value = normalise(text)
            if not value.is_read:
                marks.append(header)
            elif value.text != text:
                originals[header] = text
            if value.text:
                elements[element] = value.text
        for place, header in self._others:
            if place < width and cells[place]:
                extra[header] = clean(cells[place])
        for place, header, element, normalise in self._fallbacks:
            if element not in elements and place < width and cells[place]:
                value = normalise(clean(cells[place]))
                if value.is_read and value.text:
                    elements[element] = value.text
                    extra[f"{element} ←"] = header
        fault = self._fault(elements, cells)
        if fault is not None:
            return Rejected(row, fault, cells)
        return self._record(row, elements, extra, originals, marks)

    def _fault(self, elements: dict[str, str], cells: list[str]) -> Message | None:
        title = elements.get("title", "")
        if not title:
            return _("The row has no title. Give it one and send this row again.")
        if len(cells) > self._width and any(cells[self._width :]):
            return _(
                "The row has more cells than the catalogue has columns, so they can't be told apart. Put values that "
                "hold the delimiter into quotation marks."
            )
        if self._refused and (level := elements.get("secrecy")) and level.startswith(self._refused):
            return _(
                "The record is marked %(level)s, above what this archive may hold. Hand it over by the way for secret "
                "records.",
                level=level,
            )
        if len(elements.get("reference_code", "")) > LONGEST_CODE:
            return _("The reference code has more than %(most)s characters. Correct it.", most=LONGEST_CODE)
        longest = max(map(len, cells))
        if longest > _UNCLOSED:
            if sum(map(len, cells)) > _LONGEST_ROW:
                return _("The row holds more than %(most)s characters. Shorten it.", most=_LONGEST_ROW)
            swallowed = self._delimiter and any(
                cell.count("\n") > _UNCLOSED and cell.count(self._delimiter) > _UNCLOSED for cell in cells
            )
            if swallowed:
                return _("A quotation mark is not closed here, so that many rows became one. Close it.")
        return None

    def _record(
        self, row: int, elements: dict[str, str], extra: dict[str, str], originals: dict[str, str], marks: list[str]
    ) -> Record:
        given = elements.get("reference_code", "")
        fonds = elements.get("fonds_code", "")
        if fonds and not _FONDS.fullmatch(fonds):
            marks.append("fonds_code")
            fonds = ""
        if not fonds and given:
            fonds = fonds_of_code(given)
        own = fonds or self._fonds
        if given:
            identity = f"code\n{fold_reference_code(given)}"
        elif "document_number" in elements:
            parts = (elements["document_number"], elements["title"], elements.get("date", ""))
            identity = f"document\n{own}\n" + "\n".join(map(_folded, parts))
        else:
            identity = f"row\n{own}\n" + "\n".join(_folded(elements.get(name, "")) for name in _IDENTITY)
        key, made = key_and_code(identity, own)
        return Record(row, key, given or made, "" if own == self._fonds else own, elements, extra, originals, marks)


def key_and_code(identity: str, fonds: str) -> tuple[str, str]:
    """The key an identity makes, and the reference code that stands for a record that has none.

    A made code is `<fonds>-CAT-<13 letters and digits of the key>`: the same record always gets the same one,
    whichever import brings it, and none of the forms of DA/T 13 reads like it.
    """
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:10]) >> 10  # the first 70 bits
    return digest[:16].hex(), f"{fonds}-CAT-" + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])[:13]


def repeated(read: Read, repeat: int, fonds: str) -> Read:
    """The second, third … row of one identity in a catalogue, with a key of its own; it has no code but a made one."""
    key, ref = key_and_code(f"repeat\n{read.key}\n{repeat}", fonds)
    return read._replace(line=encode_json({**decode_json(read.line), "key": key, "ref": ref}), key=key, ref=ref)


def fonds_of_code(ref: str) -> str:
    """Return the fonds a reference code names, "" if it has none of the known forms."""
    for template in DEFAULT_TEMPLATES:
        found = template.regex.fullmatch(ref)
        if found is not None:
            return found["fonds"]
    return ""


def _folded(text: str) -> str:
    return (
        "".join(unicodedata.normalize("NFKC", text).casefold().split())
        if not text.isascii()
        else "".join(text.casefold().split())
    )
