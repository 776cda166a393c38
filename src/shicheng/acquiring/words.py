"""States in words."""

from typing import Final

from shicheng.kernel.messages import message as _

STATES: Final = {
    "noted": _("noted"),
    "examined": _("examined"),
    "submitted": _("waits for agreement"),
    "agreed": _("agreed"),
    "declined": _("declined"),
    "received": _("received"),
    "accessioned": _("in the holdings"),
    "returned": _("given back"),
}
LOOKS: Final = {
    "noted": "", "examined": "info", "submitted": "warn", "agreed": "info", "declined": "", "received": "warn",
    "accessioned": "ok", "returned": "",
}  # fmt: skip
EVENT_STATES: Final = {"open": _("being collected"), "closed": _("closed")}
EVENT_PAGES: Final = frozenset(
    f"acquiring:{name}"
    for name in (
        "events", "export_events", "new_event", "late", "event", "edit_event", "plan", "find_records", "link_records",
    )
)  # fmt: skip
"""Names of the pages of major events, which have a place of their own in the navigation."""
