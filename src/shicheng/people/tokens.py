"""Tokens of programs: made once, shown once, kept as a digest, cut down to what the program needs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from django.db.models import QuerySet

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import policies, registry
from shicheng.people.errors import BadToken
from shicheng.people.models import ApiToken, User
from shicheng.people.services import actor_for
from shicheng.people.types import ADMINISTRATORS, Actor, Role

PREFIX: Final = "sct_"  # so that a leaked token is recognised by those who search for such things
GROUPS: Final = ("read", "write", "admin")
CREATED: Final = "people.token.created"
REVOKED: Final = "people.token.revoked"
_NOTE_USE_EVERY: Final = timedelta(minutes=5)


class Log(Protocol):
    """The audit log's `append`; this room lies below it, so whoever calls brings it along."""

    def __call__(self, actor: Actor, event: str, subject: tuple[str, str], details: dict[str, Any], /) -> int:
        """Append an entry inside the open transaction."""


def create_token(
    *,
    actor: Actor,
    name: str,
    scopes: Iterable[str],
    log: Log,
    username: str = "",
    fonds: Iterable[str] | None = None,
    expires: datetime | None = None,
    days_at_most: int = 365,
) -> tuple[ApiToken, str]:
    """Make a token and return its row and its secret, which is never shown again.

    With `username` it acts as that person, never with more than they may do; without, as a program of its own with
    the one role its scopes belong to: an archivist's, or with `admin` the system administrator's. Either way `scopes`
    (permission codes, or the groups read, write and admin) and `fonds` cut it down. A signed-in person makes those that
    act as themselves; an administrator also those of programs, with no more than they may do themselves. Every token
    ends: without `expires`, after as many days as are allowed (`days_at_most`). Raises `BadToken`, `NotPermitted`.
    """
    own = _is_own(actor, username)
    policies.require(actor, policies.OWN_TOKENS if own else policies.MANAGE_TOKENS)
    wanted = sorted(set(scopes))
    if not name.strip():
        raise BadToken(_("The token has no name."), hint=_("Name it after the program that will use it."))
    _check_scopes(wanted)
    if not own:
        _check_reach(actor, wanted, username, fonds)
    if not username and _role_of_program(wanted) is None:
        raise BadToken(
            _("A program is an administrator (三员) or works with records, never both."),
            hint=_("Make one token for what it administers and another for the records."),
        )
    expires = _check_end(expires, days_at_most)
    user = None
    if username:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise BadToken(
                _("There is no account %(name)s that may sign in.", name=username),
                hint=_("Look it up in the list of accounts, or make the token without an account."),
            )
    return _make(actor, name, wanted, user, fonds, expires, log)


def give_token(
    *, actor: Actor, name: str, scopes: Iterable[str], fonds: Iterable[str], log: Log, days: int
) -> tuple[ApiToken, str]:
    """Make a token of a program for a room that has asked its own policies whether the actor may; see `create_token`.

    For what belongs to one thing of that room, such as a business system that may push and do nothing else.
    """
    wanted = sorted(set(scopes))
    _check_scopes(wanted)
    return _make(actor, name, wanted, None, fonds, _check_end(None, days), log)


def take_token(*, actor: Actor, token_id: UUID, log: Log) -> None:
    """Make a token of `give_token` worthless, for the room that gave it; one revoked before stays as it is."""
    with atomic():
        token = ApiToken.objects.select_for_update().filter(pk=token_id, revoked=None).first()
        if token is not None:
            token.revoked = clock.now()
            token.save(update_fields=["revoked"])
            log(actor, REVOKED, ("token", str(token.pk)), {"name": token.name})


def _make(
    actor: Actor, name: str, scopes: list[str], user: User | None, fonds: Iterable[str] | None, expires: datetime,
    log: Log,
) -> tuple[ApiToken, str]:  # fmt: skip
    secret = PREFIX + secrets.token_urlsafe(32)
    codes = None if fonds is None else sorted(set(fonds))
    with atomic():
        token = ApiToken.objects.create(
            name=name.strip()[:120], digest=_digest(secret), user=user, scopes=scopes, fonds=codes,
            made_by=actor.name[:200], created=clock.now(), expires=expires,
        )  # fmt: skip
        details = {
            "name": token.name, "scopes": " ".join(scopes), "user": user.username if user else "",
            "fonds": " ".join(codes or ()),
        }  # fmt: skip
        log(actor, CREATED, ("token", str(token.pk)), details)
    return token, secret


def revoke_token(*, actor: Actor, token_id: UUID, log: Log) -> ApiToken:
    """Make a token worthless from now on; one revoked before stays as it is. Raises `BadToken`, `NotPermitted`."""
    with atomic():
        token = tokens(actor).select_related(None).select_for_update().filter(pk=token_id).first()
        own = token is not None and actor.kind == "user" and token.user_id == actor.user_id
        policies.require(actor, policies.OWN_TOKENS if own else policies.MANAGE_TOKENS)
        if token is None:
            raise BadToken(_("There is no such token."), hint=_("Look it up in the list of tokens."))
        if token.revoked is None:
            token.revoked = clock.now()
            token.save(update_fields=["revoked"])
            log(actor, REVOKED, ("token", str(token.pk)), {"name": token.name})
    return token


def tokens(actor: Actor) -> QuerySet[ApiToken]:
    """Tokens the actor may see: all for an administrator, else those that act as them."""
    found = ApiToken.objects.select_related("user")
    if policies.allows(actor, policies.MANAGE_TOKENS):
        return found
    return found.filter(user_id=actor.user_id) if actor.kind == "user" and actor.user_id else found.none()


def find_token(secret: str) -> ApiToken | None:
    """The token this secret belongs to, if it may be used now."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    token = ApiToken.objects.select_related("user").filter(digest=_digest(secret)).first()
    now = clock.now()
    if token is None or token.revoked is not None or token.expires <= now:
        return None
    if token.user is not None and not token.user.is_active:
        return None
    if token.last_used is None or now - token.last_used > _NOTE_USE_EVERY:  # not a write for every request
        with atomic():
            ApiToken.objects.filter(pk=token.pk).update(last_used=now)
    return token


def actor_of_token(token: ApiToken) -> Actor:
    """Who acts when this token is shown: the person or the program, cut down to the token's scopes and fonds."""
    if token.user is not None:
        base = actor_for(token.user)
    else:
        roles = frozenset[str]({_role_of_program(token.scopes) or Role.READER, Role.READER})
        base = Actor(kind="program", name=token.name, user_id=token.pk, roles=roles)
    limited = base if token.fonds is None else base.within(token.fonds)
    return replace(limited, scopes=permissions_of(token.scopes))


def permissions_of(scopes: Iterable[str]) -> frozenset[str]:
    """The permissions that scopes stand for; groups grow with the rooms that register permissions.

    `read` is everything that only reads, `write` everything archivists and readers do, `admin` everything.
    """
    found: set[str] = set()
    for scope in scopes:
        if scope in GROUPS:
            found |= {one.code for one in registry.all_permissions() if _is_in(one, scope)}
        else:
            found.add(scope)
    return frozenset(found)


def _role_of_program(scopes: Iterable[str]) -> Role | None:
    """The one role that all of these scopes belong to, None if there is none."""
    wanted = set(scopes)
    for role in (Role.ARCHIVIST, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR):
        groups = {"admin"} if role in ADMINISTRATORS else {"read", "write"}
        if all(_may(role, code) if code not in GROUPS else code in groups for code in wanted):
            return role
    return None


def _may(role: Role, code: str) -> bool:
    known = [one for one in registry.all_permissions() if one.code == code]
    # A code there is no more stands in old tokens and allows nothing, whatever the role.
    return all(one.everyone or bool({role, Role.READER} & one.roles) for one in known)


def _is_in(permission: registry.Permission, group: str) -> bool:
    if group == "admin":
        return True
    if group == "read":
        return permission.code.rpartition(".")[2].startswith("read")
    return permission.everyone or bool(permission.roles & {Role.ARCHIVIST, Role.READER})


def ending_soon(actor: Actor, *, days: int) -> QuerySet[ApiToken]:
    """Tokens the actor may see that are good now and end within so many days, the first to end first."""
    now = clock.now()
    found = tokens(actor).filter(revoked=None, expires__gt=now, expires__lte=now + timedelta(days=days))
    return found.order_by("expires", "id")


def _check_end(expires: datetime | None, days_at_most: int) -> datetime:
    now = clock.now()
    last = now + timedelta(days=days_at_most)
    if expires is None:
        return last
    if expires <= now:
        raise BadToken(_("The token would have expired already."), hint=_("Choose a day to come."))
    if expires > last + timedelta(minutes=1):  # counted from the same moment by who asks
        raise BadToken(
            _("No token is good for more than %(days)s days.", days=days_at_most),
            hint=_("Choose an earlier day, and make another token then."),
        )
    return expires


def _is_own(actor: Actor, username: str) -> bool:
    if actor.kind != "user" or actor.user_id is None or not username:
        return False
    return User.objects.filter(pk=actor.user_id, username=username).exists()


def _check_reach(actor: Actor, scopes: list[str], username: str, fonds: Iterable[str] | None) -> None:
    """Let nobody who signed in reach through a token what they may not do themselves; the operator may do all."""
    if actor.kind != "user":
        return
    if username:
        raise BadToken(
            _("A token that acts as %(name)s is made by %(name)s alone.", name=username),
            hint=_("Ask them to make it on this page, or make one for a program of its own."),
        )
    role = _role_of_program(scopes) or Role.READER
    beyond = sorted(code for code in permissions_of(scopes) if _may(role, code) and not policies.allows(actor, code))
    if beyond:
        raise BadToken(
            _("The token would do what you may not do yourself, such as: %(label)s.",
              label=registry.find_permission(beyond[0]).label),
            hint=_("Choose permissions you have, or have the token made by somebody who has them."),
        )  # fmt: skip
    if actor.fonds is not None and (fonds is None or not set(fonds) <= actor.fonds):
        raise BadToken(
            _("The token would reach fonds that you do not reach yourself."), hint=_("Limit it to your own fonds.")
        )


def _check_scopes(scopes: list[str]) -> None:
    known = {one.code for one in registry.all_permissions()} | set(GROUPS)
    unknown = [scope for scope in scopes if scope not in known]
    if unknown or not scopes:
        raise BadToken(
            _("There is no scope %(name)s.", name=", ".join(unknown))
            if unknown
            else _("The token has no scope, so it could do nothing."),
            hint=_("Use read, write, admin, or codes of permissions such as %(example)s.", example=sorted(known)[0]),
        )


def _digest(secret: str) -> str:
    # A plain digest is enough for 256 random bits: there is nothing to guess, so nothing to slow down.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
