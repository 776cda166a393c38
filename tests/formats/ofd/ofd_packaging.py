"""Changing parts inside an OFD without touching the rest."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


class _Samples:
    """The real OFD files beside the project, by the name behind their number."""

    def __truediv__(self, name: str) -> Path:
        folder = Path(__file__).resolve().parents[4] / "shared" / "data" / "ofd"
        for path in sorted(folder.glob("*.ofd")):
            if path.name.partition("-")[2] == name:
                return path
        pytest.skip(f"the real file {name} is not beside this checkout")

    def glob(self, pattern: str) -> list[Path]:
        folder = Path(__file__).resolve().parents[4] / "shared" / "data" / "ofd"
        return sorted(folder.glob(pattern))


SAMPLES = _Samples()


def repacked(source: Path, changes: Mapping[str, Callable[[bytes], bytes] | bytes | None]) -> bytes:
    """Return the package with parts changed, replaced, added (bytes) or left out (None)."""
    target = io.BytesIO()
    waiting = dict(changes)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename in waiting:
                change = waiting.pop(info.filename)
                if change is None:
                    continue
                content = change if isinstance(change, bytes) else change(content)
            new.writestr(info.filename, content)
        for name, change in waiting.items():
            assert isinstance(change, bytes), name
            new.writestr(name, change)
    return target.getvalue()


def flipped(at: int) -> Callable[[bytes], bytes]:
    """Return a change that turns one bit over, counted from the start or, negative, from the end."""

    def change(content: bytes) -> bytes:
        changed = bytearray(content)
        changed[at] ^= 1
        return bytes(changed)

    return change
