"""Fixtures of archives; `tests/conftest.py` gives them to every room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.archives import Archive, make_database, new_archive

if TYPE_CHECKING:
    from shicheng.ingest.types import Outcome
    from shicheng.people.types import Actor
    from shicheng.settings import Settings


@dataclass
class Here:
    """An archive in this process, on the suite's database, with a folder of its own."""

    settings: Settings
    operator: Actor

    def take_in(self, path: Path, **options: Any) -> Outcome:
        from shicheng.ingest.intake import take_in

        return take_in(actor=self.operator, path=path, settings=self.settings, **options)

    def receive(self, path: Path, **options: Any) -> Any:
        from shicheng.ingest.receiving import receive_path

        return receive_path(actor=self.operator, path=path, settings=self.settings, **options)

    def run_jobs(self) -> int:
        """Do what waits."""
        from shicheng.jobs.inline import run_waiting

        return run_waiting()

    @property
    def store(self) -> Any:
        from shicheng.storage.services import open_store

        return open_store(self.settings)


@pytest.fixture
def here(tmp_path: Path, transactional_db: None) -> Iterator[Here]:
    """An archive in this process; its rows are seen by other connections too."""
    from shicheng.audit.keys import create_signing_key
    from shicheng.people.services import operator
    from shicheng.settings import current, load, use

    before = current()
    home = tmp_path / "archive"
    settings = load(home, language="en", workers=2, free_bytes=0, database=before.database)
    for folder in (home / "db", settings.staging_path / "uploads", settings.index_path, settings.cache_path):
        folder.mkdir(parents=True)
    settings.keys_path.mkdir(mode=0o700)
    create_signing_key(settings.keys_path)
    use(settings)
    try:
        yield Here(settings, operator("tester"))
    finally:
        use(before)


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Callable[..., Archive]]:
    """Makes archives behind commands; takes their databases away again."""
    made: list[Archive] = []

    def make(name: str = "archive", **options: Any) -> Archive:
        made.append(new_archive(tmp_path / name, **options))
        return made[-1]

    yield make
    for one in made:
        if one.database:
            make_database(one.database, drop_only=True)


@pytest.fixture
def archive(new: Callable[..., Archive]) -> Archive:
    """An empty archive behind commands, on the database the suite runs on."""
    return new()
