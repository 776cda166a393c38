"""Where a move of the archive keeps what it did: so little that every command may look whether there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shicheng.settings import Settings

FOLDER: Final = "moving"
JOURNAL: Final = "journal.sqlite3"


def folder_of(settings: Settings) -> Path:
    """Where the journal of an unfinished move lies."""
    return settings.home / FOLDER


def is_begun(settings: Settings) -> bool:
    """Tell whether a move was begun and not finished."""
    return (folder_of(settings) / JOURNAL).exists()
