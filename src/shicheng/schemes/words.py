"""Reading and showing the values of a table: retention, openness, secrecy, kinds of classes, sources, states."""

from __future__ import annotations

from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.openness import OPENNESS as OPENNESS
from shicheng.kernel.openness import OPENNESS_WORDS, SECRECY_WORDS, Openness, Secrecy
from shicheng.kernel.openness import SECRECY as SECRECY
from shicheng.kernel.retention import RetentionError, parse_retention

STATES: Final = {
    "draft": _("draft"),
    "submitted": _("waits for approval"),
    "approved": _("approved"),
    "discarded": _("discarded"),
}
STANDINGS: Final = {
    **STATES,
    "coming": _("approved, not yet in force"),
    "in_force": _("in force"),
    "superseded": _("no longer in force"),
}
_KINDS: Final = {
    "department": ("department", "机构", "部门", "处室"),
    "subject": ("subject", "问题", "类", "类别"),
    "group": ("group", "大类", "类组"),
}
_SOURCES: Final = {"S": ("s", "出处", "有出处"), "R": ("r", "回忆", "待核")}
# Old three-way terms (永久, 长期, 短期) stand in the table as they were written, beside the years they count as.
_OLD_TERMS: Final = ("长期", "短期")


def read_retention(text: str) -> tuple[str, str]:
    """The code of a retention period and its own words, where these say more; raises `RetentionError`."""
    read = parse_retention(text)
    return read.code, read.term or ""


def retention_label(code: str, text: str = "") -> str:
    """A retention period as people say it; an old term with the years it counts as."""
    if not code:
        return ""
    try:
        years = str(parse_retention(code).label)
        return f"{parse_retention(text).label} · {years}" if text in _OLD_TERMS else years
    except RetentionError:
        return code


def retention_word(code: str, text: str = "") -> str:
    """A retention period as it stands in the archivists' own tables, in Chinese whatever the language."""
    if text:
        return text
    return "永久" if code == "Y" else f"{code[1:]}年" if code.startswith("D") else code


def read_openness(text: str) -> str | None:
    """The code of an openness, "" for none given, None if the word is unknown."""
    folded = text.strip().lower()
    if not folded:
        return ""
    found = OPENNESS_WORDS.get(folded)
    return found.value if found else None


def read_secrecy(text: str) -> str | None:
    """The code of a secrecy level, "" for none given, None if the word is unknown."""
    folded = text.strip().lower()
    if not folded:
        return ""
    if folded in set(Secrecy):
        return folded
    found = SECRECY_WORDS.get(folded)
    return found.value if found else None


def read_kind(text: str) -> str | None:
    """The code of a kind of class, subject if none is given, None if the word is unknown."""
    folded = text.strip().lower()
    return "subject" if not folded else next((code for code, words in _KINDS.items() if folded in words), None)


def read_source(text: str) -> str:
    """S for what a source says, R for what is recalled, "" for the unit's own."""
    folded = text.strip().lower()
    return next((code for code, words in _SOURCES.items() if folded in words), "")


def openness_word(code: str) -> str:
    """An openness as it is written in tables."""
    return next((word for word, value in OPENNESS_WORDS.items() if value == code and word), code)


def secrecy_word(code: str) -> str:
    """A secrecy level as it is written in tables."""
    return next((word for word, value in SECRECY_WORDS.items() if value == code and word), code)


def kind_word(code: str) -> str:
    """A kind of class as it is written in tables."""
    return _KINDS[code][1] if code in _KINDS else code


def openness_label(code: str) -> Message | str:
    """An openness in the reader's language."""
    return OPENNESS[Openness(code)] if code in set(Openness) else code


def secrecy_label(code: str) -> Message | str:
    """A secrecy level in the reader's language."""
    return SECRECY[Secrecy(code)] if code in set(Secrecy) else code


def origin_label(origin: str) -> Message | str:
    """What a version was begun from: a preset, an earlier version, or the name of a workbook."""
    from shicheng.schemes.preset_files import TITLES  # which reads terms by these words

    if origin in TITLES:
        return TITLES[origin][0]
    number = origin.removeprefix("v")
    return _("version %(n)s", n=number) if origin.startswith("v") and number.isdecimal() else origin
