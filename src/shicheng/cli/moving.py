"""The command that carries an archive to another database and another store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shicheng.cli import output, words
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator
from shicheng.kernel.messages import message as _
from shicheng.settings import Settings

if TYPE_CHECKING:
    from shicheng.storage.moving import Wish


def add_to(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("move")(move)


def move(
    to: Annotated[
        str | None, typer.Option("--to", help="The new database: postgresql://… or sqlite; without it: it stays.")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", help="The new store: s3://bucket/prefix or a folder; without it: it stays.")
    ] = None,
    s3_endpoint: Annotated[
        str | None, typer.Option("--s3-endpoint", help="Address of the new store's S3 service, if not the settings'.")
    ] = None,
    s3_region: Annotated[
        str | None, typer.Option("--s3-region", help="Region of the new store, if not the settings'.")
    ] = None,
    s3_keys: Annotated[
        Path | None,
        typer.Option("--s3-keys", help="File with access key and secret key, a line each; - reads standard input."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done and what hinders.")] = False,
    ahead: Annotated[
        bool, typer.Option("--ahead", help="Only copy the store's objects now, while the archive stays in use.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Carry the archive to another database and store, verifying every digest; cut off, it goes on where it stopped."""
    if to is None and store is None:
        raise typer.BadParameter(str(_("Give --to, --store or both.")))
    settings = open_archive(home)
    from shicheng.storage.moving import move_archive, plan_move

    wish = _wish(to, store, s3_endpoint, s3_region, s3_keys)
    plan = plan_move(settings, wish)
    if not as_json:
        words.print_plan_of_move(plan)
    if dry_run:
        if as_json:
            output.print_json({"state": "planned", "plan": plan.to_json()})
        raise typer.Exit(1 if plan.obstacles else 0)
    if plan.obstacles and as_json:
        output.print_json({"state": "refused", "plan": plan.to_json()})
    if plan.obstacles:
        raise typer.Exit(1)
    was_well = _index_is_well(settings)
    with output.progress(str(_("Moving")), quiet=as_json) as report:
        made = move_archive(actor=operator(), plan=plan, on_progress=report, ahead=ahead)
    index = "kept"
    if made.state == "moved" and not was_well:
        # This process is set up for the old database.
        command = [sys.executable, "-m", "shicheng.cli", "reindex", "--home", str(settings.home)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        index = "rebuilt"
    if as_json:
        output.print_json({**made.to_json(), "index": index})
    else:
        words.print_move(made)


def _wish(to: str | None, store: str | None, endpoint: str | None, region: str | None, keys: Path | None) -> Wish:
    from shicheng.storage.moving import Wish

    pair = None
    if keys is not None:
        lines = (sys.stdin.read() if str(keys) == "-" else keys.read_text("utf-8")).split()
        if len(lines) != 2:
            raise typer.BadParameter(str(_("--s3-keys: the file must hold two lines: access key and secret key.")))
        pair = (lines[0], lines[1])
    return Wish("" if to == "sqlite" else to, store, endpoint, region, pair)


def _index_is_well(settings: Settings) -> bool:
    from shicheng.search.selectors import health

    return bool(health(settings.index_path).is_well)
