"""What can be written into a job's row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shicheng.jobs.errors import BadArguments
from shicheng.kernel.messages import message as _


def plain_json(value: Any) -> Any:
    """Write identifiers as text and return what JSON can hold; raises `BadArguments` for anything else."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            # Neither database takes half characters, PostgreSQL's JSON not even a NUL.
            return value.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
        case UUID():
            return str(value)
        case dict():
            return {plain_json(str(key)): plain_json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain_json(inner) for inner in value]
    raise BadArguments(
        _("A job can't take or give a value of the kind %(kind)s.", kind=type(value).__name__),
        hint=_("Use an id or plain text, and let the reader fetch the rest."),
    )
