"""The page of one's own account: password, second factors, sessions, identities at the provider."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from shicheng.people.errors import TooManyAttempts
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.models import User
from shicheng.people.signing import factors, flow, identities, passwords
from shicheng.people.signing.directory import directory_of
from shicheng.people.signing.enrolling import keep_codes, own_account
from shicheng.people.signing.errors import BadPassword, ProviderAway
from shicheng.people.signing.forms import ConfirmForm, DirectoryForm, KeyForm, OwnPasswordForm
from shicheng.people.signing.models import Factor, OutsideIdentity, PasswordState, Session
from shicheng.people.signing.provider import provider_of
from shicheng.people.signing.rules import rules
from shicheng.people.signing.sessions import device_of, end_session, end_sessions, sessions
from shicheng.people.signing.store import digest_of
from shicheng.people.types import Actor
from shicheng.settings import current


@desk_page()
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show one's account."""
    return _page(request, OwnPasswordForm(), ConfirmForm(auto_id="confirm_%s"))


@desk_page()
@require_POST
@sensitive_post_parameters("old", "password", "again")
def change_own_password(request: HttpRequest) -> HttpResponse:
    """Give oneself another password; every other session ends."""
    user = own_account(request)
    form = OwnPasswordForm(request.POST)
    if form.is_valid() and _confirms(request, user, form):
        try:
            passwords.change_password(
                actor=actor_of(request), user=user, password=form.cleaned_data["password"],
                keep=request.session.session_key,
            )  # fmt: skip
        except BadPassword as error:
            form.add_error("password", str(error.message))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. You are signed out everywhere else."))
            return redirect("people:me")
    return _page(request, form, ConfirmForm(auto_id="confirm_%s"), status=422)


@desk_page()
@require_POST
@sensitive_post_parameters("old")
def remove_own_factor(request: HttpRequest, factor_id: UUID) -> HttpResponse:
    """Take one of one's second factors away."""
    user, form = own_account(request), _confirm_form(request)
    if form.is_valid() and _confirms(request, user, form):
        found = factors.remove_factor(actor=actor_of(request), user=user, factor_id=factor_id)
        messages.success(request, _("%(name)s is no longer a second factor.") % {"name": found.name})
        return redirect("people:me")
    return _page(request, OwnPasswordForm(), form, status=422)


@desk_page()
@require_POST
@sensitive_post_parameters("old")
def renew_codes(request: HttpRequest) -> HttpResponse:
    """Make recovery codes anew."""
    user, form = own_account(request), _confirm_form(request)
    if form.is_valid() and _confirms(request, user, form):
        keep_codes(request, factors.make_codes(actor=actor_of(request), user=user))
        return redirect("people:codes")
    return _page(request, OwnPasswordForm(), form, status=422)


@desk_page()
@require_POST
def end_one(request: HttpRequest, name: str) -> HttpResponse:
    """End one session: one of one's own, or anybody's for who manages accounts."""
    actor = actor_of(request)
    found = end_session(actor=actor, name=name)
    messages.success(request, _("The session is ended. Its next request is turned away."))
    return redirect("people:me" if found.user_id == actor.user_id else "people:signing")


@desk_page()
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all one's sessions but this one."""
    count = end_sessions(actor=actor_of(request), user=own_account(request), but=request.session.session_key)
    messages.success(
        request, ngettext("%(count)s session is ended.", "%(count)s sessions are ended.", count) % {"count": count}
    )
    return redirect("people:me")


@desk_page()
@require_POST
@sensitive_post_parameters("old", "password")
def link_directory(request: HttpRequest) -> HttpResponse:
    """Let one's entry in the directory sign in as oneself."""
    if directory_of(current()) is None:
        raise Http404
    user, form = own_account(request), DirectoryForm(request.POST, auto_id="directory_%s")
    if not user.has_usable_password():
        del form.fields["old"]
    if form.is_valid() and _confirms(request, user, form):
        given = form.cleaned_data
        try:
            found = flow.find_in_directory(
                request, username=given["username"].strip(), password=given["password"], rules=rules()
            )
        except (TooManyAttempts, ProviderAway) as error:
            form.add_error(None, f"{error.message} {error.hint}")
        else:
            if found is not None:
                identities.link(actor=actor_of(request), user=user, identity=found)
                messages.success(request, _("You can sign in by the directory now."))
                return redirect("people:me")
            form.add_error(None, _("Name and password do not match. Check both and try again."))
    return _page(request, OwnPasswordForm(), ConfirmForm(auto_id="confirm_%s"), directory_form=form, status=422)


@desk_page()
@require_POST
def unlink_identity(request: HttpRequest, identity_id: int) -> HttpResponse:
    """Let an identity at the provider sign in as oneself no longer."""
    identities.unlink(actor=actor_of(request), user=own_account(request), identity_id=identity_id)
    messages.success(request, _("The link is removed."))
    return redirect("people:me")


def shown_sessions(request: HttpRequest, actor: Actor, user: User | None = None) -> list[dict[str, Any]]:
    """Sessions as lists show them."""
    here = digest_of(request.session.session_key or "")
    found = sessions(actor)
    listed: list[Session] = list((found if user is None else found.filter(user=user))[:500])
    return [{"it": one, "device": device_of(one), "is_here": one.pk == here} for one in listed]


def _page(
    request: HttpRequest,
    form: OwnPasswordForm,
    confirm: ConfirmForm,
    *,
    directory_form: DirectoryForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, actor = own_account(request), actor_of(request)
    now = rules()
    state = PasswordState.objects.filter(user=user).first()
    changed = state.changed if state is not None else user.created
    if not user.has_usable_password():
        del confirm.fields["old"]
    key_form = KeyForm(auto_id="key_%s")
    if not user.has_usable_password():
        del key_form.fields["old"]
    directory = directory_of(current())
    if directory is not None and directory_form is None:
        directory_form = DirectoryForm(auto_id="directory_%s")
        if not user.has_usable_password():
            del directory_form.fields["old"]
    linked = list(OutsideIdentity.objects.filter(user=user))
    page = {
        "user": user, "form": form, "confirm": confirm, "key_form": key_form, "changed": changed,
        "due": changed + now.password_age if now.password_age else None, "factors": list(factors.factors(user)),
        "codes_left": factors.codes_left(user), "is_required": factors.is_required(user, now, actor.roles),
        "sessions": shown_sessions(request, actor, user), "provider": provider_of(current()),
        "identities": [one for one in linked if directory is None or one.issuer != directory.address],
        "in_directory": [one for one in linked if directory is not None and one.issuer == directory.address],
        "directory": directory, "directory_form": directory_form, "key_kind": Factor.KEY,
    }  # fmt: skip
    return render(request, "people/signing/me.html", page, status=status)


def _confirm_form(request: HttpRequest) -> ConfirmForm:
    form = ConfirmForm(request.POST, auto_id="confirm_%s")
    if not own_account(request).has_usable_password():
        del form.fields["old"]
    return form


def _confirms(request: HttpRequest, user: User, form: ConfirmForm | OwnPasswordForm) -> bool:
    try:
        if flow.knows_password(request, user=user, password=form.cleaned_data.get("old", ""), rules=rules()):
            return True
    except TooManyAttempts as error:
        form.add_error("old", f"{error.message} {error.hint}")
        return False
    form.add_error("old", _("This is not your password."))
    return False
