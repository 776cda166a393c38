"""Pages for who manages accounts: who is signed in, what is closed, and helping somebody back in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from shicheng.people import policies, selectors
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.models import User
from shicheng.people.signing import factors, gates, passwords
from shicheng.people.signing.models import Gate, OutsideIdentity, PasswordState
from shicheng.people.signing.own import shown_sessions
from shicheng.people.signing.sessions import end_sessions


@desk_page(policies.MANAGE)
@require_safe
def signing(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and which names and addresses are closed."""
    actor = actor_of(request)
    page = {"sessions": shown_sessions(request, actor), "closed": list(gates.closed(actor)[:500])}
    return render(request, "people/signing/overview.html", page)


@desk_page(policies.MANAGE)
@require_safe
def account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """How one account is signed in to."""
    return _page(request, _found(request, user_id))


@desk_page(policies.MANAGE)
@require_POST
@sensitive_variables("password")
def reset(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Give somebody a password for their next sign-in; it is in the answer and nowhere else."""
    user = _found(request, user_id)
    password = passwords.reset_password(actor=actor_of(request), user=user)
    return _page(request, user, password=password)


@desk_page(policies.MANAGE)
@require_POST
def remove_all_factors(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Take all second factors of somebody away, who has lost them."""
    user = _found(request, user_id)
    if user.pk == actor_of(request).user_id:
        messages.error(request, _("Your own second factors are taken away on the page of your account."))
        return redirect("people:account_signing", user.pk)
    factors.remove_factors(actor=actor_of(request), user=user)
    messages.success(request, _("%(name)s has no second factor any more.") % {"name": user.username})
    return redirect("people:account_signing", user.pk)


@desk_page(policies.MANAGE)
@require_POST
def end_all(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """End all sessions of somebody."""
    user = _found(request, user_id)
    count = end_sessions(actor=actor_of(request), user=user)
    messages.success(
        request, ngettext("%(count)s session is ended.", "%(count)s sessions are ended.", count) % {"count": count}
    )
    return redirect("people:account_signing", user.pk)


@desk_page(policies.MANAGE)
@require_POST
def open_gate(request: HttpRequest) -> HttpResponse:
    """Open a name or an address before its time."""
    kind, key = request.POST.get("kind", ""), request.POST.get("key", "")
    if gates.open_gate(actor=actor_of(request), kind=kind, key=key):
        messages.success(request, _("%(key)s is open again.") % {"key": key})
    return redirect("people:signing")


def _found(request: HttpRequest, user_id: UUID) -> User:
    user = selectors.users(actor_of(request)).filter(pk=user_id).first()
    if user is None:
        raise Http404
    return user


def _page(request: HttpRequest, user: User, password: str = "") -> HttpResponse:
    actor = actor_of(request)
    page = {
        "person": user, "password": password, "state": PasswordState.objects.filter(user=user).first(),
        "factors": list(factors.factors(user)), "codes_left": factors.codes_left(user),
        "sessions": shown_sessions(request, actor, user), "identities": OutsideIdentity.objects.filter(user=user),
        "gate": gates.closed(actor).filter(kind=Gate.NAME, key=user.username).first(),
        "is_self": user.pk == actor.user_id, "may_help": passwords.may_help(actor, user),
    }  # fmt: skip
    return render(request, "people/signing/account.html", page)
