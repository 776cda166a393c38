"""Pages of the way in: password, second factor, a password that must be changed, a factor that must be added."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from shicheng.people import policies, selectors, services
from shicheng.people.errors import TooManyAttempts
from shicheng.people.guards import actor_of
from shicheng.people.models import User
from shicheng.people.signing import factors, flow, gates, passwords
from shicheng.people.signing.enrolling import enrol
from shicheng.people.signing.errors import BadFactor, BadPassword, ProviderAway
from shicheng.people.signing.forms import CodeForm, NextPasswordForm, SignInForm
from shicheng.people.signing.models import Factor
from shicheng.people.signing.provider import provider_of
from shicheng.people.signing.rules import rules
from shicheng.settings import current


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password, or show the way to the sign-in provider."""
    if not selectors.has_users():
        return redirect("people:set_up")
    if request.method == "GET" and policies.allows(actor_of(request), policies.SIGN_IN):
        return redirect(where_to(request))
    form, status = SignInForm(request.POST or None), 200
    if form.is_valid():
        given = form.cleaned_data
        try:
            found = flow.try_password(
                request, username=given["username"].strip(), password=given["password"], rules=rules()
            )
        except (TooManyAttempts, ProviderAway) as error:
            form.add_error(None, f"{error.message} {error.hint}")
            status = error.http_status
        else:
            if found is not None:
                flow.begin(request, user=found[0], how=found[1], next_page=where_to(request))
                return go_on(request)
            form.add_error(None, _("Name and password do not match. Check both and try again."))
            status = 422
    page = {"form": form, "next": where_to(request), "provider": provider_of(current())}
    return render(request, "people/sign_in.html", page, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, User):
        services.note_session(user=request.user, begun=False, address=flow.address_here(request))
    logout(request)
    return redirect("access:home")


def go_on(request: HttpRequest) -> HttpResponse:
    """Lead whoever is on the way in to the next step, or in."""
    found = flow.pending(request)
    if found is None and policies.allows(actor_of(request), policies.SIGN_IN):
        return redirect("desk:home")
    if found is None:
        messages.warning(request, _("Signing in took too long. Begin again."))
        return redirect("people:sign_in")
    user, state = found
    step = flow.next_step(user, state, rules())
    if step:
        return redirect({"factor": "people:factor", "password": "people:must_change", "enrol": "people:enrol"}[step])
    target = flow.finish(request, user, rules())
    if target in ("", reverse("desk:home")) and not policies.allows(services.actor_for(user), policies.SIGN_IN):
        return redirect("access:home")  # who only reads has nothing to do at the desk
    return redirect(target or "desk:home")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Ask for a second factor."""
    found = flow.pending(request)
    if found is None or flow.next_step(*found, rules()) != "factor":
        return go_on(request)
    user, _state = found
    form, status = CodeForm(request.POST or None), 200
    if form.is_valid():
        try:
            if _is_right(request, user, form.cleaned_data["code"]):
                flow.note_factor(request, user)
                return go_on(request)
        except (TooManyAttempts, BadFactor) as error:
            form.add_error(None, f"{error.message} {error.hint}")
            status = error.http_status
        else:
            form.add_error("code", _("The code does not fit, or was used before. Take the one shown now."))
            status = 422
    kinds = set(factors.factors(user).values_list("kind", flat=True))
    page = {"form": form, "has_program": Factor.TOTP in kinds, "has_key": Factor.KEY in kinds}
    return render(request, "people/signing/factor.html", page, status=status)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def must_change(request: HttpRequest) -> HttpResponse:
    """Have a new password chosen before going on."""
    found = flow.pending(request)
    if found is None or flow.next_step(*found, rules()) != "password":
        return go_on(request)
    user, _state = found
    form = NextPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            passwords.change_password(actor=services.actor_for(user), user=user, password=form.cleaned_data["password"])
        except BadPassword as error:
            form.add_error("password", str(error.message))
        else:
            flow.note_password(request, user)
            return go_on(request)
    return render(request, "people/signing/must_change.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def must_enrol(request: HttpRequest) -> HttpResponse:
    """Have a second factor added before going on, for roles that ask for one."""
    found = flow.pending(request)
    if found is None:
        return go_on(request)
    user, state = found
    if flow.next_step(user, state, rules()) != "enrol":
        return go_on(request)
    return enrol(request, user, template="people/signing/must_enrol.html", confirm=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def carry_on(request: HttpRequest) -> HttpResponse:
    """Go on after what a step showed."""
    return go_on(request)


def where_to(request: HttpRequest) -> str:
    """The page somebody wanted, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else reverse("desk:home")


def _is_right(request: HttpRequest, user: User, code: str) -> bool:
    """Tell whether a code is right; wrong ones count as failures of the name."""
    address = flow.address_here(request)
    gates.enter(username=user.username, address=address, rules=rules())
    actor = services.actor_for(user)
    plain = code.strip().replace(" ", "")
    short = plain.isdigit() and len(plain) <= factors.DIGITS
    right = (
        factors.is_right_code(user, plain, current().keys_path)
        if short
        else factors.use_recovery_code(user, code, actor)
    )
    if right:
        gates.take_back(username=user.username, address=address)
    else:
        gates.note_failure(username=user.username, address=address, what="factor", rules=rules())
    return right
