"""Uploads over a real server: lines that break, pieces cut at 99 %, the server killed in the middle of a piece."""

from __future__ import annotations

import hashlib
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from ingest.archives import Archive
from shicheng.ingest.upload_files import UploadFile

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from bench.tus_client import Sender  # the client the benches use; after its folder is named

# On SQLite alone: the bytes lie on the disk, and the protocol is tested on both.
pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

SIZE = 64 << 20
SEGMENT = 16 << 20  # bytes that may be sent in vain when the server dies
PATIENCE = 120


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file that is nowhere like itself, so that no byte can stand in for another."""
    path = tmp_path / "large.tar"
    path.write_bytes(random.Random(3).randbytes(SIZE))
    return path


class Served:
    """An archive's web server that can be killed and started again on the same port."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        secret = archive.ask("token", "create", "sender", "--scope", "write")["secret"]
        self.sender = Sender("127.0.0.1", self.port, secret)
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = self.archive.start("serve", "--web-only", "--port", self.port)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).close()
            except OSError:
                assert self.process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
            else:
                return

    def kill(self) -> None:
        """Kill every process of the server at once, as a power switch would."""
        assert self.process is not None
        if self.process.poll() is None:
            tree = psutil.Process(self.process.pid).children(recursive=True)
            self.process.kill()
            for one in tree:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            _gone, alive = psutil.wait_procs(tree, timeout=PATIENCE)
            assert alive == []
        self.process.communicate()

    def part(self) -> Path:
        """The one file that arrives."""
        return next((self.archive.home / "staging" / "uploads").rglob("*.part"))

    def promised(self) -> int:
        """How many of its bytes are promised, as its ledger says."""
        part = self.part()
        return UploadFile(part.parent, part.stem).standing().offset


@contextmanager
def _serving(archive: Archive) -> Iterator[Served]:
    served = Served(archive)
    try:
        served.start()
        yield served
    finally:
        served.kill()


@pytest.fixture
def served(new: Callable[..., Archive]) -> Iterator[Served]:
    with _serving(new()) as running:
        yield running


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cut_short_and_gone_on(served: Served, source: Path) -> None:
    """A cut piece without a digest is kept to its last byte; one that begins elsewhere is refused."""
    address = served.sender.begin("again.tar", SIZE)
    almost = SIZE * 99 // 100
    assert not served.sender.piece(address, source, 0, SIZE, cut_after=almost)
    until = time.monotonic() + PATIENCE
    while served.sender.offset(address) < almost:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert served.sender.offset(address) == almost
    wrong = served.sender.ask(
        "PATCH", address, {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(almost - 1)}, b"x"
    )
    assert wrong.status == 409
    told = served.sender.view(address)["begun"][0]["segments"]
    content, at = source.read_bytes(), 0
    for length, digest in told:
        assert hashlib.sha256(content[at : at + length]).hexdigest() == digest
        at += length
    assert at == almost
    assert served.sender.ask("DELETE", address).status == 204


def test_upload_cut_five_times_and_at_99_per_cent_ends_whole(served: Served, source: Path) -> None:
    cuts = [SIZE // 7, SIZE // 3, SIZE // 3 + 1, SIZE // 2, SIZE * 99 // 100]
    sent = served.sender.send(source, "large.tar", cuts=cuts)
    assert sent.cuts == 5
    assert served.sender.offset(sent.address) == SIZE
    assert served.part().stat().st_size == SIZE
    assert _digest(served.part()) == _digest(source)
    _cut_short_and_gone_on(served, source)
    (transfer,) = served.archive.sql("SELECT state, name FROM ingest_transfer")
    assert tuple(transfer) == ("announced", "large.tar")


def test_server_killed_in_the_middle_of_a_piece_keeps_every_byte_it_promised(served: Served, source: Path) -> None:
    address = served.sender.begin("large.tar", SIZE)
    promised = 0
    for kill in range(3):
        length = SIZE - promised
        head = (
            f"PATCH {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {served.sender.token}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n"
            f"Upload-Offset: {promised}\r\nContent-Length: {length}\r\n\r\n"
        )
        reach = promised + SEGMENT + (6 << 20)
        with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as line, source.open("rb") as file:
            line.sendall(head.encode())
            line.sendfile(file, promised, reach - promised)
            until = time.monotonic() + PATIENCE
            # It is in the middle of a stretch, and has promised the one before.
            while served.part().stat().st_size < reach - (2 << 20) or served.promised() < promised + SEGMENT:
                assert time.monotonic() < until
                time.sleep(0.01)
            served.kill()
        served.start()
        before, promised = promised, served.sender.offset(address)
        assert before + SEGMENT <= promised <= reach, kill
        with served.part().open("rb") as here, source.open("rb") as there:
            assert here.read(promised) == there.read(promised)
    assert served.sender.piece(address, source, promised, SIZE - promised)
    assert _digest(served.part()) == _digest(source)
