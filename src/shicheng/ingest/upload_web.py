"""Sending a batch by the browser: the page, the plain form, and the uploads its script goes on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from shicheng.ingest import arriving, policies, selectors, tus
from shicheng.ingest.errors import BadTusRequest
from shicheng.ingest.uploads import StagingUpload, receiving_upload
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current

View = Callable[..., HttpResponse]
_MOST_TOLD = 64 << 10  # bytes of what the script says of a folder


@csrf_exempt  # the token is checked in _take_form, after the body got its place to be written to
@desk_page(policies.READ, policies.RECEIVE)
def upload(request: HttpRequest) -> HttpResponse:
    """Take a batch in by a plain form, or show how to send one."""
    if request.method == "POST":
        with receiving_upload(request, current()) as incoming:
            return _take_form(request, incoming)
    return _page(request)


def script(view: View) -> View:
    """Tell the script of the page in words and a code what went wrong; it has no use for a page."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ShichengError as error:
            hint = str(error.hint) if error.hint else ""
            content = {"code": error.code, "detail": str(error.message), "hint": hint}
            return tus.told(error.http_status, content)

    return answered


@desk_page(policies.SEND)
@script
def archives(request: HttpRequest) -> HttpResponse:
    """Begin the upload of an archive file (tus creation)."""
    if request.method == "OPTIONS":
        return tus.describe_server(current())
    if request.method != "POST":
        return HttpResponseNotAllowed(["OPTIONS", "POST"])
    return tus.create(request, actor=actor_of(request), address=_address, settings=current())


@desk_page(policies.SEND)
@script
@require_POST
def folders(request: HttpRequest) -> HttpResponse:
    """Begin the upload of a folder: its name, how many files, how many bytes."""
    told = _told(request)
    begun = arriving.begin(
        actor=actor_of(request), kind=arriving.FOLDER, name=str(told.get("name", "")), files=_whole(told, "files"),
        size=_whole(told, "bytes"), settings=current(), resubmit=str(told.get("resubmit", "")),
    )  # fmt: skip
    return tus.told(201, tus.view_upload(begun, address=_address, settings=current()))


@desk_page(policies.SEND)
@script
def one(request: HttpRequest, upload: UUID) -> HttpResponse:
    """An upload with its files and the digests of what is here of them."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    found = selectors.upload(actor_of(request), upload)
    return tus.told(200, tus.view_upload(found, address=_address, settings=current()))


@desk_page(policies.SEND)
@script
@require_POST
def files(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Begin a file of a folder (tus creation)."""
    return tus.create(request, actor=actor_of(request), address=_address, settings=current(), upload_id=upload)


@desk_page(policies.SEND)
@script
def file(request: HttpRequest, upload: UUID, key: str) -> HttpResponse:
    """One file of an upload, as the tus protocol has it."""
    answers = {"HEAD": tus.ask, "PATCH": tus.append, "DELETE": tus.terminate}
    method = tus.method_of(request)
    if method == "OPTIONS":
        return tus.describe_server(current())
    if method not in answers:
        return HttpResponseNotAllowed([*answers, "OPTIONS"])
    return answers[method](request, actor=actor_of(request), upload_id=upload, key=key, settings=current())


@desk_page(policies.READ, policies.RECEIVE)
@script
@require_POST
def finish(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Say that all was sent; the answer tells the page of the transfer it becomes."""
    transfer = arriving.finish(actor=actor_of(request), upload_id=upload, settings=current())
    return tus.told(201, {"address": reverse("ingest:transfer", args=[transfer.number]), "number": transfer.number})


@desk_page(policies.READ, policies.RECEIVE)
@require_POST
def remove(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Remove an unfinished upload."""
    arriving.remove(actor=actor_of(request), upload_id=upload, settings=current())
    messages.success(request, _("The unfinished upload is removed."))
    return redirect("ingest:upload")


@csrf_protect
def _take_form(request: HttpRequest, incoming: StagingUpload) -> HttpResponse:
    again = request.POST.get("resubmit") or ""
    try:
        transfer = arriving.take_sent(
            actor=actor_of(request), upload_id=incoming.upload_id, path=incoming.finish(), size=incoming.bytes,
            settings=current(), resubmit=again,
        )  # fmt: skip
        incoming.is_kept = True
    except ShichengError as error:
        return _page(request, problem=error, again=again)
    return redirect("ingest:transfer", transfer.number)


def _page(request: HttpRequest, *, problem: ShichengError | None = None, again: str = "") -> HttpResponse:
    number = again or request.GET.get("resubmit", "")
    actor, settings = actor_of(request), current()
    unfinished = [
        {"upload": found, "here": arriving.bytes_here(found, settings), "expires": arriving.expires_at(found, settings)}
        for found in selectors.uploads(actor)[:50]
    ]
    page = {
        "problem": problem,
        "resubmit": selectors.transfer(actor, number) if number else None,
        "most_bytes": settings.upload_bytes,
        "unfinished": unfinished,
        "days": settings.upload_days,
        "is_watching": bool(settings.watched_folder),
    }
    return render(request, "ingest/upload.html", page, status=problem.http_status if problem else 200)


def _address(*, upload: UUID, key: str) -> str:
    return reverse("ingest:upload_file", kwargs={"upload": upload, "key": key})


def _told(request: HttpRequest) -> dict[str, Any]:
    try:
        told = json.loads(request.read(_MOST_TOLD))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise BadTusRequest(message("What the page sent can't be read."), hint=message("Load the page again."))
    return told


def _whole(told: dict[str, Any], name: str) -> int:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 62:
        raise BadTusRequest(message("What the page sent can't be read."), hint=message("Load the page again."))
    return value
