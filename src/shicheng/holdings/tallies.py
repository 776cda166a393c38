"""Numbers of items kept up by triggers of the database, exact in the very transaction that changes an item.

Counting a million rows for a page takes seconds, and who changes items should not have to think of it. On SQLite one
writer at a time brings one row for each kind up to date. On PostgreSQL each statement adds rows of differences, so
that two transactions never wait for each other's numbers; `fold` puts them together from time to time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from shicheng.base.bulk_rows import insert_rows
from shicheng.base.db import atomic, is_sqlite
from shicheng.holdings.models import Item, Tally

KINDS: Final = ("fonds_id", "category", "year", "retention", "department", "secrecy", "openness")
_COLUMNS: Final = ", ".join((*KINDS, "has_files", "items", "files", "bytes"))
_SUMS: Final = "SUM(items) AS items, SUM(files) AS files, SUM(bytes) AS bytes"
_GROUPS: Final = ", ".join((*KINDS, "has_files"))
# A row with this id tells SQLite's trigger that who inserts brings the numbers too. It never outlives a transaction,
# and nobody else can write meanwhile. The trigger costs a tenth of a row of a catalogue.
_BROUGHT: Final = 0


def ensure(database: BaseDatabaseWrapper = connection) -> None:
    """Create the triggers if one is missing, and then count anew. Safe at any time, called after each migration.

    A migration that makes the table of items anew takes SQLite's triggers away with the old one.
    """
    names = set(database.introspection.table_names())
    if not {Item._meta.db_table, Tally._meta.db_table} <= names or _is_installed(database):
        return
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        if database.vendor != "sqlite":
            cursor.execute("LOCK TABLE holdings_item IN SHARE ROW EXCLUSIVE MODE")
        for statement in (*_drop(database.vendor), *_create(database.vendor)):
            cursor.execute(statement)
        cursor.execute("DELETE FROM holdings_tally")
        cursor.execute(
            f"INSERT INTO holdings_tally ({_COLUMNS}) SELECT {', '.join(KINDS)}, files_count > 0, COUNT(*), "  # noqa: S608  # fixed names
            f"SUM(files_count), SUM(bytes) FROM holdings_item GROUP BY {', '.join(KINDS)}, files_count > 0"
        )


@contextmanager
def bringing(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[None]:
    """Count new items without files here, all together, while the block inserts them. To be called inside `atomic()`.

    `rows` are the very rows the block inserts, in the form of the database. What a database counts by statements
    anyway is left to it.
    """
    if not is_sqlite():
        yield
        return
    places = [columns.index(kind) for kind in KINDS]
    kinds = Counter(tuple(row[place] for place in places) for row in rows)
    Tally(_BROUGHT, fonds_id=UUID(int=0), has_files=False, items=0, files=0, bytes=0).save(force_insert=True)
    yield
    Tally.objects.filter(pk=_BROUGHT).delete()
    same = " AND ".join(f"{kind} IS %s" for kind in KINDS)
    more = f"UPDATE holdings_tally SET items = items + %s WHERE {same} AND has_files IS 0"  # noqa: S608  # fixed names
    fresh = []
    with connection.cursor() as cursor:
        for kind, items in kinds.items():
            cursor.execute(more, [items, *kind])
            if not cursor.rowcount:
                fresh.append((*kind, 0, items, 0, 0))
    insert_rows(Tally, (*KINDS, "has_files", "items", "files", "bytes"), fresh)


def fold(*, least: int = 1) -> int:
    """Put rows of the same kind together and return how many fewer there are; sums stay what they were.

    On PostgreSQL nothing is done for fewer than `least` rows. Safe at any time and twice.
    """
    if is_sqlite():
        with atomic():
            return Tally.objects.filter(items=0, files=0, bytes=0).delete()[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT COUNT(*) FROM holdings_tally) - COUNT(*) FROM "  # noqa: S608  # fixed names
            f"(SELECT 1 FROM holdings_tally GROUP BY {_GROUPS} HAVING SUM(items) <> 0 OR SUM(files) <> 0) AS kinds"
        )
        (spare,) = cursor.fetchone()
        if spare < least:
            return 0
        with atomic():
            # Rows written meanwhile by others can't be seen here and stay; another folding waits.
            cursor.execute("LOCK TABLE holdings_tally IN SHARE UPDATE EXCLUSIVE MODE")
            cursor.execute("SELECT array_agg(id) FROM holdings_tally")
            (ids,) = cursor.fetchone()
            folded = list(_folded(cursor, ids))
            cursor.execute("DELETE FROM holdings_tally WHERE id = ANY(%s)", [ids])
            Tally.objects.bulk_create([Tally(**row) for row in folded], batch_size=500)
            return len(ids) - len(folded)


def _folded(cursor: Any, ids: list[int]) -> Any:
    cursor.execute(
        f"SELECT {_GROUPS}, {_SUMS} FROM holdings_tally WHERE id = ANY(%s) GROUP BY {_GROUPS} "  # noqa: S608  # fixed names
        "HAVING SUM(items) <> 0 OR SUM(files) <> 0 OR SUM(bytes) <> 0",
        [ids],
    )
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield dict(zip(names, row, strict=True))


def _is_installed(database: BaseDatabaseWrapper) -> bool:
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'holdings_tally_on_%'")
            return {row[0] for row in cursor.fetchall()} == set(_for_sqlite())
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'holdings_tally_on_%' AND tgenabled <> 'D'")
        return bool(cursor.fetchone()[0] == 3)


def _drop(vendor: str) -> list[str]:
    table = "" if vendor == "sqlite" else " ON holdings_item"
    return [f"DROP TRIGGER IF EXISTS holdings_tally_on_{what}{table}" for what in ("insert", "update", "delete")]


def _create(vendor: str) -> list[str]:
    return _for_sqlite() if vendor == "sqlite" else _for_postgresql()


def _for_sqlite() -> list[str]:
    def same(row: str) -> str:
        return " AND ".join([*(f"{name} IS {row}.{name}" for name in KINDS), f"has_files IS ({row}.files_count > 0)"])

    def change(row: str, sign: str) -> str:
        return (
            f"UPDATE holdings_tally SET items = items {sign} 1, files = files {sign} {row}.files_count, "  # noqa: S608  # fixed names
            f"bytes = bytes {sign} {row}.bytes WHERE {same(row)};"
        )

    def begin(row: str) -> str:
        return (
            f"INSERT INTO holdings_tally ({_COLUMNS}) SELECT {', '.join(f'{row}.{name}' for name in KINDS)}, "  # noqa: S608  # fixed names
            f"{row}.files_count > 0, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM holdings_tally WHERE {same(row)});"
        )

    watched = (*KINDS, "files_count", "bytes")
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in watched)
    return [
        "CREATE TRIGGER holdings_tally_on_insert AFTER INSERT ON holdings_item "  # noqa: S608  # fixed names
        f"WHEN NOT EXISTS (SELECT 1 FROM holdings_tally WHERE id = {_BROUGHT}) "
        f"BEGIN {begin('NEW')} {change('NEW', '+')} END",
        f"CREATE TRIGGER holdings_tally_on_update AFTER UPDATE OF {', '.join(watched)} ON holdings_item "
        f"WHEN {differs} BEGIN {change('OLD', '-')} {begin('NEW')} {change('NEW', '+')} END",
        f"CREATE TRIGGER holdings_tally_on_delete AFTER DELETE ON holdings_item BEGIN {change('OLD', '-')} END",
    ]


def _for_postgresql() -> list[str]:
    def rows(table: str, sign: str) -> str:
        return (
            f"SELECT {', '.join(KINDS)}, files_count > 0 AS has_files, {sign}1 AS items, "  # noqa: S608  # fixed names
            f"{sign}files_count AS files, {sign}bytes AS bytes FROM {table}"
        )

    def function(name: str, source: str) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608  # fixed names
            f"INSERT INTO holdings_tally ({_COLUMNS}) SELECT {_GROUPS}, {_SUMS} FROM ({source}) AS changed "
            f"GROUP BY {_GROUPS} HAVING SUM(items) <> 0 OR SUM(files) <> 0 OR SUM(bytes) <> 0; RETURN NULL; END $$"
        )

    def trigger(what: str, tables: str) -> str:
        return (
            f"CREATE TRIGGER holdings_tally_on_{what} AFTER {what.upper()} ON holdings_item REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION holdings_tally_{what}()"
        )

    added, removed = rows("added", ""), rows("removed", "-")
    return [
        function("holdings_tally_insert", added),
        function("holdings_tally_update", f"{added} UNION ALL {removed}"),
        function("holdings_tally_delete", removed),
        trigger("insert", "NEW TABLE AS added"),
        trigger("update", "OLD TABLE AS removed NEW TABLE AS added"),
        trigger("delete", "OLD TABLE AS removed"),
    ]
