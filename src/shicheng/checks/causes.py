"""One finding per cause: a later symptom of a fault is attached to it and makes no finding of its own.

Each rule says what a finding is about (keys such as ("file", path)). The first finding about a thing is its
cause; what is found about the same thing afterwards is noted under that cause. The engine therefore runs the
rules from the deepest cause outward: structure, lists, codes, values, content, totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from shicheng.checks.types import Finding
from shicheng.kernel.messages import Message

Key = tuple[object, ...]

_SYMPTOMS_KEPT = 20


@dataclass(slots=True)
class Cause:
    """A finding and the symptoms it explains."""

    finding: Finding
    symptoms: list[Message] = field(default_factory=list)


class Ledger:
    """Every cause found so far and what each explains."""

    def __init__(self) -> None:
        self._causes: list[Cause] = []
        self._by_key: dict[Key, Cause] = {}

    def add(
        self,
        finding: Finding,
        *,
        about: Iterable[Key] = (),
        covers: Iterable[Key] = (),
        unless: Iterable[Key] = (),
    ) -> Cause | None:
        """Keep the finding as a cause, or attach it to the cause that explains one of `about` or `unless`.

        The finding explains what it is `about` and what it `covers`, but not what is only looked up in `unless`.
        Returns the new cause, or None when the finding was a symptom.
        """
        keys = tuple(about)
        for key in (*keys, *unless):
            cause = self._by_key.get(key)
            if cause is not None:
                if len(cause.symptoms) < _SYMPTOMS_KEPT:
                    cause.symptoms.append(finding.message)
                return None
        cause = Cause(finding)
        self._causes.append(cause)
        for key in (*keys, *covers):
            self._by_key.setdefault(key, cause)
        return cause

    def explains(self, *keys: Key) -> Cause | None:
        """Return the cause that explains one of these things, if any does."""
        for key in keys:
            cause = self._by_key.get(key)
            if cause is not None:
                return cause
        return None

    def cover(self, cause: Cause, *keys: Key) -> None:
        """Let a cause explain more things."""
        for key in keys:
            self._by_key.setdefault(key, cause)

    def __iter__(self) -> Iterator[Cause]:
        return iter(self._causes)

    def __len__(self) -> int:
        return len(self._causes)

    def findings(self) -> list[Finding]:
        """Return the findings with their symptoms."""
        return [
            replace(cause.finding, also=tuple(cause.symptoms)) if cause.symptoms else cause.finding
            for cause in self._causes
        ]
