"""Django's `flush`, kept from emptying the audit log."""

from __future__ import annotations

from typing import Any

from django.core import mail
from django.core.management.commands import flush
from django.db import DEFAULT_DB_ALIAS, connections

from shicheng.audit import triggers
from shicheng.audit.errors import LogProtected
from shicheng.kernel.messages import message as _


class Command(flush.Command):
    """Empties test databases; refuses anywhere else, because the log stays for ever."""

    def handle(self, **options: Any) -> None:
        """Flush a test database without the triggers, then put them back."""
        # Django's test environment, and nothing else, puts an outbox into django.core.mail.
        if not hasattr(mail, "outbox"):
            raise LogProtected(
                _("The database is not emptied, because the audit log in it must never be deleted."),
                hint=_("To start over, make a new archive in another folder."),
            )
        with triggers.lifted(connections[options.get("database") or DEFAULT_DB_ALIAS]):
            super().handle(**options)
