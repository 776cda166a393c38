"""Uploads from their beginning to the transfer they become; the receiving itself is a job."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.ingest import events, policies, selectors, services
from shicheng.ingest.errors import UploadGone, UploadIncomplete, UploadTooLarge
from shicheng.ingest.models import Transfer, Upload
from shicheng.ingest.receiving import open_named
from shicheng.ingest.states import TRANSFER, UPLOAD
from shicheng.ingest.upload_files import Standing, UploadFile, files_of, key_of, room_needed, unknown
from shicheng.ingest.uploads import BadUpload
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes
from shicheng.packages.types import Limits
from shicheng.people.policies import require
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import durable

ARCHIVE: Final = "archive"
FOLDER: Final = "folder"
_TOUCH_EVERY: Final = timedelta(minutes=1)
_KEPT_ROWS: Final = timedelta(days=30)
_MOST_NAME: Final = 240  # bytes; file systems take 255
_MOST_PATH: Final = 3000  # bytes; systems take 4096, and the archive's folder stands before it
_FIRST: Final = 512


def folder_of(upload_id: UUID, settings: Settings) -> Path:
    """Where an upload lies until its batch is in staging."""
    return settings.staging_path / "uploads" / str(upload_id)


def parts_of(upload: Upload, settings: Settings) -> Path:
    """Where the files of an upload grow."""
    return folder_of(upload.pk, settings) / "parts"


def expires_at(upload: Upload, settings: Settings) -> datetime:
    """When an upload is given up if nothing more arrives."""
    return upload.touched_at + timedelta(days=settings.upload_days)


def begin(
    *, actor: Actor, kind: str, name: str, files: int, size: int, settings: Settings, resubmit: str = ""
) -> Upload:
    """Begin an upload of so many files and bytes. Raises `BadUpload`, `UploadTooLarge`, `StoreFull`."""
    require(actor, policies.RECEIVE if resubmit else policies.SEND)
    if actor.user_id is None:
        raise unknown()  # it would belong to nobody
    _require_name(name)
    if size > settings.upload_bytes:
        raise too_large(settings)
    if not 1 <= files <= Limits().files:
        raise BadUpload(
            _("An upload has between 1 and %(most)s files.", most=Limits().files),
            hint=_("Split the batch into several, or pack it into one archive file."),
        )
    if resubmit:
        mended = selectors.transfer(actor, resubmit)
        if not (mended.state == "announced" and mended.attempt > 1):
            TRANSFER.find_move(mended.state, "resubmit")
        resubmit = mended.number
    area = settings.staging_path / "uploads"
    room_needed(area, size + _still_to_come(settings), settings.free_bytes)
    now = clock.now()
    with atomic():
        upload = Upload.objects.create(
            owner=actor.user_id, owner_name=actor.name[:200], kind=kind, name=name, resubmit=resubmit, files=files,
            bytes=size, begun_at=now, touched_at=now,
        )  # fmt: skip
        _log(actor, events.UPLOAD_BEGUN, upload)
    return upload


def begin_file(*, upload: Upload, path: str, size: int, settings: Settings) -> tuple[str, Standing]:
    """Begin one file of an upload, or find it begun; the same path never begins twice. Returns its key."""
    require_open(upload)
    require_path(path)
    key = key_of(path)
    folder = parts_of(upload, settings)
    folder.mkdir(parents=True, exist_ok=True)
    file = UploadFile(folder, key)
    with _counted(folder) as count:
        if not file.ledger.exists():
            if count.files >= upload.files or count.bytes + size > upload.bytes:
                raise BadUpload(
                    _("The upload was begun with %(files)s files of %(bytes)s, and this one goes beyond that.",
                      files=upload.files, bytes=format_bytes(upload.bytes)),
                    hint=_("Begin a new upload with all that belongs to the batch."),
                )  # fmt: skip
            count.add(size)
        return key, file.begin(path, size)


def bytes_here(upload: Upload, settings: Settings) -> int:
    """About how many bytes of an upload lie on the disk: also some that are not durable yet."""
    folder = parts_of(upload, settings)
    return sum(one.stat().st_size for one in folder.glob("*.part")) if folder.is_dir() else 0


def remove_file(*, upload: Upload, key: str, settings: Settings) -> None:
    """Forget one file of an upload; raises `UnknownUpload` if it was not begun."""
    require_open(upload)
    file = UploadFile(parts_of(upload, settings), key)
    standing = file.standing()
    with _counted(parts_of(upload, settings)) as count:
        file.remove()
        count.add(-standing.size, files=-1)


def touch(upload: Upload) -> None:
    """Note that something arrived; at most once a minute, since pieces come many times a second."""
    now = clock.now()
    if now - upload.touched_at > _TOUCH_EVERY:
        upload.touched_at = now
        Upload.objects.filter(pk=upload.pk, state="open").update(touched_at=now)


def finish(*, actor: Actor, upload_id: UUID, settings: Settings) -> Transfer:
    """Announce what was sent as a transfer and have a job receive it. Safe to run twice.

    Raises `UploadIncomplete`, and `UnreadablePackage` for what is no batch at first sight.
    """
    upload = selectors.upload(actor, upload_id)
    if upload.transfer is not None:
        return selectors.transfer(actor, upload.transfer)
    require_open(upload)
    found = [standing for _key, standing in files_of(parts_of(upload, settings))]
    whole = [one for one in found if one.is_whole]
    if len(whole) < upload.files or sum(one.size for one in whole) < upload.bytes:
        raise UploadIncomplete(
            _("%(here)s of %(files)s files of the upload are here whole.", here=len(whole), files=upload.files),
            hint=_("Send what is missing, then finish the upload again."),
        )
    if upload.kind == ARCHIVE:
        build_batch(upload, settings)
        refuse_unreadable(folder_of(upload.pk, settings) / "batch" / upload.name)
    return _announce(actor, upload, _source(upload, [one.path for one in found], settings))


def take_sent(
    *, actor: Actor, upload_id: UUID, path: Path, size: int, settings: Settings, resubmit: str = ""
) -> Transfer:
    """Announce a batch that was sent in one request and lies below the folder of this upload; a job receives it."""
    require(actor, policies.RECEIVE)
    if actor.user_id is None:
        raise unknown()
    kind = FOLDER if path.is_dir() else ARCHIVE
    if kind == ARCHIVE:
        refuse_unreadable(path)
    durable.sync_tree(folder_of(upload_id, settings))
    now = clock.now()
    name = path.name if path.name != "batch" else str(_("Files"))
    upload = Upload(
        id=upload_id, owner=actor.user_id, owner_name=actor.name[:200], kind=kind, name=name[:300], resubmit=resubmit,
        bytes=size, begun_at=now, touched_at=now,
    )  # fmt: skip
    return _announce(actor, upload, path)


def take_path(*, actor: Actor, path: Path, resubmit: str = "") -> Transfer:
    """Announce a batch that lies on the server and have a job receive it from there."""
    require(actor, policies.RECEIVE)
    if path.is_file():
        refuse_unreadable(path)
    with atomic():
        transfer = _numbered(actor, path.name, str(path.absolute()), resubmit)
        return services.receive_later(actor=actor, transfer_id=transfer.pk)


def remove(*, actor: Actor, upload_id: UUID, settings: Settings) -> None:
    """Remove an unfinished upload and what arrived of it; removed already, nothing happens."""
    with atomic():
        upload = selectors.locked_upload(actor, upload_id)
        if upload.state == "removed":
            return
        if upload.state != "open":
            raise gone(upload)
        _end(upload, "drop")
        _log(actor, events.UPLOAD_REMOVED, upload)
    clear(upload.pk, settings)


def give_up(*, actor: Actor, transfer_id: UUID, settings: Settings) -> Transfer:
    """Give up a transfer whose batch can't be read, and throw away what was sent for it."""
    with atomic():
        transfer = services.give_up(actor=actor, transfer_id=transfer_id)
        for upload in Upload.objects.select_for_update().filter(transfer=transfer.pk, state="sent"):
            _end(upload, "drop")
    for upload in Upload.objects.filter(transfer=transfer.pk, state="removed"):
        clear(upload.pk, settings)
    return transfer


def expire(settings: Settings) -> int:
    """Give up what nobody went on with, clear away what is left of the ended, and return how many expired."""
    now = clock.now()
    expired = 0
    for upload in Upload.objects.filter(state="open", touched_at__lt=now - timedelta(days=settings.upload_days)):
        with atomic():
            held = Upload.objects.select_for_update().get(pk=upload.pk)
            if held.state != "open" or expires_at(held, settings) > now:  # somebody went on this moment
                continue
            _end(held, "expire")
            _log(SYSTEM, events.UPLOAD_EXPIRED, held)
        expired += 1
    area = settings.staging_path / "uploads"
    kept = {str(key) for key in Upload.objects.filter(state__in=["open", "sent"]).values_list("pk", flat=True)}
    ended = {str(key) for key in Upload.objects.exclude(state__in=["open", "sent"]).values_list("pk", flat=True)}
    for folder in area.iterdir() if area.is_dir() else ():
        # What has no row is a form being sent just now, or one whose sender or server went away.
        old = now.timestamp() - folder.stat().st_mtime > settings.upload_days * 86400
        if folder.name not in kept and (old or folder.name in ended):
            shutil.rmtree(folder, ignore_errors=True)
    Upload.objects.filter(ended_at__lt=now - _KEPT_ROWS).delete()
    return expired


def build_batch(upload: Upload, settings: Settings) -> None:
    """Put the files of a finished upload into place under their own names; done partly, it is completed."""
    root = folder_of(upload.pk, settings) / "batch"
    parts = parts_of(upload, settings)
    for key, standing in files_of(parts):
        target = root.joinpath(*standing.path.split("/"))
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.hardlink_to(parts / f"{key}.part")
        except FileExistsError:
            continue
        except OSError:  # the file system knows no hard links
            (parts / f"{key}.part").rename(target)


def end_taken(upload_id: UUID, settings: Settings) -> None:
    """Note that the batch of an upload lies in staging, and clear the upload away."""
    with atomic():
        upload = Upload.objects.select_for_update().get(pk=upload_id)
        if upload.state == "sent":
            _end(upload, "take")
    clear(upload_id, settings)


def clear(upload_id: UUID, settings: Settings) -> None:
    """Take away the folder of an upload."""
    shutil.rmtree(folder_of(upload_id, settings), ignore_errors=True)


def require_open(upload: Upload) -> None:
    """Raise `UploadGone` unless more may be sent."""
    if not upload.is_open:
        raise gone(upload)


def gone(upload: Upload) -> UploadGone:
    """The upload has ended."""
    return UploadGone(
        _("The upload %(name)s has ended; nothing more can be sent to it.", name=upload.name),
        hint=_("Look for the transfer it became, or begin a new upload."),
    )


def too_large(settings: Settings) -> UploadTooLarge:
    """The upload passes the ceiling."""
    return UploadTooLarge(
        _("The upload is larger than %(most)s, the most this archive takes by the web.",
          most=format_bytes(settings.upload_bytes)),
        hint=_("Put the batch on a disk of the server and run `shicheng ingest` there."),
    )  # fmt: skip


def require_path(path: str) -> None:
    """Raise `BadUpload` for a path that leads out of its folder or that no disk can hold."""
    parts = path.split("/")
    # Half characters can't be part of a name that is to be found again.
    bad = "\\" in path or "\x00" in path or path != path.encode("utf-8", "ignore").decode("utf-8")
    bad = bad or len(path.encode("utf-8", "replace")) > _MOST_PATH or any(part in ("", ".", "..") for part in parts)
    if bad or any(len(part.encode("utf-8")) > _MOST_NAME for part in parts):
        raise BadUpload(
            _("The path %(path)s is not one inside the folder, or it is too long.",
              path=path[:300].encode("utf-8", "replace").decode("utf-8")),
            hint=_("Rename the file, or pack the folder as a zip and send that."),
        )  # fmt: skip


def refuse_unreadable(path: Path) -> None:
    """Raise `UnreadablePackage` for a file that is no package at first sight; tars are read by the job."""
    with path.open("rb") as stream:
        head = stream.read(_FIRST)
    if head[:2] == b"\x1f\x8b" or head[257:262] == b"ustar" or path.name.lower().endswith(".tar"):
        return
    open_named(path).close()


class _Count:
    """How many files of an upload were begun, and their bytes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        told = os.pread(descriptor, 60, 0).split()
        self.files, self.bytes = (int(told[0]), int(told[1])) if len(told) == 2 else (0, 0)

    def add(self, size: int, *, files: int = 1) -> None:
        """Count one more, or one less."""
        self.files, self.bytes = self.files + files, self.bytes + size
        os.pwrite(self._descriptor, f"{self.files} {self.bytes}".ljust(59).encode() + b"\n", 0)


@contextmanager
def _counted(folder: Path) -> Iterator[_Count]:
    """Let one request at a time begin files of an upload."""
    descriptor = os.open(folder / "count", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield _Count(descriptor)
    finally:
        os.close(descriptor)


def _still_to_come(settings: Settings) -> int:
    """Bytes that begun uploads were promised room for and that are not here yet."""
    return sum(max(0, one.bytes - bytes_here(one, settings)) for one in Upload.objects.filter(state="open"))


def _source(upload: Upload, paths: list[str], settings: Settings) -> Path:
    """Where the batch will lie: the one folder or file at its top, or what holds several."""
    root = folder_of(upload.pk, settings) / "batch"
    tops = {path.split("/")[0] for path in paths}
    alone = len(tops) == 1 and (upload.kind == ARCHIVE or all("/" in path for path in paths))
    return root / tops.pop() if alone else root


def _announce(actor: Actor, upload: Upload, source: Path) -> Transfer:
    with atomic():
        held = Upload.objects.select_for_update().filter(pk=upload.pk).first() or upload
        if held.transfer is not None:
            return selectors.transfer(actor, held.transfer)
        transfer = _numbered(actor, held.name, str(source), held.resubmit)
        held.state = UPLOAD.next(held.state, "finish")
        held.transfer = transfer.pk
        held.save()
        _log(actor, events.UPLOAD_SENT, held, number=transfer.number)
        return services.receive_later(actor=actor, transfer_id=transfer.pk)


def _numbered(actor: Actor, name: str, source: str, resubmit: str) -> Transfer:
    if resubmit:
        mended = selectors.transfer(actor, resubmit)
        return services.resubmit(actor=actor, transfer_id=mended.pk, name=name, source=source)
    return services.announce(actor=actor, name=name, source=source)


def _end(upload: Upload, verb: str) -> None:
    upload.state = UPLOAD.next(upload.state, verb)
    upload.ended_at = clock.now()
    upload.save(update_fields=["state", "ended_at"])


def _require_name(name: str) -> None:
    require_path(name)
    if "/" in name:
        raise BadUpload(_("No file can have the name %(name)s.", name=name), hint=_("Give it another name."))


def _log(actor: Actor, event: str, upload: Upload, **more: Any) -> None:
    details = {"name": upload.name, "files": upload.files, "bytes": upload.bytes, **more}
    audit.append(actor, event, ("upload", str(upload.pk)), details)
