"""What can go wrong with units and their tables."""

from __future__ import annotations

from collections.abc import Sequence

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.schemes.types import Finding


class UnitNotFound(ShichengError):
    """No unit has this code, or it is not open to the actor."""

    code = "schemes.unit.unknown"
    http_status = 404


class BadUnit(ShichengError):
    """A unit that can't be written down like this."""

    code = "schemes.unit.bad"
    http_status = 422


class ScheduleNotFound(ShichengError):
    """The unit has no such version of its table."""

    code = "schemes.schedule.unknown"
    http_status = 404


class ScheduleFixed(ShichengError):
    """A version that was submitted or approved would be changed."""

    code = "schemes.schedule.fixed"
    http_status = 409


class ChangedMeanwhile(ShichengError):
    """Somebody else changed the draft since it was read."""

    code = "schemes.schedule.changed_meanwhile"
    http_status = 409


class DraftThere(ShichengError):
    """The unit has a draft already."""

    code = "schemes.schedule.draft_there"
    http_status = 409


class BadRow(ShichengError):
    """A row or class that can't be written down like this."""

    code = "schemes.row.bad"
    http_status = 422


class FaultyTable(ShichengError):
    """A table with faults that keep it from being submitted."""

    code = "schemes.schedule.faulty"
    http_status = 422

    def __init__(self, message: Message, findings: Sequence[Finding], *, hint: Message | None = None) -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)


class UnreadableTable(ShichengError):
    """A workbook that is no table, or one with faulty rows."""

    code = "schemes.table.unreadable"
    exit_code = 2
    http_status = 422


class PresetNotFound(ShichengError):
    """No preset has this name."""

    code = "schemes.preset.unknown"
    exit_code = 2
    http_status = 404
