"""The watched folder: complete batches are taken in once, in any order of events; the others say why not."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user
from ingest.archives import small_batch
from ingest.fixtures import Here
from shicheng.audit.models import Entry
from shicheng.ingest import receiving, staging, watching
from shicheng.ingest.models import Transfer, WatchedBatch
from shicheng.jobs.inline import run_waiting
from shicheng.jobs.models import Job
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id
from shicheng.people.services import SYSTEM
from shicheng.people.types import Role
from shicheng.settings import use

pytestmark = pytest.mark.django_db(transaction=True)


class Watch:
    """A watched folder, and the looks into it."""

    def __init__(self, here: Here, folder: Path, **settings: Any) -> None:
        folder.mkdir(exist_ok=True)
        self.here, self.folder = here, folder
        self.settings = here.settings.model_copy(update={"watched_folder": str(folder), **settings})
        use(self.settings)

    def look(self) -> dict[str, int]:
        return watching.look(Run(job_id=new_id(), actor=SYSTEM), settings=self.settings)

    def rest(self) -> None:
        """Let so much time go by that nothing is being copied any more."""
        WatchedBatch.objects.update(same_since=clock.now() - timedelta(seconds=self.settings.watched_seconds + 1))

    def work(self) -> None:
        run_waiting(names=["ingest.take_watched"])

    def states(self) -> dict[str, str]:
        return dict(WatchedBatch.objects.values_list("path", "state"))


@pytest.fixture
def watch(here: Here, tmp_path: Path) -> Watch:
    return Watch(here, tmp_path / "watched")


def test_batch_is_taken_when_it_has_come_to_rest_and_moved_away(watch: Watch) -> None:
    batch = small_batch(watch.folder / "办公室", 3)
    assert watch.look() == {"batches": 1, "complete": 0}
    (batch / "内容" / "补充.txt").write_text("more")  # it is still being copied
    watch.rest()
    assert watch.look()["complete"] == 0
    assert watch.look()["complete"] == 0
    watch.rest()
    assert watch.look()["complete"] == 1
    watch.work()
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.items, transfer.name) == ("checking", 3, "办公室")
    assert watch.states() == {"办公室": "taken"}
    assert not batch.exists()
    assert (watch.folder / "taken" / f"{transfer.number} 办公室" / "内容" / "补充.txt").exists()
    for _again in range(3):
        watch.look()
        watch.rest()
        watch.work()
    assert Transfer.objects.count() == 1
    assert Entry.objects.filter(event="ingest.watched.taken").count() == 1


def test_marker_says_that_a_batch_is_complete(here: Here, tmp_path: Path) -> None:
    watch = Watch(here, tmp_path / "watched", watched_needs_marker=True)
    inside = small_batch(watch.folder / "a", 3, fonds="T001")
    small_batch(watch.folder / "b", 3, fonds="T002")
    packed = small_batch(tmp_path / "c", 3, fonds="T003")
    shutil.make_archive(str(watch.folder / "c"), "zip", packed)
    watch.look()
    watch.rest()
    assert watch.look()["complete"] == 0
    (inside / ".done").touch()
    (watch.folder / "c.zip.done").touch()
    assert watch.look()["complete"] == 2
    watch.work()
    assert watch.states() == {"a": "taken", "b": "growing", "c.zip": "taken"}
    assert set(Transfer.objects.values_list("name", "items", "files")) == {("a", 3, 4), ("c.zip", 3, 4)}
    assert sorted(one.name for one in watch.folder.iterdir()) == ["b", "taken"]


def test_what_is_left_is_taken_once_and_again_only_when_it_changes(here: Here, tmp_path: Path) -> None:
    watch = Watch(here, tmp_path / "watched", watched_taken="leave", watched_seconds=1)
    batch = small_batch(watch.folder / "a", 3)
    for _round in range(3):
        watch.look()
        watch.rest()
        watch.look()
        watch.work()
    assert (Transfer.objects.count(), watch.states()) == (1, {"a": "taken"})
    assert batch.is_dir()
    (batch / "内容" / "补充.txt").write_text("more")
    watch.look()
    watch.rest()
    watch.look()
    watch.work()
    assert (Transfer.objects.count(), watch.states()) == (2, {"a": "taken"})


def test_batches_lie_in_folders_of_their_fonds(here: Here, tmp_path: Path) -> None:
    watch = Watch(here, tmp_path / "watched", watched_by_fonds=True)
    for fonds, inside in (("T001", "T001"), ("T002", "T009")):
        (watch.folder / fonds).mkdir()
        small_batch(watch.folder / fonds / "batch", 3, fonds=inside)
    (watch.folder / "stray.zip").write_bytes(b"PK")
    watch.look()
    watch.rest()
    watch.look()
    watch.work()
    assert watch.states() == {"T001/batch": "taken", "T002/batch": "troubled", "stray.zip": "troubled"}
    assert "T009" in str(WatchedBatch.objects.get(path="T002/batch").problem)
    assert Transfer.objects.exclude(state="withdrawn").get().fonds_code == "T001"
    limited, other = Client(), Client()
    limited.force_login(make_user("zhao", Role.ARCHIVIST, fonds="T002"))
    other.force_login(make_user("qian", Role.ARCHIVIST, fonds="T001"))
    row = WatchedBatch.objects.get(path="T002/batch")
    assert "T002/batch" in limited.get(reverse("ingest:watched")).content.decode()
    page = other.get(reverse("ingest:watched")).content.decode()
    assert "T001/batch" in page
    assert "T002/batch" not in page
    assert other.post(reverse("ingest:watched_again", args=[row.pk])).status_code == 404


def test_what_can_t_be_taken_says_why_and_is_tried_again_when_mended(watch: Watch, here: Here) -> None:
    (watch.folder / "letter.docx").write_bytes(b"no package")
    (watch.folder / "broken.tar.gz").write_bytes(b"\x1f\x8b nothing")
    (watch.folder / "link").symlink_to(watch.folder / "letter.docx")
    (watch.folder / "empty").mkdir()
    (watch.folder / "empty.done").touch()
    (watch.folder / "half.zip.part").write_bytes(b"PK")
    for _twice in range(2):
        watch.look()
        watch.rest()
    watch.work()
    assert watch.states() == dict.fromkeys(("letter.docx", "broken.tar.gz", "link", "empty"), "troubled")
    assert all(row.problem for row in WatchedBatch.objects.all())
    assert not Transfer.objects.exclude(state="withdrawn").exists()
    desk = Client()
    desk.force_login(make_user("chen", Role.ARCHIVIST))
    page = desk.get(reverse("ingest:watched")).content.decode()
    assert "There is no file in empty" in page
    assert "is a link" in page
    listed = desk.get(reverse("ingest:transfers")).content.decode()
    assert "Watched folder" in listed
    small_batch(watch.folder / "empty", 3)
    watch.look()
    watch.work()
    assert watch.states()["empty"] == "taken"
    letter = WatchedBatch.objects.get(path="letter.docx")
    desk.post(reverse("ingest:watched_again", args=[letter.pk]))
    assert watch.states()["letter.docx"] == "taking"
    watch.work()
    assert watch.states()["letter.docx"] == "troubled"
    (watch.folder / "letter.docx").unlink()
    watch.look()
    assert "letter.docx" not in watch.states()


def test_batch_that_changes_while_it_is_read_is_read_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = small_batch(watch.folder / "a", 3)
    watch.look()
    watch.rest()
    watch.look()
    real = staging.stage

    def stage(*arguments: Any) -> Any:
        staged = real(*arguments)
        monkeypatch.setattr(staging, "stage", real)
        (batch / "内容" / "late.txt").write_text("late")
        return staged

    monkeypatch.setattr(staging, "stage", stage)
    watch.work()
    assert watch.states() == {"a": "growing"}
    watch.look()
    watch.rest()
    watch.look()
    watch.work()
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.files, watch.states()) == ("checking", 5, {"a": "taken"})


def test_folder_that_is_not_there_is_no_error(here: Here, tmp_path: Path) -> None:
    watch = Watch(here, tmp_path / "watched")
    watch.folder.rmdir()
    assert watch.look() == {"batches": 0, "complete": 0}
    desk = Client()
    desk.force_login(make_user("chen", Role.ARCHIVIST))
    assert "is not there" in desk.get(reverse("ingest:watched")).content.decode()


class Died(BaseException):
    """The process is killed here."""


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[random.Random], None]]:
    """Kill the work at one of the places where something was just done, or is about to be."""
    places = [
        (watching, "receive_announced"), (watching, "_move"), (watching.services, "announce"),
        (watching.services, "start_check"), (staging, "stage"), (receiving.services, "receive"),
    ]  # fmt: skip

    def choose(chance: random.Random) -> None:
        module, name = chance.choice(places)
        after = chance.random() < 0.5
        real = getattr(module, name)

        def die(*arguments: Any, **named: Any) -> Any:
            monkeypatch.setattr(module, name, real)
            if after:
                real(*arguments, **named)
            raise Died

        monkeypatch.setattr(module, name, die)

    yield choose


@pytest.mark.timeout(300)
def test_storm_of_batches_and_kills_takes_each_in_once(
    here: Here,
    tmp_path: Path,
    dying: Callable[[random.Random], None],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    seed = int(os.environ.get("STORM_SEED") or random.SystemRandom().randrange(1 << 32))
    record_property("seed", seed)
    chance = random.Random(seed)
    watch = Watch(here, tmp_path / "watched")
    names = [f"T{number:03d}" for number in range(6)]
    coming = list(names)
    for _round in range(14):
        if coming and chance.random() < 0.7:
            name = coming.pop()
            small_batch(tmp_path / "made" / name, 2, fonds=name).rename(watch.folder / name)
        watch.look()
        if chance.random() < 0.8:
            watch.rest()
            watch.look()
        # A killed worker's job is taken over when its lease ends; here the same row is simply run again.
        dying(chance)
        for row in WatchedBatch.objects.filter(state="taking").order_by("path"):
            try:
                watching.take(Run(job_id=new_id(), actor=SYSTEM), batch_id=str(row.pk), settings=watch.settings)
            except Died:
                break
    monkeypatch.undo()  # the storm is over
    for name in coming:
        small_batch(tmp_path / "made" / name, 2, fonds=name).rename(watch.folder / name)
    for _twice in range(3):
        watch.look()
        watch.rest()
        watch.work()
    assert watch.states() == dict.fromkeys(names, "taken"), seed
    kept = Transfer.objects.exclude(state="withdrawn")
    assert sorted(kept.values_list("name", "items", "state")) == [(name, 2, "checking") for name in names], seed
    assert not Transfer.objects.filter(state="withdrawn").exists(), seed
    assert sorted(one.name.partition(" ")[2] for one in (watch.folder / "taken").iterdir()) == names, seed
    assert [one.name for one in watch.folder.iterdir()] == ["taken"]
    assert Entry.objects.filter(event="ingest.watched.taken").count() == len(names)
    assert not Job.objects.filter(name="ingest.take_watched", state__in=["failed", "dead"]).exists()
