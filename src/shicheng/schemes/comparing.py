"""What differs between two versions of a table. No database here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.schemes.judging import fold
from shicheng.schemes.types import ClassDraft, RowDraft, TableDraft

LABELS: Final[dict[str, Message]] = {
    "key": _("Number"),
    "category": _("Category"),
    "klass": _("Class"),
    "scope": _("What is filed"),
    "retention": _("Retention period"),
    "retention_text": _("Retention period as written"),
    "openness": _("Openness"),
    "secrecy": _("Secrecy level"),
    "examples": _("Examples of records"),
    "words": _("Words of titles"),
    "prefixes": _("Prefixes of document numbers"),
    "issuers": _("Issuers"),
    "source": _("Source"),
    "note": _("Note"),
    "code": _("Class code"),
    "name": _("Name"),
    "parent": _("Stands below"),
    "kind": _("Kind"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs."""

    label: Message
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A row or class that is new, gone, or differs in some values."""

    what: str  # added, removed, changed
    key: str
    title: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two tables."""

    classes: tuple[Change, ...]
    rows: tuple[Change, ...]
    unchanged: int  # rows that are the same in both

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.classes or self.rows)


def compare_tables(before: TableDraft, after: TableDraft) -> Comparison:
    """Compare two tables. A row is the same row by its number, or, renumbered, by its class and what it says."""
    old_rows, pairs, new_rows = _pair_rows(before.rows, after.rows)
    rows = [
        Change("changed", new.key, new.scope, found)
        for old, new in pairs
        if (found := _differences(old, new))
    ]  # fmt: skip
    unchanged = len(pairs) - len(rows)
    rows += [Change("added", row.key, row.scope) for row in new_rows]
    rows += [Change("removed", row.key, row.scope) for row in old_rows]
    old_classes, new_classes = ({one.code: one for one in table.classes} for table in (before, after))
    classes = [
        Change("changed", code, one.name, found)
        for code, one in new_classes.items()
        if code in old_classes and (found := _differences(old_classes[code], one))
    ]
    classes += [Change("added", code, one.name) for code, one in new_classes.items() if code not in old_classes]
    classes += [Change("removed", code, one.name) for code, one in old_classes.items() if code not in new_classes]
    return Comparison(tuple(classes), tuple(rows), unchanged)


def _pair_rows(
    before: tuple[RowDraft, ...], after: tuple[RowDraft, ...]
) -> tuple[list[RowDraft], list[tuple[RowDraft, RowDraft]], list[RowDraft]]:
    """Rows that went, rows in both, rows that came."""
    by_key = {row.key: row for row in before}
    pairs, rest = [], []
    for row in after:
        old = by_key.pop(row.key, None)
        if old is None:
            rest.append(row)
        else:
            pairs.append((old, row))
    said = {(row.category, row.klass, fold(row.scope)): row.key for row in by_key.values()}
    fresh = []
    for row in rest:
        key = said.pop((row.category, row.klass, fold(row.scope)), None)
        if key is None:
            fresh.append(row)
        else:
            pairs.append((by_key.pop(key), row))
    return list(by_key.values()), pairs, fresh


def _differences(old: RowDraft | ClassDraft, new: RowDraft | ClassDraft) -> tuple[Difference, ...]:
    return tuple(
        Difference(LABELS[one.name], _shown(getattr(old, one.name)), _shown(getattr(new, one.name)))
        for one in fields(new)
        if getattr(old, one.name) != getattr(new, one.name)
    )


def _shown(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)
