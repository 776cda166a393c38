"""The fields a query can name, in Chinese and English, and how each is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from shicheng.packages.elements import ELEMENTS
from shicheng.search.folding import fold


class Kind(Enum):
    """How values of a field are compared."""

    TEXT = "text"  # any part of the value
    CODE = "code"  # any part, separators alike; `*` for what may follow
    EXACT = "exact"  # the whole value; `*` for what may follow
    YEAR = "year"  # a number or a range
    DATE = "date"  # a day, month or year, or a range


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the index. `name` is what the index calls it."""

    name: str
    kind: Kind
    words: tuple[str, ...]  # what a query may call it
    labels: tuple[str, ...] = ()  # of fields of descriptions added without code: what their values are kept under


_OWN: Final = (
    Field("title", Kind.TEXT, ("题名", "标题", "题目", "title")),
    Field("author", Kind.TEXT, ("责任者", "作者", "author", "creator")),
    Field("number", Kind.CODE, ("文号", "文件编号", "发文字号", "number", "document_number", "docno")),
    Field("code", Kind.CODE, ("档号", "code", "ref", "reference_code")),
    Field("text", Kind.TEXT, ("正文", "全文", "内容", "text", "content", "fulltext")),
    Field("year", Kind.YEAR, ("年度", "归档年度", "year")),
    Field("date", Kind.DATE, ("日期", "时间", "文件日期", "成文日期", "date")),
    Field("fonds", Kind.EXACT, ("全宗", "全宗号", "fonds", "fonds_code")),
    Field("category", Kind.EXACT, ("门类", "类别", "档案门类", "category")),
    Field("retention", Kind.EXACT, ("保管期限", "期限", "retention")),
    Field("department", Kind.TEXT, ("机构", "机构或问题", "问题", "部门", "department")),
    Field("secrecy", Kind.EXACT, ("密级", "secrecy")),
    Field("openness", Kind.EXACT, ("开放", "开放标识", "开放状态", "openness")),
    Field("format", Kind.EXACT, ("格式", "文件格式", "format")),
    Field("transfer", Kind.EXACT, ("移交", "移交编号", "移交批次", "transfer")),
)

_TAKEN: Final = {word for field in _OWN for word in field.words}
# Elements that stand in a field of their own above.
_ELSEWHERE: Final = {
    "title", "author", "document_number", "reference_code", "year", "date", "fonds_code", "category", "retention",
    "department", "secrecy", "openness", "format", "row_number",
}  # fmt: skip

ELEMENT_FIELDS: Final = {
    element.name: Field(
        f"e_{element.name}",
        Kind.TEXT,
        tuple(
            word
            for word in dict.fromkeys((element.label_zh, element.name, element.label_en, *element.headers))
            if word.lower() not in _TAKEN and not any(sign in word for sign in " ()")
        ),
    )
    for element in ELEMENTS
    if element.name not in _ELSEWHERE
}
"""Other elements of the description, each searchable by its Chinese and English name."""

FIELDS: Final = {field.name: field for field in (*_OWN, *ELEMENT_FIELDS.values())}
"""Every field by the name the index has for it."""

_BY_WORD: Final = {fold(word): field for field in FIELDS.values() for word in field.words}
ADDED_FIELD: Final = "added"
"""What the index calls the field that holds the values of all added fields."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a query may call fields; those of the index come before added ones of the same name."""

    added: Mapping[str, Field]  # by what they are called, folded
    longest: int

    def find(self, word: str) -> Field | None:
        """The field a query calls `word`, in any width, case or script; None if there is none."""
        folded = fold(word)
        return _BY_WORD.get(folded) or self.added.get(folded)


STANDARD: Final = Names({}, max(map(len, _BY_WORD)))
"""Where no field is added."""


def names_with(added: Mapping[str, tuple[str, ...]]) -> Names:
    """The names of a query with those of added fields: what they are called, and the labels that means."""
    fields = {
        fold(word): Field(ADDED_FIELD, Kind.TEXT, (word,), labels)
        for word, labels in added.items()
        if word and not any(sign.isspace() for sign in word)
    }
    return Names(fields, max([STANDARD.longest, *map(len, added)]))


def find_field(word: str) -> Field | None:
    """The field of the index a query calls `word`; None if there is none."""
    return STANDARD.find(word)
