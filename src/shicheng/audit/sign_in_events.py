"""Events of signing in, whose room lies below the log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _
from shicheng.people.signing import happenings

_KINDS = {"kind": {"name": _("the name"), "address": _("the address")}}
_FACTORS = {"kind": {"totp": _("a program with codes"), "key": _("a security key"), "": _("everything")}}

event(
    happenings.GATE_CLOSED,
    _("Sign-in closed after failures"),
    sentence=_("Signing in was closed for %(kind)s %(target)s after %(failures)s failures."),
    words=_KINDS,
)
event(
    happenings.GATE_OPENED,
    _("Sign-in open again"),
    sentence=_("Signing in was opened again for %(kind)s %(target)s, by %(why)s."),
    words={**_KINDS, "why": {"time": _("the end of its time"), "person": _("a person")}},
)
event(
    happenings.PASSWORD_CHANGED,
    _("Password changed"),
    sentence=_("%(actor)s changed the password of %(username)s, their own."),
)
event(
    happenings.PASSWORD_RESET,
    _("Password reset"),
    sentence=_("%(actor)s gave %(username)s a password for the next sign-in."),
)
event(
    happenings.FACTOR_ADDED,
    _("Second factor added"),
    sentence=_("%(actor)s added the second factor %(name)s (%(kind)s) to the account %(username)s."),
    words=_FACTORS,
)
event(
    happenings.FACTOR_REMOVED,
    _("Second factor taken away"),
    sentence=_("%(actor)s took the second factor %(name)s (%(kind)s) from the account %(username)s."),
    words=_FACTORS,
)
event(
    happenings.CODES_MADE,
    _("Recovery codes made"),
    sentence=_("%(actor)s made recovery codes for the account %(username)s."),
)
event(
    happenings.CODE_USED,
    _("Recovery code used"),
    sentence=_("%(actor)s used a recovery code of the account %(username)s; %(left)s are left."),
)
event(
    happenings.SESSIONS_ENDED,
    _("Sessions ended"),
    sentence=_("%(actor)s ended %(count)s sessions of %(username)s."),
)
event(
    happenings.IDENTITY_LINKED,
    _("Identity at the sign-in provider linked"),
    sentence=_("%(actor)s linked the account %(username)s with an identity at %(issuer)s."),
)
event(
    happenings.IDENTITY_UNLINKED,
    _("Identity at the sign-in provider unlinked"),
    sentence=_("%(actor)s removed the link of the account %(username)s with an identity at %(issuer)s."),
)
