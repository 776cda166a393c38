"""A whole archive whose store is a bucket: intake, a service that goes away in the middle, verification, rebuild."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from ingest.archives import Archive, clean_environment, small_batch, text_batch
from s3.conftest import S3Server
from shicheng.storage.s3 import S3Store
from shicheng.storage.types import BucketAddress

pytest.importorskip("obstore")
pytestmark = [pytest.mark.s3, pytest.mark.slow, pytest.mark.django_db(databases=[])]


@pytest.fixture
def archive(tmp_path: Path, bucket: BucketAddress) -> Archive:
    environment = clean_environment(
        SHICHENG_WORKERS="2",
        SHICHENG_FREE_BYTES="0",
        SHICHENG_STORE=f"s3://{bucket.bucket}/{bucket.prefix}",
        SHICHENG_S3_ENDPOINT=bucket.endpoint,
        SHICHENG_S3_ACCESS_KEY=bucket.access_key,
        SHICHENG_S3_SECRET_KEY=bucket.secret_key,
        SHICHENG_S3_RETRY_SECONDS="8",
    )
    archive = Archive(tmp_path / "archive", "", environment)
    archive.init()
    return archive


def test_intake_verification_and_rebuild_in_a_bucket(archive: Archive, tmp_path: Path, bucket: BucketAddress) -> None:
    batch = text_batch(5)
    assert archive.ask("ingest", batch.write(tmp_path / "batch"))["accepted"] == 5
    verified = archive.ask("verify")
    assert (verified["objects"], verified["damaged"]) == (7, [])
    shutil.rmtree(archive.home / "index")
    archive.drop_database()
    archive.init()
    assert archive.ask("rebuild") | {"audit_entries": 0} == {
        "transfers": 1, "items": 5, "audit_entries": 0, "unknown": 0, "imports": 0,
    }  # fmt: skip
    assert archive.ask("find", "*")["total"] == 5
    verified = archive.ask("verify")
    assert verified["damaged"] == []
    assert verified["audit"]["intact"]
    # One object is changed in the bucket itself.
    import obstore

    store = S3Store(bucket)
    path = next(
        entry["path"]
        for page in obstore.list(store.bucket)
        for entry in page
        if entry["path"].endswith("事项的决定.txt")
    )
    obstore.put(store.bucket, path, b"changed")
    (damaged,) = archive.ask("verify", code=1)["damaged"]
    assert damaged["ref"].startswith("T001-WS·2020")
    assert damaged["problem"] == "changed"


@pytest.mark.timeout(300)
def test_service_lost_in_the_middle_of_storing(archive: Archive, tmp_path: Path, s3_server: S3Server) -> None:
    batch = small_batch(tmp_path / "batch", 120)
    process = archive.start("ingest", batch, "--json")
    end = time.monotonic() + 60
    while archive.sql("SELECT state FROM ingest_transfer") != [("accepted",)]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    time.sleep(0.5)
    s3_server.stop()
    try:
        out, err = process.communicate(timeout=200)
        assert process.returncode in (3, 5), (process.returncode, out, err)
        assert "Traceback" not in err
        assert s3_server.endpoint in out or "bucket" in out or "store" in out, out
        state = archive.sql("SELECT state FROM ingest_transfer")
        assert state == [("accepted",)]
    finally:
        s3_server.start()
    said = archive.ask("ingest", batch, timeout=200)
    assert (said["state"], said["accepted"], said["held"]) == ("stored", 120, 0)
    verified = archive.ask("verify", timeout=200)
    assert (verified["objects"], verified["damaged"]) == (122, [])
    assert archive.ask("find", "*")["total"] == 120
