"""The register of acquisitions and the list of major events as tables, for programs and for Excel.

Neither holds how donors are reached, and no table names one who wishes not to be named, whoever takes it out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from shicheng.acquiring import event_selectors, events, selectors
from shicheng.acquiring.models import Acquisition, MajorEvent
from shicheng.acquiring.papers import restrictions
from shicheng.acquiring.types import EVENT_KINDS, FORMS, LEVELS
from shicheng.acquiring.words import EVENT_STATES, STATES
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.packages.cells import guarded
from shicheng.packages.writing_place import plain_text
from shicheng.people.types import Actor

MIMES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CELL: Final = 32_000


def write_register(
    actor: Actor, form: str, *, state: str = "", way: str = "", year: int | None = None, text: str = "", order: str = ""
) -> bytes:
    """The register as csv or xlsx, as far as the actor may see it; the log tells that it was taken out."""
    found = selectors.acquisitions(actor, state=state, way=way, year=year, text=text, order=order)
    rows = [_row(one) for one in found]
    with atomic():
        audit.append(actor, events.EXPORTED, None, {"form": form, "count": len(rows)})
    heads = [
        _("Number"), _("Title"), _("Kind of acquisition"), _("State"), _("Donor (holder)"), _("Fonds"), _("Quantity"),
        _("Counted in"), _("Period"), _("Noted on"), _("Agreed on"), _("Deed"), _("Signed on"), _("Conditions"),
        _("Came on"), _("In the holdings since"), _("Given back on"), _("Price"),
    ]  # fmt: skip
    return write_table(_("Acquisitions from society"), heads, rows, form)


def write_events(
    actor: Actor, form: str, *, state: str = "", kind: str = "", year: int | None = None, text: str = "",
    order: str = "",
) -> bytes:  # fmt: skip
    """The events with the share of their plans as csv or xlsx, as far as the actor may see them."""
    found = list(event_selectors.major_events(actor, state=state, kind=kind, year=year, text=text, order=order))
    heads = [
        _("Number"), _("Name"), _("Kind"), _("Level"), _("State"), _("Begins"), _("Ends"), _("Venue"), _("Organiser"),
        _("Fonds"), _("Lines of the plan"), _("Fulfilled"), _("Late"), _("Records"), *map(str, FORMS.values()),
    ]  # fmt: skip
    return write_table(_("Major events"), heads, list(_event_rows(actor, found)), form)


def write_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], form: str) -> bytes:
    """A table as csv (with the mark Excel wants) or as a workbook; nothing in it is read as a formula."""
    if form == "csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerows([guarded(cell) for cell in row] for row in (heads, *rows))
        return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    page = book.create_sheet(title[:28])
    page.freeze_panes = "A2"

    def cell(value: str, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(page, value=plain_text(value)[:_CELL])
        made.data_type = "s"
        made.font = Font(bold=bold)
        return made

    page.append([cell(head, bold=True) for head in heads])
    for row in rows:
        page.append([cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _row(one: Acquisition) -> list[str]:
    days = (one.received_on, one.accessioned_on, one.returned_on)
    return [
        one.number, one.title, str(one.way_label), str(STATES[one.state]), one.donor.public_name, one.fonds_code,
        "" if one.quantity is None else str(one.quantity), one.counted_in, one.period, str(one.noted_on),
        str(one.agreed_on or ""), one.deed_number, str(one.signed_on or ""), restrictions(one),
        *(str(day or "") for day in days), "" if one.price is None else str(one.price),
    ]  # fmt: skip


def _event_rows(actor: Actor, found: Sequence[MajorEvent]) -> Iterator[list[str]]:
    standings = event_selectors.standings(actor, found)
    for one in found:
        share = event_selectors.share_of(actor, one, standings[one.pk])
        yield [
            one.number, one.name, str(EVENT_KINDS[one.kind]), str(LEVELS[one.level]), str(EVENT_STATES[one.state]),
            str(one.begins), str(one.ends), one.place, one.organiser, one.fonds_code, str(share.lines),
            str(share.fulfilled), str(share.late), str(share.records),
            *(str(share.forms.get(form, 0)) for form in FORMS),
        ]  # fmt: skip
