"""Looks at the bytes of every file once: digests, scanner, format and readability.

Files are judged one by one as results come in, so that a batch of any size needs little memory. Members of
containers are spooled one at a time to a folder that goes away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from shicheng.checks.context import CheckContext, NotLooked, file_key
from shicheng.checks.rules import contents, fixation
from shicheng.checks.types import Level
from shicheng.formats.pool import InspectionPool
from shicheng.kernel.digests import digest_stream
from shicheng.kernel.messages import message as _
from shicheng.packages.errors import DamagedMember
from shicheng.packages.tree import materialise
from shicheng.packages.types import ListedFile, PackageFile, PackageItem

_BIG = 4 << 20  # from here on files are hashed side by side
_THREADS = 2
_STEP = 200  # files between two words on progress


@dataclass(slots=True)
class Subject:
    """A file with the item and the list row it belongs to, if any."""

    file: PackageFile
    entry: ListedFile | None = None
    item: PackageItem | None = None

    @property
    def ref(self) -> str | None:
        """The reference code as the item list gives it, else as the file list does."""
        if self.item is not None and self.item.ref:
            return self.item.ref
        return (self.entry.ref or None) if self.entry is not None else None


def subjects(context: CheckContext) -> list[Subject]:
    """Return every listed file that is there, once."""
    found: list[Subject] | None = context.notes.get("subjects")
    if found is None:
        found, seen = [], set()
        for item in context.package.items:
            for entry in item.files:
                if entry.file is not None and entry.file.path not in seen:
                    seen.add(entry.file.path)
                    found.append(Subject(entry.file, entry, item))
        for entry in context.package.orphans:
            if entry.file is not None and entry.file.path not in seen:
                seen.add(entry.file.path)
                found.append(Subject(entry.file, entry))
        context.notes["subjects"] = found
    return found


def verify_digests(context: CheckContext) -> int:
    """Compute every listed digest that nobody has computed yet and compare; return how many were compared."""
    compared = 0
    waiting = [s for s in subjects(context) if s.entry is not None and s.entry.digests]
    tally = fixation.Tally()
    for place, subject in enumerate(_hashed(context, waiting)):
        compared += fixation.judge(context, subject, tally)
        _tell(context, place + 1, len(waiting), "hash")
    fixation.close(context, tally, compared)
    return compared


def _hashed(context: CheckContext, waiting: list[Subject]) -> Iterator[Subject]:
    """Yield each subject once its file has the digests its row lists; big files two at a time."""
    small = [s for s in waiting if s.file.size < _BIG]
    big = [s for s in waiting if s.file.size >= _BIG]
    for subject in small:
        _hash(context, subject)
        yield subject
    if not big:
        return
    # Members of one container share one stream: they are read one after another.
    threads = _THREADS if all(subject.file.local is not None for subject in big) else 1
    with ThreadPoolExecutor(threads, "hash") as pool:
        rest = iter(big)
        ahead = [(s, pool.submit(_hash, context, s)) for s in islice(rest, threads * 2)]
        while ahead:
            subject, future = ahead.pop(0)
            future.result()
            following = next(rest, None)
            if following is not None:
                ahead.append((following, pool.submit(_hash, context, following)))
            yield subject


def _hash(context: CheckContext, subject: Subject) -> None:
    assert subject.entry is not None
    file = subject.file
    wanted = [name for name in fixation.algorithms_to_try(subject.entry.digests) if name not in file.digests]
    if not wanted:
        return
    try:
        with file.open() as stream:
            digests, length = digest_stream(stream, wanted)
    except (OSError, DamagedMember, EOFError, ValueError) as error:
        context.notes.setdefault("unread", {})[file.path] = str(error)
        return
    file.digests.update(digests)
    if length != file.size:
        context.notes.setdefault("grown", {})[file.path] = length


def scan(context: CheckContext) -> int | NotLooked:
    """Hand every file that is there to the scanner, listed or not."""
    scanner = context.scanner
    if scanner is None:
        return NotLooked(_("No virus scanner is set up, so that nothing was scanned."))
    from shicheng.checks.rules.package import refs_by_path

    files = context.package.files
    refs = refs_by_path(context)
    rows = {s.file.path: s for s in subjects(context)}
    unscanned: list[str] = []
    why = None
    for place, (path, file) in enumerate(files.items()):
        _tell(context, place + 1, len(files), "scan")
        try:
            with file.open() as stream:
                result = scanner.scan(stream)
        except (OSError, DamagedMember, EOFError, ValueError):
            unscanned.append(path)
            continue
        if result.clean:
            continue
        if result.clean is None:
            unscanned.append(path)
            why = result.reason or why
            continue
        subject = rows.get(path)
        context.report(
            "4-2",
            _("The file %(path)s is infected: %(signature)s.", path=path, signature=result.signature),
            about=(("virus", path),),
            covers=(file_key(path),),
            item=subject.item if subject is not None else None,
            ref=subject.ref if subject is not None else refs.get(path),
            path=path,
            found=result.signature,
            advice=_("Keep the file apart, and ask for a clean copy from its source."),
        )
    if unscanned and len(unscanned) == len(files):
        return NotLooked(why or _("The scanner could look at no file."))
    if unscanned:
        context.report(
            "4-2",
            _("%(count)d files were not scanned: %(paths)s.", count=len(unscanned), paths=", ".join(unscanned[:20])),
            level=Level.WARNING,
            path=unscanned[0] if len(unscanned) == 1 else None,
            found=str(why) if why is not None else None,
            advice=_("Raise the scanner's size limit or scan these files by hand."),
        )
    return len(files) - len(unscanned)


def inspect(context: CheckContext) -> int:
    """Open every listed file that nothing is known against yet, and judge what was found."""
    done: int | None = context.notes.get("inspected")
    if done is not None:
        return done
    waiting = [s for s in subjects(context) if contents.before_opening(context, s)]
    context.notes["inspected"] = 0
    if waiting:
        if context.pool is not None:
            _inspect(context, context.pool, waiting)
        else:
            with InspectionPool(workers=2, want_text=False) as pool:
                _inspect(context, pool, waiting)
    contents.close(context)
    return int(context.notes["inspected"])


def _inspect(context: CheckContext, pool: InspectionPool, waiting: list[Subject]) -> None:
    with tempfile.TemporaryDirectory(prefix="shicheng-check-") as name:
        folder = Path(name)
        spooled: dict[int, Path] = {}

        def questions() -> Iterator[tuple[int, Path, str]]:
            for number, subject in enumerate(waiting):
                local = subject.file.local
                if local is None:
                    try:
                        local = spooled[number] = materialise(subject.file, folder)
                    except (OSError, DamagedMember, EOFError, ValueError) as error:
                        contents.report_unread(context, subject, str(error))
                        continue
                yield number, local, PurePosixPath(subject.file.path).name

        for place, (number, inspection) in enumerate(pool.inspect_many(questions())):
            contents.judge(context, waiting[number], inspection)
            if context.observer is not None:
                context.observer(waiting[number].file, inspection)
            context.notes["inspected"] += 1
            used = spooled.pop(number, None)
            if used is not None:
                used.unlink(missing_ok=True)
            _tell(context, place + 1, len(waiting), "open")


_WORDS = {
    "hash": _("Computing digests"),
    "scan": _("Looking for viruses"),
    "open": _("Opening files"),
}


def _tell(context: CheckContext, done: int, total: int, what: str) -> None:
    if context.progress is not None and (done % _STEP == 0 or done == total):
        context.progress(done, total, _WORDS[what])
