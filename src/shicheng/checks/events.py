"""What happens around checks, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

REPORT_STORED = event(
    "checks.report.stored",
    _("Check report stored"),
    sentence=_("Run %(run)s of the checks ended with %(verdict)s: %(errors)s errors, %(warnings)s warnings."),
)
MANUAL_SIGNED = event(
    "checks.manual.signed",
    _("Manual check signed"),
    sentence=_("%(actor)s signed the check %(check)s: %(result)s."),
)
TABLE_EDITED = event(
    "checks.table.edited",
    _("Table of checks edited"),
    sentence=_("%(actor)s changed %(key)s in the table %(table)s."),
)
