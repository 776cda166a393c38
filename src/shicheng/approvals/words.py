"""States and verbs of requests in words."""

from typing import Final

from shicheng.kernel.messages import message as _

STATES: Final = {
    "waiting": _("waits"),
    "approved": _("approved"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn"),
    "expired": _("expired"),
}
VERBS: Final = {
    "approve": _("approved"),
    "refuse": _("refused"),
    "withdraw": _("withdrew"),
    "expire": _("time over"),
}
