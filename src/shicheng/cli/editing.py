"""The command that edits a description, and how its versions are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.cli.words import say
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.holdings.models import Item
    from shicheng.people.types import Actor


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("edit")(edit)


def edit(
    ref: str,
    changes: Annotated[
        list[str] | None,
        typer.Argument(help="element=value, by the element's Chinese or English name; an empty value takes it away."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why the description changes; it stays with it.")] = "",
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Only if this is still the version; else nothing is changed.")
    ] = None,
    restore: Annotated[
        int | None, typer.Option("--restore", min=1, help="Make it what it was in this version instead.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Edit one record's description as a new version. The same edit sent twice is one."""
    settings = open_archive(home)
    from shicheng.audit import selectors as audit
    from shicheng.holdings import selectors as holdings
    from shicheng.holdings.editing import edit_item, revert_item
    from shicheng.holdings.errors import BadValues
    from shicheng.search.follower import wait_until_indexed

    if bool(changes) == (restore is not None):
        raise typer.BadParameter(str(_("Give either elements with their new values, or --restore.")))
    actor = operator()
    item = holdings.item(actor, ref)
    try:
        if restore is not None:
            made = revert_item(
                actor=actor, item_id=item.pk, to=restore, version=version, reason=reason, settings=settings
            )
        else:
            made = edit_item(
                actor=actor, item_id=item.pk, changes=_read(changes or []), version=version, reason=reason,
                settings=settings,
            )  # fmt: skip
    except BadValues as error:
        if not as_json:
            for fault in error.faults[1:]:
                output.err.print(f"✗ {fault}", style="red", markup=False)
        raise
    wait_until_indexed(settings.index_path, audit.head_position(), timeout=600)
    one = made.item
    if as_json:
        output.print_json(
            {"ref": one.reference_code, "id": str(one.pk), "version": made.version, "new": made.is_new,
             "elements": one.elements}
        )  # fmt: skip
    elif made.is_new:
        say(_("%(ref)s is version %(version)s now.", ref=one.reference_code, version=made.version), "green")
    else:
        say(_("Nothing differs from what is kept: %(ref)s stays version %(version)s.", ref=one.reference_code,
              version=one.version))  # fmt: skip


def _read(changes: list[str]) -> dict[str, str]:
    from shicheng.holdings.judging import element_named

    read = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise typer.BadParameter(str(_("%(change)s is not element=value.", change=change)))
        read[element_named(name) or name.strip()] = value
    return read


def print_versions(actor: Actor, item: Item, *, as_json: bool) -> None:
    """Print the versions of a description, the newest first, with what each changed of the one before."""
    from shicheng.holdings import history

    found = history.versions(actor, item)
    if as_json:
        rows: list[dict[str, Any]] = [
            {
                "version": one.version, "at": one.at.isoformat(), "by": one.by, "reason": one.reason,
                "changed": list(one.changed), "elements": one.elements, "extra": one.extra,
            }
            for one in found
        ]  # fmt: skip
        output.print_json({"ref": item.reference_code, "id": str(item.pk), "versions": rows})
        return
    from django.utils.timezone import localtime

    from shicheng.holdings.comparing import compare

    for place, one in enumerate(found):
        say(f"{one.version}  {localtime(one.at):%Y-%m-%d %H:%M}  {one.by or '–'}  {one.reason}", "bold")
        if place + 1 < len(found):
            before = found[place + 1]
            for each in compare({**before.extra, **before.elements}, {**one.extra, **one.elements}):
                if each.is_changed:
                    say(f"    {each.label}: {each.before or '–'} → {each.after or '–'}")
