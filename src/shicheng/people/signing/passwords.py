"""What a password must be, and changing it. The validators are put into force by Django's settings."""

from __future__ import annotations

import secrets
import string
from datetime import datetime
from typing import Final

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import news, policies
from shicheng.people.errors import BadAccount, NotPermitted
from shicheng.people.models import User
from shicheng.people.services import actor_for
from shicheng.people.signing import happenings
from shicheng.people.signing.errors import BadPassword
from shicheng.people.signing.models import PasswordState, PastPassword
from shicheng.people.signing.rules import Rules
from shicheng.people.signing.sessions import end_sessions
from shicheng.people.types import ADMINISTRATORS, Actor

REMEMBERED: Final = 24
"""So many past passwords are kept at most, whatever the setting asks for now."""


class KindsValidator:
    """Small letters, capitals, digits, and anything else: so many of these kinds must be there.

    A Chinese character is one of thousands, and a phrase of them is harder to guess than what the kinds are meant to
    bring about: from four different ones on they count as three kinds.
    """

    def __init__(self, kinds: int) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise `ValidationError` if too few kinds are there."""
        small = any(one.islower() for one in password)
        capital = any(one.isupper() for one in password)
        digit = any(one.isdigit() for one in password)
        other = any(not one.isalnum() for one in password)
        characters = len({one for one in password if one.isalpha() and not one.islower() and not one.isupper()})
        if small + capital + digit + other + (3 if characters >= 4 else characters > 0) < self.kinds:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        """The rule in words."""
        return ngettext(
            "It needs at least %(count)s of these: small letters, capitals, digits, other signs.",
            "It needs at least %(count)s of these: small letters, capitals, digits, other signs.",
            self.kinds,
        ) % {"count": self.kinds}


class HistoryValidator:
    """Not the password of now, nor one of those before."""

    def __init__(self, remembered: int) -> None:
        self.remembered = remembered

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise `ValidationError` if somebody had this password lately."""
        if user is None or user._state.adding or not self.remembered:
            return
        past = PastPassword.objects.filter(user=user).values_list("password", flat=True)[: self.remembered - 1]
        # The model's own hash may have been replaced already; the one that is kept is meant.
        present = User.objects.filter(pk=user.pk).values_list("password", flat=True)
        if any(check_password(password, kept) for kept in [*present, *past]):
            raise ValidationError(self.get_help_text(), code="password_history")

    def get_help_text(self) -> str:
        """The rule in words."""
        return ngettext(
            "It must not be your last password.", "It must be none of your last %(count)s passwords.", self.remembered
        ) % {"count": self.remembered}


def make_password() -> str:
    """A password for somebody's next sign-in, which the rules take: 16 signs of every kind."""
    alphabet = string.ascii_letters + string.digits
    parts = ["".join(secrets.choice(alphabet) for _again in range(4)) for _again in range(4)]
    return "-".join(parts) + secrets.choice(string.digits) + secrets.choice("abcdefgh") + secrets.choice("ABCDEFGH")


def check_rules(password: str, user: User) -> None:
    """Raise `BadPassword` if the rules refuse a password for somebody."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadPassword(
            _("The password is too weak: %(reason)s", reason=" ".join(str(text) for text in error.messages)),
            hint=_("Choose another password and try again."),
        ) from error


def is_due(user: User, rules: Rules, now: datetime) -> bool:
    """Tell whether somebody must choose another password before they go on."""
    if not user.has_usable_password():
        return False
    state = PasswordState.objects.filter(user=user).first()
    if state is not None and state.must_change:
        return True
    changed = state.changed if state is not None else user.created
    return bool(rules.password_age) and changed <= now - rules.password_age


def change_password(*, actor: Actor, user: User, password: str, keep: str | None = None) -> None:
    """Give oneself another password; every session but the one with the key `keep` ends. Raises `BadPassword`.

    That the old one is known, or that signing in got so far, is for the caller to see to.
    """
    check_rules(password, user)
    with atomic():
        _store(user, password, must_change=False)
        end_sessions(actor=actor, user=user, but=keep)
        news.tell(actor, happenings.PASSWORD_CHANGED, ("user", str(user.pk)), {"username": user.username})


def reset_password(*, actor: Actor, user: User, password: str = "") -> str:
    """Give somebody a password for their next sign-in, after which they choose their own; end all their sessions.

    Returns the password, made here if none is given. Raises `NotPermitted`, `BadPassword`.
    """
    require_helper(actor, user)
    if actor.user_id == user.pk:
        raise BadAccount(_("Your own password is changed on the page of your account."))
    chosen = password or make_password()
    check_rules(chosen, user)
    with atomic():
        _store(user, chosen, must_change=True)
        end_sessions(actor=actor, user=user)
        news.tell(actor, happenings.PASSWORD_RESET, ("user", str(user.pk)), {"username": user.username})
    return chosen


def may_help(actor: Actor, user: User) -> bool:
    """Tell whether the actor may help somebody back in; see `require_helper`."""
    try:
        require_helper(actor, user)
    except NotPermitted:
        return False
    return True


def require_helper(actor: Actor, user: User) -> None:
    """Raise `NotPermitted` unless the actor may help somebody back in.

    Who manages accounts does so; but an administrator who could give another a password would be both of them. That is
    for the operator, who can't be kept out anyway.
    """
    policies.require(actor, policies.MANAGE)
    if actor.kind == "user" and actor.user_id != user.pk and actor_for(user).roles & ADMINISTRATORS:
        raise NotPermitted(
            _("%(name)s is an administrator too, whom another administrator can't let in.", name=user.username),
            hint=_("Have the operator do it at the machine: shicheng account"),
        )


def rules_in_words() -> str:
    """All rules as one help text."""
    from django.contrib.auth.password_validation import get_default_password_validators

    return " ".join(str(one.get_help_text()) for one in get_default_password_validators())


def _store(user: User, password: str, *, must_change: bool) -> None:
    now = clock.now()
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.has_usable_password():
        PastPassword.objects.create(user=user, password=locked.password, until=now)
        kept = PastPassword.objects.filter(user=user).values_list("pk", flat=True)[:REMEMBERED]
        PastPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    user.set_password(password)
    user.save(update_fields=["password"])
    PasswordState.objects.update_or_create(user=user, defaults={"must_change": must_change, "changed": now})
