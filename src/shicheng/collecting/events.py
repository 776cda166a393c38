"""What happens with business systems and what they push, for the audit log. Titles stay out of it."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

SYSTEM_WRITTEN = event(
    "collecting.system.written",
    _("Business system written down"),
    sentence=_("%(actor)s wrote the business system %(system)s down for the unit %(unit)s."),
)
SYSTEM_MOVED = event(
    "collecting.system.moved",
    _("Business system admitted or stopped"),
    sentence=_("%(actor)s put the business system %(system)s into the state %(state)s."),
    words={
        "state": {"trying": _("on trial"), "in_service": _("in service"), "stopped": _("stopped")},
    },
)
TOKEN_GIVEN = event(
    "collecting.token.given",
    _("Token given to a business system"),
    sentence=_("%(actor)s gave the business system %(system)s a token that is good until %(until)s."),
)
RECEIVED = event(
    "collecting.push.received",
    _("Document pushed by a business system"),
    sentence=_("%(system)s pushed a document with %(files)s files; its receipt is %(number)s."),
)
POOLED = event(
    "collecting.push.pooled",
    _("Pushed document taken into the pool"),
    sentence=_("The document of the receipt %(number)s is in the pool."),
)
SUPERSEDED = event(
    "collecting.push.superseded",
    _("Pushed document superseded"),
    sentence=_("The document of the receipt %(number)s was superseded by that of %(by)s."),
)
RETURNED = event(
    "collecting.push.returned",
    _("Pushed document returned"),
    sentence=_("%(actor)s returned the document of the receipt %(number)s: %(reason)s"),
)
FILED = event(
    "collecting.push.filed",
    _("Pushed document filed"),
    sentence=_("The document of the receipt %(number)s is filed under %(code)s."),
)
