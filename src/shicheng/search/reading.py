"""Readers of the index: opened once in a process, fresh at each search, following the pointer to new generations."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import tantivy

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.search.errors import IndexUnusable
from shicheng.search.generations import Generation, current_generation, share_lock
from shicheng.search.schema import open_index


@dataclass(frozen=True, slots=True)
class Opened:
    """A searcher, the generation it reads, and a value that is another after each commit."""

    searcher: tantivy.Searcher
    generation: Generation
    state: object


class _Reader:
    """An opened generation; the lock it shares keeps the generation from being removed."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self._handle = share_lock(generation.folder / "readers.lock")
        try:
            self._index = open_index(generation.files)
        except BaseException:
            self.close()
            raise
        self._mark: object = None

    def open(self) -> Opened:
        """A searcher that sees every commit made until now."""
        mark = _mark(self.generation.files / "meta.json")
        if mark != self._mark:
            self._index.reload()
            self._mark = mark
        return Opened(self._index.searcher(), self.generation, (self.generation.folder, mark))

    def close(self) -> None:
        """Let the generation go; searches under way go on with the files they have open."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


_readers: dict[Path, tuple[object, _Reader]] = {}
_guard = threading.Lock()


def searcher_of(index_path: Path) -> Opened:
    """A searcher of the generation in use; raises `IndexUnusable` if there is none that can be read."""
    with _guard:
        for _attempt in range(3):
            mark = _mark(index_path / "pointer.json")
            known = _readers.get(index_path)
            if known is not None and known[0] == mark:
                reader = known[1]
            else:
                if known is not None:
                    del _readers[index_path]
                    known[1].close()
                generation = current_generation(index_path)
                if generation is None:
                    raise IndexUnusable(_("There is no search index yet."), hint=_hint())
                if not generation.is_current_version:
                    raise IndexUnusable(_("The search index was made by another version of Shicheng."), hint=_hint())
                try:
                    reader = _Reader(generation)
                except Exception as error:
                    if current_generation(index_path) != generation:
                        continue  # swapped and removed in this very moment
                    generation.mark_damaged()
                    raise _damaged() from error
                _readers[index_path] = (mark, reader)
            try:
                return reader.open()
            except Exception as error:
                _readers.pop(index_path, None)
                reader.close()
                if current_generation(index_path) != reader.generation:
                    continue
                reader.generation.mark_damaged()
                raise _damaged() from error
        raise _damaged()


def forget_readers() -> None:
    """Close every reader of this process."""
    with _guard:
        for _mark_seen, reader in _readers.values():
            reader.close()
        _readers.clear()


def is_panic(error: BaseException) -> bool:
    """Tell whether the index library gave up on what it read; its panics are no ordinary exceptions."""
    return type(error).__name__ == "PanicException"


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _damaged() -> IndexUnusable:
    return IndexUnusable(_("The search index is damaged."), hint=_hint())


def _hint() -> Message:
    return _("It is made anew by itself while a worker runs; `shicheng reindex` does it at once. Then search again.")
