"""The title: the lines between the head and what follows it, until they say what the document is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shicheng.describing.extraction.dates import WRITTEN, find_dates, only_date
from shicheng.describing.extraction.lines import Line
from shicheng.describing.extraction.numbers import find_number
from shicheng.describing.extraction.words import TITLE_END, is_body

_MOST_LINES: Final = 6
_FULL: Final = 12  # signs a line of a title has at least that was broken for its length
LONGEST: Final = 160  # signs; the longest title of the official gazettes is shorter
_CLAUSE: Final = re.compile(
    r"第[一1]条|第[一1][章编节部]|第[一1]部分|[一1]、|[（(][一1][）)]|目录$|目次$|总则$|序言$|前言$|引言$"
)
_HISTORY: Final = re.compile("通过|批准|修正|修订|公布|发布|施行|修改|废止|印发|公告|讨论")
_ATTACHMENT: Final = re.compile("附件?(?:[0-9一二三四五六七八九十]{1,2})?[：]?")
_ADDRESSEE_END: Final = "："
_OPENERS, _CLOSERS = "《〈“（(", "》〉”）)"
_GOES_ON: Final = re.compile(
    "^(?:的|[》〉”）)]|和|与|及|、|（试行|（暂行|（草案|（修订|（征求|\\(试行|\\(暂行|\\(草案)"
)
_QUOTED: Final = ("毛主席语录", "最高指示")  # heads of documents of the years from 1966 to 1976
_HAN: Final = re.compile("[\u3400-\u9fff]")
_VERBS: Final = re.compile("关于|印发|转发|批转|发布|公布|实施|贯彻")


@dataclass(frozen=True, slots=True)
class Title:
    """Lines that make up the title: from which sign of the first to which of the last."""

    lines: tuple[Line, ...]
    last: int  # signs of the last line
    is_complete: bool  # it ends with what the document is called
    note: Line | None = None  # the line after it, when that tells how a regulation was made


def read_title(lines: Sequence[Line]) -> Title | None:
    """Read the title from the lines after the head."""
    taken: list[Line] = []
    note = None
    quoting = False
    for line in lines[: _MOST_LINES + 4]:
        plain = line.plain
        if not taken and (plain in _QUOTED or (quoting and plain[-1] in "。！”")):
            quoting = True
            continue
        if not taken and (_ATTACHMENT.fullmatch(plain) or only_date(plain) is not None):
            continue
        if note_like(plain):
            note = line
            break
        if len(taken) == _MOST_LINES or _stops(plain, taken):
            break
        if taken and _is_whole(_joined(taken)) and not _continues(plain, line, taken):
            break
        if len(_joined(taken)) + len(plain) > LONGEST or (line.gap and taken and not _HAN.search(_joined(taken))):
            break
        taken.append(line)
        if len(taken) == 1 and _number_behind(plain) is not None:
            break
    if not taken:
        return None
    last = _number_behind(taken[-1].plain) or len(taken[-1].plain)
    whole = _joined(taken)[: len(_joined(taken)) - len(taken[-1].plain) + last]
    if len(whole) < 3 or not re.search(r"[\u3400-\u9fffA-Za-z]", whole):
        return None
    return Title(tuple(taken), last, _is_whole(whole), note)


def note_like(plain: str) -> bool:
    """Tell whether a line tells when and by whom a regulation was made (题注)."""
    if plain in ("（", "("):
        return True
    dated = WRITTEN.search(plain)
    return (
        dated is not None
        and dated.start() < 6
        and (_HISTORY.search(plain) is not None or plain[0] in "（(" or dated.end() < len(plain))
    )


def _joined(lines: Sequence[Line]) -> str:
    return "".join(line.plain for line in lines)


def _is_whole(plain: str) -> bool:
    """Tell whether words end as titles do, with no bracket open."""
    return any(found.end() == len(plain) for found in TITLE_END.finditer(plain)) and _is_balanced(plain)


def _is_balanced(plain: str) -> bool:
    return all(plain.count(a) == plain.count(b) for a, b in zip(_OPENERS, _CLOSERS, strict=True))


def _stops(plain: str, taken: Sequence[Line]) -> bool:
    if _CLAUSE.match(plain) and (taken or len(plain) > 20 or _CLAUSE.fullmatch(plain)):
        return True
    if plain.endswith(_ADDRESSEE_END) and (taken or len(plain) < 60):
        return True
    if taken and plain.startswith(("——", "--", "―")):
        return True
    if only_date(plain) is not None:
        return True
    if taken and any(found.last == len(plain) for found in find_dates(plain)):
        return True
    if taken and (found := find_number(plain)) is not None and found.last - found.first >= len(plain) - 2:
        return True
    inside = re.sub("[（(《〈“][^）)》〉”]*[）)》〉”]", "", plain)
    return "。" in inside or "；" in inside or (bool(taken) and "，" in inside and _is_balanced(_joined(taken)))


def _continues(plain: str, line: Line, taken: Sequence[Line]) -> bool:
    """Tell whether a title that could end here goes on in the next line."""
    if _GOES_ON.match(plain):
        return len(plain) < 40
    if line.gap and not taken[-1].gap:
        return False
    whole = _joined(taken)
    if is_body(plain) or len(plain) > 40 or not _is_whole(whole + plain):
        return False
    # “转发《…办法》” and then “的通知”, or “…实施《…法》” and “办法”: a line that was full, and an end after that.
    return len(taken[-1].plain) >= _FULL or (_VERBS.search(whole) is not None and plain.find("的") in range(12))


def _number_behind(plain: str) -> int | None:
    """Where a title ends that has its number in brackets behind it."""
    found = re.search(r"[（(](?=[^（）()《》]*(?:〔|\[|令|第)[^（）()]*号[）)]$)", plain)
    return found.start() if found is not None and found.start() > 4 else None
