"""The rules of signing in, out of the settings.

Graded protection (GB/T 22239-2019, 8.1.4.1) asks for passwords that are complex and changed at times, for what
follows on failures, for an end of idle connections and for two kinds of proof, and names no numbers. Those that are
set by default are what assessors commonly ask for, as recalled; they are settings, so that each archive says its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shicheng.settings import Settings, current

UNFINISHED: Final = timedelta(minutes=10)
"""How long somebody has from the password to the end of signing in."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for everyone who signs in; a span of zero days means that a password never grows too old."""

    failures: int
    address_failures: int
    closed: timedelta
    password_age: timedelta
    factor_roles: frozenset[str]
    longest: timedelta
    trusts_provider: bool


def rules_of(settings: Settings) -> Rules:
    """The rules that settings make."""
    return Rules(
        failures=settings.sign_in_failures,
        address_failures=settings.sign_in_address_failures,
        closed=timedelta(minutes=settings.sign_in_lock_minutes),
        password_age=timedelta(days=settings.password_days),
        factor_roles=frozenset(settings.second_factor_roles),
        longest=timedelta(hours=settings.session_hours),
        trusts_provider=settings.oidc_second_factor,
    )


def rules() -> Rules:
    """The rules of this archive now."""
    return rules_of(current())
