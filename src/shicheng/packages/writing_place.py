"""Where exports are written: under a temporary name beside the target, which appears only when whole."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

from shicheng.kernel.digests import STORE_ALGORITHMS, digest_stream
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.packages.writing_types import Exported, ExportFile, ExportItem
from shicheng.packages.xml_texts import escape_text

_NAME_BYTES: Final = 240  # of 255, leaving room for a number
_FORBIDDEN = re.compile('[\x00-\x1f\x7f<>:"/\\\\|?*\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


class ExportError(ShichengError):
    """An export could not be made; nothing of it is left behind."""

    code: ClassVar[str] = "packages.export.failed"


@contextmanager
def new_place(target: Path, *, folder: bool) -> Iterator[Path]:
    """Give a temporary path that becomes `target` when the block ends well and vanishes when it does not.

    What is there already is never overwritten: `ExportError`.
    """
    if os.path.lexists(target):
        raise ExportError(
            _("%(path)s exists already and is not overwritten.", path=target),
            hint=_("Choose another name or move it away."),
        )
    place = target.with_name(f".{target.name[:60]}.{new_id().hex}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if folder:
            place.mkdir()
        yield place
        os.sync()
        place.rename(target)
        handle = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
        raise


class Names:
    """Gives names that every system can keep, each of them once in its folder."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def reserve(self, name: str) -> None:
        """Keep a name for something else."""
        self._taken.add(_fold(name))

    def take(self, wanted: str) -> str:
        """Return `wanted` as near to the letter as can be; a second one gets a number before its suffix."""
        name = _FORBIDDEN.sub("_", wanted).rstrip(" .") or "_"
        if _DEVICES.fullmatch(name):
            name = f"_{name}"
        stem, dot, suffix = name.rpartition(".")
        if not stem or len(suffix.encode()) > 16:
            stem, dot, suffix = name, "", ""
        stem = _shorten(stem, _NAME_BYTES - len(suffix.encode()))
        candidate, number = f"{stem}{dot}{suffix}", 1
        while _fold(candidate) in self._taken:
            number += 1
            candidate = f"{stem} ({number}){dot}{suffix}"
        self._taken.add(_fold(candidate))
        return candidate


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _shorten(text: str, size: int) -> str:
    return text.encode("utf-8")[:size].decode("utf-8", "ignore")


def copy_file(file: ExportFile, path: Path, algorithms: tuple[str, ...], *, ref: str) -> dict[str, str]:
    """Write a file and return its digests; refuse to export one that is not what its record says."""
    with path.open("xb") as target:
        return _verified(file, target, algorithms, ref=ref)


def check_file(file: ExportFile, *, ref: str) -> None:
    """Read a file through and refuse to export one that is not what its record says."""
    _verified(file, None, (), ref=ref)


def _verified(file: ExportFile, target: BinaryIO | None, algorithms: tuple[str, ...], *, ref: str) -> dict[str, str]:
    known = {name: value for name, value in file.digests.items() if name in STORE_ALGORITHMS}
    with file.opener() as source:
        digests, size = digest_stream(source, dict.fromkeys([*algorithms, *known]), copy_to=target)
    if size != file.size or any(digests[name] != value for name, value in known.items()):
        raise ExportError(
            _(
                "The file %(name)s of %(ref)s is not what its record says (size or digest differ), "
                "so nothing was exported.",
                name=file.name,
                ref=ref,
            ),
            hint=_("Verify the store and repair the file first."),
        )
    return digests


class Tally:
    """Counts what has been written."""

    def __init__(self) -> None:
        self.items = self.files = self.bytes = 0

    def add(self, item: ExportItem) -> None:
        """Count one item."""
        self.items += 1
        self.files += len(item.files)
        self.bytes += sum(file.size for file in item.files)

    def result(self) -> Exported:
        """Return the counts."""
        return Exported(self.items, self.files, self.bytes)


def plain_text(text: str) -> str:
    """Return a text that XML and Excel can hold: what they can't is shown as `\\uXXXX`."""
    if text.isprintable():
        return text
    return "".join(c if c == "\\" else escape_text(c) for c in text)
