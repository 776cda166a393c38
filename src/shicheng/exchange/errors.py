"""What can go wrong when records are given out."""

from shicheng.kernel.errors import ShichengError


class UnknownForm(ShichengError):
    """There is no such form of export."""

    code = "exchange.export.unknown_form"
    exit_code = 2


class NothingToExport(ShichengError):
    """No record matches."""

    code = "exchange.export.nothing"
