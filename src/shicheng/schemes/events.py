"""What happens to filing units and their tables, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

UNIT_WRITTEN = event(
    "schemes.unit.written",
    _("Filing unit written down"),
    sentence=_("%(actor)s wrote down the filing unit %(unit)s."),
)
UNIT_CLOSED = event(
    "schemes.unit.closed",
    _("Filing unit closed"),
    sentence=_("%(actor)s closed the filing unit %(unit)s."),
)
UNIT_REOPENED = event(
    "schemes.unit.reopened",
    _("Filing unit open again"),
    sentence=_("%(actor)s opened the filing unit %(unit)s again."),
)
DRAFTED = event(
    "schemes.schedule.drafted",
    _("Filing table begun"),
    sentence=_("%(actor)s began version %(version)s of the filing table of %(unit)s from %(origin)s: %(rows)s rows."),
)
CHANGED = event(
    "schemes.schedule.changed",
    _("Draft of a filing table changed"),
    sentence=_("%(actor)s changed the draft of version %(version)s of the filing table of %(unit)s."),
)
SUBMITTED = event(
    "schemes.schedule.submitted",
    _("Filing table submitted"),
    sentence=_("%(actor)s submitted version %(version)s of the filing table of %(unit)s by the request %(request)s."),
)
REOPENED = event(
    "schemes.schedule.reopened",
    _("Filing table is a draft again"),
    sentence=_("Version %(version)s of the filing table of %(unit)s is a draft again."),
)
APPROVED = event(
    "schemes.schedule.approved",
    _("Filing table approved"),
    sentence=_("%(actor)s approved version %(version)s of the filing table of %(unit)s; it is in force from %(from)s."),
)
DISCARDED = event(
    "schemes.schedule.discarded",
    _("Draft of a filing table discarded"),
    sentence=_("%(actor)s discarded the draft of version %(version)s of the filing table of %(unit)s."),
)
