"""Comparing one object, byte by byte, with its inventory."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Protocol

from shicheng.storage.errors import DamagedObject
from shicheng.storage.ocfl.inventory import INVENTORY, SIDECAR, Inventory
from shicheng.storage.ocfl.layout import OBJECT_MARK
from shicheng.storage.types import Damage, ObjectCheck, Problem


class ObjectReader(Protocol):
    """Reads one object's files, wherever they lie."""

    def names(self) -> set[str]:
        """Return every file below the object's root; raises `FileNotFoundError` without one."""

    def size(self, path: str) -> int:
        """Return the size of a file that `names` named."""

    def read(self, path: str) -> bytes:
        """Return a small file whole."""

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading."""

    def sha512(self, path: str, pace: Pace) -> str:
        """Hash a file."""


class Pace:
    """Keeps reading at or below a rate in bytes a second; None is no limit."""

    def __init__(self, rate: float | None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.rate = rate
        self._sleep = sleep
        self._due = time.monotonic()

    def spend(self, size: int) -> None:
        """Wait until `size` more bytes may have been read."""
        if not self.rate:
            return
        now = time.monotonic()
        # Time not used is not saved up, or a pause would be followed by a burst.
        self._due = max(self._due, now - 1.0) + size / self.rate
        if self._due > now:
            self._sleep(self._due - now)


def check_object(reader: ObjectReader, object_id: str, pace: Pace) -> ObjectCheck:
    """Verify every file of an object; problems of the disk are damages, never exceptions."""
    try:
        names = reader.names()
    except FileNotFoundError:
        return ObjectCheck(object_id, 0, 0, (Damage(object_id, INVENTORY, "missing"),))
    except OSError:
        return ObjectCheck(object_id, 0, 0, (Damage(object_id, INVENTORY, "unreadable"),))
    damages: list[Damage] = []
    seen = set(names)

    def report(path: str, problem: Problem) -> None:
        damages.append(Damage(object_id, path, problem))

    def small(path: str) -> bytes | None:
        """Read a file that must be there."""
        if path not in names:
            report(path, "missing")
            return None
        seen.discard(path)
        try:
            content = reader.read(path)
            pace.spend(len(content))
            return content
        except OSError:
            report(path, "unreadable")
            return None

    sound: tuple[bytes, bytes] | None = None

    def listed(folder: str) -> bytes | None:
        """Read an inventory that agrees with the file beside it."""
        nonlocal sound
        content, sidecar = small(folder + INVENTORY), small(folder + SIDECAR)
        if content is None or sidecar is None:
            return content
        # The newest version's pair is, byte for byte, the root's: found sound once, it need not be hashed again.
        if (content, sidecar) == sound:
            return content
        if sidecar.split() != [hashlib.sha512(content).hexdigest().encode(), INVENTORY.encode()]:
            report(folder + INVENTORY, "inventory")
            return None
        sound = content, sidecar
        return content

    mark = small(OBJECT_MARK[0])
    if mark is not None and mark != OBJECT_MARK[1]:
        report(OBJECT_MARK[0], "changed")
    root = listed("")
    inventory = _parse(root, object_id)
    if root is not None and inventory is None:
        report(INVENTORY, "inventory")
    numbers = sorted({int(head[1:]) for head in _version_folders(names)}, reverse=True)
    if inventory is None:
        # The versions keep copies: with one of them the rest of the object can still be compared.
        for number in numbers:
            copy = f"v{number}/{INVENTORY}"
            if copy in names and (inventory := _parse(_quietly(reader, copy), object_id)):
                break
    if inventory is not None:
        for number in range(1, inventory.head + 1):
            content = listed(f"v{number}/")
            if number == inventory.head and None not in (content, root) and content != root:
                report(f"v{number}/{INVENTORY}", "inventory")
        _compare(reader, inventory, names, seen, pace, report)
        for path in sorted(seen):
            report(path, "extra")
    digest = inventory.digest if inventory is not None and root is not None else ""
    return ObjectCheck(object_id, len(names), _total(reader, names), tuple(damages), digest)


def _compare(
    reader: ObjectReader,
    inventory: Inventory,
    names: set[str],
    seen: set[str],
    pace: Pace,
    report: Callable[[str, Problem], None],
) -> None:
    for digest, paths in inventory.manifest.items():
        for path in paths:
            if path not in names:
                report(path, "missing")
                continue
            seen.discard(path)
            try:
                if reader.sha512(path, pace) != digest:
                    report(path, "changed")
            except OSError:
                report(path, "unreadable")


def _parse(content: bytes | None, object_id: str) -> Inventory | None:
    if content is None:
        return None
    try:
        inventory = Inventory.parse(content)
    except DamagedObject:
        return None
    return inventory if inventory.object_id == object_id else None


def _quietly(reader: ObjectReader, path: str) -> bytes | None:
    try:
        return reader.read(path)
    except OSError:
        return None


def _total(reader: ObjectReader, names: set[str]) -> int:
    total = 0
    for path in names:
        with suppress(OSError):  # gone since: the damage was told already
            total += reader.size(path)
    return total


def _version_folders(names: set[str]) -> set[str]:
    heads = {path.partition("/")[0] for path in names if "/" in path}
    return {head for head in heads if head[:1] == "v" and head[1:].isascii() and head[1:].isdigit()}
