"""What happens where many records are described at once, for the audit log.

Each record a set of changes touches has an entry of its own, `holdings.item.edited`, with the old and the new
values; the entries here tell of the set as a whole. Those of authorities hold the whole authority, so that the
log alone gives all of them back.
"""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

BEGUN = event(
    "describing.change.begun",
    _("Batch change begun"),
    sentence=_("%(actor)s began the batch change %(change)s of %(chosen)s records: %(reason)s"),
)
STORED = event(
    "describing.change.stored",
    _("Batch change kept in the store"),
    sentence=_("The lines of the batch change %(change)s are kept in the store: %(lines)s records."),
)
DONE = event(
    "describing.change.done",
    _("Batch change carried out"),
    sentence=_("The batch change %(change)s is done: %(changed)s changed, %(faulty)s faulty, %(left)s left alone."),
)
FAILED = event(
    "describing.change.failed",
    _("Batch change can't be carried out"),
    sentence=_("The batch change %(change)s can't be carried out: %(why)s"),
)
UNDONE = event(
    "describing.change.undone",
    _("Batch change undone"),
    sentence=_("%(actor)s had the batch change %(change)s undone by %(undo)s: %(reason)s"),
)
AUTHORITY_SAVED = event(
    "describing.authority.saved",
    _("Authority saved"),
    sentence=_("%(actor)s saved the authority %(name)s."),
)
AUTHORITIES_MERGED = event(
    "describing.authority.merged",
    _("Authorities merged"),
    sentence=_("%(actor)s merged the authority %(name)s into %(into)s: %(reason)s"),
)
AUTHORITY_SPLIT = event(
    "describing.authority.split",
    _("Authority split off again"),
    sentence=_("%(actor)s split %(name)s off from %(from)s again: %(reason)s"),
)
