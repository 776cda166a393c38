"""Making an archive in a folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from shicheng.cli.setup import prepare
from shicheng.settings import load
from shicheng.settings.presence import be_present


def found(home: Path | None, *, archive_name: str, database: str, store: str) -> dict[str, Any]:
    """Make folders, settings file, keys, database and store where they are missing; safe to run again."""
    settings = load(home)
    new = not settings.settings_path.exists()
    for folder in (
        settings.home,
        settings.home / "db",
        settings.staging_path / "uploads",
        settings.index_path,
        settings.cache_path,
    ):
        folder.mkdir(parents=True, exist_ok=True)
    settings.keys_path.mkdir(mode=0o700, exist_ok=True)
    if new:
        values = {"archive_name": archive_name, "database": database, "store": store}
        _write_settings(settings.settings_path, {key: value for key, value in values.items() if value})
    key = settings.keys_path / "web.key"
    if not key.exists():
        _write_secret(key, secrets.token_urlsafe(64))
    settings = prepare(home)
    be_present(settings.home)

    from django.core.management import call_command

    from shicheng.audit.errors import KeyExists
    from shicheng.audit.keys import create_signing_key, load_signing_key
    from shicheng.storage.services import open_store

    call_command("migrate", interactive=False, verbosity=0)
    try:
        create_signing_key(settings.keys_path)
    except KeyExists:
        load_signing_key(settings.keys_path)
    open_store(settings)
    return {
        "home": str(settings.home),
        "new": new,
        "archive_name": settings.archive_name,
        "database": "postgresql" if settings.database else "sqlite",
        "store": settings.store or str(settings.store_path),
    }


def _write_settings(path: Path, values: dict[str, str]) -> None:
    """Write the settings file; TOML's basic strings are JSON's, with the same escapes."""
    import json

    lines = ["# Settings of this archive. Every setting there is: docs/reference/settings.md"]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
