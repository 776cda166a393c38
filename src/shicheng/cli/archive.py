"""Commands that set an archive up, serve it and look after it."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from shicheng.cli import output
from shicheng.cli.options import AsJson, Home
from shicheng.cli.setup import open_archive, operator, prepare
from shicheng.kernel.messages import message as _
from shicheng.settings import load


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("init")(init)
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.command("doctor")(doctor)
    app.command("add-user")(add_user)
    app.command("backup")(backup)
    app.command("restore")(restore)


def init(
    home: Home = None,
    name: Annotated[str, typer.Option("--name", help="Name of the archive, shown on pages and forms.")] = "",
    database: Annotated[str, typer.Option("--database", help="postgresql://… instead of SQLite in the folder.")] = "",
    store: Annotated[str, typer.Option("--store", help="Another folder or s3://bucket/prefix as the store.")] = "",
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Make the three administrators and an archivist, where they are missing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make an archive in a folder, or bring an old one up to date. Asks nothing; may be run again."""
    from shicheng.cli.founding import found

    made = found(home, archive_name=name, database=database, store=store)
    if accounts:
        from shicheng.people.founding import found_accounts

        founded = found_accounts(actor=operator())
        made["accounts"] = [{"username": one.username, "role": one.role, "password": one.password} for one in founded]
    if as_json:
        output.print_json(made)
        return
    text = (
        _("An archive lies in %(home)s now.", home=made["home"])
        if made["new"]
        else _("The archive in %(home)s is up to date.", home=made["home"])
    )
    output.out.print(str(text), markup=False)
    for one in made.get("accounts", ()):
        told = _("Account %(username)s (%(role)s), its password shown this once: %(password)s", **one)
        output.out.print(str(told), markup=False)
    output.out.print(str(_("Next: shicheng serve --home %(home)s", home=made["home"])), markup=False)


def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
    web_only: Annotated[bool, typer.Option("--web-only", help="Only pages; workers run elsewhere.")] = False,
    as_json: AsJson = False,
) -> None:
    """Serve the desk and the portal, and run the jobs."""
    from shicheng.cli.serving import serve_archive

    settings = open_archive(home)
    address = f"http://{host or settings.host}:{port or settings.port}/"
    if as_json:
        output.print_json({"address": address, "home": str(settings.home)})
    else:
        output.out.print(
            str(_("Serving %(name)s at %(address)s (Ctrl+C ends it).", name=settings.archive_name, address=address)),
            markup=False,
        )
    sys.stdout.flush()
    sys.exit(serve_archive(settings, host=host or settings.host, port=port or settings.port, with_worker=not web_only))


def worker(
    home: Home = None,
    processes: Annotated[int | None, typer.Option("--processes", min=1, help="Jobs done side by side.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do what waits now, then end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run jobs and keep the search index up to date."""
    from shicheng.cli.serving import work

    settings = open_archive(home)
    done = work(settings, processes=processes or settings.workers, once=once)
    if as_json:
        output.print_json({"jobs": done})


def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Say what is missing or wrong on this machine and how to mend it."""
    from shicheng.cli.diagnosis import diagnose

    settings = prepare(home)
    findings = diagnose(settings)
    if as_json:
        output.print_json(
            {"healthy": all(one.level != "error" for one in findings), "findings": [one.to_json() for one in findings]}
        )
    else:
        marks = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}
        for one in findings:
            mark, colour = marks[one.level]
            output.out.print(f"{mark} {one.message}", style=colour if one.level != "ok" else None, markup=False)
            if one.advice is not None and one.level != "ok":
                output.out.print(f"  → {one.advice}", markup=False)
    if any(one.level == "error" for one in findings):
        raise typer.Exit(1)


def add_user(
    username: str,
    home: Home = None,
    full_name: Annotated[str, typer.Option("--full-name", help="Name as shown.")] = "",
    role: Annotated[
        list[str] | None, typer.Option("--role", help="Such as archivist or system_administrator; repeatable.")
    ] = None,
    fonds: Annotated[str, typer.Option("--fonds", help="Only this fonds; empty: all.")] = "",
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="File that holds the password; - reads standard input.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an account. Without a password file a password is made, printed once, and changed at the first sign-in."""
    open_archive(home)
    from shicheng.people.services import create_user
    from shicheng.people.types import Role

    roles = [Role(value) for value in (role or ["reader"])] if set(role or []) <= {r.value for r in Role} else None
    if roles is None:
        raise typer.BadParameter("--role: " + ", ".join(r.value for r in Role))
    if password_file is None:
        password = f"{secrets.token_urlsafe(12)}-aA1"  # every kind of sign that rules may ask for
    else:
        text = sys.stdin.read() if str(password_file) == "-" else password_file.read_text("utf-8")
        password = text.strip("\r\n")
    user = create_user(
        actor=operator(), username=username, full_name=full_name, password=password, roles=roles, fonds=fonds,
        must_change=password_file is None,
    )  # fmt: skip
    if as_json:
        output.print_json(
            {"id": str(user.pk), "username": user.username, **({"password": password} if password_file is None else {})}
        )
    else:
        output.out.print(str(_("Account %(name)s made.", name=user.username)), markup=False)
        if password_file is None:
            output.out.print(str(_("Its password, shown this once: %(password)s", password=password)), markup=False)


def backup(target: Path, home: Home = None, as_json: AsJson = False) -> None:
    """Back the whole archive up into a folder while it is in use; a second run adds only what is new."""
    settings = open_archive(home)
    from shicheng.storage.backup import backup as make

    with output.progress(str(_("Backup")), quiet=as_json) as report:
        made = make(settings, target, on_progress=report)
    if as_json:
        output.print_json(made.to_json())
    else:
        output.out.print(
            str(_("Backup of %(home)s made in %(target)s.", home=settings.home, target=target)), markup=False
        )


def restore(source: Path, home: Home = None, as_json: AsJson = False) -> None:
    """Make an archive from a backup, in a folder that is empty, verifying every digest."""
    settings = prepare(home)
    from shicheng.storage.backup import restore as bring_back

    with output.progress(str(_("Restore")), quiet=as_json) as report:
        made = bring_back(source, settings.home, on_progress=report)
        # The index is not in backups: it can be made anew.
        if load(settings.home).database == settings.database:
            open_archive(settings.home)
            from shicheng.search.building import rebuild_index

            rebuild_index(settings.index_path, progress=report)
        else:  # this process is set up for another database than the one that was restored
            command = [sys.executable, "-m", "shicheng.cli", "reindex", "--home", str(settings.home)]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    if as_json:
        output.print_json(made.to_json())
    else:
        output.out.print(str(_("The archive lies in %(home)s again.", home=settings.home)), markup=False)
