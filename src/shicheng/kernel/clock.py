"""The one place the time comes from."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC, aware of its time zone."""
    return datetime.now(UTC)
