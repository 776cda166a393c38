"""What happens to holdings, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

FONDS_FOUNDED = event("holdings.fonds.founded", _("Fonds founded"))
ITEM_REGISTERED = event("holdings.item.registered", _("Item taken into the holdings"))
