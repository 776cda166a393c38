"""Pages of exports: what is to be given out and as what, how far it is, and the file."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from shicheng.base.db import atomic
from shicheng.base.web import render_part
from shicheng.exchange import policies, selectors
from shicheng.exchange.keeping import is_kept, open_export
from shicheng.exchange.selecting import count
from shicheng.exchange.services import COLUMNS, TABLES, check_form
from shicheng.exchange.types import Selection
from shicheng.exchange.viewing import FORMS, column_labels, describe, selection_of
from shicheng.exchange.work import export_records
from shicheng.holdings import policies as holdings
from shicheng.jobs import policies as job_policies
from shicheng.jobs import selectors as jobs
from shicheng.jobs import services as queue
from shicheng.jobs.words import STATES
from shicheng.people.guards import actor_of, desk_page
from shicheng.schemes.fields import all_added
from shicheng.settings import current


@desk_page(policies.EXPORT, job_policies.READ)
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """The exports this person asked for."""
    found = selectors.own_exports(actor_of(request), current())
    return render(request, "exchange/exports.html", {"exports": found, "words": STATES, "forms": FORMS})


@desk_page(policies.EXPORT, holdings.READ, job_policies.READ)
def new(request: HttpRequest) -> HttpResponse:
    """Say how many records are meant, and have them written in the form and with the columns chosen."""
    actor = actor_of(request)
    selection = selection_of(request.GET)
    if request.method == "POST":
        return _start(request, selection_of(QueryDict(request.POST.get("selection", "")[:60_000])))
    page = {
        "selection": selection,
        "number": count(actor, selection, current().index_path),
        "words": describe(selection),
        "forms": FORMS,
        "columns": column_labels(),
        "address": request.GET.urlencode(),
    }
    return render(request, "exchange/new.html", page)


@desk_page(policies.EXPORT, job_policies.READ)
@require_safe
def export(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far an export is; when it is done, its file."""
    row = jobs.job(actor_of(request), job_id)
    if row.is_finished and getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    selection = Selection.from_json(row.arguments.get("selection") or {})
    page = {
        "job": row, "pace": row.pace(), "words": STATES, "forms": FORMS, "is_kept": is_kept(row, current()),
        "expires": selectors.expires(row), "meant": describe(selection),
    }  # fmt: skip
    return render_part(request, "exchange/export.html", "bar", page)


@desk_page(policies.EXPORT, job_policies.READ)
@require_safe
def content(request: HttpRequest, job_id: UUID) -> FileResponse:
    """What an export wrote."""
    path = open_export(actor_of(request), job_id, current())
    return FileResponse(
        path.open("rb"), filename=path.name, as_attachment=True, content_type="application/octet-stream"
    )


def _start(request: HttpRequest, selection: Selection) -> HttpResponse:
    form = request.POST.get("form", "")
    asked = set(request.POST.getlist("column")) if form in TABLES else set()
    columns = [name for name in (*COLUMNS, *all_added()) if name in asked]
    check_form(form, columns)
    with atomic():
        job = queue.enqueue(
            export_records, actor=actor_of(request), form=form, selection=selection.to_json(), columns=columns
        )
    return redirect("exchange:export", job.pk)
