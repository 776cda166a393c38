"""What stands after the text: signature and date, copies, printing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from shicheng.describing.extraction.dates import Found, find_dates, only_date
from shicheng.describing.extraction.lines import Folded, Line, Sheet, join
from shicheng.describing.extraction.words import is_body

_COPIED: Final = re.compile("(?:抄送|抄报|抄送单位|抄送机关|分送|报送|抄报送)[：]")
_PRINTED: Final = re.compile("印发$|印制$|印$|印发。$")
_ATTACHED: Final = re.compile("附件?[：]|附件?[0-9一二三四五六七八九十]{0,2}$")
_OFFICES: Final = re.compile(
    "主席|总理|省长|市长|县长|区长|州长|部长|局长|主任|院长|检察长|书记|署长|行长|会长|盟长|旗长|司令员|委员长|秘书长"
)
_MOST_BODIES: Final = 12
_COPIED_LINES: Final = 8


@dataclass(slots=True)
class Closing:
    """What was found after the text."""

    date: tuple[Line, Found] | None = None
    bodies: list[tuple[Line, int, int]] = field(default_factory=list)
    signer: tuple[Line, int, int] | None = None
    copied: tuple[Folded, int, int] | None = None
    printed: tuple[Line, Found] | None = None


def read_closing(sheet: Sheet, after: int) -> Closing:
    """Read the end of a document; `after` is the place its title or head ends at."""
    closing = Closing()
    lines = [line for line in sheet.tail if line.at[0] >= after]
    _read_copied(closing, lines)
    for line in reversed(lines):
        if _PRINTED.search(line.plain) and (dates := list(find_dates(line.plain))):
            closing.printed = (line, dates[-1])
            break
    _read_signature(closing, lines)
    if closing.date is None:  # a long annex may have pushed the signature out of the end: it follows the text
        begin = [line for line in sheet.head if line.at[0] >= after]
        if begin and (not lines or begin[-1].at[-1] < lines[-1].at[-1]):
            _read_signature(closing, begin)
    return closing


def _read_signature(closing: Closing, lines: list[Line]) -> None:
    """The first date on a line of its own with its body above it; without a body the last one."""
    alone: list[tuple[int, Found]] = []
    for index, line in enumerate(lines):
        if _COPIED.match(line.plain):
            break
        found = only_date(line.plain)
        if found is not None and found.whole:
            alone.append((index, found))
            continue
        behind = _signed_in_line(line)
        if behind is not None:
            alone.append((index, behind))
    best = None
    for index, found in alone:
        bodies, signer = _above(lines, index, found)
        if bodies or signer:
            best = (index, found, bodies, signer)
            break
    if best is None and alone:
        index, found = alone[-1]
        if not any(_ATTACHED.match(line.plain) for line in lines[:index]) or len(alone) == 1:
            best = (index, found, [], None)
    if best is not None:
        index, found, closing.bodies, closing.signer = best
        closing.date = (lines[index], found)


def _signed_in_line(line: Line) -> Found | None:
    """Body and date in one line: 某某局　2024年1月2日."""
    for found in find_dates(line.plain):
        if 2 < found.first <= 60 and found.last >= len(line.plain) - 1 and is_body(line.plain[: found.first]):
            return found
    return None


def _above(
    lines: list[Line], index: int, found: Found
) -> tuple[list[tuple[Line, int, int]], tuple[Line, int, int] | None]:
    own = lines[index]
    if found.first > 2:
        return [(own, 0, found.first)], None
    bodies: list[tuple[Line, int, int]] = []
    signer = None
    for line in reversed(lines[max(0, index - _MOST_BODIES) : index]):
        if is_body(line.plain):
            bodies.insert(0, (line, 0, len(line.plain)))
            continue
        office = _OFFICES.search(line.plain)
        if (
            signer is None
            and not bodies
            and office is not None
            and 2 <= len(line.plain) - office.end() <= 4
            and (office.end() <= 20 and re.fullmatch(r"[\u3400-\u9fff·]+", line.plain))
        ):
            signer = (line, office.end(), len(line.plain))
            continue
        break
    return bodies, signer


def _read_copied(closing: Closing, lines: list[Line]) -> None:
    for index, line in enumerate(lines):
        found = _COPIED.match(line.plain)
        if found is None:
            continue
        taken = [line]
        for more in lines[index + 1 : index + _COPIED_LINES]:
            if taken[-1].plain.endswith("。") and not more.plain.startswith(("抄", "分送")):
                break
            if _PRINTED.search(more.plain) or list(find_dates(more.plain)) or _ATTACHED.match(more.plain):
                break
            if not re.search("[，、；。]$", taken[-1].plain) and is_body(more.plain) and "，" not in taken[-1].plain:
                break
            taken.append(more)
        whole = join(taken)
        last = len(whole.plain.rstrip("。"))
        if last > found.end():
            closing.copied = (whole, found.end(), last)
        return
