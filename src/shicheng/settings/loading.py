"""Reading the settings file and the environment, and holding the settings this process runs with."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.settings.types import Settings

PREFIX = "SHICHENG_"
# Read by the test suite and the programs themselves, not settings of an archive.
NOT_SETTINGS = {"SHICHENG_TEST_DATABASE", "SHICHENG_TEST_POSTGRESQL"}

_current: Settings | None = None


class BadSettings(ShichengError):
    """A settings file or variable that can't be used."""

    code = "settings.file.bad"
    exit_code = 2


def load(home: Path | str | None = None, **overrides: Any) -> Settings:
    """Read `shicheng.toml` in the archive's folder, then `SHICHENG_*`, then `overrides`; later ones win."""
    folder = Path(home or os.environ.get("SHICHENG_HOME") or "archive").expanduser().absolute()
    values: dict[str, Any] = {}
    path = folder / "shicheng.toml"
    if path.exists():
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSettings(
                _(
                    "The settings file %(path)s can't be read: %(reason)s. Mend that line and start again.",
                    path=path,
                    reason=error,
                )
            ) from error
    known = set(Settings.model_fields)
    for key in sorted(os.environ):
        if key.startswith(PREFIX) and key not in NOT_SETTINGS and key.removeprefix(PREFIX).lower() not in known:
            raise BadSettings(_unknown(key, known))
    for key in values:
        if key not in known:
            raise BadSettings(_unknown(key, known))
    from_environment = {name for name in known if PREFIX + name.upper() in os.environ}
    values = {key: value for key, value in values.items() if key not in from_environment}
    try:
        return Settings(**{**values, **overrides, "home": folder})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadSettings(
            _(
                "The setting %(name)s can't have this value: %(reason)s. Correct it in %(path)s or in %(variable)s.",
                name=name,
                reason=first["msg"],
                path=path,
                variable=PREFIX + name.upper(),
            )
        ) from error


def _unknown(key: str, known: set[str]) -> Any:
    return _("There is no setting %(key)s. Known settings: %(known)s.", key=key, known=", ".join(sorted(known)))


def current() -> Settings:
    """The settings this process runs with; read on first use."""
    global _current
    if _current is None:
        _current = load()
    return _current


def use(settings: Settings) -> None:
    """Make `settings` the ones this process runs with. To be called before Django is set up."""
    global _current
    _current = settings
    os.environ["SHICHENG_HOME"] = str(settings.home)  # children find the same archive
