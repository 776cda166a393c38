"""What happens to acquisitions and major events, for the audit log.

Entries of acquisitions hold numbers, states and counts: neither names nor titles nor reasons, which tell of persons.
Those are in the acquisition itself, and with it in the store.
"""

from shicheng.acquiring.types import COSTS, PAPERS
from shicheng.acquiring.words import STATES
from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

DONOR_WRITTEN = event(
    "acquiring.donor.written",
    _("Donor written down"),
    sentence=_("%(actor)s wrote down or changed the donor %(donor)s."),
)
DONOR_READ = event(
    "acquiring.donor.looked_at",
    _("Personal data of a donor looked at"),
    sentence=_("%(actor)s looked at the personal data of the donor %(donor)s."),
)
NOTED = event(
    "acquiring.acquisition.noted",
    _("Offer noted"),
    sentence=_("%(actor)s noted the offer %(number)s."),
)
CHANGED = event(
    "acquiring.acquisition.changed",
    _("Acquisition changed"),
    sentence=_("%(actor)s changed what is written of the acquisition %(number)s."),
)
OPINION = event(
    "acquiring.opinion.noted",
    _("Opinion on an offer noted"),
    sentence=_("%(actor)s noted an opinion on the value of %(number)s."),
)
MOVED = event(
    "acquiring.acquisition.moved",
    _("Acquisition went on"),
    sentence=_("%(actor)s took the acquisition %(number)s on: %(state)s."),
    words={"state": STATES},
)
DEED_WRITTEN = event(
    "acquiring.deed.written",
    _("Deed written"),
    sentence=_("%(actor)s wrote the deed %(deed)s of the acquisition %(number)s."),
)
COST_NOTED = event(
    "acquiring.cost.noted",
    _("Cost of an acquisition noted"),
    sentence=_("%(actor)s noted costs of %(amount)s for %(number)s: %(kind)s."),
    words={"kind": COSTS},
)
PAPER_KEPT = event(
    "acquiring.paper.kept",
    _("Paper of an acquisition kept"),
    sentence=_("%(actor)s put a paper to the acquisition %(number)s: %(kind)s."),
    words={"kind": PAPERS},
)
PAPER_READ = event(
    "acquiring.paper.looked_at",
    _("Paper of an acquisition looked at"),
    sentence=_("%(actor)s looked at a paper of the acquisition %(number)s: %(kind)s."),
    words={"kind": PAPERS},
)
PAPER_ISSUED = event(
    "acquiring.paper.issued",
    _("Paper for a donor issued"),
    sentence=_("%(actor)s issued the paper %(paper)s for the acquisition %(number)s."),
)
BROUGHT = event(
    "acquiring.delivery.brought",
    _("Files of an acquisition brought in"),
    sentence=_("%(files)s files of the acquisition %(number)s came into the pool of %(fonds)s for %(year)s."),
)
NOT_BROUGHT = event(
    "acquiring.delivery.not_brought",
    _("Files of an acquisition could not be brought in"),
)
EXPORTED = event(
    "acquiring.register.exported",
    _("Register of acquisitions taken out"),
    sentence=_("%(actor)s took out the register of acquisitions: %(count)s lines."),
)
EVENT_WRITTEN = event(
    "acquiring.event.written",
    _("Major event written down"),
    sentence=_("%(actor)s wrote down or changed the event %(number)s %(name)s."),
)
EVENT_CLOSED = event(
    "acquiring.event.closed",
    _("Collecting for a major event closed"),
    sentence=_("%(actor)s closed collecting for the event %(number)s."),
)
EVENT_REOPENED = event(
    "acquiring.event.reopened",
    _("Collecting for a major event opened again"),
    sentence=_("%(actor)s opened collecting for the event %(number)s again."),
)
LINE_WRITTEN = event(
    "acquiring.line.written",
    _("Line of a filing plan written"),
    sentence=_("%(actor)s wrote a line of the plan of %(number)s: %(what)s."),
)
LINE_REMOVED = event(
    "acquiring.line.removed",
    _("Line of a filing plan removed"),
    sentence=_("%(actor)s removed a line of the plan of %(number)s: %(what)s."),
)
LINKED = event(
    "acquiring.record.linked",
    _("Records linked with a major event"),
    sentence=_("%(actor)s linked records with the event %(number)s."),
)
UNLINKED = event(
    "acquiring.record.unlinked",
    _("Records taken from a major event"),
    sentence=_("%(actor)s took records from the event %(number)s."),
)
