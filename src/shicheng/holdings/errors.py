"""What can go wrong with holdings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message

if TYPE_CHECKING:
    from shicheng.holdings.types import Fault


class ItemNotFound(ShichengError):
    """No item has this reference code or id, or it is not open to the actor."""

    code = "holdings.item.unknown"
    http_status = 404


class BadView(ShichengError):
    """A view of the table that can't be kept as asked."""

    code = "holdings.view.bad"
    http_status = 422


class ViewMissing(ShichengError):
    """There is no such view of the actor's own."""

    code = "holdings.view.unknown"
    http_status = 404


class CodeTaken(ShichengError):
    """A reference code that an item already has, now or in the past."""

    code = "holdings.item.code_taken"
    http_status = 409


class VersionNotFound(ShichengError):
    """The item has no version of this number."""

    code = "holdings.version.unknown"
    http_status = 404


class BadValues(ShichengError):
    """Values that can't stand in a description; `faults` name each element, the reason and the next step."""

    code = "holdings.item.bad_values"
    exit_code = 2
    http_status = 422

    def __init__(self, message: Message, faults: Sequence[Fault], *, hint: Message | None = None) -> None:
        super().__init__(message, hint=hint)
        self.faults = tuple(faults)


class EditedMeanwhile(ShichengError):
    """The item got another version since the one the edit was made on; `saved` holds what differs now."""

    code = "holdings.item.edited_meanwhile"
    exit_code = 3
    http_status = 412

    def __init__(self, message: Message, version: int, saved: Mapping[str, str], *, hint: Message | None) -> None:
        super().__init__(message, hint=hint)
        self.version = version
        self.saved = dict(saved)


class CannotShow(ShichengError):
    """A page of a file can't be shown; the file itself can still be downloaded."""

    code = "holdings.file.cannot_show"
    http_status = 422


class UnknownFonds(ShichengError):
    """There is no fonds with this code, or it is not open to the actor."""

    code = "holdings.fonds.unknown"
    http_status = 404


class FondsClosed(ShichengError):
    """The fonds is closed and takes in nothing more."""

    code = "holdings.fonds.closed"
    http_status = 409


class BadFondsEvent(ShichengError):
    """Something that can't have happened to a fonds as it is told."""

    code = "holdings.fonds.bad_event"
    exit_code = 2
    http_status = 422


class BadArrangement(ShichengError):
    """A volume or box that can't be made or changed as asked."""

    code = "holdings.arrangement.bad"
    exit_code = 2
    http_status = 422


class ArrangementMissing(ShichengError):
    """There is no such volume, box or paper, or it is not open to the actor."""

    code = "holdings.arrangement.unknown"
    http_status = 404
