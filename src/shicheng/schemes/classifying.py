"""Which rows of a table seem to fit a record, and why. No database here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.schemes.judging import fold
from shicheng.schemes.types import Suggestion

# A document number says most, then who issued it, then words of its title.
_PREFIX, _ISSUER, _WORDS = 55, 30, 25
_MOST: Final = 5


class Row(Protocol):
    """What is asked of a row: one of the database or of a draft."""

    key: str
    category: str
    prefixes: list[str]
    issuers: list[str]
    words: list[str]


def classify(
    rows: Iterable[tuple[str, Row]], *, title: str, document_number: str = "", author: str = "", category: str = ""
) -> list[Suggestion]:
    """Suggest rows for a record, the best first, at most five; nothing where no hint holds.

    `rows` are pairs of id and row. Each entry of a row's hints stands for itself: a prefix begins the document number,
    an issuer is part of the author, and of an entry of words every one must be in the title.
    """
    numbered, named, issued = fold(document_number), fold(title), fold(author)
    found = []
    for row_id, row in rows:
        if category and row.category and category != row.category:
            continue
        score, reasons = 0, list[Message]()
        prefix = _longest(hint for hint in row.prefixes if numbered and fold(hint) and numbered.startswith(fold(hint)))
        if prefix:
            score += _PREFIX + min(len(prefix), 9)
            reasons.append(_("Its number begins with %(prefix)s.", prefix=prefix))
        issuer = _longest(hint for hint in row.issuers if fold(hint) and fold(hint) in issued)
        if issuer:
            score += _ISSUER + min(len(issuer), 9)
            reasons.append(_("It was issued by %(issuer)s.", issuer=issuer))
        words = [entry for entry in row.words if entry.split() and all(fold(one) in named for one in entry.split())]
        if words:
            best = max(words, key=len)
            score += _WORDS + min(len(best), 9) + 3 * (len(words) - 1)
            reasons.append(_("Its title has “%(words)s”.", words="、".join(words)))
        if reasons:
            found.append(Suggestion(row_id, row.key, min(score, 100), tuple(reasons)))
    return sorted(found, key=lambda one: -one.score)[:_MOST]


def _longest(hints: Iterable[str]) -> str:
    return max(hints, key=len, default="")
