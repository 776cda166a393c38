"""States of a transfer and kinds of packages in words."""

from shicheng.kernel.messages import message as _

STATES = {
    "announced": _("announced"),
    "received": _("received"),
    "checking": _("being checked"),
    "checked": _("checked, waits for acceptance"),
    "failed": _("has faults, waits for a decision"),
    "accepted": _("accepted, being stored"),
    "partly_accepted": _("sound part accepted, being stored"),
    "returned": _("returned"),
    "stored": _("stored"),
    "withdrawn": _("withdrawn"),
}
WATCHED = {
    "growing": _("not complete yet"),
    "taking": _("being taken in"),
    "taken": _("taken in"),
    "troubled": _("can't be taken in"),
}
KINDS = {
    "transfer": _("transfer folder"),
    "da93": _("package of DA/T 93"),
    "eep": _("encapsulation package (EEP)"),
    "bagit": _("BagIt bag"),
    "folder": _("plain folder"),
}
