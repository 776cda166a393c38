"""Pages of signing in by the provider: leaving for it, and coming back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from shicheng.people.guards import actor_of, desk_page
from shicheng.people.models import User
from shicheng.people.signing import flow, identities
from shicheng.people.signing.door import go_on, where_to
from shicheng.people.signing.enrolling import own_account
from shicheng.people.signing.provider import Identity, Provider, provider_of
from shicheng.people.signing.rules import UNFINISHED, rules
from shicheng.settings import current

_PENDING = "provider"
_LINKING = "linking"


@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    provider = _provider()
    # Whose account is to be linked was said by a form of that person, not by the address of this page.
    purpose = request.session.pop(_LINKING, "") if "link" in request.GET else ""
    pending = dict(request.session.get(_PENDING, {}))
    back = request.build_absolute_uri(reverse("people:provider_back"))
    address = provider.begin(pending, back=back, purpose=purpose, next_page=where_to(request))
    request.session[_PENDING] = pending
    if not request.user.is_authenticated:
        request.session.set_expiry(int(UNFINISHED.total_seconds()))  # nobody's, and made by whoever follows the link
    return HttpResponseRedirect(address)


@never_cache
@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """Take in whoever comes back from the provider."""
    provider = _provider()
    pending = dict(request.session.get(_PENDING, {}))
    kept = pending.pop(request.GET.get("state", ""), None)
    request.session[_PENDING] = pending
    request.session.save()  # the state is used up, whatever comes of it
    one = {} if kept is None else {request.GET.get("state", ""): kept}
    identity, begun = provider.finish(one, {key: str(value) for key, value in request.GET.items()})
    if begun["purpose"]:
        return _link(request, identity, begun["purpose"])
    user = identities.find_user(identity)
    if user is None and current().oidc_create:
        user = identities.make_user(identity)
    if user is None or not user.is_active:
        page = {"identity": identity, "provider": provider, "is_off": user is not None}
        return render(request, "people/signing/stranger.html", page, status=403)
    flow.begin(request, user=user, how=flow.PROVIDER, next_page=begun["next"])
    return go_on(request)


@desk_page()
@require_POST
@sensitive_post_parameters("old")
def begin_link(request: HttpRequest) -> HttpResponse:
    """Begin to link one's account with an identity at the provider."""
    user = own_account(request)
    if not flow.knows_password(request, user=user, password=request.POST.get("old", ""), rules=rules()):
        messages.error(request, _("This is not your password."))
        return redirect("people:me")
    request.session[_LINKING] = str(user.pk)
    # A page between: a form may not lead to another host, and browsers follow that through every redirection.
    return render(request, "people/signing/leave.html", {"provider": _provider()})


def _link(request: HttpRequest, identity: Identity, purpose: str) -> HttpResponse:
    actor = actor_of(request)
    if not isinstance(request.user, User) or purpose != str(actor.user_id):
        messages.error(request, _("You are no longer signed in as who began this. Begin again."))
        return redirect("people:sign_in")
    identities.link(actor=actor, user=own_account(request), identity=identity)
    messages.success(request, _("You can sign in by %(name)s now.") % {"name": _provider().label})
    return redirect("people:me")


def _provider() -> Provider:
    provider = provider_of(current())
    if provider is None:
        raise Http404
    return provider
