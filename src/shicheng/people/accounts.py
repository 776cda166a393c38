"""Switching accounts off and on. They are never deleted: what a person did stays theirs."""

from __future__ import annotations

from uuid import UUID

from shicheng.base.db import atomic
from shicheng.kernel.messages import message as _
from shicheng.people import news, policies
from shicheng.people.errors import BadAccount
from shicheng.people.models import Grant, User
from shicheng.people.types import ADMINISTRATORS, Actor
from shicheng.people.words import ROLE_LABELS


def switch_account(*, actor: Actor, user_id: UUID, active: bool) -> User:
    """Let a person sign in or no longer; whoever is signed in is out with the next page.

    Raises `BadAccount` for an account that does not exist, one's own, or the last administrator's.
    """
    policies.require(actor, policies.MANAGE)
    with atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise BadAccount(_("There is no such account."), hint=_("Look it up in the list of accounts."))
        if not active and user.pk == actor.user_id:
            raise BadAccount(_("You can't switch off your own account."), hint=_("Ask another administrator."))
        if not active and (role := _alone_as(user)):
            raise BadAccount(
                _("%(name)s is the last %(role)s and stays.", name=user.username, role=ROLE_LABELS[role]),
                hint=_("Make another account with this role first."),
            )
        user.is_active = active
        user.save(update_fields=["is_active"])
        details = {"username": user.username, "active": active}
        news.tell(actor, news.ACCOUNT_SWITCHED, ("user", str(user.pk)), details)
    return user


def _alone_as(user: User) -> str:
    """The administrator's role that only this account holds, "" if there is none."""
    held = Grant.objects.filter(role__in=ADMINISTRATORS, ended__isnull=True, user__is_active=True)
    for role in held.filter(user=user).values_list("role", flat=True):
        if not held.filter(role=role).exclude(user=user).exists():
            return role
    return ""
