"""The way in, step by step. Nobody is signed in before the last step: what went before only lies in their session."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar
from uuid import UUID

from django.contrib.auth import authenticate, login
from django.http import HttpRequest

from shicheng.kernel import clock
from shicheng.people import services
from shicheng.people.models import User
from shicheng.people.signing import factors, gates, identities, passwords
from shicheng.people.signing.directory import directory_of
from shicheng.people.signing.provider import Identity
from shicheng.people.signing.rules import UNFINISHED, Rules
from shicheng.people.signing.sessions import address_of
from shicheng.people.signing.store import ABOUT, SessionStore
from shicheng.settings import current

_KEY: Final = "signing"
PASSWORD: Final = "password"  # noqa: S105  # a way in, not a password
PROVIDER: Final = "provider"
DIRECTORY: Final = "directory"


def try_password(request: HttpRequest, *, username: str, password: str, rules: Rules) -> tuple[User, str] | None:
    """Whoever this name and password belong to, here or in the directory, and which of the two.

    A wrong password and an unknown name take the same way and time. Raises `TooManyAttempts`, `ProviderAway`.
    """

    def ask() -> tuple[User, str] | None:
        user = authenticate(request, username=username, password=password)
        if isinstance(user, User):
            return user, PASSWORD
        found = _ask_directory(username, password)
        known = identities.find_user(found) if found else None
        if known is None and found is not None and current().ldap_create:
            known = identities.make_user(found)
        return (known, DIRECTORY) if known is not None and known.is_active else None

    return _counted(request, username=username, rules=rules, ask=ask)


def find_in_directory(request: HttpRequest, *, username: str, password: str, rules: Rules) -> Identity | None:
    """Who a name and a password belong to in the directory; guessing there closes the name too."""
    return _counted(request, username=username, rules=rules, ask=lambda: _ask_directory(username, password))


def _ask_directory(username: str, password: str) -> Identity | None:
    directory = directory_of(current())
    return directory.identify(username, password) if directory is not None else None


Found = TypeVar("Found")


def _counted(request: HttpRequest, *, username: str, rules: Rules, ask: Callable[[], Found | None]) -> Found | None:
    """Ask something of a name that may be guessed, and count what failed: that nobody could be asked counts too."""
    address = address_here(request)
    gates.enter(username=username, address=address, rules=rules)
    found = None
    try:
        found = ask()
    finally:
        if found is None:
            gates.note_failure(username=username, address=address, what=PASSWORD, rules=rules)
    if found is not None:
        gates.take_back(username=username, address=address)
    return found


def knows_password(request: HttpRequest, *, user: User, password: str, rules: Rules) -> bool:
    """Tell whether somebody signed in knows their own password; guessing closes the name as at the door."""
    if not user.has_usable_password():
        return True
    found = try_password(request, username=user.username, password=password, rules=rules)
    return found is not None and found[0].pk == user.pk


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
    if not (state["how"] == PROVIDER and rules.trusts_provider):
        has = factors.factors(user).exists()
        if has and not state["factor"]:
            return "factor"
        if state["how"] == PASSWORD and passwords.is_due(user, rules, clock.now()):
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
