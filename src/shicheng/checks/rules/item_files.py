"""The files of one item: as many attachments as its row says, a main document, numbers without gaps."""

from __future__ import annotations

from shicheng.checks.context import CheckContext, Looked, NotLooked, code_key, file_key, value_key
from shicheng.checks.rules.linking import NAMES_SHOWN, NO_FILE_LIST, in_folder_of, is_attachment, unlisted
from shicheng.checks.rules.reason import whole_number
from shicheng.checks.types import Level
from shicheng.kernel.messages import message as _
from shicheng.packages.names import escapes
from shicheng.packages.types import PackageItem, PackageKind


def attachments(context: CheckContext) -> Looked:
    """Report items with fewer or more attachments than their row says."""
    package = context.package
    if not package.has_file_list and package.kind is PackageKind.TRANSFER:
        return NotLooked(NO_FILE_LIST)
    if not any(entry.draft_state for item in package.items for entry in item.files):
        return NotLooked(_("The file list does not say which files are attachments."))
    looked = 0
    for index, item in enumerate(package.items):
        stated = whole_number(item.elements.get("attachments", ""))
        if stated is None:
            continue
        looked += 1
        named = [entry for entry in item.files if is_attachment(entry)]
        inside = [entry for entry in named if not escapes(entry.path)]
        if stated in (len(inside), len(named)):
            continue
        loose = [path for path in unlisted(context) if in_folder_of(path, item.ref)]
        covers = [file_key(path) for path in loose] if len(loose) == stated - len(named) else []
        context.report(
            "2-8",
            _("The item is said to have %(stated)d attachments, but %(found)d are in the batch.",
              stated=stated, found=len(inside)),
            about=(value_key(index, "attachments"), code_key(index), ("files", index)),
            covers=[*covers, ("order", index)],
            item=item,
            element="attachments",
            expected=stated,
            found=len(inside),
            advice=_("Hand the missing attachments over, or correct the number."),
        )  # fmt: skip
    return looked


def package_files(context: CheckContext) -> Looked:
    """Report items without a main document, and file numbers of an item that skip."""
    package = context.package
    if not package.has_file_list and package.kind is PackageKind.TRANSFER:
        return NotLooked(NO_FILE_LIST)
    by_item = _numbered_by_item(package.items)
    for index, item in enumerate(package.items):
        rows = [entry for entry in item.files if not escapes(entry.path)]
        if rows and all(entry.draft_state and is_attachment(entry) for entry in rows):
            loose = [path for path in unlisted(context) if in_folder_of(path, item.ref)]
            context.report(
                "2-11",
                _("The file list names attachments of this item, but no main document."),
                about=(("files", index), code_key(index)),
                covers=[("order", index), *(file_key(path) for path in loose)],
                item=item,
                path=loose[0] if loose else None,
                advice=_("Hand the main document over and name it in the file list."),
            )
        orders = sorted(entry.order for entry in rows if entry.order is not None)
        if by_item and orders and orders != list(range(1, len(orders) + 1)) and len(orders) == len(rows):
            context.report(
                "2-6",
                _("The files of this item are numbered %(found)s.", found=", ".join(map(str, orders[:NAMES_SHOWN]))),
                about=(("order", index), code_key(index), value_key(index, "attachments")),
                level=Level.WARNING,
                item=item,
                expected=f"1–{len(orders)}",
                found=", ".join(map(str, orders[:NAMES_SHOWN])),
                advice=_("Check whether a file is missing, then number them from 1 without gaps."),
            )
    return sum(len(item.files) for item in package.items)


def _numbered_by_item(items: list[PackageItem]) -> bool:
    """Tell whether file numbers begin anew in most items; some lists number all rows through."""
    starts = [min(orders) for item in items if (orders := [e.order for e in item.files if e.order is not None])]
    return bool(starts) and sum(start == 1 for start in starts) * 2 > len(starts)
