"""What one look at a file gathers, before it is sealed into an Inspection."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shicheng.formats.types import Budget, FileProblem, FileProblemKind, Identification, Inspection, Seal
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


@dataclass(frozen=True, slots=True)
class Subject:
    """The file to look at and what the look may cost."""

    path: Path
    name: str
    size: int
    identification: Identification
    want_text: bool
    budget: Budget


@dataclass(slots=True)
class Findings:
    """The growing result of a look. `opened` stays False when nothing here can open the format."""

    opened: bool = True
    problems: list[FileProblem] = field(default_factory=list)
    pages: int | None = None
    text: str | None = None
    encoding: str = ""
    technical: dict[str, Any] = field(default_factory=dict)
    seals: tuple[Seal, ...] = ()
    tool: str = ""
    notes: list[Message] = field(default_factory=list)

    def add(self, kind: FileProblemKind, message: Message, *, fatal: bool = True) -> None:
        """Note a problem once; a fatal one makes the file unreadable."""
        problem = FileProblem(kind, message, fatal)
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def broken(self) -> bool:
        """Whether a fatal problem was found so far."""
        return any(problem.fatal for problem in self.problems)

    def seal(self, subject: Subject) -> Inspection:
        """Turn the findings into the result; over budget means not checked."""
        readable: bool | None = not self.broken
        over = any(problem.kind is FileProblemKind.BUDGET for problem in self.problems)
        others = any(problem.fatal and problem.kind is not FileProblemKind.BUDGET for problem in self.problems)
        if (not self.opened or over) and not others:
            readable = None
        return Inspection(
            identification=subject.identification,
            size=subject.size,
            readable=readable,
            problems=tuple(self.problems),
            pages=self.pages,
            text=self.text,
            encoding=self.encoding,
            technical=self.technical,
            seals=self.seals,
            tool=self.tool,
            notes=tuple(self.notes),
        )


class TextKeeper:
    """Collects text up to the budget and says when there is no room left."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.parts: list[str] = []
        self.length = 0
        self.cut = False

    def add(self, text: str) -> bool:
        """Keep a piece; False when the limit is reached."""
        room = self.limit - self.length
        if len(text) > room:
            text, self.cut = text[:room], True
        self.parts.append(text)
        self.length += len(text)
        return not self.cut

    def hand_over(self, findings: Findings) -> None:
        """Put what was kept into the findings, with a note when it is not all."""
        # A lone surrogate can be neither stored nor sent; it is no character.
        findings.text = "".join(self.parts).encode("utf-8", "replace").decode("utf-8")
        if self.cut:
            findings.notes.append(
                _(
                    "Only the first %(limit)s characters of the text were kept; the rest can't be searched.",
                    limit=self.limit,
                )
            )


EXECUTABLE_EXTENSIONS = frozenset(
    (
        "exe",
        "dll",
        "com",
        "scr",
        "bat",
        "cmd",
        "ps1",
        "vbs",
        "vbe",
        "js",
        "jse",
        "wsf",
        "hta",
        "msi",
        "jar",
        "lnk",
        "pif",
        "sh",
    )
)


def looks_executable(name: str, head: bytes) -> bool:
    """Tell whether something inside a file is a program, by its name or its first bytes."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    return (
        extension in EXECUTABLE_EXTENSIONS
        or head.startswith(b"\x7fELF")
        or (head[:2] == b"MZ" and b"PE\x00\x00" in head)
    )
