"""Starts a program of others with limits: it ends with its parent, takes no more than allowed, drops no core.

`python -m shicheng.holdings.launching '{"parent": …, "memory": …, "seconds": …, "bytes": …, "command": […]}'`
"""

from __future__ import annotations

import json
import os
import resource
import sys

from shicheng.kernel.processes import die_with_parent


def main() -> None:
    """Become the program."""
    task = json.loads(sys.argv[1])
    die_with_parent(task["parent"])
    # Not RLIMIT_AS: LibreOffice maps far more addresses than it fills.
    resource.setrlimit(resource.RLIMIT_DATA, (task["memory"], task["memory"]))
    # What the program starts itself does not end with us, but with its time on the processor.
    resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (task["bytes"], task["bytes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execv(task["command"][0], task["command"])  # noqa: S606  # a fixed program found by `converters`


if __name__ == "__main__":
    main()
