"""Numbers that must agree: items, bytes, files, and running numbers without gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from shicheng.checks.context import (
    ITEM_LIST,
    TOTAL_BYTES,
    TOTAL_FILES,
    TOTAL_ITEMS,
    CheckContext,
    Looked,
    NotLooked,
    code_key,
    value_key,
)
from shicheng.checks.rules.codes import UNDESCRIBED, parse_codes
from shicheng.checks.rules.linking import orphan_refs, unlisted
from shicheng.checks.rules.reason import retention_of, whole_number
from shicheng.checks.types import Level
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import ReferenceCode, fold_reference_code
from shicheng.packages.names import escapes

_NO_STATEMENT = _("The package has no description file that states a number.")
_SHOWN = 20
_RESTATED = ("fonds_code", "year", "retention", "department", "item_number", "category")
_WIDEST_GAP = 10_000  # of a wider one only the first number is named

Place = tuple[str, str | None, int | None, str | None, str | None]
"""Where a running number counts: fonds, category, year, retention, department."""


def items_total(context: CheckContext) -> Looked:
    """Compare the stated number of items with the rows."""
    package = context.package
    rows = len(package.items)
    if rows == 0:
        context.report(
            "2-1",
            _("The package holds no item."),
            about=(ITEM_LIST, TOTAL_ITEMS),
            covers=(TOTAL_FILES, TOTAL_BYTES),
            expected=package.statement.items,
            found=0,
            advice=_("Hand over a package with at least one item."),
        )
        return 0
    stated = package.statement.items
    if stated is None:
        return NotLooked(_NO_STATEMENT)
    lost = len(orphan_refs(context).keys() - context.notes.get("tied", {}).keys())
    repeated = sum(len(indexes) - 1 for indexes in _same_rows(context))
    gaps = context.notes.get("gap_numbers", 0)
    explained = {rows, rows + lost, rows - repeated, rows + lost - repeated}
    if stated in explained:
        return rows
    if gaps and stated in {rows + gaps, rows + lost + gaps}:
        cause = context.ledger.explains(("gaps",))
        if cause is not None:
            context.ledger.cover(cause, TOTAL_ITEMS)
            if (package.statement.files or 0) > sum(len(item.files) for item in package.items):
                context.ledger.cover(cause, TOTAL_FILES, TOTAL_BYTES)
    context.report(
        "2-1",
        _("The description file states %(stated)d items, but the item list has %(found)d.", stated=stated, found=rows),
        about=(TOTAL_ITEMS,),
        expected=stated,
        found=rows,
        advice=_("Hand the missing items over, or correct the number."),
    )
    return rows


def bytes_total(context: CheckContext) -> Looked:
    """Compare stated bytes and files with the list and with what is there, faults already reported allowed for."""
    package = context.package
    statement = package.statement
    if statement.bytes is None and statement.files is None:
        return NotLooked(_NO_STATEMENT)
    # Found files count as listed or as they are; every other kind counts wholly or not at all.
    listed = real = found = 0
    missing: list[int] = []
    outside: list[int] = []
    doubled: list[int] = []
    seen: set[str] = set()
    for entry in package.listed:
        size = entry.size or 0
        if escapes(entry.path):
            outside.append(size)
        elif entry.file is None:
            missing.append(size)
        elif entry.file.path in seen:
            doubled.append(size)
        else:
            seen.add(entry.file.path)
            found += 1
            listed += entry.size if entry.size is not None else entry.file.size
            real += entry.file.size
    extra = [package.files[path].size for path in unlisted(context)]
    control = [package.files[path].size for path in package.control if path in package.files]
    parts = [missing, outside, doubled, extra]
    if statement.bytes is not None:
        sums = [sum(part) for part in parts]
        if statement.bytes not in _possible((listed, real), sums) and statement.bytes != real + sums[3] + sum(control):
            context.report(
                "2-2",
                _("The description file states %(stated)d bytes, but the file list adds up to %(listed)d and the "
                  "files that are there to %(real)d.",
                  stated=statement.bytes, listed=listed + sums[0] + sums[1] + sums[2], real=real),
                about=(TOTAL_BYTES,),
                expected=statement.bytes,
                found=real,
                advice=_("Find out what was left out or changed, or correct the number."),
            )  # fmt: skip
    if statement.files is not None:
        counts = [len(part) for part in parts]
        if statement.files not in _possible((found,), counts) and statement.files != found + counts[3] + len(control):
            context.report(
                "2-2",
                _("The description file states %(stated)d files, but the file list names %(listed)d and %(found)d of "
                  "them are there.",
                  stated=statement.files, listed=found + counts[0] + counts[1] + counts[2], found=found),
                about=(TOTAL_FILES,),
                expected=statement.files,
                found=found,
                advice=_("Hand the missing files over, or correct the number."),
            )  # fmt: skip
    return found


def _possible(bases: Iterable[int], parts: list[int]) -> set[int]:
    """Return every total that is right but for causes which have findings of their own."""
    filled = [part for part in parts if part]
    sums = {sum(chosen) for size in range(len(filled) + 1) for chosen in combinations(filled, size)}
    return {base + extra for base in bases for extra in sums}


def _same_rows(context: CheckContext) -> list[list[int]]:
    """Return the doubled codes whose rows tell of one and the same document."""
    items = context.package.items
    return [
        indexes
        for indexes in context.notes.get("twice", [])
        if len({(items[i].elements.get("title"), items[i].elements.get("date")) for i in indexes}) == 1
    ]


def continuity(context: CheckContext) -> Looked:
    """Report running numbers that are missing between the first and the last of their group."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    parse_codes(context)
    groups: dict[str, dict[int, ReferenceCode]] = defaultdict(dict)
    trusted: set[str] = set()
    for index, code in enumerate(context.codes):
        if code is not None and code.number is not None:
            groups[code.group][code.number] = code
            if not _is_doubted(context, index):
                trusted.add(code.group)
    if not groups:
        return NotLooked(_("No reference code has a running number."))
    known = _numbers_elsewhere(context)
    meant = _numbers_meant(context)
    total = 0
    for group, codes in groups.items():
        if group not in trusted:  # made by faulty codes alone
            continue
        first, last = min(codes), max(codes)
        sample = codes[first]
        gaps = [
            number
            for number in _absent(sorted(codes))
            if fold_reference_code(_with_number(sample, number)) not in known and (*_place(sample), number) not in meant
        ]
        inner = [number for number in gaps if number > first]
        width = len(codes[first].text) - len(group) - 1
        if inner:
            total += len(inner)
            _report_gap(context, group, inner, first, last, width)
        elif gaps:
            context.report(
                "2-6",
                _("The numbers of %(group)s begin with %(first)s, not with %(one)s.",
                  group=group, first=f"{first:0{width}d}", one=f"{1:0{width}d}"),
                level=Level.WARNING,
                about=(ITEM_LIST,),
                expected=f"{group}-{1:0{width}d}",
                found=f"{group}-{first:0{width}d}",
                advice=_("Check whether the numbers before were handed over earlier."),
            )  # fmt: skip
    context.notes["gap_numbers"] = total
    return sum(len(codes) for codes in groups.values())


def _is_doubted(context: CheckContext, index: int) -> bool:
    """Tell whether the code of an item, or what it says of the item, was found to be wrong."""
    restated = (value_key(index, name) for name in _RESTATED)
    return context.ledger.explains(code_key(index), *restated) is not None


def _absent(numbers: list[int]) -> Iterator[int]:
    """Yield the numbers that are missing from 1 to the last."""
    before = 0
    for number in numbers:
        if number - before > _WIDEST_GAP:
            yield before + 1
        else:
            yield from range(before + 1, number)
        before = number


def _report_gap(context: CheckContext, group: str, gaps: list[int], first: int, last: int, width: int) -> None:
    shown = ", ".join(f"{number:0{width}d}" for number in gaps[:_SHOWN])
    if len(gaps) > _SHOWN:
        shown += f" … ({len(gaps)})"
    cause = context.report(
        "2-6",
        _("The numbers of %(group)s have gaps: %(gaps)s is missing.", group=group, gaps=shown),
        about=(ITEM_LIST,),
        expected=f"{group}-{first:0{width}d} … {last:0{width}d}",
        found=shown,
        advice=_("Hand the missing items over, or say why the numbers are empty."),
    )
    if cause is not None:
        context.ledger.cover(cause, ("gaps",))


def _with_number(sample: ReferenceCode, number: int) -> str:
    """Return the code of the same group with another running number, padded alike."""
    width = len(sample.text) - len(sample.group) - 1
    return f"{sample.group}-{number:0{width}d}"


def _numbers_elsewhere(context: CheckContext) -> set[str]:
    """Return, folded, the codes that stand in the batch though not as a sound row: faulty rows, rows of the
    file list, and folders of items whose code is at fault."""
    known = {fold_reference_code(ref) for ref in orphan_refs(context) if ref}
    for index, item in enumerate(context.package.items):
        at_fault = context.codes[index] is None or context.ledger.explains(code_key(index)) is not None
        if not at_fault:
            continue
        known.add(fold_reference_code(item.ref))
        for entry in item.files:
            known.add(fold_reference_code(entry.ref))
            known.update(fold_reference_code(part) for part in entry.path.split("/")[:-1])
    return known


def _numbers_meant(context: CheckContext) -> set[tuple[object, ...]]:
    """Return the places and numbers that rows with a faulty code claim by their other elements."""
    departments = {name: code for code, name in context.package.statement.departments.items()}
    meant: set[tuple[object, ...]] = set()
    for index, item in enumerate(context.package.items):
        if context.codes[index] is not None and not _is_doubted(context, index):
            continue
        elements = item.elements
        number = whole_number(elements.get("item_number", ""))
        retention = retention_of(elements.get("retention", ""))
        department = elements.get("department", "")
        if number is None:
            continue
        meant.add((
            elements.get("fonds_code") or context.package.statement.fonds_code or "",
            context.category,
            whole_number(elements.get("year", "")),
            retention.code if retention is not None else None,
            departments.get(department, department) or None,
            number,
        ))  # fmt: skip
    return meant


def _place(code: ReferenceCode) -> Place:
    return (code.fonds, code.category, code.year, code.retention, code.department)


def process(context: CheckContext) -> Looked:
    """Report acts of the business process that lack what was done or when."""
    looked = 0
    for item in context.package.items:
        for number, entry in enumerate(item.process, start=1):
            looked += 1
            lacking = [
                name for name, value in (("业务行为", entry.action), ("行为时间", entry.time)) if not value.strip()
            ]
            if lacking:
                context.report(
                    "2-5",
                    _("Entry %(number)d on the handling of this item lacks %(lacking)s.",
                      number=number, lacking=", ".join(lacking)),
                    item=item,
                    expected=", ".join(lacking),
                    advice=_("Complete the entry from the system the document was handled in."),
                )  # fmt: skip
    if not looked:
        return NotLooked(_("The package carries no information on how the records were handled."))
    return looked
