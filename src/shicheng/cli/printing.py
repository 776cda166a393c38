"""The command that prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.kernel.messages import message as _


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("print")(print_paper)


def print_paper(
    kind: Annotated[
        str,
        typer.Argument(
            help="item-list, contents, transfer-list, end-sheet, spine, box-cover, stamp, labels, volume-list, "
            "fonds-register or fonds-guide."
        ),
    ],
    target: Path,
    query: Annotated[str, typer.Option("--query", help="Which records, as in find; all if empty.")] = "*",
    fonds: Annotated[str, typer.Option("--fonds", help="Only this fonds; for papers about fonds, which.")] = "",
    box: Annotated[
        list[int] | None, typer.Option("--box", help="Number of a box of the fonds instead of a query; repeatable.")
    ] = None,
    volume: Annotated[
        list[str] | None, typer.Option("--volume", help="Code of a volume instead of a query; repeatable.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", help="cover=no, split=yes, width=30, sheet=a3, labels=3x7, skip=4; repeatable."),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="Of the form: zh-hans or en.")] = "zh-hans",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Print lists, end-sheets, box spines and covers, stamps and labels as PDF, lists also as xlsx."""
    settings = open_archive(home)
    from shicheng.printing import selectors
    from shicheng.printing.services import print_order
    from shicheng.printing.types import Order
    from shicheng.search.selections import Selection

    actor = operator()
    order = Order(
        kind=kind, form=target.suffix.removeprefix(".").lower(), language=language, fonds=fonds,
        selection=Selection(query=query, filters={"fonds": fonds} if fonds else {}),
        boxes=selectors.boxes_named(actor, fonds, box or ()), volumes=selectors.volumes_named(actor, volume or ()),
        options=dict(selectors.read_option(one) for one in option or ()),
    )  # fmt: skip
    with output.progress(str(_("Print")), quiet=as_json) as report:
        made = print_order(actor=actor, order=order, target=target, settings=settings, progress=report)
    if as_json:
        output.print_json(made.to_json())
    else:
        output.out.print(
            str(_("%(rows)d rows on %(pages)d pages written to %(target)s.", rows=made.rows, pages=made.pages,
                  target=made.target)),
            markup=False,
        )  # fmt: skip
