"""Commands that take catalogues in, undo that, and attach files to their records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shicheng.cli import output, words
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.cataloguing.attaching import Attached
    from shicheng.cataloguing.types import Imported


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("import-catalogue")(import_catalogue)
    app.command("undo-import")(undo_import)
    app.command("attach-files")(attach_files)


def import_catalogue(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen; change nothing.")] = False,
    fonds: Annotated[str, typer.Option("--fonds", metavar="CODE", help="Fonds of rows that name none.")] = "",
    mapping: Annotated[
        str, typer.Option("--mapping", metavar="NAME", help="Name the columns of this source are known under.")
    ] = "",
    sheet: Annotated[
        str, typer.Option("--sheet", metavar="NAME", help="Sheet of a workbook; else the one best understood.")
    ] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a catalogue in: xlsx, csv, tsv, dbf or jsonl, also packed with gzip. A repeat updates, never doubles.

    Without --fonds, rows that name no fonds go into one of their own, CAT001 and so on, named after the source.
    Ends with 0 when every row came in, 1 when rows were rejected, 2 when the file can't be read.
    """
    settings = open_archive(home)
    from shicheng.cataloguing import intake

    work = intake.preview_catalogue if dry_run else intake.import_catalogue
    with output.progress(str(_("Looking") if dry_run else _("Taking in")), quiet=as_json) as report:
        result = work(
            actor=operator(), path=file, settings=settings, fonds=fonds, mapping=mapping, sheet=sheet, progress=report
        )
    if as_json:
        output.print_json(result.to_json())
    else:
        print_imported(result)
    raise typer.Exit(1 if result.rejected else 0)


def undo_import(
    number: str,
    reason: Annotated[str, typer.Option("--reason", help="Why; goes into the record.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Undo a catalogue import: records it made go, records it changed return to what they were."""
    settings = open_archive(home)
    from shicheng.cataloguing import intake

    with output.progress(str(_("Undoing")), quiet=as_json) as report:
        result = intake.undo_import(actor=operator(), number=number, reason=reason, settings=settings, progress=report)
    if as_json:
        output.print_json(result.to_json())
        return
    words.say(_("Import %(number)s undone: %(removed)s records removed, %(returned)s returned to what they were.",
                number=number, removed=result.removed, returned=result.returned), "green")  # fmt: skip
    if result.kept:
        words.say(_("%(kept)s were changed or given files since and stay as they are.", kept=result.kept), "yellow")


def attach_files(
    folder: Path,
    pattern: Annotated[
        str,
        typer.Option(
            "--pattern",
            help="How a path names its record, e.g. “{reference_code}/*” or “{fonds_code}/{year}/{item_number}.pdf”.",
        ),
    ] = "",
    fonds: Annotated[str, typer.Option("--fonds", metavar="CODE", help="Only records of this fonds.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what matches; change nothing.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Attach files to records that came by catalogue, by their codes in the paths or by a pattern.

    Ends with 0 when every file found its record, 1 otherwise.
    """
    settings = open_archive(home)
    from shicheng.cataloguing.attaching import attach_folder

    with output.progress(str(_("Attaching")), quiet=as_json) as report:
        result = attach_folder(
            actor=operator(), folder=folder, settings=settings, pattern=pattern, fonds=fonds, dry_run=dry_run,
            progress=report,
        )  # fmt: skip
    if as_json:
        output.print_json(result.to_json())
    else:
        print_attached(result)
    raise typer.Exit(0 if result.is_complete else 1)


def print_imported(result: Imported) -> None:
    """Print what became of a catalogue, and how its columns were understood."""
    from shicheng.cataloguing.headers import FALLBACK

    for column in result.columns:
        if column.element.startswith(FALLBACK):
            element = column.element.removeprefix(FALLBACK)
            words.say(_("  %(header)s → %(element)s, where that is empty", header=column.header, element=element))
        elif column.element:
            sure = "" if column.confidence >= 80 else str(_(" (not sure: kept as an extra column)"))
            words.say(f"  {column.header} → {column.element}{sure}")
        else:
            words.say(_("  %(header)s → kept as an extra column", header=column.header))
    for problem in result.problems:
        words.say(f"! {problem}", "yellow")
    words.say(_("%(rows)s rows: %(created)s new, %(updated)s changed, %(unchanged)s as before, %(rejected)s rejected, "
                "%(seconds)s s", rows=result.rows, created=result.created, updated=result.updated,
                unchanged=result.unchanged, rejected=result.rejected, seconds=f"{result.seconds:.1f}"),
              "yellow" if result.rejected else "green")  # fmt: skip
    if result.marked:
        words.say(_("%(count)s rows have a value that could not be read; it was kept as it was.", count=result.marked))
    if result.suspects:
        words.say(_("%(count)s pairs of rows may be one record.", count=result.suspects))
    if result.errors_workbook:
        words.say(_("Rejected rows with their reasons: %(file)s", file=result.errors_workbook))
    if result.dry_run:
        words.say(_("Nothing was changed."))
    else:
        words.say(_("Import %(number)s into %(fonds)s. Undo it with: shicheng undo-import %(number)s --reason “…”",
                    number=result.number, fonds=result.fonds))  # fmt: skip


def print_attached(result: Attached) -> None:
    """Print which files found their record."""
    for title, paths in ((_("No record:"), result.missing), (_("More than one record:"), result.ambiguous),
                         (_("Refused:"), result.refused)):  # fmt: skip
        if paths:
            words.say(title, "yellow")
            for one in paths[: words.MOST]:
                words.say(f"  {one['path']}  {one.get('reason', '')}")
    words.say(_("%(matched)s files matched, %(items)s records were given files; %(known)s were there already.",
                matched=result.matched, items=result.items, known=result.known), "green")  # fmt: skip
