"""The index follows the audit log through crashes, damage, rebuilding, and with several processes at it."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from search import follower_program
from search.archive import put_catalogue, register
from search.catalogue import records
from shicheng.audit import selectors as audit
from shicheng.audit import services as audit_services
from shicheng.base.db import atomic
from shicheng.holdings import events
from shicheng.holdings.models import Item
from shicheng.kernel.identifiers import new_id
from shicheng.people.services import SYSTEM
from shicheng.search import generations, selectors
from shicheng.search.building import rebuild_index
from shicheng.search.errors import IndexBusy
from shicheng.search.follower import IndexFollower, follow_once, wait_until_indexed
from shicheng.search.generations import building_lock, current_generation, writer_lock
from shicheng.search.reading import forget_readers
from shicheng.search.services import find, find_ids
from shicheng.search.writing import Session

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = records(300, seed=23)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def found(index: Path, query: str = "*") -> list[UUID]:
    return list(find_ids(SYSTEM, query, index_path=index))


def is_exact(index: Path) -> bool:
    """Whether the index holds every item of the database once and nothing else."""
    ids = found(index)
    return len(ids) == len(set(ids)) and set(ids) == set(Item.objects.values_list("pk", flat=True))


def test_what_is_registered_is_found_a_moment_later(index: Path) -> None:
    with IndexFollower(index) as follower:
        for start in range(0, 60, 20):
            ids = register(RECORDS[start : start + 20])
            assert follower.catch_up(20)
            assert set(ids) <= set(found(index))
        assert is_exact(index)
        assert selectors.health(index).state == "ready"


def test_an_event_of_any_name_about_an_item_brings_it_up_to_date(index: Path) -> None:
    (key,) = register(RECORDS[:1])
    assert follow_once(index) >= 0
    Item.objects.filter(pk=key).update(title="改过的题名")
    with atomic():
        audit_services.append(SYSTEM, events.ITEM_REGISTERED, ("item", str(key)), {})
        audit_services.append(SYSTEM, events.ITEM_REGISTERED, ("item", "no id at all"), {})
        audit_services.append(SYSTEM, events.FONDS_FOUNDED, None, {})
    assert selectors.health(index).behind == 3
    assert wait_until_indexed(index, audit.head_position(), 20)
    assert found(index, "题名:改过的题名") == [key]
    assert is_exact(index)


def test_waiting_indexes_here_if_nobody_else_does(index: Path) -> None:
    register(RECORDS[:10])
    assert wait_until_indexed(index, audit.head_position(), 20)
    assert is_exact(index)


def test_while_another_writes_nothing_is_done_and_waiting_ends(index: Path) -> None:
    register(RECORDS[:10])
    rebuild_index(index)
    lock = writer_lock(index)
    assert lock.try_take()
    register(RECORDS[10:20])
    assert follow_once(index) == 0
    assert wait_until_indexed(index, audit.head_position(), 0.2) is False
    lock.release()
    assert wait_until_indexed(index, audit.head_position(), 20)
    assert is_exact(index)


def test_a_writer_that_does_not_know_our_lock_is_waited_for(index: Path) -> None:
    register(RECORDS[:10])
    rebuild_index(index)
    generation = current_generation(index)
    assert generation is not None
    from shicheng.search.schema import open_index

    writer = open_index(generation.files).writer(30_000_000, 1)
    register(RECORDS[10:20])
    assert follow_once(index) == 0
    del writer
    assert wait_until_indexed(index, audit.head_position(), 20)
    assert current_generation(index) == generation
    assert is_exact(index)


def test_two_followers_share_the_work_without_doubling(index: Path) -> None:
    with IndexFollower(index) as first, IndexFollower(index) as second:
        for start in range(0, 120, 30):
            register(RECORDS[start : start + 30])
            assert first.catch_up(20)
            assert second.catch_up(20)
            assert is_exact(index)


@pytest.mark.parametrize("damage", ["missing", "pointer", "outdated", "segment", "meta", "another database", "short"])
def test_an_index_that_can_not_be_used_is_made_anew(index: Path, damage: str) -> None:
    register(RECORDS[:50])
    rebuild_index(index)
    generation = current_generation(index)
    assert generation is not None
    forget_readers()
    (generation.folder / "old").touch()  # goes with the folder
    if damage == "missing":
        (index / "pointer.json").unlink()
    elif damage == "pointer":
        (index / "pointer.json").write_bytes(b"\0\0\0")
    elif damage == "outdated":
        generations.use_generation(index, generations.Generation(generation.folder, "0/old"))
    elif damage == "segment":
        for path in generation.files.iterdir():
            if path.suffix in (".term", ".pos", ".idx", ".fast"):
                path.write_bytes(path.read_bytes()[:-7])
    elif damage == "meta":
        (generation.files / "meta.json").write_text("{")
    elif damage == "another database":
        generation.set_position(generations.Position(generation.position().number, "0" * 64))
    elif damage == "short":
        from shicheng.search.schema import open_index

        writer = open_index(generation.files).writer(30_000_000, 1)
        writer.delete_documents_by_term("id", RECORDS[0].id.hex)
        writer.commit()
        del writer
    results = find(SYSTEM, "*", index_path=index)
    if damage in ("missing", "pointer", "outdated", "segment", "meta"):
        assert results.total == 0
        assert results.notes
        assert not selectors.health(index).is_well
    with IndexFollower(index):
        end = time.monotonic() + 20
        while not selectors.health(index).is_well or (generation.folder / "old").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        assert is_exact(index)


def test_making_anew_leaves_searches_served_and_misses_nothing(index: Path) -> None:
    register(RECORDS[:100])
    rebuild_index(index)
    before = set(found(index))
    wrong: list[int] = []
    searches = 0
    done = threading.Event()

    def search() -> None:
        nonlocal searches
        try:
            while not done.is_set():
                results = find(SYSTEM, "*", index_path=index, limit=400)
                searches += 1
                if results.total < len(before) or results.notes:
                    wrong.append(results.total)
        finally:
            connection.close()

    thread = threading.Thread(target=search)
    thread.start()
    try:
        registered: list[int] = []

        def between(count: int, total: int | None = None, note: str = "") -> None:
            if count and len(registered) < 3:  # something comes in while the index is being made
                registered.append(len(register(RECORDS[100 + 10 * len(registered) : 110 + 10 * len(registered)])))

        for _time in range(4):
            rebuild_index(index, between)
    finally:
        done.set()
        thread.join()
    assert searches > 3
    assert not wrong
    assert len(registered) == 3
    assert is_exact(index)
    folders = [path for path in index.iterdir() if path.is_dir()]
    assert len(folders) <= 2


def test_rows_of_a_catalogue_stand_once_however_often_their_batch_is_read(index: Path) -> None:
    origin = new_id()
    rebuild_index(index)
    generation = current_generation(index)
    assert generation is not None
    put_catalogue(origin, range(1, 40))
    before = Session(generation)
    start = before.position
    before.close()
    session = Session(generation)
    put_catalogue(origin, range(40, 80))  # logged after the writer was opened: nothing of it can be there
    assert session.read_log()[1] == 79
    session.commit()
    session.close()
    assert is_exact(index)
    generation.set_position(start)  # as if it died before it could say how far it had come
    put_catalogue(origin, range(60, 90))  # in part the same rows: they are known by their keys
    follow_once(index)
    assert is_exact(index)
    assert len(found(index)) == 89


def test_rows_that_come_in_while_the_index_is_made_anew_stand_once(index: Path) -> None:
    origin = new_id()
    put_catalogue(origin, range(1, 1200))
    came: list[int] = []

    def between(count: int, total: int | None = None, note: str = "") -> None:
        if len(came) < 3:
            came.append(count)
            put_catalogue(origin, range(1200 + 50 * len(came), 1250 + 50 * len(came)))

    rebuild_index(index, between)
    follow_once(index)
    assert len(came) == 3
    assert is_exact(index)


def test_old_generations_go_when_nobody_reads_them(index: Path) -> None:
    register(RECORDS[:20])
    rebuild_index(index)
    first = current_generation(index)
    assert first is not None
    found(index)  # opens a reader
    rebuild_index(index)
    assert first.folder.exists()  # still read
    found(index)  # the reader moves on
    rebuild_index(index)
    assert not first.folder.exists()


def test_only_one_makes_the_index_anew(index: Path) -> None:
    lock = building_lock(index)
    assert lock.try_take()
    with pytest.raises(IndexBusy, match="anew already"):
        rebuild_index(index)
    assert selectors.health(index).rebuilding
    lock.release()
    assert rebuild_index(index) == 0


def test_a_failure_while_making_anew_leaves_the_old_index(index: Path) -> None:
    register(RECORDS[:20])
    rebuild_index(index)
    generation = current_generation(index)

    def fail(done: int, total: int | None = None, note: str = "") -> None:
        if done:
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        rebuild_index(index, fail)
    assert current_generation(index) == generation
    assert is_exact(index)
    assert [path.name for path in index.iterdir() if path.is_dir()] == ["000001"]


@pytest.mark.crash
@pytest.mark.parametrize("what", ["follow", "rebuild"])
def test_killed_at_any_moment_the_index_stays_usable_and_becomes_exact(index: Path, what: str) -> None:
    chance = random.Random(7)
    register(RECORDS[:40])
    rebuild_index(index)
    for number in range(5):
        child = follower_program.start(index, what)
        try:
            end = time.monotonic() + chance.uniform(1.2, 2.0)
            start = 40 + number * 50
            while time.monotonic() < end:
                if start < 90 + number * 50:
                    register(RECORDS[start : start + 10])
                    start += 10
                assert not find(SYSTEM, "*", index_path=index).notes
        finally:
            child.kill()
            child.wait()
        ids = found(index)
        assert len(ids) == len(set(ids)) >= 40
    with IndexFollower(index) as follower:
        assert follower.catch_up(30)
    assert is_exact(index)
