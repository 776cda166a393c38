"""Commands about filing units and their tables."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.schemes.models import Schedule
    from shicheng.schemes.types import Finding

Unit = Annotated[str, typer.Argument(help="Code of the filing unit.")]
Version = Annotated[int | None, typer.Option("--version", min=1, help="A version; else the draft, or the newest.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    schemes = typer.Typer(help="Filing units, and what they file for how long.", no_args_is_help=True)
    schemes.command("list")(list_units)
    schemes.command("unit")(unit)
    schemes.command("take")(take)
    schemes.command("check")(check)
    schemes.command("export")(export)
    schemes.command("submit")(submit)
    app.add_typer(schemes, name="schemes")


def list_units(
    presets: Annotated[bool, typer.Option("--presets", help="Tables to begin from instead.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the filing units with the versions of their tables."""
    open_archive(home)
    from shicheng.schemes import preset_files, selectors
    from shicheng.schemes.viewing import standing
    from shicheng.schemes.words import STANDINGS

    if presets:
        found = [
            {"name": one.name, "title": str(one.title), "rows": len(one.table.rows), "recalled": one.recalled,
             "open_terms": one.open_terms} for one in preset_files.presets()
        ]  # fmt: skip
        if as_json:
            output.print_json(found)
            return
        for each in found:
            say(f"{each['name']}  {each['title']}  {each['rows']} ({each['recalled']} R, {each['open_terms']} ?)")
        return
    actor, today = operator(), selectors.today()
    units: list[dict[str, Any]] = []
    for one in selectors.units(actor):
        versions = [
            {"version": each.version, "standing": standing(each, today), "rows": each.rows_count,
             "from": str(each.effective_from or ""), "until": str(each.effective_until or "")}
            for each in selectors.schedules(actor, one.code)
        ]  # fmt: skip
        units.append({"code": one.code, "name": one.name, "fonds": one.fonds_code, "versions": versions})
    if as_json:
        output.print_json(units)
        return
    if not units:
        say(str(_("No filing unit is registered. Register one with: shicheng schemes unit CODE …")))
    for line in units:
        say(f"{line['code']}  {line['name']}  {line['fonds']}", "bold")
        for each in line["versions"]:
            term = f"{each['from']} … {each['until']}"
            say(f"    {each['version']}  {STANDINGS[each['standing']]}  {each['rows']}  {term}")


def unit(
    code: Unit,
    name: Annotated[str, typer.Option("--name", help="Its full name.")],
    fonds: Annotated[str, typer.Option("--fonds", help="The fonds it files into.")],
    home: Home = None,
) -> None:
    """Write a filing unit down, or change its name."""
    open_archive(home)
    from shicheng.schemes.units import write_unit

    made = write_unit(actor=operator(), code=code, name=name, fonds_code=fonds)
    say(_("The filing unit %(code)s is written down.", code=made.code), "green")


def take(
    code: Unit,
    source: Annotated[str, typer.Argument(help="A preset, or a workbook (.xlsx).", metavar="PRESET|FILE")],
    faults: Annotated[Path | None, typer.Option("--faults", help="Where to write the faults of a workbook.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a preset or a workbook as the draft of a unit's table; with faults nothing is taken."""
    open_archive(home)
    from shicheng.schemes import services
    from shicheng.schemes.importing import import_workbook

    path = Path(source)
    if path.suffix.lower() != ".xlsx":
        _show(services.begin_draft(actor=operator(), unit=code, preset_name=source), as_json=as_json)
        return
    if not path.is_file():
        raise typer.BadParameter(str(_("There is no file %(path)s.", path=path)))
    outcome = import_workbook(actor=operator(), unit=code, path=path, name=path.name, keep_faults_at=faults)
    if outcome.schedule is not None:
        _show(outcome.schedule, as_json=as_json)
        return
    if as_json:
        output.print_json({"faults": [
            {"sheet": one.sheet, "row": one.row, "column": one.column, "reason": str(one.reason)}
            for one in outcome.faults
        ]})  # fmt: skip
    for one in outcome.faults if not as_json else ():
        output.err.print(f"✗ {one.sheet} {one.row} {one.column}: {one.reason}", style="red", markup=False)
    raise typer.Exit(2)


def check(code: Unit, version: Version = None, home: Home = None, as_json: AsJson = False) -> None:
    """List what is wrong or doubtful in a unit's table; ends with 1 if something keeps it from being submitted."""
    open_archive(home)
    from shicheng.schemes.services import judge_schedule
    from shicheng.schemes.types import Gravity

    findings = judge_schedule(_chosen(code, version))
    faults = [one for one in findings if one.gravity == Gravity.FAULT]
    if as_json:
        output.print_json([_told(one) for one in findings])
    else:
        for one in findings:
            bad = one.gravity == Gravity.FAULT
            say(f"{'✗' if bad else '!'} {one.message}", "red" if bad else "yellow")
        if not findings:
            say(_("Nothing keeps it from being submitted."), "green")
    if faults:
        raise typer.Exit(1)


def export(
    source: Annotated[str, typer.Argument(help="Code of a filing unit, or a preset.", metavar="UNIT|PRESET")],
    target: Annotated[Path, typer.Argument(help="The workbook to write.")],
    version: Version = None,
    home: Home = None,
) -> None:
    """Write a table as a workbook, to be changed and taken again."""
    open_archive(home)
    from shicheng.schemes import preset_files
    from shicheng.schemes.tables import table_of
    from shicheng.schemes.workbook import write_table_workbook

    known = {one.name for one in preset_files.presets()}
    table = preset_files.preset(source).table if source in known else table_of(_chosen(source, version))
    target.write_bytes(write_table_workbook(table))
    say(_("%(rows)s rows are written to %(path)s.", rows=len(table.rows), path=target), "green")


def submit(
    code: Unit,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day it is to be in force.")],
    note: Annotated[str, typer.Option("--note", help="For who approves it.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Submit the draft of a unit's table; somebody else approves it at the desk."""
    open_archive(home)
    from shicheng.schemes import services

    day: date = first.date()
    services.set_terms(actor=operator(), unit=code, first=day)
    made = services.submit_schedule(actor=operator(), unit=code, note=note)
    if as_json:
        output.print_json({"request": made.number})
    else:
        say(_("Submitted as the request %(number)s.", number=made.number), "green")


def _chosen(code: str, version: int | None) -> Schedule:
    from shicheng.schemes import selectors
    from shicheng.schemes.errors import ScheduleNotFound

    actor = operator()
    selectors.unit(actor, code)
    if version is not None:
        return selectors.schedule(actor, code, version)
    newest = selectors.schedules(actor, code).exclude(state="discarded").first()
    if newest is None:
        raise ScheduleNotFound(
            _("The unit %(unit)s has no table yet.", unit=code), hint=_("Take a preset or a workbook first.")
        )
    return newest


def _show(made: Schedule, *, as_json: bool) -> None:
    if as_json:
        output.print_json({"unit": made.unit.code, "version": made.version, "rows": made.rows_count})
    else:
        say(_("Version %(version)s of the table of %(unit)s is a draft of %(rows)s rows.", version=made.version,
              unit=made.unit.code, rows=made.rows_count), "green")  # fmt: skip


def _told(one: Finding) -> dict[str, object]:
    return {"gravity": str(one.gravity), "code": one.code, "message": str(one.message), "rows": list(one.keys),
            "class": one.klass}  # fmt: skip
