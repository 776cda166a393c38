"""Writing to one generation of the index, and reading the audit log into it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

from shicheng.audit import selectors as audit
from shicheng.audit.models import Entry
from shicheng.holdings import selectors as holdings
from shicheng.holdings.cataloguing import BATCH_EVENTS, ids_of_batch, makes_only_new
from shicheng.search.generations import Generation, Position, current_generation, share_lock
from shicheng.search.schema import open_index, write_document

ENTRIES: Final = 2000  # read at once
ITEMS: Final = 20_000  # at most about so many in one round
HEAP: Final = 128 << 20


def log_end() -> Position:
    """The end of the audit log now."""
    number = audit.head_position()
    return position_at(number) if number else Position()


def position_at(number: int) -> Position:
    """The position of an entry, with a hash that fits no entry if there is none."""
    found = audit.entries_after(number - 1, 1)
    if found and found[0].position == number:
        return Position(number, found[0].hash)
    return Position(number, "missing")


def is_of_this_log(position: Position) -> bool:
    """Tell whether the log has the very entry a position was taken at: not if the database is another one now."""
    return position.number == 0 or position_at(position.number) == position


def _items_of(entry: Entry) -> list[UUID]:
    """The items an entry is about: one, or those of a whole batch of a catalogue."""
    if entry.event in BATCH_EVENTS:
        return ids_of_batch(entry.details)
    if entry.subject_kind != "item":
        return []
    try:
        return [UUID(entry.subject_id)]
    except ValueError:
        return []  # an event about something that never was an item


class Session:
    """An opened writer. Everything it does may be done again: an item replaces what the index had of it."""

    def __init__(self, generation: Generation, *, heap: int = HEAP) -> None:
        self.generation = generation
        self.position = generation.position()
        self._pending = self.position
        self._uncommitted = 0
        self._known_to = audit.head_position()  # what was logged up to here may be in the index already
        self._handle = share_lock(generation.folder / "readers.lock")
        try:
            self._index = open_index(generation.files)
            self._writer = self._index.writer(heap, 1)
        except BaseException:
            self._let_go()
            raise

    def add(self, ids: Iterable[UUID]) -> int:
        """Add items that the index does not have yet; returns how many there were."""
        added = 0
        for document in holdings.index_documents(ids):
            self._writer.add_document(write_document(document))
            added += 1
        self._uncommitted += added
        return added

    def replace(self, ids: Iterable[UUID]) -> int:
        """Add items in place of what the index may have of them; returns how many there are."""
        listed = list(ids)
        for one in listed:
            self._writer.delete_documents_by_term("id", one.hex)
        self._uncommitted += len(listed)
        return self.add(listed)

    def read_log(self) -> tuple[int, int]:
        """Read the next entries of the log; returns the number of entries and of items indexed for them."""
        entries = audit.entries_after(self._pending.number, ENTRIES)
        if not entries:
            return 0, 0
        new: dict[UUID, None] = {}
        ids: dict[UUID, None] = {}
        read = entries[0]
        for entry in entries:
            is_new = entry.position > self._known_to and makes_only_new(entry.event, entry.details)
            (new if is_new else ids).update(dict.fromkeys(_items_of(entry)))
            read = entry
            if len(new) + len(ids) >= ITEMS:
                break
        # To look for every new item in every segment, only to find that it is not there, costs more than to add it.
        count = self.add(new) + self.replace(one for one in ids if one not in new)
        self._pending = Position(read.position, read.hash)
        return len(entries), count

    def all_is_known(self) -> None:
        """Take note that items were added from the database itself: all that was logged up to now may be among them."""
        self._known_to = audit.head_position()

    @property
    def uncommitted(self) -> int:
        """About how many changes wait to be committed."""
        return self._uncommitted

    def commit(self, position: Position | None = None) -> None:
        """Make what was added visible and durable, then remember the position it stands for."""
        if position is not None:
            self._pending = position
        if self._uncommitted:
            self._writer.commit()
            self._uncommitted = 0
        if self._pending != self.position or position is not None:
            self.generation.set_position(self._pending)
            self.position = self._pending

    def documents(self) -> int:
        """Number of items in the index as committed."""
        self._index.reload()
        return self._index.searcher().num_docs

    def is_in_use(self, index_path: Path) -> bool:
        """Tell whether searches are still answered from this generation, and nobody found it damaged."""
        return current_generation(index_path) == self.generation and not self.generation.is_marked_damaged

    def close(self, *, merge: bool = False) -> None:
        """Close the writer; what was not committed is dropped. `merge` waits for segments to be joined."""
        try:
            if merge:
                self._writer.wait_merging_threads()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        # The library gives its lock up when the writer is dropped, not before.
        self.__dict__.pop("_writer", None)
        self.__dict__.pop("_index", None)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
