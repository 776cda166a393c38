"""What can go wrong with acquisitions and major events."""

from shicheng.kernel.errors import ShichengError


class AcquisitionNotFound(ShichengError):
    """No acquisition, donor or paper of one is named so, or it is not open to the actor."""

    code = "acquiring.acquisition.unknown"
    http_status = 404


class BadOffer(ShichengError):
    """An offer, a donor, a deed or a cost that can't be written down like this."""

    code = "acquiring.acquisition.bad"
    exit_code = 2
    http_status = 422


class NotNow(ShichengError):
    """Something that the state of an acquisition does not allow yet, or no more."""

    code = "acquiring.acquisition.not_now"
    http_status = 409


class ChangedMeanwhile(ShichengError):
    """Somebody else changed what was looked at."""

    code = "acquiring.acquisition.changed_meanwhile"
    http_status = 409


class EventNotFound(ShichengError):
    """No major event or line of a plan is named so, or it is not open to the actor."""

    code = "acquiring.event.unknown"
    http_status = 404


class BadEvent(ShichengError):
    """A major event, or a line of its plan, that can't be written down like this."""

    code = "acquiring.event.bad"
    exit_code = 2
    http_status = 422
