"""What happens around checks, for the audit log."""

from shicheng.audit.registry import event
from shicheng.checks.words import OUTCOMES, VERDICTS
from shicheng.kernel.messages import message as _

REPORT_STORED = event(
    "checks.report.stored",
    _("Check report stored"),
    sentence=_("Run %(run)s of the checks ended with %(verdict)s: %(errors)s errors, %(warnings)s warnings."),
    words={"verdict": {code.value: name for code, name in VERDICTS.items()}},
)
MANUAL_SIGNED = event(
    "checks.manual.signed",
    _("Manual check signed"),
    sentence=_("%(actor)s signed the check %(check)s: %(result)s."),
    words={"result": {code.value: name for code, name in OUTCOMES.items()}},
)
TABLE_EDITED = event(
    "checks.table.edited",
    _("Table of checks edited"),
    sentence=_("%(actor)s changed %(key)s in the table %(table)s."),
)
