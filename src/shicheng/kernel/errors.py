"""The one root of every error a person can meet."""

from __future__ import annotations

from typing import ClassVar

from shicheng.kernel.messages import Message


class ShichengError(Exception):
    """An error that names the thing, the reason and the next step.

    `code` is stable (`room.thing.problem`); `exit_code` is what the command line ends with and
    `http_status` what the web answers.
    """

    code: ClassVar[str] = "shicheng.error"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 400

    def __init__(self, message: Message, *, hint: Message | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return str(self.message) if self.hint is None else f"{self.message} {self.hint}"
