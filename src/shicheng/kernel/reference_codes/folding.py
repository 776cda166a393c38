"""A lenient form of reference codes, for finding what was probably meant."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SEPARATOR_LOOKALIKES: Final = r"[._\-·•‧∙⋅・･‐‑‒–—―−－＿．]"
"""Everything people and keyboards put where a code has “-” or “·”."""

_SEPARATORS: Final = re.compile(SEPARATOR_LOOKALIKES + "+")


def fold_reference_code(text: str) -> str:
    """Return the form in which codes that differ only in width, case or separators are equal.

    For matching alone: it is no valid code, and it never replaces the code a list gives.
    """
    plain = _SEPARATORS.sub("-", text.replace(" ", ""))
    if plain.isascii() and plain.isprintable():  # nearly every code, and nothing of the below changes it further
        return plain.upper().strip("-")
    folded, before = text, None
    while folded != before:  # upper case or a character left out may undo the normal form
        before = folded
        normal = unicodedata.normalize("NFKC", folded).upper()
        visible = (c for c in normal if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))
        folded = _SEPARATORS.sub("-", "".join(visible)).strip("-")
    return folded
