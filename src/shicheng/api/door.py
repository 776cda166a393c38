"""What every request to the API passes, whatever it asks: who it is, how often, whether it came before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from shicheng.api.configuration import configuration
from shicheng.api.errors import BadRequest, MethodNotAllowed, TooManyRequests, UnknownAddress
from shicheng.api.guards import note_actor, read_token
from shicheng.api.idempotency import answer_once
from shicheng.api.problems import problem, problem_of
from shicheng.api.rates import Allowance, buckets
from shicheng.kernel.digests import digest_bytes
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _

View = Callable[..., HttpResponseBase]
_OVERRIDDEN = frozenset({"HEAD", "PATCH", "DELETE"})  # some networks let only GET and POST through


def behind_door(view: View) -> View:
    """Let a view be reached only through the door."""

    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and request.headers.get("X-HTTP-Method-Override", "").upper() in _OVERRIDDEN:
            request.method = request.headers["X-HTTP-Method-Override"].upper()
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = _enter(request, lambda: view(request, *args, **kwargs))
        return _without_body(response) if is_head else response

    enter.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie opens this door, so there is nothing to forge
    return enter


def unknown(request: HttpRequest) -> HttpResponseBase:
    """Answer for every address the API does not have."""
    raise UnknownAddress(
        _("The API has nothing at %(path)s.", path=request.path),
        hint=_("The addresses there are stand in /api/v1/openapi.json."),
    )


def _enter(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    allowance: Allowance | None = None
    try:
        address = f"address:{request.META.get('REMOTE_ADDR', '')}"
        try:
            token = read_token(request)
        except ShichengError:
            allowance = buckets.take(address, configuration().public_rate)
            _require_room(allowance)  # tokens are not tried out by the thousand
            raise
        who = f"token:{token.pk}" if token else address
        allowance = buckets.take(who, configuration().token_rate if token else configuration().public_rate)
        _require_room(allowance)
        note_actor(request, token)
        _refuse_nul(request)
        key = request.headers.get("Idempotency-Key")
        if token is not None and key is not None and request.method == "POST":
            response = answer_once(request, who=str(token.pk), key=key, answer=lambda: _carry_out(request, view))
        else:
            response = _carry_out(request, view)
    except Exception as error:
        response = problem_of(request, error)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
    for name, value in (allowance.headers() if allowance else {}).items():
        response.headers[name] = value
    return _tagged(request, response)


def _carry_out(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        response = view()
    except Exception as error:
        return problem_of(request, error)
    if response.status_code == 405:
        allowed = response.headers.get("Allow", "")
        error405 = MethodNotAllowed(
            _("%(path)s does not know the method %(method)s.", path=request.path, method=request.method or ""),
            hint=_("Use one of: %(methods)s.", methods=allowed),
        )
        return problem(request, error405, headers={"Allow": allowed})
    return response


def _require_room(allowance: Allowance) -> None:
    if allowance.wait:
        raise TooManyRequests(
            _("More than %(limit)s requests came within a minute.", limit=allowance.limit),
            hint=_("Wait %(seconds)s seconds and go on more slowly.", seconds=allowance.wait),
        )


def _refuse_nul(request: HttpRequest) -> None:
    """No text of ours has a NUL in it, and no database can be asked for one."""
    if "\x00" in request.path_info or any("\x00" in one for pair in request.GET.lists() for one in (pair[0], *pair[1])):
        raise BadRequest(_("The address has a NUL character in it."), hint=_("Leave it out."))


def _tagged(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Give what was read a tag, and answer 304 to whoever has it already."""
    if request.method != "GET" or response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    if "ETag" not in response.headers:
        response.headers["ETag"] = f'"{digest_bytes(response.content, "sha256")[:32]}"'
    answered: HttpResponseBase = get_conditional_response(
        request, etag=response.headers["ETag"], response=response
    ) or response  # fmt: skip
    return answered


def _without_body(response: HttpResponseBase) -> HttpResponseBase:
    """The answer to HEAD: everything but the body."""
    headers = dict(response.headers)
    if isinstance(response, HttpResponse):
        headers.setdefault("Content-Length", str(len(response.content)))
    else:
        for _piece in response.streaming_content:  # type: ignore[attr-defined]  # what was opened is closed by reading
            break
    response.close()
    return HttpResponse(status=response.status_code, headers=headers)
