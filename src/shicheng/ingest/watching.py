"""The watched folder: batches that offices put there are noticed, and taken in once when they are complete.

A batch is an entry of the watched folder, a folder or an archive file; with `watched_by_fonds` an entry of one of the
folders named by fonds codes. It is complete as soon as its marker is there (`.done` within a folder, or `NAME.done`
beside it), or, unless a marker is asked for, when names, sizes and times of all its files have stayed the same for
`watched_seconds`. Hidden names, `taken`, and names that programs give to what is still being copied are passed over.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.base.errors import plain_error
from shicheng.ingest import events, policies, selectors, services
from shicheng.ingest.arriving import refuse_unreadable
from shicheng.ingest.errors import BatchChanged, UnwantedBatch
from shicheng.ingest.models import WatchedBatch
from shicheng.ingest.receiving import receive_announced
from shicheng.ingest.states import WATCHED
from shicheng.jobs import services as jobs
from shicheng.jobs.errors import TryLater
from shicheng.jobs.models import Job
from shicheng.jobs.run import Run
from shicheng.jobs.types import UNFINISHED
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.kernel.reasons import reason_of
from shicheng.people.policies import require
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage.errors import StoreFull

TAKEN: Final = "taken"
MARKER: Final = ".done"
_GROWING: Final = (MARKER, ".part", ".partial", ".tmp", ".filepart", ".crdownload")
_FULL: Final = 300  # seconds between two tries while the disk is full
_KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the watched folder as it is now."""

    path: Path
    shown: str  # its path within the watched folder, as text
    fonds: str
    files: int = 0
    bytes: int = 0
    fingerprint: str = ""
    has_marker: bool = False
    error: ShichengError | None = None  # why it can't be a batch, whatever is in it

    @property
    def digest(self) -> str:
        """What its row is found by."""
        return hashlib.sha256(os.fsencode(self.path)).hexdigest()


def look(run: Run, *, settings: Settings) -> dict[str, int]:
    """Compare what lies in the watched folder with what was seen before; have jobs take in what is complete."""
    if not is_there(settings):
        return {"batches": 0, "complete": 0}
    seen: list[str] = []
    complete = 0
    for entry in _entries(settings):
        run.check_cancelled()
        found = _measure(entry)
        seen.append(found.digest)
        complete += _consider(found, settings)
    # What was taken away by its office before it was taken in is no concern of ours.
    gone = WatchedBatch.objects.exclude(path_digest__in=seen).filter(state__in=["growing", "troubled"])
    with atomic():
        gone.delete()
        WatchedBatch.objects.filter(state="taken", seen_at__lt=clock.now() - _KEPT).exclude(
            path_digest__in=seen
        ).delete()
    return {"batches": len(seen), "complete": complete}


def is_there(settings: Settings) -> bool:
    """Tell whether a folder is watched and can be looked into."""
    return bool(settings.watched_folder) and os.access(settings.watched_folder, os.R_OK | os.X_OK)


def take(run: Run, *, batch_id: str, settings: Settings) -> dict[str, Any]:
    """Take one batch in and move it out of the way. Safe to run twice; what can't be taken says why in its row."""
    row = WatchedBatch.objects.filter(pk=UUID(batch_id)).first()
    if row is None or row.state != "taking":
        return {}
    path = Path(settings.watched_folder) / row.path
    try:
        number = _receive(run, row, path, settings)
    except BatchChanged:
        _end(row, "grow", same_since=clock.now(), transfer=None, number="")
        return {"changed": row.path}
    except (ShichengError, OSError) as error:
        told = plain_error(error)
        if isinstance(error, StoreFull) or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
            assert told is not None
            raise TryLater(told.message, hint=told.hint, seconds=_FULL) from error
        if isinstance(error, ShichengError) and error.code.startswith("jobs."):
            raise
        _trouble(row, told or _unreadable(row.path, error))
        return {"troubled": row.path}
    problem = _move(row, path, settings)
    with atomic():
        held = WatchedBatch.objects.select_for_update().get(pk=row.pk)
        if held.state == "taking":
            _set(held, "keep", problem_json=problem)
            details = {"path": row.path, "number": number, "files": row.files, "bytes": row.bytes}
            audit.append(SYSTEM, events.WATCHED_TAKEN, ("watched", str(row.pk)), details)
    return {"transfer": number}


def try_again(*, actor: Actor, batch_id: UUID) -> WatchedBatch:
    """Have a batch that could not be taken in tried once more, as it is now."""
    require(actor, policies.RECEIVE)
    with atomic():
        row = selectors.locked_watched(actor, batch_id)
        _start(row)
    return row


def _receive(run: Run, row: WatchedBatch, path: Path, settings: Settings) -> str:
    """See to it that the batch is a transfer on its way to its check, and return the number."""
    if row.transfer is None:
        found = _measure(Found(path, row.path, row.fonds_code))
        if found.error is not None:
            raise found.error
        if found.fingerprint != row.fingerprint:
            raise BatchChanged(_("The batch %(name)s changed while it was read.", name=row.path))
        if not found.files:
            raise UnwantedBatch(
                _("There is no file in %(path)s.", path=row.path), hint=_("Put the batch into it, or remove it.")
            )
        if path.is_file():
            refuse_unreadable(path)
        with atomic():
            transfer = services.announce(actor=SYSTEM, name=path.name, source=str(path.absolute()))
            row.transfer, row.number = transfer.pk, transfer.number
            row.save(update_fields=["transfer", "number"])
    received = receive_announced(
        actor=SYSTEM,
        transfer_id=row.transfer,
        path=path,
        settings=settings,
        fonds=row.fonds_code,
        leave_out=frozenset({MARKER}),
        is_unchanged=lambda: _measure(Found(path, row.path, row.fonds_code)).fingerprint == row.fingerprint,
        progress=lambda done, total=None, note="": run.progress(
            done, total, _("Files are written down with their digests.")
        ),
    )
    transfer = selectors.transfer(SYSTEM, row.transfer)
    if transfer.state == "received":
        services.start_check(actor=SYSTEM, transfer_id=transfer.pk)
    return transfer.same_as or received.number


def _consider(found: Found, settings: Settings) -> bool:
    """Bring the row of an entry up to what is there now; tell whether it is complete and goes to a job."""
    now = clock.now()
    facts = {"files": found.files, "bytes": found.bytes, "fingerprint": found.fingerprint, "seen_at": now}
    again: WatchedBatch | None = None
    with atomic():
        row = WatchedBatch.objects.select_for_update().filter(path_digest=found.digest).first()
        if row is None:
            row = WatchedBatch.objects.create(
                path=found.shown, path_digest=found.digest, fonds_code=found.fonds, same_since=now, **facts
            )
        same = row.fingerprint == found.fingerprint
        if row.state == "taking":
            _see_to_its_job(row)
            return False
        if row.state == "taken" and same:
            again = row
        elif not same:
            fresh = {"same_since": now, "problem_json": None, "transfer": None, "number": ""}
            if row.state == "growing":
                _save(row, **facts, **fresh)
            else:
                _set(row, "grow", **facts, **fresh)
        else:
            _save(row, seen_at=now)
        if row.state == "growing" and found.error is not None:
            _tell(row, found.error)
        elif row.state == "growing" and _is_complete(row, found, settings):
            _start(row)
            return True
    if again is not None and settings.watched_taken == "move":  # it was taken in, and moving it failed or came later
        problem = _move(again, found.path, settings)
        with atomic():
            _save(WatchedBatch.objects.select_for_update().get(pk=again.pk), problem_json=problem, seen_at=now)
    return False


def _is_complete(row: WatchedBatch, found: Found, settings: Settings) -> bool:
    if found.has_marker:
        return True
    rested = clock.now() - row.same_since >= timedelta(seconds=settings.watched_seconds)
    return bool(found.files) and rested and not settings.watched_needs_marker


def _start(row: WatchedBatch) -> None:
    from shicheng.ingest import work

    _set(row, "take", problem_json=None)
    jobs.enqueue(work.take_watched, unique_key=f"watched:{row.pk}", batch_id=str(row.pk))


def _see_to_its_job(row: WatchedBatch) -> None:
    """A batch that is being taken in has a job; one whose job was given up is in trouble."""
    from shicheng.ingest import work

    last = Job.objects.filter(unique_key=f"watched:{row.pk}").order_by("-created").first()
    if last is not None and last.state in UNFINISHED:
        return
    if last is not None and last.is_troubled and last.error is not None:
        row.problem_json = {"message": last.error.to_json(), "hint": last.hint.to_json() if last.hint else None}
        _set(row, "trouble", problem_json=row.problem_json)
    else:
        jobs.enqueue(work.take_watched, unique_key=f"watched:{row.pk}", batch_id=str(row.pk))


def _trouble(row: WatchedBatch, error: ShichengError) -> None:
    """Say in the row why the batch could not be taken in, and give its number up."""
    with atomic():
        held = WatchedBatch.objects.select_for_update().get(pk=row.pk)
        if held.transfer is not None and selectors.transfer(SYSTEM, held.transfer).state == "announced":
            services.give_up(actor=SYSTEM, transfer_id=held.transfer)
        held.transfer, held.number = None, ""
        _tell(held, error)


def _tell(row: WatchedBatch, error: ShichengError) -> None:
    told = {"message": error.message.to_json(), "hint": error.hint.to_json() if error.hint else None}
    _set(row, "trouble", problem_json=told, transfer=row.transfer, number=row.number)
    details = {"path": row.path, "reason": str(error.message)}
    audit.append(SYSTEM, events.WATCHED_TROUBLED, ("watched", str(row.pk)), details)


def _end(row: WatchedBatch, verb: str, **values: Any) -> None:
    with atomic():
        held = WatchedBatch.objects.select_for_update().get(pk=row.pk)
        if held.state == "taking":
            _set(held, verb, **values)


def _set(row: WatchedBatch, verb: str, **values: Any) -> None:
    row.state = WATCHED.next(row.state, verb)
    _save(row, state=row.state, **values)


def _save(row: WatchedBatch, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _move(row: WatchedBatch, path: Path, settings: Settings) -> dict[str, Any] | None:
    """Move what was taken in to `taken`, named by its number; done already, nothing happens. Returns a problem."""
    if settings.watched_taken != "move":
        return None
    root = Path(settings.watched_folder)
    target = root / TAKEN / f"{row.number} {path.name}"
    try:
        target.parent.mkdir(exist_ok=True)
        if path.exists():
            while target.exists():  # the very same came once more
                target = target.with_name(f"{target.name}~")
            shutil.move(path, target)
        marker = path.with_name(path.name + MARKER)
        if marker.exists():
            marker.replace(target.with_name(target.name + MARKER))
    except OSError as error:
        moved = _("%(path)s was taken in, but can't be moved away: %(reason)s.", path=row.path, reason=reason_of(error))
        return {"message": moved.to_json(), "hint": _("Give Shicheng leave to write there.").to_json()}
    if _measure(Found(target, row.path, row.fonds_code)).fingerprint != row.fingerprint:
        late = _("%(path)s changed after it was taken in; the change is not in the archive.", path=row.path)
        return {"message": late.to_json(), "hint": _("Compare it with transfer %(n)s.", n=row.number).to_json()}
    return None


def _entries(settings: Settings) -> Iterator[Found]:
    root = Path(settings.watched_folder).absolute()
    if not settings.watched_by_fonds:
        yield from (Found(one, _shown(one, root), "") for one in _listed(root))
        return
    for folder in _listed(root):
        if folder.is_dir() and not folder.is_symlink():
            yield from (Found(one, _shown(one, root), _shown(folder, root)) for one in _listed(folder))
        else:
            stray = UnwantedBatch(
                _("%(path)s does not lie in the folder of a fonds.", path=_shown(folder, root)),
                hint=_("Put it into a folder named by the code of its fonds."),
            )
            yield Found(folder, _shown(folder, root), "", error=stray)


def _listed(folder: Path) -> list[Path]:
    return sorted(
        one for one in folder.iterdir()
        if one.name != TAKEN and not one.name.startswith((".", "~$")) and not one.name.lower().endswith(_GROWING)
    )  # fmt: skip


def _measure(entry: Found) -> Found:
    """Find out what lies there: number and bytes of files, and a fingerprint over names, sizes and times."""
    if entry.error is not None:
        return entry
    if entry.path.is_symlink() or os.fsencode(entry.path.name).decode("utf-8", "ignore") != entry.path.name:
        odd = UnwantedBatch(
            _("%(path)s is a link, or its name is not in UTF-8.", path=entry.shown),
            hint=_("Put the batch itself there, under a plain name."),
        )
        return replace(entry, error=odd)
    digest = hashlib.sha256()
    files = size = 0
    try:
        for name, status in sorted(_walk(entry.path)):
            digest.update(b"%s\0%d\0%d\0" % (name, status.st_size, status.st_mtime_ns))
            files, size = files + 1, size + status.st_size
        marked = entry.path.with_name(entry.path.name + MARKER).exists() or (entry.path / MARKER).exists()
    except FileNotFoundError:
        return entry  # it goes away just now, or is being renamed
    except NotADirectoryError:
        marked = False
    except OSError as error:
        return replace(entry, error=_unreadable(entry.shown, error))
    return replace(entry, files=files, bytes=size, fingerprint=digest.hexdigest(), has_marker=marked)


def _walk(path: Path) -> Iterator[tuple[bytes, os.stat_result]]:
    if not path.is_dir():
        yield b"", path.stat()
        return
    root = os.fsencode(path)
    pending = [b""]
    while pending:
        folder = pending.pop()
        with os.scandir(root + b"/" + folder if folder else root) as entries:
            for one in entries:
                name = folder + b"/" + one.name if folder else one.name
                if one.is_dir(follow_symlinks=False):
                    pending.append(name)
                elif name != MARKER.encode():
                    yield name, one.stat(follow_symlinks=False)


def _shown(path: Path, root: Path) -> str:
    return os.fsencode(path.relative_to(root)).decode("utf-8", "replace")


def _unreadable(shown: str, error: BaseException) -> UnwantedBatch:
    reason = reason_of(error) if isinstance(error, OSError) else str(error)
    return UnwantedBatch(
        _("%(path)s can't be read: %(reason)s.", path=shown, reason=reason),
        hint=_("Give Shicheng leave to read it; it is tried again when something in it changes."),
    )
