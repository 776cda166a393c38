"""Commands about what units should have filed, and plans of accessions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.planning.models import Finding, Plan

Year = Annotated[int, typer.Argument(min=1900, max=2200, help="Year of the plan.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("watch")(watch)
    plan = typer.Typer(help="Yearly plans of accessions.", no_args_is_help=True)
    plan.command("show")(show)
    plan.command("begin")(begin)
    plan.command("export")(export)
    plan.command("import")(take)
    plan.command("count")(count)
    app.add_typer(plan, name="plan")


def watch(
    unit: Annotated[str, typer.Option("--unit", help="Only this filing unit.")] = "",
    year: Annotated[int, typer.Option("--year", help="List only this filing year.")] = 0,
    only_list: Annotated[bool, typer.Option("--list", help="List what was found, without looking anew.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Look at what filing units should have filed by now, and list what is missing; ends with 1 if anything is."""
    open_archive(home)
    from shicheng.planning import selectors
    from shicheng.planning.watching import watch as look

    actor = operator()
    outcome = None
    if not only_list:
        with output.progress(str(_("Looking")), quiet=as_json) as report:
            outcome = look(actor=actor, unit=unit, between=report)
    given = {"unit": unit, "year": str(year) if year else ""}
    found = list(selectors.findings(actor, given)[:10_000])
    if as_json:
        said: dict[str, Any] = {"looked": outcome.to_json() if outcome else None}
        output.print_json({**said, "missing": [_told(one) for one in found]})
    else:
        for one in found:
            say(f"{one.unit.code}  {one.year}  {one.due}  {one.said}", "yellow")
        if not found:
            say(_("Nothing that is due is missing."), "green")
        elif outcome is not None:
            say(_("Open: %(open)s; found now: %(found)s, settled now: %(settled)s.", open=len(found),
                  found=outcome.found, settled=outcome.settled))  # fmt: skip
    if found:
        raise typer.Exit(1)


def show(year: Year, home: Home = None, as_json: AsJson = False) -> None:
    """Show a plan: what each unit is to hand over, and what came."""
    open_archive(home)
    from shicheng.planning import selectors
    from shicheng.planning.plans import figures_of

    plan = selectors.plan(operator(), year)
    if as_json:
        output.print_json({"state": plan.state, "digest": plan.digest, **figures_of(plan)})
        return
    _show(plan)


def begin(
    year: Year,
    origin: Annotated[str, typer.Option("--from", help="forecast, copy (of the year before) or empty.")] = "forecast",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Begin the plan of a year."""
    open_archive(home)
    from shicheng.planning.plans import begin_plan, figures_of

    plan = begin_plan(actor=operator(), year=year, origin=origin)
    if as_json:
        output.print_json({"state": plan.state, **figures_of(plan)})
        return
    _show(plan)


def export(
    year: Year, target: Annotated[Path, typer.Argument(help="The workbook to write.")], home: Home = None
) -> None:
    """Write a plan as a workbook, to be changed and taken again."""
    open_archive(home)
    from shicheng.planning import selectors
    from shicheng.planning.workbooks import write_plan

    actor = operator()
    lines = list(selectors.lines(actor, year))
    target.write_bytes(write_plan(selectors.plan(actor, year), lines))
    say(_("%(rows)s rows are written to %(path)s.", rows=len(lines), path=target), "green")


def take(
    year: Year,
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A workbook (.xlsx).")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a workbook as the lines of a plan; with faults nothing is taken."""
    open_archive(home)
    from shicheng.planning.errors import BadPlan
    from shicheng.planning.importing import import_plan

    try:
        plan = import_plan(actor=operator(), year=year, path=source, name=source.name)
    except BadPlan as error:
        if not error.faults:
            raise
        faults: list[Any] = list(error.faults)
        if as_json:
            output.print_json({"faults": [
                {"row": one.line, "column": one.column, "reason": str(one.reason)} for one in faults
            ]})  # fmt: skip
        for one in faults if not as_json else ():
            output.err.print(f"✗ {one.line} {one.column}: {one.reason}", style="red", markup=False)
        raise typer.Exit(2) from None
    if as_json:
        output.print_json({"year": plan.year, "lines": plan.lines.count()})
    else:
        say(_("The plan for %(year)s has %(lines)s lines.", year=plan.year, lines=plan.lines.count()), "green")


def count(year: Year, home: Home = None, as_json: AsJson = False) -> None:
    """Count what came for a plan now, rather than with the daily job."""
    open_archive(home)
    from shicheng.planning.plans import count_now, figures_of

    plan = count_now(actor=operator(), year=year)
    if as_json:
        output.print_json({"state": plan.state, **figures_of(plan)})
        return
    _show(plan)


def _show(plan: Plan) -> None:
    say(_("The plan for %(year)s has %(lines)s lines.", year=plan.year, lines=plan.lines.count()), "bold")
    for one in plan.lines.select_related("unit").order_by("order"):
        came = f"{one.came_items}/{one.items}  {one.came_volumes}/{one.volumes}  {one.came_bytes}/{one.bytes} B"
        say(f"{one.unit.code}  {one.category or '*'}  {one.retention or '*'}  Q{one.quarter}  {came}")


def _told(one: Finding) -> dict[str, Any]:
    return {
        "id": str(one.pk), "unit": one.unit.code, "year": one.year, "kind": one.kind, "key": one.key,
        "what": str(one.said), "why": str(one.why), "missing": one.missing, "due": one.due.isoformat(),
        "state": one.state,
    }  # fmt: skip
