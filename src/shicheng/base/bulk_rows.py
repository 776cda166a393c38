"""Writing and reading many rows at once, quicker than models can: few large statements, or COPY on PostgreSQL."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, connections, models
from django.db.models import QuerySet

from shicheng.base.db import chunked, is_sqlite
from shicheng.kernel.plain_json import encode_json

_PLAIN = frozenset({str, int, type(None)})
_SQLITE_VALUES = 24_000  # in one statement; SQLite takes 32,766
_POSTGRESQL_VALUES = 20_000


@dataclass(frozen=True, slots=True)
class Forms:
    """How values are given to this database, and read from rows as they are."""

    id: Callable[[UUID], Any]
    date: Callable[[datetime.date | None], Any]
    moment: Callable[[datetime.datetime], Any]
    read_id: Callable[[Any], UUID]


def forms() -> Forms:
    """How values are given to the database in use; asked once for many rows."""
    if is_sqlite():
        return Forms(
            id=lambda value: value.hex,
            date=lambda value: None if value is None else value.isoformat(),
            # SQLite holds moments in UTC without saying so.
            moment=lambda value: str(value.astimezone(datetime.UTC).replace(tzinfo=None)),
            read_id=UUID,
        )
    return Forms(id=_same, date=_same, moment=_same, read_id=_same)


def _same(value: Any) -> Any:
    return value


def read_rows(query: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query of values as the database gives them: ids for `forms`, JSON as text."""
    sql, values = query.query.get_compiler(connection=connections[connection.alias]).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values were made with `forms`. To be called inside `atomic()`."""
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    if is_sqlite():
        # Not `executemany`: within one statement other threads may work, between two they fight for the turn. And not
        # by Django's cursor, which would look through thousands of placeholders.
        connection.ensure_connection()
        one = f"({', '.join('?' * len(columns))})"
        with connection.wrap_database_errors:
            for some in chunked(list(rows), _SQLITE_VALUES // len(columns)):
                connection.connection.execute(
                    f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(some))}",  # noqa: S608  # our names
                    [value for row in some for value in row],
                )
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def present(model: type[models.Model], column: str, values: Sequence[str]) -> set[str]:
    """Which of these texts stand in a column, asked in one query however many there are."""
    table, name = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(column)
    within = "IN (SELECT value FROM json_each(%s))" if is_sqlite() else "= ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {name} FROM {table} WHERE {name} {within}",  # noqa: S608  # our names
            [encode_json(values) if is_sqlite() else list(values)],
        )
        return {row[0] for row in cursor.fetchall()}


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
    """Update rows; the last value of each is the primary key. To be called inside `atomic()`.

    Of several rows for one key the last holds.
    """
    listed = list(rows)
    if not listed:
        return
    table, quote = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name
    key = quote(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        if is_sqlite():
            sets = ", ".join(f"{quote(column)} = %s" for column in columns)
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE {key} = %s", listed)  # noqa: S608  # our names
            return
        # Many in one statement: what a database does after each is done once.
        fields = {field.column: field for field in model._meta.concrete_fields}
        kinds = [_kind(fields[column]) for column in (*columns, str(model._meta.pk.column))]
        one = f"({', '.join(f'%s::{kind}' for kind in kinds)})"
        sets = ", ".join(f"{quote(column)} = given.{quote(column)}" for column in columns)
        names = ", ".join((*map(quote, columns), "given_key"))
        last = list({row[-1]: row for row in listed}.values())
        for some in chunked(last, _POSTGRESQL_VALUES // len(kinds)):
            cursor.execute(
                f"UPDATE {table} AS kept SET {sets} FROM (VALUES {', '.join([one] * len(some))}) "  # noqa: S608  # our names
                f"AS given ({names}) WHERE kept.{key} = given.given_key",
                [value for row in some for value in row],
            )


def _kind(field: models.Field[Any, Any]) -> str:
    """The type of a column's values on PostgreSQL; texts without their length, which a cast would cut them to."""
    return "text" if isinstance(field, models.CharField | models.TextField) else str(field.db_type(connection))
