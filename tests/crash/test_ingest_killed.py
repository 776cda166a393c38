"""Intake killed at any moment, in any of its forms: nothing is lost, doubled or half there."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ingest.archives import Archive, kill_group, postgresql_address, text_batch

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.django_db(databases=[])]

ITEMS = 150
# Programs start more slowly on PostgreSQL; the moments are as random there. More for a night.
KILLS = int(os.environ.get("STORM_KILLS") or (2 if postgresql_address("x") else 5))
MOST = 4  # of one batch: a job that died five times is given up and waits for a person


def count(archive: Archive, table: str, condition: str = "1 = 1") -> int:
    return int(archive.sql(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0])


def strays(archive: Archive) -> list[Path]:
    """What lies in places of work although no work is going on, but for empty folders and locks of their last users."""
    staging, writing = archive.home / "staging", archive.home / "store.writing"
    kept = {"uploads", "incoming", "locks"}
    found = [path for path in staging.iterdir() if path.name not in kept]
    found += [path for name in kept for path in (staging / name).glob("*")]
    return found + [path for path in writing.rglob("*") if path.is_file() and path.stat().st_size]


def assert_whole(archive: Archive, items: int, transfers: int) -> None:
    """Everything is there once: in the database, the store, the index and the log."""
    assert count(archive, "holdings_item") == items
    assert count(archive, "holdings_item", "files_count = 0") == 0
    assert count(archive, "ingest_transfer", "state = 'stored'") == transfers
    # Starting again uses no number up, but for a batch that was stored already: that is one sent twice.
    assert count(archive, "ingest_transfer", "state NOT IN ('stored', 'withdrawn')") == 0
    assert count(archive, "audit_entry", "event = 'ingest.item.stored'") == items
    assert count(archive, "audit_entry", "event = 'ingest.transfer.stored'") == transfers
    verified = archive.ask("verify")
    assert verified["damaged"] == []
    assert verified["audit"]["intact"]
    logs = count(archive, "storage_promisedobject", "kind = 'audit'")
    assert verified["objects"] == items + transfers + logs == len(archive.objects())
    assert archive.ask("find", "*", "--limit", 1)["total"] == items
    assert strays(archive) == []


@pytest.mark.timeout(400)
def test_ingest_killed_again_and_again_takes_every_item_in_once(
    new: Callable[..., Archive], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    archive = new()
    chance = random.Random(os.environ.get("STORM_SEED") or time.time_ns())
    started = time.monotonic()
    archive.ask("ingest", text_batch(ITEMS, fonds="T000").write(tmp_path / "T000"))
    length = time.monotonic() - started
    killed: dict[str, int] = {}
    number = 0
    while sum(killed.values()) < KILLS:
        number += 1
        batch = text_batch(ITEMS, fonds=f"T{number:03d}").write(tmp_path / f"T{number:03d}")
        for _kill in range(MOST):
            if archive.sql("SELECT 1 FROM ingest_transfer WHERE source = ? AND state = 'stored'", (str(batch),)):
                break
            process = archive.start("ingest", batch, "--json")
            time.sleep(chance.uniform(0.4, length))
            if process.poll() is None:
                kill_group(process)
                state = archive.sql(
                    "SELECT state FROM ingest_transfer WHERE source = ? AND state <> 'withdrawn'", (str(batch),)
                )
                where = state[0][0] if state else "before"
                killed[where] = killed.get(where, 0) + 1
            else:
                process.communicate()
        said = archive.ask("ingest", batch)
        assert (said["state"], said["accepted"], said["held"]) == ("stored", ITEMS, 0)
        assert count(archive, "holdings_item", f"reference_code LIKE 'T{number:03d}%'") == ITEMS
    record_property("killed", killed)
    print(killed)
    assert_whole(archive, ITEMS * (number + 1), number + 1)


def test_nothing_outlives_a_killed_ingest(archive: Archive, tmp_path: Path) -> None:
    """Only the command's own process is killed: what it started has to end by itself."""
    batch = text_batch(400).write(tmp_path / "batch")
    for wait in (1.5, 2.5, 3.5):
        process = archive.start("ingest", batch, "--json")
        time.sleep(wait)
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGKILL)
        process.communicate()
        _gone, left = psutil.wait_procs(family, timeout=5)
        assert left == []
    assert archive.ask("ingest", batch)["accepted"] == 400
    assert_whole(archive, 400, 1)


@pytest.fixture
def started() -> Iterator[Callable[..., object]]:
    """Starts commands and ends them with all they started."""
    running = []

    def start(archive: Archive, *arguments: object) -> object:
        running.append(archive.start(*arguments))
        return running[-1]

    yield start
    for process in running:
        end_tree(process)


def end_tree(process) -> None:  # type: ignore[no-untyped-def]
    """Kill a process and everything below it, then read what it said."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            pass
    process.communicate()


def wait_for(wanted: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)


def test_worker_killed_while_it_checks_and_stores(
    archive: Archive, tmp_path: Path, started: Callable[..., object]
) -> None:
    batch = text_batch(ITEMS).write(tmp_path / "batch")
    command = archive.start("ingest", batch, "--json")
    wait_for(lambda: count(archive, "ingest_transfer", "state = 'checking'") == 1)
    kill_group(command)  # the job is left to workers
    for _kill in range(3):
        worker = started(archive, "worker", "--processes", 1)
        wait_for(lambda: count(archive, "jobs_job", "state = 'running'") == 1)
        time.sleep(0.7)
        end_tree(worker)
        if count(archive, "ingest_transfer", "state = 'checking'") == 0:
            break
    assert archive.ask("ingest", batch)["accepted"] == ITEMS
    assert_whole(archive, ITEMS, 1)


def test_serve_killed_and_started_again_finishes_what_waits(
    archive: Archive, tmp_path: Path, started: Callable[..., object]
) -> None:
    import socket
    import urllib.request

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    batch = text_batch(ITEMS).write(tmp_path / "batch")
    command = archive.start("ingest", batch, "--json")
    wait_for(lambda: count(archive, "ingest_transfer", "state = 'checking'") == 1)
    kill_group(command)
    first = started(archive, "serve", "--port", port)
    time.sleep(3)
    family = psutil.Process(first.pid).children(recursive=True)  # type: ignore[attr-defined]
    assert family
    os.kill(first.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    _gone, left = psutil.wait_procs(family, timeout=10)
    assert left == [], "what served outlived the command"
    started(archive, "serve", "--port", port)
    wait_for(lambda: count(archive, "ingest_transfer", "state = 'checked'") == 1)

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    wait_for(answers)
    assert archive.ask("ingest", batch)["accepted"] == ITEMS
    assert archive.ask("find", "*", "--limit", 1)["total"] == ITEMS
