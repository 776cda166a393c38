"""Pages that show tables: presets, versions, one row, comparisons, workbooks, and trying a record."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from shicheng.base.web import render_part
from shicheng.people.guards import actor_of, desk_page
from shicheng.schemes import policies, preset_files, selectors, words
from shicheng.schemes.classifying import classify
from shicheng.schemes.models import Schedule
from shicheng.schemes.tables import table_of
from shicheng.schemes.viewing import standing, template_choices, view_comparison, view_schedule
from shicheng.schemes.workbook import write_table_workbook

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@desk_page(policies.READ)
@require_safe
def schedule(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One version of a unit's table, with what is wrong in it while it is not approved."""
    actor = actor_of(request)
    one = selectors.schedule(actor, code, version)
    page = {**view_schedule(actor, one), "forms": template_choices(one) if one.state == "draft" else []}
    return render(request, "schemes/schedule.html", page)


@desk_page(policies.READ)
@require_safe
def try_record(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Tell which rows would take a record with this title, number and author, and why."""
    one = selectors.schedule(actor_of(request), code, version)
    page = {"unit": one.unit, "schedule": one, "asked": request.GET, "suggested": _suggested(request, one)}
    return render_part(request, "schemes/try.html", "suggested", page)


@desk_page(policies.READ)
@require_safe
def compare(request: HttpRequest, code: str, before: int, after: int) -> HttpResponse:
    """What differs between two versions."""
    actor = actor_of(request)
    pair = selectors.schedule(actor, code, before), selectors.schedule(actor, code, after)
    return render(request, "schemes/compare.html", view_comparison(*pair))


@desk_page(policies.READ)
@require_safe
def workbook(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """A version as a workbook, which can be changed and imported again."""
    one = selectors.schedule(actor_of(request), code, version)
    return send_workbook(write_table_workbook(table_of(one)), f"{code}-v{version}.xlsx")


@desk_page(policies.READ)
@require_safe
def preset(request: HttpRequest, name: str) -> HttpResponse:
    """One preset: its rows, and how far each can be relied on."""
    found = preset_files.preset(name)
    names = {one.code: one.name for one in found.table.classes}
    rows = [
        (row, names.get(row.klass, ""), words.retention_label(row.retention, row.retention_text))
        for row in found.table.rows
    ]
    return render(request, "schemes/preset.html", {"preset": found, "rows": rows})


@desk_page(policies.READ)
@require_safe
def preset_workbook(request: HttpRequest, name: str) -> HttpResponse:
    """A preset as a workbook."""
    return send_workbook(write_table_workbook(preset_files.preset(name).table), f"{name}.xlsx")


@desk_page(policies.READ)
@require_safe
def row(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """The row that judged a record, in the version it stands in."""
    found = selectors.require_row(actor_of(request), row_id)
    klass = found.schedule.classes.filter(code=found.klass).first()
    page = {
        "row": found, "unit": found.schedule.unit, "schedule": found.schedule, "klass": klass,
        "standing": words.STANDINGS[standing(found.schedule, selectors.today())],
        "retention": words.retention_label(found.retention, found.retention_text),
        "openness": words.openness_label(found.openness), "secrecy": words.secrecy_label(found.secrecy),
    }  # fmt: skip
    return render(request, "schemes/row.html", page)


def _suggested(request: HttpRequest, one: Schedule) -> list[dict[str, Any]] | None:
    """Rows for what was asked, None if nothing was."""
    asked = {name: request.GET.get(name, "").strip()[:1000] for name in ("title", "document_number", "author")}
    if not any(asked.values()):
        return None
    rows = {str(each.pk): each for each in one.rows.order_by("order")}
    return [
        {
            "suggestion": found,
            "row": rows[found.row_id],
            "retention": words.retention_label(rows[found.row_id].retention, rows[found.row_id].retention_text),
        }
        for found in classify(rows.items(), **asked)
    ]


def send_workbook(content: bytes, name: str) -> HttpResponse:
    """Answer with a workbook under a name."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})
