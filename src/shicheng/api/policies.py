"""Permissions of this door itself; everything else is decided by the rooms behind it."""

from __future__ import annotations

from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.types import Role

TAKE_PATH = registry.permission("api.path.take", _("Take in batches that lie on the server"), roles={Role.ARCHIVIST})
READ_WEBHOOKS = registry.permission("api.webhook.read", _("See webhooks"), roles={Role.SYSTEM_ADMINISTRATOR})
MANAGE_WEBHOOKS = registry.permission("api.webhook.manage", _("Manage webhooks"), roles={Role.SYSTEM_ADMINISTRATOR})
