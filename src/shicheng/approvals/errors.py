"""What can go wrong with requests."""

from shicheng.kernel.errors import ShichengError


class UnknownKind(ShichengError):
    """A kind of request no room declares."""

    code = "approvals.kind.unknown"


class RequestNotFound(ShichengError):
    """No request has this number, or it is not open to the actor."""

    code = "approvals.request.unknown"
    http_status = 404


class AskedAlready(ShichengError):
    """The same thing is asked for by an open request."""

    code = "approvals.request.asked_already"
    http_status = 409


class OwnRequest(ShichengError):
    """Somebody would decide on what they asked for themselves, or at two steps of one request."""

    code = "approvals.request.own"
    http_status = 403


class DecidedMeanwhile(ShichengError):
    """The step that was looked at has been decided by somebody else."""

    code = "approvals.request.decided_meanwhile"
    http_status = 409
