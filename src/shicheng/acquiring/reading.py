"""Values as forms and programs give them, made fit to be kept: texts, days, amounts of money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from shicheng.acquiring.errors import BadOffer
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

LONGEST: Final = 5000
_MOST_MONEY: Final = Decimal("999999999999.99")


def plain(text: str, most: int = 400) -> str:
    """A text of one line, without what can't be kept; raises `BadOffer` for one that is too long."""
    return _short(" ".join(_kept(text).split()), most)


def words(text: str, most: int = LONGEST) -> str:
    """A text of several lines."""
    return _short("\n".join(line.rstrip() for line in _kept(text).strip().splitlines()), most)


def read_day(text: str) -> date | None:
    """A day as people write it; None if none is given. Raises `BadOffer`."""
    if not text.strip():
        return None
    try:
        return parse_date(text.strip()).start
    except DateError as error:
        raise BadOffer(error.message, hint=error.hint) from error


def read_money(text: str) -> Decimal | None:
    """An amount in yuan; None if none is given. Raises `BadOffer`."""
    given = text.strip().replace(",", "").replace("，", "").removeprefix("¥").removesuffix("元").strip()
    if not given:
        return None
    try:
        amount = Decimal(given)
    except InvalidOperation:
        raise _no_money(text) from None
    in_fen(amount)
    return amount


def in_fen(amount: Decimal | None) -> int | None:
    """An amount in yuan as hundredths; raises `BadOffer` for one that can't be."""
    if amount is None:
        return None
    if not amount.is_finite() or not 0 <= amount <= _MOST_MONEY or amount != round(amount, 2):
        raise _no_money(str(amount))
    return int(amount.scaleb(2))


def read_count(text: str, what: Message) -> int | None:
    """A number of things; None if none is given. Raises `BadOffer`."""
    given = text.strip()
    if not given:
        return None
    if not (given.isdecimal() and given.isascii() and int(given) <= 10_000_000):
        raise BadOffer(
            _("“%(text)s” is no number for: %(what)s.", text=given[:40], what=what), hint=_("Write digits alone.")
        )
    return int(given)


def _kept(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(sign for sign in clean if sign.isprintable() or sign in "\n\t ")


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise BadOffer(
            _("“%(text)s…” has more than %(most)s characters.", text=text[:30], most=most), hint=_("Shorten it.")
        )
    return text


def _no_money(text: str) -> BadOffer:
    return BadOffer(
        _("“%(text)s” is no amount in yuan.", text=text[:40]), hint=_("Write it with digits, such as 1200.50.")
    )
