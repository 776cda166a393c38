"""The forms and columns records are given out in, in words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shicheng.exchange.services import COLUMNS
from shicheng.kernel.messages import Message, message
from shicheng.packages.elements import BY_NAME
from shicheng.packages.writing_lists import USUAL
from shicheng.schemes.fields import all_added
from shicheng.search.asking import describe, selection_of

__all__ = ["FORMS", "column_labels", "describe", "selection_of"]

FORMS: Final[dict[str, Message]] = {
    "xlsx": message("Table of the catalogue for Excel (xlsx)"),
    "csv": message("Table of the catalogue as text (csv)"),
    "bagit": message("Records with their files, as a bag (BagIt)"),
    "eep": message("Records with their files, as encapsulation packages (DA/T 48)"),
    "da93": message("Records with their files, as a transfer package (DA/T 93)"),
}


def column_labels() -> list[tuple[str, str, bool]]:
    """Names and labels of the columns of a table, and whether each is a usual one."""
    chinese = (get_language() or "").startswith("zh")
    own = {"files": _("Number of files"), "size": _("Size in bytes")}
    return [
        (name, own.get(name) or (BY_NAME[name].label_zh if chinese else BY_NAME[name].label_en), name in USUAL)
        for name in COLUMNS
    ] + [(name, label, False) for name, label in all_added().items()]
