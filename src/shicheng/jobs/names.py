"""Names of workers, from which one can tell later whether the process is still there."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path


def worker_name(tag: str) -> str:
    """The name of a worker in this process: machine, process, a tag of its own, and where process numbers count."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{tag}:{_numbering()}"


def is_gone(name: str) -> bool:
    """Tell whether the worker of this name ran on this very machine and its process has ended.

    False where that can't be told: another machine, another container, another system.
    """
    parts = name.split(":")
    if len(parts) != 4 or parts[0] != socket.gethostname()[:60] or not parts[3] or parts[3] != _numbering():
        return False
    return parts[1].isdecimal() and not Path(f"/proc/{parts[1]}").exists()


def _numbering() -> str:
    """Which start of which machine and which container's process numbers are meant; "" if that is unknown."""
    if sys.platform != "linux":
        return ""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot[:8]}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""
