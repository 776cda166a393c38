"""Values in the one plain form in which two databases are compared: the one SQLite stores."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.apps import apps
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

Kind = Literal["text", "integer", "float", "boolean", "uuid", "moment", "date", "json", "bytes", "duration"]
Row = tuple[Any, ...]

_KINDS: Final[dict[str, Kind]] = {
    "AutoField": "integer", "BigAutoField": "integer", "SmallAutoField": "integer", "IntegerField": "integer",
    "BigIntegerField": "integer", "SmallIntegerField": "integer", "PositiveIntegerField": "integer",
    "PositiveBigIntegerField": "integer", "PositiveSmallIntegerField": "integer", "FloatField": "float",
    "BooleanField": "boolean", "UUIDField": "uuid", "DateTimeField": "moment", "DateField": "date",
    "JSONField": "json", "BinaryField": "bytes", "DurationField": "duration", "CharField": "text",
    "TextField": "text", "SlugField": "text", "EmailField": "text", "URLField": "text", "FileField": "text",
    "FilePathField": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column as both databases have it."""

    name: str
    kind: Kind
    limit: int | None = None  # characters
    range: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as both databases have it."""

    name: str
    columns: tuple[Column, ...]
    key: Column
    counter: str = ""  # the column numbers are given out for
    is_log: bool = False  # append-only: rows can't be taken out again


def tables() -> list[Table]:
    """Every table of the archive, those that others point at first."""
    found = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if _has_table(model)}
    ordered: dict[str, Table] = {}

    def add(model: type[models.Model]) -> None:
        name = model._meta.db_table
        if name in ordered:
            return
        for field in model._meta.local_concrete_fields:
            related = field.related_model
            if isinstance(related, type) and related._meta.db_table != name:
                add(related)
        ordered[name] = _table(model)

    for name in sorted(found):
        add(found[name])
    return list(ordered.values())


def plain_moment(text: str | None) -> str | None:
    """Cut the fraction of a second off where there is none, as SQLite has it."""
    return text.removesuffix(".000000") if text is not None else None


def same_json(text: str) -> str:
    """Return the one text for all texts of the same JSON value."""
    return _canonical(json.loads(text, parse_float=_number))


def row_line(columns: Sequence[Column]) -> Callable[[Row], bytes]:
    """Return what turns a row into the line its table's digest is taken over."""
    special: list[tuple[int, Callable[[Any], Any]]] = []
    for place, column in enumerate(columns):
        if column.kind == "json":
            special.append((place, same_json))
        elif column.kind == "bytes":
            special.append((place, lambda value: bytes(value).hex()))
        elif column.kind == "float":
            special.append((place, lambda value: repr(float(value))))

    def line(row: Row) -> bytes:
        values = list(row)
        for place, plain in special:
            if values[place] is not None:
                values[place] = plain(values[place])
        return _lined(values).encode("utf-8", "surrogatepass") + b"\n"

    return line


def misfits(table: Table) -> Callable[[Row], Message | None]:
    """Return what tells why PostgreSQL, which is stricter than SQLite, could not hold a row."""

    def fault(row: Row) -> Message | None:
        for column, value in zip(table.columns, row, strict=True):
            if isinstance(value, str):
                if "\x00" in value or (column.kind == "json" and "\\u0000" in value and "\x00" in _texts(value)):
                    reason = _("it holds a NUL character")
                elif column.kind == "json" and "\\ud" in value.lower() and not _is_sound(_texts(value)):
                    reason = _("it holds half a character")
                elif column.limit is not None and column.kind == "text" and len(value) > column.limit:
                    reason = _("it is longer than %(limit)s characters", limit=column.limit)
                else:
                    continue
            elif isinstance(value, int) and column.range and not column.range[0] <= value <= column.range[1]:
                reason = _("the number %(number)s is too large", number=value)
            else:
                continue
            return _(
                "PostgreSQL can't hold the column %(column)s of the row %(key)s in the table %(table)s: %(reason)s.",
                column=column.name,
                key=row[table.columns.index(table.key)],
                table=table.name,
                reason=reason,
            )
        return None

    return fault


def _table(model: type[models.Model]) -> Table:
    columns = tuple(_column(field) for field in model._meta.local_concrete_fields)
    key = next(column for column in columns if column.name == model._meta.pk.column)
    counters = [str(f.column) for f in model._meta.local_concrete_fields if isinstance(f, models.AutoField)]
    return Table(
        model._meta.db_table,
        columns,
        key,
        counter=counters[0] if counters else "",
        is_log=model._meta.label in ("audit.Entry", "audit.SignedHead"),
    )


def _column(field: models.Field[Any, Any]) -> Column:
    source: models.Field[Any, Any] = field
    while source.remote_field is not None:
        source = source.target_field  # type: ignore[attr-defined]  # a foreign key
    name = source.get_internal_type()
    return Column(
        str(field.column), _KINDS[name], source.max_length, BaseDatabaseOperations.integer_field_ranges.get(name)
    )


def _has_table(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _number(text: str) -> int | float:
    """Numbers are kept exactly by PostgreSQL and as written by SQLite: 1.0, 1 and 1e0 are the same."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _texts(value: str) -> str:
    """All texts in a JSON value, keys too."""
    return "".join(_walk(json.loads(value)))


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)


def _is_sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_lined = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
