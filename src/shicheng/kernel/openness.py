"""Whether the public may use a record, and its level of secrecy: codes, words, names."""

from __future__ import annotations

from enum import StrEnum

from shicheng.kernel.messages import message as _


class Openness(StrEnum):
    """Whether the public may use an item (开放标识, DA/T 18-2022)."""

    OPEN = "open"
    CONTROLLED = "controlled"
    DEFERRED = "deferred"
    UNREVIEWED = "unreviewed"


class Secrecy(StrEnum):
    """Secrecy level (密级, M38); the levels of state secrets stay outside an ordinary archive."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105 -- a level, not a password
    TOP_SECRET = "top_secret"  # noqa: S105


OPENNESS_WORDS = {
    "开放": Openness.OPEN,
    "已开放": Openness.OPEN,
    "公开": Openness.OPEN,
    "open": Openness.OPEN,
    "控制": Openness.CONTROLLED,
    "不开放": Openness.CONTROLLED,
    "控制使用": Openness.CONTROLLED,
    "controlled": Openness.CONTROLLED,
    "延期开放": Openness.DEFERRED,
    "延期": Openness.DEFERRED,
    "deferred": Openness.DEFERRED,
    "未审核": Openness.UNREVIEWED,
    "待审核": Openness.UNREVIEWED,
    "": Openness.UNREVIEWED,
    "unreviewed": Openness.UNREVIEWED,
}
SECRECY_WORDS = {
    "公开": Secrecy.PUBLIC,
    "": Secrecy.PUBLIC,
    "无": Secrecy.PUBLIC,
    "非密": Secrecy.PUBLIC,
    "public": Secrecy.PUBLIC,
    "限制": Secrecy.RESTRICTED,
    "内部": Secrecy.RESTRICTED,
    "国内": Secrecy.RESTRICTED,
    "restricted": Secrecy.RESTRICTED,
    "秘密": Secrecy.CONFIDENTIAL,
    "机密": Secrecy.SECRET,
    "绝密": Secrecy.TOP_SECRET,
}

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
