"""What the index holds: postings and columns for sorting and counting, no text of its own."""

from __future__ import annotations

import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import tantivy

from shicheng.holdings.cataloguing import MADE_CODE
from shicheng.holdings.types import IndexDocument, Openness, Secrecy
from shicheng.kernel.reference_codes import fold_reference_code
from shicheng.search.fields import ELEMENT_FIELDS
from shicheng.search.folding import GAP, START, bigrams, fold, signs

# To be raised whenever documents are written in another way; an index of another version is made anew.
LAYOUT: Final = 3
PLACES: Final = 4  # columns of 16 hexadecimal digits that put equally good hits in the order of codes
EVERYONE: Final = "everyone"

_PAIRS: Final = "pairs"
_TEXTS: Final = ("title", "text", "rest")  # with a field for single characters beside
_VALUES: Final = ("number", "code", "author", "department", *(field.name for field in ELEMENT_FIELDS.values()))
_RAW: Final = (
    "f_fonds", "f_category", "f_retention", "f_department", "f_secrecy", "f_openness", "f_format", "f_transfer",
)  # fmt: skip
_SORTS: Final = ("by_code", "by_date", "by_title")
_LONGEST_START: Final = 60
_LONGEST_KEY: Final = 200


def schema_version() -> str:
    """The version of everything an index depends on: our layout, the folding tables, the index's own format."""
    return f"{LAYOUT}/opencc-{version('OpenCC')}/{version('tantivy')}"


_MADE: Final = fold(MADE_CODE)


@cache
def schema() -> tantivy.Schema:
    """The schema of the index."""
    builder = tantivy.SchemaBuilder()
    for name in ("id", "shown", "code_whole", "number_whole"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in _TEXTS:
        builder.add_text_field(name, tokenizer_name=_PAIRS, index_option="position")
        builder.add_text_field(f"{name}1", tokenizer_name=_PAIRS, index_option="basic")
    for name in _VALUES:
        builder.add_text_field(name, tokenizer_name=_PAIRS, index_option="position")
    for name in ("code_start", "number_start"):
        builder.add_text_field(name, tokenizer_name=_PAIRS, index_option="basic")
    for name in (*_RAW, *_SORTS):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("year", "date_from", "date_to"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("id_high", "id_low", *(f"place_{number}" for number in range(PLACES))):
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


def make_index(folder: Path) -> tantivy.Index:
    """Make an empty index in an empty folder."""
    return _prepare(tantivy.Index(schema(), path=str(folder), reuse=False))


def open_index(folder: Path) -> tantivy.Index:
    """Open an index; raises ValueError or OSError if there is none or it is damaged."""
    return _prepare(tantivy.Index.open(str(folder)))


def _prepare(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer(_PAIRS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    # A file watcher lags by hundreds of milliseconds; readers reload before they search.
    index.config_reader("manual")
    return index


def fold_code(text: str) -> str:
    """Fold a reference code so that width, case and separators make no difference."""
    return fold(fold_reference_code(text))


def day_number(day: datetime.date) -> int:
    """A day as the index has it: 20240131."""
    return day.year * 10_000 + day.month * 100 + day.day


def longest_start(folded: str) -> int:
    """How many characters of this code, or beginning of one, are terms by themselves.

    Codes made for records that had none are arbitrary after their mark, and nobody looks for those that begin alike.
    """
    mark = folded.find(_MADE)
    return mark + len(_MADE) if mark >= 0 else _LONGEST_START


def _order_of_code(code_sort: str) -> str:
    """A key in the order of codes; codes that fit no template come after those that do."""
    return ("0" if _is_hex(code_sort) else "1") + code_sort[:_LONGEST_KEY]


def _places_of_code(code_sort: str) -> str:
    """The same order in hexadecimal digits."""
    if _is_hex(code_sort):
        return "0" + code_sort
    return "1" + code_sort.encode("utf-8", "replace").hex()


def _is_hex(code_sort: str) -> bool:
    return code_sort != "" and not code_sort.strip("0123456789abcdef")


def write_document(source: IndexDocument) -> tantivy.Document:
    """Write what the index holds of one item."""
    document = tantivy.Document()
    add = document.add_text
    add("id", source.id.hex)
    document.add_unsigned("id_high", source.id.int >> 64)
    document.add_unsigned("id_low", source.id.int & 0xFFFF_FFFF_FFFF_FFFF)
    if source.openness == Openness.OPEN and source.secrecy == Secrecy.PUBLIC:
        add("shown", EVERYONE)
    title = fold(source.title)
    add("title", bigrams(START + title))
    add("title1", signs(title))
    if source.text and (text := fold(source.text)):
        add("text", bigrams(text))
        add("text1", signs(text))
    _add_codes(document, source)
    rest = [source.author, source.ref, source.department, source.fonds_name]
    if source.author:
        add("author", bigrams(fold(source.author)))
    if source.department:
        add("department", bigrams(fold(source.department)))
    for name, value in source.elements.items():
        if not value:
            continue
        field = ELEMENT_FIELDS.get(name)
        if field is not None:
            add(field.name, bigrams(fold(str(value))))
            rest.append(str(value))
    folded = [value for value in map(fold, rest) if value]
    add("rest", bigrams(GAP.join(folded)))
    add("rest1", signs("".join(folded)))
    _add_columns(document, source, title)
    return document


def _add_codes(document: tantivy.Document, source: IndexDocument) -> None:
    for name, folded in (("code", fold_code(source.ref)), ("number", fold(source.document_number))):
        if not folded:
            continue
        document.add_text(name, bigrams(folded))
        document.add_text(f"{name}_whole", folded)
        # Every beginning is a term of its own: a prefix that all codes share costs no more than one word.
        starts = (folded[:end] for end in range(1, min(len(folded), longest_start(folded)) + 1))
        document.add_text(f"{name}_start", " ".join(starts))


def _add_columns(document: tantivy.Document, source: IndexDocument, title: str) -> None:
    add = document.add_text
    for name, value in (
        ("f_fonds", source.fonds),
        ("f_category", source.category),
        ("f_retention", source.retention),
        ("f_department", source.department),
        ("f_secrecy", source.secrecy),
        ("f_openness", source.openness),
        ("f_transfer", source.transfer),
    ):
        if value:
            add(name, value)
    for value in source.formats:
        add("f_format", value)
    if source.year is not None:
        document.add_integer("year", source.year)
    places = _places_of_code(source.code_sort)
    for number in range(PLACES):
        digits = places[number * 16 : number * 16 + 16].ljust(16, "0")
        document.add_unsigned(f"place_{number}", int(digits, 16))
    by_code = f"{_order_of_code(source.code_sort)}|{source.id.hex[-4:]}"
    add("by_code", by_code)
    add("by_title", f"{title[:40]}|{by_code}")
    start, end = source.date_from or source.date_to, source.date_to or source.date_from
    if start is None or end is None:
        return
    document.add_integer("date_from", day_number(start))
    document.add_integer("date_to", day_number(end))
    add("by_date", f"{day_number(start):08d}{by_code}")
