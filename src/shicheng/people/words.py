"""What roles and purposes are called."""

from __future__ import annotations

from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.types import Purpose, Role

ROLE_LABELS: Final[dict[str, Message]] = {
    Role.SYSTEM_ADMINISTRATOR: _("System administrator"),
    Role.SECURITY_ADMINISTRATOR: _("Security administrator"),
    Role.AUDITOR: _("Auditor"),
    Role.ARCHIVIST: _("Archivist"),
    Role.CATALOGUER: _("Cataloguer"),
    Role.APPRAISER: _("Appraiser"),
    Role.REVIEWER: _("Opening reviewer"),
    Role.CLERK: _("Reading-room clerk"),
    Role.DIGITISER: _("Digitiser"),
    Role.LEADER: _("Leader"),
    Role.FILING_CLERK: _("Filing clerk of a unit"),
    Role.READER: _("Reader"),
}
ROLE_TELLS: Final[dict[str, Message]] = {
    Role.SYSTEM_ADMINISTRATOR: _("accounts, settings, jobs, store; no records"),
    Role.SECURITY_ADMINISTRATOR: _("roles, grants, emergencies, and what users do; no records"),
    Role.AUDITOR: _("reads what the administrators do, and nothing else"),
    Role.ARCHIVIST: _("everything with records"),
    Role.CATALOGUER: _("reads, arranges and describes records"),
    Role.APPRAISER: _("reads records and proposes how long they are kept"),
    Role.REVIEWER: _("reads records and reviews whether they may be opened"),
    Role.CLERK: _("searches and shows opened records in the reading room"),
    Role.DIGITISER: _("reads records and attaches files to them"),
    Role.LEADER: _("reads everything and decides what is asked for"),
    Role.FILING_CLERK: _("files and sees the records of one unit"),
    Role.READER: _("opened records"),
}
PURPOSES: Final[dict[str, Message]] = {
    Purpose.WORK: _("Work: everything the role allows"),
    Purpose.READING: _("Reading only"),
}
LEVEL_LABELS: Final[dict[str, Message]] = {
    "public": _("public"),
    "restricted": _("restricted"),
    "confidential": _("confidential"),
    "secret": _("secret"),
    "top_secret": _("top secret"),
}
