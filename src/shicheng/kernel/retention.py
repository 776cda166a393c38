"""Retention periods 保管期限: codes and words, old and new."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.numerals import read_numeral

_PERMANENT: Final = {"Y", "永久", "永", "永久保存", "永久保管", "PERMANENT"}

_OLD_TERMS: Final[dict[str, tuple[int, Message]]] = {
    # Terms before 2006: 长期 was 16 to 50 years, 短期 at most 15; the statistics count the old long
    # term with 30 years, and the shorter one goes to the next period in use today.
    "长期": (30, _("Long term (old rule)")),
    "短期": (10, _("Short term (old rule)")),
}
_YEARS: Final = re.compile("D?([0-9]{1,3})|([0-9]{1,3})年|([〇零一二三四五六七八九十百]{1,6})年")
_LONGEST_YEARS: Final = 200


class RetentionError(ShichengError):
    """A text that is no retention period."""

    code = "kernel.retention.invalid"
    http_status = 422


@dataclass(frozen=True, slots=True)
class Retention:
    """A retention period: `code` as in reference codes, `years` None for permanent.

    `term` keeps the old word a list gave (长期, 短期) where the number of years is an interpretation.
    """

    code: str
    years: int | None
    term: str | None = None

    @property
    def is_permanent(self) -> bool:
        """Whether records of this period are kept for ever."""
        return self.years is None

    @property
    def label(self) -> Message:
        """The period for people."""
        if self.term is not None:
            return _OLD_TERMS[self.term][1]
        if self.years is None:
            return _("Permanent")
        return _("%(years)d years", years=self.years)

    @property
    def sort_key(self) -> int:
        """The longer period first: permanent, 30 years, 10 years."""
        return 0 if self.years is None else 1000 - self.years

    def expires_after(self, year: int) -> int | None:
        """Return the last year records of `year` are kept, None when they are kept for ever.

        The period counts from the first day after the year of filing.
        """
        return None if self.years is None else year + self.years


PERMANENT: Final = Retention("Y", None)


def parse_retention(text: str) -> Retention:
    """Read 永久, Y, 30年, D30, 三十年, 定期30年 and the old 长期 and 短期; raises `RetentionError`.

    A bare number counts as years only when it is 30 or 10, the periods of the rule of 2006.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).upper().split())
    folded = re.sub(r"^定期[(:：]?([^)]+)\)?$", r"\1", folded)
    if folded in _PERMANENT:
        return PERMANENT
    if folded in _OLD_TERMS:
        old_years = _OLD_TERMS[folded][0]
        return Retention(f"D{old_years}", old_years, folded)
    years = _years(folded)
    if years is None or not 0 < years <= _LONGEST_YEARS:
        raise RetentionError(
            _("“%(text)s” is not a retention period.", text=text),
            hint=_("Write 永久 or Y for permanent, otherwise the years, such as 30年 or D30."),
        )
    return Retention(f"D{years}", years)


def _years(folded: str) -> int | None:
    found = _YEARS.fullmatch(folded)
    if found is None:
        return None
    coded, written, chinese = found.groups()
    if coded is not None and not folded.startswith("D") and coded not in ("30", "10"):
        return None
    if chinese is not None:
        return read_numeral(chinese)
    return int(coded or written)
