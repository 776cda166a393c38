"""Who may print."""

from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.types import Role

PRINT = registry.permission(
    "printing.paper.print",
    _("Print lists, covers and labels"),
    roles={Role.ARCHIVIST, Role.CATALOGUER, Role.DIGITISER, Role.LEADER, Role.FILING_CLERK},
)
