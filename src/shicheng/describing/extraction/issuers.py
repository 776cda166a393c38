"""Who issued a document: by its signature, its red mark, its title, or the note of a regulation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from shicheng.describing.extraction.closing import Closing
from shicheng.describing.extraction.head import Head, folded_of
from shicheng.describing.extraction.history import History
from shicheng.describing.extraction.lines import Sheet, join
from shicheng.describing.extraction.titles import Title
from shicheng.describing.extraction.types import Suggestion
from shicheng.describing.extraction.words import bodies_in
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

_PREFIX: Final = re.compile(
    "关于|转发|批转|印发|颁发|发布|公布|贯彻|实施|对|表彰|任免|同意|批准|召开|令$|公告$|通告$|公报$|致|答复"
)


def suggest_author(
    sheet: Sheet, head: Head, title: Title | None, closing: Closing, past: History
) -> Iterable[Suggestion]:
    """Suggest the author; several bodies are parted by a semicolon (DA/T 18)."""
    marked = [mark.spot() for mark in head.bodies]
    marks = {folded_of(mark).plain for mark in head.bodies}
    signed = [line.spot(first, last) for line, first, last in closing.bodies]
    names = {line.plain[first:last] for line, first, last in closing.bodies}
    by_title = _of_title(sheet, title)
    if (made := _maker(past)) is not None and len(by_title) < 2:
        yield _author(sheet, [made], 0.9, _("The note below the title says that this body made it."))
    if signed and names & marks and len(signed) >= len(marked):
        yield _author(sheet, signed, 0.97, _("It signed the document, and the head names it too."))
    if marked and (head.is_red or head.order_title):
        yield _author(sheet, marked, 0.93, _("The head of the document names it."))
    if by_title:
        yield _author(sheet, by_title, 0.9, _("The title begins with it."))
    if signed:
        yield _author(sheet, signed, 0.88, _("It stands above the date at the end of the text."))
    if marked:
        yield _author(sheet, marked, 0.8, _("It stands at the head, above the document number."))


def _maker(past: History) -> tuple[int, int] | None:
    """The body of the first act; by its full name, where another act gives that (国务院, 中华人民共和国国务院)."""
    named = [(act.folded.plain[slice(*act.body)], act.folded.spot(*act.body)) for act in past.acts if act.body]
    if not named:
        return None
    return max((one for one in named if one[0].endswith(named[0][0])), key=lambda one: len(one[0]))[1]


def _author(sheet: Sheet, spots: list[tuple[int, int]], confidence: float, reason: Message) -> Suggestion:
    value = "；".join(dict.fromkeys(sheet.written(*spot) for spot in spots))
    start, end = spots[0]
    if len(spots) > 1 and spots[-1][1] > start:
        end = spots[-1][1]
    return Suggestion("author", value, start, end, sheet.line_at(start), confidence, reason)


def _of_title(sheet: Sheet, title: Title | None) -> list[tuple[int, int]]:
    """The bodies a title begins with, as in 某某省人民政府关于……的通知."""
    if title is None:
        return []
    whole = join(title.lines)
    for found in _PREFIX.finditer(whole.plain):
        words = whole.plain[: found.start()]
        if not words:
            return []
        if len(words) > 120:
            break
        spots = bodies_in(words)
        if spots:
            return [whole.spot(first, last) for first, last in spots]
    return []
