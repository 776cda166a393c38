"""What can go wrong when records are given out."""

from shicheng.kernel.errors import ShichengError


class UnknownForm(ShichengError):
    """There is no such form of export."""

    code = "exchange.export.unknown_form"
    exit_code = 2


class NothingToExport(ShichengError):
    """No record matches."""

    code = "exchange.export.nothing"


class UnknownColumn(ShichengError):
    """A table can't have such a column."""

    code = "exchange.export.unknown_column"
    exit_code = 2


class ExportMissing(ShichengError):
    """There is no such export, or not yet, or no longer."""

    code = "exchange.export.missing"
    http_status = 404
