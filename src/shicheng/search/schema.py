"""What the index holds: postings and columns for sorting and counting, no text of its own."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import blake2s
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import tantivy

from shicheng.holdings.cataloguing import MADE_CODE
from shicheng.holdings.types import IndexDocument, Openness, Secrecy, is_remark
from shicheng.kernel.reference_codes import fold_reference_code
from shicheng.search.fields import ADDED_FIELD, ELEMENT_FIELDS
from shicheng.search.folding import GAP, START, bigrams, fold, signs

# To be raised whenever documents are written in another way; an index of another version is made anew.
LAYOUT: Final = 5
PLACES: Final = 4  # columns of 16 hexadecimal digits that put equally good hits in the order of codes
EVERYONE: Final = "everyone"

_PAIRS: Final = "pairs"
_TEXTS: Final = ("title", "text", "rest", ADDED_FIELD)  # with a field for single characters beside
_VALUES: Final = ("number", "code", "author", "department", *(field.name for field in ELEMENT_FIELDS.values()))
_RAW: Final = (
    "f_fonds", "f_category", "f_retention", "f_department", "f_secrecy", "f_openness", "f_format", "f_transfer",
)  # fmt: skip
_SORTS: Final = ("by_code", "by_date", "by_title")
_LONGEST_START: Final = 60
_LONGEST_KEY: Final = 200
_SHORT_VALUE: Final = 60
_AT_GAP: Final = f" {GAP} {GAP} "  # both pairs at a gap are the gap, as in `bigrams`


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
    builder.add_text_field("code_start", tokenizer_name=_PAIRS, index_option="basic")
    for name in (*_RAW, *_SORTS):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("year", "date_from", "date_to"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("id_high", "id_low", *(f"place_{number}" for number in range(PLACES))):
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


def make_index(folder: Path) -> tantivy.Index:
    """Make an empty index in an empty folder."""
    tantivy.Index(schema(), path=str(folder), reuse=False)
    _keep_orders_as_columns(folder / "meta.json")
    return open_index(folder)


def _keep_orders_as_columns(meta: Path) -> None:
    """Take the keys that only sort out of the postings, of which they would be a third.

    The library can have a text column without postings, but its Python side knows no way to ask for it.
    """
    found = json.loads(meta.read_text("utf-8"))
    for field in found["schema"]:
        if field["name"] in _SORTS:
            del field["options"]["indexing"]
    meta.write_text(json.dumps(found), "utf-8")


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
    """How many characters of this code, or beginning of one, are terms by themselves: of a made one those up to its
    mark, since nobody looks for those that begin alike after it.
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
    title = fold(source.title)
    fields: dict[str, Any] = {
        "id": source.id.hex,
        "id_high": source.id.int >> 64,
        "id_low": source.id.int & 0xFFFF_FFFF_FFFF_FFFF,
        "title": bigrams(START + title),
        "title1": signs(title),
    }
    if source.openness == Openness.OPEN and source.secrecy == Secrecy.PUBLIC:
        fields["shown"] = EVERYONE
    if source.text and (text := fold(source.text)):
        fields |= {"text": bigrams(text), "text1": signs(text)}
    _add_codes(fields, source)
    _add_values(fields, source)
    _add_columns(fields, source, title)
    return tantivy.Document.from_dict(fields, schema())


def _add_codes(fields: dict[str, Any], source: IndexDocument) -> None:
    if code := fold_code(source.ref):
        fields["code"] = _pairs_of(fold_code(_said_by_code(source)))[1]
        fields["code_whole"] = code
        fields["code_start"] = _beginnings(code[: longest_start(code)])
    if number := fold(source.document_number):
        fields["number"] = bigrams(START + number)
        fields["number_whole"] = number


def _said_by_code(source: IndexDocument) -> str:
    """The part of a reference code that says something.

    After its mark a code that was made for want of one is arbitrary: two letters that somebody looks for stand in
    thousands of them by chance. Such a code is found by its beginning and as a whole.
    """
    if MADE_CODE in source.ref and "reference_code" not in source.elements:
        return source.ref.partition(MADE_CODE)[0]
    return source.ref


@lru_cache(maxsize=256)
def _beginnings(code: str) -> str:
    """Every beginning as a term of its own: so one that all codes share costs no more than one word."""
    return " ".join([code[:end] for end in range(1, len(code) + 1)])


def _add_values(fields: dict[str, Any], source: IndexDocument) -> None:
    """The values that have a field of their own, and all of them in `rest`, where a word may be in any."""
    rest = []
    for name, value in (("author", source.author), ("department", source.department)):
        if value:
            rest.append(_pairs_of(value))
            fields[name] = rest[-1][1]
    rest += [_pairs_of(_said_by_code(source)), _pairs_of(source.fonds_name)]
    for name, value in source.elements.items():
        if value and (field := ELEMENT_FIELDS.get(name)):
            rest.append(_pairs_of(str(value)))
            fields[field.name] = rest[-1][1]
    if source.extra:
        rest += _add_added(fields, source.extra)
    rest = [one for one in rest if one[0]]
    fields["rest"] = _AT_GAP.join([pairs if len(folded) > 1 else "" for folded, pairs in rest])
    fields["rest1"] = signs("".join([folded for folded, _pairs in rest]))


def _add_added(fields: dict[str, Any], extra: Mapping[str, str]) -> list[tuple[str, str]]:
    """The values that stand under labels of their own, each of its words marked by its label, and their pairs.

    All labels share one field, so that a field added without code needs no other index, and records that have none
    cost nothing.
    """
    found, words, single = [], [], []
    for label, value in extra.items():
        if is_remark(label) or not (pairs := _pairs_of(str(value)))[0]:
            continue
        mark = added_mark(label)
        found.append(pairs)
        words += [GAP, *(mark + pair for pair in pairs[1].split(" "))]
        single += [mark + sign for sign in set(pairs[0])]
    if words:
        fields |= {ADDED_FIELD: " ".join(words), f"{ADDED_FIELD}1": " ".join(single)}
    return found


@lru_cache(maxsize=4096)
def added_mark(label: str) -> str:
    """What stands before each word of the values under a label."""
    return blake2s(fold(label).encode("utf-8", "replace"), digest_size=6).hexdigest()


def _pairs_of(value: str) -> tuple[str, str]:
    """A value folded, and its pairs."""
    return _pairs_kept(value) if len(value) <= _SHORT_VALUE else _make_pairs(value)


def _make_pairs(value: str) -> tuple[str, str]:
    folded = fold(value)
    return folded, bigrams(folded)


# Names of agencies and departments, terms and levels come again and again.
_pairs_kept = lru_cache(maxsize=8192)(_make_pairs)


def _add_columns(fields: dict[str, Any], source: IndexDocument, title: str) -> None:
    for name, value in (
        ("f_fonds", source.fonds),
        ("f_category", source.category),
        ("f_retention", source.retention),
        ("f_department", source.department),
        ("f_secrecy", source.secrecy),
        ("f_openness", source.openness),
        ("f_transfer", source.transfer),
        ("f_format", list(source.formats)),
    ):
        if value:
            fields[name] = value
    if source.year is not None:
        fields["year"] = source.year
    places = _places_of_code(source.code_sort)[: 16 * PLACES].ljust(16 * PLACES, "0")
    for number in range(PLACES):
        fields[f"place_{number}"] = int(places[number * 16 : number * 16 + 16], 16)
    by_code = f"{_order_of_code(source.code_sort)}|{source.id.hex[-4:]}"
    fields |= {"by_code": by_code, "by_title": f"{title[:40]}|{by_code}"}
    start, end = source.date_from or source.date_to, source.date_to or source.date_from
    if start is not None and end is not None:
        day = day_number(start)
        fields |= {"date_from": day, "date_to": day_number(end), "by_date": f"{day:08d}{by_code}"}
