"""The database in a backup: one consistent moment of it, taken while others write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from shicheng.kernel.messages import message as _
from shicheng.settings.types import Settings
from shicheng.storage.backup import form
from shicheng.storage.errors import BackupRefused


def kind_of(settings: Settings) -> Literal["sqlite", "postgresql"]:
    """Tell which database an archive uses."""
    return "postgresql" if settings.database else "sqlite"


def save(settings: Settings, folder: Path) -> Path:
    """Write one moment of the database into `folder` and return the file."""
    if settings.database:
        return _dump(settings, folder / form.DUMP)
    target = folder / form.SQLITE
    # In one step: the stepwise copy starts anew with every foreign write and never ends.
    with closing(sqlite3.connect(settings.database_path, timeout=60, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as copy:
        [[answer]] = copy.execute("PRAGMA quick_check(1)").fetchall()
    if answer != "ok":
        raise BackupRefused(
            _("The copy of the database is damaged: %(reason)s.", reason=answer),
            hint=_("Look at the disk of the database and of the backup, then make the backup again."),
        )
    target.chmod(0o600)
    return target


def bring_back(saved: Path, settings: Settings) -> None:
    """Make the new archive's database from what `save` wrote."""
    if not settings.database:
        settings.database_path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(saved, settings.database_path)
        settings.database_path.chmod(0o600)
        return
    environment, arguments = _connection(settings.database)
    _run(["pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", *arguments, str(saved)], environment)


def require_empty(settings: Settings) -> None:
    """Raise `BackupRefused` if the PostgreSQL database of the new archive already holds tables."""
    if not settings.database:
        return
    import psycopg

    with psycopg.connect(settings.database) as connection:
        found: Any = connection.execute(
            "select count(*) from information_schema.tables where table_schema = current_schema()"
        ).fetchone()
    if found and found[0]:
        raise BackupRefused(
            _("The database of the new archive already holds %(count)s tables.", count=found[0]),
            hint=_("Name an empty database in the setting database."),
        )


def _dump(settings: Settings, target: Path) -> Path:
    environment, arguments = _connection(settings.database)
    _run(["pg_dump", "--format=custom", "--no-owner", f"--file={target}", *arguments], environment)
    target.chmod(0o600)
    return target


def _connection(address: str) -> tuple[dict[str, str], list[str]]:
    """Return environment and arguments for PostgreSQL's programs; the password stays out of the process list."""
    url = urlsplit(address)
    values = {
        "PGHOST": url.hostname or "",
        "PGPORT": str(url.port or ""),
        "PGUSER": unquote(url.username or ""),
        "PGPASSWORD": unquote(url.password or ""),
    }
    if "sslmode" in (options := dict(parse_qsl(url.query))):
        values["PGSSLMODE"] = options["sslmode"]
    return {**os.environ, **{key: value for key, value in values.items() if value}}, [
        f"--dbname={unquote(url.path.lstrip('/'))}"
    ]


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BackupRefused(
            _("The program %(name)s of PostgreSQL is not installed here.", name=command[0]),
            hint=_("Install PostgreSQL's client programs in the version of the server."),
        ) from error
    if done.returncode:
        raise BackupRefused(
            _("%(name)s stopped: %(reason)s", name=command[0], reason=done.stderr.strip()[-500:]),
            hint=_("Mend what it names and try again."),
        )
