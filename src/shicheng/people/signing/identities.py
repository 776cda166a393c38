"""Whose account an identity at the provider is. An account made from one has no role: those are given by a person."""

from __future__ import annotations

from django.db import IntegrityError

from shicheng.base.db import atomic
from shicheng.kernel.messages import message as _
from shicheng.people import news
from shicheng.people.errors import BadAccount, NotPermitted
from shicheng.people.models import User
from shicheng.people.services import ANONYMOUS
from shicheng.people.signing import happenings
from shicheng.people.signing.models import OutsideIdentity
from shicheng.people.signing.provider import Identity
from shicheng.people.types import Actor


def find_user(identity: Identity) -> User | None:
    """The account of an identity: by issuer and subject alone, never by a name, which others may take at a provider."""
    found = OutsideIdentity.objects.select_related("user").filter(issuer=identity.issuer, subject=identity.subject)
    one = found.first()
    return one.user if one is not None else None


def make_user(identity: Identity) -> User:
    """Make an account for an identity, without any role and without a password."""
    base = identity.username.strip() or identity.subject[:40]
    for number in range(1, 100):
        username = base[:60] if number == 1 else f"{base[:56]}-{number}"
        user = User(username=username, full_name=identity.full_name.strip() or username)
        user.set_unusable_password()
        try:
            with atomic():
                if (known := find_user(identity)) is not None:
                    return known  # made by another request meanwhile
                user.save(force_insert=True)
                OutsideIdentity.objects.create(user=user, issuer=identity.issuer, subject=identity.subject)
                details = {"username": username, "roles": [], "fonds": "", "issuer": identity.issuer}
                news.tell(ANONYMOUS, news.ACCOUNT_MADE, ("user", str(user.pk)), details)
        except IntegrityError:
            continue  # the name is somebody else's
        return user
    raise BadAccount(
        _("The name %(name)s is taken.", name=base), hint=_("Ask the system administrator for an account.")
    )


def link(*, actor: Actor, user: User, identity: Identity) -> OutsideIdentity:
    """Let an identity sign in as oneself. Raises `BadAccount` if it is another's."""
    if actor.user_id != user.pk:
        raise NotPermitted(_("%(name)s may only link their own account.", name=actor.name))
    with atomic():
        kept, is_new = OutsideIdentity.objects.get_or_create(
            issuer=identity.issuer, subject=identity.subject, defaults={"user": user}
        )
        if kept.user_id != user.pk:
            raise BadAccount(
                _("This identity belongs to another account."), hint=_("Ask the system administrator whose it is.")
            )
        if is_new:
            details = {"username": user.username, "issuer": identity.issuer, "subject": identity.subject}
            news.tell(actor, happenings.IDENTITY_LINKED, ("user", str(user.pk)), details)
    return kept


def unlink(*, actor: Actor, user: User, identity_id: int) -> None:
    """Let an identity sign in as oneself no longer; the last way in stays. Raises `BadAccount`."""
    if actor.user_id != user.pk:
        raise NotPermitted(_("%(name)s may only link their own account.", name=actor.name))
    with atomic():
        found = OutsideIdentity.objects.select_for_update().filter(user=user, pk=identity_id).first()
        if found is None:
            raise BadAccount(_("There is no such link."), hint=_("Load the page again."))
        if not user.has_usable_password() and OutsideIdentity.objects.filter(user=user).count() == 1:
            raise BadAccount(
                _("This is the only way into your account."),
                hint=_("Have the system administrator set a password first."),
            )
        found.delete()
        details = {"username": user.username, "issuer": found.issuer, "subject": found.subject}
        news.tell(actor, happenings.IDENTITY_UNLINKED, ("user", str(user.pk)), details)
