"""Carrying the tables: each as a whole, then read back and compared by count and digest.

A table of our own in the new database says what is in it. It is made before anything else, so that a database with
tables and without it is somebody's, and is never written to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.core.management import call_command
from django.db import connections

from shicheng.audit import triggers
from shicheng.kernel.digests import MultiHasher
from shicheng.kernel.messages import message as _
from shicheng.storage.errors import MoveRefused
from shicheng.storage.moving.sides import Side
from shicheng.storage.moving.types import CarriedTable, Progress
from shicheng.storage.moving.values import Row, Table, row_line

MARK: Final = "shicheng_move"
# What migrating says of itself; the moments at which it was done differ, and may.
OWN: Final = {"django_migrations", MARK}
_ALGORITHM: Final = "sm3"
_LOOK_EVERY: Final = 10_000
_HASHED_TOGETHER: Final = 1 << 20


class Mark:
    """What the new database says of the move that fills it."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def owner(self) -> str | None:
        """Return which move fills the database; "" if it is empty, None if it is somebody's."""
        names = self._side.names()
        if not names:
            return ""
        return self._told("move") if MARK in names else None

    def make(self, move_id: str) -> None:
        """Say, in an empty database, which move fills it."""
        self._side.ask(f"CREATE TABLE {MARK} (name varchar(200) PRIMARY KEY, value text NOT NULL)")
        self._tell("move", move_id)
        self._side.commit()

    @property
    def is_ready(self) -> bool:
        """Tell whether the tables are made and emptied."""
        return self._told("ready") == "yes"

    def set_ready(self) -> None:
        """The tables are made and emptied; to be committed by the caller."""
        self._tell("ready", "yes")

    def table(self, name: str) -> CarriedTable | None:
        """Return what was written into a table; None if nothing was."""
        told = self._told(f"table {name}")
        return None if told is None else CarriedTable(name, **json.loads(told))

    def set_table(self, table: CarriedTable) -> None:
        """Say what was written into a table; to be committed with it."""
        self._tell(f"table {table.name}", json.dumps({"rows": table.rows, "digest": table.digest}))

    def start_again(self) -> None:
        """Drop everything and forget what was done."""
        self._side.drop_all(but=MARK)
        self._side.ask(f"DELETE FROM {MARK} WHERE name <> ?", ("move",))  # noqa: S608  # our own name
        self._side.commit()

    def _told(self, name: str) -> str | None:
        rows = self._side.ask(f"SELECT value FROM {MARK} WHERE name = ?", (name,))  # noqa: S608  # our own name
        return str(rows[0][0]) if rows else None

    def _tell(self, name: str, value: str) -> None:
        self._side.ask(f"DELETE FROM {MARK} WHERE name = ?", (name,))  # noqa: S608  # our own name
        self._side.ask(f"INSERT INTO {MARK} (name, value) VALUES (?, ?)", (name, value))  # noqa: S608


class Filler:
    """Fills the new database from the old, which is held meanwhile. `alias` is Django's name for the new one."""

    def __init__(self, source: Side, target: Side, alias: str, tables: list[Table], on_progress: Progress) -> None:
        self._source, self._target, self._alias = source, target, alias
        self._tables = tables
        self._on_progress = on_progress
        self._mark = Mark(target)

    def run(self, move_id: str, rows: int) -> list[CarriedTable]:
        """Carry every table and compare both sides; goes on behind the last table of an earlier attempt."""
        if self._mark.owner() == "":
            self._mark.make(move_id)
        carried = self._carry_all(rows)
        if carried is None:
            # The archive was used since the attempt that was cut off: what it wrote is no longer all there is.
            self._mark.start_again()
            carried = self._carry_all(rows)
        assert carried is not None
        self._finish_numbers()
        self._compare(carried, rows)
        return carried

    def _carry_all(self, rows: int) -> list[CarriedTable] | None:
        if not self._mark.is_ready:
            self._make_tables()
        done = 0
        carried = []
        for table in self._tables:
            known = self._mark.table(table.name)
            one = self._read(table, self._source.rows(table), done, rows) if known else self._carry(table, done, rows)
            if known is not None and known != one:
                return None
            carried.append(one)
            done += one.rows
        return carried

    def _make_tables(self) -> None:
        self._target.commit()  # nothing of ours may keep the migrations waiting
        call_command("migrate", database=self._alias, interactive=False, verbosity=0)
        connections[self._alias].close()
        for table in reversed(self._tables):
            if not table.is_log:
                self._target.ask(f'DELETE FROM "{table.name}"')  # noqa: S608  # what migrating put there itself
        self._mark.set_ready()
        self._target.commit()

    def _carry(self, table: Table, done: int, rows: int) -> CarriedTable:
        digester = _Digester(table, lambda count: self._on_progress(done + count, rows, table.name))
        self._target.write(table, digester.through(self._source.rows(table)))
        one = digester.result()
        self._mark.set_table(one)
        self._target.commit()
        return one

    def _read(self, table: Table, found: Iterable[Row], done: int, rows: int) -> CarriedTable:
        digester = _Digester(table, lambda count: self._on_progress(done + count, rows, table.name))
        for _row in digester.through(found):
            pass
        return digester.result()

    def _finish_numbers(self) -> None:
        for table in self._tables:
            if table.counter:
                number = self._source.next_number(table)
                if number:
                    self._target.set_number(table, number)
        self._target.commit()

    def _compare(self, carried: list[CarriedTable], rows: int) -> None:
        done = 0
        for table, there in zip(self._tables, carried, strict=True):
            here = self._read(table, self._target.rows(table), done, rows)
            if here != there:
                raise MoveRefused(
                    _(
                        "The table %(table)s did not arrive whole: %(here)s rows of %(there)s, digest %(digest)s.",
                        table=table.name,
                        here=here.rows,
                        there=there.rows,
                        digest=here.digest,
                    ),
                    hint=_("Drop the new database, make it anew and start the move again."),
                )
            done += here.rows
        self._target.commit()
        if not triggers.is_installed(connections[self._alias]):
            raise MoveRefused(
                _("The new database would not keep the audit log from being changed: its triggers are missing."),
                hint=_("Drop the new database, make it anew and start the move again."),
            )
        connections[self._alias].check_constraints()
        connections[self._alias].close()


class _Digester:
    """Counts and hashes rows as they pass."""

    def __init__(self, table: Table, on_rows: Callable[[int], None]) -> None:
        self._table = table
        self._on_rows = on_rows
        self._hasher = MultiHasher((_ALGORITHM,))
        self._rows = 0

    def through(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows as they are."""
        line = row_line(self._table.columns)
        buffer = bytearray()
        for row in rows:
            buffer += line(row)
            if len(buffer) >= _HASHED_TOGETHER:
                self._hasher.update(bytes(buffer))
                buffer.clear()
            self._rows += 1
            if self._rows % _LOOK_EVERY == 0:
                self._on_rows(self._rows)
            yield row
        self._hasher.update(bytes(buffer))
        self._on_rows(self._rows)

    def result(self) -> CarriedTable:
        """What passed."""
        return CarriedTable(self._table.name, self._rows, self._hasher.hexdigests()[_ALGORITHM])
