"""Codes of what happens around signing in; the audit log, above this room, gives them their words."""

from typing import Final

GATE_CLOSED: Final = "people.sign_in.closed"
GATE_OPENED: Final = "people.sign_in.opened"
PASSWORD_CHANGED: Final = "people.password.changed"  # noqa: S105  # no password
PASSWORD_RESET: Final = "people.password.reset"  # noqa: S105
FACTOR_ADDED: Final = "people.factor.added"
FACTOR_REMOVED: Final = "people.factor.removed"
CODES_MADE: Final = "people.recovery_codes.made"
CODE_USED: Final = "people.recovery_codes.used"
SESSIONS_ENDED: Final = "people.sessions.ended"
IDENTITY_LINKED: Final = "people.identity.linked"
IDENTITY_UNLINKED: Final = "people.identity.unlinked"
