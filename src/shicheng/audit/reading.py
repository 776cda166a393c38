"""Following a chain entry by entry, from rows or from an exported file. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shicheng.audit import chain, keys
from shicheng.audit.types import ChainReport, Findings
from shicheng.kernel import sm2
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.messages import message as _

ENTRY_KEYS = frozenset({"actor", "at", "details", "event", "hash", "position", "previous", "subject"})
HEAD_KEYS = frozenset({"at", "hash", "key_id", "kind", "position", "public_key", "signature"})


@dataclass(slots=True)
class ChainFollower:
    """Takes entries in order and notes where one does not follow from the one before.

    `trusted` holds public keys by their identifier; heads signed by others are counted as unproved.
    """

    position: int = 0
    hash: str = chain.START
    trusted: Mapping[str, bytes] = field(default_factory=dict)
    entries: int = 0
    withheld: int = 0
    heads_checked: int = 0
    heads_unproved: int = 0
    findings: Findings = field(default_factory=Findings)

    def take(self, position: int, previous: str, digest: str, content: bytes | None) -> None:
        """Check one entry, or its link alone where its content is withheld.

        After a bad one, go on from what it claims, so that each fault is told once.
        """
        self.entries += 1
        expected = self.position + 1
        if position != expected:
            self.findings.add(
                expected,
                _("Entry %(found)s follows entry %(last)s: those between are missing.", found=position,
                  last=self.position)
                if position > expected
                else _("Entry %(found)s stands after entry %(last)s: the order was changed.", found=position,
                       last=self.position),
            )  # fmt: skip
        elif previous != self.hash:
            self.findings.add(
                position,
                _("Entry %(position)s does not continue entry %(last)s: one of the two was replaced.",
                  position=position, last=self.position),
            )  # fmt: skip
        if content is None:
            self.withheld += 1
        elif chain.entry_hash(content) != digest:
            self.findings.add(position, _("Entry %(position)s was changed: its hash does not fit.", position=position))
        self.position, self.hash = position, digest

    def take_head(self, *, position: int, digest: str, at: str, signature: str, public_key: bytes, known: str) -> None:
        """Check a signed head; `known` is the hash of the entry at its position."""
        self.heads_checked += 1
        if digest != known:
            self.findings.add(
                position, _("The signed head at %(position)s does not fit the entry there.", position=position)
            )
        vouched = self.trusted.get(keys.key_id(public_key))
        if vouched is None:
            self.heads_unproved += 1
        content = chain.head_bytes(position=position, digest=digest, at=at)
        if not _verifies(vouched or public_key, content, signature):
            self.findings.add(position, _("The signature of the head at %(position)s is not valid.", position=position))

    def report(self) -> ChainReport:
        """Return what was found."""
        return ChainReport(
            entries=self.entries,
            intact=not self.findings.problems,
            first_bad=self.findings.first_bad,
            problems=tuple(self.findings.problems),
            heads_checked=self.heads_checked,
            heads_unproved=self.heads_unproved,
            withheld=self.withheld,
        )


def parse_line(line: bytes) -> dict[str, Any]:
    """Read one line of a segment; raises ValueError unless it is an object in canonical form."""
    try:
        value = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    if canonical_json(value) != line.rstrip(b"\n"):
        raise ValueError("not in canonical form")
    if value.get("kind") == chain.HEAD_KIND:
        _shape(value, HEAD_KEYS, ("position",))
    elif value.get("kind") == chain.WITHHELD_KIND:
        _shape(value, frozenset({"hash", "kind", "position", "previous"}), ("position",))
    elif value.get("kind") == chain.SEGMENT_KIND:
        _shape(value, frozenset({"first", "kind", "last", "previous", "version"}), ("first", "last", "version"))
        if value["version"] != 1:
            raise ValueError(f"version {value['version']} is not known")
    else:
        _shape(value, ENTRY_KEYS, ("position",), ("actor", "details", "subject"))
        for name, inner in (("actor", {"id", "kind", "name"}), ("subject", {"id", "kind"})):
            if value[name].keys() != inner or not all(isinstance(part, str) for part in value[name].values()):
                raise ValueError(f"{name} has another shape")
        chain.read_time(value["at"])
    return value


def split_entry(value: dict[str, Any]) -> tuple[bytes, str]:
    """Return what an exported entry's hash is taken over, and its hash."""
    digest = value["hash"]
    return canonical_json({key: inner for key, inner in value.items() if key != "hash"}), digest


def _shape(
    value: dict[str, Any], wanted: frozenset[str], numbers: tuple[str, ...], objects: tuple[str, ...] = ()
) -> None:
    if value.keys() != wanted:
        raise ValueError(f"the keys are not {', '.join(sorted(wanted))}")
    for key, inner in value.items():
        kind = int if key in numbers else dict if key in objects else str
        if not isinstance(inner, kind) or isinstance(inner, bool):
            raise ValueError(f"{key} is of the wrong kind")


def _verifies(public_key: bytes, content: bytes, signature: str) -> bool:
    try:
        return sm2.verify(public_key, content, bytes.fromhex(signature))
    except Exception:  # a forged key or signature may be any bytes at all
        return False
