"""What happens in the pool, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

COLLECTED = event(
    "arranging.pool.collected",
    _("Files taken into the pool"),
    sentence=_("%(actor)s put %(files)s files into the pool of %(fonds)s for %(year)s: %(name)s."),
)
NOT_COLLECTED = event("arranging.pool.not_collected", _("Files could not be taken into the pool"))
FORMED = event(
    "arranging.item.formed",
    _("Items formed"),
    sentence=_("%(actor)s formed %(items)s items of %(files)s files."),
)
CHANGED = event(
    "arranging.item.changed",
    _("Items of the pool changed"),
    sentence=_("%(actor)s changed items of the pool: %(words)s."),
)
UNDONE = event(
    "arranging.pool.undone",
    _("Step of arranging undone"),
    sentence=_("%(actor)s undid a step in the pool: %(words)s."),
)
LEFT_OUT = event(
    "arranging.file.left_out",
    _("Files left out of filing"),
    sentence=_("%(actor)s left %(files)s files out of filing: %(reason)s"),
)
CLASSIFIED = event(
    "arranging.item.classified",
    _("Items classified"),
    sentence=_("%(actor)s classified %(items)s items."),
)
NUMBERED = event(
    "arranging.item.numbered",
    _("Items numbered"),
    sentence=_("%(actor)s numbered %(items)s items."),
)
RULE_KEPT = event("arranging.rule.kept", _("Rule for proposing classes kept"))
RULE_REMOVED = event("arranging.rule.removed", _("Rule for proposing classes removed"))
FILING_BEGUN = event(
    "arranging.filing.begun",
    _("Filing begun"),
    sentence=_("%(actor)s began to file %(items)s items of %(fonds)s for %(year)s."),
)
FILING_SENT = event(
    "arranging.filing.sent",
    _("Filing handed over"),
    sentence=_("The items were handed over as transfer %(number)s."),
)
FILING_ENDED = event(
    "arranging.filing.ended",
    _("Filing ended"),
    sentence=_("Of transfer %(number)s, %(filed)s items are kept and %(back)s came back into the pool: %(reason)s"),
)
FILING_GIVEN_UP = event("arranging.filing.given_up", _("Filing given up"))
