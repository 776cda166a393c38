"""What stands above the title (GB/T 9704): secrecy, urgency, the red mark of the body, number and signer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from shicheng.describing.extraction.dates import only_date
from shicheng.describing.extraction.lines import Folded, Line, Sheet
from shicheng.describing.extraction.numbers import Number, find_number, number_after_mark, order_number
from shicheng.describing.extraction.words import SECRECIES, URGENCIES, bodies_in

_MOST_BODIES: Final = 12  # of one joint document
_LINES: Final = 30  # lines in which the head has to end
_SECRECY: Final = re.compile(
    rf"(?:密级[：]?)?(?P<level>{'|'.join(SECRECIES)})(?:[★☆*＊·](?P<term>[0-9一二三四五六七八九十]{{1,3}}(?:年|个月|月|天)|长期|永久)?)?"
)
_URGENCY: Final = re.compile(rf"(?:紧急程度[：]?)?(?P<urgency>{'|'.join(URGENCIES)})")
_COPY: Final = re.compile(r"(?:份号[：]?)?[0-9]{3,6}")
_MARK_END: Final = re.compile(r"(?:文件|公文|(?P<order>令|主席令|公告|通告|公报))(?:[（(][^（）()]{1,6}[）)])?")
_SIGNER: Final = re.compile(r"签发人?[：](?P<name>[\u3400-\u9fff·]{2,30})")
_OTHER: Final = re.compile(
    r"内部资料.*|注意保存|内部文件|会后收回|阅后退回|急|机要|会议文件.*|\(?送审稿\)?|[A-Za-z0-9]{1,3}|"
    "公开(?:方式|形式|属性).{0,12}|信息公开.{0,12}|索引号.*"
)


@dataclass(slots=True)
class Mark:
    """Words of the head and where they are in a line."""

    line: Line
    first: int
    last: int

    def spot(self) -> tuple[int, int]:
        """Where they stand in the text."""
        return self.line.spot(self.first, self.last)


@dataclass(slots=True)
class Head:
    """What was found above the title, and how many of the first lines it takes."""

    lines: int = 0
    secrecy: Mark | None = None
    term: Mark | None = None
    urgency: Mark | None = None
    bodies: list[Mark] = field(default_factory=list)
    number: tuple[Line, Number] | None = None
    signers: list[tuple[int, int]] = field(default_factory=list)
    is_red: bool = False  # the mark says “document of …”
    order_title: Mark | None = None  # the mark of an order or announcement, which is its title


def read_head(sheet: Sheet) -> Head:
    """Read the head of a document; one without a head gives one with no lines."""
    head = Head()
    lines = sheet.head[:_LINES]
    pending: list[Mark] = []  # bodies that belong to the mark only if the number or “文件” follows
    for index, line in enumerate(lines):
        if all(_take(head, sheet, line, cell, pending) for cell in _cells(sheet, line)):
            if not pending:
                head.lines = index + 1
            continue
        break
    if pending and head.number is not None:
        head.lines = max(head.lines, lines.index(head.number[0]) + 1)
    return head


def _cells(sheet: Sheet, line: Line) -> list[tuple[int, int]]:
    """The parts of a line that wide blanks keep apart, as first and last of its signs."""
    cells, first = [], 0
    for index in range(1, len(line.at)):
        between = sheet.text[line.at[index - 1] + 1 : line.at[index]]
        if len(between) > 1 or between in ("\t",):
            cells.append((first, index))
            first = index
    cells.append((first, len(line.at)))
    # A mark whose every sign is set wide is one part, not many.
    return cells if any(last - first > 2 for first, last in cells) or len(cells) < 3 else [(0, len(line.at))]


def _take(head: Head, sheet: Sheet, line: Line, cell: tuple[int, int], pending: list[Mark]) -> bool:
    """Take one part of a line into the head; False if the head ends before it."""
    first, last = cell
    plain = line.plain[first:last]
    if found := _SECRECY.fullmatch(plain):
        head.secrecy = head.secrecy or Mark(line, first + found.start("level"), first + found.end("level"))
        if found["term"]:
            head.term = head.term or Mark(line, first + found.start("term"), first + found.end("term"))
        return True
    if found := _URGENCY.fullmatch(plain):
        head.urgency = head.urgency or Mark(line, first + found.start("urgency"), first + found.end("urgency"))
        return True
    if _take_signer(head, sheet, line, first, last) or _COPY.fullmatch(plain) or _OTHER.fullmatch(plain):
        return True
    if head.number is None and _take_number(head, line, first, last, plain):
        if pending:
            head.bodies.extend(pending)
            pending.clear()
        return True
    if head.signers and 2 <= len(plain) <= 4 and head.number is not None and not head.order_title:
        head.signers.append(line.spot(first, last))  # names of joint signers, each on a line of its own
        return True
    if head.number is not None:
        return False
    return _take_body(head, line, first, last, plain, pending)


def _take_signer(head: Head, sheet: Sheet, line: Line, first: int, last: int) -> bool:
    found = _SIGNER.search(line.plain, first, last)
    if found is None:
        return False
    before = line.plain[first : found.start()]
    if before:
        number = find_number(before)
        if number is None or number.last - number.first != len(before):
            return False
        moved = Number(first + number.first, first + number.last, number.year)
        head.number = head.number or (line, moved)
    start, end = line.spot(found.start("name"), found.end("name"))
    head.signers.extend(_names(sheet.text, start, end))
    return found.end("name") == last


def _names(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The names in a run of Chinese signs and blanks; a blank within 张　三 parts no name."""
    parts = [(start + found.start(), start + found.end()) for found in re.finditer(r"\S+", text[start:end])]
    names: list[tuple[int, int]] = []
    for first, last in parts:
        if names and last - first == 1 and names[-1][1] - names[-1][0] == 1:
            names[-1] = (names[-1][0], last)
        else:
            names.append((first, last))
    return [name for name in names if 2 <= name[1] - name[0] <= 8]


def _take_number(head: Head, line: Line, first: int, last: int, plain: str) -> bool:
    number = find_number(plain)
    if number is not None and (number.last - number.first >= len(plain) - 2):
        head.number = (line, Number(first + number.first, first + number.last, number.year))
        return True
    order = order_number(plain)
    if order is not None and head.order_title is not None:
        head.number = (line, Number(first + order.first, first + order.last, None, is_order=True))
        return True
    return False


def _take_body(head: Head, line: Line, first: int, last: int, plain: str, pending: list[Mark]) -> bool:
    if only_date(plain) is not None:
        return False
    for found in _MARK_END.finditer(plain):
        bodies = [Mark(line, first + begin, first + end) for begin, end in bodies_in(plain[: found.start()])]
        if not bodies:
            continue
        if found.end() == len(plain):
            head.bodies.extend([*pending, *bodies])
            pending.clear()
            head.is_red = head.is_red or found["order"] is None
            if found["order"]:
                head.order_title = Mark(line, first, last)
            return True
        number = number_after_mark(plain, found.end()) if found["order"] else None
        if number is not None:
            head.bodies.extend(bodies)
            head.order_title = Mark(line, first, first + found.end())
            head.number = (line, Number(first + number.first, first + number.last, None, is_order=True))
            return True
    if plain in ("文件", "公文") and pending:
        head.bodies.extend(pending)
        pending.clear()
        head.is_red = True
        return True
    if plain in ("令", "公告", "命令") and pending:
        head.bodies.extend(pending)
        head.order_title = Mark(pending[0].line, pending[0].first, pending[0].last)
        pending.clear()
        return True
    bodies = [Mark(line, first + begin, first + end) for begin, end in bodies_in(plain)]
    if bodies and len(pending) < _MOST_BODIES and not head.order_title:
        pending.extend(bodies)
        return True
    return False


def folded_of(mark: Mark) -> Folded:
    """The words of a mark by themselves."""
    return Folded(mark.line.plain[mark.first : mark.last], mark.line.at[mark.first : mark.last])
