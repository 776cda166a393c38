"""The page where a workbook of chosen records is taken out and, filled in, sent back."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from shicheng.describing import policies
from shicheng.describing.errors import BadOperation, BadRows
from shicheng.describing.filled import LARGEST, receive_workbook, write_workbook
from shicheng.describing.grid_view import MOST, columns_of
from shicheng.holdings import policies as holdings
from shicheng.kernel.messages import message as _
from shicheng.people.guards import actor_of, desk_page
from shicheng.search.asking import describe, selection_of
from shicheng.search.choosing import Chosen
from shicheng.settings import current

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@desk_page(policies.GRID, policies.CHANGE, holdings.READ)
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    """Which records and columns the workbook is to have, and where it is sent back."""
    actor = actor_of(request)
    page: dict[str, Any] = {"address": request.GET.urlencode(), "reason": request.POST.get("reason", ""), "most": MOST}
    if request.method == "POST":
        try:
            sent = request.FILES.get("workbook")
            if sent is None or (sent.size or 0) > LARGEST:
                raise BadRows(_("No workbook was sent, or one that is too large."), hint=_("Choose the filled one."))
            with NamedTemporaryFile(dir=current().staging_path, suffix=".xlsx") as kept:
                for piece in sent.chunks():
                    kept.write(piece)
                kept.flush()
                made = receive_workbook(
                    actor=actor, path=Path(kept.name), name=sent.name or "", reason=page["reason"], settings=current()
                )
            return redirect("describing:change", made.pk)
        except (BadRows, BadOperation) as error:
            page["problem"] = error
    ids = Chosen(actor, selection_of(request.GET), current().index_path).ids(most=MOST + 1)
    page |= {
        "meant": describe(selection_of(request.GET)), "total": min(len(ids), MOST), "is_cut": len(ids) > MOST,
        "columns": columns_of(request.GET.get("category", "")),
        "hidden": [(name, value) for name, values in request.GET.lists() for value in values],
    }  # fmt: skip
    return render(request, "describing/sheet.html", page, status=422 if "problem" in page else 200)


@desk_page(policies.GRID, holdings.READ)
@require_GET
def workbook(request: HttpRequest) -> FileResponse:
    """The workbook to be filled in."""
    actor = actor_of(request)
    ids = Chosen(actor, selection_of(request.GET), current().index_path).ids(most=MOST)
    target = TemporaryFile()  # noqa: SIM115  # the answer closes it
    write_workbook(actor=actor, ids=ids, names=request.GET.getlist("element"), target=target)
    target.seek(0)
    return FileResponse(target, filename="describe.xlsx", as_attachment=True, content_type=XLSX)
