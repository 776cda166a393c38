"""Settings for one test, codes as a telephone shows them, and a security key in software."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from builders.shelves import PASSWORD
from shicheng.settings import current, loading


def change_settings(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Have other settings in force until the test ends."""
    monkeypatch.setattr(loading, "_current", current().model_copy(update=changes))


def sign_in(client: Client, name: str, password: str = PASSWORD, **more: str) -> Any:
    """Give name and password at the door."""
    return client.post(reverse("people:sign_in"), {"username": name, "password": password, **more})


def is_in(client: Client) -> bool:
    """Tell whether a browser is signed in."""
    return client.get(reverse("people:me")).status_code == 200


def code_now(secret: str, later: int = 0) -> str:
    """The code a telephone shows for a secret as the page writes it, so many steps later."""
    text = secret.replace(" ", "")
    key = base64.b32decode(text + "=" * (-len(text) % 8))
    return TOTP(key, 6, SHA1(), 30).generate(int(time.time()) + 30 * later).decode()


def secret_on(page: Any) -> str:
    """The secret that a page shows."""
    found = re.search(r'<span class="code long">([A-Z2-7 ]{20,})</span>', page.content.decode())
    assert found is not None
    return found[1]


def add_program(client: Client, *, password: str = PASSWORD) -> tuple[str, list[str]]:
    """Add a program with codes on the page of one's account; its secret and the recovery codes."""
    secret = secret_on(client.get(reverse("people:add_program")))
    given = {"name": "电话", "code": code_now(secret, -1), "old": password}
    answer = client.post(reverse("people:add_program"), given)
    assert answer.headers["Location"] == reverse("people:codes"), answer.content.decode()
    codes = re.findall(r'<li class="code">([a-z2-7-]{19})</li>', client.get(reverse("people:codes")).content.decode())
    return secret, codes


class SoftKey:
    """A security key in software, as the page would speak to it."""

    def __init__(self, origin: str = "http://testserver") -> None:
        self.origin = origin
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.identity = b"soft key " + self.private.private_numbers().private_value.to_bytes(32)[:8]
        self.count = 0

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer to being added."""
        known = AttestedCredentialData.create(
            Aaguid(bytes(16)), self.identity, ES256.from_cryptography_key(self.private.public_key())
        )
        told = self._authenticator(options["publicKey"]["rp"]["id"], known)
        attested = AttestationObject.create("none", told, {})
        return self._whole({"attestationObject": _text(bytes(attested))}, "webauthn.create", options)

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer to signing in."""
        self.count += 1
        told = self._authenticator(options["publicKey"]["rpId"], None)
        answer = self._whole({"authenticatorData": _text(bytes(told))}, "webauthn.get", options)
        client = base64.urlsafe_b64decode(answer["response"]["clientDataJSON"] + "==")
        signature = self.private.sign(bytes(told) + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        answer["response"]["signature"] = _text(signature)
        return answer

    def _authenticator(self, name: str, known: AttestedCredentialData | None) -> AuthenticatorData:
        flags = AuthenticatorData.FLAG.UP | (AuthenticatorData.FLAG.AT if known else AuthenticatorData.FLAG(0))
        return AuthenticatorData.create(hashlib.sha256(name.encode()).digest(), flags, self.count, known or b"")

    def _whole(self, response: dict[str, str], kind: str, options: dict[str, Any]) -> dict[str, Any]:
        challenge = options["publicKey"]["challenge"]
        client = CollectedClientData.create(kind, challenge, self.origin)
        return {
            "id": _text(self.identity), "rawId": _text(self.identity), "type": "public-key",
            "clientExtensionResults": {}, "response": {"clientDataJSON": _text(bytes(client)), **response},
        }  # fmt: skip


def post_json(client: Client, name: str, value: dict[str, Any]) -> Any:
    """Send JSON to a page, as its script does."""
    return client.post(reverse(name), json.dumps(value), content_type="application/json")


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
