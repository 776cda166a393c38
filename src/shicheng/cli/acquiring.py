"""Commands about acquisitions from society and major events."""

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
    from shicheng.acquiring.event_selectors import Share, Standing
    from shicheng.acquiring.models import Acquisition, MajorEvent

State = Annotated[str, typer.Option("--state", help="Only those in this state; “open” for all under way.")]
Year = Annotated[int | None, typer.Option("--year", min=1000, max=2999, help="Only those of this year.")]
Export = Annotated[Path | None, typer.Option("--export", help="Write them as a table: FILE.xlsx or FILE.csv.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("acquisitions")(acquisitions)
    app.command("events")(events)


def acquisitions(
    state: State = "",
    way: Annotated[str, typer.Option("--way", help="donation, deposit, purchase or copy.")] = "",
    year: Year = None,
    by_year: Annotated[bool, typer.Option("--by-year", help="Numbers and costs of each year instead.")] = False,
    export: Export = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List acquisitions from society, or write their register as a table; donors who wish it are not named."""
    open_archive(home)
    from shicheng.acquiring import counting, register, selectors
    from shicheng.acquiring.words import STATES

    actor = operator()
    if by_year:
        years = counting.years(actor)
        if as_json:
            output.print_json([one.to_json() for one in years])
        for each in years if not as_json else ():
            say(_(
                "%(year)s: %(noted)s noted, %(agreed)s agreed, %(received)s received, %(accessioned)s taken in; "
                "%(spent)s spent",
                year=each.year, noted=each.noted, agreed=each.agreed, received=each.received,
                accessioned=each.accessioned, spent=f"{each.spent:,.2f}",
            ))  # fmt: skip
        return
    if export is not None:
        export.write_bytes(register.write_register(actor, _form(export), state=state, way=way, year=year))
        if not as_json:
            say(_("The register is written to %(path)s.", path=export), "green")
    found = [_acquisition(one) for one in selectors.acquisitions(actor, state=state, way=way, year=year)]
    if as_json:
        output.print_json(found)
    for one in found if not as_json and export is None else ():
        say(f"{one['number']}  {STATES[one['state']]}  {one['title']}  {one['donor']}  {one['deed']}")


def events(
    state: State = "",
    year: Year = None,
    late: Annotated[bool, typer.Option("--late", help="Lines of filing plans that are due instead.")] = False,
    export: Export = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List major events with how much of their filing plans is there. With --late ends with 1 if something is."""
    open_archive(home)
    from shicheng.acquiring import event_selectors, register

    actor = operator()
    if late:
        lines = event_selectors.late_lines(actor)
        if as_json:
            output.print_json([_line(one) for one in lines])
        for each in lines if not as_json else ():
            line, who = each.line, "、".join(each.answers.names)
            there = _("%(there)s of %(planned)s there", there=each.there, planned=line.quantity)
            where = f"{line.fonds_code} {line.unit}  {there}"
            say(f"{line.due}  {line.event.number}  {line.what}  {where}  {who}")
        raise typer.Exit(1 if lines else 0)
    if export is not None:
        export.write_bytes(register.write_events(actor, _form(export), state=state, year=year))
        if not as_json:
            say(_("The list is written to %(path)s.", path=export), "green")
    rows = list(event_selectors.major_events(actor, state=state, year=year))
    standings = event_selectors.standings(actor, rows)
    found = [_event(one, event_selectors.share_of(actor, one, standings[one.pk])) for one in rows]
    if as_json:
        output.print_json(found)
    for one in found if not as_json and export is None else ():
        standing = _(
            "%(fulfilled)s of %(lines)s lines fulfilled, records: %(records)s",
            fulfilled=one["fulfilled"], lines=one["lines"], records=one["records"],
        )  # fmt: skip
        say(f"{one['number']}  {one['begins']}  {one['name']}  {standing}")


def _acquisition(one: Acquisition) -> dict[str, Any]:
    return {
        "number": one.number, "title": one.title, "way": one.way, "state": one.state, "fonds": one.fonds_code,
        "donor": one.donor.public_name, "quantity": one.quantity, "counted_in": one.counted_in,
        "noted_on": str(one.noted_on), "deed": one.deed_number, "signed_on": str(one.signed_on or ""),
        "received_on": str(one.received_on or ""), "accessioned_on": str(one.accessioned_on or ""),
    }  # fmt: skip


def _event(one: MajorEvent, share: Share) -> dict[str, Any]:
    return {
        "number": one.number, "name": one.name, "kind": one.kind, "level": one.level, "state": one.state,
        "begins": str(one.begins), "ends": str(one.ends), "place": one.place, "organiser": one.organiser,
        "fonds": one.fonds_code, "lines": share.lines, "fulfilled": share.fulfilled, "late": share.late,
        "records": share.records, "forms": share.forms,
    }  # fmt: skip


def _line(one: Standing) -> dict[str, Any]:
    return {
        "event": one.line.event.number, "name": one.line.event.name, "what": one.line.what,
        "fonds": one.line.fonds_code, "unit": one.line.unit, "due": str(one.line.due), "there": one.there,
        "planned": one.line.quantity, "answers": list(one.answers.names),
    }  # fmt: skip


def _form(path: Path) -> str:
    form = path.suffix.lower().removeprefix(".")
    if form not in ("csv", "xlsx"):
        raise typer.BadParameter(str(_("A table is written as .xlsx or .csv.")))
    return form
