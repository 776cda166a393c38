"""What programs can do wrong at this door."""

from __future__ import annotations

from typing import ClassVar

from shicheng.kernel.errors import ShichengError


class TokenNeeded(ShichengError):
    """A request without a token for something that is not open to everyone."""

    code = "api.token.needed"
    http_status = 401


class TokenRefused(ShichengError):
    """A token that is unknown, has expired or was revoked."""

    code = "api.token.refused"
    http_status = 401


class UnknownAddress(ShichengError):
    """The API has nothing at this address."""

    code = "api.address.unknown"
    http_status = 404


class MethodNotAllowed(ShichengError):
    """The address is known, but not with this method."""

    code = "api.method.not_allowed"
    http_status = 405


class BadRequest(ShichengError):
    """A request that can't be read at all."""

    code = "api.request.unreadable"


class BadValues(ShichengError):
    """Values that do not fit the description of the API."""

    code = "api.request.invalid"
    http_status = 422


class TooLarge(ShichengError):
    """A body larger than is taken."""

    code = "api.request.too_large"
    http_status = 413


class LengthNeeded(ShichengError):
    """An upload that does not say how long it is."""

    code = "api.upload.length_needed"
    http_status = 411


class UploadCut(ShichengError):
    """An upload that ended before its end."""

    code = "api.upload.cut"


class BadCursor(ShichengError):
    """A cursor of another list, or not one of ours."""

    code = "api.cursor.bad"
    http_status = 422


class TooManyRequests(ShichengError):
    """The rate limit of a token or an address is used up."""

    code = "api.rate.exceeded"
    http_status = 429


class KeyInUse(ShichengError):
    """A request with the same idempotency key is being carried out just now."""

    code = "api.idempotency.in_progress"
    http_status = 409


class KeyReused(ShichengError):
    """An idempotency key came again with another request."""

    code = "api.idempotency.reused"
    http_status = 422


class BadKey(ShichengError):
    """An idempotency key that can't be kept."""

    code = "api.idempotency.bad"


class PathNotAllowed(ShichengError):
    """A path on the server outside of the folders the settings name."""

    code = "api.path.not_allowed"
    http_status = 403


class Broken(ShichengError):
    """An error of ours."""

    code: ClassVar[str] = "api.server.failed"
    http_status = 500


class BadWebhook(ShichengError):
    """A subscription that can't be made as asked."""

    code = "api.webhook.bad"
    http_status = 422


class WebhookNotAllowed(ShichengError):
    """An address that news may not be sent to."""

    code = "api.webhook.address_not_allowed"
    http_status = 422


class WebhookMissing(ShichengError):
    """There is no such subscription or delivery."""

    code = "api.webhook.unknown"
    http_status = 404


class PreconditionNeeded(ShichengError):
    """A change that does not say which state of the thing it was made on."""

    code = "api.request.precondition_needed"
    http_status = 428
