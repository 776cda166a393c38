"""The folder of renditions: each lies under the digest of the file it was drawn from, the longest unused goes first."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shicheng.kernel.identifiers import new_id
from shicheng.settings.types import Settings

FAILED = ".failed.json"
_LEFTOVER_SECONDS = 86_400.0  # after so long a half-made rendition belongs to a process that died
_TOUCH_SECONDS = 3_600.0
_DOWN_TO = 0.9  # of the bound, so that the next rendition does not start the next cleaning


@dataclass(frozen=True, slots=True)
class Tidied:
    """What a cleaning found, took away, and left, in files and bytes."""

    files: int
    bytes: int
    removed: int
    freed: int


def folder(settings: Settings) -> Path:
    """Where all renditions lie."""
    return settings.cache_path / "renditions"


def scratch(settings: Settings) -> Path:
    """Where programs keep what they need for a moment."""
    path = settings.cache_path / "scratch"
    path.mkdir(parents=True, exist_ok=True)
    return path


def place(sha512: str, name: str, settings: Settings) -> Path:
    """Where the rendition `name` of the file with this digest lies, or would lie."""
    return folder(settings) / sha512[:2] / f"{sha512}-{name}"


def is_there(path: Path) -> bool:
    """Tell whether a rendition is there, and note that it was used."""
    try:
        used = path.stat().st_mtime
    except FileNotFoundError:
        return False
    if time.time() - used > _TOUCH_SECONDS:
        try:
            os.utime(path)
        except OSError:  # taken away this moment
            return path.exists()
    return True


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """Give a file to write to; it takes its place as a whole once the block ends well, or leaves nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.parent / f".{new_id()}.part"
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def tidy(settings: Settings, *, watch: Callable[[], None] = lambda: None) -> Tidied:
    """Take away what dead processes left, then the longest unused renditions until the rest is within the bound.

    Safe twice and beside readers: what is open stays readable, what is missing is drawn again.
    """
    now = time.time()
    found: list[tuple[float, int, Path]] = []
    removed = freed = 0
    for path in _files(settings):
        watch()
        try:
            known = path.stat()
        except FileNotFoundError:
            continue
        size = known.st_blocks * 512
        if path.name.startswith(".") or path.name.endswith(FAILED):
            if now - known.st_mtime > _LEFTOVER_SECONDS:
                removed, freed = removed + 1, freed + _remove(path, size)
            continue
        found.append((known.st_mtime, size, path))
    for path in scratch(settings).iterdir():
        if now - path.lstat().st_mtime > _LEFTOVER_SECONDS:
            removed += 1
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    total = sum(size for _used, size, _path in found)
    if total > settings.cache_bytes:
        found.sort()
        for _used, size, path in found:
            if total <= settings.cache_bytes * _DOWN_TO:
                break
            watch()
            total -= size
            removed, freed = removed + 1, freed + _remove(path, size)
    return Tidied(files=len(found), bytes=total, removed=removed, freed=freed)


def _files(settings: Settings) -> Iterator[Path]:
    yield from settings.cache_path.glob(".*.fetched")
    for place_, _folders, names in os.walk(folder(settings)):
        yield from (Path(place_) / name for name in names)


def _remove(path: Path, size: int) -> int:
    try:
        path.unlink()
    except FileNotFoundError:
        return 0
    return size
