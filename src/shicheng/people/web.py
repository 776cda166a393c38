"""Pages about people: setting up, signing in and out, accounts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from shicheng.people import policies, selectors, services
from shicheng.people.accounts import switch_account as switch
from shicheng.people.errors import BadAccount, TooManyAttempts
from shicheng.people.forms import AccountForm, NewPasswordForm, SignInForm
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.models import User
from shicheng.people.types import Role


@never_cache
@sensitive_post_parameters("password", "again")
def set_up(request: HttpRequest) -> HttpResponse:
    """Make the first account; closed for ever once anybody has one."""
    if selectors.has_users():
        return redirect("people:sign_in")
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            user = services.create_user(
                actor=services.ANONYMOUS,
                username=form.cleaned_data["username"],
                full_name=form.cleaned_data["full_name"],
                password=form.cleaned_data["password"],
                roles=[Role.ADMINISTRATOR, Role.ARCHIVIST],
            )
        except BadAccount as error:
            form.add_error(None, str(error))
        else:
            login(request, user)
            services.note_session(user=user, begun=True)
            return redirect("desk:home")
    return render(request, "people/set_up.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a person in; five failures close the door for ten minutes."""
    if not selectors.has_users():
        return redirect("people:set_up")
    if request.method == "GET" and policies.allows(actor_of(request), policies.SIGN_IN):
        return redirect(_next(request))
    form, status = SignInForm(request.POST or None), 200
    if form.is_valid():
        try:
            user = _authenticate(request, form.cleaned_data["username"].strip(), form.cleaned_data["password"])
        except TooManyAttempts as error:
            form.add_error(None, str(error))
            status = error.http_status
        else:
            if user is not None:
                login(request, user)
                services.note_session(user=user, begun=True)
                return redirect(_next(request))
            form.add_error(None, _("Name and password do not match. Check both and try again."))
            status = 422
    return render(request, "people/sign_in.html", {"form": form, "next": _next(request)}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, User):
        services.note_session(user=request.user, begun=False)
    logout(request)
    return redirect("access:home")


@desk_page(policies.MANAGE)
@sensitive_post_parameters("password", "again")
def accounts(request: HttpRequest) -> HttpResponse:
    """List accounts and add one."""
    actor = actor_of(request)
    form = AccountForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            user = services.create_user(
                actor=actor, username=given["username"], full_name=given["full_name"], password=given["password"],
                roles=[Role(given["role"])], fonds=form.reach(),
            )  # fmt: skip
        except BadAccount as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The account %(name)s was made.") % {"name": user.username})
            return redirect("people:accounts")
    page = {"form": form, "users": selectors.users(actor)}
    return render(request, "people/accounts.html", page, status=422 if form.errors else 200)


@desk_page(policies.MANAGE)
def switch_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Switch an account off or on again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    active = request.POST.get("active") == "yes"
    user = switch(actor=actor_of(request), user_id=user_id, active=active)
    text = _("%(name)s may sign in again.") if active else _("%(name)s can't sign in any more.")
    messages.success(request, text % {"name": user.username})
    return redirect("people:accounts")


def _authenticate(request: HttpRequest, username: str, password: str) -> User | None:
    address = request.META.get("REMOTE_ADDR", "")
    services.check_sign_in_allowed(username=username, address=address)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        services.note_failed_sign_in(username=username, address=address)
        return None
    services.forget_failures(username=username)
    return user


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else reverse("desk:home")
