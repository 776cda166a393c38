"""Commands about what people may do: grants, and why somebody may or may not."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.people.models import Grant, User


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    grants = typer.Typer(help="What people may do, and how far.", no_args_is_help=True)
    grants.command("give")(give)
    grants.command("end")(end)
    grants.command("list")(list_grants)
    app.add_typer(grants, name="grant")
    app.command("why")(why)


def give(
    username: str,
    role: str,
    fonds: Annotated[str, typer.Option("--fonds", help="Only this fonds.")] = "",
    category: Annotated[str, typer.Option("--category", help="Only this record category.")] = "",
    year_from: Annotated[int | None, typer.Option("--from-year", help="First filing year.")] = None,
    year_to: Annotated[int | None, typer.Option("--to-year", help="Last filing year.")] = None,
    unit: Annotated[str, typer.Option("--unit", help="Only this unit, by its code in reference codes.")] = "",
    ceiling: Annotated[str, typer.Option("--ceiling", help="Highest secrecy level: public, restricted …")] = "",
    purpose: Annotated[str, typer.Option("--purpose", help="work or reading.")] = "work",
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day on which it counts.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why it is given.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give an account a role, as far as the limits reach."""
    open_archive(home)
    from shicheng.people.granting import Limits, give_grant

    end_of_day = None if until is None else datetime.combine(until.date(), time.max, UTC)
    limits = Limits(
        fonds=fonds, category=category, year_from=year_from, year_to=year_to, unit=unit, ceiling=ceiling,
        purpose=purpose, until=end_of_day,
    )  # fmt: skip
    grant = give_grant(actor=operator(), user_id=_user(username).pk, role=role, limits=limits, reason=reason)
    if as_json:
        output.print_json(_shown(grant))
    else:
        say(_("The grant %(id)s is given.", id=str(grant.pk)))


def end(grant: UUID, home: Home = None, as_json: AsJson = False) -> None:
    """End a grant; give its id as `grant list` shows it."""
    open_archive(home)
    from shicheng.people.granting import end_grant

    ended = end_grant(actor=operator(), grant_id=grant)
    if as_json:
        output.print_json(_shown(ended))
    else:
        say(_("The grant is ended."))


def list_grants(
    username: Annotated[str, typer.Argument(help="Only of this account.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the grants there are and were."""
    open_archive(home)
    from shicheng.people.models import Grant

    rows = Grant.objects.select_related("user").order_by("user__username", "created")
    found = [_shown(one) for one in (rows.filter(user=_user(username)) if username else rows)]
    if as_json:
        output.print_json(found)
        return
    for one in found:
        state = _("ended") if one["ended"] else _("given")
        say(f"{one['id']}  {state}  {one['username']}  {one['role']}  {' '.join(one['limits'])}")
    if not found:
        say(_("There are no grants."))


def why(
    username: str,
    permission: Annotated[str, typer.Argument(help="Code of a permission.")] = "holdings.item.read",
    record: Annotated[str, typer.Option("--record", help="Reference code of a record.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Explain why an account may do something or not: every grant, and the first condition that fails."""
    open_archive(home)
    from shicheng.holdings.errors import ItemNotFound
    from shicheng.holdings.selectors import standing
    from shicheng.people.explaining import explain
    from shicheng.people.registry import all_permissions

    if permission not in {one.code for one in all_permissions()}:
        raise typer.BadParameter(str(_("There is no permission %(code)s.", code=permission)))
    found = standing(record) if record else None
    if record and found is None:
        raise ItemNotFound(_("There is no record %(key)s.", key=record))
    told = explain(_user(username), permission, found[0] if found else None)
    if as_json:
        output.print_json(
            {
                "allowed": told.allowed,
                "verdict": str(told.verdict),
                "grants": [str(look.sentence) for look in told.looks],
                "roles": [str(role) for role in told.roles],
                "open": found is not None and found[1],
            }
        )
        return
    say(told.verdict, "bold")
    for look in told.looks:
        say(f"{'✗' if look.failed else '✓'} {look.sentence}")
    if found is not None and found[1]:
        say(_("The record is open: anyone may read it, whatever their grants."))


def _user(username: str) -> User:
    from shicheng.people.errors import BadAccount
    from shicheng.people.models import User

    user = User.objects.filter(username=username).first()
    if user is None:
        raise BadAccount(
            _("There is no account %(name)s.", name=username), hint=_("Look it up in the list of accounts.")
        )
    return user


def _shown(grant: Grant) -> dict[str, Any]:
    from shicheng.people.explaining import limits_told

    return {
        "id": str(grant.pk), "username": grant.user.username, "role": grant.role,
        "limits": [str(one) for one in limits_told(grant)], "given_by": grant.given_by, "reason": grant.reason,
        "given": grant.created.isoformat(), "ended": grant.ended.isoformat() if grant.ended else None,
    }  # fmt: skip
