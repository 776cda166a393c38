"""What is expected: by when, of which series, how steady. Data of `terms.toml`, changed for all units or for one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.planning.errors import BadTerms

TOLD: Final[dict[str, Message]] = {
    "clerk": _("the unit's clerk"),
    "handler": _("the handling person and the responsible department"),
    "leader": _("the leader in charge"),
}
_DAY: Final = re.compile(r"(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_WHOLE: Final = {"years_after": (0, 20), "back": (1, 20), "steady_years": (1, 10), "share": (1, 100), "least": (2, 100),
                 "density": (1, 100)}  # fmt: skip
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody is reminded so many days after something was due."""

    days: int
    to: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What is expected of a unit; see `terms.toml` for what each value means."""

    due: str
    years_after: int
    source: str
    back: int
    steady_years: int
    share: int
    least: int
    density: int
    dues: dict[str, str]
    series: tuple[str, ...]
    rules: tuple[str, ...]
    steps: tuple[Step, ...]

    def due_of(self, year: int, klass: str = "", row_key: str = "") -> date:
        """The day by which records of a filing year are due; a row's own day goes before that of its class."""
        named = (self.dues.get(f"row:{row_key}") if row_key else None) or self.dues.get(klass, "") or self.due
        month, day = (int(part) for part in named.split("-"))
        return _day(year + self.years_after, month, day)

    def has_own(self, klass: str = "", row_key: str = "") -> bool:
        """Tell whether a class or row has a day of its own."""
        return (f"row:{row_key}" if row_key else klass) in self.dues

    def reached(self, due: date, today: date) -> int:
        """How many steps of reminding are reached for what was due on a day."""
        return sum((today - due).days > step.days for step in self.steps)

    def told(self, reached: int) -> set[str]:
        """Who was to be reminded by the steps that are reached."""
        return {step.to for step in self.steps[:reached]}

    def to_json(self) -> dict[str, Any]:
        """The values as they are kept and shown to programs."""
        kept = asdict(self)
        return {**kept, "series": list(self.series), "rules": list(self.rules), "steps": list(kept["steps"])}


@cache
def defaults() -> Terms:
    """What holds where nobody said anything."""
    given = tomllib.loads(resources.files("shicheng.planning").joinpath("terms.toml").read_text("utf-8"))
    return _made(given)


def merged(*changes: Mapping[str, Any]) -> Terms:
    """The defaults with changes laid over them, the later ones above. Raises `BadTerms` for what can't be meant."""
    given: dict[str, Any] = defaults().to_json()
    for one in changes:
        given |= checked(one)
    return _made(given)


def checked(change: Mapping[str, Any]) -> dict[str, Any]:
    """Some values of terms in the form in which they are kept. Raises `BadTerms`."""
    kept: dict[str, Any] = {}
    for name, value in change.items():
        if name not in _NAMES:
            raise _bad(_("There is no term “%(name)s”.", name=str(name)[:60]))
        kept[name] = _checked(name, value)
    return kept


def _checked(name: str, value: Any) -> Any:
    if name in _WHOLE:
        low, high = _WHOLE[name]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise _bad(_("“%(name)s” must be a number from %(low)s to %(high)s.", name=name, low=low, high=high))
        return value
    if name == "due":
        return _checked_day(value)
    if name == "source":
        if value not in ("", "R", "S"):
            raise _bad(_("“%(name)s” must be empty, R or S.", name=name))
        return value
    if name == "dues":
        if not isinstance(value, Mapping) or len(value) > _MOST:
            raise _bad(_("The days of classes and rows can't be read."))
        return {_word(key, 60): _checked_day(day) for key, day in sorted(value.items())}
    if name == "steps":
        return _checked_steps(value)
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > _MOST:
        raise _bad(_("“%(name)s” must be a list.", name=name))
    return list(dict.fromkeys(_word(each, 80) for each in value))


def _checked_steps(value: Any) -> list[dict[str, Any]]:
    steps = []
    for each in value if isinstance(value, Sequence) and not isinstance(value, str) else [None]:
        days, to = (each.get("days"), each.get("to")) if isinstance(each, Mapping) else (None, None)
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 3650 or to not in TOLD:
            raise _bad(_("A step of reminding is a number of days and one of %(names)s.", names=", ".join(TOLD)))
        steps.append({"days": days, "to": to})
    if len(steps) > 20:
        raise _bad(_("There can be %(most)s steps of reminding at most.", most=20))
    return sorted(steps, key=lambda one: int(one["days"]))


def _checked_day(value: Any) -> str:
    found = _DAY.fullmatch(str(value).strip())
    try:
        day = date(2000, int(found["month"]), int(found["day"])) if found else None
    except ValueError:
        day = None
    if day is None:
        raise _bad(_("“%(value)s” is no day of a year.", value=str(value)[:40]))
    return f"{day:%m-%d}"


def _word(value: Any, most: int) -> str:
    text = " ".join(str(value).split())
    if not text or len(text) > most or not text.isprintable():
        raise _bad(_("“%(value)s” can't be kept here.", value=text[:40]))
    return text


def _made(given: Mapping[str, Any]) -> Terms:
    values = {name: given[name] for name in _NAMES}
    steps = tuple(Step(int(one["days"]), str(one["to"])) for one in values["steps"])
    return Terms(**{**values, "series": tuple(values["series"]), "rules": tuple(values["rules"]),
                    "dues": dict(values["dues"]), "steps": steps})  # fmt: skip


def _day(year: int, month: int, day: int) -> date:
    """A day; the 29th of February is the 28th in other years."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)


def _bad(message: Message) -> BadTerms:
    return BadTerms(message, hint=_("Write days as month-day, such as 06-30, and numbers as numbers."))


_NAMES: Final = tuple(one.name for one in fields(Terms))
