"""What entries are about, in words."""

from shicheng.kernel.messages import message as _

SUBJECTS = {
    "transfer": _("transfer"),
    "item": _("item"),
    "fonds": _("fonds"),
    "job": _("job"),
    "schedule": _("schedule"),
    "store": _("store"),
    "object": _("object in the store"),
    "fixity_run": _("verification"),
    "checks_table": _("table of checks"),
}
