"""Fixation information 固化信息: digests the file list gives, compared with the bytes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shicheng.checks.context import CheckContext, entry_key, file_key
from shicheng.checks.types import Level
from shicheng.kernel.digests import VERIFY_ONLY
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.checks.looking import Subject

_HEX = re.compile("[0-9a-f]+")
_LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sm3": 64, "sha384": 96, "sha512": 128}
_BY_LENGTH: dict[int, tuple[str, ...]] = {
    32: ("md5",), 40: ("sha1",), 64: ("sm3", "sha256"), 96: ("sha384",), 128: ("sha512",),
}  # fmt: skip
_KEPT = 1000  # mismatches held back until it is known whether the whole list is of another algorithm


@dataclass(slots=True)
class Tally:
    """What was seen of one batch's digests so far."""

    other: Counter[tuple[str, str]] = field(default_factory=Counter)  # (named, really) -> files
    held: list[tuple[Subject, str, str]] = field(default_factory=list)
    right: int = 0
    used: Counter[str] = field(default_factory=Counter)
    without: int = 0


def algorithms_to_try(digests: dict[str, str]) -> list[str]:
    """Return the algorithms to compute: the named ones, and for a value of another length what it may be."""
    wanted: list[str] = []
    for name, value in digests.items():
        text = value.lower().strip()
        fits = len(text) == _LENGTHS.get(name, len(text)) and _HEX.fullmatch(text) is not None
        wanted.append(name)
        if not fits:
            wanted += [other for other in _BY_LENGTH.get(len(text), ()) if other not in wanted]
    return wanted


def judge(context: CheckContext, subject: Subject, tally: Tally) -> int:
    """Compare one file with its listed digests and size; return how many digests were compared."""
    entry, file = subject.entry, subject.file
    assert entry is not None
    unread = context.notes.get("unread", {}).get(file.path)
    if unread is not None:
        return 0
    if context.ledger.explains(entry_key(entry)) is not None:
        return 1
    size_differs = entry.size is not None and entry.size != file.size
    for name, value in entry.digests.items():
        text = value.lower().strip()
        tally.used[name] += 1
        if file.digests.get(name) == text:
            tally.right += 1
            continue
        really = _really(subject, name, text)
        if really is not None:
            tally.other[name, really] += 1
            if len(tally.held) < _KEPT:
                tally.held.append((subject, name, really))
            continue
        _report_mismatch(context, subject, name, text)
        return len(entry.digests)
    if size_differs and file.path not in context.notes.get("grown", {}):
        _report_size(context, subject, proven=True)
    return len(entry.digests)


def close(context: CheckContext, tally: Tally, compared: int) -> None:
    """Report what only the whole list shows: another algorithm than named, weak ones, rows without a digest."""
    for (named, really), count in tally.other.items():
        if count > 1 and count * 2 > tally.used[named]:
            context.report(
                "1-1",
                _("The file list calls its digests %(named)s, but they are %(really)s; by that they hold.",
                  named=named.upper(), really=really.upper()),
                about=(("algorithm", named),),
                level=Level.WARNING,
                expected=named.upper(),
                found=really.upper(),
                advice=_("Correct the name of the algorithm in the list and the description file."),
            )  # fmt: skip
    for subject, named, really in tally.held:
        if context.ledger.explains(("algorithm", named)) is None:
            _report_other(context, subject, named, really)
    weak = sorted(name for name in tally.used if name in VERIFY_ONLY)
    if weak and not any(name not in VERIFY_ONLY for name in tally.used):
        context.report(
            "1-1",
            _("The file list gives only %(names)s digests, which no longer prove that files are unchanged.",
              names=", ".join(name.upper() for name in weak)),
            about=tuple(("algorithm", name) for name in weak),
            level=Level.WARNING,
            expected="SM3",
            found=", ".join(name.upper() for name in weak),
            advice=_("Ask for a list with SM3 digests; until then trust rests on how the batch came here."),
        )  # fmt: skip
    _without_digest(context, compared)
    _sizes(context)


def _really(subject: Subject, named: str, text: str) -> str | None:
    """Return the algorithm by which the listed value is right after all."""
    for name in _BY_LENGTH.get(len(text), ()):
        if name == named:
            continue
        if name not in subject.file.digests:
            from shicheng.kernel.digests import digest_stream

            try:
                with subject.file.open() as stream:
                    subject.file.digests.update(digest_stream(stream, (name,))[0])
            except (OSError, ValueError, EOFError):
                return None
        if subject.file.digests[name] == text:
            return name
    return None


def _report_mismatch(context: CheckContext, subject: Subject, name: str, text: str) -> None:
    length = _LENGTHS.get(name)
    broken = length is not None and (len(text) != length or _HEX.fullmatch(text) is None)
    message = (
        _("The digest listed for %(path)s is no %(name)s digest: it should have %(expected)d hexadecimal digits.",
          path=subject.file.path, name=name.upper(), expected=length)
        if broken
        else _("The content of %(path)s does not agree with its %(name)s digest in the file list.",
               path=subject.file.path, name=name.upper())
    )  # fmt: skip
    context.report(
        "1-1",
        message,
        about=(file_key(subject.file.path),),
        item=subject.item,
        ref=subject.ref,
        path=subject.file.path,
        expected=text,
        found=subject.file.digests.get(name),
        advice=(
            _("Give the right digest in the list and send the batch again.")
            if broken
            else _("The file or the list was changed after listing: ask the agency for the file once more.")
        ),
    )


def _report_other(context: CheckContext, subject: Subject, named: str, really: str) -> None:
    context.report(
        "1-1",
        _("The digest listed for %(path)s as %(named)s is its %(really)s digest.",
          path=subject.file.path, named=named.upper(), really=really.upper()),
        about=(("digest", subject.file.path),),
        item=subject.item,
        ref=subject.ref,
        path=subject.file.path,
        expected=named.upper(),
        found=really.upper(),
        advice=_("Give the right digest in the list and send the batch again."),
    )  # fmt: skip


def _report_size(context: CheckContext, subject: Subject, *, proven: bool) -> None:
    entry = subject.entry
    assert entry is not None
    context.report(
        "1-10" if proven else "2-7",
        _("The file list gives %(path)s %(listed)d bytes, but it has %(real)d.",
          path=subject.file.path, listed=entry.size, real=subject.file.size),
        about=(("size", subject.file.path), *(() if proven else (file_key(subject.file.path),))),
        item=subject.item,
        ref=subject.ref,
        path=subject.file.path,
        expected=entry.size,
        found=subject.file.size,
        advice=(
            _("The digest holds, so the content is right: correct the number in the list.")
            if proven
            else _("Ask the agency for the file once more, or for its digest.")
        ),
    )  # fmt: skip
    context.notes.setdefault("sizes", []).append((entry.size, subject.file.size))


def _without_digest(context: CheckContext, compared: int) -> None:
    """Report rows without a digest in a list that otherwise has them."""
    from shicheng.checks.looking import subjects

    if not compared:
        return
    for subject in subjects(context):
        if subject.entry is not None and not subject.entry.digests and subject.entry.row is not None:
            context.report(
                "1-1",
                _("The file list gives no digest for %(path)s.", path=subject.file.path),
                about=(("digest", subject.file.path), file_key(subject.file.path)),
                item=subject.item,
                ref=subject.ref,
                path=subject.file.path,
                expected=_first_algorithm(context),
                found="",
                advice=_("Give the digest in the list and send the batch again."),
            )


def _first_algorithm(context: CheckContext) -> str:
    return (context.package.statement.digest_algorithm or "sm3").upper()


def _sizes(context: CheckContext) -> None:
    """Without a digest the size is all there is to compare."""
    from shicheng.checks.looking import subjects

    for subject in subjects(context):
        entry = subject.entry
        if entry is not None and entry.size is not None and not entry.digests and entry.size != subject.file.size:
            _report_size(context, subject, proven=False)
