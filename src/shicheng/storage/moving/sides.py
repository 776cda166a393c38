"""The two databases of a move, each read and written without Django between: rows by the million, in plain form."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from shicheng.kernel.messages import message as _
from shicheng.settings import Settings
from shicheng.storage.errors import MoveRefused
from shicheng.storage.moving.types import shown
from shicheng.storage.moving.values import Column, Row, Table, plain_moment

_TOGETHER: Final = 2000  # rows

_READ: Final = {
    "uuid": "replace({0}::text, '-', '')",
    "moment": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    "date": "to_char({0}, 'YYYY-MM-DD')",
    "boolean": "{0}::int",
    "json": "{0}::text",
    "duration": "(extract(epoch FROM {0}) * 1000000)::bigint",
}


class Side(Protocol):
    """One database."""

    def hold(self, tables: Sequence[Table]) -> None:
        """Keep everybody from writing until this side is closed; what is read is one moment."""

    def names(self) -> set[str]:
        """The names of all tables."""

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows in the order of their keys, in plain form."""

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        """Insert rows in plain form; to be committed by the caller."""

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run a statement with `?` for values."""

    def next_number(self, table: Table) -> int:
        """The last number given out for a table that numbers its rows."""

    def set_number(self, table: Table, number: int) -> None:
        """Let the numbers of a table go on behind `number`."""

    def strangers(self, ours: set[int]) -> int:
        """How many others are connected."""

    def drop_all(self, but: str) -> None:
        """Drop every table but one."""

    def commit(self) -> None:
        """End the transaction."""

    def close(self) -> None:
        """End the connection; what was not committed is gone."""


def open_side(settings: Settings, path: Path | None = None) -> Side:
    """Open the database the settings name; an SQLite file elsewhere if `path` names it."""
    if not settings.database or path is not None:
        return SqliteSide(path or settings.database_path)
    return PostgresqlSide(settings.database)


class SqliteSide:
    """A database in a file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=60, isolation_level=None)

    def hold(self, tables: Sequence[Table]) -> None:
        """See `Side`."""
        self._connection.execute("BEGIN IMMEDIATE")

    def names(self) -> set[str]:
        """See `Side`."""
        found = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found if not name.startswith("sqlite_")}

    def rows(self, table: Table) -> Iterator[Row]:
        """See `Side`."""
        names = ", ".join(_quoted(column.name) for column in table.columns)
        statement = f"SELECT {names} FROM {_quoted(table.name)} ORDER BY {_quoted(table.key.name)}"  # noqa: S608
        moments = _places(table, "moment")
        for row in self._connection.execute(statement):
            yield _with_moments(row, moments)

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        """See `Side`."""
        names = ", ".join(_quoted(column.name) for column in table.columns)
        marks = ", ".join("?" * len(table.columns))
        documents = _places(table, "json")
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        found = self._connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table.name,)
        )
        # What triggers write is carried as it is, and must not be written twice.
        triggers = found.fetchall()
        for name, _sql in triggers:
            self._connection.execute(f"DROP TRIGGER {_quoted(name)}")
        self._connection.executemany(
            f"INSERT INTO {_quoted(table.name)} ({names}) VALUES ({marks})",  # noqa: S608  # names of our models
            (_with_documents(row, documents) for row in rows),
        )
        for _name, sql in triggers:
            self._connection.execute(sql)

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """See `Side`."""
        if not self._connection.in_transaction and not statement.startswith("SELECT"):
            self._connection.execute("BEGIN IMMEDIATE")
        return self._connection.execute(statement, tuple(values)).fetchall()

    def next_number(self, table: Table) -> int:
        """See `Side`."""
        if not self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
            return 0
        found = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).fetchone()
        return int(found[0]) if found else 0

    def set_number(self, table: Table, number: int) -> None:
        """See `Side`."""
        self.ask("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
        self.ask("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, number))

    def strangers(self, ours: set[int]) -> int:
        """Locks on the file itself keep others out."""
        return 0

    def drop_all(self, but: str) -> None:
        """See `Side`."""
        for name in self.names() - {but}:
            self.ask(f"DROP TABLE {_quoted(name)}")

    def commit(self) -> None:
        """See `Side`; foreign keys are looked at as PostgreSQL does by itself."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """See `Side`."""
        self._connection.close()


class PostgresqlSide:
    """A database on a server."""

    def __init__(self, address: str) -> None:
        with _reachable(address):
            import psycopg

            self._connection = psycopg.connect(address, connect_timeout=10)
        self._count = 0

    def hold(self, tables: Sequence[Table]) -> None:
        """See `Side`."""
        from psycopg import IsolationLevel

        self._connection.commit()
        self._connection.isolation_level = IsolationLevel.REPEATABLE_READ
        present = self.names()
        named = ", ".join(_quoted(table.name) for table in tables if table.name in present)
        self._connection.commit()
        self._connection.execute(f"LOCK TABLE {named} IN EXCLUSIVE MODE".encode())

    def names(self) -> set[str]:
        """See `Side`."""
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        return {str(name) for (name,) in self._connection.execute(query)}

    def rows(self, table: Table) -> Iterator[Row]:
        """See `Side`; sorted by bytes, as SQLite does."""
        names = ", ".join(_READ.get(column.kind, "{0}").format(_quoted(column.name)) for column in table.columns)
        order = _quoted(table.key.name) + (' COLLATE "C"' if table.key.kind == "text" else "")
        statement = f"SELECT {names} FROM {_quoted(table.name)} ORDER BY {order}"  # noqa: S608  # names of our models
        moments = _places(table, "moment")
        self._count += 1
        with self._connection.cursor(name=f"move_{self._count}") as cursor:
            cursor.itersize = _TOGETHER
            for row in cursor.execute(statement.encode()):
                yield _with_moments(row, moments)

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        """See `Side`."""
        names = ", ".join(_quoted(column.name) for column in table.columns)
        convert = _to_postgresql(table.columns)
        # What triggers write is carried as it is, and must not be written twice.
        self.ask(f"ALTER TABLE {_quoted(table.name)} DISABLE TRIGGER USER")
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {_quoted(table.name)} ({names}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(convert(row))
        self.ask("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be altered
        self.ask(f"ALTER TABLE {_quoted(table.name)} ENABLE TRIGGER USER")

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """See `Side`."""
        cursor = self._connection.execute(statement.replace("?", "%s").encode(), tuple(values) or None)
        return cursor.fetchall() if cursor.description else []

    def next_number(self, table: Table) -> int:
        """See `Side`."""
        sequence = self._sequence(table)
        [(last, called)] = self.ask(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608  # from the catalogue
        return int(last) if called else 0

    def set_number(self, table: Table, number: int) -> None:
        """See `Side`."""
        self.ask("SELECT setval(?::regclass, ?)", (self._sequence(table), number))

    def strangers(self, ours: set[int]) -> int:
        """See `Side`."""
        mine = [*ours, self._connection.info.backend_pid]
        [(count,)] = self.ask(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND NOT pid = ANY(?)",
            (mine,),
        )
        self._connection.commit()
        return int(count)

    def drop_all(self, but: str) -> None:
        """See `Side`."""
        for name in self.names() - {but}:
            self.ask(f"DROP TABLE {_quoted(name)} CASCADE")

    def commit(self) -> None:
        """See `Side`."""
        self._connection.commit()

    def close(self) -> None:
        """See `Side`."""
        self._connection.close()

    def _sequence(self, table: Table) -> str:
        [(name,)] = self.ask("SELECT pg_get_serial_sequence(?, ?)", (_quoted(table.name), table.counter))
        return str(name)


@contextmanager
def _reachable(address: str) -> Iterator[None]:
    try:
        import psycopg
    except ImportError as error:
        raise MoveRefused(
            _("PostgreSQL can't be used, because psycopg is not installed."),
            hint=_("Install Shicheng with the extra “postgres”."),
        ) from error
    try:
        yield
    except psycopg.Error as error:
        text = str(error).strip()
        raise MoveRefused(
            _(
                "The database %(address)s does not answer: %(reason)s.",
                address=shown(address),
                reason=text.splitlines()[-1] if text else type(error).__name__,
            ),
            hint=_("See that it runs, that the database is made and the address is right, then start the move again."),
        ) from error


def _to_postgresql(columns: Sequence[Column]) -> Any:
    moments = [place for place, column in enumerate(columns) if column.kind == "moment"]
    booleans = [place for place, column in enumerate(columns) if column.kind == "boolean"]
    durations = [place for place, column in enumerate(columns) if column.kind == "duration"]

    def convert(row: Row) -> list[Any]:
        values = list(row)
        for place in moments:
            if values[place] is not None:
                values[place] += "+00"
        for place in booleans:
            if values[place] is not None:
                values[place] = "t" if values[place] else "f"
        for place in durations:
            if values[place] is not None:
                values[place] = f"{values[place]} microseconds"
        return values

    return convert


def _places(table: Table, kind: str) -> list[int]:
    return [place for place, column in enumerate(table.columns) if column.kind == kind]


def _with_moments(row: Row, places: list[int]) -> Row:
    if not places:
        return row
    values = list(row)
    for place in places:
        values[place] = plain_moment(values[place])
    return tuple(values)


def _with_documents(row: Row, places: list[int]) -> Row:
    """JSON as this program writes it to SQLite: PostgreSQL gives it back with spaces and in another order."""
    if not places:
        return row
    values = list(row)
    for place in places:
        if values[place] is not None:
            values[place] = json.dumps(json.loads(values[place]))
    return tuple(values)


def _quoted(name: str) -> str:
    return f'"{name}"'
