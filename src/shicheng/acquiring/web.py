"""Pages of acquisitions: the register, one with all that can be done, its papers and files, the years."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.acquiring import acting, counting, deliveries, donors, offers, papers, policies, register, selectors
from shicheng.acquiring.errors import BadOffer
from shicheng.acquiring.forms import read_giver, read_offer, read_year
from shicheng.acquiring.types import COSTS, WAYS
from shicheng.acquiring.viewing import view_acquisition, view_donor, view_form, view_register, view_rows
from shicheng.base.web import render_part
from shicheng.holdings.answers import CLOSED_POLICY
from shicheng.ingest.uploads import StagingUpload, receiving_upload
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current
from shicheng.storage import durable

PAGE: Final = 50


@desk_page(policies.READ)
@require_safe
def acquisitions(request: HttpRequest) -> HttpResponse:
    """The register of acquisitions."""
    actor = actor_of(request)
    found = selectors.acquisitions(actor, **_filters(request))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = view_register(actor, request.GET) | {"page": page, "rows": view_rows(actor, list(page.object_list))}
    return render_part(request, "acquiring/acquisitions.html", "acquisitions", shown)


@desk_page(policies.READ)
@require_safe
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The register as a table; it names nobody who wishes not to be named and tells how nobody is reached."""
    form = form if form in register.MIMES else "csv"
    content = register.write_register(actor_of(request), form, **_filters(request))
    return _table(content, "acquisitions", form)


@desk_page(policies.READ)
@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """What came and what was paid, year by year."""
    found = counting.years(actor_of(request))
    lines = [
        (one, [(WAYS[way], n) for way, n in one.ways.items()], [(COSTS[kind], f"{n:,.2f}") for kind, n in
         sorted(one.costs.items())], f"{one.spent:,.2f}" if one.costs else "")
        for one in found
    ]  # fmt: skip
    return render(request, "acquiring/years.html", {"lines": lines})


@desk_page(policies.READ, policies.WRITE, policies.READ_DONORS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Note an offer."""
    actor, given = actor_of(request), request.POST
    problem: ShichengError | None = None
    if request.method == "POST":
        known = given.get("donor", "").strip()
        try:
            giver = None if known else read_giver(given)
            made = offers.note_offer(actor=actor, offered=read_offer(given), giver=giver, donor=known)
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("The offer is noted as %(number)s.") % {"number": made.number})
            return redirect("acquiring:acquisition", made.number)
    page = view_form(actor, None, given if problem else None) | {"problem": problem}
    return render(request, "acquiring/form.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ, policies.WRITE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change what is written of an acquisition."""
    actor, given = actor_of(request), request.POST
    one = selectors.acquisition(actor, number)
    problem: ShichengError | None = None
    if request.method == "POST":
        revision = given.get("revision", "")
        try:
            offers.change_offer(
                actor=actor, number=number, offered=read_offer(given),
                revision=int(revision) if revision.isascii() and revision.isdecimal() else None,
            )  # fmt: skip
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("What you wrote is kept."))
            return redirect("acquiring:acquisition", number)
    page = view_form(actor, one, given if problem else None) | {"problem": problem}
    return render(request, "acquiring/form.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ)
@require_safe
def acquisition(request: HttpRequest, number: str) -> HttpResponse:
    """One acquisition: what was offered, what was said of it, the deed, what came, and what to do next."""
    return _page(request, number)


@desk_page(policies.READ, policies.WRITE)
@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Do what a button of the page says."""
    actor = actor_of(request)
    selectors.acquisition(actor, number)
    try:
        messages.success(request, acting.act(actor, number, request.POST))
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        return _page(request, number, problem=error)
    return redirect("acquiring:acquisition", number)


@desk_page(policies.READ, policies.WRITE, policies.READ_DONORS)
@require_POST
def keep_paper(request: HttpRequest, number: str) -> HttpResponse:
    """Attach a paper, such as the signed deed."""
    sent = request.FILES.get("paper")
    try:
        if not isinstance(sent, UploadedFile) or (sent.size or 0) > papers.MOST_BYTES:
            raise BadOffer(message("No paper was sent, or one that is too large."), hint=message("Choose a file."))
        papers.keep_paper(
            actor=actor_of(request), number=number, kind=request.POST.get("kind", ""), name=sent.name or "",
            content=sent.read(), settings=current(),
        )  # fmt: skip
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        return _page(request, number, problem=error)
    messages.success(request, _("The paper is kept in the store."))
    return redirect("acquiring:acquisition", number)


@desk_page(policies.READ, policies.READ_DONORS)
@require_safe
def paper(request: HttpRequest, paper_id: UUID) -> FileResponse:
    """A paper as it was kept; shown where a browser does no harm with it, else saved."""
    found, stream = papers.open_paper(actor=actor_of(request), paper_id=paper_id, settings=current())
    shown = found.mime in ("application/pdf", "image/png", "image/jpeg")
    answer = FileResponse(
        stream, as_attachment=not shown, filename=found.name,
        content_type=found.mime if shown else "application/octet-stream",
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = CLOSED_POLICY
    return answer


@csrf_exempt  # the token is checked in _take_form, after the body got its place to be written to
@desk_page(policies.READ, policies.WRITE)
@require_POST
def bring_in(request: HttpRequest, number: str) -> HttpResponse:
    """Bring files of an acquisition in; a job takes them into the pool."""
    selectors.acquisition(actor_of(request), number)
    with receiving_upload(request, current()) as incoming:
        return _take_form(request, incoming, number)


@desk_page(policies.READ, policies.READ_DONORS)
@require_safe
def donor_list(request: HttpRequest) -> HttpResponse:
    """Donors; how they are reached stands on the page of each, which the log tells."""
    actor, query = actor_of(request), request.GET
    found = selectors.donors(
        actor, text=query.get("text", "").replace("\x00", "").strip()[:200], kind=query.get("kind", "")
    )
    page = Paginator(found, PAGE).get_page(query.get("page"))
    shown = {"page": page, "text": query.get("text", "").strip(), "total": policies.visible_donors(actor).count()}
    return render_part(request, "acquiring/donors.html", "donors", shown)


@desk_page(policies.READ, policies.READ_DONORS)
@require_http_methods(["GET", "POST"])
def donor(request: HttpRequest, number: str) -> HttpResponse:
    """One donor with personal data and everything they gave; or change what is written of them."""
    actor, given = actor_of(request), request.POST
    problem: ShichengError | None = None
    if request.method == "POST":
        revision = given.get("revision", "")
        try:
            donors.write_donor(
                actor=actor, giver=read_giver(given), number=number,
                revision=int(revision) if revision.isascii() and revision.isdecimal() else None,
            )  # fmt: skip
        except ShichengError as error:
            if error.http_status in (403, 404):
                raise
            problem = error
        else:
            messages.success(request, _("What you wrote is kept."))
            return redirect("acquiring:donor", number)
    one = donors.look_at_donor(actor=actor, number=number)
    page = view_donor(actor, one, given if problem else None) | {"problem": problem}
    return render(request, "acquiring/donor.html", page, status=problem.http_status if problem else 200)


@csrf_protect
def _take_form(request: HttpRequest, incoming: StagingUpload, number: str) -> HttpResponse:
    given = request.POST
    try:
        incoming.finish()
        durable.sync_tree(incoming.folder.parent)
        deliveries.bring_in(
            actor=actor_of(request), number=number, upload_id=incoming.upload_id, path=incoming.folder,
            year=read_year(given.get("year", "")), title=given.get("title", ""), unit=given.get("unit", ""),
        )  # fmt: skip
        incoming.is_kept = True
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        return _page(request, number, problem=error)
    messages.success(request, _("The files are here and go into the pool."))
    return redirect("acquiring:acquisition", number)


def _page(request: HttpRequest, number: str, *, problem: ShichengError | None = None) -> HttpResponse:
    actor = actor_of(request)
    page: dict[str, Any] = view_acquisition(actor, selectors.acquisition(actor, number))
    page |= {"problem": problem, "given": request.POST if problem else {}}
    return render(request, "acquiring/acquisition.html", page, status=problem.http_status if problem else 200)


def _filters(request: HttpRequest) -> dict[str, Any]:
    query = request.GET
    plain = {name: query.get(name, "").replace("\x00", "").strip()[:200] for name in ("state", "way", "text", "order")}
    return {**plain, "year": read_year(query.get("year", ""))}


def _table(content: bytes, name: str, form: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=register.MIMES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
