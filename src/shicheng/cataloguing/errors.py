"""What can go wrong with catalogues."""

from shicheng.kernel.errors import ShichengError


class UnreadableCatalogue(ShichengError):
    """A file that is no catalogue that can be read."""

    code = "cataloguing.file.unreadable"
    exit_code = 2
    http_status = 422


class UnknownHeader(ShichengError):
    """A catalogue whose columns can't be told, or that has no title among them."""

    code = "cataloguing.header.unknown"
    exit_code = 2
    http_status = 422


class BadMapping(ShichengError):
    """A column mapping that names what does not exist."""

    code = "cataloguing.mapping.bad"
    http_status = 422


class ImportNotFound(ShichengError):
    """No import has this number, or it is not open to the actor."""

    code = "cataloguing.import.unknown"
    http_status = 404


class ImportFailed(ShichengError):
    """An import that stopped before its end."""

    code = "cataloguing.import.stopped"
    http_status = 409


class BadPattern(ShichengError):
    """A pattern for attaching files that can't be used."""

    code = "cataloguing.pattern.bad"
    exit_code = 2
    http_status = 422


class TrialNotFound(ShichengError):
    """There is no such trial of a catalogue, or it is another person's."""

    code = "cataloguing.trial.unknown"
    http_status = 404


class TrialNotReady(ShichengError):
    """A trial that is being worked on, or whose columns are not decided."""

    code = "cataloguing.trial.not_ready"
    http_status = 409


class AttachmentNotFound(ShichengError):
    """There is no such folder of files to attach, or it is another person's."""

    code = "cataloguing.attachment.unknown"
    http_status = 404
