"""What happens when records are given out, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

EXPORTED = event(
    "exchange.records.exported",
    _("Records exported"),
    sentence=_("%(actor)s exported %(items)s records as %(form)s."),
)
