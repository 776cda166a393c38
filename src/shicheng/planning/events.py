"""What happens to expectations, findings and plans, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _
from shicheng.planning.terms import TOLD
from shicheng.planning.types import EXPLANATIONS, KINDS

FOUND = event(
    "planning.finding.found",
    _("Found missing"),
    sentence=_("Something is missing of %(unit)s for %(year)s: %(kind)s, %(name)s."),
    words={"kind": KINDS},
)
FOUND_AGAIN = event(
    "planning.finding.recurred",
    _("Found missing again"),
    sentence=_("Something is missing again of %(unit)s for %(year)s: %(kind)s, %(name)s."),
    words={"kind": KINDS},
)
SETTLED = event(
    "planning.finding.settled",
    _("No longer missing"),
    sentence=_("What was missing of %(unit)s for %(year)s has come: %(kind)s, %(name)s."),
    words={"kind": KINDS},
)
EXPLAINED = event(
    "planning.finding.explained",
    _("What is missing was explained"),
    sentence=_("%(actor)s explained what is missing of %(unit)s for %(year)s (%(name)s): %(as)s. %(reason)s"),
    words={"kind": KINDS, "as": EXPLANATIONS},
)
REOPENED = event(
    "planning.finding.reopened",
    _("Explanation taken back"),
    sentence=_(
        "%(actor)s took back the explanation of what is missing of %(unit)s for %(year)s (%(name)s): %(reason)s"
    ),
    words={"kind": KINDS},
)
REMINDED = event(
    "planning.unit.reminded",
    _("Unit reminded"),
    sentence=_("%(unit)s was reminded of %(count)s things missing for %(year)s; it goes to %(told)s."),
    words={"told": TOLD},
)
TERMS_SET = event(
    "planning.terms.set",
    _("Terms of what is expected set"),
    sentence=_("%(actor)s set what is expected of %(unit)s."),
)
PLAN_BEGUN = event(
    "planning.plan.begun",
    _("Plan of accessions begun"),
    sentence=_("%(actor)s began the plan of accessions for %(year)s with %(lines)s lines."),
)
PLAN_CHANGED = event(
    "planning.plan.changed",
    _("Plan of accessions changed"),
    sentence=_("%(actor)s changed the plan of accessions for %(year)s: %(lines)s lines."),
)
PLAN_SUBMITTED = event(
    "planning.plan.submitted",
    _("Plan of accessions submitted"),
    sentence=_("%(actor)s submitted the plan of accessions for %(year)s by the request %(request)s."),
)
PLAN_REOPENED = event(
    "planning.plan.reopened",
    _("Plan of accessions is a draft again"),
    sentence=_("The plan of accessions for %(year)s is a draft again."),
)
PLAN_APPROVED = event(
    "planning.plan.approved",
    _("Plan of accessions approved"),
    sentence=_("%(actor)s approved the plan of accessions for %(year)s: %(lines)s lines."),
)
PLAN_CLOSED = event(
    "planning.plan.closed",
    _("Plan of accessions closed"),
    sentence=_("%(actor)s closed the plan of accessions for %(year)s; its figures are frozen (SM3 %(digest)s)."),
)
