"""Openness, secrecy and retention in words."""

from shicheng.holdings.types import Openness, Secrecy
from shicheng.kernel.messages import message as _

OPENNESS = {
    Openness.OPEN: _("open"),
    Openness.CONTROLLED: _("controlled"),
    Openness.DEFERRED: _("opening deferred"),
    Openness.UNREVIEWED: _("not reviewed"),
}
SECRECY = {
    Secrecy.PUBLIC: _("public"),
    Secrecy.RESTRICTED: _("restricted"),
    Secrecy.CONFIDENTIAL: _("confidential"),
    Secrecy.SECRET: _("secret"),
    Secrecy.TOP_SECRET: _("top secret"),
}
