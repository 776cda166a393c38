"""Accounts, grants, signing in, and turning a person into an actor."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import news, policies
from shicheng.people.errors import BadAccount, TooManyAttempts
from shicheng.people.models import Grant, SignInAttempt, User
from shicheng.people.types import CONTENT, Actor, Reach, Role

ANONYMOUS = Actor(kind="anonymous", name="anonymous", roles=frozenset({Role.READER}))
SYSTEM = Actor(kind="system", name="system", roles=frozenset(Role))

ATTEMPTS = 5
WAIT = timedelta(minutes=10)


def operator(name: str) -> Actor:
    """The person at the command line: whoever can read the archive's files can do all of it anyway."""
    return Actor(kind="operator", name=f"{name}@cli", roles=frozenset(Role))


def actor_for(user: User | None) -> Actor:
    """Turn a signed-in user into an actor with what their grants and emergencies give them at this moment."""
    if user is None or not user.is_active:
        return ANONYMOUS
    now = clock.now()
    reaches = tuple(grant.reach for grant in user.grants.all() if grant.holds_at(now))
    under_way = [one for one in user.emergencies.filter(until__gt=now) if one.holds_at(now)]
    whole = [one for one in reaches if one.is_whole and one.role in CONTENT]
    everywhere = not any(one.role in CONTENT for one in reaches) or any(one.fonds is None for one in whole)
    return Actor(
        kind="user",
        name=user.full_name or user.username,
        user_id=user.pk,
        # Every account may at least read what anyone may read.
        roles=frozenset({Role.READER, *(one.role for one in reaches)}),
        fonds=None if everywhere else frozenset(code for one in whole for code in one.fonds or ()),
        reaches=(Reach(role=Role.READER), *reaches),
        emergency=frozenset(code for one in under_way for code in one.permissions),
        emergency_id=str(under_way[0].pk) if under_way else "",
    )


def create_user(
    *, actor: Actor, username: str, full_name: str, password: str, roles: list[Role], fonds: str = ""
) -> User:
    """Make an account with its grants; the first account of a new archive needs no permission.

    Raises `BadAccount` if the name is taken or the password too weak.
    """
    if User.objects.exists():
        policies.require(actor, policies.MANAGE)
    user = User(username=username.strip(), full_name=full_name.strip() or username.strip())
    if not user.username:
        raise BadAccount(_("The account has no name."), hint=_("Give a short name to sign in with."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadAccount(
            _("The password is too weak: %(reason)s", reason=" ".join(str(text) for text in error.messages)),
            hint=_("Choose another password and try again."),
        ) from error
    user.set_password(password)
    try:
        with atomic():
            user.save(force_insert=True)
            Grant.objects.bulk_create([Grant(user=user, role=role, fonds=fonds) for role in roles])
            made = {"username": user.username, "roles": [str(role) for role in roles], "fonds": fonds}
            news.tell(actor, news.ACCOUNT_MADE, ("user", str(user.pk)), made)
    except IntegrityError as error:
        raise BadAccount(
            _("The name %(name)s is taken.", name=user.username), hint=_("Choose another name to sign in with.")
        ) from error
    return user


def check_sign_in_allowed(*, username: str, address: str) -> None:
    """Raise `TooManyAttempts` after five failures within ten minutes for one name or one address."""
    since = clock.now() - WAIT
    recent = SignInAttempt.objects.filter(at__gte=since)
    if recent.filter(username=username).count() >= ATTEMPTS or recent.filter(address=address).count() >= ATTEMPTS * 4:
        raise TooManyAttempts(
            _("Sign-in failed too often for %(name)s.", name=username), hint=_("Wait ten minutes and try again.")
        )


def note_failed_sign_in(*, username: str, address: str) -> None:
    """Remember a failure and forget those older than a day."""
    with atomic():
        SignInAttempt.objects.filter(at__lt=clock.now() - timedelta(days=1)).delete()
        SignInAttempt.objects.create(username=username[:60], address=address[:60])
        details = {"username": username[:60], "address": address[:60]}
        news.tell(ANONYMOUS, news.SIGN_IN_FAILED, None, details)


def note_session(*, user: User, begun: bool) -> None:
    """Tell that a person signed in or out."""
    with atomic():
        news.tell(actor_for(user), news.SIGNED_IN if begun else news.SIGNED_OUT, ("user", str(user.pk)), {})


def forget_failures(*, username: str) -> None:
    """Forget the failures of a name after it signed in."""
    SignInAttempt.objects.filter(username=username).delete()
