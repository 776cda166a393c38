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


class StagingLost(ShichengError):
    """The staged bytes of a transfer are not there any more."""

    code = "ingest.staging.lost"
    http_status = 409


class StagingChanged(ShichengError):
    """Staged bytes are not the ones that were checked."""

    code = "ingest.staging.changed"
    http_status = 409
