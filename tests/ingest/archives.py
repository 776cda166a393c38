"""Archives for tests: one in this process on the database of the suite, and ones of their own behind the commands."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from builders.batches import Batch, make_batch

PROGRAM = [sys.executable, "-m", "shicheng.cli"]


def clean_environment(**more: str) -> dict[str, str]:
    """What a person's shell would hand over: nothing of the suite's own archive."""
    mine = {key: value for key, value in os.environ.items() if not key.startswith(("SHICHENG_", "DJANGO_"))}
    return {**mine, "LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8", "PYTHONWARNINGS": "default", **more}


@dataclass
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Archive:
    """An archive in a folder, worked on by the commands only."""

    home: Path
    database: str = ""
    environment: dict[str, str] = field(default_factory=clean_environment)

    def init(self, *options: str) -> Answer:
        given = ("--database", self.database) if self.database else ()
        return self.run("init", *given, *options)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [*PROGRAM, *map(str, arguments), "--home", str(self.home)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            process_group=0,
        )

    def run(self, *arguments: object, code: int | None = 0, timeout: float = 120) -> Answer:
        """Run a command to its end; it must end with `code` unless that is None."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            kill_group(process)
            raise
        answer = Answer(process.returncode, out, err)
        assert code is None or answer.code == code, (arguments, answer)
        assert "Traceback" not in answer.err, answer.err
        return answer

    def ask(self, *arguments: object, code: int | None = 0, timeout: float = 120) -> Any:
        """Run a command with --json and return what it printed."""
        return self.run(*arguments, "--json", code=code, timeout=timeout).json

    def sql(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Ask the database directly, as an intruder or a judge would."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database, autocommit=True) as connection:
                cursor = connection.execute(statement.replace("?", "%s"), values or None)
                return cursor.fetchall() if cursor.description else []
        import sqlite3

        connection = sqlite3.connect(self.home / "db" / "shicheng.sqlite3", timeout=20)
        try:
            rows = connection.execute(statement, values).fetchall()
            connection.commit()
            return rows
        finally:
            connection.close()

    def drop_database(self) -> None:
        """Lose the database."""
        if self.database:
            make_database(self.database, drop_only=True)
        else:
            for file in (self.home / "db").iterdir():
                file.unlink()

    def objects(self) -> list[Path]:
        """The roots of all objects in the store."""
        return sorted(path.parent for path in (self.home / "store").rglob("0=ocfl_object_*"))


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a command and all it started, at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()


def postgresql_address(name: str) -> str:
    """The address of a database beside the suite's on its server; empty if the suite runs on SQLite."""
    if os.environ.get("SHICHENG_TEST_DATABASE") != "postgresql":
        return ""
    return urlsplit(os.environ["SHICHENG_TEST_POSTGRESQL"])._replace(path=f"/{name}").geturl()


def make_database(address: str, *, like: str = "", drop_only: bool = False) -> None:
    """Make a database, empty or like another one, dropping the one of that name."""
    import psycopg

    name, copied = (urlsplit(one).path.lstrip("/") for one in (address, like))
    with psycopg.connect(os.environ["SHICHENG_TEST_POSTGRESQL"], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if not drop_only:
            connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{copied}"' if copied else ""))


def new_archive(home: Path, *, database: str | None = None, **environment: str) -> Archive:
    """A new archive on the database the suite runs on; `database` "" wants SQLite whatever the suite runs on."""
    address = postgresql_address(f"archive_{uuid.uuid4().hex[:12]}") if database is None else database
    archive = Archive(home, address, clean_environment(SHICHENG_WORKERS="2", SHICHENG_FREE_BYTES="0", **environment))
    if environment:
        if address:
            make_database(address)
        archive.init()
        return archive
    model = _model(bool(address))
    shutil.copytree(model.home, home)
    if address:
        make_database(address, like=model.database)
        settings = home / "shicheng.toml"
        settings.write_text(settings.read_text("utf-8").replace(model.database, address), "utf-8")
    return archive


@cache
def _model(is_postgresql: bool) -> Archive:
    """A new archive that is founded once in each process of the suite; most others are copies of it."""
    folder = Path(tempfile.mkdtemp(prefix="shicheng-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = postgresql_address(f"model_{uuid.uuid4().hex[:12]}") if is_postgresql else ""
    if address:
        make_database(address)
    made = Archive(folder / "archive", address, clean_environment(SHICHENG_FREE_BYTES="0"))
    made.init()
    return made


def small_batch(folder: Path, count: int = 3, *, fonds: str = "T001", **more: Any) -> Path:
    """Write a sound batch of text files and return its folder."""
    return text_batch(count, fonds=fonds, **more).write(folder)


def text_batch(count: int = 3, *, fonds: str = "T001", word: str = "") -> Batch:
    """A sound batch of text files, quick to check."""

    def content(place: int) -> tuple[str, bytes]:
        return "txt", f"{fonds}{word}第{place}件的正文，用于测试。\n".encode() * 2

    return make_batch(count, fonds=fonds, content=content)
