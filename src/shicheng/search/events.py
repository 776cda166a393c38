"""What happens in this room, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

SEARCH_KEPT = event("search.saved.kept", _("Search kept"))
SEARCH_REMOVED = event("search.saved.removed", _("Kept search removed"))
