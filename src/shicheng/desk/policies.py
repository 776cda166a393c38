"""What the desk itself may show to whom."""

from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.types import Role

READ_SETTINGS = registry.permission("desk.settings.read", _("See the settings"), roles={Role.SYSTEM_ADMINISTRATOR})
