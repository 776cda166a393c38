"""What a file's name and the beginning of its text say of it. No database here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shicheng.arranging.types import Part

# 澜人办发〔2024〕3号 and its look-alikes; the issuing word before the year says who wrote it.
_NUMBER: Final = re.compile(
    r"([一-鿿]{1,16}?(?:字第|字|发|函|办|令|告|电|文|党|政|人|财)?)\s*"
    r"[〔\[【（(]\s*((?:19|20)\d\d)\s*[〕\]】）)]\s*(?:第\s*)?(\d{1,5})\s*号"
)
# What every number has, found quickly; whether a number stands there is then asked of the few signs around it.
_NUMBER_END: Final = re.compile(r"[〔\[【（(]\s*(?:19|20)\d\d\s*[〕\]】）)]\s*(?:第\s*)?\d{1,5}\s*号")
_BEFORE: Final = 40  # signs before it that can belong to it
_QUOTED: Final = re.compile(r"《([^《》]{4,80})》")
_DATE: Final = re.compile(r"((?:19|20)\d\d)\s*年\s*(1[0-2]|0?[1-9])\s*月\s*(3[01]|[12]\d|0?[1-9])\s*日")
_NAME_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)[-._]?(0[1-9]|1[0-2])[-._]?(0[1-9]|[12]\d|3[01])(?!\d)")
_ANNEX: Final = re.compile(
    r"附\s*件\s*([0-9一二三四五六七八九十]{0,3})|附表\s*([0-9一二三四五六七八九十]{0,3})"
    r"|(?i:annex|attachment)[\s_-]*(\d{0,2})"
)
_WHOLE_TITLE: Final = re.compile(
    r"关于[^\n。；]{2,120}?(?:通知|决定|决议|意见|报告|请示|批复|函|公告|通报|纪要|方案|办法|规定|议案|说明|总结|计划|要点)"
)
_PAGE_END: Final = re.compile(r"[\s_\-.（(]*(?:第?(\d{1,4})[页)）]?|p(\d{1,4}))$", re.IGNORECASE)
_ORDINALS: Final = {sign: place for place, sign in enumerate("一二三四五六七八九十", start=1)}
_IMAGES: Final = frozenset({"jpg", "jpeg", "png", "tif", "tiff", "bmp", "webp", "jp2"})
_SECRECY: Final = re.compile(r"(绝密|机密|秘密)\s*[★☆]|^\s*(绝密|机密|秘密)\s*$", re.MULTILINE)
_SPACE: Final = re.compile(r"[\s_\-—–·.,，。、:：;；()（）\[\]【】《》〈〉\"“”'‘’+&]+")

_SIGNS: Final[tuple[tuple[Part, tuple[str, ...]], ...]] = (
    (Part.DRAFTING_SHEET, ("发文稿纸", "拟稿纸", "发文单", "发文处理笺", "发文审批单", "签发单", "拟文稿纸")),
    (
        Part.INCOMING_SHEET,
        ("收文处理单", "文件处理单", "收文单", "阅办单", "批办单", "处理单", "办文单", "传阅单", "处理笺"),
    ),
    (Part.TRANSLATION, ("翻译本", "译文", "译本", "中译本", "英译本", "外文本", "英文版", "俄文版", "日文版")),
    (Part.COPY, ("复制件", "复印件", "影印件", "扫描副本")),
    (Part.FINAL_DRAFT, ("定稿", "签发稿", "送签稿")),
    (Part.DRAFT, ("草稿", "初稿", "讨论稿", "征求意见稿", "送审稿", "修改稿", "二稿", "三稿", "草案稿")),
    (Part.INCOMING, ("来文", "来函")),
    (Part.REPLY, ("复文", "回文")),
    (Part.FORWARDED, ("被转发文", "被转发")),
    (Part.MAIN, ("正本", "正文", "原件", "印发稿", "红头")),
)  # fmt: skip
_WORDS: Final = sorted({word for _part, words in _SIGNS for word in words}, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name and a text say."""

    folder: str
    stem: str
    extension: str
    part: Part | None  # what the name says it is; None where it says nothing
    annex: int  # number of an annex, 0 for one without, -1 for none
    core: str  # the name without what says the part, folded: the same for a text and its annex or draft
    number: str  # document number as in the name, or at the head of the text
    title: str
    date: str
    quoted: tuple[str, ...]  # titles the text or the name quotes
    mentioned: tuple[str, ...]  # document numbers further on in the text
    page: int | None  # running number at the end of the name of an image
    is_named_number: bool = False


@lru_cache(maxsize=2_000)  # texts stay with it
def read_name(path: str, text: str = "") -> Named:
    """Read what a path and the beginning of a text say of a file."""
    folder, _slash, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 5:
        stem, extension = name, ""
    stem = unicodedata.normalize("NFKC", stem).strip()
    extension = extension.lower()
    text = unicodedata.normalize("NFKC", text)  # once: what is so already is recognised quickly below
    head = text[:400]
    part, annex = _part(stem)
    in_name = find_numbers(stem)
    in_head = find_numbers(head)
    plain = _NUMBER.sub("", stem) if in_name else stem
    page = None
    if extension in _IMAGES and (found := _PAGE_END.search(plain)) is not None:
        page = int(found[1] or found[2])
        plain = plain[: found.start()]
    title = _title(plain, head) or folder.rpartition("/")[2] or stem
    number = (in_name or (in_head if annex < 0 else ()) or ("",))[0]
    return Named(
        folder=folder,
        stem=stem,
        extension=extension,
        part=part,
        annex=annex,
        core=core_of(plain),
        number=number,  # an annex has that of its name alone: at its head may stand that of any text
        title=title,
        date=_date(stem, text),
        quoted=tuple(dict.fromkeys(fold(one) for one in _QUOTED.findall(stem + text))),
        mentioned=tuple(one for one in find_numbers(text) if one != number),
        page=page,
        is_named_number=bool(in_name),
    )


def find_numbers(text: str) -> tuple[str, ...]:
    """The document numbers in a text, each written the usual way, in their order."""
    found, start = [], 0
    plain = unicodedata.normalize("NFKC", text)
    for end in _NUMBER_END.finditer(plain):
        match = _NUMBER.search(plain, max(start, end.start() - _BEFORE), end.end())
        if match is not None:
            found.append(f"{_sign(match[1])}〔{match[2]}〕{int(match[3])}号")
            start = match.end()
    return tuple(dict.fromkeys(found))


def find_secrecy(text: str) -> str:
    """The secrecy level a document is marked with at its head; "" for none."""
    found = _SECRECY.search(text[:400])
    return (found[1] or found[2]) if found else ""


def prefix_of(number: str) -> str:
    """The issuing word of a document number: 澜人办发 of 澜人办发〔2024〕3号."""
    return number.partition("〔")[0]


def fold(text: str) -> str:
    """A text as it is compared: no signs between, one width, one case."""
    return _fold_short(text) if len(text) < 100 else _fold(text)


def _fold(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()


_fold_short = lru_cache(maxsize=4_000)(_fold)  # words of rules and titles are asked for again and again


def core_of(stem: str) -> str:
    """A name without what says which part of an item it is, folded."""
    plain = _ANNEX.sub("", stem)
    for word in _WORDS:
        plain = plain.replace(word, "")
    plain = _NAME_DATE.sub("", plain)
    return fold(re.sub(r"^\s*\d{1,4}[.、\s_-]+", "", plain))


def _part(stem: str) -> tuple[Part | None, int]:
    annex = _ANNEX.search(stem)
    if annex is not None and "附件材料" not in stem:
        told = annex[1] or annex[2] or annex[3] or ""
        return Part.ANNEX, int(told) if told.isdecimal() else _ORDINALS.get(told, 0)
    for part, words in _SIGNS:
        if any(word in stem for word in words):
            return part, -1
    return None, -1


def _sign(word: str) -> str:
    """The issuing word without what stands before it in running text."""
    for before in ("根据", "按照", "收到", "你委", "你局", "关于", "文号", "的", "以", "和", "及", "对"):
        word = word.rpartition(before)[2] or word
    return re.sub(r"字第?$", "字", word)


def _title(plain: str, head: str) -> str:
    """The title: from the text if its head has one, else the name without what says the part."""
    told = _WHOLE_TITLE.search("".join(head.split()))
    name = _ANNEX.sub("", plain)
    for word in _WORDS:
        name = name.replace(word, "")
    name = re.sub(r"^\s*\d{1,4}[.、\s_-]+", "", _NAME_DATE.sub("", name)).strip(" _-—.·()（）[]【】")
    if told is not None and not re.search("[一-鿿]{6,}", name):
        return told[0]
    return name or plain


def _date(stem: str, text: str) -> str:
    """The day a document was issued: the last one written out in its text, else the one in its name."""
    days = list(_DATE.finditer(unicodedata.normalize("NFKC", text)))
    if days:
        year, month, day = days[-1].groups()
        return f"{year}{int(month):02d}{int(day):02d}"
    told = _NAME_DATE.search(stem)
    return "".join(told.groups()) if told else ""
