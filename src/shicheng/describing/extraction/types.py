"""A suggestion for one element of a description."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shicheng.kernel.messages import Message


class Source(StrEnum):
    """What the spot of a suggestion lies in."""

    TEXT = "text"
    NAME = "name"  # the name of the file


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value for an element, as the document itself gives it.

    `element` is a name of `packages.elements`, or `signer`, which the norm's list of elements lacks. `value` is
    written as the element wants it (dates as eight digits); the spot is `start` to `end` (signs, `end` not included)
    of the text or of the file's name, on `line` (from 1). `confidence` goes from 0 to 1: about the share of such
    suggestions that were right when they were measured.
    """

    element: str
    value: str
    start: int
    end: int
    line: int
    confidence: float
    reason: Message
    source: Source = Source.TEXT
