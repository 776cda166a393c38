"""Record categories 档案门类 and their codes (DA/T 13-2022, first level of the class number)."""

from __future__ import annotations

from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

CATEGORIES: Final[dict[str, Message]] = {
    "WS": _("Administrative records"),
    "KJ": _("Scientific and technical records"),
    "RS": _("Personnel records"),
    "KU": _("Accounting records"),
    "ZY": _("Special business records"),
    "ZP": _("Photographs"),
    "LY": _("Sound recordings"),
    "LX": _("Video recordings"),
    "SJ": _("Business data"),
    "YJ": _("Official e-mail"),
    "WY": _("Web pages"),
    "MT": _("Social media"),
    "SW": _("Physical objects"),
}
"""The codes of the norm with their names; an archive adds its own to its templates."""
