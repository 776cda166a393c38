"""Reading requests."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.utils import timezone

from shicheng.approvals import policies, registry
from shicheng.approvals.errors import RequestNotFound, UnknownKind
from shicheng.approvals.models import ApprovalRequest
from shicheng.approvals.states import OPEN
from shicheng.approvals.types import Kind
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor


def requests(actor: Actor, *, state: str = "", kind: str = "") -> QuerySet[ApprovalRequest]:
    """Requests the actor may see, newest first."""
    found = policies.visible(actor)
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("-number")


def request(actor: Actor, number: str) -> ApprovalRequest:
    """One request by its number; raises `RequestNotFound`."""
    found = policies.visible(actor).filter(number=number).first()
    if found is None:
        raise RequestNotFound(
            _("There is no request %(number)s here, or it is not open to you.", number=number),
            hint=_("Look it up in the list of requests."),
        )
    return found


def counts(actor: Actor) -> dict[str, int]:
    """How many requests the actor may see in each state."""
    return dict(policies.visible(actor).order_by().values_list("state").annotate(Count("pk")))


def waiting_for(actor: Actor) -> QuerySet[ApprovalRequest]:
    """What waits for this actor's decision, the longest wait first."""
    return policies.waiting_for(actor).order_by("waits_since", "number")


def overdue(actor: Actor) -> QuerySet[ApprovalRequest]:
    """Open requests the actor may see that should be decided by now, the latest first."""
    today = timezone.localdate(clock.now())
    return policies.visible(actor).filter(state__in=OPEN, due__lt=today).order_by("due", "number")


def about(actor: Actor, subject: tuple[str, str]) -> QuerySet[ApprovalRequest]:
    """Requests about one subject the actor may see, newest first."""
    kind, identity = subject
    return policies.visible(actor).filter(subject_kind=kind, subject_id=str(identity)).order_by("-number")


def kind_of(one: ApprovalRequest) -> Kind | None:
    """How the owning room declared this request; None if no room of this version does."""
    try:
        return registry.find_kind(one.kind)
    except UnknownKind:
        return None
