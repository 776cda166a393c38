"""Sending one piece of news: signed, to the address that was looked at, and cut off when it takes too long."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Final

from shicheng.api.addresses import Target

SECONDS: Final = 10.0  # for all of it: a receiver that drips its answer is cut as well
ALGORITHMS: Final = ("sha256", "sm3")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a receiver answered; `status` is 0 if it did not."""

    status: int
    words: str

    @property
    def is_taken(self) -> bool:
        """Tell whether the receiver has taken the news. To be sent elsewhere is a no: that address was not allowed."""
        return 200 <= self.status < 300


def sign(secret: str, algorithm: str, at: int, body: bytes) -> str:
    """The signature of a body sent at a moment (seconds since 1970): HMAC over `<at>.<body>`, hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, lambda: hashlib.new(algorithm)).hexdigest()


def send(target: Target, body: bytes, headers: dict[str, str], *, seconds: float = SECONDS) -> Answer:
    """Post a body; never raises for what the network or the receiver does."""
    connection = _connection(target, seconds)
    was_cut = threading.Event()
    watch = threading.Timer(seconds, _cut, [connection, was_cut])
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body, {**headers, "Host": _host(target), "Connection": "close"})
        answer = connection.getresponse()
        return Answer(answer.status, f"{answer.status} {answer.reason}"[:300])
    except TimeoutError:
        return Answer(0, f"no answer within {seconds:g} s")
    except (OSError, http.client.HTTPException, ValueError) as error:
        cut = was_cut.is_set()
        return Answer(0, f"no answer within {seconds:g} s" if cut else f"{type(error).__name__}: {error}"[:300])
    finally:
        watch.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was looked at and speaks to the name, with TLS where asked for."""

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target

    def connect(self) -> None:
        plain = socket.create_connection((self._target.ip, self._target.port), self.timeout)
        self.sock = plain  # so that it can be cut while TLS is agreed on
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self._target.host)


def _connection(target: Target, seconds: float) -> http.client.HTTPConnection:
    return _Pinned(target, seconds)


def _cut(connection: http.client.HTTPConnection, was_cut: threading.Event) -> None:
    was_cut.set()
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _host(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.scheme == "https" else 80
    return name if target.port == usual else f"{name}:{target.port}"
