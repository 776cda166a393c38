"""What can go wrong where many records are described at once."""

from shicheng.kernel.errors import ShichengError


class BadOperation(ShichengError):
    """A batch change that says nothing that could be done."""

    code = "describing.operation.bad"
    exit_code = 2
    http_status = 422


class ChangeSetNotFound(ShichengError):
    """No set of changes has this number or id, or it is not the actor's to see."""

    code = "describing.change.unknown"
    http_status = 404


class NotUndoable(ShichengError):
    """A set of changes that can't be undone: it is under way, failed, or was undone."""

    code = "describing.change.not_undoable"
    http_status = 409


class ChangeStopped(ShichengError):
    """The work on a batch change came to a stop before its end."""

    code = "describing.change.stopped"


class BadRows(ShichengError):
    """Rows of the grid that can't be read."""

    code = "describing.rows.bad"
    http_status = 422


class BadAuthority(ShichengError):
    """An authority that can't be kept as asked."""

    code = "describing.authority.bad"
    exit_code = 2
    http_status = 422


class AuthorityNotFound(ShichengError):
    """There is no such authority."""

    code = "describing.authority.unknown"
    http_status = 404
