"""What the grid shows: columns with their rules, cells, and the words its script says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from shicheng.describing.changing import changeable_names
from shicheng.describing.lines import read_items
from shicheng.holdings import ports
from shicheng.holdings.judging import LONG, current_values
from shicheng.holdings.words import ElementName
from shicheng.people.types import Actor
from shicheng.schemes.fields import YES_NO, fields_of

MOST: Final = 10_000  # rows of the grid
USUAL: Final = (
    "title", "author", "document_number", "date", "genre", "addressee", "retention", "department", "secrecy",
    "openness", "pages", "persons", "keywords", "abstract", "note",
)  # fmt: skip
_WIDTHS: Final = {"title": 340, "abstract": 260, "note": 220, "pages": 80, "year": 80, "retention": 110, "date": 120}


def columns_of(category: str) -> list[dict[str, Any]]:
    """The columns of the grid for a category, the usual ones first, with what the scheme says of each."""
    known = changeable_names(category)
    fields = {one.name: one for one in fields_of(category) if one.name in known}
    judge = ports.judge().steady()
    found = []
    for name in dict.fromkeys((*fields, *known)):
        rule, field = judge.rule(category, name), fields.get(name)
        values = field.values if field is not None and field.values else rule.values
        if field is not None and field.type == "yesno":
            values = YES_NO
        is_long = name in LONG or (field is not None and field.type == "long")
        found.append({
            "name": name, "label": str(ElementName(name)), "most": min(rule.max_length, field.most) if field else
            rule.max_length, "must": rule.is_mandatory or (field is not None and field.required == "must"),
            "values": list(values), "long": is_long, "shown": field is not None,
            "authority": field.authority if field is not None and field.type == "authority" else "",
            "width": _WIDTHS.get(name, 220 if is_long else 150),
        })  # fmt: skip
    return found


def read_cells(actor: Actor, ids: Sequence[UUID], names: Sequence[str]) -> list[dict[str, Any]]:
    """The cells of some records the actor may see: id, version, reference code, and the values of the columns."""
    found = []
    for item in read_items(actor, ids):
        values = current_values(item)
        found.append({
            "id": str(item.pk), "version": item.version, "ref": item.reference_code,
            "cells": [values.get(name, "") for name in names],
        })  # fmt: skip
    return found


def words() -> dict[str, str]:
    """What the script says, in the present language."""
    return {
        "loading": _("Loading the rows …"),
        "saved": _("Everything is saved."),
        "saving": _("Saving; cells to go: {n}"),
        "unsaved": _("Cells not saved yet: {n}"),
        "offline": _("The server does not answer. What you typed is kept here and saved as soon as it does."),
        "faults": _("Cells that need a look: {n}"),
        "met": _("{by} saved “{value}” meanwhile. Your value is not saved."),
        "take": _("Take that value"),
        "keep": _("Save mine all the same"),
        "put_back": _("Put the saved value back"),
        "gone": _("The record is gone, or is not open to you any more."),
        "selected": _("Cells selected: {n}"),
        "pasted": _("Cells pasted: {n}."),
        "rows_over": _("Rows beyond the end of the grid, left out: {n}."),
        "columns_over": _("Columns beyond the right edge, left out: {n}."),
        "copied": _("Cells copied: {n}."),
        "copy_again": _("The rows are here now; copy them again."),
        "not_there": _("The server does not answer, so nothing was done. Try again."),
        "leave": _("Some cells are not saved yet."),
        "nothing": _("There are no rows."),
        "failed": _("Not saved: {why}"),
        "cell": _("Row {row}, {column}"),
        "code": _("Reference code"),
    }
