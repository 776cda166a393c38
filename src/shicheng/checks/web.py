"""Pages about checks: the catalogue in force, kept reports, signatures."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shicheng.base.web import render_part
from shicheng.checks import policies, selectors, services
from shicheng.checks.models import StoredReport
from shicheng.checks.types import Property, Report, Stage
from shicheng.checks.viewing import view_report
from shicheng.checks.words import PROPERTIES, STAGES
from shicheng.people.guards import actor_of, desk_page


@desk_page(policies.READ)
def catalogue(request: HttpRequest) -> HttpResponse:
    """What is checked at a stage, property by property, as it holds in this archive."""
    asked = request.GET.get("stage", Stage.TRANSFER.value)
    stage = Stage(asked) if asked in list(Stage) else Stage.TRANSFER
    kinds = selectors.catalogue(stage)
    page = {
        "stage": stage,
        "stages": list(STAGES.items()),
        "groups": [(PROPERTIES[one], [kind for kind in kinds if kind.property is one]) for one in Property],
        "total": len(kinds),
    }
    return render(request, "checks/catalogue.html", page)


@desk_page(policies.READ)
def report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """One kept report."""
    stored = selectors.report(actor_of(request), report_id)
    runs = selectors.reports(actor_of(request), subject=(stored.subject_kind, stored.subject_id))
    page = {"view": view_report(stored, request.GET), "runs": runs}
    return render_part(request, "checks/report.html", "report", page)


@desk_page(policies.READ)
def report_json(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The report in the shape scripts read, in the language of the reader."""
    stored = selectors.report(actor_of(request), report_id)
    text = json.dumps(Report.from_record(stored.record).to_json(), ensure_ascii=False, indent=1)
    return _download(text.encode("utf-8"), "application/json", f"{_name(stored)}.json")


@desk_page(policies.READ)
def report_excel(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The report as a workbook to send to the office."""
    from shicheng.checks.workbook import write_workbook

    stored = selectors.report(actor_of(request), report_id)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(write_workbook(stored), kind, f"{_name(stored)}.xlsx")


@desk_page(policies.READ)
def report_pdf(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The report to be printed and signed."""
    from shicheng.checks.paper import write_paper

    stored = selectors.report(actor_of(request), report_id)
    return _download(
        write_paper(stored, language=get_language() or "zh-hans"), "application/pdf", f"{_name(stored)}.pdf"
    )


@desk_page(policies.READ, policies.SIGN)
@require_POST
def sign(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Sign a manual check and go back to where the form was."""
    signed = services.sign_manual_check(
        actor=actor_of(request),
        report_id=report_id,
        check=request.POST.get("check", ""),
        passed=request.POST.get("passed") == "yes",
        remark=request.POST.get("remark", ""),
    )
    messages.success(request, _("The check %(check)s is signed by %(name)s.") % {
        "check": signed.check_code, "name": signed.signed_by,
    })  # fmt: skip
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("checks:report", args=[report_id])
    return HttpResponseRedirect(target)


def _name(stored: StoredReport) -> str:
    return f"{stored.transfer or stored.subject_id}-{stored.stage}-{stored.run}"


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
