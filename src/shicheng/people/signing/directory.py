"""Signing in by a directory (LDAP): it is asked whether a name and a password belong together, and for nothing else.

Nobody's password of the directory is kept here, and none of the archive's is needed there: whoever signs in looks
their own entry up. Needs the extra `ldap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from shicheng.kernel.messages import message as _
from shicheng.people.signing.errors import ProviderAway
from shicheng.people.signing.provider import Identity
from shicheng.settings import Settings

_SECONDS: Final = 10.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory of this archive, as the settings name it; `{name}` stands for what somebody signs in with."""

    address: str
    login: str
    base: str
    filter: str
    subject: str
    ca_file: str
    name: str

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or str(urlsplit(self.address).hostname)

    def identify(self, username: str, password: str) -> Identity | None:
        """Who a name and a password belong to, None if they do not belong together. Raises `ProviderAway`."""
        bonsai = _library()
        # An empty password is no wrong one to a directory: it lets in as nobody (RFC 4513, 5.1.2).
        if not password or not username or not username.isprintable():
            return None
        try:
            with self._client(bonsai, username, password).connect(timeout=_SECONDS) as connection:
                wanted = self.filter.replace("{name}", bonsai.escape_filter_exp(username))
                scope = bonsai.LDAPSearchScope.SUBTREE
                found = connection.search(
                    self.base, scope, wanted, [self.subject, "cn", "displayName"], timeout=_SECONDS, sizelimit=2
                )
        except (bonsai.AuthenticationError, bonsai.InvalidDN, bonsai.UnwillingToPerform, bonsai.NoSuchObjectError):
            return None
        except bonsai.LDAPError as error:
            raise _away(error) from error
        if len(found) != 1 or not found[0].get(self.subject):
            return None  # nobody's entry, or not one's own alone
        entry = found[0]
        subject = entry[self.subject][0]
        text = subject.hex() if isinstance(subject, bytes) else str(subject)
        full_name = str((entry.get("displayName") or entry.get("cn") or [username])[0])
        return Identity(self.address, text[:255], username[:60], full_name[:120])

    def look(self) -> None:
        """See whether it can be reached and is who it should be. Raises `ProviderAway`."""
        bonsai = _library()
        try:
            self._client(bonsai, "", "").get_rootDSE()
        except bonsai.LDAPError as error:
            raise _away(error) from error

    def _client(self, bonsai: Any, username: str, password: str) -> Any:
        parts = urlsplit(self.address)
        starts_tls = parts.scheme == "ldap" and parts.hostname not in _LOOPBACK
        client = bonsai.LDAPClient(self.address, starts_tls)
        client.set_cert_policy("demand")
        if self.ca_file:
            client.set_ca_cert(self.ca_file)
        if username:
            safe = bonsai.escape_attribute_value(username) if "=" in self.login else username
            client.set_credentials("SIMPLE", user=self.login.replace("{name}", safe), password=password)
        return client


def directory_of(settings: Settings) -> Directory | None:
    """The directory of the settings, None if there is none."""
    if not settings.ldap_address:
        return None
    return Directory(
        address=settings.ldap_address, login=settings.ldap_login, base=settings.ldap_base, filter=settings.ldap_filter,
        subject=settings.ldap_subject, ca_file=settings.ldap_ca_file, name=settings.ldap_name,
    )  # fmt: skip


def _library() -> Any:
    try:
        import bonsai
    except ImportError as error:
        raise ProviderAway(
            _("What speaks to a directory is not installed."), hint=_("Install the extra: shicheng[ldap]")
        ) from error
    return bonsai


def _away(error: Exception) -> ProviderAway:
    return ProviderAway(
        _("The directory does not answer: %(reason)s.", reason=type(error).__name__),
        hint=_("Try again in some minutes. If it stays so, tell the operator."),
    )
