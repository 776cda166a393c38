"""Verifying: what is changed, missing or extra is named, and nothing else."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from shicheng.storage.fixity import check_objects, verify_store
from shicheng.storage.ocfl.checking import Pace
from shicheng.storage.ocfl.local import LocalStore
from storage.drafts import draft


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = LocalStore(tmp_path_factory.mktemp("whole") / "store")
    store.create()
    store.put_objects([draft(number) for number in range(60)])
    store.put_objects([draft(7, {"content/new.txt": b"new"}, base=1)])
    return store.root


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> LocalStore:
    shutil.copytree(whole, tmp_path / "store", copy_function=shutil.copy2)
    return LocalStore(tmp_path / "store")


def damages(store: LocalStore, number: int) -> set[tuple[str, str]]:
    return {(one.path, one.problem) for one in store.verify(draft(number).object_id)}


def place(store: LocalStore, number: int) -> Path:
    return Path(store.folder(draft(number).object_id))


def change(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_whole_store_has_no_damage(store: LocalStore) -> None:
    seen: list[tuple[int, int]] = []
    report = verify_store(store, on_progress=lambda *done: seen.append(done))
    assert report.damaged == []
    files = sum(len(names) for _here, _folders, names in os.walk(store.root)) - 4  # the root's own
    assert (report.objects, report.files) == (60, files)
    assert seen[-1] == (60, report.bytes)


def test_each_damage_is_named_with_object_and_file(store: LocalStore) -> None:
    description = "v1/content/metadata/description.xml"
    one = bytearray((place(store, 1) / description).read_bytes())
    one[3] ^= 1
    change(place(store, 1) / description, bytes(one))
    (place(store, 2) / description).unlink()
    (place(store, 3) / "v1/content/planted.exe").write_bytes(b"x")
    (place(store, 4) / "loose").write_bytes(b"x")
    shutil.rmtree(place(store, 5) / "v1/content")
    (store.root / "holiday.jpg").write_bytes(b"x")
    (store.root / "zzz").mkdir()
    (store.root / "abc").mkdir(exist_ok=True)
    (store.root / "abc" / "not-an-object").mkdir()
    report = verify_store(store)
    assert {(one.object_id[-3:], one.path, one.problem) for one in report.damaged} == {
        ("001", description, "changed"),
        ("002", description, "missing"),
        ("003", "v1/content/planted.exe", "extra"),
        ("004", "loose", "extra"),
        ("005", description, "missing"),
        ("005", "v1/content/content/0001/关于召开会议的通知.txt", "missing"),
        ("", "holiday.jpg", "extra"),
        ("", "zzz", "extra"),
        ("", "abc/not-an-object", "extra"),
    }


def test_a_broken_inventory_is_named_and_the_rest_still_compared(store: LocalStore) -> None:
    root = place(store, 1) / "inventory.json"
    change(root, root.read_bytes().replace(b"v1", b"v9", 1))
    change(place(store, 1) / "v1/content/metadata/description.xml", b"other")
    assert damages(store, 1) == {("inventory.json", "inventory"), ("v1/content/metadata/description.xml", "changed")}
    (place(store, 2) / "inventory.json").unlink()
    assert ("inventory.json", "missing") in damages(store, 2)
    change(place(store, 3) / "inventory.json.sha512", b"0" * 128 + b" inventory.json\n")
    assert damages(store, 3) == {("inventory.json", "inventory")}
    (place(store, 4) / "0=ocfl_object_1.1").unlink()
    assert damages(store, 4) == {("0=ocfl_object_1.1", "missing")}
    change(place(store, 7) / "v1/inventory.json", b"{}")
    assert damages(store, 7) == {("v1/inventory.json", "inventory")}


def test_an_object_in_the_place_of_another_is_not_taken_for_it(store: LocalStore) -> None:
    shutil.rmtree(place(store, 1))
    shutil.copytree(place(store, 2), place(store, 1))
    assert ("inventory.json", "inventory") in damages(store, 1)
    assert store.verify("urn:nothing")[0].problem == "missing"


def test_nothing_is_left_out_when_the_processes_die(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    (place(store, 50) / "v1/content/metadata/description.xml").unlink()
    monkeypatch.setattr("shicheng.storage.fixity._CODE", "raise SystemExit")
    report = verify_store(store)
    assert report.objects == 60
    assert [(one.path, one.problem) for one in report.damaged] == [("v1/content/metadata/description.xml", "missing")]


def test_processes_end_when_the_caller_stops_early(store: LocalStore) -> None:
    before = set(psutil.Process().children())  # servers of other tests in this process
    found = check_objects(store, store.iter_objects())
    assert isinstance(found, Generator)
    next(found)
    assert set(psutil.Process().children()) > before
    found.close()
    assert set(psutil.Process().children()) <= before


def test_links_and_pipes_in_the_place_of_files_are_damage(store: LocalStore) -> None:
    path = place(store, 1) / "v1/content/metadata/description.xml"
    shutil.copy(path, store.root.parent / "same")
    path.unlink()
    path.symlink_to(store.root.parent / "same")
    assert damages(store, 1) == {("v1/content/metadata/description.xml", "unreadable")}
    other = place(store, 2) / "v1/content/metadata/description.xml"
    other.unlink()
    os.mkfifo(other)
    assert {problem for _path, problem in damages(store, 2)} <= {"changed", "unreadable"} != set()


def test_only_the_objects_asked_for_are_verified(store: LocalStore) -> None:
    report = verify_store(store, object_ids=[draft(3).object_id, "urn:gone"])
    assert report.objects == 2
    assert [(one.object_id, one.problem) for one in report.damaged] == [("urn:gone", "missing")]


def test_reading_keeps_to_the_rate(store: LocalStore) -> None:
    waited: list[float] = []
    pace = Pace(1000.0, sleep=waited.append)
    before = time.monotonic()
    for _number in range(10):
        pace.spend(1000)
    assert 8 < sum(waited) / 5 < 12 or max(waited) > 8  # ten seconds of reading, the first of them free
    assert time.monotonic() - before < 1
    Pace(None).spend(1 << 40)
