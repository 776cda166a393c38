"""No metadata, however strange, makes the engine fall over; the port to the scanner never calls unseen bytes clean."""

from __future__ import annotations

import io
import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.batches import make_batch
from shicheng.checks.engine import check_package, check_path
from shicheng.checks.scanner import Clamd, Scan
from shicheng.checks.types import Level, Report, Stage
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import ELEMENTS
from shicheng.packages.types import (
    ListedFile,
    Package,
    PackageItem,
    PackageKind,
    PackageProblem,
    ProblemKind,
    ProcessEntry,
    Statement,
)

CODES = st.sampled_from(["T001-WS·2020-Y-BGS-0001", "T001_WS.2020-Y-BGS-0001", "", "T001-WS·2020-Y-BGS-9999", "档"])
TEXTS = st.one_of(st.text(max_size=40), st.sampled_from(["2020", "20201345", "永久", "0", "-1", "9" * 30, "％s %(x)s"]))
ENTRIES = st.builds(
    ListedFile, ref=st.one_of(CODES, TEXTS), path=st.one_of(TEXTS, st.just("内容/../../x")),
    order=st.none() | st.integers(-3, 9), draft_state=st.sampled_from(["", "正本", "附件"]),
    size=st.none() | st.integers(0, 10**12), digests=st.dictionaries(st.sampled_from(["sm3"]), TEXTS, max_size=1),
)  # fmt: skip
ITEMS = st.builds(
    lambda ref, elements, files, row, process: PackageItem(
        ref, elements | ({"reference_code": ref} if ref else {}), {}, files, process, row
    ),
    st.one_of(CODES, TEXTS),
    st.dictionaries(st.sampled_from([element.name for element in ELEMENTS]), TEXTS, max_size=6),
    st.lists(ENTRIES, max_size=3),
    st.none() | st.integers(1, 50),
    st.lists(st.builds(ProcessEntry, action=TEXTS, time=TEXTS), max_size=1),
)
STATEMENTS = st.builds(
    Statement, fonds_code=st.none() | TEXTS, category=st.sampled_from([None, "WS", "ZP", "？"]),
    items=st.none() | st.integers(0, 60), files=st.none() | st.integers(0, 60),
    bytes=st.none() | st.integers(0, 10**15),
    date=st.none() | TEXTS, departments=st.dictionaries(TEXTS, TEXTS, max_size=3),
)  # fmt: skip
PROBLEMS = st.builds(
    lambda kind, path, expected: PackageProblem(kind, _("A problem."), path=path, expected=expected),
    st.sampled_from(list(ProblemKind)), st.none() | TEXTS, st.none() | TEXTS,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    items=st.lists(ITEMS, max_size=6), orphans=st.lists(ENTRIES, max_size=3), statement=STATEMENTS,
    problems=st.lists(PROBLEMS, max_size=3), kind=st.sampled_from(list(PackageKind)), lists=st.booleans(),
)  # fmt: skip
def test_no_metadata_makes_the_engine_fall_over(
    items: list[PackageItem], orphans: list[ListedFile], statement: Statement, problems: list[PackageProblem],
    kind: PackageKind, lists: bool,
) -> None:  # fmt: skip
    package = Package(
        kind=kind, path=Path("x"), name="x", statement=statement, items=items, orphans=orphans, problems=problems,
        has_item_list=lists, has_file_list=lists, has_statement=lists, columns=("reference_code", "title"),
    )  # fmt: skip
    for stage in Stage:
        report = check_package(package, stage=stage)
        record = json.loads(json.dumps(report.to_record()))
        assert Report.from_record(record).verdict == report.verdict
        assert all(str(finding.message) for finding in report.findings)


def test_rules_cost_time_by_item_and_not_by_pair() -> None:
    items = [
        PackageItem(
            f"T001-WS·2020-Y-BGS-{number:04d}",
            {"title": f"第{number}号", "author": "甲", "date": "20200101", "year": "2020", "retention": "永久"},
            row=number,
            files=[ListedFile(f"T001-WS·2020-Y-BGS-{number:04d}", f"内容/{number}.txt", 1, "正本", 5)],
        )
        for number in range(1, 20_001)
    ]
    package = Package(PackageKind.TRANSFER, Path("x"), "x", items=items, has_item_list=True, has_file_list=True)
    report = check_package(package)
    assert report.items == 20_000
    assert report.seconds < 20
    assert len(report.errors) < 20_000 + 10


class Daemon(threading.Thread):
    """A stand-in for clamd that speaks its protocol: over `limit` bytes it answers and hangs up, as clamd does."""

    def __init__(self, limit: int) -> None:
        super().__init__(daemon=True)
        self.limit = limit
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                channel, _peer = self.server.accept()
            except OSError:
                return
            with channel:
                self.serve(channel)

    def serve(self, channel: socket.socket) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += channel.recv(1)
        if command == b"zVERSION\0":
            channel.sendall(b"ClamAV 1.4.6\0")
            return
        seen = b""
        while length := struct.unpack("!L", self.exactly(channel, 4))[0]:
            if len(seen) + length > self.limit:
                channel.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
            seen += self.exactly(channel, length)
        channel.sendall(b"stream: Eicar FOUND\0" if b"X5O!P%" in seen else b"stream: OK\0")

    @staticmethod
    def exactly(channel: socket.socket, count: int) -> bytes:
        pieces = b""
        while len(pieces) < count:
            piece = channel.recv(count - len(pieces))
            if not piece:
                raise ConnectionError
            pieces += piece
        return pieces


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    one = Daemon(limit=1 << 20)
    one.start()
    yield one
    one.server.close()


def test_scanner_tells_clean_infected_and_not_scanned_apart(daemon: Daemon) -> None:
    clamd = Clamd(daemon.address, timeout=5)
    assert clamd.version() == "ClamAV 1.4.6"
    assert clamd.scan(io.BytesIO(b"hello")) == Scan(clean=True)
    assert clamd.scan(io.BytesIO(b"X5O!P%@AP")) == Scan(clean=False, signature="Eicar")
    over = clamd.scan(io.BytesIO(bytes(8 << 20)))
    assert over.clean is None and over.reason is not None


def test_scanner_that_is_gone_has_not_scanned() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    assert Clamd(address, timeout=1).scan(io.BytesIO(b"x")).clean is None


def test_infected_file_is_one_security_finding(tmp_path: Path, daemon: Daemon) -> None:
    batch = make_batch(3)
    batch.item(1).files[0].content = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"
    batch.item(2).files[0].path += ".bin"  # a second, independent fault
    report = check_path(batch.write(tmp_path / "b"), scanner=Clamd(daemon.address, timeout=5))
    errors = [(f.check, f.ref) for f in report.findings if f.level is Level.ERROR]
    assert ("YJ-4-2", batch.item(1).ref) in errors
    assert [ref for _check, ref in errors].count(batch.item(1).ref) == 1
    assert next(c for c in report.checks if c.check == "YJ-4-1").result == "pass"


def test_scanner_set_up_but_silent_leaves_viruses_unchecked(tmp_path: Path) -> None:
    report = check_path(make_batch(1).write(tmp_path / "b"), scanner=Clamd(str(tmp_path / "no.sock"), timeout=1))
    results = {check.check: check.result.value for check in report.checks}
    assert results["YJ-4-1"] == results["YJ-4-2"] == "not_checked"
