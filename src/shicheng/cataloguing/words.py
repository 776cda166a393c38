"""States of imports, trials and attachments in words, and the elements a column may be taken for."""

from __future__ import annotations

from typing import Final

from django.utils.translation import get_language

from shicheng.cataloguing import rules
from shicheng.cataloguing.headers import FALLBACK
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import BY_NAME, ELEMENTS

STATES: Final = {
    "received": _("being read"),
    "stored": _("being taken in"),
    "done": _("taken in"),
    "failed": _("can't be taken in"),
    "undoing": _("being undone"),
    "undone": _("undone"),
}
TRIAL_STATES: Final = {
    "looking": _("being looked at"),
    "looked": _("columns to be decided"),
    "trying": _("being tried"),
    "tried": _("tried, waits for a decision"),
    "failed": _("can't be read"),
}
ATTACHMENT_STATES: Final = {
    "trying": _("being matched"),
    "tried": _("matched, waits for a decision"),
    "attaching": _("being attached"),
    "attached": _("attached"),
    "failed": _("can't be attached"),
}
OUTCOMES: Final = {
    "created": _("new"),
    "updated": _("changed"),
    "unchanged": _("as it is"),
    "refused": _("refused"),
}
SUSPICIONS: Final = {
    "identity": _("same title, date, author and numbers"),
    "title and date": _("same title and date"),
}
_NEVER_OFFERED: Final = frozenset({"archive_name", "archive_code", "record_id"})


def element_label(name: str) -> str:
    """The name of an element in the language of whoever reads it; "" for an extra column."""
    element = BY_NAME.get(name.removeprefix(FALLBACK))
    if element is None:
        return name
    label = element.label_zh if (get_language() or "").startswith("zh") else element.label_en
    return str(_("%(label)s, where that is empty", label=label)) if name.startswith(FALLBACK) else label


def choices() -> list[tuple[str, str]]:
    """What a column may be taken for: elements by their names, then what may stand in for one."""
    known = rules.load("headers")["elements"]
    named = [one.name for one in ELEMENTS if one.name not in _NEVER_OFFERED and (one.headers or one.name in known)]
    stand_ins = [FALLBACK + name for name in rules.load("headers")["fallbacks"]]
    return [(name, element_label(name)) for name in (*named, *stand_ins)]


def encoding_label(encoding: str) -> Message:
    """How a catalogue is written, as people call it."""
    names = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
    return Message("%(name)s", {"name": names.get(encoding, encoding)}) if encoding else _("more than one encoding")
