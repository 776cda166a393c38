"""Working out a numbering: order within the lowest class, running numbers, collisions. No database here."""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from shicheng.arranging.types import Line, Numbered, Plan
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import ReferenceCodeError, Template, choose_template, format_reference_code

_LAST: Final = datetime.date.max
_WIDTH: Final = 4  # digits of 件号: DA/T 22-2015 asks for four, DA/T 13-2022 leaves them to the unit
Highest = Callable[[str], int]  # the highest number ever given in a group, 0 where none was
Taken = Callable[[Collection[str]], Collection[str]]  # those of some codes that are or were another item's


def plan_numbers(
    items: Iterable[Numbered], *, templates: Sequence[Template], fonds: str, highest: Highest, taken: Taken,
) -> Plan:  # fmt: skip
    """Give each item the next number of its class, in the order of importance and time.

    What has a code keeps it and is no part of the plan; numbers go on behind the highest one ever given, so that
    what comes late stands at the end. Nothing is changed here.
    """
    groups: dict[str, list[tuple[Numbered, Template]]] = defaultdict(list)
    lines: list[Line] = []
    for one in items:
        template = choose_template(templates, fonds=fonds, category=one.parts.get("category", ""), arrangement="item")
        if template is None:
            fault = _("No form of reference codes is known for the category %(category)s.",
                      category=one.parts.get("category") or "–")  # fmt: skip
            lines.append(Line(one.key, one.title, one.code, "", fault))
            continue
        try:
            code = _write(template, one.parts, 1)
        except ReferenceCodeError as error:
            lines.append(Line(one.key, one.title, one.code, "", error.message))
            continue
        groups[code[: code.rindex("-")]].append((one, template))
    runs = []
    for group, members in sorted(groups.items()):
        first = highest(group) + 1
        by_key = {one.key: template for one, template in members}
        for number, one in enumerate(in_order(one for one, _template in members), start=first):
            lines.append(Line(one.key, one.title, one.code, _write(by_key[one.key], one.parts, number)))
        runs.append((group, first, first + len(members) - 1))
    lines = _with_collisions(lines, taken)
    mark = hashlib.sha256(canonical_json([[str(line.key), line.old, line.new] for line in lines])).hexdigest()[:24]
    return Plan(tuple(lines), mark, tuple(runs))


def in_order(items: Iterable[Numbered]) -> list[Numbered]:
    """The order of items within their class: what matters most first, then by time, sets kept together.

    DA/T 22-2015, 5.3: by time and importance; what belongs to one meeting or one return of statistics stays together
    and stands where its earliest part does.
    """
    listed = list(items)
    heads: dict[str, tuple[int, datetime.date]] = {}
    for one in listed:
        if one.set_name:
            own = (one.importance, one.date or _LAST)
            heads[one.set_name] = min(heads.get(one.set_name, own), own)

    def place(one: Numbered) -> tuple[object, ...]:
        own = (one.importance, one.date or _LAST)
        head = heads.get(one.set_name, own)
        return (*head, one.set_name, *own, one.document_number, one.title, str(one.key))

    return sorted(listed, key=place)


def _write(template: Template, parts: dict[str, str], number: int) -> str:
    known = {field.name for field in template.fields}
    given = {name: value for name, value in parts.items() if name in known and value}
    return format_reference_code(template, **given, item=str(number).zfill(_WIDTH))


def _with_collisions(lines: list[Line], taken: Taken) -> list[Line]:
    codes = [line.new for line in lines if line.new]
    others = set(taken(codes))
    seen: set[str] = set()
    found = []
    for line in lines:
        fault = line.fault
        if line.new and line.new in others:
            fault = _("%(code)s is, or was, the code of another record.", code=line.new)
        elif line.new and line.new in seen:
            fault = _("%(code)s would be given twice.", code=line.new)
        seen.add(line.new)
        found.append(Line(line.key, line.title, line.old, line.new, fault))
    return found
