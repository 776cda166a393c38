"""A move is killed at each of its moments; the archive works on where it is, and the next attempt goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ingest.archives import Archive, make_database, new_archive, small_batch

pytestmark = [pytest.mark.crash, pytest.mark.slow]

# Runs the command and kills itself when a function is called for the nth time.
PROGRAM = """
import importlib, os, signal, sys
moment, number, *arguments = sys.argv[1:]
module, _colon, path = moment.partition(":")
from shicheng.cli import main, moving
opened = moving.open_archive

def open_archive(home):
    settings = opened(home)
    owner = importlib.import_module("shicheng.storage.moving." + module)
    *owners, name = path.split(".")
    for one in owners:
        owner = getattr(owner, one)
    original, calls = getattr(owner, name), []

    def call(*given, **named):
        calls.append(1)
        if len(calls) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*given, **named)

    setattr(owner, name, call)
    return settings

moving.open_archive = open_archive
sys.argv = ["shicheng", *arguments]
main.main()
"""

OBJECTS = ("journal:Journal.note", 1)  # the first objects are in the new store, and nobody knows
TABLES_MADE = ("filling:Mark.set_ready", 1)
SOME_TABLES = ("filling:Mark.set_table", 20)
ALL_TABLES = ("filling:Filler._compare", 1)
BEFORE_THE_SWITCH = ("configuration:switch", 1)
AFTER_THE_SWITCH = ("carrying:finish", 1)
LOGGED = ("journal:Journal.remove", 1)


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of an empty database; "" where the suite has no server: then only the store moves."""
    server = os.environ.get("SHICHENG_TEST_POSTGRESQL")
    if not server:
        yield ""
        return
    address = urlsplit(server)._replace(path=f"/move_{uuid.uuid4().hex[:12]}").geturl()
    make_database(address)
    yield address
    make_database(address, drop_only=True)


def killed(archive: Archive, moment: tuple[str, int], *arguments: object) -> None:
    """Run the move until it kills itself."""
    command = [sys.executable, "-c", PROGRAM, moment[0], str(moment[1]), "move", *map(str, arguments)]
    process = subprocess.run(
        [*command, "--home", str(archive.home)], env=archive.environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == -signal.SIGKILL, (moment, process)


def told(archive: Archive) -> tuple[int, int]:
    """How often the log tells that a move was begun, and that it was done."""
    events = [event for (event,) in archive.sql("SELECT event FROM audit_entry")]
    return events.count("storage.move.begun"), events.count("storage.archive.moved")


@pytest.mark.timeout(600)
def test_a_move_killed_at_every_moment_loses_and_doubles_nothing(tmp_path: Path, postgresql: str) -> None:
    archive = new_archive(tmp_path / "archive", database="")
    archive.ask("ingest", small_batch(tmp_path / "batch", 3))
    wish: list[object] = ["--store", tmp_path / "store2"]
    moments = [OBJECTS]
    if postgresql:
        wish += ["--to", postgresql]
        moments += [TABLES_MADE, SOME_TABLES, ALL_TABLES]
    for moment in [*moments, BEFORE_THE_SWITCH]:
        killed(archive, moment, *wish)
        assert "store2" not in (archive.home / "shicheng.toml").read_text("utf-8"), moment
    # It was where it had been all the time, and is used: what the new database holds by now is out of date.
    archive.ask("add-user", "wang")
    killed(archive, AFTER_THE_SWITCH, *wish)
    archive.database = postgresql
    assert told(archive) == (1, 0)
    # The archive is in its new place; whoever opens it finishes the move.
    killed_in_finishing(archive)
    assert told(archive) == (1, 1)
    assert archive.ask("move", *wish)["state"] == "unchanged"
    assert told(archive) == (1, 1)
    assert not (archive.home / "moving").exists()
    assert archive.sql("SELECT username FROM people_user") == [("wang",)]
    verified = archive.ask("verify")
    assert (verified["objects"], verified["damaged"], verified["audit"]["intact"]) == (5, [], True)
    assert archive.ask("find", "*")["total"] == 3


def killed_in_finishing(archive: Archive) -> None:
    """Open the archive with a command that dies when the move is logged and its journal is still there."""
    program = PROGRAM.replace("from shicheng.cli import main, moving", "from shicheng.cli import main, setup as moving")
    program = program.replace("opened = moving.open_archive", "opened = moving.be_present").replace(
        "moving.open_archive = open_archive", "moving.be_present = open_archive"
    )
    command = [sys.executable, "-c", program, *map(str, LOGGED), "verify", "--home", str(archive.home)]
    process = subprocess.run(command, env=archive.environment, capture_output=True, text=True, check=False)
    assert process.returncode == -signal.SIGKILL, process
