"""What can go wrong with the audit log."""

from __future__ import annotations

from shicheng.kernel.errors import ShichengError


class UnknownEvent(ShichengError):
    """An event code no room has registered."""

    code = "audit.event.unknown"
    http_status = 500


class NoTransaction(ShichengError):
    """An entry was to be appended outside the transaction of the change it tells of."""

    code = "audit.entry.no_transaction"
    http_status = 500


class ChainBroken(ShichengError):
    """Entries that do not follow from one another as they must."""

    code = "audit.chain.broken"
    exit_code = 1
    http_status = 409


class BadSegment(ShichengError):
    """An exported part of the log that can't be read."""

    code = "audit.segment.unreadable"
    exit_code = 2


class KeyMissing(ShichengError):
    """There is no key to sign with, or this machine can't sign."""

    code = "audit.key.missing"
    exit_code = 3
    http_status = 503


class KeyExists(ShichengError):
    """A signing key would be overwritten."""

    code = "audit.key.exists"
    http_status = 409


class LogProtected(ShichengError):
    """Somebody tried to empty the log."""

    code = "audit.log.protected"
    http_status = 403
