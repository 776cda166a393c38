"""What can go wrong while an OFD file is opened."""

from __future__ import annotations

from typing import ClassVar

from shicheng.formats.types import FileProblemKind
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message


class UnreadableOfd(ShichengError):
    """An OFD file can't be opened; `kind` says what is wrong with it."""

    code: ClassVar[str] = "formats.ofd.unreadable"
    http_status: ClassVar[int] = 422

    def __init__(self, message: Message, *, kind: FileProblemKind = FileProblemKind.DAMAGED) -> None:
        super().__init__(message)
        self.kind = kind


class MissingPage(ShichengError):
    """A page was asked for that the document does not have."""

    code: ClassVar[str] = "formats.ofd.page_missing"
    http_status: ClassVar[int] = 404
