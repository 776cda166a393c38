"""Events of the log itself, and of people, whose room lies below it."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _
from shicheng.people import news

IMPORTED = event(
    "audit.log.imported",
    _("Audit log imported"),
    sentence=_("%(actor)s imported %(entries)s entries of the audit log."),
)
PROVED = event(
    "audit.log.proved",
    _("Audit log verified"),
    sentence=_("%(actor)s had the audit log verified, %(entries)s entries and %(heads)s signatures: %(intact)s."),
    words={"intact": {"True": _("intact"), "False": _("broken")}},
)
EXPORTED = event(
    "audit.log.exported",
    _("Audit log exported"),
    sentence=_("%(actor)s took the audit log along, from behind entry %(after)s."),
)
event(news.ACCOUNT_MADE, _("Account made"), sentence=_("%(actor)s made the account %(username)s."))
event(
    news.ACCOUNT_SWITCHED,
    _("Account switched on or off"),
    sentence=_("%(actor)s switched the account %(username)s on or off."),
)
event(news.SIGNED_IN, _("Signed in"), sentence=_("%(actor)s signed in."))
event(news.SIGNED_OUT, _("Signed out"), sentence=_("%(actor)s signed out."))
event(news.SIGN_IN_FAILED, _("Sign-in refused"), sentence=_("A sign-in as %(username)s was refused."))
