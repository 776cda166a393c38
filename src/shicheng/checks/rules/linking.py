"""Items, the file list and the files that are really there: what belongs together and what is missing."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from pathlib import PurePosixPath

from shicheng.checks.causes import Cause
from shicheng.checks.context import (
    FILE_LIST,
    ITEM_LIST,
    CheckContext,
    Looked,
    NotLooked,
    code_key,
    column_key,
    entry_key,
    file_key,
    value_key,
)
from shicheng.checks.rules.codes import parse_codes
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import fold_reference_code
from shicheng.packages.names import escapes
from shicheng.packages.types import ListedFile, PackageItem, PackageKind

NO_FILE_LIST = _("The package has no list of its files to compare with.")
NAMES_SHOWN = 20
_LIKE = 4  # letters two names must share from their start to count as alike


def is_attachment(entry: ListedFile) -> bool:
    """Tell whether a list row says that the file is an attachment."""
    return "附件" in entry.draft_state or "附属" in entry.draft_state


def listed_paths(context: CheckContext) -> set[str]:
    """Return the paths of all files that a list row names and that are there."""
    paths: set[str] | None = context.notes.get("listed_paths")
    if paths is None:
        paths = {entry.file.path for entry in context.package.listed if entry.file is not None}
        context.notes["listed_paths"] = paths
    return paths


def unlisted(context: CheckContext) -> list[str]:
    """Return the paths of content files that no list row names, in order."""
    found: list[str] | None = context.notes.get("unlisted")
    if found is None:
        listed = listed_paths(context)
        found = [file.path for file in context.package.content if file.path not in listed]
        context.notes["unlisted"] = found
    return found


def orphan_refs(context: CheckContext) -> dict[str, list[ListedFile]]:
    """Return the listed files that belong to no item, by the code the list gives."""
    table: dict[str, list[ListedFile]] = defaultdict(list)
    for entry in context.package.orphans:
        table[entry.ref].append(entry)
    return dict(table)


def package_metadata(context: CheckContext) -> Looked:
    """Tie files of unknown codes to the items that lost theirs; report items without row and rows without file."""
    package = context.package
    if not package.has_item_list and package.kind is PackageKind.TRANSFER:
        return NotLooked(_("The package has no item list."))
    parse_codes(context)
    orphans = orphan_refs(context)
    lost = [index for index, item in enumerate(package.items) if not item.files]
    _pair_faulty(context, lost, orphans)
    _pair_unnamed(context, lost, orphans)
    for ref, entries in orphans.items():
        _report_orphans(context, ref, entries)
    _report_foreign_rows(context)
    return len(package.items)


def _pair_faulty(context: CheckContext, lost: list[int], orphans: dict[str, list[ListedFile]]) -> None:
    """Items whose code is at fault lost their files by it: the files of unknown codes are theirs."""
    items = context.package.items
    for index in list(lost):
        cause = context.ledger.explains(code_key(index)) or context.ledger.explains(column_key("reference_code"))
        if cause is None or not orphans:
            continue
        ref = _best(items[index], orphans)
        if ref is None and len(orphans) == 1:
            ref = next(iter(orphans))
        if ref is None:
            continue
        _tie(context, cause, index, orphans.pop(ref), ref)
        lost.remove(index)
    for index in lost:
        cause = context.ledger.explains(code_key(index))
        if cause is not None and not orphans:
            context.ledger.cover(cause, ("files", index))


def _pair_unnamed(context: CheckContext, lost: list[int], orphans: dict[str, list[ListedFile]]) -> None:
    """A sound item without files and files of an unknown code that fit it are one mistake in the file list."""
    items = context.package.items
    for index in list(lost):
        ref = _best(items[index], orphans) if orphans else None
        if ref is None and len(lost) == len(orphans) == 1:
            ref = next(iter(orphans))
        if ref is None:
            continue
        entries = orphans.pop(ref)
        lost.remove(index)
        cause = context.report(
            "1-11",
            _("The file list gives the files of this item under the code %(found)s, which no item has.", found=ref),
            about=(FILE_LIST, code_key(index), ("files", index)),
            item=items[index],
            path=entries[0].path,
            expected=items[index].ref,
            found=ref,
            advice=_("Find out which of the two codes is right and correct the other list."),
        )
        if cause is not None:
            _tie(context, cause, index, entries, ref)


def _tie(context: CheckContext, cause: Cause, index: int, entries: list[ListedFile], ref: str) -> None:
    context.ledger.cover(cause, ("files", index), code_key(index), ("orphan", ref))
    context.ledger.cover(cause, value_key(index, "attachments"))
    context.notes.setdefault("tied", {})[ref] = index
    del entries  # they stay files of the batch and are looked at like all others


def _report_orphans(context: CheckContext, ref: str, entries: list[ListedFile]) -> None:
    paths = [entry.path for entry in entries]
    context.report(
        "2-10",
        _("The file list names files of %(code)s, but the item list has no row for it: %(paths)s.",
          code=ref or "—", paths=_names(paths)),
        about=(ITEM_LIST, ("orphan", ref), *(entry_key(entry) for entry in entries[:1] if entry.file is None)),
        covers=[entry_key(entry) for entry in entries if entry.file is None],
        ref=ref or None,
        path=paths[0] if len(paths) == 1 else None,
        advice=_("Add the item to the item list, or take its files out of the batch."),
    )  # fmt: skip


def _report_foreign_rows(context: CheckContext) -> None:
    """Rows that lie in an item's folder but give a code of their own that no item has."""
    for index, item in enumerate(context.package.items):
        if not item.ref:
            continue
        own = fold_reference_code(item.ref)
        foreign = [entry for entry in item.files if entry.ref and entry.ref != item.ref
                   and fold_reference_code(entry.ref) != own]  # fmt: skip
        if not foreign:
            continue
        by_code: dict[str, list[ListedFile]] = defaultdict(list)
        for entry in foreign:
            by_code[entry.ref].append(entry)
        for ref, entries in by_code.items():
            context.report(
                "1-11",
                _("The file list gives %(paths)s under the code %(found)s, which no item has; "
                  "the files lie in the folder of %(code)s.",
                  paths=_names([entry.path for entry in entries]), found=ref, code=item.ref),
                about=(FILE_LIST, code_key(index)),
                covers=(("orphan", ref), *(entry_key(entry) for entry in entries if entry.file is None)),
                ref=ref,
                path=entries[0].path,
                expected=item.ref,
                found=ref,
                advice=_("Correct the code in the file list."),
            )  # fmt: skip


def content(context: CheckContext) -> Looked:
    """Report listed files that are not there, items that have none, and files that are empty."""
    package = context.package
    entries = [entry for entry in package.listed if entry.path and not escapes(entry.path)]
    if not entries and not package.items:
        return NotLooked(NO_FILE_LIST)
    missing = [entry for entry in entries if entry.file is None]
    if len(missing) == len(entries) > 1:
        context.report(
            "2-7",
            _("None of the %(count)d files that the file list names is in the package.", count=len(entries)),
            about=(FILE_LIST,),
            covers=[*(entry_key(entry) for entry in missing), ("total", "files"), ("total", "bytes")],
            advice=_("Hand the folder with the content over, or correct the paths in the list."),
        )
        return len(entries)
    for index, item in enumerate(package.items):
        _missing_of(context, index, item)
    for entry in package.orphans:
        if entry.file is None and not escapes(entry.path):
            _report_missing(context, [entry], ref=entry.ref)
    _empty(context)
    return len(entries)


def _missing_of(context: CheckContext, index: int, item: PackageItem) -> None:
    gone = [entry for entry in item.files if entry.file is None and not escapes(entry.path)
            and context.ledger.explains(entry_key(entry)) is None]  # fmt: skip
    if gone:
        _report_missing(context, gone, item=item)
    if item.files:
        return
    inside = [path for path in unlisted(context) if in_folder_of(path, item.ref)]
    message = (
        _("The file list names no file of this item, but its folder holds %(paths)s.", paths=_names(inside))
        if inside
        else _("The item has no file at all.")
    )
    context.report(
        "2-7",
        message,
        about=(FILE_LIST, ("files", index)),
        covers=[*(file_key(path) for path in inside), value_key(index, "attachments")],
        item=item,
        path=inside[0] if inside else None,
        expected="≥ 1",
        found="0",
        advice=_("Hand the files of the item over and name them in the file list."),
    )


def _report_missing(
    context: CheckContext, gone: list[ListedFile], *, item: PackageItem | None = None, ref: str | None = None
) -> None:
    renamed = [path for entry in gone if (path := _other_name(context, entry)) is not None]
    paths = [entry.path for entry in gone]
    if renamed:
        message = _("The file list names %(paths)s, which is not there; %(others)s of the same size lies beside it.",
                    paths=_names(paths), others=_names(renamed))  # fmt: skip
    else:
        message = _("The file list names %(paths)s, which is not in the package.", paths=_names(paths))
    context.report(
        "2-7",
        message,
        about=[entry_key(entry) for entry in gone[:1]],
        covers=[*(entry_key(entry) for entry in gone), *(file_key(path) for path in renamed)],
        item=item,
        ref=ref or None,
        path=paths[0],
        expected=paths[0],
        found=renamed[0] if renamed else None,
        advice=_("Hand the missing file over, or correct the list if there is none."),
    )


def _other_name(context: CheckContext, entry: ListedFile) -> str | None:
    """Return an unlisted file in the same folder with the listed size, probably the file renamed."""
    if not entry.size:
        return None
    folder = str(PurePosixPath(entry.path).parent)
    by_folder: dict[str, list[str]] | None = context.notes.get("unlisted_by_folder")
    if by_folder is None:
        by_folder = defaultdict(list)
        for path in unlisted(context):
            by_folder[str(PurePosixPath(path).parent)].append(path)
        context.notes["unlisted_by_folder"] = by_folder
    for path in by_folder.get(folder, ()):
        if context.package.files[path].size == entry.size:
            return path
    return None


def _empty(context: CheckContext) -> None:
    for item in context.package.items:
        for entry in item.files:
            if entry.file is not None and entry.file.size == 0:
                context.report(
                    "3-4",
                    _("The file %(path)s is empty.", path=entry.file.path),
                    about=(entry_key(entry),),
                    item=item,
                    path=entry.file.path,
                    expected=f"{entry.size} B" if entry.size else "> 0 B",
                    found="0 B",
                    advice=_("Make the file anew from its source and hand it over again."),
                )


def links(context: CheckContext) -> Looked:
    """Report files that the list names more than once."""
    seen: dict[str, ListedFile] = {}
    count = 0
    for index, item in enumerate(context.package.items):
        for entry in item.files:
            count += 1
            if not entry.path or escapes(entry.path):
                continue
            path = entry.file.path if entry.file is not None else entry.path
            first = seen.setdefault(path, entry)
            if first is entry:
                continue
            context.report(
                "1-11",
                _("The file list names %(path)s twice, on rows %(first)s and %(row)s.",
                  path=path, first=first.row, row=entry.row),
                about=(("listed", path), code_key(index)),
                covers=(value_key(index, "attachments"), ("order", index)),
                item=item,
                path=path,
                expected="1",
                found="2",
                advice=_("Take one of the rows out, or name the file that was meant."),
            )  # fmt: skip
    if not count:
        return NotLooked(NO_FILE_LIST)
    return count


def in_folder_of(path: str, ref: str) -> bool:
    """Tell whether a folder of the path is named after the code."""
    if not ref:
        return False
    folded = fold_reference_code(ref)
    return any(fold_reference_code(part) == folded for part in path.split("/")[:-1])


def _best(item: PackageItem, orphans: dict[str, list[ListedFile]]) -> str | None:
    """Return the unknown code whose files fit the item best, None when none fits."""
    title, own = _letters(item.elements.get("title", "")), _runs(item.ref)
    scores: list[tuple[int, str]] = []
    for ref, entries in orphans.items():
        score = 0
        for entry in entries:
            stem = _letters(PurePosixPath(entry.path).stem)
            if title and stem and (stem == title or (len(stem) >= _LIKE and title.startswith(stem))):
                score = 10
        if score or (own and _runs(ref) == own):
            scores.append((score or 5, ref))
    return max(scores)[1] if scores else None


def _runs(ref: str) -> list[str]:
    """Return the runs of letters and digits of a code, whatever stands between them."""
    return re.findall(r"[A-Z]+|[0-9]+", unicodedata.normalize("NFKC", ref).upper())


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _names(paths: list[str]) -> str:
    shown = ", ".join(paths[:NAMES_SHOWN])
    return shown if len(paths) <= NAMES_SHOWN else f"{shown} … ({len(paths)})"
