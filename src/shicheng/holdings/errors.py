"""What can go wrong with holdings."""

from shicheng.kernel.errors import ShichengError


class ItemNotFound(ShichengError):
    """No item has this reference code or id, or it is not open to the actor."""

    code = "holdings.item.unknown"
    http_status = 404


class CodeTaken(ShichengError):
    """A reference code that an item already has, now or in the past."""

    code = "holdings.item.code_taken"
    http_status = 409


class CannotShow(ShichengError):
    """A page of a file can't be shown; the file itself can still be downloaded."""
class BadView(ShichengError):
    """A view of the table that can't be kept as asked."""

    code = "holdings.view.bad"
    http_status = 422


class ViewMissing(ShichengError):
    """There is no such view of the actor's own."""

    code = "holdings.view.unknown"
    http_status = 404



    code = "holdings.file.cannot_show"
    http_status = 422
