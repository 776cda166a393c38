"""What can go wrong around checks, as errors a person can act on."""

from __future__ import annotations

from shicheng.kernel.errors import ShichengError


class UnknownCheck(ShichengError):
    """A plan or an edit names a check that the catalogue does not have."""

    code = "checks.kind.unknown"
    http_status = 404


class UnknownStage(ShichengError):
    """No stage of checking has that code."""

    code = "checks.stage.unknown"
    exit_code = 2
    http_status = 404


class BrokenTable(ShichengError):
    """One of the tables of checks, plans, formats or schemes breaks its form."""

    code = "checks.table.broken"
    http_status = 422


class NotManual(ShichengError):
    """Somebody tried to sign a check that the machine does."""

    code = "checks.manual.automatic"
    http_status = 409


class RemarkMissing(ShichengError):
    """A manual check that failed was signed without saying why."""

    code = "checks.manual.remark_missing"
    http_status = 422


class UnknownReport(ShichengError):
    """No report is kept under that subject and number."""

    code = "checks.report.unknown"
    http_status = 404
