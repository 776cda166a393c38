"""What can go wrong with people and permissions."""

from shicheng.kernel.errors import ShichengError


class NotPermitted(ShichengError):
    """The actor may not do this."""

    code = "people.permission.denied"
    exit_code = 4
    http_status = 403


class BadAccount(ShichengError):
    """An account that can't be made or changed as asked."""

    code = "people.account.bad"


class TooManyAttempts(ShichengError):
    """Sign-in was tried too often."""

    code = "people.sign_in.throttled"
    http_status = 429


class BadToken(ShichengError):
    """A token of a program that can't be made or changed as asked."""

    code = "people.token.bad"
    exit_code = 2
    http_status = 422
