"""Pages about people: setting up, accounts. The way in is in `signing`."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from shicheng.people import founding, policies, selectors, services
from shicheng.people.accounts import switch_account as switch
from shicheng.people.errors import BadAccount
from shicheng.people.forms import AccountForm, NewPasswordForm
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.signing.flow import sign_in
from shicheng.people.signing.rules import rules
from shicheng.people.words import ROLE_LABELS, ROLE_TELLS


@never_cache
@sensitive_post_parameters("password", "again")
@sensitive_variables("made", "accounts")
def set_up(request: HttpRequest) -> HttpResponse:
    """Make the first accounts; closed for ever once anybody has one."""
    if selectors.has_users():
        return redirect("people:sign_in")
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            user, made = founding.set_up(
                username=form.cleaned_data["username"],
                full_name=form.cleaned_data["full_name"],
                password=form.cleaned_data["password"],
            )
        except BadAccount as error:
            form.add_error(None, str(error))
        else:
            sign_in(request, user, rules())
            accounts = [(one, ROLE_LABELS[one.role], ROLE_TELLS[one.role]) for one in made]
            return render(request, "people/founded.html", {"accounts": accounts})
    return render(request, "people/set_up.html", {"form": form}, status=422 if form.errors else 200)


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
                roles=[], must_change=True,
            )  # fmt: skip
        except BadAccount as error:
            form.add_error(None, str(error))
        else:
            told = _("The account %(name)s was made. A security administrator gives it its role.")
            messages.success(request, told % {"name": user.username})
            return redirect("people:accounts")
    users = [
        (user, [(ROLE_LABELS.get(one.role, one.role), one.fonds) for one in user.grants.all() if one.ended is None])
        for user in selectors.users(actor)
    ]
    page = {"form": form, "users": users}
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
