"""Commands that describe many records at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.describing.models import ChangeSet
    from shicheng.describing.services import Preview
    from shicheng.settings import Settings

Number = Annotated[str, typer.Argument(help="Number of the batch change, such as B2026-0001.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays with every version.")]
SHOWN = 50


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    changes = typer.Typer(help="Changes of one element in many records.", no_args_is_help=True)
    changes.command("run")(run)
    changes.command("list")(list_changes)
    changes.command("show")(show)
    changes.command("undo")(undo)
    app.add_typer(changes, name="change")


def run(
    element: Annotated[str, typer.Argument(help="Element or added field, by any of its names.")],
    verb: Annotated[str, typer.Argument(help="set, fill (where there is none), replace, append, find or clear.")],
    value: Annotated[str, typer.Argument(help="The new value; none for clear.")] = "",
    find: Annotated[str, typer.Option("--find", help="Of replace and find: what is replaced.")] = "",
    between: Annotated[str, typer.Option("--between", help="Of append: sign between the old and the added.")] = "",
    query: Annotated[str, typer.Option("--query", help="Which records, as in find; all if empty.")] = "",
    fonds: Annotated[str, typer.Option("--fonds", help="Only this fonds.")] = "",
    year_from: Annotated[int | None, typer.Option("--year-from", help="Filing year or later.")] = None,
    year_to: Annotated[int | None, typer.Option("--year-to", help="Filing year or earlier.")] = None,
    reason: Reason = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell how many and what becomes of the first; change nothing.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Change one element of many records, with one version and one entry of the log for each.

    Ends with 1 when some could not take the value or were changed by others meanwhile: they are left as they were.
    """
    settings = open_archive(home)
    from shicheng.describing.driving import element_meant
    from shicheng.describing.operations import Operation
    from shicheng.describing.services import begin_change, preview_change
    from shicheng.search.selections import Selection

    actor = operator()
    filters = {"fonds": fonds} if fonds else {}
    selection = Selection(query=query, filters=filters, year_from=year_from, year_to=year_to)
    operation = Operation(element_meant(element), verb, value, find, between)
    told = preview_change(actor=actor, selection=selection, operation=operation, settings=settings)
    if dry_run:
        _print_preview(told, as_json=as_json)
        return
    changes = begin_change(
        actor=actor, selection=selection, operation=operation, reason=reason, expected=told.total, settings=settings
    )
    _see_through(changes, settings, as_json=as_json)


def undo(number: Number, reason: Reason = "", home: Home = None, as_json: AsJson = False) -> None:
    """Undo a batch change by another one; values that were changed again since stay as they are."""
    settings = open_archive(home)
    from shicheng.describing.driving import change_numbered
    from shicheng.describing.services import undo_change

    actor = operator()
    made = undo_change(actor=actor, change_id=change_numbered(actor, number).pk, reason=reason)
    _see_through(made, settings, as_json=as_json)


def list_changes(
    state: Annotated[str, typer.Option("--state", help="Only promised, stored, done, failed or undone ones.")] = "",
    text: Annotated[str, typer.Option("--text", help="Only with this in number, reason or person.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = SHOWN,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List batch changes, newest first."""
    open_archive(home)
    from shicheng.describing import selectors

    found = list(selectors.change_sets(operator(), state=state, text=text)[:limit])
    if as_json:
        output.print_json([_told(one) for one in found])
        return
    if not found:
        say(_("There are no batch changes."))
    for one in found:
        _print_line(one)


def show(number: Number, home: Home = None, as_json: AsJson = False) -> None:
    """Show what came of a batch change, and the records it left out with the reasons."""
    settings = open_archive(home)
    from shicheng.describing.driving import change_numbered

    one = change_numbered(operator(), number)
    left = _left(one, settings)
    if as_json:
        output.print_json({**_told(one), "left_out": left})
        return
    _print_line(one)
    for each in left[:SHOWN]:
        say(f"  ✗ {each['ref']}  {' '.join(fault['detail'] for fault in each['faults'])}", "yellow")
    if len(left) > SHOWN:
        say(_("… and %(count)s more; --json shows all.", count=len(left) - SHOWN))


def _see_through(changes: ChangeSet, settings: Settings, *, as_json: bool) -> None:
    from shicheng.describing.driving import see_through

    with output.progress(str(_("Changing")), quiet=as_json) as report:
        done = see_through(changes, settings, progress=report)
    if as_json:
        output.print_json({**_told(done), "left_out": _left(done, settings)})
    else:
        _print_line(done)
        if done.faulty or done.left:
            say(_("See what was left out with: shicheng change show %(number)s", number=done.number))
    raise typer.Exit(1 if done.faulty or done.left else 0)


def _print_preview(told: Preview, *, as_json: bool) -> None:
    lines = [
        {"ref": ref, "before": before, "after": after}
        for change, ref in told.lines
        for before, after in change.changed.values()
    ]
    refused = [{"ref": one.ref, "faults": [str(fault) for fault in one.faults]} for one in told.refused]
    if as_json:
        output.print_json(
            {"total": told.total, "looked_at": told.looked_at, "changed": told.changed, "same": told.same,
             "faulty": told.faulty, "lines": lines, "refused": refused}
        )  # fmt: skip
        return
    say(_("Records meant: %(total)s. Of the first %(looked)s, %(changed)s change, %(same)s stay as they are, "
          "%(faulty)s can't take the value.", total=told.total, looked=told.looked_at, changed=told.changed,
          same=told.same, faulty=told.faulty))  # fmt: skip
    for line in lines:
        say(f"  {line['ref']}  {line['before'] or '–'} → {line['after'] or '–'}")
    for one in refused:
        say(f"  ✗ {one['ref']}  {' '.join(one['faults'])}", "yellow")


def _print_line(one: ChangeSet) -> None:
    from shicheng.describing.words import STATES
    from shicheng.describing.words import say as sentence_of

    say(f"{one.number}  {STATES[one.state]}  {sentence_of(one)}", "bold")
    counts = _(
        "%(changed)s changed, %(faulty)s could not take the value, %(left)s changed by others meanwhile",
        changed=one.changed, faulty=one.faulty, left=one.left,
    )  # fmt: skip
    say(f"  {counts}")


def _told(one: ChangeSet) -> dict[str, Any]:
    from shicheng.describing.words import say as sentence_of

    return {
        "number": one.number, "id": str(one.pk), "kind": one.kind, "state": one.state,
        "sentence": str(sentence_of(one)), "operation": one.act.get("operation"), "reason": one.reason,
        "expected": one.expected, "chosen": one.chosen, "changed": one.changed, "faulty": one.faulty, "left": one.left,
        "by": one.made_by, "begun": one.made_at.isoformat(), "done": one.done_at.isoformat() if one.done_at else None,
        "undoes": one.undoes.number if one.undoes else None,
    }  # fmt: skip


def _left(one: ChangeSet, settings: Settings) -> list[dict[str, Any]]:
    from shicheng.describing.selectors import left_out

    if one.state in ("promised", "failed"):
        return []
    return [
        {"ref": ref, "faults": [{"element": element, "detail": why} for element, why in faults]}
        for ref, faults in left_out(one, settings)
    ]
