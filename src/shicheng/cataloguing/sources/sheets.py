"""Catalogues in Excel workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shicheng.cataloguing.errors import UnknownHeader, UnreadableCatalogue
from shicheng.cataloguing.sources.types import Given, Source, describe_columns
from shicheng.kernel.messages import message as _
from shicheng.packages.listing import Table
from shicheng.packages.sheets import open_sheet
from shicheng.packages.types import Limits, PackageFile, ProblemKind

_LIMITS: Final = Limits(list_bytes=2 << 30, total_bytes=32 << 30)


def open_workbook(given: Given) -> Source:
    """Open the sheet that was chosen, or whose header is best known.

    Merged cells are filled downwards, formulas read as their values.
    """
    file = PackageFile(
        given.name, given.name.encode("utf-8", "replace"), given.path.stat().st_size, given.open, local=given.path
    )
    table = open_sheet(file, given.mapper, limits=_LIMITS, wanted=given.sheet, guess=given.guess)
    if not table.found:
        reason = table.problems[0].message if table.problems else _("it has no header")
        unreadable = any("can" in one.message.template and "read as" in one.message.template for one in table.problems)
        if unreadable:
            raise UnreadableCatalogue(reason)
        raise UnknownHeader(
            reason, hint=_("Save a mapping that names this catalogue's own headers, or put known ones in.")
        )
    source = Source(form="xlsx", header=table.header, encoding="", sheet=table.sheet)
    source.sheets = [{"name": one.name, "rows": one.rows, "known": one.known} for one in table.sheets]
    source.columns = describe_columns(source.header, given)
    source.rows = _noting(table, source)
    return source


def _noting(table: Table, source: Source) -> Iterator[tuple[int, list[str]]]:
    """Give the rows, and hand on what reading them brought to light."""
    yield from table.rows
    source.problems += [one.message for one in table.problems if one.kind is ProblemKind.LIST]
