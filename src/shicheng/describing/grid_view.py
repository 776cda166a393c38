"""What the grid shows: columns with their rules, cells, and the words its script says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from shicheng.describing.changing import CHANGEABLE
from shicheng.describing.lines import read_items
from shicheng.holdings import ports
from shicheng.holdings.judging import LONG, current_values
from shicheng.holdings.words import ElementName
from shicheng.people.types import Actor

MOST: Final = 10_000  # rows of the grid
USUAL: Final = (
    "title", "author", "document_number", "date", "genre", "addressee", "retention", "department", "secrecy",
    "openness", "pages", "persons", "keywords", "abstract", "note",
)  # fmt: skip
_WIDTHS: Final = {"title": 340, "abstract": 260, "note": 220, "pages": 80, "year": 80, "retention": 110, "date": 120}


def columns_of(category: str) -> list[dict[str, Any]]:
    """The columns of the grid for a category, the usual ones first, with what the scheme says of each."""
    rest = [name for name in CHANGEABLE if name not in USUAL]
    found = []
    for name in (*(name for name in USUAL if name in CHANGEABLE), *rest):
        rule = ports.judge().rule(category, name)
        found.append({
            "name": name, "label": str(ElementName(name)), "must": rule.is_mandatory, "most": rule.max_length,
            "values": list(rule.values), "long": name in LONG, "shown": name in USUAL, "width": _WIDTHS.get(name, 150),
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
        "saving": _("Saving {n} rows …"),
        "unsaved": _("{n} cells are not saved yet."),
        "offline": _("The server does not answer. What you typed is kept here and saved as soon as it does."),
        "faults": _("{n} cells need a look"),
        "met": _("{by} saved “{value}” meanwhile. Your value is not saved."),
        "take": _("Take that value"),
        "keep": _("Save mine all the same"),
        "put_back": _("Put the saved value back"),
        "gone": _("The record is gone, or is not open to you any more."),
        "rows": _("{n} rows"),
        "selected": _("{n} cells selected"),
        "pasted": _("{n} cells pasted; rows beyond the end of the grid were left out: {over}."),
        "leave": _("Some cells are not saved yet."),
        "nothing": _("There are no rows."),
        "failed": _("Not saved: {why}"),
        "cell": _("Row {row}, {column}"),
        "code": _("Reference code"),
    }
