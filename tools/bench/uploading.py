"""Uploading one large file by the tus protocol, cut five times, beside copying it over the loopback."""

from __future__ import annotations

import filecmp
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import archive
from bench.measuring import MB, ROOT, SHICHENG, BenchFailed, Goal, Options, Result, in_turn, run
from bench.tus_client import Sender

BYTES = 5_000_000_000
CUTS = 5
NAME = "uploading"
_START = 60  # seconds


def measure(options: Options) -> Result:
    """Send the same file to a fresh archive each time, in turn with the bare copy; whole or it does not count."""
    size = options.scaled(BYTES, 64 << 20)
    result = Result(NAME, f"Uploading {size / MB:,.0f} MB, cut {CUTS} times")
    source = _invent(options.folder / "large.tar", size)
    home, copy = options.folder / "archive", options.folder / "copy"
    ours: list[float] = []
    bare: list[float] = []
    again: list[float] = []

    def upload(number: int) -> None:
        archive.fresh(home)
        with served(home) as sender:
            sent = sender.send(source, source.name, cuts=[size * (cut + 1) // (CUTS + 1) for cut in range(CUTS)])
        if sent.cuts != CUTS:
            raise BenchFailed(f"The line was cut {sent.cuts} times instead of {CUTS}.")
        arrived = [one for one in (home / "staging" / "uploads").rglob("*.part") if one.stat().st_size == size]
        if len(arrived) != 1 or not filecmp.cmp(source, arrived[0], shallow=False):
            raise BenchFailed("What arrived is not what was sent.")
        ours.append(size / MB / sent.seconds)
        again.append(sent.again / MB)

    def plain(number: int) -> None:
        copy.unlink(missing_ok=True)
        bare.append(size / MB / _copy(source, copy))

    in_turn(options.repeats, upload, plain)
    result.add("upload by tus, cut and gone on with", "MB/s", ours, "every byte durable and its SHA-256 kept")
    result.add("… sent more than once because of the cuts", "MB", again)
    result.add("the same bytes over the loopback to a file, one `fsync`", "MB/s", bare)
    ratio = result.add("ratio, run by run", "%", [100 * one / other for one, other in zip(ours, bare, strict=True)])
    result.goals.append(Goal("of a bare copy over the loopback, cut five times", 60, ratio.median, "%"))
    result.notes.append("After each run the file in the archive is compared with what was sent, byte by byte.")
    return result


@contextmanager
def served(home: Path) -> Iterator[Sender]:
    """Serve an archive without a worker, and give a sender with a token that may send transfers."""
    made = run([SHICHENG, "token", "create", "bench", "--scope", "write", "--home", home, "--json"])
    token = str(json.loads(made.output)["secret"])
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SHICHENG_", "DJANGO_"))}
    command = [str(SHICHENG), "serve", "--web-only", "--port", str(port), "--home", str(home)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _START
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                if time.monotonic() > until or server.poll() is not None:
                    raise BenchFailed("The server does not start.") from None
                time.sleep(0.2)
        yield Sender("127.0.0.1", port, token)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _copy(source: Path, target: Path) -> float:
    """Copy a file over the loopback into another process and return the seconds until it is durable."""
    command = [sys.executable, "-m", "bench.bare_receiver", str(target)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as receiver:
        assert receiver.stdout is not None
        port = int(receiver.stdout.readline())
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port)) as line, source.open("rb") as file:
            line.sendfile(file)
            line.shutdown(socket.SHUT_WR)
            if line.recv(4) != b"done":
                raise BenchFailed("The bare copy broke.")
        seconds = time.perf_counter() - began
        if int(receiver.stdout.read()) != source.stat().st_size:
            raise BenchFailed("The bare copy is not whole.")
    return seconds


def _invent(path: Path, size: int) -> Path:
    """Write a file of this size that no disk can shrink."""
    block = os.urandom(16 << 20)
    with path.open("wb") as target:
        for start in range(0, size, len(block)):
            target.write(block[: min(len(block), size - start)])
    return path
