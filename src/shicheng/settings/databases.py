"""How Django reaches the database that settings name."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from shicheng.settings.types import Settings


def database_entry(settings: Settings) -> dict[str, Any]:
    """Return the entry for Django's DATABASES."""
    if not settings.database:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": settings.database_path,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # Not tuning but correctness: with the defaults half of all concurrent read-then-write requests fail.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;"
                    f"PRAGMA synchronous={settings.sqlite_synchronous};"
                    "PRAGMA foreign_keys=ON;PRAGMA cache_size=-65536;PRAGMA mmap_size=268435456;"
                    # Else each insert into a table of many indexes copies their pages to a temporary file.
                    "PRAGMA temp_store=MEMORY;"
                ),
            },
            "TEST": {"NAME": settings.home / "db" / "test.sqlite3"},
        }
    url = urlsplit(settings.database)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(url.query)),
    }
