"""Tokens of programs at the desk: one's own, and for administrators all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from shicheng.audit.services import append
from shicheng.desk.forms import TokenForm
from shicheng.kernel import clock
from shicheng.kernel.messages import message
from shicheng.people import policies, tokens
from shicheng.people.errors import BadToken
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.models import ApiToken, User
from shicheng.people.policies import allows
from shicheng.people.troubles import Trouble, tell_by
from shicheng.people.types import Actor
from shicheng.settings import current


@desk_page(policies.OWN_TOKENS)
@require_http_methods(["GET", "POST"])
@sensitive_variables("secret")
def manage_tokens(request: HttpRequest) -> HttpResponse:
    """List tokens, and make one; its secret is in the answer and nowhere else."""
    actor = actor_of(request)
    may_manage = allows(actor, policies.MANAGE_TOKENS)
    form = TokenForm(request.POST or None, days_at_most=current().token_days)
    if not may_manage:
        del form.fields["acts_as"]
    secret, made = "", None
    if form.is_valid():
        given = form.cleaned_data
        user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
        own = not may_manage or given["acts_as"] == "me"
        try:
            made, secret = tokens.create_token(
                actor=actor,
                name=given["name"],
                scopes=[given["scope"]] if given["scope"] else given["permissions"].split(),
                log=append,
                username=user.username if own and user is not None else "",
                fonds=given["fonds"].split() or None,
                expires=clock.now() + timedelta(days=int(given["days"])),
                days_at_most=current().token_days,
            )
        except BadToken as error:
            form.add_error(None, f"{error.message} {error.hint or ''}")
        else:
            form = TokenForm(days_at_most=current().token_days)
            if not may_manage:
                del form.fields["acts_as"]
    page = {
        "form": form,
        "secret": secret,
        "made": made,
        "tokens": [_shown(one) for one in tokens.tokens(actor).order_by("-created", "-id")[:500]],
        "may_manage": may_manage,
    }
    return render(request, "desk/tokens.html", page, status=422 if form.errors else 200)


@desk_page(policies.OWN_TOKENS)
@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Make a token worthless from now on."""
    token = tokens.revoke_token(actor=actor_of(request), token_id=token_id, log=append)
    messages.success(request, _("The token %(name)s is revoked.") % {"name": token.name})
    return redirect("desk:tokens")


@tell_by
def tokens_ending(actor: Actor) -> Iterator[Trouble]:
    """Tell of tokens whose end is near: the programs that use them are turned away then."""
    if allows(actor, policies.OWN_TOKENS):
        count = tokens.ending_soon(actor, days=current().token_warning_days).count()
        if count:
            yield Trouble(message("%(count)s tokens of programs end soon.", count=count), "desk:tokens")


def _shown(token: ApiToken) -> dict[str, Any]:
    now = clock.now()
    soon = token.expires <= now + timedelta(days=current().token_warning_days)
    state = (
        "revoked" if token.revoked is not None else "expired" if token.expires <= now else "soon" if soon else "good"
    )
    return {"it": token, "state": state, "scopes": " ".join(token.scopes), "fonds": token.fonds}
