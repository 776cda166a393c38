"""The columns of an item that are drawn from its description, as rows hold them."""

from __future__ import annotations

from typing import Any, Final

from shicheng.base.bulk_rows import Forms
from shicheng.holdings.describing import Columns

DRAWN: Final = (
    "category", "year", "retention", "department", "volume", "number", "title", "author", "document_number",
    "date_text", "date_from", "date_to", "secrecy", "openness", "pages",
)  # fmt: skip


def drawn_values(drawn: Columns, form: Forms) -> tuple[Any, ...]:
    """The values of `DRAWN`, in its order and in the form of the database in use."""
    return (
        drawn.category, drawn.year, drawn.retention, drawn.department, drawn.volume, drawn.number, drawn.title,
        drawn.author, drawn.document_number, drawn.date_text, form.date(drawn.date_from), form.date(drawn.date_to),
        drawn.secrecy.value, drawn.openness.value, drawn.pages,
    )  # fmt: skip
