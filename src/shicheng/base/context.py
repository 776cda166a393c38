"""Names every page may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from shicheng import __version__
from shicheng.settings import current


def house(request: HttpRequest) -> dict[str, Any]:
    """Name of the archive, version, and who is acting."""
    return {
        "archive_name": current().archive_name,
        "version": __version__,
        "actor": getattr(request, "actor", None),
    }
