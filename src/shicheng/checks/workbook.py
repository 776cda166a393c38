"""A kept report as a workbook, with what was signed since."""

from __future__ import annotations

from shicheng.checks.models import StoredReport
from shicheng.checks.report_xlsx import write_xlsx
from shicheng.checks.selectors import signatures
from shicheng.checks.types import Report


def write_workbook(stored: StoredReport) -> bytes:
    """Write a kept report as .xlsx in the current language."""
    return write_xlsx(Report.from_record(stored.record), signatures(stored))
