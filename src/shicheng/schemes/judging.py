"""Finding what is wrong or doubtful in a table before it is submitted. No database here."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import DEFAULT_TEMPLATES
from shicheng.kernel.retention import RetentionError
from shicheng.schemes.types import ClassDraft, Finding, Gravity, RowDraft, TableDraft
from shicheng.schemes.words import read_retention

# A class stands in reference codes: capitals, digits or Chinese (DA/T 13-2022).
_CLASS_CODE: Final = re.compile("[A-Z0-9〇㐀-䶿一-鿿]{1,20}")
# Levels of state secrets stay outside an ordinary archive, so no row may say that such records come here.
_STATE_SECRETS: Final = frozenset({"confidential", "secret", "top_secret"})


@dataclass(frozen=True, slots=True)
class Dates:
    """When a version is to be in force, and the versions approved before it: their first and last days."""

    first: date | None
    last: date | None = None
    before: tuple[tuple[int, date, date | None], ...] = ()  # version, first day, last day
    today: date | None = None


def fold(text: str) -> str:
    """A text without the differences that don't matter when two rows are compared."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def judge_table(table: TableDraft, dates: Dates | None = None) -> list[Finding]:
    """Everything wrong or doubtful in a table, faults first; with `dates` also in when it is to be in force."""
    found = [
        *_judge_rows(table),
        *_judge_same_scope(table.rows),
        *_judge_classes(table),
        *_judge_hints(table.rows),
        *_judge_templates(table),
    ]
    if dates is not None:
        found += _judge_dates(dates)
    if not table.rows:
        found.append(_fault("no_rows", _("The table has no rows.")))
    return sorted(found, key=lambda one: one.gravity != Gravity.FAULT)


def _fault(code: str, message: Message, *keys: str, klass: str = "") -> Finding:
    return Finding(Gravity.FAULT, code, message, keys, klass)


def _remark(code: str, message: Message, *keys: str, klass: str = "") -> Finding:
    return Finding(Gravity.REMARK, code, message, keys, klass)


def _judge_rows(table: TableDraft) -> Iterable[Finding]:
    classes = {one.code: one for one in table.classes}
    for row in table.rows:
        if not row.scope.strip():
            yield _fault("no_scope", _("Row %(row)s does not say what is filed.", row=row.key), row.key)
        if not row.retention:
            yield _fault(
                "no_retention",
                _("Row %(row)s (%(scope)s) has no retention period.", row=row.key, scope=row.scope[:60]),
                row.key,
            )
        else:
            try:
                read_retention(row.retention)
            except RetentionError as error:
                yield _fault("bad_retention", _("Row %(row)s: %(reason)s", row=row.key, reason=error.message), row.key)
        if classes and not row.klass:
            yield _fault(
                "no_class", _("Row %(row)s (%(scope)s) stands in no class.", row=row.key, scope=row.scope[:60]), row.key
            )
        elif row.klass and row.klass not in classes:
            yield _fault(
                "unknown_class",
                _("Row %(row)s stands in the class %(klass)s, which the table does not have.", row=row.key,
                  klass=row.klass),
                row.key,
                klass=row.klass,
            )  # fmt: skip
        elif row.klass and classes[row.klass].kind == "group":
            yield _fault(
                "group_class",
                _("Row %(row)s stands in %(klass)s, a group of classes; only a department or subject takes rows.",
                  row=row.key, klass=row.klass),
                row.key,
                klass=row.klass,
            )  # fmt: skip
        if row.secrecy in _STATE_SECRETS:
            yield _fault(
                "state_secret",
                _("Row %(row)s is of a level of state secrets; such records stay outside this archive.", row=row.key),
                row.key,
            )
        if row.source == "R":
            yield _remark(
                "recalled",
                _("Row %(row)s was recalled, not copied from its norm: check it before you rely on it.", row=row.key),
                row.key,
            )


def _judge_same_scope(rows: Sequence[RowDraft]) -> Iterable[Finding]:
    same: dict[tuple[str, str, str], list[RowDraft]] = defaultdict(list)
    for row in rows:
        if folded := fold(row.scope):
            same[row.category, row.klass, folded].append(row)
    for alike in same.values():
        if len(alike) < 2:
            continue
        keys = tuple(row.key for row in alike)
        said = {"rows": "、".join(keys), "scope": alike[0].scope[:60]}
        if len({row.retention for row in alike}) > 1:
            terms = "、".join(row.retention or "–" for row in alike)
            yield _fault(
                "overlap",
                _("The rows %(rows)s say the same (%(scope)s) and keep it differently long: %(terms)s.", **said,
                  terms=terms),
                *keys,
            )  # fmt: skip
        else:
            yield _remark("doubled", _("The rows %(rows)s say the same: %(scope)s.", **said), *keys)


def _judge_classes(table: TableDraft) -> Iterable[Finding]:
    used = {row.klass for row in table.rows}
    codes = {one.code for one in table.classes}
    for one in table.classes:
        said = {"klass": one.code, "name": one.name}
        if not _CLASS_CODE.fullmatch(one.code):
            yield _fault(
                "bad_class_code",
                _("The class %(klass)s (%(name)s) can't stand in reference codes: capitals, digits or Chinese only.",
                  **said),
                klass=one.code,
            )  # fmt: skip
        if one.parent and one.parent not in codes:
            yield _fault(
                "unknown_parent",
                _("The class %(klass)s (%(name)s) stands below %(parent)s, which the table does not have.", **said,
                  parent=one.parent),
                klass=one.code,
            )  # fmt: skip
        elif _is_circle(one, table.classes):
            yield _fault("circle", _("The class %(klass)s (%(name)s) stands below itself.", **said), klass=one.code)
        if one.kind != "group" and one.code not in used:
            yield _remark(
                "empty_class", _("The class %(klass)s (%(name)s) has no rows: what does it file?", **said),
                klass=one.code,
            )  # fmt: skip


def _is_circle(one: ClassDraft, classes: Sequence[ClassDraft]) -> bool:
    above = {each.code: each.parent for each in classes}
    seen, code = set(), one.parent
    while code and code not in seen:
        if code == one.code:
            return True
        seen.add(code)
        code = above.get(code, "")
    return False


def _judge_hints(rows: Sequence[RowDraft]) -> Iterable[Finding]:
    """One hint that leads to two rows of different terms will have to be decided by hand each time."""
    by_hint: dict[tuple[str, str], list[RowDraft]] = defaultdict(list)
    for row in rows:
        for hint in (*row.prefixes, *row.issuers, *row.words):
            if folded := fold(hint):
                by_hint[folded, row.category].append(row)
    for (hint, _category), alike in by_hint.items():
        keys = tuple(dict.fromkeys(row.key for row in alike))
        if len(keys) > 1 and len({(row.klass, row.retention) for row in alike}) > 1:
            yield _remark(
                "same_hint",
                _("The hint “%(hint)s” leads to the rows %(rows)s, which differ in class or term.", hint=hint,
                  rows="、".join(keys)),
                *keys,
            )  # fmt: skip


def _judge_templates(table: TableDraft) -> Iterable[Finding]:
    known = {one.name for one in DEFAULT_TEMPLATES}
    for category, name in table.templates:
        if name not in known:
            yield _fault(
                "unknown_template",
                _("The reference codes of %(category)s are to follow “%(name)s”, which is no known form.",
                  category=category, name=name),
            )  # fmt: skip


def _judge_dates(dates: Dates) -> Iterable[Finding]:
    first = dates.first
    if first is None:
        yield _fault("no_date", _("The table does not say from which day it is to be in force."))
        return
    if dates.last is not None and dates.last < first:
        yield _fault("dates_reversed", _("The table would end on %(last)s, before it begins.", last=str(dates.last)))
    for version, begun, ended in dates.before:
        if first <= begun:
            yield _fault(
                "date_before",
                _("Version %(version)s is in force from %(begun)s; the next one can begin the day after at the "
                  "earliest.", version=version, begun=str(begun)),
            )  # fmt: skip
        if ended is not None and version == max(each[0] for each in dates.before) and first > ended + timedelta(days=1):
            yield _fault(
                "gap",
                _("Version %(version)s ends on %(ended)s and this one begins on %(first)s: between them no table "
                  "would be in force.", version=version, ended=str(ended), first=str(first)),
            )  # fmt: skip
    if dates.today is not None and first < dates.today:
        yield _remark(
            "date_past",
            _("The table is to be in force from %(first)s, a day that is past; what was judged since keeps the rows it "
              "was judged by.", first=str(first)),
        )  # fmt: skip
