"""Numbers of items kept up by triggers of the database, exact in the very transaction that changes an item.

Counting a million rows for a page takes seconds, and who changes items should not have to think of it. On SQLite one
writer at a time brings one row for each kind up to date. On PostgreSQL each statement adds rows of differences, so
that two transactions never wait for each other's numbers; `fold` puts them together from time to time.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from shicheng.base.db import atomic, is_sqlite
from shicheng.holdings.models import Item, Tally

KINDS: Final = ("fonds_id", "category", "year", "retention", "department", "secrecy", "openness")
_COLUMNS: Final = ", ".join((*KINDS, "has_files", "items", "files", "bytes"))
_SUMS: Final = "SUM(items) AS items, SUM(files) AS files, SUM(bytes) AS bytes"
_GROUPS: Final = ", ".join((*KINDS, "has_files"))


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
    if database.vendor == "sqlite":
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'holdings_tally_on_%'"
    else:
        query = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'holdings_tally_on_%' AND tgenabled <> 'D'"
    with database.cursor() as cursor:
        cursor.execute(query)
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
        f"CREATE TRIGGER holdings_tally_on_insert AFTER INSERT ON holdings_item BEGIN {begin('NEW')} "
        f"{change('NEW', '+')} END",
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
