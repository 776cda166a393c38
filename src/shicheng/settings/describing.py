"""Every setting as it is in force: its value, where that comes from, and what is said of it. Secrets stay hidden."""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shicheng.settings.loading import PREFIX, BadSettings, load
from shicheng.settings.types import Settings

HIDDEN: Final = "••••••"
_PASSWORD: Final = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)")
_SECRET: Final = re.compile(r"secret|password|access_key|token")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `source` is default, file, environment or command; `waiting` is what the next start will make it."""

    name: str
    value: str
    default: str
    source: str
    description: str
    variable: str
    waiting: str | None = None

    @property
    def is_changed(self) -> bool:
        """Tell whether it has another value than by default."""
        return self.source != "default"


def describe_settings(settings: Settings) -> tuple[list[Setting], str]:
    """Every setting in the order of the class, and why the file can't be read now ("" if it can)."""
    fresh: Settings | None = None
    problem = ""
    try:
        fresh = load(settings.home)
    except BadSettings as error:
        problem = str(error.message)
    in_file = _names_in(settings.settings_path)
    found = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        default = field.get_default(call_default_factory=True)
        variable = PREFIX + name.upper()
        by_itself = "environment" if variable in os.environ else "file" if name in in_file else "default"
        then = getattr(fresh, name) if fresh is not None else value
        # What was given at the command line, such as another port, is neither in the file nor in the environment.
        given = by_itself == "default" and value != default and name != "home"
        found.append(
            Setting(
                name=name, value=write_value(name, value), default=write_value(name, default),
                source="command" if given or name == "home" else by_itself, description=str(field.description),
                variable=variable, waiting=write_value(name, then) if then != value and not given else None,
            )
        )  # fmt: skip
    return found, problem


def write_value(name: str, value: Any) -> str:
    """Write a value for people; secrets, and passwords in addresses, are never shown."""
    if value in ("", None, []):
        return ""
    if _SECRET.search(name):
        return HIDDEN
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps([str(one) for one in value], ensure_ascii=False)
    return _PASSWORD.sub(rf"\1:{HIDDEN}", str(value))


def _names_in(path: Path) -> set[str]:
    try:
        return set(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return set()
