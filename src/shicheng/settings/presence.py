"""Who works on an archive now.

Every process that works on it holds a shared lock on one file in its folder; who wants the archive alone, as a move
does, takes the lock exclusively. The system gives a lock back however its holder ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _

FILE: Final = ".in-use"

_held: dict[Path, int] = {}


class ArchiveBusy(ShichengError):
    """Others work on the archive, or somebody has it alone."""

    code = "settings.archive.busy"
    exit_code = 5
    http_status = 503


@dataclass(frozen=True, slots=True)
class Present:
    """A process that works on the archive."""

    pid: int
    command: str

    def __str__(self) -> str:
        return f"{self.command} ({self.pid})" if self.command else str(self.pid)


def be_present(home: Path) -> None:
    """Say, until this process ends, that it works on the archive; raises `ArchiveBusy` while somebody has it alone."""
    if home in _held:
        return
    try:
        descriptor = os.open(home / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:  # a folder this account can't write to: it changes nothing there
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise ArchiveBusy(
            _("The archive in %(home)s is being moved, so nothing else can work on it now.", home=home),
            hint=_("Wait until “shicheng move” has ended, then start this again."),
        ) from error
    _held[home] = descriptor


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Have the archive for this process alone; raises `ArchiveBusy` if another is present."""
    be_present(home)
    if home not in _held:
        raise ArchiveBusy(
            _("The folder %(path)s can't be written to.", path=home),
            hint=_("Give the account that runs Shicheng the right to write there."),
        )
    descriptor = _held[home]
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # a lock that can't be made exclusive is lost
        raise ArchiveBusy(
            _(
                "Other processes work on the archive in %(home)s: %(others)s.",
                home=home,
                others=", ".join(map(str, others(home))) or "?",
            ),
            hint=_("Stop them, then start this again."),
        ) from error
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_SH)


def is_used(home: Path) -> bool:
    """Tell whether another process works on the archive."""
    try:
        with alone(home):
            return False
    except ArchiveBusy:
        return True


def others(home: Path) -> list[Present]:
    """Name the other processes that work on the archive, as far as this system tells."""
    try:
        inode = str((home / FILE).stat().st_ino)
        lines = Path("/proc/locks").read_text("ascii").splitlines()
    except OSError:
        return []
    found = set()
    for line in lines:
        # 1: FLOCK  ADVISORY  READ 4711 08:01:1234567 0 EOF
        parts = line.split()
        if len(parts) > 5 and parts[1] == "FLOCK" and parts[5].rpartition(":")[2] == inode:
            found.add(int(parts[4]))
    return [Present(pid, _command(pid)) for pid in sorted(found - {os.getpid()})]


def _command(pid: int) -> str:
    try:
        parts = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return ""
    # `python -m shicheng.cli serve --home …` is `shicheng serve` to a person.
    for place, part in enumerate(parts):
        if part == "shicheng.cli" or Path(part).name == "shicheng":
            return f"shicheng {parts[place + 1]}" if place + 1 < len(parts) else "shicheng"
    return Path(parts[0]).name
