"""Problems as programs read them (RFC 9457): a stable code, the reason and the next step in the asked language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja.errors import HttpError, ValidationError

from shicheng.api.errors import BadRequest, BadValues, Broken, TooLarge, UnknownAddress, UploadCut
from shicheng.collecting.errors import Faulty
from shicheng.holdings.errors import BadValues as BadDescription
from shicheng.holdings.errors import EditedMeanwhile
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[int, Message] = {
    400: _("The request can't be understood"),
    401: _("A valid token is needed"),
    403: _("This is not permitted"),
    404: _("There is nothing here"),
    405: _("The method is not allowed here"),
    409: _("The present state does not allow this"),
    411: _("The length is missing"),
    412: _("The state is not the one expected"),
    413: _("The request is too large"),
    422: _("Some values can't be used"),
    428: _("The request must name the state it was made on"),
    429: _("Too many requests"),
    500: _("Something broke on our side"),
    503: _("Not available just now"),
}


def problem(
    request: HttpRequest,
    error: ShichengError,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer with an error of ours; `errors` name single values that can't be used."""
    status = error.http_status
    content: dict[str, Any] = {
        "type": f"urn:shicheng:problem:{error.code}",
        "title": str(TITLES.get(status, TITLES[400 if status < 500 else 500])),
        "status": status,
        "detail": str(error.message),
        "code": error.code,
        "hint": str(error.hint) if error.hint else "",
        "instance": f"urn:shicheng:request:{getattr(request, 'number', '')}",
    }
    if reasons := [str(one) for one in getattr(error, "reasons", ())]:
        content["reasons"] = reasons
    if errors is not None:
        content["errors"] = errors
    text = json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def problem_of(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer with whatever was raised; what nobody foresaw is logged and told without details."""
    match error:
        case ShichengError():
            headers = {"WWW-Authenticate": 'Bearer realm="shicheng"'} if error.http_status == 401 else None
            return problem(request, error, errors=_single_values(error), headers=headers)
        case ValidationError():
            return _invalid(request, error)
        case HttpError() if error.status_code == 400:
            unreadable = BadRequest(
                _("The body of the request can't be read."), hint=_("Send JSON as the description of the API says.")
            )
            return problem(request, unreadable)
        case RequestDataTooBig():
            return problem(request, TooLarge(_("The body of the request is larger than is taken here.")))
        case UnreadablePostError():
            return problem(
                request, UploadCut(_("The connection ended before the request was whole."), hint=_("Send it again."))
            )
        case SuspiciousOperation() | RecursionError():
            return problem(request, BadRequest(_("The request is not in a form that is taken here.")))
        case Http404():
            return problem(
                request,
                UnknownAddress(
                    _("The API has nothing at %(path)s.", path=request.path),
                    hint=_("The addresses there are stand in /api/v1/openapi.json."),
                ),
            )
    structlog.get_logger().error("api.failed", path=request.path, exc_info=error)
    number = getattr(request, "number", "")
    return problem(
        request,
        Broken(
            _("The request was not carried out; nothing was changed halfway."),
            hint=_("Tell the administrator the number %(number)s.", number=number),
        ),
    )


def _single_values(error: ShichengError) -> list[dict[str, str]] | None:
    """What the error says of single values: those that can't stand, or those somebody else saved meanwhile."""
    if isinstance(error, Faulty):
        return [
            {"in": "body", "name": one.name, "pointer": one.pointer, "detail": str(one.message)} for one in error.faults
        ]
    if isinstance(error, BadDescription):
        return [{"in": "body", "name": one.element, "detail": str(one)} for one in error.faults]
    if isinstance(error, EditedMeanwhile):
        return [
            {"in": "item", "name": name, "detail": str(_("It says “%(value)s” now.", value=value))}
            for name, value in error.saved.items()
        ]
    return None


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = []
    for one in error.errors:
        place, *names = [str(part) for part in one.get("loc", ())] or ["request"]
        # The body's parameter has a name in our code that says nothing to a caller.
        found.append({"in": place, "name": ".".join(names[1:] if place == "body" else names), "detail": one["msg"]})
    wrong = ", ".join(sorted({one["name"] for one in found if one["name"]}))
    told = (
        _("These values can't be used: %(names)s.", names=wrong)
        if wrong
        else _("The request does not have the shape it should have.")
    )
    hint = _("See errors for each of them, and /api/v1/openapi.json for what is taken.")
    return problem(request, BadValues(told, hint=hint), errors=found)
