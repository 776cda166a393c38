"""Openness, secrecy and retention in words."""

from shicheng.holdings.types import Openness, Secrecy
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.kernel.retention import RetentionError, parse_retention

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


def retention_label(code: str) -> str:
    """A retention period as people say it; the code itself where it is not one."""
    try:
        return str(parse_retention(code).label)
    except RetentionError:
        return code


def branch_label(level: str, value: str, given: str) -> str:
    """What a branch of the tree is called: its code and what it means."""
    if level == "category" and value in CATEGORIES:
        return f"{value} {CATEGORIES[value]}"
    return retention_label(value) if level == "retention" and value else given
