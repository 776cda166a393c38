"""Who may see and withdraw requests. Who may decide is said by the steps of each kind."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shicheng.approvals import registry as kinds
from shicheng.approvals.models import ApprovalRequest
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import STAFF, Actor, Role

READ = registry.permission("approvals.request.read", _("See requests and what waits for oneself"), roles=STAFF)
WITHDRAW = registry.permission("approvals.request.withdraw", _("Withdraw one's own requests"), roles=STAFF)
EXPIRE = registry.permission(
    "approvals.request.expire", _("End requests nobody decided on"), roles={Role.ARCHIVIST, Role.SYSTEM_ADMINISTRATOR}
)


def key_of(actor: Actor) -> str:
    """Who somebody is, whatever they call themselves: their account, or their name at the command line."""
    return f"user:{actor.user_id}" if actor.user_id else f"{actor.kind}:{actor.name}"[:240]


def visible(actor: Actor) -> QuerySet[ApprovalRequest]:
    """The requests this actor may see: their own, and those they may decide a step of, within their fonds."""
    if not people.allows(actor, READ):
        return ApprovalRequest.objects.none()
    return ApprovalRequest.objects.filter(Q(made_by_key=key_of(actor)) | _in_reach(actor))


def _in_reach(actor: Actor) -> Q:
    """Requests of kinds the actor may decide a step of, in the fonds where they may."""
    found = Q(pk__in=[])
    for one in kinds.all_kinds():
        for permission in {step.permission for step in one.steps}:
            found |= _may_decide(actor, permission, Q(kind=one.code))
    return found


def _may_decide(actor: Actor, permission: str, what: Q) -> Q:
    """Of `what`, the requests in fonds where the actor has the permission whole."""
    if not people.allows(actor, permission):
        return Q(pk__in=[])
    codes = people.whole_fonds(actor, permission)
    return what if codes is None else what & Q(fonds_code__in=sorted(codes))


def waiting_for(actor: Actor) -> QuerySet[ApprovalRequest]:
    """Open requests whose present step this actor may decide: not their own, nor one they decided a step of."""
    if not people.allows(actor, READ):
        return ApprovalRequest.objects.none()
    turns = Q(pk__in=[])
    for one in kinds.all_kinds():
        for place, step in enumerate(one.steps):
            turns |= _may_decide(actor, step.permission, Q(kind=one.code, step=place))
    mine = key_of(actor)
    found = ApprovalRequest.objects.filter(turns, state="waiting")
    return found.exclude(made_by_key=mine).exclude(decisions__by_key=mine)


def is_turn(actor: Actor, one: ApprovalRequest) -> bool:
    """Tell whether the present step waits for this actor."""
    return one.is_open and waiting_for(actor).filter(pk=one.pk).exists()
