"""Commands about authorities: persons, bodies, places and subjects under their right names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.describing.models import Authority

Kind = Annotated[str, typer.Option("--kind", help="person, body, place or subject.")]
Which = Annotated[str, typer.Argument(help="Id, or one of its names.")]
Variants = Annotated[list[str] | None, typer.Option("--variant", help="Another name of it; repeatable.")]
Dates = Annotated[str | None, typer.Option("--dates", help="Lived, existed, or was in use.")]
Note = Annotated[str | None, typer.Option("--note")]
Reason = Annotated[str, typer.Option("--reason", help="Why; goes into the record.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    names = typer.Typer(help="Right names of persons, bodies, places and subjects.", no_args_is_help=True)
    names.command("list")(list_authorities)
    names.command("show")(show)
    names.command("add")(add)
    names.command("change")(change)
    names.command("merge")(merge)
    names.command("split")(split)
    names.command("take")(take)
    names.command("export")(export)
    app.add_typer(names, name="authorities")


def list_authorities(
    text: Annotated[str, typer.Argument(help="Only those one of whose names holds this.")] = "",
    kind: Kind = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 200,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List authorities with their variants."""
    open_archive(home)
    from shicheng.describing import authorities

    found = authorities.authorities(operator(), kind=kind, text=text).prefetch_related("names")[:limit]
    told = [_told(one) for one in found]
    if as_json:
        output.print_json(told)
        return
    if not told:
        say(_("No authority fits."))
    for one in told:
        _print(one)


def show(which: Which, kind: Kind = "", home: Home = None, as_json: AsJson = False) -> None:
    """Show one authority and the records that name it."""
    open_archive(home)
    from shicheng.describing import linking

    actor = operator()
    one = _find(which, kind)
    records = [{"ref": each.reference_code, "title": each.title} for each in linking.records(actor, one)[:1000]]
    total = linking.records(actor, one).count()
    if as_json:
        output.print_json({**_told(one), "total": total, "records": records})
        return
    _print(_told(one))
    say(_("Records that name it: %(total)s.", total=total))
    for record in records[:50]:
        say(f"  {record['ref']}  {record['title']}")


def add(
    kind: Annotated[str, typer.Argument(help="person, body, place or subject.")],
    name: Annotated[str, typer.Argument(help="The right name.")],
    variant: Variants = None,
    dates: Dates = None,
    note: Note = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write an authority down. A worker links it with the records that use one of its names."""
    open_archive(home)
    from shicheng.describing.authorities import save_authority

    made = save_authority(
        actor=operator(), kind=kind, name=name, variants=variant or [], dates=dates or "", note=note or ""
    )
    _show(made, as_json=as_json)


def change(
    which: Which,
    name: Annotated[str | None, typer.Option("--name", help="Another right name.")] = None,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="All its other names anew; repeatable. Else they stay.")
    ] = None,
    dates: Dates = None,
    note: Note = None,
    kind: Kind = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Change what is written of an authority; what is not named stays."""
    open_archive(home)
    from shicheng.describing.authorities import save_authority

    kept = _find(which, kind)
    listed = [one.name for one in kept.names.filter(is_main=False)] if variant is None else variant
    made = save_authority(
        actor=operator(), kind=kept.kind, name=name or kept.name, variants=listed,
        dates=kept.dates if dates is None else dates, note=kept.note if note is None else note, key=kept.pk,
        revision=kept.revision,
    )  # fmt: skip
    _show(made, as_json=as_json)


def merge(
    which: Which,
    into: Annotated[str, typer.Argument(help="Id or a name of the one that stays.")],
    reason: Reason = "",
    kind: Kind = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Merge an authority into another: its names become variants there, its records are that one's."""
    open_archive(home)
    from shicheng.describing import authorities

    kept = authorities.merge(actor=operator(), key=_find(which, kind).pk, into=_find(into, kind).pk, reason=reason)
    _show(kept, as_json=as_json)


def split(
    which: Annotated[UUID, typer.Argument(help="Id of the one that was merged.")],
    reason: Reason = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Split a merged authority off again with the names it brought."""
    open_archive(home)
    from shicheng.describing import authorities

    _show(authorities.split(actor=operator(), key=which, reason=reason), as_json=as_json)


def take(file: Path, home: Home = None, as_json: AsJson = False) -> None:
    """Take authorities in from a csv file (kind, name, variants, dates, note); ends with 1 when rows were left out."""
    open_archive(home)
    from shicheng.describing.authority_files import read_csv

    if not file.is_file():
        raise typer.BadParameter(str(_("There is no file %(path)s.", path=file)))
    made, changed, wrong = read_csv(operator(), file.read_bytes())
    if as_json:
        output.print_json(
            {"made": made, "changed": changed, "left_out": [{"row": row, "detail": why} for row, why in wrong]}
        )
    else:
        say(_("%(made)s new, %(changed)s with further names, %(left)s rows left out", made=made, changed=changed,
              left=len(wrong)))  # fmt: skip
        for row, why in wrong:
            say(f"  ✗ {row}  {why}", "yellow")
    raise typer.Exit(1 if wrong else 0)


def export(
    target: Annotated[Path, typer.Argument(help="The csv file to write.")], kind: Kind = "", home: Home = None
) -> None:
    """Write the authorities as a csv file, to be changed and taken again."""
    open_archive(home)
    from shicheng.describing.authority_files import write_csv

    with target.open("x", encoding="utf-8", newline="") as file:
        file.writelines(write_csv(operator(), kind=kind))
    say(_("The authorities are written to %(path)s.", path=target), "green")


def _find(which: str, kind: str) -> Authority:
    from shicheng.describing.authorities import authority_named

    return authority_named(operator(), which, kind=kind)


def _show(one: Authority, *, as_json: bool) -> None:
    if as_json:
        output.print_json(_told(one))
    else:
        _print(_told(one))


def _print(one: dict[str, Any]) -> None:
    from shicheng.schemes.fields import AUTHORITIES

    say(f"{one['name']}  {AUTHORITIES[one['kind']]}  {one['dates']}".rstrip(), "bold")
    if one["variants"]:
        say(f"    {'、'.join(one['variants'])}")


def _told(one: Authority) -> dict[str, Any]:
    return {
        "id": str(one.pk), "kind": one.kind, "name": one.name,
        "variants": sorted(each.name for each in one.names.all() if not each.is_main), "dates": one.dates,
        "note": one.note, "revision": one.revision,
        "merged_into": str(one.merged_into_id) if one.merged_into_id else None,
    }  # fmt: skip
