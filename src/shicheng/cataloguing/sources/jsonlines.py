"""Catalogues as one JSON object a line."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, Final

from shicheng.cataloguing.errors import UnreadableCatalogue
from shicheng.cataloguing.sources.texts import encoding_of, lines_of
from shicheng.cataloguing.sources.types import Given, Source, describe_columns
from shicheng.kernel.messages import message as _

_LOOKED_AT: Final = 1000  # lines whose keys make the header
BROKEN: Final = "\x00broken"
"""Stands before a row that is no JSON object; it is rejected with its reason."""


def open_lines(given: Given) -> Source:
    """Open a file of JSON objects; the header is all keys of the first lines, in the order they come."""
    encoding = encoding_of(given)
    header: dict[str, None] = {}
    sound = 0
    for line in itertools.islice(lines_of(given, encoding, None), _LOOKED_AT):
        record = _read(line)
        if record is not None:
            sound += 1
            header.update(dict.fromkeys(record))
    if not sound:
        raise UnreadableCatalogue(
            _("The catalogue %(name)s has no line that is a JSON object.", name=given.name),
            hint=_("Send one object a line, or the catalogue as .csv."),
        )
    source = Source(form="jsonl", encoding=encoding.codec or "utf-8", header=list(header))
    source.columns = describe_columns(source.header, given)
    source.rows = _rows(given, source)
    return source


def _rows(given: Given, source: Source) -> Iterator[tuple[int, list[str]]]:
    places = {key: place for place, key in enumerate(source.header)}
    late: set[str] = set()
    for number, line in enumerate(lines_of(given, encoding_of(given), source), start=1):
        if not line.strip():
            continue
        record = _read(line)
        if record is None:
            yield number, [BROKEN, line.strip()[:1000]]
            continue
        cells = [""] * len(places)
        for key, value in record.items():
            place = places.get(key)
            if place is not None:
                cells[place] = _text(value)
            elif key not in late:
                late.add(key)
                source.problems.append(
                    _("The key “%(key)s” first comes in line %(line)s and is not read.", key=key[:60], line=number)
                )
        if any(cells):
            yield number, cells


def _read(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return {str(key): inner for key, inner in value.items()} if isinstance(value, dict) else None


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        case list() if all(isinstance(inner, str) for inner in value):
            return "\n".join(value)
    return json.dumps(value, ensure_ascii=False)
