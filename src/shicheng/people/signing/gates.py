"""Failures close a name and an address for a while, whether or not the name exists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, QuerySet

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import news, policies
from shicheng.people.errors import TooManyAttempts
from shicheng.people.services import ANONYMOUS
from shicheng.people.signing import happenings
from shicheng.people.signing.models import Gate
from shicheng.people.signing.rules import Rules
from shicheng.people.types import Actor

_FORGET: Final = timedelta(days=1)


def enter(*, username: str, address: str, rules: Rules) -> None:
    """Count an attempt before it is looked at, so that many at once are not more than one after another.

    Raises `TooManyAttempts` if the name or the address is closed, now or by attempts still under way.
    """
    now = clock.now()
    with atomic():
        for gate, limit in _both(username, address, rules):
            if gate.closed_until is not None and gate.closed_until > now:
                raise _closed(gate, now)
            if gate.closed_until is not None:
                said = {"kind": gate.kind, "target": gate.key, "why": "time"}
                news.tell(ANONYMOUS, happenings.GATE_OPENED, None, said)
                gate.failures, gate.closed_until = 0, None
            if gate.failures == 0 or gate.first <= now - rules.closed:
                gate.failures, gate.first = 0, now
            if gate.failures >= limit:
                raise _closed(gate, now, gate.first + rules.closed)
            gate.failures += 1
            gate.save()


def note_failure(*, username: str, address: str, what: str, rules: Rules) -> None:
    """Let an attempt that was counted have failed, and close what failed too often; `what` is password or factor."""
    now = clock.now()
    with atomic():
        Gate.objects.filter(first__lt=now - _FORGET, closed_until=None).delete()
        details = {"username": username[:60], "address": address[:60], "what": what}
        closed = []
        for gate, limit in _both(username, address, rules):
            if gate.failures >= limit and gate.closed_until is None:
                gate.closed_until = now + rules.closed
                gate.save()
                closed.append(gate)
        news.tell(ANONYMOUS, news.SIGN_IN_FAILED, None, details)
        for gate in closed:
            said = {"kind": gate.kind, "target": gate.key, "failures": gate.failures, "until": str(gate.closed_until)}
            news.tell(ANONYMOUS, happenings.GATE_CLOSED, None, said)


def take_back(*, username: str, address: str) -> None:
    """Do not count an attempt that went well; failures before it still count until signing in is finished.

    If a right password forgot them, second factors could be guessed without end.
    """
    with atomic():
        for kind, key in ((Gate.ADDRESS, address[:60]), (Gate.NAME, username[:60])):
            Gate.objects.filter(kind=kind, key=key, failures__gt=0).update(failures=F("failures") - 1)


def forget(*, username: str) -> None:
    """Forget the failures of a name that signed in."""
    with atomic():
        Gate.objects.filter(kind=Gate.NAME, key=username[:60], closed_until=None).delete()


def closed(actor: Actor) -> QuerySet[Gate]:
    """Names and addresses that are closed now, for whoever may open them."""
    found = Gate.objects.filter(closed_until__gt=clock.now()).order_by("-closed_until")
    return found if policies.allows(actor, policies.MANAGE) else found.none()


def open_gate(*, actor: Actor, kind: str, key: str) -> bool:
    """Open a name or an address before its time; False if it was not closed."""
    policies.require(actor, policies.MANAGE)
    with atomic():
        gate = Gate.objects.select_for_update().filter(kind=kind, key=key[:60]).first()
        was_closed = gate is not None and gate.closed_until is not None and gate.closed_until > clock.now()
        if gate is not None:
            gate.delete()
        if was_closed:
            news.tell(actor, happenings.GATE_OPENED, None, {"kind": kind, "target": key[:60], "why": "person"})
    return was_closed


def _both(username: str, address: str, rules: Rules) -> list[tuple[Gate, int]]:
    """The two gates of an attempt, locked, always in the same order."""
    wanted = ((Gate.ADDRESS, address[:60], rules.address_failures), (Gate.NAME, username[:60], rules.failures))
    found = []
    for kind, key, limit in wanted:
        Gate.objects.get_or_create(kind=kind, key=key)
        found.append((Gate.objects.select_for_update().get(kind=kind, key=key), limit))
    return found


def _closed(gate: Gate, now: datetime, until: datetime | None = None) -> TooManyAttempts:
    end = until or gate.closed_until or now
    minutes = max(1, round((end - now).total_seconds() / 60 + 0.499))
    return TooManyAttempts(
        _("Signing in failed too often, so it is closed for %(what)s for a while.", what=gate.key),
        hint=_("Wait %(minutes)s minutes and try again, or ask the system administrator to open it.", minutes=minutes),
    )
