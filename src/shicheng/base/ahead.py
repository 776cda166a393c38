"""Making what is needed next while what was made is being used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def made_ahead(things: Iterable[T]) -> Iterator[T]:
    """Yield the things while a thread makes the next one; what making raises is raised in its place.

    Worth it where whoever uses them waits outside of Python: for a database, a disk, a compressor. Making them must
    not ask the database: the thread's connection would be another one.
    """
    maker = iter(things)
    with ThreadPoolExecutor(1, thread_name_prefix="made-ahead") as pool:
        coming = pool.submit(_next, maker)
        while made := coming.result():
            coming = pool.submit(_next, maker)
            yield from made


def _next(maker: Iterator[T]) -> list[T]:
    return list(islice(maker, 1))
