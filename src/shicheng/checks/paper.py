"""A kept report as a form to be signed, with what was signed since."""

from __future__ import annotations

from django.utils import translation

from shicheng.checks.models import StoredReport
from shicheng.checks.report_pdf import write_pdf
from shicheng.checks.selectors import signatures
from shicheng.checks.types import Report
from shicheng.settings import current


def write_paper(stored: StoredReport, *, language: str = "zh-hans") -> bytes:
    """Write a kept report as PDF/A-2b in `language`."""
    with translation.override(language):
        return write_pdf(
            Report.from_record(stored.record),
            signatures(stored),
            archive_name=current().archive_name,
            number=stored.transfer,
            run=stored.run,
            language=language,
        )
