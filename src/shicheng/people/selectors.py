"""Reading accounts and grants."""

from __future__ import annotations

from django.db.models import QuerySet

from shicheng.people import policies
from shicheng.people.models import User
from shicheng.people.types import Actor


def users(actor: Actor) -> QuerySet[User]:
    """Accounts the actor may see: all for an administrator, else only their own."""
    everyone = User.objects.order_by("username").prefetch_related("grants")
    if policies.allows(actor, policies.MANAGE):
        return everyone
    return everyone.filter(pk=actor.user_id) if actor.user_id else everyone.none()


def users_with_grants(actor: Actor) -> QuerySet[User]:
    """Every account, for who gives grants; nobody else."""
    everyone = User.objects.order_by("username")
    return everyone if policies.allows(actor, policies.READ_GRANTS) else everyone.none()


def has_users() -> bool:
    """Tell whether anyone has an account yet (before that, the set-up page is shown)."""
    return User.objects.exists()
