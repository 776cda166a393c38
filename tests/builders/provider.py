"""A sign-in provider (OpenID Connect) on a port of this machine: discovery, keys, codes with PKCE, signed tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


class Provider:
    """What the server knows; tests make it lie by `claims`, `key`, `headers` and `document`."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.published = [("k1", self.key.public_key())]
        self.kid = "k1"
        self.claims: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.document: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.issuer = ""

    def authorise(self, address: str, subject: str, **more: str) -> dict[str, str]:
        """Let somebody sign in at the provider: what the browser brings back."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.codes[code] = {**query, "sub": subject, **more}
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def token(self, asked: dict[str, str]) -> str:
        """The token for a code."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": asked["sub"], "aud": asked["client_id"], "exp": now + 300, "iat": now,
            "nonce": asked["nonce"], "name": "赵明", "preferred_username": asked.get("username", "zhao"), **self.claims,
        }  # fmt: skip
        claims = {key: value for key, value in claims.items() if value is not None}
        key: Any = "s" * 40 if self.algorithm == "HS256" else None if self.algorithm == "none" else self.key
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": self.kid})

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer a request."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys", **self.document,
            }  # fmt: skip
        if path == "/keys":
            keys = [
                {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key)), "kid": kid, "alg": "RS256", "use": "sig"}
                for kid, key in self.published
            ]
            return 200, {"keys": keys}
        asked = self.codes.pop(form.get("code", ""), None)
        expected = "Basic " + base64.b64encode(b"shicheng:s%2Fecret").decode()  # RFC 6749, 2.3.1: encoded first
        if path != "/token" or asked is None or authorization != expected:
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if challenge.decode() != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.token(asked), "access_token": "x", "token_type": "Bearer"}


@contextmanager
def serve_provider() -> Iterator[Provider]:
    """Run a provider for as long as the block lasts."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._reply({key: values[0] for key, values in parse_qs(body).items()})

        def _reply(self, form: dict[str, str]) -> None:
            status, found = provider.answer(self.path, form, self.headers.get("Authorization", ""))
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
