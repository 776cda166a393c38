"""What can go wrong with the store."""

from __future__ import annotations

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes


class StorageError(ShichengError):
    """Any refusal or failure of the store."""

    code = "storage.store.failed"
    http_status = 500


class StoreFull(StorageError):
    """The disk has no room; what was already stored is whole and nothing half is there."""

    code = "storage.store.full"
    exit_code = 5
    http_status = 507

    def __init__(self, folder: object, *, needed: int, free: int, kept_free: int = 0) -> None:
        super().__init__(
            _(
                "The disk of %(folder)s is full: %(needed)s are needed, %(free)s are free, "
                "of which %(kept)s stay free.",
                folder=folder,
                needed=format_bytes(needed),
                free=format_bytes(free),
                kept=format_bytes(kept_free),
            ),
            hint=_(
                "Make room on this disk or add a bigger one, then start the work again: it goes on where it stopped."
            ),
        )
        self.needed, self.free = needed, free


class StoreUnreachable(StorageError):
    """The storage service does not answer."""

    code = "storage.store.unreachable"
    exit_code = 5
    http_status = 503


class BadStore(StorageError):
    """The folder or bucket is no store this software may write to."""

    code = "storage.store.bad"
    exit_code = 2


class ObjectConflict(StorageError):
    """An object is already there with other content."""

    code = "storage.object.conflict"
    http_status = 409


class NoSuchObject(StorageError):
    """The store has no such object, version or file."""

    code = "storage.object.missing"
    http_status = 404


class DamagedObject(StorageError):
    """An object can't be read as promised."""

    code = "storage.object.damaged"


class BadDraft(StorageError):
    """An object that can't be stored as described."""

    code = "storage.draft.bad"
    http_status = 400


class DigestMismatch(BadDraft):
    """The bytes are not those the digest promises."""

    code = "storage.draft.digest"


class StagingRefused(StorageError):
    """Something may not be staged."""

    code = "storage.staging.refused"
    http_status = 400


class BackupRefused(StorageError):
    """A backup can't be made or restored as asked."""

    code = "storage.backup.refused"
    http_status = 409


class MoveRefused(StorageError):
    """An archive can't be moved as asked; it is as it was."""

    code = "storage.move.refused"
    http_status = 409
