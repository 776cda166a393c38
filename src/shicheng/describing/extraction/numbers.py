"""Document numbers 文号: the code of the body, the year in brackets, the running number; and numbers of orders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_OPEN, _CLOSE = r"[〔\[［【（(﹝｛{<〈《]", r"[〕\]］】）)﹞｝}>〉》]"
_MARK: Final = r"[\u3400-\u9fffA-Za-z·、（）()]{1,20}?"
_RUNNING: Final = r"(?:第)?(?P<running>[0-9]{1,6}(?:[-—－][0-9]{1,3})?)号"
_FORMS: Final = (
    # 国办发〔2024〕12号 with any brackets, also of old documents with two digits of the year.
    re.compile(
        rf"(?P<mark>{_MARK})(?:字)?{_OPEN}(?P<year>(?:1[89]|20)[0-9]{{2}}|[5-9][0-9])年?{_CLOSE}(?:字)?{_RUNNING}"
    ),
    # (80)国发12号: the year first, as until about 1990.
    re.compile(rf"{_OPEN}(?P<year>(?:19|20)?[0-9]{{2}}){_CLOSE}(?P<mark>[\u3400-\u9fff]{{1,12}}?)(?:字)?{_RUNNING}"),
    # 沪府发2009年12号 without brackets.
    re.compile(r"(?P<mark>[\u3400-\u9fff]{2,12})(?P<year>(?:19|20)[0-9]{2})年第?(?P<running>[0-9]{1,5})号"),
)
_NOT_IN_MARK: Final = re.compile("关于|执行|根据|依据|贯彻|按照|废止|修改|转发|的")
_ORDER: Final = re.compile(
    r"[（(]?(?P<order>(?:(?:19|20)[0-9]{2}年)?第[0-9一二三四五六七八九十百零〇]{1,9}号(?:令|公告|主席令)?)[）)]?"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A document number in folded words. `is_order` tells that it numbers an order or announcement."""

    first: int
    last: int
    year: int | None
    is_order: bool = False


def find_number(plain: str) -> Number | None:
    """The first document number in a folded line."""
    best: Number | None = None
    for form in _FORMS:
        for found in form.finditer(plain):
            if _NOT_IN_MARK.search(found["mark"]):
                continue
            year = int(found["year"])
            first = (
                found.start() + _brackets_before(found["mark"])
                if found.start("mark") == found.start()
                else found.start()
            )
            one = Number(first, found.end(), year if year > 99 else 1900 + year)
            if best is None or one.first < best.first:
                best = one
            break
    return best


def order_number(plain: str) -> Number | None:
    """The number a line of an order or announcement consists of: 第12号, （2024年第3号）."""
    found = _ORDER.fullmatch(plain)
    if found is None:
        return None
    return Number(found.start("order"), found.end("order"), None, is_order=True)


def number_after_mark(plain: str, mark_end: int) -> Number | None:
    """The number of an order behind its head in the same line: 某某省人民政府令第12号."""
    found = re.compile(
        r"[（(]?(?P<order>(?:(?:19|20)[0-9]{2}年)?第?[0-9一二三四五六七八九十百零〇]{1,9}号)[）)]?"
    ).fullmatch(plain, mark_end)
    if found is None:
        return None
    return Number(found.start("order"), found.end("order"), None, is_order=True)


def _brackets_before(mark: str) -> int:
    """Signs of the mark up to a bracket that was opened and belongs to words before the number."""
    opened = max(mark.rfind("("), mark.rfind("（"))
    closed = max(mark.rfind(")"), mark.rfind("）"))
    return opened + 1 if opened > closed else 0
