"""What can go wrong when business systems push documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from shicheng.collecting.types import Fault
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


class UnknownSystem(ShichengError):
    """There is no such business system, or it is not open to the actor."""

    code = "collecting.system.unknown"
    http_status = 404


class BadSystem(ShichengError):
    """A business system that can't be written down like this."""

    code = "collecting.system.bad"
    exit_code = 2
    http_status = 422


class NoSystem(ShichengError):
    """The one who pushes is no business system that may push now."""

    code = "collecting.system.not_admitted"
    http_status = 403


class WrongUnit(ShichengError):
    """A document of another filing unit than the token is for."""

    code = "collecting.document.wrong_unit"
    http_status = 403


class UnknownPush(ShichengError):
    """There is no such receipt, or it is not open to the actor."""

    code = "collecting.push.unknown"
    http_status = 404


class NotReturnable(ShichengError):
    """What can't go back any more: it has a number or is filed."""

    code = "collecting.push.not_returnable"
    http_status = 409


class BadPeriod(ShichengError):
    """Days between which nothing can be counted."""

    code = "collecting.period.bad"
    exit_code = 2
    http_status = 422


class BadForm(ShichengError):
    """A request that is no form with parts."""

    code = "collecting.document.unreadable"
    http_status = 422


class CutOff(ShichengError):
    """The document did not arrive whole."""

    code = "collecting.document.cut"


class TooMuch(ShichengError):
    """More bytes than are taken at once."""

    code = "collecting.document.too_large"
    http_status = 413


class Faulty(ShichengError):
    """An error that names single values by their place (RFC 6901)."""

    code: ClassVar[str] = "collecting.document.refused"
    exit_code = 1
    http_status = 422

    def __init__(self, message: Message, faults: Sequence[Fault], *, hint: Message | None = None) -> None:
        super().__init__(message, hint=hint)
        self.faults = tuple(faults)


class Refused(Faulty):
    """A document with faults; all of them are told."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            _("The document was not taken: %(count)s faults.", count=len(faults)),
            faults,
            hint=_("Mend what errors names by its pointer and send the document again."),
        )


class Conflict(Faulty):
    """The same document and revision came before with another content, or a newer revision is here."""

    code = "collecting.document.conflict"
    http_status = 409


class PushFailed(ShichengError):
    """A document could not be brought to the archive."""

    code = "collecting.client.failed"
    exit_code = 3
