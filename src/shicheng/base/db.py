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


def alone(what: str) -> None:
    """Let nobody else be at this point until the transaction ends, for what is looked for and made if it isn't there.

    To be called inside `atomic()`. On SQLite a transaction is alone anyway.
    """
    if not is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def is_sqlite() -> bool:
    """Tell whether the database is the embedded one."""
    return connection.vendor == "sqlite"


@contextmanager
def writing_many_rows() -> Iterator[None]:
    """Give SQLite room for hundreds of thousands of rows in a table with many indexes, until the block ends.

    Rows come in an order that is not that of the indexes, so each batch touches most of their pages. With little room
    these go to the disk and come back several times in one transaction, and again after each to the database's file.
    Nor does each batch wait for the disk: a power cut may take the last ones, with all they wrote, as if they had not
    been begun. Whoever uses this must be able to begin them again, and has to commit once more after the block.
    """
    if not is_sqlite():
        yield
        return
    with connection.cursor() as cursor:
        room = {"cache_size": "-262144", "wal_autocheckpoint": "50000", "synchronous": "NORMAL"}  # KiB, pages
        before = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in room}
        for name, value in room.items():
            cursor.execute(f"PRAGMA {name}={value}")
        try:
            yield
        finally:
            for name, value in before.items():
                cursor.execute(f"PRAGMA {name}={value}")
            cursor.execute("PRAGMA shrink_memory")


def give_way() -> None:
    """Let others write before the next of many batches: who waits for SQLite looks every 100 ms whether it is free."""
    if is_sqlite():
        time.sleep(_TURN)


def chunked(values: list[T], size: int) -> Iterator[list[T]]:
    """Cut a list into lists of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
