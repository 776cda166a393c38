"""Adding a second factor: on the page of one's account, or on the way in where a role asks for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.people import services
from shicheng.people.errors import TooManyAttempts
from shicheng.people.guards import View, actor_of, desk_page
from shicheng.people.models import User
from shicheng.people.signing import factors, flow, gates
from shicheng.people.signing.errors import BadFactor
from shicheng.people.signing.forms import KeyForm, ProgramForm
from shicheng.people.signing.keys import Keys
from shicheng.people.signing.rules import rules
from shicheng.people.signing.sealing import seal, unseal
from shicheng.settings import current

_CANDIDATE: Final = "candidate"
_CODES: Final = "codes"
_KEY_STATE: Final = "key_state"


def enrol(request: HttpRequest, user: User, *, template: str, confirm: bool) -> HttpResponse:
    """Show a secret for a program that counts out codes, and add it once it has shown a right one."""
    secret = _candidate(request)
    form, status = ProgramForm(request.POST or None), 200
    if not confirm or not user.has_usable_password():
        del form.fields["old"]
    if form.is_valid():
        given = form.cleaned_data
        try:
            if "old" in given and not flow.knows_password(request, user=user, password=given["old"], rules=rules()):
                form.add_error("old", _("This is not your password."))
            else:
                codes = factors.add_totp(
                    actor=services.actor_for(user), user=user, name=given["name"], secret=secret, code=given["code"],
                    keys_path=current().keys_path,
                )  # fmt: skip
                del request.session[_CANDIDATE]
                return redirect(_after(request, user, codes))
        except BadFactor as error:
            form.add_error("code", f"{error.message} {error.hint or ''}")
        except TooManyAttempts as error:
            form.add_error(None, f"{error.message} {error.hint}")
        status = 422
    elif form.is_bound:
        status = 422
    address = factors.address_of_secret(secret, username=user.username, archive_name=current().archive_name)
    page = {
        "form": form, "key_form": _key_form(user, confirm=confirm), "confirm": confirm,
        "secret": factors.secret_as_text(secret),
        "picture": segno.make(address, error="m").svg_data_uri(scale=4, border=3),
    }  # fmt: skip
    return render(request, template, page, status=status)


@desk_page()
@sensitive_post_parameters("old", "code")
def add_program(request: HttpRequest) -> HttpResponse:
    """Add a program that counts out codes to one's account."""
    return enrol(request, own_account(request), template="people/signing/add_program.html", confirm=True)


@never_cache
@require_safe
def show_codes(request: HttpRequest) -> HttpResponse:
    """Show recovery codes that were just made; they are shown once."""
    sealed = request.session.pop(_CODES, "")
    codes = json.loads(unseal(sealed, current().keys_path)) if sealed else []
    found = flow.pending(request)
    if not codes:
        return redirect("people:me" if found is None else "people:sign_in")
    return render(request, "people/signing/codes.html", {"codes": codes, "on_the_way": found is not None})


def keep_codes(request: HttpRequest, codes: list[str]) -> None:
    """Put codes aside for the page that shows them."""
    request.session[_CODES] = seal(json.dumps(codes).encode(), current().keys_path)


Answer = Callable[[HttpRequest, User], JsonResponse]


def _for_account(answer: Answer) -> View:
    @desk_page()
    @require_POST
    @sensitive_post_parameters("old")
    def view(request: HttpRequest) -> HttpResponse:
        return _in_json(lambda: answer(request, own_account(request)))

    return view


def _on_the_way(answer: Answer, step: str) -> View:
    @never_cache
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        found = flow.pending(request)
        if found is None or flow.next_step(*found, rules()) != step:
            return JsonResponse({"message": _("Signing in took too long. Begin again.")}, status=403)
        user = found[0]
        return _in_json(lambda: answer(request, user))

    return view


def _in_json(answer: Callable[[], JsonResponse]) -> JsonResponse:
    try:
        return answer()
    except ShichengError as error:
        return JsonResponse({"message": f"{error.message} {error.hint or ''}".strip()}, status=error.http_status)


def _ask_new_key(request: HttpRequest, user: User, *, confirm: bool) -> JsonResponse:
    form = _key_form(user, request.POST, confirm=confirm)
    if not form.is_valid():
        return JsonResponse({"message": _("Fill in every field.")}, status=422)
    given = form.cleaned_data
    if "old" in given and not flow.knows_password(request, user=user, password=given["old"], rules=rules()):
        return JsonResponse({"message": _("This is not your password.")}, status=422)
    options, state = _keys(request).begin_adding(user)
    request.session[_KEY_STATE] = {"for": "adding", "name": given["name"], "state": state}
    return JsonResponse(options)


def _add_key(request: HttpRequest, user: User) -> JsonResponse:
    kept = _asked(request, "adding")
    codes = _keys(request).finish_adding(
        actor=services.actor_for(user), user=user, name=kept["name"], state=kept["state"], answer=_body(request)
    )
    return JsonResponse({"next": _after(request, user, codes)})


def _ask_key(request: HttpRequest, user: User) -> JsonResponse:
    options, state = _keys(request).begin_signing(user)
    request.session[_KEY_STATE] = {"for": "signing", "state": state}
    return JsonResponse(options)


def _sign_by_key(request: HttpRequest, user: User) -> JsonResponse:
    address = flow.address_here(request)
    gates.enter(username=user.username, address=address, rules=rules())
    kept = _asked(request, "signing")
    if not _keys(request).is_right_answer(user, kept["state"], _body(request)):
        gates.note_failure(username=user.username, address=address, what="factor", rules=rules())
        return JsonResponse({"message": _("This key is not one of this account. Try another, or a code.")}, status=422)
    gates.take_back(username=user.username, address=address)
    flow.note_factor(request, user)
    return JsonResponse({"next": reverse("people:go_on")})


ask_new_key = _for_account(lambda request, user: _ask_new_key(request, user, confirm=True))
add_key = _for_account(_add_key)
ask_first_key = _on_the_way(lambda request, user: _ask_new_key(request, user, confirm=False), "enrol")
add_first_key = _on_the_way(_add_key, "enrol")
ask_key = _on_the_way(_ask_key, "factor")
sign_by_key = _on_the_way(_sign_by_key, "factor")


def own_account(request: HttpRequest) -> User:
    """The account of whoever is signed in."""
    return User.objects.get(pk=actor_of(request).user_id or "")


def _after(request: HttpRequest, user: User, codes: list[str]) -> str:
    if (found := flow.pending(request)) is not None and found[0].pk == user.pk:
        flow.note_factor(request, user)
    if codes:
        keep_codes(request, codes)
        return reverse("people:codes")
    return reverse("people:me" if found is None else "people:go_on")


def _candidate(request: HttpRequest) -> bytes:
    keys_path = current().keys_path
    sealed = request.session.get(_CANDIDATE)
    if sealed:
        try:
            return unseal(sealed, keys_path)
        except BadFactor:
            pass  # the key was changed meanwhile
    secret = factors.new_secret()
    request.session[_CANDIDATE] = seal(secret, keys_path)
    return secret


def _key_form(user: User, given: Any = None, *, confirm: bool) -> KeyForm:
    form = KeyForm(given, auto_id="key_%s")
    if not confirm or not user.has_usable_password():
        del form.fields["old"]
    return form


def _keys(request: HttpRequest) -> Keys:
    return Keys(origin=f"{request.scheme}://{request.get_host()}", archive_name=current().archive_name)


def _asked(request: HttpRequest, what: str) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.pop(_KEY_STATE, None) or {}
    if kept.get("for") != what:
        raise BadFactor(message("No key was asked for."), hint=message("Load the page again."))
    return kept


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadFactor(message("The answer of the security key can't be read."), hint=message("Load the page again."))
    return found
