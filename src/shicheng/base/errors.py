"""Errors of disk and database in words a person can act on."""

from __future__ import annotations

import errno

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _


class DiskFull(ShichengError):
    """A disk has no room left."""

    code = "base.disk.full"
    exit_code = 5
    http_status = 507


class DatabaseTrouble(ShichengError):
    """The database does not answer as it should."""

    code = "base.database.trouble"
    exit_code = 5
    http_status = 503


def plain_error(error: BaseException) -> ShichengError | None:
    """The error a person can act on behind one of the disk or the database; None if it is another."""
    from django.db import DatabaseError, InterfaceError

    if isinstance(error, ShichengError):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(error.strerror or str(error))
    if isinstance(error, DatabaseError | InterfaceError):
        text = str(error).strip()
        if "disk is full" in text or "No space left" in text or "disk I/O error" in text:
            return _full(text)
        return DatabaseTrouble(
            _(
                "The database could not do this: %(reason)s.",
                reason=text.splitlines()[0] if text else type(error).__name__,
            ),
            hint=_("See that it runs and can be reached (shicheng doctor), then start the same command again."),
        )
    return None


def _full(reason: str) -> DiskFull:
    return DiskFull(
        _("A disk of the archive is full: %(reason)s. What was not finished was not kept.", reason=reason),
        hint=_("Make room on it, then start the same command again: it goes on where it stopped."),
    )
