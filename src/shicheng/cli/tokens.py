"""Commands about tokens of programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    tokens = typer.Typer(help="Tokens that programs show to the API.", no_args_is_help=True)
    tokens.command("create")(create)
    tokens.command("list")(list_tokens)
    tokens.command("revoke")(revoke)
    app.add_typer(tokens, name="token")


def create(
    name: Annotated[str, typer.Argument(help="What the token is for, such as the name of the program.")],
    scope: Annotated[
        list[str], typer.Option("--scope", help="read, write, admin, or the code of a permission; may be repeated.")
    ],
    user: Annotated[str, typer.Option("--user", help="Act as this account; else as a program of its own.")] = "",
    fonds: Annotated[list[str] | None, typer.Option("--fonds", help="Only this fonds; may be repeated.")] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="Days it is good for; else as long as tokens may be.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print its secret, which is never shown again."""
    settings = open_archive(home)
    from shicheng.audit.services import append
    from shicheng.kernel import clock
    from shicheng.people import tokens

    token, secret = tokens.create_token(
        actor=operator(),
        name=name,
        scopes=scope,
        log=append,
        username=user,
        fonds=fonds or None,
        expires=clock.now() + timedelta(days=days) if days else None,
        days_at_most=settings.token_days,
    )
    if as_json:
        output.print_json({**_shown(token), "secret": secret})
        return
    say(secret, "bold")
    say(_("Keep it safe: it is not shown again. Programs send it in the header Authorization, as: Bearer <token>"))


def list_tokens(home: Home = None, as_json: AsJson = False) -> None:
    """List the tokens there are and were, without their secrets."""
    settings = open_archive(home)
    from shicheng.people import tokens

    found = [_shown(one, soon=settings.token_warning_days) for one in tokens.tokens(operator())]
    if as_json:
        output.print_json(found)
        return
    states = {"good": _("good"), "soon": _("ends soon"), "expired": _("expired"), "revoked": _("revoked")}
    for one in found:
        reach = " ".join(one["scopes"]) + (f" [{' '.join(one['fonds'])}]" if one["fonds"] is not None else "")
        say(f"{one['id']}  {states[one['state']]}  {one['name']}  {one['user'] or '–'}  {reach}  {one['expires'][:10]}")
    if not found:
        say(_("There are no tokens."))


def revoke(token: str, home: Home = None, as_json: AsJson = False) -> None:
    """Make a token worthless at once; give its id as `token list` shows it."""
    open_archive(home)
    from shicheng.audit.services import append
    from shicheng.people import tokens
    from shicheng.people.errors import BadToken

    try:
        identity = UUID(token)
    except ValueError as error:
        raise BadToken(_("There is no such token."), hint=_("Look it up in the list of tokens.")) from error
    revoked = tokens.revoke_token(actor=operator(), token_id=identity, log=append)
    if as_json:
        output.print_json(_shown(revoked))
    else:
        say(_("The token %(name)s is revoked.", name=revoked.name))


def _shown(token: Any, *, soon: int = 0) -> dict[str, Any]:
    from shicheng.kernel import clock

    state = "good"
    if token.revoked is not None:
        state = "revoked"
    elif token.expires <= clock.now():
        state = "expired"
    elif token.expires <= clock.now() + timedelta(days=soon):
        state = "soon"
    return {
        "id": str(token.pk), "name": token.name, "state": state, "scopes": token.scopes, "fonds": token.fonds,
        "user": token.user.username if token.user else None, "made_by": token.made_by,
        "created": token.created.isoformat(), "expires": token.expires.isoformat(),
        "last_used": token.last_used.isoformat() if token.last_used else None,
    }  # fmt: skip
