"""Accounts, grants, and turning a person into an actor."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import granting, news, policies
from shicheng.people.errors import BadAccount
from shicheng.people.models import User
from shicheng.people.signing.models import PasswordState
from shicheng.people.types import CONTENT, Actor, Reach, Role

ANONYMOUS = Actor(kind="anonymous", name="anonymous", roles=frozenset({Role.READER}))
SYSTEM = Actor(kind="system", name="system", roles=frozenset(Role))


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
    *, actor: Actor, username: str, full_name: str, password: str, roles: list[Role], fonds: str = "",
    must_change: bool = False,
) -> User:  # fmt: skip
    """Make an account with its grants; the first account of a new archive needs no permission.

    `must_change` has its owner choose another password at the first sign-in, as when somebody else knows this one.
    An administrator makes accounts without roles; who may give grants gives those. Raises `BadAccount` if the name is
    taken or the password too weak, `GrantRefused` for roles that exclude each other.
    """
    if User.objects.exists():
        policies.require(actor, policies.MANAGE)
        if roles:
            policies.require(actor, policies.GRANT)
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
            PasswordState.objects.create(user=user, changed=clock.now(), must_change=must_change)
            made = {"username": user.username, "roles": [str(role) for role in roles], "fonds": fonds}
            news.tell(actor, news.ACCOUNT_MADE, ("user", str(user.pk)), made)
            for role in roles:
                granting.put_grant(
                    actor=actor, user=user, role=role, limits=granting.Limits(fonds=fonds if role in CONTENT else "")
                )
    except granting.Refusal as refusal:
        raise granting.refused(refusal) from None
    except IntegrityError as error:
        raise BadAccount(
            _("The name %(name)s is taken.", name=user.username), hint=_("Choose another name to sign in with.")
        ) from error
    return user


def note_session(*, user: User, begun: bool, **details: str) -> None:
    """Tell that a person signed in or out, and from where."""
    with atomic():
        news.tell(actor_for(user), news.SIGNED_IN if begun else news.SIGNED_OUT, ("user", str(user.pk)), details)
