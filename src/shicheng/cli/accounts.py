"""Commands that help somebody back in: the operator's way when nobody at the desk can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.people.models import User

Name = Annotated[str, typer.Argument(help="The name somebody signs in with.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    account = typer.Typer(help="How people sign in: passwords, second factors, sessions.", no_args_is_help=True)
    account.command("reset-password")(reset_password)
    account.command("remove-factors")(remove_factors)
    account.command("sessions")(list_sessions)
    account.command("end-sessions")(end_sessions)
    account.command("open")(open_closed)
    app.add_typer(account, name="account")


def reset_password(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Give somebody a password for the next sign-in, print it once, and end all their sessions."""
    user = _find(name, home)
    from shicheng.people.signing import passwords

    password = passwords.reset_password(actor=operator(), user=user)
    if as_json:
        output.print_json({"username": user.username, "password": password})
        return
    say(password, "bold")
    say(_("It holds for the next sign-in of %(name)s, when another must be chosen.", name=user.username))


def remove_factors(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Take all second factors and recovery codes of somebody away, who has lost them."""
    user = _find(name, home)
    from shicheng.people.signing import factors

    count = factors.remove_factors(actor=operator(), user=user)
    if as_json:
        output.print_json({"username": user.username, "removed": count})
    else:
        say(_("%(name)s has no second factor any more; %(count)s were taken away.", name=user.username, count=count))


def list_sessions(
    name: Annotated[str, typer.Argument(help="Only of this name; else of everybody.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List who is signed in, from where and since when."""
    open_archive(home)
    from shicheng.people.signing.sessions import device_of, sessions

    found = sessions(operator())
    if name:
        found = found.filter(user=_find(name, home))
    rows: list[dict[str, Any]] = [
        {
            "username": one.user.username if one.user else "", "device": device_of(one), "address": one.address,
            "begun": one.begun.isoformat(), "last_seen": one.last_seen.isoformat(),
        }
        for one in found
    ]  # fmt: skip
    if as_json:
        output.print_json(rows)
        return
    for row in rows:
        say(
            f"{row['username']}  {row['address'] or '–'}  {row['device']}  {row['begun'][:16]}  {row['last_seen'][:16]}"
        )
    if not rows:
        say(_("Nobody is signed in."))


def end_sessions(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """End all sessions of somebody; their next requests are turned away."""
    user = _find(name, home)
    from shicheng.people.signing import sessions

    count = sessions.end_sessions(actor=operator(), user=user)
    if as_json:
        output.print_json({"username": user.username, "ended": count})
    else:
        say(_("%(count)s sessions of %(name)s are ended.", count=count, name=user.username))


def open_closed(
    key: Annotated[str, typer.Argument(help="The name or the address that was closed after failures.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Open a name or an address that was closed after too many failures."""
    open_archive(home)
    from shicheng.people.signing import gates
    from shicheng.people.signing.models import Gate

    opened = [kind for kind in (Gate.NAME, Gate.ADDRESS) if gates.open_gate(actor=operator(), kind=kind, key=key)]
    if as_json:
        output.print_json({"key": key, "opened": opened})
    elif opened:
        say(_("Signing in is open again for %(key)s.", key=key))
    else:
        say(_("Signing in was not closed for %(key)s.", key=key))


def _find(name: str, home: Any) -> User:
    open_archive(home)
    from shicheng.people.errors import BadAccount
    from shicheng.people.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        raise BadAccount(
            _("There is no account %(name)s.", name=name), hint=_("Look it up in the list of accounts at the desk.")
        )
    return user
