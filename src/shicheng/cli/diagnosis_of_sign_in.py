"""What `shicheng doctor` looks at of the ways in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shicheng.cli.diagnosis import Diagnosis
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.people.signing.directory import directory_of
from shicheng.people.signing.provider import provider_of
from shicheng.settings import Settings

_OWN: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def look(settings: Settings) -> Iterator[Diagnosis]:
    """Ask the provider and the directory, if there are any, and see who could listen."""
    if settings.host not in _OWN and not settings.https:
        yield Diagnosis(
            "https",
            "warning",
            _("Others reach the pages at %(host)s without HTTPS, so passwords can be read on their way.",
              host=settings.host),
            _("Put a proxy with HTTPS before it, and set https = true."),
        )  # fmt: skip
    provider = provider_of(settings)
    if provider is not None:
        try:
            provider.look()
            yield Diagnosis("provider", "ok", _("The sign-in provider answers: %(name)s.", name=provider.label))
        except ShichengError as error:
            yield Diagnosis("provider", "error", error.message, error.hint)
    directory = directory_of(settings)
    if directory is not None:
        try:
            directory.look()
            yield Diagnosis("directory", "ok", _("The directory answers: %(name)s.", name=directory.label))
        except ShichengError as error:
            yield Diagnosis("directory", "error", error.message, error.hint)
