"""Commands about business systems: their register, their tokens, and pushing as one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator, prepare
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    systems = typer.Typer(help="Business systems that push finished documents (归档接口).", no_args_is_help=True)
    systems.command("list")(list_systems)
    systems.command("write")(write)
    systems.command("state")(state)
    systems.command("token")(token)
    app.add_typer(systems, name="system")
    app.command("push")(push)


def list_systems(home: Home = None, as_json: AsJson = False) -> None:
    """List the business systems with their states and how their documents fare."""
    open_archive(home)
    from shicheng.collecting import selectors
    from shicheng.collecting.words import STATES, SYSTEMS

    actor = operator()
    counts, last = selectors.counts(actor), selectors.last_pushes(actor)
    found = list(selectors.systems(actor))
    if as_json:
        output.print_json([_shown(one, counts.get(one.pk, {}), last.get(one.pk)) for one in found])
        return
    for one in found:
        told = "  ".join(f"{STATES[state]} {count}" for state, count in sorted(counts.get(one.pk, {}).items()))
        say(f"{one.code}  {SYSTEMS[one.state]}  {one.name}  {one.unit}  {told}")
    if not found:
        say(_("No business system is written down."))


def write(
    code: Annotated[str, typer.Argument(help="Code of the system; it stands in every receipt.")],
    name: Annotated[str, typer.Option("--name", help="Name people know it by.")],
    unit: Annotated[str, typer.Option("--unit", help="Code of the filing unit it files for.")],
    kind: Annotated[str, typer.Option("--kind", help="oa, motion, broadcast, accounting, personnel, …")] = "oa",
    keeper: Annotated[str, typer.Option("--keeper", help="Who runs it.")] = "",
    sends: Annotated[
        list[str] | None, typer.Option("--sends", help="Kind of documents, KIND or KIND=ROW; “-” is not filed.")
    ] = None,
    ceiling: Annotated[str, typer.Option("--ceiling", help="Highest secrecy level it may send.")] = "",
    outside: Annotated[str, typer.Option("--outside", help="What no row takes: take or refuse.")] = "take",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a business system down, or change what is written of it; its code and unit stay."""
    open_archive(home)
    from shicheng.collecting import systems

    kinds = [dict(zip(("name", "row"), one.partition("=")[::2], strict=True)) for one in sends or ()]
    made = systems.write_system(
        actor=operator(), code=code, name=name, unit=unit, kind=kind, keeper=keeper, kinds=kinds, ceiling=ceiling,
        outside=outside,
    )  # fmt: skip
    _told(made, as_json)


def state(
    code: str,
    verb: Annotated[str, typer.Argument(help="admit, try (all it pushes is a trial) or stop.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is stopped; goes into the record.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Admit a business system, have all it pushes be a trial, or stop it, which makes its token worthless."""
    open_archive(home)
    from shicheng.collecting import systems

    _told(systems.move_system(actor=operator(), code=code, verb=verb, reason=reason), as_json)


def token(
    code: str,
    days: Annotated[int | None, typer.Option("--days", min=1, max=3650, help="Days it is good for.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give a business system a new token and print it, this once; the one it had is worthless from now on."""
    settings = open_archive(home)
    from shicheng.collecting import systems

    most = settings.token_days
    made, secret = systems.give_token(actor=operator(), code=code, days=min(days or most, most))
    if as_json:
        output.print_json({"system": code, "secret": secret, "expires": made.expires.isoformat()})
        return
    say(secret, "bold")
    say(_("Keep it safe: it is not shown again. Programs send it in the header Authorization, as: Bearer <token>"))


def push(
    path: Path,
    to: Annotated[str, typer.Option("--to", help="Address of the archive, such as https://archive.example.org")],
    token: Annotated[
        str, typer.Option("--token", envvar="SHICHENG_PUSH_TOKEN", help="The system's token.", show_default=False)
    ],
    trial: Annotated[bool, typer.Option("--trial", help="Only have it looked at; nothing is kept.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Push documents to an archive as a business system: a folder with a metadata.json, or a folder of such folders.

    Needs no archive on this machine. Sizes and digests are filled in. Ends with 0 when all have a receipt, 1 when one
    was refused, 3 when the archive could not be reached.
    """
    settings = prepare(home)
    from shicheng.collecting import client

    answers = [
        (found, client.push(client.read_parcel(found), to=to, token=token, trial=trial, language=settings.language))
        for found in client.parcels(path)
    ]
    if as_json:
        output.print_json(
            [{"path": str(found), "status": one.status, "tries": one.tries, **one.content} for found, one in answers]
        )
    else:
        for found, one in answers:
            _say(found, one)
    if any(one.status == 0 for _found, one in answers):
        raise typer.Exit(3)
    raise typer.Exit(0 if all(one.is_taken for _found, one in answers) else 1)


def _say(path: Path, answer: Any) -> None:
    if answer.is_taken:
        receipt = answer.content["receipt"]
        told = _("only tried") if receipt.get("trial") else _("receipt")
        say(f"✓ {path}  {told} {receipt['number']}  SM3 {receipt['digest']['value']}", "green")
        return
    say(f"✗ {path}  {answer.status or ''} {answer.content.get('detail', '')}", "red")
    for one in answer.content.get("errors") or ():
        say(f"    {one.get('pointer') or '–'}  {one.get('detail', '')}")
    if answer.content.get("hint"):
        say(f"    → {answer.content['hint']}")


def _told(one: Any, as_json: bool) -> None:
    from shicheng.collecting.words import SYSTEMS

    if as_json:
        output.print_json(_shown(one, {}, None))
    else:
        say(_("%(code)s %(name)s: %(state)s", code=one.code, name=one.name, state=SYSTEMS[one.state]))


def _shown(one: Any, counts: dict[str, int], last: Any) -> dict[str, Any]:
    return {
        "code": one.code, "name": one.name, "kind": one.kind, "unit": one.unit, "fonds": one.fonds_code,
        "state": one.state, "kinds": one.kinds, "ceiling": one.ceiling, "outside": one.outside, "keeper": one.keeper,
        "documents": counts, "last_push": last.isoformat() if last else None,
        "token_until": one.token.expires.isoformat() if one.token else None,
    }  # fmt: skip
