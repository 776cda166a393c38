"""Events of the log itself."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

IMPORTED = event(
    "audit.log.imported",
    _("Audit log imported"),
    sentence=_("%(actor)s imported %(entries)s entries of the audit log."),
)
