"""Killed at any moment, with the disk full or a file at its limit: what is in the store is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import ocfl
import pytest

from shicheng.packages.types import PackageFile
from shicheng.storage.errors import StoreFull
from shicheng.storage.fixity import verify_store
from shicheng.storage.ocfl.local import LocalStore
from shicheng.storage.staging import Staging
from storage.drafts import draft

pytestmark = pytest.mark.crash
TESTS = Path(__file__).parents[1]

CHILD = """
import sys
from pathlib import Path
from shicheng.storage.ocfl.local import LocalStore
from storage.drafts import draft
store = LocalStore(Path(sys.argv[1]))
start = int(sys.argv[2])
batch = 0
print("go", flush=True)
while True:
    numbers = range(start + batch * 20, start + batch * 20 + 20)
    stored = store.put_objects([draft(number) for number in numbers])
    for one in stored[:3]:
        number = int(one.object_id[-12:])
        store.put_objects([draft(number, {"metadata/description.xml": b"second %d" % number}, base=1)])
    print(numbers.start, numbers.stop, flush=True)
    batch += 1
"""


def start_child(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])},
    )


def test_killed_at_any_moment_every_object_in_place_is_whole_and_nothing_promised_is_missing(tmp_path: Path) -> None:
    root = tmp_path / "store"
    LocalStore(root).create()
    promised: set[str] = set()
    chance = random.Random(20260301)
    for attempt in range(12):
        process = start_child(CHILD, root, attempt * 100_000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.25))
        process.send_signal(signal.SIGKILL)
        for line in process.stdout.read().splitlines():
            numbers = line.split()
            if len(numbers) == 2:
                promised |= {draft(number).object_id for number in range(int(numbers[0]), int(numbers[1]))}
        process.wait()
        process.stdout.close()
    store = LocalStore(root)
    there = set(store.iter_objects())
    assert promised
    assert promised <= there
    assert verify_store(store).damaged == []
    other = ocfl.StorageRoot(root=str(root))
    assert other.validate(), other.errors
    assert other.good_objects == len(there)
    # The next one to write removes what the dead left, and can store what they were storing.
    store.put_objects([draft(number) for number in range(5 * 100_000 + 3, 5 * 100_000 + 20)])
    working = root.with_name("store.writing")
    assert len(list(working.glob("*.lock"))) == 1
    assert all(not any(folder.iterdir()) for folder in working.iterdir() if folder.is_dir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # even if a failed test left a file open


def test_a_full_disk_stops_cleanly_and_work_goes_on_later(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(4 << 20))
    store = LocalStore(small_disk / "store")
    store.create()
    store.put_objects([draft(1)])
    large = [draft(number, {"content/a.tif": os.urandom(600_000)}) for number in range(2, 12)]
    with pytest.raises(StoreFull) as looked:
        store.put_objects(large)
    assert looked.value.needed > 6_000_000 > looked.value.free
    # The disk may also fill while we write: somebody else wrote, or blocks are larger than reckoned.
    monkeypatch.setattr("shicheng.storage.durable.require_room", lambda *_args, **_more: None)
    with pytest.raises(StoreFull) as full:
        store.put_objects(large)
    assert str(small_disk) in str(full.value)
    assert list(store.iter_objects()) == [draft(1).object_id]
    assert list((small_disk / "store.writing").glob("*/*")) == []
    ballast.unlink()
    store.put_objects(large)
    assert len(list(store.iter_objects())) == 11
    assert verify_store(store).damaged == []
    store.close()  # its lock lies on the small disk


def test_staging_on_a_full_disk_leaves_nothing_half(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").write_bytes(os.urandom(5 << 20))
    files = [
        PackageFile(str(number), b"%d" % number, 5 << 20, partial((tmp_path / "in").open, "rb"), tmp_path / "in")
        for number in range(3)
    ]
    staging = Staging(small_disk / "staging")
    with pytest.raises(StoreFull):
        staging.stage_tree("t-1", files)
    monkeypatch.setattr("shicheng.storage.durable.require_room", lambda *_args, **_more: None)
    with pytest.raises(StoreFull):
        staging.stage_tree("t-1", files)
    assert staging.load("t-1") is None
    assert not list(staging.place("t-1").glob("files-*"))
    monkeypatch.undo()
    assert staging.stage_tree("t-1", files[:1]).bytes == 5 << 20
