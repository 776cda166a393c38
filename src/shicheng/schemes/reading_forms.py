"""What forms give, as rows, classes and days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.kernel.retention import RetentionError
from shicheng.schemes import words
from shicheng.schemes.errors import BadRow
from shicheng.schemes.types import CLASS_KINDS, ClassDraft, RowDraft

_SPLIT: Final = re.compile("[;；\r\n]+")


def read_row(given: Mapping[str, str]) -> RowDraft:
    """A row as a form gives it; raises `BadRow` for a term that is none."""
    try:
        retention, as_written = words.read_retention(given["retention"]) if given.get("retention") else ("", "")
    except RetentionError as error:
        raise BadRow(error.message, hint=error.hint) from error
    return RowDraft(
        key=given.get("key", "").strip(), scope=given.get("scope", "").strip(),
        category=given.get("category", "").strip().upper() or "WS", klass=given.get("klass", "").strip(),
        retention=retention, retention_text=as_written, openness=words.read_openness(given.get("openness", "")) or "",
        secrecy=words.read_secrecy(given.get("secrecy", "")) or "", examples=_listed(given, "examples"),
        words=_listed(given, "words"), prefixes=_listed(given, "prefixes"), issuers=_listed(given, "issuers"),
        source=words.read_source(given.get("source", "")), note=given.get("note", "").strip(),
    )  # fmt: skip


def read_class(given: Mapping[str, str]) -> ClassDraft:
    """A class as a form gives it."""
    kind = given.get("kind", "")
    return ClassDraft(
        code=given.get("code", "").strip(), name=given.get("name", "").strip()[:200],
        parent=given.get("parent", "").strip(), kind=kind if kind in CLASS_KINDS else "subject",
    )  # fmt: skip


def read_day(text: str) -> date | None:
    """A day as YYYY-MM-DD, None if none is given; raises `BadRow`."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadRow(
            _("“%(text)s” is no day.", text=text[:40]), hint=_("Write it as year-month-day, such as 2026-01-01.")
        ) from error


def _listed(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = (" ".join(each.split()) for each in _SPLIT.split(given.get(name, "")))
    return tuple(dict.fromkeys(each[:200] for each in found if each))
