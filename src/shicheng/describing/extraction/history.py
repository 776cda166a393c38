"""The note below the title of a regulation (题注): when it was passed, approved, published, changed, and by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from shicheng.describing.extraction.dates import Found, find_dates
from shicheng.describing.extraction.lines import Folded, Sheet, join
from shicheng.describing.extraction.titles import Title, note_like

_LONGEST: Final = 3_000
_ENDS: Final = re.compile(r"第[一1]条|第[一1][章编节]|目录|总则|序言")
_ACT: Final = re.compile(
    r"[，,]?(?:由|经)?(?P<body>[\u3400-\u9fff（）()]{2,60}?"
    "(?:代表大会|常务委员会|国务院|政府|委员会|部|局|厅|法院|检察院|署|院|办公室|会))"
    "(?=主席团|第[一二三四五六七八九十百零〇0-9]{1,6}[次届号]|令|(?:审判|检察)委员会第|常务会议|通过|批准|修[正订改]|公布|发布|印发|公告|主任会议)"
)
_VERB: Final = re.compile(
    "通过|批准|修正|修订|修改|公布|发布|印发|令第?[0-9〇零一二三四五六七八九十百]{1,6}号|施行|实施|起|废止"
)

_JOINT: Final = re.compile("会议、$")  # two bodies passed it, each on its own day


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the note: its day, its body, and what was done."""

    folded: Folded
    date: Found
    body: tuple[int, int] | None
    verb: str


@dataclass(slots=True)
class History:
    """The acts of a note, in the order they stand there."""

    acts: list[Act] = field(default_factory=list)


def is_note(plain: str) -> bool:
    """Tell whether a line belongs to such a note."""
    return note_like(plain)


def read(sheet: Sheet, title: Title | None) -> History:
    """Read the note below the title, if there is one."""
    past = History()
    if title is None or title.note is None:
        return past
    lines, signs = [], 0
    for line in sheet.head[sheet.head.index(title.note) :]:
        if _ENDS.match(line.plain) or signs > _LONGEST:
            break
        lines.append(line)
        signs += len(line.plain)
    whole = join(lines)
    if not whole.plain:
        return past
    dates = list(find_dates(whole.plain))
    for number, found in enumerate(dates):
        end = dates[number + 1].first if number + 1 < len(dates) else len(whole.plain)
        rest = _without_quotes(whole.plain[found.last : end])
        verb = _VERB.search(rest) or (_JOINT.search(rest) and _VERB.search(whole.plain, end))
        if verb is None or found.first - (dates[number - 1].last if number else 0) > 400:
            continue
        if verb[0] in ("起", "施行", "实施", "废止"):
            continue
        body = _ACT.match(rest)
        spot = None
        if body is not None:
            spot = (found.last + body.start("body"), found.last + body.end("body"))
        past.acts.append(Act(whole, found, spot, verb[0]))
        if number + 1 < len(dates) and "。" in rest:
            break
    return past


def _without_quotes(plain: str) -> str:
    """Words with what stands in book-title marks blanked, each sign in its place."""
    return re.sub("《[^》]*》", lambda found: "＿" * len(found[0]), plain)
