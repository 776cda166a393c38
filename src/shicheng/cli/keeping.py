"""Commands that prove that everything is still there, and make what can be made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shicheng.cli import output, words
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator, prepare
from shicheng.kernel.messages import message as _


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("verify")(verify)
    app.command("recheck")(recheck)
    app.command("rebuild")(rebuild)
    app.command("reindex")(reindex)
    audit = typer.Typer(help="The audit log.", no_args_is_help=True)
    audit.command("verify")(audit_verify)
    audit.command("export")(audit_export)
    app.add_typer(audit, name="audit")


def verify(home: Home = None, as_json: AsJson = False) -> None:
    """Verify every file's fixity, database against store both ways, and the audit log. Ends with 1 on damage."""
    settings = open_archive(home)
    from shicheng.ingest.verification import verify_archive

    with output.progress(str(_("Verifying")), quiet=as_json) as report:
        result = verify_archive(actor=operator(), settings=settings, progress=report)
    if as_json:
        output.print_json(result.to_json())
    else:
        words.print_verification(result)
    raise typer.Exit(0 if result.intact else 1)


def recheck(
    items: Annotated[int, typer.Option("--items", min=1, help="Size of the random sample.")] = 200,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Check a random sample of stored records for the four properties (stage of long-term keeping)."""
    settings = open_archive(home)
    from shicheng.checks.types import Report
    from shicheng.ingest.rechecking import recheck as look

    with output.progress(str(_("Checking")), quiet=as_json) as report:
        stored = look(actor=operator(), settings=settings, items=items, progress=report)
    found = Report.from_record(stored.record)
    if as_json:
        output.print_json(found.for_scripts())
    else:
        words.print_report(found)
    raise typer.Exit(1 if found.verdict == "fail" else 0)


def rebuild(home: Home = None, as_json: AsJson = False) -> None:
    """Make database and index anew from the store alone; what is in the database already is kept as it is."""
    settings = open_archive(home)
    from shicheng.acquiring.event_restoring import MajorEventRestorer
    from shicheng.acquiring.keeping import AcquisitionRestorer
    from shicheng.cataloguing.rebuilding import ImportRestorer
    from shicheng.describing.rebuilding import ChangeRestorer
    from shicheng.holdings.entity_restoring import EntityRestorer
    from shicheng.holdings.restoring import ArrangementRestorer
    from shicheng.ingest.rebuilding import rebuild_archive
    from shicheng.planning.restoring import PlanningRestorer
    from shicheng.schemes.keeping import SchemeRestorer
    from shicheng.storage.restoring import Restorer

    restorers: list[Restorer] = [
        ImportRestorer(), ChangeRestorer(), ArrangementRestorer(), SchemeRestorer(), EntityRestorer(),
        AcquisitionRestorer(), MajorEventRestorer(), PlanningRestorer(),
    ]  # fmt: skip
    with output.progress(str(_("Rebuilding")), quiet=as_json) as report:
        made = rebuild_archive(actor=operator(), settings=settings, restorers=restorers, progress=report)
    if as_json:
        output.print_json(made.to_json())
    else:
        output.out.print(
            str(
                _(
                    "Made anew from the store: %(transfers)s transfers, %(items)s items, %(entries)s audit entries.",
                    transfers=made.transfers,
                    items=made.items,
                    entries=made.entries,
                )
            ),
            markup=False,
        )


def reindex(home: Home = None, as_json: AsJson = False) -> None:
    """Make the search index anew beside the old one, then swap."""
    settings = open_archive(home)
    from shicheng.search.building import rebuild_index

    with output.progress(str(_("Indexing")), quiet=as_json) as report:
        count = rebuild_index(settings.index_path, progress=report)
    if as_json:
        output.print_json({"items": count})
    else:
        output.out.print(str(_("%(count)s items indexed.", count=count)), markup=False)


def audit_verify(
    file: Annotated[
        Path | None, typer.Argument(help="An exported log to verify offline, instead of the archive's.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Verify the hash chain and the signed heads of the audit log. Ends with 1 if the chain is broken."""
    if file is not None:
        from shicheng.audit.offline import verify_file

        prepare(home)
        result = verify_file(file)
    else:
        open_archive(home)
        from shicheng.audit.verification import verify_chain

        with output.progress(str(_("Verifying the audit log")), quiet=as_json) as report:
            result = verify_chain(progress=report)
    if as_json:
        output.print_json(
            {
                "entries": result.entries,
                "intact": result.intact,
                "problems": [str(problem) for problem in result.problems],
            }
        )
    else:
        words.print_chain(result)
    raise typer.Exit(0 if result.intact else 1)


def audit_export(target: Path, home: Home = None, as_json: AsJson = False) -> None:
    """Write the audit log with its signed heads to a file that can be verified without this archive."""
    settings = open_archive(home)
    from shicheng.audit.segments import write_log

    entries = write_log(target, keys_path=settings.keys_path)
    if as_json:
        output.print_json({"entries": entries, "file": str(target)})
    else:
        output.out.print(str(_("%(count)s entries written to %(file)s.", count=entries, file=target)), markup=False)
