"""What can be wrong in the store, in words."""

from shicheng.kernel.messages import message as _

PROBLEMS = {
    "changed": _("its bytes have changed"),
    "missing": _("it is gone"),
    "extra": _("nobody put it there"),
    "inventory": _("its inventory is not the one that was promised"),
    "unreadable": _("it can't be read"),
}
