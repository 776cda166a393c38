"""Asking the sign-in provider: short, bounded in time and size, by HTTPS, never led elsewhere."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from shicheng.kernel.messages import message as _
from shicheng.people.signing.errors import ProviderAway, ProviderRefused

SECONDS: Final = 10.0
_BYTES: Final = 1 << 20
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_sound(address: str) -> bool:
    """Tell whether an address may be asked: by HTTPS, or on this machine itself."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def fetch(
    address: str, *, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Get a JSON object, or send a form and get one. Raises `ProviderAway`, `ProviderRefused`."""
    if not is_sound(address):
        raise ProviderRefused(
            _("The sign-in provider names the address %(address)s, which is not reached by HTTPS.", address=address),
            hint=_("Have the operator look at the settings of the provider."),
        )
    parts = urlsplit(address)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    target = parts.path or "/"
    target += f"?{parts.query}" if parts.query else ""
    body = urlencode(form).encode("ascii") if form is not None else None
    sent = {"Accept": "application/json", "Connection": "close", **(headers or {})}
    if body is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request("GET" if body is None else "POST", target, body, sent)
        answer = connection.getresponse()
        text = answer.read(_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise ProviderAway(
            _("The sign-in provider does not answer: %(reason)s.", reason=type(error).__name__),
            hint=_("Sign in with your password, or try again in some minutes."),
        ) from error
    finally:
        connection.close()
    try:
        found = json.loads(text) if len(text) <= _BYTES else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderAway(
            _("The sign-in provider answered with %(status)s and nothing that can be read.", status=answer.status),
            hint=_("Sign in with your password, or try again in some minutes."),
        )
    return answer.status, found


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=SECONDS)
