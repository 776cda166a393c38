"""Commands that look at batches and take them in."""

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
    app.command("check")(check)
    app.command("ingest")(ingest)


def check(
    path: Path,
    stage: Annotated[str, typer.Option("--stage", help="GD filing or YJ transfer and receipt.")] = "YJ",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Check a batch for the four properties. Needs no archive and no database; changes nothing.

    Ends with 0 when the batch passes (or waits only for a person's look), 1 when it fails, 2 when it can't be read.
    """
    settings = prepare(home)
    from shicheng.checks.engine import check_path
    from shicheng.checks.scanner import find_scanner
    from shicheng.formats.types import Budget

    budget = Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory)
    with output.progress(str(_("Checking")), quiet=as_json) as report:
        result = check_path(
            path,
            stage=stage.upper(),
            scanner=find_scanner(settings.scanner),
            progress=lambda done, total, what: report(done, total, str(what)),
            workers=settings.workers,
            budget=budget,
        )
    if as_json:
        output.print_json(result.for_scripts())
    else:
        words.print_report(result)
    raise typer.Exit(1 if result.verdict == "fail" else 0)


def ingest(
    path: Path,
    accept_passing: Annotated[
        bool, typer.Option("--accept-passing", help="Take in the sound items although others are faulty.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why the sound part is taken; goes into the record.")] = "",
    resubmit: Annotated[str, typer.Option("--resubmit", metavar="NUMBER", help="Send again under this number.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a batch in: receive, check, accept and store it.

    Ends with 0 when all is accepted, 1 when something was held back, 2 when the batch can't be read.
    """
    settings = open_archive(home)
    from shicheng.ingest.intake import take_in

    if accept_passing and not reason.strip():
        raise typer.BadParameter(str(_("--accept-passing needs --reason: it goes into the record.")))
    with output.progress(str(_("Taking in")), quiet=as_json) as report:
        outcome = take_in(
            actor=operator(),
            path=path,
            settings=settings,
            passing_reason=reason if accept_passing else None,
            resubmit=resubmit or None,
            progress=report,
        )
    if as_json:
        output.print_json(outcome.to_json())
    else:
        words.print_outcome(outcome)
    raise typer.Exit(0 if outcome.state == "stored" and outcome.held == 0 else 1)
