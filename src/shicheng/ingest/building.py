"""Building items into the store in children, while the parent writes the rows of those before."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from shicheng.holdings.types import NewItem
from shicheng.ingest.archival_package import ContentFile, Provenance, build
from shicheng.ingest.inspections import NotedInspections, noted
from shicheng.kernel.processes import collect_seldom, die_with_parent
from shicheng.packages.types import PackageItem
from shicheng.storage.ports import Store
from shicheng.storage.types import StoredObject

AHEAD = 2  # batches in hand of each child


@dataclass(frozen=True, slots=True)
class Assembly:
    """All that is needed to build one item, without open files: it travels to a child."""

    id: UUID
    item: PackageItem
    contents: tuple[ContentFile, ...]
    findings: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Built:
    """A batch that is durable in the store and waits for its rows."""

    items: list[NewItem]
    stored: list[StoredObject]


class _Child:
    """What a child keeps between batches."""

    store: ClassVar[Store]
    provenance: ClassVar[Provenance]
    notes: ClassVar[NotedInspections | None]
    open_notes: ClassVar[ExitStack]  # keeps them open as long as the child lives


@contextmanager
def builders(
    store: Store, provenance: Provenance, staged: Path, *, workers: int
) -> Iterator[Callable[[Iterable[list[Assembly]]], Iterator[Built]]]:
    """Give a function that builds batches side by side and yields them, in order, when they are durable."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(os.getpid(), store, provenance, staged))

    def run(batches: Iterable[list[Assembly]]) -> Iterator[Built]:
        waiting: deque[Future[Built]] = deque()
        for batch in batches:
            waiting.append(pool.submit(_build_batch, batch))
            if len(waiting) >= workers * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    try:
        yield run
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def build_here(store: Store, provenance: Provenance, staged: Path, batch: list[Assembly]) -> Built:
    """Build one batch in this process: for batches too small to be worth a child."""
    with noted(staged) as notes:
        return _build(store, provenance, notes, batch)


def without_open_files(item: PackageItem) -> PackageItem:
    """The item without what says how to open its files."""
    return replace(item, files=[replace(listed, file=None) for listed in item.files])


def _start(parent: int, store: Store, provenance: Provenance, staged: Path) -> None:
    die_with_parent(parent)
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    _Child.store, _Child.provenance, _Child.open_notes = store, provenance, ExitStack()
    _Child.notes = _Child.open_notes.enter_context(noted(staged))


def _build_batch(batch: list[Assembly]) -> Built:
    return _build(_Child.store, _Child.provenance, _Child.notes, batch)


def _build(store: Store, provenance: Provenance, notes: NotedInspections | None, batch: list[Assembly]) -> Built:
    built = [_build_one(one, provenance, notes) for one in batch]
    return Built([item for _draft, item in built], store.put_objects([draft for draft, _item in built]))


def _build_one(one: Assembly, provenance: Provenance, notes: NotedInspections | None) -> Any:
    contents = [
        replace(content, inspection=notes.find(content.path)) if notes is not None else content
        for content in one.contents
    ]
    return build(identifier=one.id, item=one.item, contents=contents, provenance=provenance, findings=one.findings)
