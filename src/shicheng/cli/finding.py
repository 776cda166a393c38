"""Commands that find records and give them out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shicheng.cli import output, words
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.kernel.messages import message as _


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("find")(find)
    app.command("show")(show)
    app.command("export")(export)


def find(
    query: str,
    limit: Annotated[int, typer.Option("--limit", min=0, max=100_000)] = 20,
    offset: Annotated[int, typer.Option("--offset", min=0)] = 0,
    fonds: Annotated[str, typer.Option("--fonds", help="Only this fonds.")] = "",
    year_from: Annotated[int | None, typer.Option("--year-from", help="Filing year or later.")] = None,
    year_to: Annotated[int | None, typer.Option("--year-to", help="Filing year or earlier.")] = None,
    sort: Annotated[str, typer.Option("--sort", help="relevance, date, -date, code or -code.")] = "relevance",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find records: words, "phrases", AND OR NOT, fields (题名: 责任者: 文号: …), ranges; '*' is everything."""
    settings = open_archive(home)
    from shicheng.search.services import find as search
    from shicheng.search.types import Narrowing

    results = search(
        operator(),
        query,
        index_path=settings.index_path,
        limit=limit,
        offset=offset,
        sort=sort,
        narrowing=Narrowing(fonds=fonds, year_from=year_from, year_to=year_to),
    )
    if as_json:
        output.print_json(results.to_json())
    else:
        words.print_results(results)


def show(
    ref: str,
    versions: Annotated[
        bool, typer.Option("--versions", help="Show how the description changed: who, when, why, what.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show one record by its reference code or id: description, files, where it lies, what happened to it."""
    settings = open_archive(home)
    from shicheng.audit import selectors as audit
    from shicheng.holdings import selectors as holdings

    actor = operator()
    item = holdings.item(actor, ref)
    if versions:
        from shicheng.cli.editing import print_versions

        print_versions(actor, item, as_json=as_json)
        return
    history = audit.history(actor, ("item", str(item.pk)))
    words.print_item(item, history, settings, as_json=as_json)


def export(
    form: Annotated[str, typer.Argument(help="bagit, eep, da93, csv or xlsx.")],
    target: Path,
    query: Annotated[str, typer.Option("--query", help="Which records, as in find; all if empty.")] = "*",
    columns: Annotated[
        str, typer.Option("--columns", help="Of csv and xlsx, with commas: reference_code,title,date …; all if empty.")
    ] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give records out: as bagit, eep (DA/T 48) or da93 (DA/T 93 Annex B), or their catalogue alone as csv or xlsx."""
    settings = open_archive(home)
    from shicheng.exchange.services import export as give_out

    with output.progress(str(_("Export")), quiet=as_json) as report:
        made = give_out(
            actor=operator(), form=form, target=target, query=query, settings=settings, progress=report,
            columns=[name.strip() for name in columns.split(",") if name.strip()],
        )  # fmt: skip
    if as_json:
        output.print_json(made.to_json())
    else:
        output.out.print(
            str(
                _(
                    "%(items)s items with %(files)s files written to %(target)s.",
                    items=made.items,
                    files=made.files,
                    target=made.target,
                )
            ),
            markup=False,
        )
