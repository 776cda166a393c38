"""What can go wrong with people and permissions."""

from __future__ import annotations

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.people.types import Actor


class NotPermitted(ShichengError):
    """The actor may not do this; `permission` is what is missing, so that it can be explained."""

    code = "people.permission.denied"
    exit_code = 4
    http_status = 403

    def __init__(
        self, message: Message, *, hint: Message | None = None, permission: str = "", actor: Actor | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.permission = permission
        self.actor = actor

    @property
    def reasons(self) -> list[Message]:
        """Which grants were looked at and what each lacks; tells of no record. Asks the database."""
        if self.actor is None or not self.permission:
            return []
        from shicheng.people.explaining import reasons  # above this module, and only needed when something is refused

        return reasons(self.actor, self.permission)


class GrantRefused(ShichengError):
    """A grant that can't be given or ended as asked."""

    code = "people.grant.refused"
    exit_code = 4
    http_status = 409


class BadGrant(ShichengError):
    """A grant whose limits can't be meant."""

    code = "people.grant.bad"
    exit_code = 2
    http_status = 422


class BadDuty(ShichengError):
    """A duty that can't be noted as asked."""

    code = "people.duty.bad"
    exit_code = 2
    http_status = 422


class BadEmergency(ShichengError):
    """An emergency that can't be asked for, confirmed or ended as asked."""

    code = "people.emergency.bad"
    exit_code = 4
    http_status = 409


class BadAccount(ShichengError):
    """An account that can't be made or changed as asked."""

    code = "people.account.bad"


class TooManyAttempts(ShichengError):
    """Sign-in was tried too often."""

    code = "people.sign_in.throttled"
    http_status = 429


class BadToken(ShichengError):
    """A token of a program that can't be made or changed as asked."""

    code = "people.token.bad"
    exit_code = 2
    http_status = 422
