"""Making the index anew beside the old one."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from shicheng.holdings import selectors as holdings
from shicheng.kernel.messages import message as _
from shicheng.people.services import SYSTEM
from shicheng.search.errors import IndexBusy
from shicheng.search.generations import (
    Generation,
    Lock,
    building_lock,
    new_generation,
    remove_unused,
    use_generation,
)
from shicheng.search.schema import make_index
from shicheng.search.writing import Session, log_end

_AT_ONCE: Final = 1000
_HEAP: Final = 256 << 20


class Progress(Protocol):
    """Told how far the work is; may raise to stop it."""

    def __call__(self, done: int, total: int | None = None, note: str = "") -> object:
        """Take note."""


def _silent(done: int, total: int | None = None, note: str = "") -> None:
    pass


def rebuild_index(index_path: Path, progress: Progress = _silent) -> int:
    """Make a new index from the database and swap it in; returns the number of items in it.

    Searches are answered from the old one until the moment of the swap. What is registered meanwhile is
    read from the audit log before the swap and, by whoever follows the log, after it. A crash leaves the
    old index in use. Raises `IndexBusy` if the index is being made anew already.
    """
    lock = building_lock(index_path)
    if not lock.try_take():
        raise IndexBusy(
            _("The search index is being made anew already."),
            hint=_("Wait until that is done; there is no need to start again."),
        )
    try:
        count = build(index_path, lock, progress)
    finally:
        lock.release()
    # In case nobody else follows the log.
    from shicheng.search.follower import follow_once

    follow_once(index_path)
    return count


def build(index_path: Path, lock: Lock, progress: Progress) -> int:
    """Make and swap in a new generation; the caller holds the building lock."""
    assert lock.held
    remove_unused(index_path)
    generation = new_generation(index_path)
    try:
        count = _fill(generation, progress)
        use_generation(index_path, generation)
    except BaseException:
        shutil.rmtree(generation.folder, ignore_errors=True)
        raise
    remove_unused(index_path)
    return count


def _fill(generation: Generation, progress: Progress) -> int:
    start = log_end()  # taken before the items are listed, so that none falls between
    make_index(generation.files)
    session = Session(generation, heap=_HEAP)
    try:
        total = holdings.items(SYSTEM).count()
        done = 0
        progress(0, total)
        ids = iter(holdings.all_item_ids())
        while part := list(islice(ids, _AT_ONCE)):
            done += session.add(part)
            progress(done, max(total, done))
        session.all_is_known()
        session.commit(start)
        while any(session.read_log()):
            session.commit()
        count = session.documents()
        session.close(merge=True)
    finally:
        session.close()
    return count
