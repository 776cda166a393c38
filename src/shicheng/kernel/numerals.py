"""Chinese numerals as they stand in dates and periods."""

from __future__ import annotations

from typing import Final

DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "元": 1, "正": 1}
_TENS: Final = {"十": 10, "廿": 20, "卅": 30, "百": 100}

SIGNS: Final = "".join({**DIGITS, **_TENS}) + "初"
"""All signs of numerals, for regular expressions."""


def read_numeral(text: str) -> int | None:
    """Return the value of 三十四, 二〇二四, 廿三, 初五, 元 or 34; None for what counts nothing."""
    if text.isascii() and text.isdecimal():
        return int(text)
    plain = text.removeprefix("初")
    if not plain:
        return None
    if len(plain) > 1 and all(sign in DIGITS and sign not in "元正" for sign in plain):
        return int("".join(str(DIGITS[sign]) for sign in plain))
    total, digit, least = 0, None, 1000
    for sign in plain:
        if sign in DIGITS:
            if digit not in (None, 0):
                return None
            digit = DIGITS[sign]
        elif sign in _TENS and _TENS[sign] < least:
            least = 100 if sign == "百" else 10
            if sign in "廿卅":
                if digit is not None:
                    return None
                total += _TENS[sign]
            else:
                total += (1 if digit in (None, 0) else digit or 1) * least
            digit = None
        else:
            return None
    return total + (digit or 0)
