"""What a file is and whether it opens: formats, names, readability, encryption, active content, seals."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shicheng.checks.context import CheckContext, file_key
from shicheng.checks.types import Level
from shicheng.formats.types import FileProblem, FileProblemKind, Inspection, SealState
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.checks.looking import Subject

_ACTIVE = frozenset({FileProblemKind.SCRIPT, FileProblemKind.EMBEDDED, FileProblemKind.XML})
_BROKEN = frozenset({
    FileProblemKind.TRUNCATED, FileProblemKind.DAMAGED, FileProblemKind.ENCODING, FileProblemKind.EMPTY,
    FileProblemKind.BUDGET, FileProblemKind.EXTERNAL, FileProblemKind.ENCRYPTED,
})  # fmt: skip
_SHOWN = 20


def before_opening(context: CheckContext, subject: Subject) -> bool:
    """Judge a file by its name alone; tell whether there is still a reason to open it."""
    path = subject.file.path
    if context.ledger.explains(file_key(path)) is not None:
        return False
    extension = PurePosixPath(path).suffix.lstrip(".").lower()
    if context.formats.refuses_name(extension):
        _report(
            context, subject, "3-3",
            _("The file %(path)s is of the format .%(extension)s, which is not accepted for filing.",
              path=path, extension=extension),
            expected=context.formats.shown, found=f".{extension}",
            advice=_("Hand over the document itself in an accepted format, such as PDF or OFD."),
        )  # fmt: skip
        return False
    return True


def judge(context: CheckContext, subject: Subject, inspection: Inspection) -> None:
    """Report what one look at a file found: at most one cause for what it is, one for what it does."""
    by_kind: dict[FileProblemKind, FileProblem] = {}
    for problem in inspection.problems:
        by_kind.setdefault(problem.kind, problem)
    found = inspection.identification
    tally: Counter[str] = context.notes.setdefault("looks", Counter())
    tally["opened" if inspection.readable is not None else "unknown"] += 1
    if inspection.seals:
        tally["seals"] += len(inspection.seals)
    if found.extension_mismatch or FileProblemKind.MISLABELLED in by_kind:
        _report(
            context, subject, "1-10",
            _("The file %(path)s is named .%(extension)s, but its content is %(format)s.",
              path=subject.file.path, extension=found.extension, format=found.name or found.mime or "?"),
            expected=f".{found.extension}", found=found.name or found.mime,
            advice=_("Name the file by its real format or hand over the document that was meant."),
        )  # fmt: skip
        return
    if not context.formats.accepts(found):
        _report(
            context, subject, "3-3",
            _("The file %(path)s is in the format %(format)s, which is not accepted for filing.",
              path=subject.file.path, format=found.name or found.mime or _unknown(found.extension)),
            expected=context.formats.shown, found=found.puid or found.name or found.extension,
            advice=_("Hand over the document in an accepted format, such as PDF or OFD."),
        )  # fmt: skip
        return
    _judge_state(context, subject, inspection, by_kind)
    _judge_seals(context, subject, inspection)


def close(context: CheckContext) -> None:
    """Say once which files nothing here could open."""
    unopened: list[str] = context.notes.get("unopened", [])
    if unopened:
        context.report(
            "3-4",
            _("%(count)d files could not be opened here and were not checked: %(paths)s.",
              count=len(unopened), paths=", ".join(unopened[:_SHOWN])),
            level=Level.MANUAL,
            path=unopened[0] if len(unopened) == 1 else None,
            advice=_("Open them with the program they were made with and sign the check."),
        )  # fmt: skip


def report_unread(context: CheckContext, subject: Subject, reason: str) -> None:
    """Report a member whose bytes can't be had from its container."""
    _report(
        context, subject, "3-4",
        _("The file %(path)s can't be read from the package: %(reason)s.", path=subject.file.path, reason=reason),
        advice=_("Pack and send the package again."),
    )  # fmt: skip


def _judge_state(
    context: CheckContext, subject: Subject, inspection: Inspection, by_kind: dict[FileProblemKind, FileProblem]
) -> None:
    if FileProblemKind.ENCRYPTED in by_kind and (by_kind[FileProblemKind.ENCRYPTED].fatal or not inspection.readable):
        _report(context, subject, "3-8", by_kind[FileProblemKind.ENCRYPTED].message,
                advice=_("Hand the file over without a password."))  # fmt: skip
        return
    active = next((by_kind[kind] for kind in _ACTIVE if kind in by_kind), None)
    fatal = next((p for p in inspection.problems if p.fatal and p.kind in _BROKEN), None)
    if active is not None:
        _report(context, subject, "own-2", active.message,
                advice=_("Hand over a copy without scripts, macros and programs."))  # fmt: skip
        return
    if inspection.readable is None:
        context.notes.setdefault("unopened", []).append(subject.file.path)
        return
    if inspection.readable and fatal is None:
        return
    seals = by_kind.get(FileProblemKind.SEAL)
    if fatal is None and seals is not None:
        return  # judged with the seals
    message = fatal.message if fatal is not None else _("The file %(path)s can't be opened.", path=subject.file.path)
    _report(context, subject, "3-4", message,
            advice=_("Make the file anew from its source and hand it over again."))  # fmt: skip


def _judge_seals(context: CheckContext, subject: Subject, inspection: Inspection) -> None:
    broken = [seal for seal in inspection.seals if seal.state is SealState.INVALID]
    problem = next((p for p in inspection.problems if p.kind is FileProblemKind.SEAL), None)
    if not broken and problem is None:
        return
    signers = ", ".join(seal.signer for seal in broken if seal.signer)
    message = problem.message if problem is not None else _(
        "A signature or seal in %(path)s does not hold.", path=subject.file.path
    )  # fmt: skip
    _report(context, subject, "1-1", message, found=signers or None,
            advice=_("Ask the agency for the file as it was sealed."))  # fmt: skip


def _report(
    context: CheckContext,
    subject: Subject,
    seq: str,
    message: Message,
    *,
    expected: object = None,
    found: object = None,
    advice: Message | None = None,
) -> None:
    context.report(
        seq, message, about=(file_key(subject.file.path),), item=subject.item, ref=subject.ref,
        path=subject.file.path, expected=expected, found=found, advice=advice,
    )  # fmt: skip


def _unknown(extension: str) -> Message:
    return _("unknown (.%(extension)s)", extension=extension) if extension else _("unknown")
