"""What can go wrong while taking in."""

from shicheng.kernel.errors import ShichengError


class TransferNotFound(ShichengError):
    """No transfer has this number, or it is not open to the actor."""

    code = "ingest.transfer.unknown"
    http_status = 404


class WorkFailed(ShichengError):
    """A job of the intake failed."""

    code = "ingest.work.failed"
    exit_code = 3
    http_status = 409


class NothingToAccept(ShichengError):
    """No item of the batch may come in."""

    code = "ingest.transfer.nothing_sound"
    http_status = 409


class NothingHeld(ShichengError):
    """All of a transfer is stored, so nothing of it can be sent again."""

    code = "ingest.transfer.complete"
    http_status = 409


class NotGivenUp(ShichengError):
    """A transfer that is being received, or of which a part came before."""

    code = "ingest.transfer.not_given_up"
    http_status = 409


class StagingLost(ShichengError):
    """The staged bytes of a transfer are not there any more."""

    code = "ingest.staging.lost"
    http_status = 409


class StagingChanged(ShichengError):
    """Staged bytes are not the ones that were checked."""

    code = "ingest.staging.changed"
    http_status = 409


class UnknownUpload(ShichengError):
    """There is no such upload, or it belongs to somebody else."""

    code = "ingest.upload.unknown"
    http_status = 404


class UploadGone(ShichengError):
    """An upload that expired, was given up, or was taken in already."""

    code = "ingest.upload.gone"
    http_status = 410


class WrongOffset(ShichengError):
    """A piece of an upload that does not begin where the last one ended, or goes beyond the end."""

    code = "ingest.upload.wrong_offset"
    http_status = 409


class UploadTakenOver(ShichengError):
    """Somebody else goes on with the same file of an upload."""

    code = "ingest.upload.taken_over"
    http_status = 423


class UploadCut(ShichengError):
    """A piece of an upload that ended before its end."""

    code = "ingest.upload.cut"


class ChecksumMismatch(ShichengError):
    """A piece of an upload with another digest than its sender gave."""

    code = "ingest.upload.checksum_mismatch"
    http_status = 460  # as tus 1.0 has it


class BadTusRequest(ShichengError):
    """A request that does not follow the tus protocol."""

    code = "ingest.upload.bad_request"


class WrongTusVersion(ShichengError):
    """A version of the tus protocol that is not spoken here."""

    code = "ingest.upload.wrong_version"
    http_status = 412


class WrongContentType(ShichengError):
    """A piece of an upload with another Content-Type than application/offset+octet-stream."""

    code = "ingest.upload.wrong_type"
    http_status = 415


class UploadTooLarge(ShichengError):
    """An upload larger than the archive takes by the web."""

    code = "ingest.upload.too_large"
    http_status = 413


class UploadsBusy(ShichengError):
    """As many uploads as the server reads at a time are going on."""

    code = "ingest.upload.busy"
    http_status = 503


class UploadIncomplete(ShichengError):
    """An upload that is to be taken in before all of its files are here."""

    code = "ingest.upload.incomplete"
    http_status = 409


class BatchChanged(ShichengError):
    """A batch that changed while it was read, or was replaced by another one."""

    code = "ingest.batch.changed"
    http_status = 409


class WrongFonds(ShichengError):
    """A batch that names another fonds than that of the folder it lies in."""

    code = "ingest.batch.wrong_fonds"
    http_status = 422


class UnwantedBatch(ShichengError):
    """Something in the watched folder that can't be taken in."""

    code = "ingest.watched.unwanted"
    http_status = 422


class WatchedUnknown(ShichengError):
    """There is no such batch in the watched folder, or it is not open to the actor."""

    code = "ingest.watched.unknown"
    http_status = 404
