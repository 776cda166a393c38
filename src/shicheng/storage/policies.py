"""Who may see and verify the store."""

from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.types import Role

_ROLES = {Role.SYSTEM_ADMINISTRATOR, Role.ARCHIVIST}

READ = registry.permission("storage.store.read", _("See the health of the store"), roles={*_ROLES, Role.LEADER})
VERIFY = registry.permission("storage.copy.verify", _("Verify the store"), roles=_ROLES)
MOVE = registry.permission("storage.archive.move", _("Move the archive"), roles={Role.SYSTEM_ADMINISTRATOR})
