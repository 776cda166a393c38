"""Look at one file: open it for real with the tool of its family, and say what was found.

Meant for the children of `pool.InspectionPool`: damaged files may take a parser's memory, time or process.
"""

from __future__ import annotations

import errno
import importlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Protocol, cast

from shicheng.formats.families import FAMILIES, opener_of
from shicheng.formats.findings import Findings, Subject
from shicheng.formats.identification import extension_of, identify
from shicheng.formats.types import Budget, FileProblemKind, Identification, Inspection
from shicheng.kernel.messages import message as _
from shicheng.kernel.reasons import reason_of

_OPENERS = frozenset({"pdf", "office", "ole", "text", "xml", "mail", "image", "audiovisual", "archive"})


class Opener(Protocol):
    """What every family module offers."""

    def look(self, subject: Subject, findings: Findings) -> None:
        """Open the file and add what is found; may raise anything on bytes that no tool can read."""


def inspect_file(
    path: Path,
    *,
    name: str | None = None,
    identification: Identification | None = None,
    want_text: bool = True,
    budget: Budget | None = None,
) -> Inspection:
    """Open a file by its family and tell whether it can be read.

    Never raises for what is in the file. `name` is what the file is called when `path` is only where it lies;
    `identification` saves identifying it again. Time and memory are kept by the pool, not here.
    """
    called = name or path.name
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:  # a name in another encoding, which some parsers can't be given
        with suppress(OSError), path.open("rb") as source:
            found = identification or identify(path, name=called)
            stand_in = Path(f"/proc/self/fd/{source.fileno()}")
            return inspect_file(stand_in, name=called, identification=found, want_text=want_text, budget=budget)
    budget = budget or Budget()
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe or a device might never end
            raise OSError(errno.EINVAL, "not an ordinary file")
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            source.read(1)
    except OSError as error:
        unread = Subject(path, called, 0, Identification(extension=extension_of(called)), want_text, budget)
        findings = Findings()
        findings.add(
            FileProblemKind.DAMAGED,
            _(
                "The file %(name)s can't be read from its medium: %(reason)s.",
                name=called,
                reason=reason_of(error),
            ),
        )
        return findings.seal(unread)
    subject = Subject(path, called, size, identification or identify(path, name=called), want_text, budget)
    findings = Findings()
    _judge_name(subject, findings)
    if size == 0:
        findings.add(FileProblemKind.EMPTY, _("The file %(name)s is empty; nothing is in it to be read.", name=called))
    elif subject.identification.family == "ofd":
        return _look_at_ofd(subject, findings)
    else:
        _look(subject, findings)
    return findings.seal(subject)


def _judge_name(subject: Subject, findings: Findings) -> None:
    if subject.identification.extension_mismatch:
        findings.add(
            FileProblemKind.MISLABELLED,
            _(
                "The file %(name)s is named .%(extension)s, but its bytes are %(format)s.",
                name=subject.name,
                extension=subject.identification.extension,
                format=subject.identification.name or subject.identification.mime,
            ),
            fatal=False,
        )


def _look(subject: Subject, findings: Findings) -> None:
    opener = opener_of(subject.identification.family)
    if opener not in _OPENERS:
        findings.opened = False
        row = FAMILIES.get(subject.identification.family)
        shown = subject.identification.name or (row.name_shown if row else "")
        findings.notes.append(
            _("Nothing installed here can open %(format)s; whether it can be read was not checked.", format=shown)
            if shown
            else _("The format is not known; whether the file can be read was not checked.")
        )
        return
    module = cast(Opener, importlib.import_module(f"shicheng.formats.{opener}"))
    try:
        module.look(subject, findings)
    except MemoryError:
        findings.add(
            FileProblemKind.BUDGET,
            _("The file %(name)s needs more memory than allowed; it was not looked at to the end.", name=subject.name),
        )
    except Exception as error:  # any parser may raise anything on hostile bytes; the file is at fault, not the run
        findings.add(
            FileProblemKind.DAMAGED,
            _("The file %(name)s can't be opened: %(reason)s.", name=subject.name, reason=_reason(error)),
        )


def _look_at_ofd(subject: Subject, findings: Findings) -> Inspection:
    """Leave OFD to its own package and add what the name tells."""
    from shicheng.formats.ofd import inspection as ofd

    try:
        found: Inspection = ofd.inspect(
            subject.path,
            name=subject.name,
            want_text=subject.want_text,
            budget=subject.budget,
        )
    except MemoryError:
        findings.add(
            FileProblemKind.BUDGET,
            _("The file %(name)s needs more memory than allowed; it was not looked at to the end.", name=subject.name),
        )
        return findings.seal(subject)
    except Exception as error:
        findings.add(
            FileProblemKind.DAMAGED,
            _("The file %(name)s can't be opened: %(reason)s.", name=subject.name, reason=_reason(error)),
        )
        return findings.seal(subject)
    findings.problems += [problem for problem in found.problems if problem not in findings.problems]
    findings.opened = found.readable is not None
    findings.pages, findings.text, findings.encoding = found.pages, found.text, found.encoding
    findings.technical, findings.seals, findings.tool = dict(found.technical), found.seals, found.tool
    findings.notes += found.notes
    return findings.seal(subject)


def _reason(error: Exception) -> str:
    """Put an error in words that do not change from run to run (no addresses, no temporary names)."""
    first = str(error).strip().splitlines()
    text = first[0][:200] if first else type(error).__name__
    return text if " at 0x" not in text else type(error).__name__
