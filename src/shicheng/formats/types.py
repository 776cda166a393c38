"""What is known of a file after looking at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shicheng.kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Identification:
    """What format a file is in, by its bytes.

    `puid` is a PRONOM id, or one of ours where PRONOM knows none: `cn-fmt/ofd`, `cn-fmt/wps`, `cn-fmt/et`,
    `cn-fmt/dps`; "" when nothing matched. `extension_mismatch` means that the bytes are surely of another
    format than the extension says (not merely that PRONOM lists no such extension).
    """

    puid: str = ""
    name: str = ""
    version: str = ""
    mime: str = ""
    basis: str = ""
    extension: str = ""  # of the file as named, lower case, no dot
    extensions: tuple[str, ...] = ()  # the usual ones for the format found
    extension_mismatch: bool = False
    family: str = ""  # of families.py: what opens it; "" when nothing here knows it


class FileProblemKind(StrEnum):
    """What can be wrong with a file."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    ENCODING = "encoding"
    SCRIPT = "script"  # JavaScript, macros, launch actions
    EMBEDDED = "embedded"  # executable inside
    EXTERNAL = "external"  # needs something from outside to be shown
    XML = "xml"  # entities, DTD
    SEAL = "seal"  # a digest or signature inside does not hold
    BUDGET = "budget"  # took more time or memory than allowed: not looked at to the end
    MISLABELLED = "mislabelled"  # extension says another format


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing wrong with a file. `fatal` means that it can't be read as it should."""

    kind: FileProblemKind
    message: Message
    fatal: bool = True


class SealState(StrEnum):
    """How a digest or signature inside a file came out."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_CHECKED = "not_checked"  # no tool or no certificate here


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says of itself; that it says so does not make it trusted."""

    holder: str
    issuer: str
    valid_from: str = ""  # ISO 8601
    valid_to: str = ""
    is_own: bool = False  # issued by its holder


@dataclass(frozen=True, slots=True)
class Seal:
    """One signature or seal inside a file."""

    kind: str  # "digest", "signature", "seal"
    state: SealState
    signer: str = ""
    time: str = ""
    algorithm: str = ""
    message: Message | None = None
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one file may cost. Seconds of wall time, bytes of memory, characters of text kept."""

    seconds: float = 60.0
    memory: int = 2 << 30
    text: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that one look at a file found.

    `readable` is None when nothing here can open the format: "not checked", never "fine".
    """

    identification: Identification
    size: int
    readable: bool | None
    problems: tuple[FileProblem, ...] = ()
    pages: int | None = None
    text: str | None = None  # None: the format has no text or it could not be had
    encoding: str = ""  # of plain text
    technical: dict[str, Any] = field(default_factory=dict)  # width, height, duration, dpi, codec …: plain values
    seals: tuple[Seal, ...] = ()
    tool: str = ""  # what opened it
    notes: tuple[Message, ...] = ()  # what could not be looked at, and why
