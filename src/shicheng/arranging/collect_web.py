"""Bringing files into the pool by the browser, and looking at a file that lies in it."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from shicheng.arranging import collecting, policies, selectors, viewing
from shicheng.holdings.answers import CLOSED_POLICY
from shicheng.ingest import tus
from shicheng.ingest.upload_web import script
from shicheng.ingest.uploads import StagingUpload, receiving_upload
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current
from shicheng.storage import durable

_MOST_TOLD = 4096
_SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})


@csrf_exempt  # the token is checked in _take_form, after the body got its place to be written to
@desk_page(policies.READ)
def collect(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """What came into the pool; or take in what a plain form sends."""
    selectors.pool(actor_of(request), fonds, year)
    if request.method == "POST":
        with receiving_upload(request, current()) as incoming:
            return _take_form(request, incoming, fonds, year)
    return _page(request, fonds, year)


@desk_page(policies.READ, policies.COLLECT)
@script
@require_POST
def finish(request: HttpRequest, fonds: str, year: int, upload: UUID) -> HttpResponse:
    """Say that all files of an upload were sent; the answer tells which page to go on with."""
    try:
        told = json.loads(request.read(_MOST_TOLD))
    except (ValueError, RecursionError):
        told = {}
    unit = str(told.get("unit", "")) if isinstance(told, dict) else ""
    collecting.collect_upload(
        actor=actor_of(request), upload_id=upload, fonds=fonds, year=year, settings=current(), unit=unit
    )
    return tus.told(201, {"address": reverse("arranging:collect", args=[fonds, year])})


@desk_page(policies.READ)
@require_safe
def original(request: HttpRequest, file_id: UUID) -> FileResponse:
    """A file of the pool as it came; shown where a browser does no harm with it, else saved."""
    file = selectors.pool_file(actor_of(request), file_id)
    stream = collecting.local_path(file, current()).open("rb")
    shown = file.mime in _SHOWN
    response = FileResponse(
        stream, as_attachment=not shown, filename=file.name,
        content_type=file.mime if shown else "application/octet-stream",
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = CLOSED_POLICY
    return response


@csrf_protect
def _take_form(request: HttpRequest, incoming: StagingUpload, fonds: str, year: int) -> HttpResponse:
    unit = request.POST.get("unit", "")
    try:
        incoming.finish()
        durable.sync_tree(incoming.folder.parent)
        collecting.collect_sent(
            actor=actor_of(request), upload_id=incoming.upload_id, path=incoming.folder, fonds=fonds, year=year,
            unit=unit, name=_("Files"),
        )  # fmt: skip
        incoming.is_kept = True
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        return _page(request, fonds, year, problem=error)
    messages.success(request, _("The files are here and are being looked at."))
    return redirect("arranging:collect", fonds, year)


def _page(request: HttpRequest, fonds: str, year: int, *, problem: ShichengError | None = None) -> HttpResponse:
    page = viewing.view_collect(actor_of(request), fonds, year) | {"problem": problem}
    status = problem.http_status if problem else 200
    if getattr(request, "htmx", False):
        if not page["is_moving"]:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "arranging/parts/batches.html", page)
    return render(request, "arranging/collect.html", page, status=status)
