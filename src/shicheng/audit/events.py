"""Events of the log itself."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

HEAD_SIGNED = event("audit.head.signed", _("Audit log signed"))
SEGMENTS_IMPORTED = event(
    "audit.log.imported",
    _("Audit log imported"),
    sentence=_("%(actor)s imported %(entries)s entries of the audit log."),
)
