"""Writing many rows at once, quicker than models can: one statement prepared once, or COPY on PostgreSQL."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, connections, models

from shicheng.base.db import chunked, is_sqlite

as_json: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value for a JSON column."""


_PLAIN = frozenset({str, int, type(None)})
_SQLITE_VALUES = 24_000  # in one statement; SQLite takes 32,766


@dataclass(frozen=True, slots=True)
class Forms:
    """How values are given to this database."""

    id: Callable[[UUID], Any]
    date: Callable[[datetime.date | None], Any]
    moment: Callable[[datetime.datetime], Any]


def forms() -> Forms:
    """How values are given to the database in use; asked once for many rows."""
    if is_sqlite():
        return Forms(
            id=lambda value: value.hex,
            date=lambda value: None if value is None else value.isoformat(),
            # SQLite holds moments in UTC without saying so.
            moment=lambda value: str(value.astimezone(datetime.UTC).replace(tzinfo=None)),
        )
    return Forms(id=lambda value: value, date=lambda value: value, moment=lambda value: value)


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values were made with `forms`. To be called inside `atomic()`."""
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if is_sqlite():
            # Not `executemany`: within one statement other threads may work, between two they fight for the turn.
            one = f"({', '.join(['%s'] * len(columns))})"
            for some in chunked(list(rows), _SQLITE_VALUES // len(columns)):
                cursor.execute(
                    f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(some))}",  # noqa: S608  # our names
                    [value for row in some for value in row],
                )
            return
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def insert_objects(objects: Sequence[models.Model]) -> None:
    """Insert new objects of one model, several times quicker than `bulk_create`. To be called inside `atomic()`.

    As there, nothing is read back and no signals are sent; primary keys must be set.
    """
    if not objects:
        return
    fields = objects[0]._meta.concrete_fields
    writers = [_writer(field) for field in fields]
    insert_rows(
        type(objects[0]),
        [str(field.column) for field in fields],
        ([write(getattr(one, name)) for name, write in writers] for one in objects),
    )


def _writer(field: models.Field[Any, Any]) -> tuple[str, Callable[[Any], Any]]:
    """The attribute of a field, and what makes a value of it one for the database in use."""
    real = connections[connection.alias]  # the proxy asks for the thread's connection for every single value
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(kind, models.UUIDField) and is_sqlite():
        return field.attname, lambda value: None if value is None else value.hex
    if not isinstance(kind, models.CharField | models.TextField | models.IntegerField):
        return field.attname, lambda value: field.get_db_prep_save(value, real)
    return field.attname, lambda value: value if type(value) in _PLAIN else field.get_db_prep_save(value, real)


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Update rows; the last value of each is the primary key. To be called inside `atomic()`."""
    table = connection.ops.quote_name(model._meta.db_table)
    json_columns = {field.column for field in model._meta.concrete_fields if isinstance(field, models.JSONField)}
    cast = "" if is_sqlite() else "::jsonb"
    sets = ", ".join(
        f"{connection.ops.quote_name(column)} = %s{cast if column in json_columns else ''}" for column in columns
    )
    key = connection.ops.quote_name(str(model._meta.pk.column))
    listed = list(rows)
    if listed:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE {key} = %s", listed)  # noqa: S608  # our names
