"""What can go wrong while arranging."""

from shicheng.kernel.errors import ShichengError


class UnknownPool(ShichengError):
    """There is no such fonds, file or item in the pool, or it is not open to the actor."""

    code = "arranging.pool.unknown"
    http_status = 404


class BadSelection(ShichengError):
    """What was chosen can't be put together, taken apart or moved so."""

    code = "arranging.pool.bad_selection"
    exit_code = 2
    http_status = 422


class ChangedMeanwhile(ShichengError):
    """Somebody changed the pool since the page was read."""

    code = "arranging.pool.changed_meanwhile"
    exit_code = 3
    http_status = 409


class NotNumbered(ShichengError):
    """A numbering that can't be applied as it was shown."""

    code = "arranging.pool.not_numbered"
    http_status = 409


class NotReady(ShichengError):
    """Items that can't be filed yet; the message says what is missing."""

    code = "arranging.pool.not_ready"
    http_status = 409


class BadCollection(ShichengError):
    """Files that can't be taken into the pool."""

    code = "arranging.pool.bad_collection"
    exit_code = 2
    http_status = 422
