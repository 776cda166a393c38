"""Taking a workbook as the lines of a plan: all of it, or nothing and every fault named with its row."""

from __future__ import annotations

from pathlib import Path

from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.planning import plans, policies, selectors
from shicheng.planning.errors import BadPlan, PlanUnknown
from shicheng.planning.models import Plan
from shicheng.planning.types import LineFault
from shicheng.planning.workbooks import read_plan


def import_plan(*, actor: Actor, year: int, path: Path, name: str) -> Plan:
    """Let the draft of a plan have the lines of a workbook; begins one if there is none.

    Raises `BadPlan` with the faults, whose lines are rows of the sheet; then nothing was written.
    """
    policies.require_everywhere(actor, policies.WRITE_PLANS)
    read = read_plan(path, name=name)
    faults = list(read.faults)
    try:
        plans.check_lines(actor, read.drafts)
    except BadPlan as error:
        if not error.faults:
            raise
        known = {(one.line, one.column) for one in faults}
        for one in error.faults:
            assert isinstance(one, LineFault)
            row = read.rows[one.line - 1]
            unread = one.column == "items" and {(row, "volumes"), (row, "gb")} & known  # a quantity that can't be read
            if (row, one.column) not in known and not unread:
                faults.append(LineFault(row, one.column, one.reason))
    if faults:
        faults.sort(key=lambda one: one.line)
        raise BadPlan(
            _("%(name)s has %(count)s faults; nothing was taken.", name=name, count=len(faults)),
            hint=_("Mend the cells that are listed and read it again."), faults=faults,
        )  # fmt: skip
    try:
        plan = selectors.plan(actor, year)
    except PlanUnknown:
        plan = plans.begin_plan(actor=actor, year=year, origin="workbook")
    return plans.write_lines(actor=actor, year=year, drafts=read.drafts, revision=plan.revision)
