"""The virus checks against a real clamd, with a signature of the EICAR test file made here and now."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.batches import make_batch
from shicheng.checks.engine import check_path
from shicheng.checks.scanner import Clamd

pytestmark = pytest.mark.clamd

# In two parts, so that this file itself is no test virus.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode("ascii")


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A clamd of our own on a socket of its own."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        pytest.skip("clamd is not installed (apt-get install clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    for name in ("db", "tmp"):
        (folder / name).mkdir()
    (folder / "db" / "local.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Local.Eicar\n")
    (folder / "db" / "local.ndb").write_text(f"Local.Eicar.Pattern:0:*:{EICAR.hex()}\n")
    socket = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {folder}/db\nLocalSocket {socket}\nTemporaryDirectory {folder}/tmp\n"
        "Foreground yes\nStreamMaxLength 2M\n"
    )
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(folder / "clamd.conf")], stdout=log, stderr=log)
    try:
        for _attempt in range(150):
            if socket.is_socket() and os.access(socket, os.W_OK):
                try:
                    Clamd(str(socket)).version()
                    break
                except OSError:
                    pass
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.2)
        else:
            pytest.fail("clamd did not start: " + (folder / "log").read_text())
        yield Clamd(str(socket), timeout=30)
    finally:
        process.terminate()
        process.wait(20)


def test_the_test_virus_is_found_plain_and_in_a_zip(clamd: Clamd) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", EICAR)
    assert clamd.scan(io.BytesIO(EICAR)).clean is False
    assert clamd.scan(io.BytesIO(packed.getvalue())).clean is False
    assert clamd.scan(io.BytesIO("无毒".encode())).clean is True


def test_a_file_longer_than_the_scanner_takes_is_never_called_clean(clamd: Clamd) -> None:
    scan = clamd.scan(io.BytesIO(os.urandom(4 << 20)))
    assert scan.clean is None
    assert scan.reason is not None


def test_an_infected_file_in_a_batch_is_one_security_error(clamd: Clamd, tmp_path: Path) -> None:
    batch = make_batch(3)
    infected = batch.item(2).files[0]
    infected.content = EICAR
    report = check_path(batch.write(tmp_path / "batch"), scanner=clamd)
    errors = [finding for finding in report.findings if finding.level == "error"]
    assert [(one.property, one.check, one.ref) for one in errors] == [("security", "YJ-4-2", infected.ref)]
    assert {one.check: one.result for one in report.checks}["YJ-4-1"] == "pass"


def test_a_sound_batch_passes_the_scan(clamd: Clamd, tmp_path: Path) -> None:
    report = check_path(make_batch(3).write(tmp_path / "batch"), scanner=clamd)
    results = {one.check: one.result for one in report.checks}
    assert (results["YJ-4-1"], results["YJ-4-2"]) == ("pass", "pass")
