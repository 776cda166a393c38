"""What happens when something is printed, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

PRINTED = event(
    "printing.paper.printed",
    _("Printout made"),
    sentence=_("%(actor)s made the printout %(kind)s with %(rows)s rows."),
)
