"""Sessions as people see them: where somebody is signed in, and ending that."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import news, policies
from shicheng.people.errors import BadAccount
from shicheng.people.models import User
from shicheng.people.signing import happenings
from shicheng.people.signing.models import Session
from shicheng.people.signing.store import digest_of
from shicheng.people.types import Actor

_NOTE_EVERY: Final = timedelta(minutes=1)  # not a write for every request
_PROGRAMS: Final = (
    ("Edg/", "Edge"), ("MicroMessenger/", "WeChat"), ("OPR/", "Opera"), ("QQBrowser/", "QQ Browser"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def sessions(actor: Actor) -> QuerySet[Session]:
    """Sessions the actor may see, the latest first: everybody's for who manages accounts, else one's own."""
    now = clock.now()
    found = Session.objects.filter(user__isnull=False, expire_date__gt=now).select_related("user").defer("session_data")
    found = found.order_by("-last_seen")
    if policies.allows(actor, policies.MANAGE):
        return found
    return found.filter(user_id=actor.user_id) if actor.kind == "user" and actor.user_id else found.none()


def end_session(*, actor: Actor, name: str) -> Session:
    """End one session, named by the digest of its key; it stops with its next request. Raises `BadAccount`."""
    with atomic():
        found = sessions(actor).select_related(None).defer(None).select_for_update().filter(pk=name).first()
        if found is None:
            raise BadAccount(
                _("There is no such session."), hint=_("It may have ended by itself. Load the page again.")
            )
        _end(actor, [found])
    return found


def end_sessions(*, actor: Actor, user: User, but: str | None = None) -> int:
    """End all sessions of somebody, but the one with this key, and return how many there were."""
    if actor.user_id != user.pk:
        policies.require(actor, policies.MANAGE)
    with atomic():
        found = Session.objects.select_for_update().filter(user=user).defer("session_data")
        kept = digest_of(but) if but else ""
        return _end(actor, [one for one in found if one.pk != kept])


def _end(actor: Actor, found: Iterable[Session]) -> int:
    ended = list(found)
    if not ended:
        return 0
    owner = ended[0].user
    if owner is None:
        return 0
    Session.objects.filter(pk__in=[one.pk for one in ended]).delete()
    details: dict[str, Any] = {"username": owner.username, "count": len(ended)}
    news.tell(actor, happenings.SESSIONS_ENDED, ("user", str(owner.pk)), details)
    return len(ended)


def touch(request: HttpRequest) -> None:
    """Note that a session is used. What a page asks for by itself, again and again, does not count as use."""
    seen = getattr(request.session, "last_seen", None)
    if seen is None or clock.now() - seen < _NOTE_EVERY or "HX-Poll" in request.headers:
        return
    key = digest_of(request.session.session_key or "")
    with atomic():
        Session.objects.filter(pk=key).update(last_seen=clock.now())


def device_of(session: Session) -> str:
    """Program and system in short, as far as the browser says them."""
    program = next((name for mark, name in _PROGRAMS if mark in session.device), "")
    system = next((name for mark, name in _SYSTEMS if mark in session.device), "")
    return ", ".join(part for part in (program, system) if part) or session.device[:60] or "–"


def address_of(request: HttpRequest, trusted: Iterable[str]) -> str:
    """Where a request comes from: the last address in its way that is no proxy of ours.

    `trusted` are the proxies whose word in X-Forwarded-For is believed, as addresses or networks.
    """
    nets = [ipaddress.ip_network(one, strict=False) for one in trusted]
    address = str(request.META.get("REMOTE_ADDR", ""))
    for passed in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_in(address, nets):
            break
        try:
            address = str(ipaddress.ip_address(passed.strip()))
        except ValueError:
            break
    return address[:60]


def _is_in(address: str, nets: list[Any]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in net for net in nets)
