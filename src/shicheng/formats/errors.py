"""Errors of this room that a person can meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _


class CannotRender(ShichengError):
    """A file can't be shown as a picture: its format has none, or it is broken."""

    code = "formats.file.cannot_render"
    http_status = 422


@contextmanager
def reasons_named(path: Path) -> Iterator[None]:
    """Turn whatever a parser raises into one error that names the file."""
    try:
        yield
    except (CannotRender, MemoryError):
        raise
    except IndexError as error:
        raise CannotRender(_("The file %(name)s has no such page.", name=path.name)) from error
    except Exception as error:  # parsers raise anything on broken bytes
        raise CannotRender(
            _("The file %(name)s can't be shown: %(reason)s.", name=path.name, reason=str(error)[:200] or "broken")
        ) from error
