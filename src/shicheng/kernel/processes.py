"""Children that do not outlive the process that started them, and processes that work on many records."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends, however that ends.

    `parent` is the id the starter gave; if it is gone by now this process ends at once. Linux only: elsewhere a
    child has to notice by its pipe.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def collect_seldom() -> None:
    """Have Python look for reference cycles seldom, and never in what is loaded now.

    Records come by the thousand and are in no cycle; to look through all of them again and again costs a tenth of
    the time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
