"""The WSGI application that `shicheng serve` runs."""

import os
import sys
from pathlib import Path

from django.core.wsgi import get_wsgi_application

from shicheng.kernel.processes import die_with_parent
from shicheng.settings.loading import current
from shicheng.settings.presence import be_present


def _end_with(command: str) -> None:
    """End this process with the server's own, which ends with the command `serve` that started it."""
    server = os.getppid()
    die_with_parent(server)
    if sys.platform == "linux":
        try:
            status = Path(f"/proc/{server}/status").read_text("ascii", "replace")
        except FileNotFoundError:
            os._exit(1)
        if f"PPid:\t{command}\n" not in status:  # the server was gone before we asked, and somebody adopted us
            os._exit(1)


if os.environ.get("SERVED_BY_SHICHENG"):
    _end_with(os.environ["SERVED_BY_SHICHENG"])
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shicheng.settings.django")
be_present(current().home)
application = get_wsgi_application()
