"""What happens to holdings, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

VIEW_SAVED = event("holdings.view.saved", _("View of the items saved"))
VIEW_REMOVED = event("holdings.view.removed", _("View of the items removed"))
FONDS_FOUNDED = event(
    "holdings.fonds.founded", _("Fonds founded"), sentence=_("%(actor)s founded the fonds %(code)s %(name)s.")
)
ITEM_REGISTERED = event("holdings.item.registered", _("Item taken into the holdings"))
ITEM_EDITED = event(
    "holdings.item.edited",
    _("Description edited"),
    sentence=_("%(actor)s edited the description of %(ref)s, which is now version %(version)s: %(reason)s"),
)
HAND_KEPT = event(
    "holdings.item.hand_kept",
    _("Values set by hand kept"),
    sentence=_("The catalogue %(import)s came with other values; what was set by hand was kept."),
)
