"""Who may give records out."""

from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.types import Role

EXPORT = registry.permission(
    "exchange.records.export", _("Export records"), roles={Role.ARCHIVIST, Role.CATALOGUER, Role.LEADER}
)
