"""What happens to requests, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

MADE = event(
    "approvals.request.made",
    _("Approval asked for"),
    sentence=_("%(actor)s asked for approval by the request %(request)s."),
)
PASSED = event(
    "approvals.request.passed",
    _("Request approved at one step"),
    sentence=_("%(actor)s approved the request %(request)s and passed it on to the next step."),
)
APPROVED = event(
    "approvals.request.approved",
    _("Request approved"),
    sentence=_("%(actor)s approved the request %(request)s."),
)
REFUSED = event(
    "approvals.request.refused",
    _("Request refused"),
    sentence=_("%(actor)s refused the request %(request)s, because: %(reason)s"),
)
WITHDRAWN = event(
    "approvals.request.withdrawn",
    _("Request withdrawn"),
    sentence=_("%(actor)s withdrew the request %(request)s."),
)
EXPIRED = event(
    "approvals.request.expired",
    _("Request expired"),
    sentence=_("Nobody decided on the request %(request)s in time; it has expired."),
)
