"""Who may see and withdraw requests. Who may decide is said by the steps of each kind."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shicheng.approvals import registry as kinds
from shicheng.approvals.models import ApprovalRequest
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

READ = registry.permission(
    "approvals.request.read", _("See requests and what waits for oneself"), roles={Role.ARCHIVIST, Role.ADMINISTRATOR}
)
WITHDRAW = registry.permission(
    "approvals.request.withdraw", _("Withdraw one's own requests"), roles={Role.ARCHIVIST, Role.ADMINISTRATOR}
)
EXPIRE = registry.permission(
    "approvals.request.expire", _("End requests nobody decided on"), roles={Role.ARCHIVIST, Role.ADMINISTRATOR}
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
    """Requests of kinds the actor may decide a step of, in their fonds."""
    codes = [one.code for one in kinds.all_kinds() if any(people.allows(actor, step.permission) for step in one.steps)]
    reach = Q(kind__in=codes)
    return reach if actor.fonds is None else reach & Q(fonds_code__in=actor.fonds)


def waiting_for(actor: Actor) -> QuerySet[ApprovalRequest]:
    """Open requests whose present step this actor may decide: not their own, nor one they decided a step of."""
    if not people.allows(actor, READ):
        return ApprovalRequest.objects.none()
    turns = Q(pk__in=[])
    for one in kinds.all_kinds():
        for place, step in enumerate(one.steps):
            if people.allows(actor, step.permission):
                turns |= Q(kind=one.code, step=place)
    found = ApprovalRequest.objects.filter(turns, state="waiting")
    if actor.fonds is not None:
        found = found.filter(fonds_code__in=actor.fonds)
    mine = key_of(actor)
    return found.exclude(made_by_key=mine).exclude(decisions__by_key=mine)


def is_turn(actor: Actor, one: ApprovalRequest) -> bool:
    """Tell whether the present step waits for this actor."""
    return one.is_open and waiting_for(actor).filter(pk=one.pk).exists()
