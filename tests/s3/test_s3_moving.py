"""An archive grows out of SQLite and a folder: it is moved to PostgreSQL and a bucket, used there, and moved back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ingest.archives import Archive, clean_environment, kill_group, make_database, new_archive, small_batch, text_batch
from shicheng.settings import presence
from shicheng.storage.s3 import S3Store
from shicheng.storage.types import BucketAddress

obstore = pytest.importorskip("obstore")
pytestmark = [pytest.mark.s3, pytest.mark.slow]

ODD = '{"long":"\U00020000字","n":1.50,"e":1e3,"none":null,"deep":[{"b":[]},true],"quote":"\\"\\\\u0000"}'


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return new_archive(tmp_path / "archive", database="")


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of an empty database."""
    server = os.environ.get("SHICHENG_TEST_POSTGRESQL")
    if not server:
        pytest.skip("SHICHENG_TEST_POSTGRESQL names no server")
    address = urlsplit(server)._replace(path=f"/move_{uuid.uuid4().hex[:12]}").geturl()
    make_database(address)
    yield address
    make_database(address, drop_only=True)


@pytest.fixture
def bucket_options(bucket: BucketAddress, tmp_path: Path) -> list[object]:
    keys = tmp_path / "keys.txt"
    keys.write_text(f"{bucket.access_key}\n{bucket.secret_key}\n")
    return [
        "--store", f"s3://{bucket.bucket}/{bucket.prefix}", "--s3-endpoint", bucket.endpoint, "--s3-keys", keys,
    ]  # fmt: skip


def wait_until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not true():
        assert process.poll() is None, process.communicate()
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            pass


def rows(database: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)


@pytest.mark.timeout(600)
def test_to_postgresql_and_a_bucket_and_back(
    archive: Archive, tmp_path: Path, postgresql: str, bucket: BucketAddress, bucket_options: list[object]
) -> None:
    archive.ask("ingest", small_batch(tmp_path / "batch", 5))
    archive.ask("add-user", "wang", "--role", "archivist")
    archive.sql("UPDATE holdings_item SET extra = ? WHERE reference_code LIKE '%-0001'", (ODD,))
    archive.sql("UPDATE jobs_job SET created = '2026-01-02 03:04:05'")  # a moment without a fraction of a second
    toml = archive.home / "shicheng.toml"
    toml.write_text('# By hand, to be kept\narchive_name = "县档案馆"\n', "utf-8")

    # While somebody works on it, the objects can be copied ahead, and nothing else.
    worker = archive.start("worker")
    try:
        wait_until(lambda: worker.pid in {one.pid for one in presence.others(archive.home)}, worker)
        refused = archive.run("move", "--to", postgresql, *bucket_options, code=5)
        assert f"shicheng worker ({worker.pid})" in refused.err
        assert f"s3://{bucket.bucket}/archive" in refused.out
        assert f":{urlsplit(postgresql).password}@" not in refused.out + refused.err
        ahead = archive.ask("move", "--to", postgresql, *bucket_options, "--ahead")
    finally:
        kill_group(worker)
    copied = ahead["objects"]["copied"]
    assert (ahead["state"], ahead["objects"]["damaged"]) == ("copied", [])
    assert copied >= 7  # the worker may have put the log into the store
    assert "database" not in toml.read_text("utf-8")

    moved = archive.ask("move", "--to", postgresql, *bucket_options)
    assert (moved["state"], moved["objects"]["skipped"], moved["index"]) == ("moved", copied, "kept")
    assert moved["plan"]["goes_on"]
    assert {one["name"] for one in moved["tables"]} >= {"holdings_item", "audit_entry", "people_user", "jobs_job"}
    assert toml.read_text("utf-8").startswith("# By hand, to be kept\ndatabase = ")
    assert toml.stat().st_mode & 0o777 == 0o600
    assert not (archive.home / "moving").exists()
    archive.database = postgresql
    assert archive.sql("SELECT count(*) FROM information_schema.tables WHERE table_name = 'shicheng_move'") == [(0,)]
    old = archive.home / "db" / "shicheng.sqlite3"
    log = rows(old, "audit_entry")
    [(head,)] = archive.sql("SELECT hash FROM audit_entry WHERE position = ?", (len(log),))
    assert head == moved["audit"]["head"]
    assert head in max(log)

    # It is whole there, finds what it found, takes more in, and its log can't be changed.
    verified = archive.ask("verify")
    assert (verified["objects"], verified["damaged"]) == (moved["objects"]["total"], [])
    assert verified["audit"]["intact"]
    assert archive.ask("find", "*")["total"] == 5
    import psycopg

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        archive.sql("UPDATE audit_entry SET event = 'x'")
    more = archive.ask("ingest", text_batch(2, fonds="T002").write(tmp_path / "more"))
    assert more["accepted"] == 2 and more["transfer"].endswith("-0002")
    assert S3Store(bucket).has(archive.sql("SELECT object_id FROM storage_promisedobject")[0][0])

    # Who uses the database from elsewhere is seen too.
    with psycopg.connect(postgresql):
        said = archive.run("move", "--to", "sqlite", "--json", code=1).json
        assert said["error"] == "storage.move.refused" and "connected" in said["message"]

    # And back, to another folder; the first database is still there and is not written over.
    back = archive.ask("move", "--to", "sqlite", "--store", tmp_path / "store2")
    archive.database = ""
    assert (back["state"], back["objects"]["damaged"]) == ("moved", [])
    verified = archive.ask("verify")
    assert (verified["damaged"], verified["audit"]["intact"]) == ([], True)
    assert archive.ask("find", "*")["total"] == 7
    [kept] = old.parent.glob("shicheng.sqlite3.before-move-*")
    for table in ("holdings_file", "holdings_filetext", "holdings_fonds", "people_user"):
        assert set(rows(kept, table)) <= set(rows(old, table)), table
    for table in ("holdings_item", "jobs_job"):
        columns = "id, extra" if table == "holdings_item" else "id, created"
        before, after = (
            dict(closing_query(path, f"SELECT {columns} FROM {table}")) for path in (kept, old)
        )  # fmt: skip
        for key, value in before.items():
            assert same(after[key], value), (table, after[key], value)
    assert set(log) <= set(rows(old, "audit_entry"))
    [begun] = archive.sql("SELECT count(*) FROM audit_entry WHERE event = 'storage.move.begun'")
    [done] = archive.sql("SELECT count(*) FROM audit_entry WHERE event = 'storage.archive.moved'")
    assert (begun, done) == ((2,), (2,))


def closing_query(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def same(one: str, other: str) -> bool:
    import json

    return one == other or json.loads(one) == json.loads(other)


def test_only_the_store_moves_and_what_is_damaged_or_strange_stops_it(
    archive: Archive, tmp_path: Path, bucket: BucketAddress, bucket_options: list[object]
) -> None:
    archive.ask("ingest", small_batch(tmp_path / "batch", 3))
    # Somebody's bucket is not written to.
    store = S3Store(bucket)
    obstore.put(store.bucket, "holiday.jpg", b"x")
    assert archive.run("move", *bucket_options, "--json", code=2).json["error"] == "storage.store.bad"
    obstore.delete(store.bucket, "holiday.jpg")
    # A damaged file is named, and nothing is switched.
    [first, *_others] = sorted(archive.home.glob("store/*/*/v1/content/metadata/description.xml"))
    first.chmod(0o644)
    whole = first.read_bytes()
    first.write_bytes(whole.replace(b"T001", b"T999"))
    said = archive.run("move", *bucket_options, "--json", code=1).json
    assert said["error"] == "storage.move.refused" and "description.xml" in said["message"]
    assert "s3://" not in (archive.home / "shicheng.toml").read_text("utf-8")
    [finding] = [one for one in archive.ask("doctor", code=None)["findings"] if one["name"] == "move"]
    assert finding["level"] == "warning" and bucket.bucket in finding["message"]
    first.write_bytes(whole)
    # What the environment says would win over the settings file: it has to agree.
    archive.environment["SHICHENG_STORE"] = str(archive.home / "store")
    assert "SHICHENG_STORE" in archive.run("move", *bucket_options, code=1).out
    del archive.environment["SHICHENG_STORE"]
    moved = archive.ask("move", *bucket_options)
    assert (moved["state"], moved["objects"]["total"], moved["tables"]) == ("moved", 5, [])
    assert archive.ask("verify")["damaged"] == []
    assert archive.ask("find", "*")["total"] == 3


def test_an_archive_in_a_bucket_is_backed_up_lost_and_restored(
    tmp_path: Path, bucket: BucketAddress, postgresql: str
) -> None:
    environment = clean_environment(
        SHICHENG_WORKERS="2",
        SHICHENG_FREE_BYTES="0",
        SHICHENG_S3_ENDPOINT=bucket.endpoint,
        SHICHENG_S3_ACCESS_KEY=bucket.access_key,
        SHICHENG_S3_SECRET_KEY=bucket.secret_key,
    )
    archive = Archive(tmp_path / "archive", "", environment)
    archive.init("--store", f"s3://{bucket.bucket}/{bucket.prefix}")
    archive.ask("ingest", small_batch(tmp_path / "batch", 4))
    first = archive.ask("backup", tmp_path / "backup")
    assert (first["objects"], first["copied_objects"], first["damaged"]) == (6, 6, [])
    archive.ask("ingest", text_batch(2, fonds="T002").write(tmp_path / "more"))
    second = archive.ask("backup", tmp_path / "backup")
    assert second["copied_objects"] == second["objects"] - 6 > 0
    hits = archive.ask("find", "*")["hits"]

    # All is lost. What is in a bucket is never written over.
    archive.home.rename(tmp_path / "lost")
    said = archive.run("restore", tmp_path / "backup", "--json", code=1).json
    assert said["error"] == "storage.backup.refused" and bucket.bucket in said["message"]
    assert not archive.home.exists()
    archive.environment["SHICHENG_STORE"] = f"s3://{bucket.bucket}/another"
    # A backup of SQLite does not become PostgreSQL: it says so, and what does.
    archive.environment["SHICHENG_DATABASE"] = postgresql
    said = archive.run("restore", tmp_path / "backup", "--json", code=1).json
    assert said["error"] == "storage.backup.refused" and "shicheng move" in said["hint"]
    del archive.environment["SHICHENG_DATABASE"]

    assert archive.ask("restore", tmp_path / "backup")["objects"] == second["objects"]
    verified = archive.ask("verify")
    assert (verified["objects"], verified["damaged"], verified["audit"]["intact"]) == (second["objects"], [], True)
    assert archive.ask("find", "*")["hits"] == hits
