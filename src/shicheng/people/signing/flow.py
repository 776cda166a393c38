"""The way in, step by step. Nobody is signed in before the last step: what went before only lies in their session."""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import authenticate, login
from django.http import HttpRequest

from shicheng.kernel import clock
from shicheng.people import services
from shicheng.people.models import User
from shicheng.people.signing import factors, gates, passwords
from shicheng.people.signing.rules import UNFINISHED, Rules
from shicheng.people.signing.sessions import address_of
from shicheng.people.signing.store import ABOUT, SessionStore
from shicheng.settings import current

_KEY: Final = "signing"
PASSWORD: Final = "password"  # noqa: S105  # a way in, not a password
PROVIDER: Final = "provider"


def try_password(request: HttpRequest, *, username: str, password: str, rules: Rules) -> User | None:
    """Whoever this name and password belong to; a wrong password and an unknown name take the same way and time.

    Raises `TooManyAttempts`.
    """
    address = address_here(request)
    gates.enter(username=username, address=address, rules=rules)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        gates.note_failure(username=username, address=address, what=PASSWORD, rules=rules)
        return None
    gates.take_back(username=username, address=address)
    return user


def knows_password(request: HttpRequest, *, user: User, password: str, rules: Rules) -> bool:
    """Tell whether somebody signed in knows their own password; guessing closes the name as at the door."""
    if not user.has_usable_password():
        return True
    return try_password(request, username=user.username, password=password, rules=rules) is not None


def begin(request: HttpRequest, *, user: User, how: str, next_page: str) -> None:
    """Remember who is on the way in, in a session with a key nobody knew before."""
    request.session.cycle_key()
    request.session.set_expiry(int(UNFINISHED.total_seconds()))
    request.session[_KEY] = {
        "user": str(user.pk), "how": how, "next": next_page, "at": int(time.time()), "factor": False,
        "hash": user.get_session_auth_hash(),
    }  # fmt: skip


def pending(request: HttpRequest) -> tuple[User, dict[str, Any]] | None:
    """Who is on the way in, and how far; None if nobody is, or it took too long."""
    state = request.session.get(_KEY)
    if not state or time.time() - state["at"] > UNFINISHED.total_seconds():
        return None
    user = User.objects.filter(pk=UUID(state["user"]), is_active=True).first()
    if user is None or (state["how"] == PASSWORD and user.get_session_auth_hash() != state["hash"]):
        return None
    return user, state


def note_factor(request: HttpRequest, user: User) -> None:
    """Remember that whoever is on the way in has shown a second factor."""
    state = request.session[_KEY]
    request.session[_KEY] = {**state, "factor": True, "hash": user.get_session_auth_hash()}


def note_password(request: HttpRequest, user: User) -> None:
    """Remember that whoever is on the way in has another password now."""
    request.session[_KEY] = {**request.session[_KEY], "hash": user.get_session_auth_hash()}


def next_step(user: User, state: dict[str, Any], rules: Rules) -> str:
    """What is still to be done: "factor", "password", "enrol", or "" if nothing is."""
    by_provider = state["how"] == PROVIDER
    if not (by_provider and rules.trusts_provider):
        has = factors.factors(user).exists()
        if has and not state["factor"]:
            return "factor"
        if not by_provider and passwords.is_due(user, rules, clock.now()):
            return "password"
        if not has and factors.is_required(user, rules, services.actor_for(user).roles):
            return "enrol"
    return ""


def finish(request: HttpRequest, user: User, rules: Rules) -> str:
    """Sign in whoever has done every step; returns the page they wanted."""
    state = request.session.pop(_KEY, {})
    sign_in(request, user, rules, how=state.get("how", ""))
    return str(state.get("next", ""))


def sign_in(request: HttpRequest, user: User, rules: Rules, how: str = PASSWORD) -> None:
    """Begin somebody's session: with a new key, an end, and where it is from."""
    now, address = clock.now(), address_here(request)
    login(request, user)
    about = {
        "begun": now.isoformat(), "address": address,
        "device": request.headers.get("User-Agent", "")[:300],
    }  # fmt: skip
    request.session[ABOUT] = about
    request.session.set_expiry(now + rules.longest)
    SessionStore.clear_expired()
    gates.forget(username=user.username)
    services.note_session(user=user, begun=True, address=address, how=how)


def address_here(request: HttpRequest) -> str:
    """Where a request comes from, as the settings say whose word to take."""
    return address_of(request, current().trusted_proxies)
