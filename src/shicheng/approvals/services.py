"""Asking for approval, deciding, withdrawing, and letting what nobody decided on expire."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError
from django.db.models import Max
from django.utils import timezone

from shicheng.approvals import events, policies, registry
from shicheng.approvals.errors import AskedAlready, DecidedMeanwhile, OwnRequest, RequestNotFound
from shicheng.approvals.models import ApprovalRequest, Decision
from shicheng.approvals.states import OPEN, REQUEST
from shicheng.approvals.types import Asked, Kind
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor

_ATTEMPTS = 8


def ask(*, actor: Actor, asked: Asked) -> ApprovalRequest:
    """Make a request; to be called in the transaction of the owning room, which has seen to its permission.

    Raises `AskedAlready` if an open request asks for the same.
    """
    kind = registry.find_kind(asked.kind)
    now = clock.now()
    today = timezone.localdate(now)
    same = ApprovalRequest.objects.filter(
        kind=kind.code, subject_kind=asked.subject[0], subject_id=asked.subject[1], state__in=OPEN
    )
    with atomic():
        for attempt in range(_ATTEMPTS):
            already = same.first()
            if already is not None:
                raise AskedAlready(
                    _("The request %(number)s asks for the same and still waits.", number=already.number),
                    hint=_("Wait for its decision, or withdraw it first."),
                )
            try:
                with atomic():
                    made = ApprovalRequest.objects.create(
                        number=_next_number(now.year), kind=kind.code, subject_kind=asked.subject[0],
                        subject_id=asked.subject[1], title=asked.title.to_json(), fonds_code=asked.fonds_code,
                        payload=dict(asked.payload or {}), note=asked.note.strip(), made_by=actor.name[:200],
                        made_by_key=policies.key_of(actor), made_at=now, waits_since=now,
                        due=asked.due or (today + timedelta(days=kind.days_due) if kind.days_due else None),
                        expires=today + timedelta(days=kind.days_open) if kind.days_open else None,
                    )  # fmt: skip
                break
            except IntegrityError:  # another request took the number, or asked for the same
                if attempt == _ATTEMPTS - 1:
                    raise
        details = {"request": made.number, "kind": kind.code, "about": list(asked.subject), "fonds": asked.fonds_code}
        audit.append(actor, events.MADE, ("request", made.pk), details)
    return made


def approve_request(*, actor: Actor, number: str, step: int | None = None, reason: str = "") -> ApprovalRequest:
    """Approve the step that waits; with the last one the thing is carried out in the same transaction.

    `step` is the one the decision was made on; None takes the present one. Raises `NotPermitted`, `OwnRequest`,
    `DecidedMeanwhile`, `IllegalMove`, and whatever the owning room says against it.
    """
    with atomic():
        request, kind = _locked(actor, number)
        _require_turn(actor, request, kind, step)
        is_last = request.step + 1 >= len(kind.steps)
        state = REQUEST.follow(request.state, "approve" if is_last else "pass", reason=reason)
        _decide(actor, request, "approve", reason)
        request.state = state
        if is_last:
            request.closed_at = clock.now()
        else:
            request.step += 1
            request.waits_since = clock.now()
        request.save(update_fields=["state", "step", "waits_since", "closed_at"])
        if is_last:
            kind.carry_out(actor, request)
        event = events.APPROVED if is_last else events.PASSED
        audit.append(actor, event, ("request", request.pk), _told(request, reason))
    return request


def refuse_request(*, actor: Actor, number: str, reason: str, step: int | None = None) -> ApprovalRequest:
    """Refuse at the step that waits, with a reason. Raises as `approve_request`, and `ReasonMissing`."""
    with atomic():
        request, kind = _locked(actor, number)
        _require_turn(actor, request, kind, step)
        _close(actor, request, kind, "refuse", reason)
        audit.append(actor, events.REFUSED, ("request", request.pk), _told(request, reason))
    return request


def withdraw_request(*, actor: Actor, number: str, reason: str = "") -> ApprovalRequest:
    """Take one's own request back while it waits."""
    require(actor, policies.WITHDRAW)
    with atomic():
        request, kind = _locked(actor, number)
        if request.made_by_key != policies.key_of(actor):
            raise OwnRequest(
                _("The request %(number)s was made by %(name)s, who alone can withdraw it.", number=number,
                  name=request.made_by),
                hint=_("Refuse it with a reason if it is yours to decide."),
            )  # fmt: skip
        _close(actor, request, kind, "withdraw", reason)
        audit.append(actor, events.WITHDRAWN, ("request", request.pk), _told(request, reason))
    return request


def expire_requests(*, actor: Actor) -> int:
    """End every request whose time is over; each in a transaction of its own, so that it may be cut off and rerun."""
    require(actor, policies.EXPIRE)
    today = timezone.localdate(clock.now())
    late = ApprovalRequest.objects.filter(state__in=OPEN, expires__lt=today)
    ended = 0
    for number in list(late.values_list("number", flat=True)):
        with atomic():
            request = ApprovalRequest.objects.select_for_update().filter(number=number, state__in=OPEN).first()
            if request is None:
                continue
            _close(actor, request, registry.find_kind(request.kind), "expire", "")
            audit.append(actor, events.EXPIRED, ("request", request.pk), _told(request, ""))
            ended += 1
    return ended


def _locked(actor: Actor, number: str) -> tuple[ApprovalRequest, Kind]:
    """The request, its row locked."""
    seen = policies.visible(actor).filter(number=number).values_list("pk", flat=True).first()
    if seen is None:
        raise RequestNotFound(
            _("There is no request %(number)s here, or it is not open to you.", number=number),
            hint=_("Look it up in the list of requests."),
        )
    request = ApprovalRequest.objects.select_for_update().get(pk=seen)
    return request, registry.find_kind(request.kind)


def _require_turn(actor: Actor, request: ApprovalRequest, kind: Kind, step: int | None) -> None:
    """Raise unless this actor may decide the step that waits, and it is the one that was looked at."""
    waiting = kind.steps[min(request.step, len(kind.steps) - 1)]
    require(actor, waiting.permission, fonds=request.fonds_code or None)
    if request.is_open and step is not None and step != request.step:
        raise DecidedMeanwhile(
            _("The step of %(number)s you looked at has been decided meanwhile.", number=request.number),
            hint=_("Look at the request again."),
        )
    me = policies.key_of(actor)
    if request.made_by_key == me:
        raise OwnRequest(
            _("%(number)s is your own request; nobody decides on what they asked for themselves.",
              number=request.number),
            hint=_("Ask another person who may decide on it."),
        )  # fmt: skip
    if request.decisions.filter(by_key=me).exists():
        raise OwnRequest(
            _("You have decided an earlier step of %(number)s; the next one needs another person.",
              number=request.number),
            hint=_("Ask another person who may decide on it."),
        )  # fmt: skip


def _close(actor: Actor, request: ApprovalRequest, kind: Kind, verb: str, reason: str) -> None:
    request.state = REQUEST.follow(request.state, verb, reason=reason)
    request.closed_at = clock.now()
    _decide(actor, request, verb, reason)
    request.save(update_fields=["state", "closed_at"])
    kind.let_go(actor, request)


def _decide(actor: Actor, request: ApprovalRequest, verb: str, reason: str) -> None:
    Decision.objects.create(
        request=request, step=request.step, verb=verb, reason=reason.strip(), by=actor.name[:200],
        by_key=policies.key_of(actor), at=clock.now(),
    )  # fmt: skip


def _told(request: ApprovalRequest, reason: str) -> dict[str, object]:
    about = [request.subject_kind, request.subject_id]
    return {"request": request.number, "kind": request.kind, "about": about, "reason": reason.strip()}


def _next_number(year: int) -> str:
    """The number of the next request; one that is taken meanwhile is refused by the database."""
    last = ApprovalRequest.objects.filter(number__startswith=f"Q{year}-").aggregate(last=Max("number"))["last"]
    return f"Q{year}-{int(last.partition('-')[2]) + 1 if last else 1:05d}"
