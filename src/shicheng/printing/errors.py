"""What can go wrong when something is printed."""

from shicheng.kernel.errors import ShichengError


class UnknownPrintout(ShichengError):
    """There is no such printout, or not in this form."""

    code = "printing.paper.unknown"
    exit_code = 2


class BadOption(ShichengError):
    """A printout can't be made like this."""

    code = "printing.paper.bad_option"
    exit_code = 2
    http_status = 422


class NothingToPrint(ShichengError):
    """Nothing that is meant is there, or the actor may see none of it."""

    code = "printing.paper.nothing"
    http_status = 404


class PrintoutMissing(ShichengError):
    """There is no such printout, or not yet, or no longer."""

    code = "printing.paper.missing"
    http_status = 404
