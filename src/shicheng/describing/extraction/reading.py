"""Reading a document for its description: the parts together, each suggestion with its reason and confidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from shicheng.describing.extraction import history
from shicheng.describing.extraction.closing import Closing, read_closing
from shicheng.describing.extraction.dates import only_date
from shicheng.describing.extraction.head import Head, read_head
from shicheng.describing.extraction.issuers import suggest_author
from shicheng.describing.extraction.labels import Label, read_labels
from shicheng.describing.extraction.lines import Line, Sheet, fold, join, tidy
from shicheng.describing.extraction.numbers import find_number, order_number
from shicheng.describing.extraction.titles import Title, read_title
from shicheng.describing.extraction.types import Source, Suggestion
from shicheng.describing.extraction.words import genre_of
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

ORDER: Final = (
    "title", "document_number", "author", "date", "genre", "addressee", "copied_to", "urgency", "secrecy",
    "secrecy_term", "signer",
)  # fmt: skip
_ADDRESSED_LINES: Final = 6
_LONGEST_ADDRESSEE: Final = 400
_NO_ADDRESSEE_END: Final = re.compile(
    "如下$|决定$|公告$|通告$|说明$|附$|附件[0-9]*$|目录$|通知$|批复$|报告$|[。；！？]|"
    "^第[一二三四五六七八九十0-9]+[条章]|^[一二三四五六七八九十]+、"
)
_NO_ADDRESSEE_BEGIN: Final = re.compile("为|根据|按照|经|现将|依照|时间|地点|主持|出席|列席|缺席|记录|参加")


def suggest(text: str, *, name: str = "") -> list[Suggestion]:
    """Suggest elements from a document's text and its file name: at most one for each element, in a fixed order.

    Never raises for any text. Only the beginning and the end of a long text are looked at. A spot lies in `text`,
    or in `name` where `source` says so.
    """
    sheet = Sheet(text)
    found: dict[str, Suggestion] = {}
    labels, lines = read_labels(sheet)
    sheet = sheet.without(lines)
    head = read_head(sheet)
    rest = sheet.head[head.lines :]
    title = read_title(rest)
    after = _end_of(head, title)
    closing = read_closing(sheet, after)
    past = history.read(sheet, title)
    for one in (
        *_labelled(sheet, (one for one in labels if one.element != "date")),
        *_marks(sheet, head),
        *_title(sheet, head, title, name),
        *_number(sheet, head, title),
        *_date(sheet, closing, past, labels),
        *_addressee(sheet, rest, title, after),
        *_copied(sheet, closing),
        *suggest_author(sheet, head, title, closing, past),
        *_signer(sheet, head, closing),
    ):
        found.setdefault(one.element, one)
    for one in _by_name(found, name):
        found.setdefault(one.element, one)
    for one in _genre(sheet, found.get("title"), name):
        found.setdefault(one.element, one)
    return [found[element] for element in ORDER if element in found]


def _end_of(head: Head, title: Title | None) -> int:
    if title is not None:
        return title.lines[-1].at[title.last - 1] + 1
    return max([mark.line.at[-1] + 1 for mark in head.bodies] or [0])


def _at(
    sheet: Sheet, element: str, value: str, spot: tuple[int, int], confidence: float, reason: Message
) -> Suggestion:
    return Suggestion(element, value, *spot, sheet.line_at(spot[0]), confidence, reason)


def _marks(sheet: Sheet, head: Head) -> Iterable[Suggestion]:
    why = _("It stands above the title, where GB/T 9704 puts it.")
    for element, mark in (("secrecy", head.secrecy), ("secrecy_term", head.term), ("urgency", head.urgency)):
        if mark is not None:
            spot = mark.spot()
            yield _at(sheet, element, sheet.written(*spot), spot, 0.95, why)


def _labelled(sheet: Sheet, labels: Iterable[Label]) -> Iterable[Suggestion]:
    why = _("It stands behind its name in the table above the text.")
    for one in labels:
        yield _at(sheet, one.element, one.value, one.line.spot(one.first, one.last), 0.95, why)


def _title(sheet: Sheet, head: Head, title: Title | None, name: str) -> Iterable[Suggestion]:
    if head.order_title is not None and (
        title is None or not title.is_complete or head.number is None or head.number[1].is_order
    ):
        spot = head.order_title.spot()
        yield _at(sheet, "title", sheet.written(*spot), spot, 0.8, _("It is the head of an order or announcement."))
    if title is None:
        return
    spot = join(title.lines).spot(0, sum(len(line.plain) for line in title.lines[:-1]) + title.last)
    value = sheet.written(*spot)
    called = _stem(name)
    if called and fold(called).plain == fold(value).plain:
        yield _at(sheet, "title", value, spot, 0.98, _("It heads the text and the file is named after it."))
    elif head.number is not None and title.is_complete:
        yield _at(sheet, "title", value, spot, 0.95, _("It stands below the document number and ends as titles do."))
    elif title.is_complete:
        yield _at(sheet, "title", value, spot, 0.9, _("It heads the text and ends as titles do."))
    else:
        yield _at(
            sheet, "title", value, spot, 0.5, _("It heads the text, but does not say what kind of document it is.")
        )


def _number(sheet: Sheet, head: Head, title: Title | None) -> Iterable[Suggestion]:
    if head.number is not None:
        line, number = head.number
        spot = line.spot(number.first, number.last)
        if number.is_order:
            yield _at(
                sheet,
                "document_number",
                sheet.written(*spot),
                spot,
                0.85,
                _("It is the number of an order or announcement."),
            )
        else:
            why = _("It stands between the mark of the issuer and the title, where GB/T 9704 puts it.")
            yield _at(sheet, "document_number", sheet.written(*spot), spot, 0.97, why)
    if title is None:
        return
    below = [line for line in sheet.head if line.at[0] >= title.lines[-1].at[0]][:4]
    for line in below:
        begins = title.last if line is title.lines[-1] else 0
        plain = line.plain[begins:]
        inner = plain[1:-1] if plain[:1] in ("（", "(") and plain[-1:] in ("）", ")") else plain
        lead = begins + (len(plain) - len(inner)) // 2
        own = find_number(inner) or order_number(inner)
        if own is not None and own.last - own.first >= len(inner) - 2:
            spot = line.spot(lead + own.first, lead + own.last)
            yield _at(
                sheet, "document_number", sheet.written(*spot), spot, 0.9, _("It stands by itself below the title.")
            )
            return


def _date(sheet: Sheet, closing: Closing, past: history.History, labels: list[Label]) -> Iterable[Suggestion]:
    if past.acts:
        last = max(past.acts, key=lambda act: act.date.day)
        why = _(
            "It is the last day on which this text was passed, approved or changed, as the note below the title says."
        )
        yield _at(sheet, "date", last.date.value, last.folded.spot(last.date.first, last.date.last), 0.9, why)
    if closing.date is not None:
        line, found = closing.date
        spot = line.spot(found.first, found.last)
        if closing.bodies or closing.signer:
            yield _at(
                sheet, "date", found.value, spot, 0.95, _("It stands below the signature at the end of the text.")
            )
        else:
            yield _at(sheet, "date", found.value, spot, 0.75, _("It stands on a line of its own after the text."))
    yield from _labelled(sheet, (one for one in labels if one.element == "date"))
    for line in sheet.head[:20]:
        only = only_date(line.plain)
        if only is not None:
            spot = line.spot(only.first, only.last)
            yield _at(sheet, "date", only.value, spot, 0.7, _("It stands on a line of its own at the beginning."))
            break
    if closing.printed is not None:
        line, found = closing.printed
        why = _("It is the day of printing; the document itself may be a few days older.")
        yield _at(sheet, "date", found.value, line.spot(found.first, found.last), 0.5, why)


def _addressee(sheet: Sheet, rest: list[Line], title: Title | None, after: int) -> Iterable[Suggestion]:
    lines = [line for line in rest if line.at[0] >= after][: _ADDRESSED_LINES + 3]
    taken: list[Line] = []
    for line in lines:
        plain = line.plain
        if not taken and (
            (find_number(plain) is not None and len(plain) < 40) or only_date(plain) or history.is_note(plain)
        ):
            continue
        taken.append(line)
        whole = join(taken)
        if len(whole.plain) > _LONGEST_ADDRESSEE or "。" in plain or len(taken) > _ADDRESSED_LINES:
            return
        if plain.endswith("："):
            break
        if plain.find("：") > 0 and len(taken) == 1:
            return
    else:
        return
    words = whole.plain[:-1]
    if not words or _is_no_addressee(words):
        return
    spot = whole.spot(0, len(words))
    why = _("It stands between title and text and ends with a colon, as those do to whom a document goes.")
    yield _at(sheet, "addressee", sheet.written(*spot), spot, 0.92, why)


def _is_between(plain: str) -> bool:
    """Tell whether a line below the title is its number, its date, or a remark in brackets."""
    numbered = find_number(plain) is not None and len(plain) < 40
    in_brackets = plain[0] in "（(" and plain[-1] in "）)"
    return numbered or in_brackets or only_date(plain) is not None or history.is_note(plain)


def _is_no_addressee(words: str) -> bool:
    return bool(_NO_ADDRESSEE_END.search(words) or _NO_ADDRESSEE_BEGIN.match(words))


def _copied(sheet: Sheet, closing: Closing) -> Iterable[Suggestion]:
    if closing.copied is not None:
        folded, first, last = closing.copied
        spot = folded.spot(first, last)
        yield _at(sheet, "copied_to", sheet.written(*spot), spot, 0.95, _("It follows the word for copies at the end."))


def _signer(sheet: Sheet, head: Head, closing: Closing) -> Iterable[Suggestion]:
    if head.signers:
        value = "；".join(dict.fromkeys(sheet.written(*spot) for spot in head.signers))
        yield _at(sheet, "signer", value, head.signers[0], 0.95, _("It follows the word for the signer in the head."))
    elif closing.signer is not None:
        line, first, last = closing.signer
        spot = line.spot(first, last)
        yield _at(
            sheet, "signer", sheet.written(*spot), spot, 0.8, _("It is the name behind an office, above the date.")
        )


def _genre(sheet: Sheet, title: Suggestion | None, name: str) -> Iterable[Suggestion]:
    if title is None:
        return
    folded = fold(sheet.text if title.source is Source.TEXT else name, title.start, title.end)
    found = genre_of(folded.plain)
    if found is not None:
        genre, first, last = found
        start, end = folded.spot(first, last)
        line = sheet.line_at(start) if title.source is Source.TEXT else 1
        why = _("The title ends with it.")
        yield Suggestion("genre", genre, start, end, line, title.confidence, why, title.source)


def _by_name(found: dict[str, Suggestion], name: str) -> Iterable[Suggestion]:
    """What the name of the file tells where the text told nothing: scans have no text."""
    stem = _stem(name)
    folded = fold(stem)
    if len(folded.plain) < 4 or not re.search(r"[\u3400-\u9fff]", folded.plain):
        return
    offset = name.find(stem)
    number = find_number(folded.plain)
    if "title" not in found:
        begins = number.last if number is not None and number.first == 0 and number.last < len(folded.plain) else 0
        start, end = folded.spot(begins, len(folded.plain))
        why = _("The file is named so; no title was found in its text.")
        complete = genre_of(folded.plain) is not None
        value = tidy(stem[start:end])
        yield Suggestion("title", value, offset + start, offset + end, 1, 0.6 if complete else 0.3, why, Source.NAME)
    if number is not None and "document_number" not in found:
        start, end = folded.spot(number.first, number.last)
        why = _("It stands in the name of the file.")
        yield Suggestion(
            "document_number", tidy(stem[start:end]), offset + start, offset + end, 1, 0.6, why, Source.NAME
        )


def _stem(name: str) -> str:
    """The name of a file without folders, its ending and the number it was filed under."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = last.rpartition(".")
    stem = stem if dot and len(ending) <= 5 else last
    return re.sub(r"^(?:附件[0-9]*|[0-9]{1,4})[ ._、-]+", "", stem.strip()).strip()
