"""Transactions. The only place they are opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction

T = TypeVar("T")


@contextmanager
def atomic(*, durable: bool = False) -> Iterator[None]:
    """Open a short transaction that takes the write lock at once; slow work never belongs inside one."""
    with transaction.atomic(durable=durable):
        yield


def is_sqlite() -> bool:
    """Tell whether the database is the embedded one."""
    return connection.vendor == "sqlite"


def chunked(values: list[T], size: int) -> Iterator[list[T]]:
    """Cut a list into lists of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
