"""A sender after tus 1.0 that goes on after every break, and that can be told where its line breaks."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BASE = "/api/v1/uploads"
PATIENCE = 120.0  # seconds without any progress


class NotTaken(Exception):
    """The server says no for good."""


@dataclass(slots=True)
class Sent:
    """What came of sending a file."""

    address: str
    seconds: float
    cuts: int
    again: int  # bytes that had to be sent more than once


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends files to one server with one token."""

    host: str
    port: int
    token: str

    def ask(self, method: str, address: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Any:
        """One request on a line of its own; returns the answer with its body in `content`."""
        line = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            own = {"Authorization": f"Bearer {self.token}", "Tus-Resumable": "1.0.0", **(headers or {})}
            line.request(method, address, body=body, headers={**own, "Content-Length": str(len(body))})
            answer = line.getresponse()
            answer.content = answer.read()  # type: ignore[attr-defined]  # kept beside the answer
            return answer
        finally:
            line.close()

    def begin(self, name: str, size: int) -> str:
        """Begin the upload of an archive file and return its address."""
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        made = self.ask("POST", BASE, {"Upload-Length": str(size), "Upload-Metadata": metadata})
        if made.status != 201:
            raise NotTaken(made.content.decode("utf-8", "replace"))
        return str(made.headers["Location"])

    def offset(self, address: str) -> int:
        """How far the upload is; waits while the server is away."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                told = self.ask("HEAD", address)
            except OSError:
                told = None
            if told is not None and told.status == 200:
                return int(told.headers["Upload-Offset"])
            if (told is not None and told.status < 500) or time.monotonic() > until:
                raise NotTaken(f"{address} is not to be had: {told.status if told else 'no answer'}")
            time.sleep(0.1)

    def piece(self, address: str, source: Path, offset: int, length: int, *, cut_after: int | None = None) -> bool:
        """Send a piece; `cut_after` so many bytes the line breaks. Tells whether the server took it to its end."""
        head = (
            f"PATCH {address} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n"
            f"Upload-Offset: {offset}\r\nContent-Length: {length}\r\n\r\n"
        )
        try:
            with socket.create_connection((self.host, self.port), timeout=PATIENCE) as line, source.open("rb") as file:
                line.sendall(head.encode())
                line.sendfile(file, offset, length if cut_after is None else min(cut_after, length))
                if cut_after is not None:
                    return False
                answer = http.client.HTTPResponse(line, method="PATCH")
                answer.begin()
                answer.read()
                return answer.status == 204
        except (OSError, http.client.HTTPException):
            return False

    def send(self, source: Path, name: str, *, cuts: Sequence[int] = (), piece: int | None = None) -> Sent:
        """Send a file whose line breaks at the bytes named by `cuts`, and go on after each break until it is whole."""
        size = source.stat().st_size
        began = time.perf_counter()
        address = self.begin(name, size)
        waiting = sorted(cuts)
        offset = again = 0
        reached = time.monotonic()
        while offset < size:
            length = min(piece or size, size - offset)
            cut = waiting[0] - offset if waiting and waiting[0] < offset + length else None
            if cut is not None:
                waiting.pop(0)
                cut = max(0, cut)
            whole = self.piece(address, source, offset, length, cut_after=cut)
            before, offset = offset, offset + length if whole else self.offset(address)
            again += max(0, before + (cut or 0) - offset)
            if offset > before:
                reached = time.monotonic()
            elif time.monotonic() - reached > PATIENCE:
                raise NotTaken(f"{address} stays at byte {offset}")
        return Sent(address, time.perf_counter() - began, len(cuts) - len(waiting), again)

    def view(self, address: str) -> Any:
        """The upload a file belongs to, as the server describes it."""
        told = self.ask("GET", address.rpartition("/files/")[0])
        return json.loads(told.content)
