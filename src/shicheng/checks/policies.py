"""Who may read reports, sign manual checks and edit the tables."""

from __future__ import annotations

from django.db.models import QuerySet

from shicheng.checks.models import StoredReport
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

READ = registry.permission(
    "checks.report.read", _("Read check reports"), roles={Role.ARCHIVIST, Role.CATALOGUER, Role.LEADER}
)
RUN = registry.permission("checks.plan.run", _("Run checks"), roles={Role.ARCHIVIST})
SIGN = registry.permission("checks.manual.sign", _("Sign manual checks"), roles={Role.ARCHIVIST})
EDIT = registry.permission(
    "checks.table.edit", _("Edit check kinds, plans, formats and schemes"), roles={Role.ARCHIVIST}
)


def visible(actor: Actor) -> QuerySet[StoredReport]:
    """The reports this actor may see: all within their fonds, or none."""
    reports = StoredReport.objects.all()
    codes = people.whole_fonds(actor, READ)
    return reports if codes is None else reports.filter(fonds_code__in=codes)
