"""Texts that stand in the tables in both languages, as messages that are shown in the current one."""

from __future__ import annotations

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


def bilingual(table: dict[str, str] | None) -> Message:
    """Make one message of `{zh, en}`; what is kept of it has both, so it can be read in either for ever."""
    table = table or {}
    english, chinese = table.get("en", ""), table.get("zh", "")
    # Translators: a text from a table in both languages. The Chinese must be exactly %(chinese)s
    # xgettext:no-python-format
    return _("%(english)s", english=english, chinese=chinese)


def plain_chinese(table: dict[str, str] | None) -> str:
    """Return the Chinese of `{zh, en}`."""
    return (table or {}).get("zh", "")


def for_a_person(title: Message) -> Message:
    """Make the sentence of a manual check from its title, kept in both languages like the title itself."""
    # Translators: here too the Chinese must use %(chinese)s in the place of %(english)s
    # xgettext:no-python-format
    return _("A person has to check this: %(english)s.", **title.params)
