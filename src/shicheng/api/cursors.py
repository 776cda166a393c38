"""Pages that stay right while rows come and go: a cursor says after which row to go on, and is signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

from shicheng.api.errors import BadCursor
from shicheng.kernel.messages import message as _

M = TypeVar("M", bound=Model)


def write_cursor(name: str, values: Sequence[str | int]) -> str:
    """Write where a list goes on; `name` says which list in which order and narrowed to what."""
    return signing.dumps([name, *values], salt="api.cursor", compress=True)


def read_cursor(name: str, cursor: str) -> list[Any]:
    """Read back what `write_cursor` wrote; raises `BadCursor` for one of another list."""
    try:
        written: list[Any] = signing.loads(cursor, salt="api.cursor")
    except (signing.BadSignature, ValueError):
        written = [None]
    if written[0] != name:
        raise BadCursor(
            _("This cursor does not belong to this list."),
            hint=_("Give cursors back as they came, with the same filters, or start without one."),
        )
    return written[1:]


def page(rows: QuerySet[M], *, name: str, cursor: str, limit: int, column: str, down: bool) -> tuple[list[M], str]:
    """Rows in the order of (`column`, id), from the cursor on, and the cursor of the next page, "" at the end.

    A row that is inserted or removed meanwhile moves no other row to another page.
    """
    compare = "lt" if down else "gt"
    if cursor:
        value, key = read_cursor(name, cursor)
        rows = rows.filter(Q(**{f"{column}__{compare}": value}) | Q(**{column: value, f"pk__{compare}": key}))
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: limit + 1])
    if len(found) <= limit:
        return found, ""
    last = found[limit - 1]
    value = getattr(last, column)
    return found[:limit], write_cursor(name, [value if isinstance(value, int) else str(value), str(last.pk)])
