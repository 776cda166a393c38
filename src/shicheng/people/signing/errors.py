"""What can go wrong when somebody signs in."""

from shicheng.kernel.errors import ShichengError


class BadPassword(ShichengError):
    """A password that is wrong, or can't be chosen."""

    code = "people.password.bad"
    exit_code = 2
    http_status = 422


class BadFactor(ShichengError):
    """A second factor that is not the right one, or can't be added."""

    code = "people.factor.bad"
    http_status = 422


class ProviderRefused(ShichengError):
    """The sign-in provider did not say who somebody is, or said it in a way that can't be believed."""

    code = "people.provider.refused"
    http_status = 403


class ProviderAway(ShichengError):
    """The sign-in provider does not answer."""

    code = "people.provider.away"
    http_status = 503
