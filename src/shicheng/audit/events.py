"""Events of the log itself, and of people, whose room lies below it."""

from shicheng.audit import sign_in_events as _sign_in_events  # noqa: F401  # registers them
from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _
from shicheng.people import news
from shicheng.people.words import ROLE_LABELS

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
event(
    news.GRANT_GIVEN, _("Grant given"), sentence=_("%(actor)s gave the account %(username)s the role %(role)s."),
    words={"role": ROLE_LABELS},
)  # fmt: skip
event(
    news.GRANT_ENDED, _("Grant ended"), sentence=_("%(actor)s ended the role %(role)s of the account %(username)s."),
    words={"role": ROLE_LABELS},
)  # fmt: skip
event(
    news.GRANT_REFUSED,
    _("Grant refused"),
    sentence=_("%(actor)s tried to give the account %(username)s the role %(role)s and was refused: %(why)s."),
    words={
        "role": ROLE_LABELS,
        "why": {
            "own": _("nobody changes what they may do themselves"),
            "apart": _("administrators hold no other role"),
        },
    },
)
event(
    news.DUTY_ASSIGNED, _("Responsible person noted"), sentence=_("%(actor)s noted that %(name)s answers for a task."),
)  # fmt: skip
event(
    news.DUTY_ENDED, _("Responsible person taken off"), sentence=_("%(actor)s noted that %(name)s answers no longer."),
)  # fmt: skip
event(
    news.EMERGENCY_ASKED,
    _("Emergency powers asked for"),
    sentence=_("%(actor)s asked for emergency powers: %(reason)s"),
)
event(
    news.EMERGENCY_CONFIRMED,
    _("Emergency powers confirmed"),
    sentence=_("%(actor)s confirmed emergency powers of the account %(username)s until %(until)s."),
)
event(
    news.EMERGENCY_REFUSED,
    _("Emergency powers refused"),
    sentence=_("%(actor)s refused emergency powers to the account %(username)s."),
)
event(
    news.EMERGENCY_ENDED,
    _("Emergency powers ended"),
    sentence=_("%(actor)s ended the emergency powers of the account %(username)s."),
)
event(
    news.EMERGENCY_USED,
    _("Acted under emergency powers"),
    sentence=_("%(actor)s used emergency powers: %(method)s %(address)s."),
)
