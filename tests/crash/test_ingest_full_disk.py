"""The disk is full while a batch is received or stored: said plainly, nothing half, and it goes on later."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.archives import Archive, clean_environment, text_batch

pytestmark = pytest.mark.crash  # where the database lies matters only while storing


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)


def large_batch(folder: Path, size: int = 500_000) -> Path:
    """Thirty texts of twice so many bytes."""
    batch = text_batch(30)
    for item in batch.items:
        item.files[0].content = os.urandom(size).hex().encode()
    return batch.write(folder)


@pytest.mark.parametrize(
    ("size", "codes"), [(500_000, {"storage.store.full"}), (380_000, {"storage.store.full", "base.disk.full"})]
)
def test_disk_full_while_receiving(small_disk: Path, tmp_path: Path, size: int, codes: set[str]) -> None:
    """Seen before the first byte is copied; and noticed in the middle, by whoever writes just then."""
    archive = Archive(small_disk / "archive", "", clean_environment(SHICHENG_WORKERS="2", SHICHENG_FREE_BYTES="0"))
    archive.init()
    batch = large_batch(tmp_path / "batch", size)
    for _time in range(2):
        said = archive.run("ingest", batch, "--json", code=5)
        assert said.json["error"] in codes
        assert "full" in said.json["message"]
        assert said.json["hint"]
    staging = archive.home / "staging"
    # Either all of it was received, or nothing of it lies about.
    if not list(staging.glob("*/manifest.jsonl")):
        assert not [one for one in staging.rglob("*") if one.is_file() and one.stat().st_size > 100_000]
    verified = archive.run("verify", "--json", code=None)
    if verified.code:  # not even what a verification found can be written
        assert verified.json["error"] in codes | {"base.disk.full"}
    else:
        assert verified.json["damaged"] == []
    enlarge(small_disk)
    done = archive.ask("ingest", batch)
    assert (done["state"], done["accepted"]) == ("stored", 30)
    assert done["transfer"].endswith("-0001")
    assert archive.ask("verify")["damaged"] == []


@pytest.mark.django_db(databases=[])
def test_disk_full_while_storing(small_disk: Path, tmp_path: Path) -> None:
    environment = clean_environment(
        SHICHENG_WORKERS="2", SHICHENG_FREE_BYTES="0", SHICHENG_STORE=str(small_disk / "store")
    )
    archive = Archive(tmp_path / "archive", "", environment)
    archive.init()
    batch = large_batch(tmp_path / "batch")
    said = archive.run("ingest", batch, "--json", code=None)
    assert said.code in (3, 5)
    assert "full" in said.json["message"]
    assert str(small_disk) in said.json["message"]
    assert archive.sql("SELECT state FROM ingest_transfer") == [("accepted",)]
    verified = archive.ask("verify")
    assert verified["damaged"] == []
    assert archive.ask("find", "*")["total"] == archive.sql("SELECT count(*) FROM holdings_item")[0][0]
    assert archive.run("ingest", batch, code=None).code in (3, 5)  # still full: the same answer
    enlarge(small_disk)
    done = archive.ask("ingest", batch)
    assert (done["state"], done["accepted"]) == ("stored", 30)
    verified = archive.ask("verify")
    assert verified["damaged"] == []
    assert archive.ask("find", "*")["total"] == 30
    assert archive.sql("SELECT count(*) FROM audit_entry WHERE event = 'ingest.item.stored'") == [(30,)]
