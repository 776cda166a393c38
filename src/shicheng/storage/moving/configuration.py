"""The settings file that names the new places, and Django's way to the new database."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import connections

from shicheng.kernel import clock
from shicheng.settings import Settings
from shicheng.settings.databases import database_entry
from shicheng.storage import durable

ALIAS: Final = "moved"
_DEFAULT: Final = "default"


def rewrite(text: str, changes: dict[str, str]) -> str:
    """Return a settings file's text with some settings changed, "" taking one out; comments and the rest stay."""
    wanted = {key: value for key, value in tomllib.loads(text).items() if key not in changes}
    wanted |= {key: value for key, value in changes.items() if value}
    named = "|".join(map(re.escape, changes)) or "(?!)"
    line = re.compile(rf"[ \t]*[\"']?({named})[\"']?[ \t]*=")
    kept = "".join(one for one in text.splitlines(keepends=True) if not line.match(one))
    if kept and not kept.endswith("\n"):
        kept += "\n"
    # In front: behind a table's heading they would be the table's. TOML's basic strings are JSON's.
    new = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in changes.items() if value)
    heading = re.match(r"(?:[ \t]*#[^\n]*\n)*", kept)
    at = heading.end() if heading else 0
    result = kept[:at] + new + kept[at:]
    try:
        sound = tomllib.loads(result) == wanted
    except tomllib.TOMLDecodeError:
        sound = False
    if not sound:  # a value over several lines, which no settings file of ours has
        result = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in wanted.items())
    return result


def keep_old_file(path: Path) -> Path:
    """Copy the settings file beside itself and return the copy."""
    kept = path.with_name(f"{path.name}.before-move-{clock.now():%Y%m%dT%H%M%SZ}")
    shutil.copyfile(path, kept)
    kept.chmod(0o600)
    return kept


def switch(path: Path, changes: dict[str, str]) -> None:
    """Give the settings file its new text in one step."""
    durable.write_durably(path, rewrite(path.read_text("utf-8"), changes).encode(), mode=0o600)


def connect(target: Settings, path: Path | None) -> None:
    """Let Django know the new database by the name `ALIAS`; in the file `path` if that is named."""
    entry: dict[str, Any] = database_entry(target)
    if path is not None:
        entry["NAME"] = path
    known = connections.settings
    known[ALIAS] = connections.configure_settings({_DEFAULT: {**known[_DEFAULT]}, ALIAS: entry})[ALIAS]


def disconnect() -> None:
    """Let Django forget the new database."""
    if ALIAS in connections.settings:
        if hasattr(connections._connections, ALIAS):  # type: ignore[attr-defined]  # Django has no public question
            connections[ALIAS].close()
            del connections[ALIAS]
        del connections.settings[ALIAS]


@contextmanager
def standing_in() -> Iterator[None]:
    """Let the new database be the one everything in this process works on: services know of one only."""
    old = connections[_DEFAULT]
    connections[_DEFAULT] = connections[ALIAS]
    try:
        yield
    finally:
        connections[_DEFAULT].close()
        connections[_DEFAULT] = old
