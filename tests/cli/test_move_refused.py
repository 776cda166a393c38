"""What a move refuses before anything is written."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ingest.archives import Archive, make_database, new_archive

pytestmark = pytest.mark.slow


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return new_archive(tmp_path / "archive", database="")


@contextmanager
def database(options: str = "") -> Iterator[str]:
    """A new database on the suite's server, and its address."""
    import psycopg

    server = os.environ["SHICHENG_TEST_POSTGRESQL"]
    name = f"move_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {options}")
    address = urlsplit(server)._replace(path=f"/{name}").geturl()
    yield address
    make_database(address, drop_only=True)


def obstacles(archive: Archive, *wish: object) -> list[str]:
    said = archive.ask("move", *wish, "--dry-run", code=1)
    assert said["state"] == "planned"
    found: list[str] = said["plan"]["obstacles"]
    return found


def test_wishes_that_make_no_sense_are_named(archive: Archive, tmp_path: Path) -> None:
    assert "--to" in archive.run("move", code=2).err
    assert archive.run("move", "--to", "mysql://a/b", "--json", code=1).json["error"] == "storage.move.refused"
    [inside] = obstacles(archive, "--store", archive.home / "store" / "new")
    assert "hold one another" in inside
    (tmp_path / "file").write_bytes(b"")
    [no_folder] = obstacles(archive, "--store", tmp_path / "file")
    assert "no folder" in no_folder
    archive.environment["SHICHENG_FREE_BYTES"] = str(1 << 60)
    [no_room] = obstacles(archive, "--store", tmp_path / "small")
    assert "room for" in no_room
    assert archive.ask("move", "--store", archive.home / "store")["state"] == "unchanged"
    assert not (archive.home / "moving").exists()


@pytest.mark.skipif(not os.environ.get("SHICHENG_TEST_POSTGRESQL"), reason="SHICHENG_TEST_POSTGRESQL names no server")
def test_databases_that_will_not_do_are_named_and_left_alone(archive: Archive) -> None:
    import psycopg

    server = os.environ["SHICHENG_TEST_POSTGRESQL"]
    with database() as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE TABLE mine (word text)")
            connection.execute("INSERT INTO mine VALUES ('kept')")
        [full] = obstacles(archive, "--to", address)
        assert "is not empty" in full
        assert archive.run("move", "--to", address, code=1).out.count("is not empty") == 1
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT word FROM mine").fetchall() == [("kept",)]
    with database("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0") as address:
        [coded] = obstacles(archive, "--to", address)
        assert "SQL_ASCII" in coded
    gone = urlsplit(server)._replace(path="/move_never_made").geturl()
    said = archive.run("move", "--to", gone, "--json", code=1).json
    assert said["error"] == "storage.move.refused" and "move_never_made" in said["message"]
    with database() as address:
        archive.sql(
            "INSERT INTO holdings_fonds (id, code, name, agency, founded, kind, location)"
            " VALUES (?, 'T1', ?, '', '2026-01-01', 'agency', '')",
            ("1" * 32, "a\x00b"),
        )
        [stricter] = obstacles(archive, "--to", address)
        assert "holdings_fonds" in stricter and "NUL" in stricter
