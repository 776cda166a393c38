"""Pages about files on their way to the records their paths name."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shicheng.cataloguing import attachments, policies
from shicheng.cataloguing.uploads import received_files, require_room
from shicheng.cataloguing.viewing import view_attachment
from shicheng.holdings.foreseeing import fonds_choices
from shicheng.jobs.progress import answer_work
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current


@csrf_exempt  # the token is checked in _take, after the length of the body was looked at
@desk_page(policies.READ, policies.ATTACH)
@require_http_methods(["GET", "POST"])
def send_files(request: HttpRequest) -> HttpResponse:
    """Send files to be attached, or show how."""
    if request.method == "POST":
        try:
            require_room(request, current())
        except ShichengError as error:
            return _upload_page(request, problem=error)
        return _take(request)
    return _upload_page(request)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponse:
    settings, given = current(), request.POST
    try:
        with received_files(request, settings) as (path, name):
            made = attachments.receive_files(
                actor=actor_of(request), path=path, settings=settings, name=name,
                pattern=given.get("pattern", "").strip(), fonds=given.get("fonds", "").strip(),
            )  # fmt: skip
    except ShichengError as error:
        return _upload_page(request, problem=error)
    return redirect("cataloguing:attachment", made.pk)


def _upload_page(request: HttpRequest, *, problem: ShichengError | None = None) -> HttpResponse:
    given = request.POST if problem is not None and request.method == "POST" and request.POST else request.GET
    page = {
        "problem": problem,
        "pattern": given.get("pattern", ""),
        "fonds": given.get("fonds", ""),
        "fonds_choices": fonds_choices(actor_of(request)),
        "most_bytes": current().upload_bytes,
    }
    return render(request, "cataloguing/send_files.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ, policies.ATTACH)
@require_GET
def attachment(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """What matched; while a job works on it, htmx asks for its progress every second."""
    actor = actor_of(request)
    one = attachments.find_attachment(actor, attachment_id)
    page = view_attachment(actor, one)
    return answer_work(request, "cataloguing/attachment.html", page, state=one.state)


@desk_page(policies.READ, policies.ATTACH)
@require_POST
def try_again(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Match once more, by another pattern or in another fonds."""
    actor = actor_of(request)
    one = attachments.find_attachment(actor, attachment_id)
    pattern, fonds = request.POST.get("pattern", "").strip(), request.POST.get("fonds", "").strip()
    try:
        attachments.try_again(actor=actor, attachment_id=attachment_id, pattern=pattern, fonds=fonds)
    except ShichengError as error:
        one.pattern, one.fonds_code = pattern, fonds
        page = view_attachment(actor, one, problem=error)
        return render(request, "cataloguing/attachment.html", page, status=error.http_status)
    return redirect("cataloguing:attachment", attachment_id)


@desk_page(policies.READ, policies.ATTACH)
@require_POST
def attach(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Attach the files as they were matched."""
    attachments.attach_now(actor=actor_of(request), attachment_id=attachment_id)
    return redirect("cataloguing:attachment", attachment_id)


@desk_page(policies.READ, policies.ATTACH)
@require_GET
def report(request: HttpRequest, attachment_id: UUID) -> FileResponse:
    """Every file with what became of it, as csv."""
    one = attachments.find_attachment(actor_of(request), attachment_id)
    path = Path(one.result["report"]) if one.result else None
    if path is None or not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), filename=f"{one.name[:80]}.csv", as_attachment=True, content_type="text/csv")
