"""Virus scanners: the port, and a client for clamd's INSTREAM."""

from __future__ import annotations

import re
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.reasons import reason_of

DEFAULT_SOCKET = Path("/run/clamav/clamd.ctl")
_CHUNK = 1 << 18
_ANSWER = re.compile(r"^stream: (?:(?P<clean>OK)|(?P<name>.+) FOUND|(?P<error>.+) ERROR|(?P<other>.*))$")


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scanner said of one file: `clean` is None when it did not look to the end."""

    clean: bool | None
    signature: str = ""
    reason: Message | None = None


class Scanner(Protocol):
    """Anything that can tell whether bytes carry a virus."""

    def version(self) -> str:
        """Return what the scanner calls itself; raise OSError when it does not answer."""

    def scan(self, stream: BinaryIO) -> Scan:
        """Look at all bytes of a stream. Never says clean of what it did not see whole."""


class Clamd:
    """A client of the clamd daemon, by its socket's path or `host:port`. Times are seconds."""

    def __init__(self, address: str, *, timeout: float = 120.0) -> None:
        self.address = address
        self.timeout = timeout

    def version(self) -> str:
        """Return the daemon's version line."""
        with self._connect() as channel:
            channel.sendall(b"zVERSION\0")
            return _receive(channel)

    def scan(self, stream: BinaryIO) -> Scan:
        """Send a stream; whatever stops the daemon before the end means not scanned."""
        try:
            with self._connect() as channel:
                return _judge(_send(channel, stream))
        except OSError as error:
            return Scan(clean=None, reason=_("the scanner broke off: %(reason)s", reason=reason_of(error)))

    def _connect(self) -> socket.socket:
        if self.address.startswith(("/", ".")):
            channel = socket.socket(socket.AF_UNIX)
            channel.settimeout(self.timeout)
            try:
                channel.connect(self.address)
            except BaseException:
                channel.close()
                raise
            return channel
        host, _separator, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout=self.timeout)


def find_scanner(address: str = "") -> Clamd | None:
    """Return the scanner at an address, or the one of this machine; None when there is none."""
    if address:
        return Clamd(address)
    return Clamd(str(DEFAULT_SOCKET)) if DEFAULT_SOCKET.is_socket() else None


def _send(channel: socket.socket, stream: BinaryIO) -> str:
    try:
        channel.sendall(b"zINSTREAM\0")
        while chunk := stream.read(_CHUNK):
            channel.sendall(struct.pack("!L", len(chunk)) + chunk)
        channel.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        # Past StreamMaxLength clamd answers and hangs up while we still write.
        return _receive(channel) or "stream: size limit exceeded ERROR"
    return _receive(channel)


def _receive(channel: socket.socket) -> str:
    pieces: list[bytes] = []
    while piece := channel.recv(4096):
        pieces.append(piece)
        if piece.endswith(b"\0"):
            break
    return b"".join(pieces).rstrip(b"\0").decode("utf-8", "replace").strip()


def _judge(answer: str) -> Scan:
    found = _ANSWER.match(answer)
    if found and found["clean"]:
        return Scan(clean=True)
    if found and found["name"]:
        return Scan(clean=False, signature=found["name"])
    said = (found and (found["error"] or found["other"])) or answer.removesuffix(" ERROR")
    return Scan(clean=None, reason=_("the scanner did not look to the end: %(answer)s", answer=said or "no answer"))
