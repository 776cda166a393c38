"""Transactions. The only place they are opened."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
_TURN: Final = 0.12  # seconds


@contextmanager
def atomic(*, durable: bool = False) -> Iterator[None]:
    """Open a short transaction that takes the write lock at once; slow work never belongs inside one."""
    with transaction.atomic(durable=durable):
        yield


def is_sqlite() -> bool:
    """Tell whether the database is the embedded one."""
    return connection.vendor == "sqlite"


@contextmanager
def writing_many_rows() -> Iterator[None]:
    """Give SQLite room for hundreds of thousands of rows in a table with many indexes, until the block ends.

    Rows come in an order that is not that of the indexes, so each batch touches most of their pages. With little room
    these go to the disk and come back several times in one transaction, and again after each to the database's file.
    """
    if not is_sqlite():
        yield
        return
    with connection.cursor() as cursor:
        before = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("cache_size", "wal_autocheckpoint")]
        cursor.execute("PRAGMA cache_size=-262144")  # KiB
        cursor.execute("PRAGMA wal_autocheckpoint=50000")  # pages
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size={before[0]}")
            cursor.execute(f"PRAGMA wal_autocheckpoint={before[1]}")
            cursor.execute("PRAGMA shrink_memory")


def give_way() -> None:
    """Let others write before the next of many batches: who waits for SQLite looks every 100 ms whether it is free."""
    if is_sqlite():
        time.sleep(_TURN)


def chunked(values: list[T], size: int) -> Iterator[list[T]]:
    """Cut a list into lists of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
