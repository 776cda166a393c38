"""What happens to holdings, for the audit log."""

from shicheng.audit.registry import event
from shicheng.holdings.fonds_types import FONDS_EVENTS
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
FONDS_EVENT = event(
    "holdings.fonds.recorded",
    _("Event of a fonds recorded"),
    sentence=_("%(actor)s recorded of the fonds %(code)s on %(on)s: %(kind)s, by %(decision)s."),
    words={"kind": FONDS_EVENTS},
)
FONDS_PLACED = event(
    "holdings.fonds.placed",
    _("Place of a fonds noted"),
    sentence=_("%(actor)s noted that the fonds %(code)s is shelved at %(location)s."),
)
PAPER_KEPT = event(
    "holdings.paper.kept",
    _("Paper put into a fonds dossier"),
    sentence=_("%(actor)s put “%(title)s” into the dossier of %(code)s as version %(version)s."),
)
VOLUME_MADE = event(
    "holdings.volume.made", _("Volume made"), sentence=_("%(actor)s made the volume %(title)s of %(items)s items.")
)
VOLUME_CHANGED = event(
    "holdings.volume.changed", _("Volume changed"), sentence=_("%(actor)s changed the volume %(title)s.")
)
BOXED = event(
    "holdings.box.filled",
    _("Items put into boxes"),
    sentence=_("%(actor)s put %(items)s items into box %(number)s."),
)
BOX_CHANGED = event("holdings.box.changed", _("Box changed"), sentence=_("%(actor)s changed box %(number)s."))
ITEM_MOVED = event(
    "holdings.item.moved",
    _("Item moved to another box"),
    sentence=_("%(actor)s moved %(ref)s from box %(before)s to box %(number)s."),
)
RENUMBERING_DECIDED = event(
    "holdings.renumbering.decided",
    _("Renumbering decided"),
    sentence=_("%(actor)s decided new codes for %(items)s items: %(reason)s"),
)
RENUMBERING_DONE = event("holdings.renumbering.finished", _("Renumbering carried out"))
ITEM_RENUMBERED = event(
    "holdings.item.renumbered",
    _("Item got another code"),
    sentence=_("%(actor)s gave %(old)s the code %(new)s: %(reason)s"),
)
