"""Filling an archive with far more records than it holds: indexes that only order pages of them are made at the end.

A row goes into each of them at a place of its own, which touches a page each time; made all at once over the whole
table they cost a tenth. While they are missing everything is answered as ever, only lists in another order than that
of codes take their time. SQLite alone needs it: its pages are written anew with each batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from shicheng.base.db import atomic, give_way
from shicheng.holdings.models import Item

ORDERS: Final = ("item_title", "item_date", "item_fonds_date", "item_year_date", "item_tree")
_LEAST: Final = 5000  # records for which it is worth while
_TIMES: Final = 2  # as many as there are: a list that comes again, somewhat longer, brings few that are new
# An index is made in one transaction, for which others wait. At so many records that takes seconds.
_MOST: Final = 3_000_000


class Filling:
    """Room for records that are about to come; `count` tells how many came."""

    def __init__(self, coming: int, database: BaseDatabaseWrapper) -> None:
        self._database = database
        self._there = 0
        self.rests = False
        if database.vendor == "sqlite" and coming >= _LEAST:
            self._there = Item.objects.count()
            self.rests = coming >= _TIMES * self._there and self._there < _MOST
        if self.rests:
            with atomic(), database.cursor() as cursor:
                for name in ORDERS:
                    cursor.execute(f"DROP INDEX IF EXISTS {name}")

    def count(self, came: int) -> None:
        """Take note that so many more came."""
        self._there += came
        if self.rests and self._there >= _MOST:
            self.end()

    def end(self) -> None:
        """Make what is missing."""
        self.rests = False
        make_orders(self._database)


@contextmanager
def filling(coming: int) -> Iterator[Filling]:
    """Have so many new records come in within the block; to be called outside of transactions.

    If the process is killed meanwhile, who goes on with the block makes the indexes, and else the job
    `cataloguing.make_orders`.
    """
    begun = Filling(coming, connections["default"])
    try:
        yield begun
    finally:
        begun.end()


def missing_orders(database: BaseDatabaseWrapper | None = None) -> list[str]:
    """The indexes of items that are not there."""
    database = database or connections["default"]
    if database.vendor != "sqlite":
        return []
    with database.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s", [Item._meta.db_table])
        there = {row[0] for row in cursor.fetchall()}
    return [name for name in ORDERS if name not in there] if there else []  # else the table is still to be made


def make_orders(database: BaseDatabaseWrapper | None = None) -> int:
    """Make the indexes that are missing, each in a transaction of its own; returns how many there were. Safe twice."""
    database = database or connections["default"]
    missing = missing_orders(database)
    indexes = {index.name: index for index in Item._meta.indexes}
    for name in missing:
        statement = str(indexes[name].create_sql(Item, database.schema_editor()))
        with atomic(), database.cursor() as cursor:
            cursor.execute(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))
        give_way()
    return len(missing)
