"""Values that stand behind their names at the head of a text, as web pages of governments give them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shicheng.describing.extraction.dates import only_date
from shicheng.describing.extraction.lines import Line, Sheet

_LINES: Final = 20
_LABELS: Final = {
    "title": "标题|题名|文件名称|名称|信息名称",
    "document_number": "发文字号|文号|文件编号|文件字号",
    "author": "发文机关|发文单位|制发机关|发文机构",
    "date": "成文日期|发文日期|成文时间|签发日期",
    "genre": "文种|体裁",
}
_LABELLED: Final = {element: re.compile(f"(?:{names})：(?P<value>.+)") for element, names in _LABELS.items()}
_OTHER: Final = re.compile(
    "(?:索引号|信息索引|发布机构|发布日期|公开日期|生成日期|主题分类|分类|有效性|效力状态|来源|主题词|公开方式|公开类别|浏览次数|"
    "信息分类|组配分类|废止日期|失效日期|实施日期|有效期|备注|关键词)：.*"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A value behind its name: which signs of the line."""

    element: str
    value: str
    line: Line
    first: int
    last: int


def read_labels(sheet: Sheet) -> tuple[list[Label], int]:
    """The values that stand behind their names, and how many lines such a table takes at the beginning.

    One such line alone is none: any sentence may begin so.
    """
    found, lines, seen = [], 0, 0
    for number, line in enumerate(sheet.head[:_LINES], start=1):
        label = next(
            ((name, hit) for name, form in _LABELLED.items() if (hit := form.fullmatch(line.plain)) is not None), None
        )
        if label is None and _OTHER.fullmatch(line.plain) is None:
            break
        lines, seen = number, seen + 1
        if label is None:
            continue
        name, hit = label
        first, last = hit.span("value")
        value = sheet.written(*line.spot(first, last))
        if name == "date":
            day = only_date(line.plain[first:last])
            if day is None:
                continue
            value, last = day.value, first + day.last
        found.append(Label(name, value, line, first, last))
    return (found, lines) if seen > 1 else ([], 0)
