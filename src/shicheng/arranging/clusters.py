"""Which loose files may belong together at all, in whatever pool: what is proposed never reaches beyond a cluster.

`grouping` looks at files together and says why some of them make one item. A year may have fifty thousand files, so
they are looked at in parts; a part holds whole clusters, and its proposals are those of the whole pool. A cluster may
be too wide, never too narrow. No database here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shicheng.arranging.grouping import (
    FORWARDING,
    LEAST,
    MOST_IN_FOLDER,
    REPLIES,
    ReadFile,
    after_annexes,
    find_named_annexes,
)
from shicheng.arranging.naming import read_name
from shicheng.arranging.types import LooseFile

_LONGEST: Final = 300  # signs of a path that name a cluster


@dataclass(frozen=True, slots=True)
class Clustered:
    """The cluster a file belongs to, named by its first path, and how many files came in its folder."""

    cluster: str
    crowd: int


def find_clusters(files: Callable[[], Iterable[LooseFile]]) -> dict[UUID, Clustered]:
    """Find the clusters of all files of a pool. `files` is asked twice; no text is kept between two files."""
    found = _Clusters()
    folders: dict[UUID, str] = {}
    first: dict[UUID, str] = {}
    annexes: dict[str, list[tuple[str, UUID]]] = defaultdict(list)  # what could be named as one, by folder
    speaking: set[UUID] = set()
    for one in files():
        read = ReadFile(one, read_name(one.path, one.text))
        folders[one.key], first[one.key] = read.named.folder, one.path
        for token in _tokens(read):
            found.join(one.key, token)
        if read.can_be_annex:
            annexes[read.named.folder].append((read.named.core, one.key))
        if read.is_text and "附件" in one.text:
            speaking.add(one.key)
    crowds = Counter(folders.values())
    for key, folder in folders.items():
        if folder and crowds[folder] <= MOST_IN_FOLDER:
            found.join(key, ("folder", folder))
    if speaking:
        named = {folder: find_named_annexes(listed) for folder, listed in annexes.items()}
        for one in files():
            if one.key in speaking and folders[one.key] in named:
                for other in named[folders[one.key]](after_annexes(one.text)):
                    found.join(one.key, other)
    names: dict[object, str] = {}
    for key, path in first.items():
        root = found.root(key)
        names[root] = min(names.get(root, path), path)
    return {key: Clustered(names[found.root(key)][:_LONGEST], crowds[folder]) for key, folder in folders.items()}


def cut_into_parts(sizes: Iterable[int], most: int) -> Iterator[tuple[int, int]]:
    """Cut clusters of these sizes, in their order, into parts of about `most` files: (place of the first, files).

    A cluster is cut only where it alone is wider than two parts.
    """
    start = held = 0
    for size in sizes:
        if held and held + size > most:
            yield start, held
            start, held = start + held, 0
        held += size
        while held > 2 * most:
            yield start, most
            start, held = start + most, held - most
    if held:
        yield start, held


class _Clusters:
    """Files and what they say, joined; a token nobody else has joins nothing."""

    def __init__(self) -> None:
        self._above: dict[object, object] = {}

    def root(self, one: object) -> object:
        above = self._above
        while (up := above.setdefault(one, one)) != one:
            above[one] = above[up]
            one = above[one]
        return one

    def join(self, one: object, other: object) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self._above[second] = first


def _tokens(read: ReadFile) -> Iterator[tuple[str, ...]]:
    """Everything two files may have in common, wherever they lie."""
    named = read.named
    if named.number:
        yield "number", named.number
    if len(named.core) >= LEAST:
        yield "core", named.core
    if named.page is not None:
        yield "pages", named.folder, named.core
    if read.file.digest:
        yield "digest", read.file.digest
    forwards = any(word in named.title for word in FORWARDING)
    replies = any(word in named.title for word in REPLIES)
    if forwards or replies:
        for title in named.quoted:
            yield "core", title
    if replies:
        for number in named.mentioned:
            yield "number", number
