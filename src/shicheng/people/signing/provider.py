"""Signing in by a provider (OpenID Connect 1.0): authorization code with PKCE, tokens verified by the library PyJWT."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import jwt

from shicheng.kernel.messages import message as _
from shicheng.people.signing.errors import ProviderRefused
from shicheng.people.signing.rules import UNFINISHED
from shicheng.people.signing.talking import fetch, is_sound
from shicheng.settings import Settings

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Never one with a shared secret, and never none, whatever a token says of itself."""
_LEEWAY: Final = 60
_KEEP: Final = 3600.0
_MOST: Final = 10  # begun and not finished, in one browser
_known: dict[str, tuple[float, dict[str, Any], list[jwt.PyJWK]]] = {}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider."""

    issuer: str
    subject: str
    username: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Provider:
    """The sign-in provider of this archive, as the settings name it."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    scopes: str

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or str(urlsplit(self.issuer).hostname)

    def look(self) -> None:
        """See whether it answers and says what it should. Raises `ProviderAway`, `ProviderRefused`."""
        forget_known()
        self._discover()

    def begin(self, pending: dict[str, Any], *, back: str, purpose: str, next_page: str) -> str:
        """Where to send the browser; what its return is compared with is put into `pending`, a part of its session."""
        document, _keys = self._discover()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _one in range(3))
        for old in list(pending)[: max(0, len(pending) - _MOST + 1)]:
            del pending[old]
        pending[state] = {
            "nonce": nonce, "verifier": verifier, "back": back, "purpose": purpose, "next": next_page,
            "at": int(time.time()),
        }  # fmt: skip
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": back, "scope": self.scopes,
            "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        address = str(document["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def finish(self, pending: dict[str, Any], query: dict[str, str]) -> tuple[Identity, dict[str, Any]]:
        """Who came back, and what was put aside for them; a state counts once. Raises `ProviderRefused`."""
        begun = pending.pop(query.get("state", ""), None)
        if begun is None or time.time() - begun["at"] > UNFINISHED.total_seconds():
            raise _refused(_("This return from the sign-in provider was not asked for, or was used before."))
        if query.get("iss", self.issuer) != self.issuer:  # RFC 9207
            raise _refused(_("The answer is of another sign-in provider."))
        if "code" not in query:
            raise _refused(_("The sign-in provider said: %(reason)s.", reason=query.get("error", "?")[:100]))
        document, _keys = self._discover()
        token = self._redeem(document, query["code"], begun)
        return self._identity(token, begun["nonce"]), begun

    def _redeem(self, document: dict[str, Any], code: str, begun: dict[str, Any]) -> str:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": begun["back"],
            "code_verifier": begun["verifier"],
        }  # fmt: skip
        headers = {}
        methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self.client_secret and "client_secret_basic" in methods:
            pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_id"] = self.client_id
            if self.client_secret:
                form["client_secret"] = self.client_secret
        status, answer = fetch(str(document["token_endpoint"]), form=form, headers=headers)
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise _refused(_("The sign-in provider gave no token: %(reason)s.", reason=str(answer.get("error"))[:100]))
        return token

    def _identity(self, token: str, nonce: str) -> Identity:
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(str(header.get("kid") or ""), str(header.get("alg") or ""))
            claims = jwt.decode(
                token, key, algorithms=list(ALGORITHMS), audience=self.client_id, issuer=self.issuer, leeway=_LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise _refused(_("Its token can't be believed: %(reason)s.", reason=error)) from error
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise _refused(_("Its token was made for another sign-in."))
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self.client_id) != self.client_id:
            raise _refused(_("Its token was made for another program."))
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise _refused(_("Its token names nobody."))
        username = str(claims.get("preferred_username") or "")
        return Identity(self.issuer, subject, username[:60], str(claims.get("name") or username)[:120])

    def _key(self, kid: str, algorithm: str) -> jwt.PyJWK:
        if algorithm not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError(f"algorithm {algorithm[:20]}")
        for fresh in (False, True):  # keys are changed at times: an unknown one is asked for once
            _document, keys = self._discover(fresh=fresh)
            for key in keys:
                if (not kid and len(keys) == 1) or key.key_id == kid:
                    return key
        raise jwt.InvalidKeyError("unknown key")

    def _discover(self, *, fresh: bool = False) -> tuple[dict[str, Any], list[jwt.PyJWK]]:
        """What the provider says of itself, and its keys, kept for an hour."""
        found = _known.get(self.issuer)
        age = time.monotonic() - found[0] if found else _KEEP
        if found is not None and age < (SECONDS_BETWEEN if fresh else _KEEP):
            return found[1], found[2]
        status, document = fetch(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        named = [document.get(one) for one in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if status != 200 or document.get("issuer") != self.issuer or not all(is_sound(str(one)) for one in named):
            raise _refused(_("What it says of itself does not fit the settings."))
        _status, listed = fetch(str(document["jwks_uri"]))
        keys = []
        for one in listed.get("keys", []):
            try:
                if isinstance(one, dict) and one.get("use", "sig") == "sig":
                    keys.append(jwt.PyJWK(one))
            except jwt.PyJWTError:
                continue  # of a kind that is not known here
        _known[self.issuer] = (time.monotonic(), document, keys)
        return document, keys


SECONDS_BETWEEN: Final = 5.0
"""An unknown key is not asked for more often, or a forged token would be a way to keep the provider busy."""


def provider_of(settings: Settings) -> Provider | None:
    """The provider of the settings, None if there is none."""
    if not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    return Provider(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_name,
        settings.oidc_scopes,
    )  # fmt: skip


def forget_known() -> None:
    """Forget what providers said of themselves."""
    _known.clear()


def _refused(reason: object) -> ProviderRefused:
    return ProviderRefused(
        _("The sign-in provider's answer is refused. %(reason)s", reason=reason),
        hint=_("Begin again on the sign-in page. If it stays so, tell the operator."),
    )
