"""The command that brings files into the pool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("collect")(collect)


def collect(
    path: Path,
    fonds: Annotated[str, typer.Option("--fonds", metavar="CODE", help="Fonds the files belong to.")],
    year: Annotated[int, typer.Option("--year", min=1000, max=9999, help="Filing year.")],
    unit: Annotated[str, typer.Option("--unit", help="Filing unit whose files they are.")] = "",
    form: Annotated[bool, typer.Option("--form", help="Form every item the rules are sure of.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a folder, an archive file or a single file into the pool, where items are formed and numbered.

    Nothing enters the holdings by this: what is filed from the pool goes the way of every transfer.
    """
    settings = open_archive(home)
    from shicheng.arranging import collecting, forming_all

    actor = operator()
    batch = collecting.collect_path(actor=actor, path=path, fonds=fonds, year=year, settings=settings, unit=unit)
    made = forming_all.form_in_parts(actor=actor, fonds=fonds, year=year) if form else 0
    if as_json:
        output.print_json(
            {"batch": str(batch.pk), "fonds": fonds, "year": year, "files": batch.files_count, "bytes": batch.bytes,
             "items": made}
        )  # fmt: skip
        return
    say(
        _("%(files)s files are in the pool of %(fonds)s for %(year)s.", files=batch.files_count, fonds=fonds, year=year)
    )
    if form:
        say(_("%(items)s items are formed.", items=made))
