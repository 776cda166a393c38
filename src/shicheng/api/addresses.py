"""Where news may be sent: hosts the settings name, and never this machine, its network or a cloud's own services."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from shicheng.api.configuration import Configuration
from shicheng.api.errors import WebhookNotAllowed
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Where clouds tell machines their secrets; not all of them lie in the range of link-local addresses.
METADATA: Final = frozenset(
    ipaddress.ip_address(one) for one in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was looked at: the connection goes to `ip`, whatever the name says a moment later."""

    scheme: str
    host: str
    ip: str
    port: int
    path: str


def find_target(url: str, allowed: Configuration) -> Target:
    """Return where a URL leads if news may be sent there; raises `WebhookNotAllowed`. Asks the name service."""
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if not any(_matches(host, pattern.lower()) for pattern in allowed.webhook_hosts):
        raise _refused(url, _("its host is not among those of the setting webhook_hosts"))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise _refused(url, _("its host can't be found")) from error
    for one in sorted(found):
        _require_allowed(url, ipaddress.ip_address(one.partition("%")[0]), private=allowed.webhook_private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, sorted(found)[0], port, path)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_good = parts.port != 0
    except ValueError as error:
        raise _refused(url, _("it is not an address")) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_good:
        raise _refused(url, _("it is not an http or https address"))
    if parts.username is not None or not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(url, _("it has a user name or characters that do not belong there"))
    return parts


def _require_allowed(url: str, address: Address, *, private: bool) -> None:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if inner is not None:
            address = inner
        elif address.sixtofour or address.teredo or address in ipaddress.ip_network("64:ff9b::/96"):
            raise _refused(url, _("it leads through a tunnel"))
    never = address.is_link_local or address.is_multicast or address.is_unspecified or address in METADATA
    if never or (not address.is_global and not private):
        raise _refused(url, _("it leads to %(address)s, an address of this machine or network", address=address))


def _matches(host: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _refused(url: str, reason: Message) -> WebhookNotAllowed:
    return WebhookNotAllowed(
        _("No news can be sent to %(url)s: %(reason)s.", url=url, reason=reason),
        hint=_("An administrator of the machine allows addresses with webhook_hosts and webhook_private."),
    )
