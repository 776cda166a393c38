"""Opening an archive in this process. Nothing of Django is imported before that."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.door.archive import Archive

_opening = threading.Lock()
_opened: Path | None = None


class OtherArchive(ShichengError):
    """This process works on another archive already."""

    code = "door.archive.other"
    exit_code = 2


def open_archive(path: Path | str, *, name: str = "") -> Archive:
    """Open the archive in a folder that `shicheng init` made; to be used in a `with` block.

    One process works on one archive; it may be opened many times and from many threads. `name` is who acts, as the
    audit log will say; else it is the user of this machine. Raises `NoArchive` if there is none in the folder,
    `OldArchive` if another version made it, `OtherArchive`; all are `ShichengError`.
    """
    global _opened
    from shicheng.cli import setup

    home = Path(path).expanduser().absolute()
    with _opening:
        if _opened != home:
            _require_free(home)
            if not (home / "shicheng.toml").exists():  # asked before Django is set up for a folder without an archive
                raise setup.NoArchive(
                    _("There is no archive in %(home)s.", home=home),
                    hint=_("Make one with: shicheng init --home %(home)s", home=home),
                )
            settings = setup.open_archive(home)
            _opened = home
        else:
            from shicheng.settings import current

            settings = current()
    from shicheng.door.archive import Archive
    from shicheng.people.services import operator

    return Archive(settings, operator(name) if name else setup.operator())


def _require_free(home: Path) -> None:
    taken = _opened
    if taken is None and "django.conf" in sys.modules:
        from django.conf import settings as django_settings

        if django_settings.configured:
            from shicheng.settings import current

            taken = current().home
    if taken is not None and taken != home:
        raise OtherArchive(
            _("This process works on the archive %(taken)s and can't open %(home)s too.", taken=taken, home=home),
            hint=_("Open it in a process of its own."),
        )
