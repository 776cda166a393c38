"""The drill: an archive is backed up while in use, lost, and made again from the backup."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shicheng import settings as shicheng_settings
from shicheng.audit.keys import create_signing_key
from shicheng.settings.types import Settings
from shicheng.storage.backup import backup, form, restore
from shicheng.storage.errors import BackupRefused
from shicheng.storage.fixity import verify_store
from shicheng.storage.ocfl.local import LocalStore
from storage.drafts import draft


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    home = tmp_path / "archive"
    (home / "db").mkdir(parents=True)
    (home / "shicheng.toml").write_text('archive_name = "县档案馆"\nfree_bytes = 0\n', "utf-8")
    settings = shicheng_settings.load(home)
    (home / "keys").mkdir()
    (home / "keys" / "web.key").write_text("secret")
    create_signing_key(settings.keys_path)
    with closing(sqlite3.connect(settings.database_path)) as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table promise (name text)")
        connection.execute("insert into promise values ('one')")
        connection.commit()
    store = LocalStore(settings.store_path)
    store.create()
    store.put_objects([draft(number) for number in range(20)])
    return settings


def test_an_archive_lost_is_made_again_whole(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    seen: list[tuple[int, int]] = []
    report = backup(settings, target, on_progress=lambda *done: seen.append(done))
    assert (report.objects, report.copied_objects, report.damaged) == (20, 20, [])
    assert seen[-1][0] == 20
    files = {path.relative_to(settings.store_path) for path in settings.store_path.rglob("*")}
    shutil.rmtree(settings.home)
    again = restore(target, settings.home)
    assert (again.objects, again.bytes) == (20, report.bytes)
    assert {path.relative_to(settings.store_path) for path in settings.store_path.rglob("*")} == files
    assert verify_store(LocalStore(settings.store_path)).damaged == []
    assert (settings.home / "keys" / "web.key").read_text() == "secret"
    assert shicheng_settings.load(settings.home).archive_name == "县档案馆"
    with closing(sqlite3.connect(settings.database_path)) as connection:
        assert connection.execute("select * from promise").fetchall() == [("one",)]


def test_the_backup_is_itself_a_store_and_the_next_one_adds_only_what_is_new(
    settings: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "backup"
    backup(settings, target)
    store = LocalStore(settings.store_path)
    store.put_objects([draft(100), draft(3, {"new": b"version"}, base=1)])
    with closing(sqlite3.connect(settings.database_path)) as connection:
        connection.execute("insert into promise values ('two')")
        connection.commit()
    second = backup(settings, target)
    assert (second.objects, second.copied_objects) == (21, 2)
    copy = LocalStore(target / "store")
    assert verify_store(copy).damaged == []
    assert copy.inventory(draft(3).object_id).head == 2
    assert backup(settings, target).copied_objects == 0
    assert len(form.complete_backups(target)) == 3
    older = restore(target, tmp_path / "other", name=form.complete_backups(target)[1].name)
    assert older.objects == 21


def test_a_damaged_object_never_reaches_the_backup(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "backup")
    store = LocalStore(settings.store_path)
    store.put_objects([draft(50)])
    path = store.local_path(draft(50).object_id, "metadata/description.xml")
    path.chmod(0o644)
    path.write_bytes(b"changed")
    report = backup(settings, tmp_path / "backup")
    assert [(one.object_id, one.problem) for one in report.damaged] == [(draft(50).object_id, "changed")]
    assert report.objects == 20
    assert verify_store(LocalStore(tmp_path / "backup" / "store")).damaged == []


def test_a_backup_that_was_changed_is_refused_and_nothing_is_made(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "backup")
    [made] = form.complete_backups(tmp_path / "backup")
    copy = LocalStore(tmp_path / "backup" / "store").local_path(draft(1).object_id, "metadata/description.xml")
    for path in (copy, made / form.MANIFEST, made / form.SQLITE, made / form.HEADER, made / "keys" / "web.key"):
        content = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
        with pytest.raises(BackupRefused):
            restore(tmp_path / "backup", tmp_path / "new")
        path.write_bytes(content)
    copy.unlink()
    with pytest.raises(BackupRefused):
        restore(tmp_path / "backup", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert list(tmp_path.glob("*.restoring-*")) == []


def test_a_home_that_is_not_empty_is_refused(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "backup")
    with pytest.raises(BackupRefused):
        restore(tmp_path / "backup", settings.home)
    (tmp_path / "empty").mkdir()
    assert restore(tmp_path / "backup", tmp_path / "empty").objects == 20
    with pytest.raises(BackupRefused):
        restore(tmp_path, tmp_path / "third")
    with pytest.raises(BackupRefused):
        backup(settings, settings.home / "backup")


CHILD = """
import sys
from pathlib import Path
from shicheng.settings import load
from shicheng.storage.backup import backup, making
making._TOGETHER = 20
print("go", flush=True)
backup(load(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.mark.crash
def test_a_killed_backup_is_gone_on_with(settings: Settings, tmp_path: Path) -> None:
    store = LocalStore(settings.store_path)
    store.put_objects([draft(number) for number in range(100, 260)])
    target = tmp_path / "backup"
    for pause in (0.02, 0.05, 0.1, 0.2):
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(settings.home), str(target)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    there = len(list(LocalStore(target / "store").iter_objects())) if (target / "store" / "0=ocfl_1.1").exists() else 0
    report = backup(settings, target)
    assert (report.objects, report.damaged) == (180, [])
    assert report.copied_objects == 180 - there
    shutil.rmtree(settings.home)
    assert restore(target, settings.home).objects == 180
    assert verify_store(LocalStore(settings.store_path)).damaged == []
