"""Following the audit log: what happened to an item shows in the index a moment later."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from django.db import connections

from shicheng.audit import selectors as audit
from shicheng.holdings import selectors as holdings
from shicheng.people.services import SYSTEM
from shicheng.search.building import build
from shicheng.search.generations import Generation, building_lock, current_generation, remove_unused, writer_lock
from shicheng.search.reading import is_panic
from shicheng.search.writing import Session, is_of_this_log

_POLL: Final = 0.2  # seconds
_IDLE: Final = 3.0  # seconds after which the writer is closed, so that another process may have it
_AFTER_FAILURE: Final = 1.0
_AWAITED: Final = "awaited"  # a file that is touched by who waits for the index, in whatever process
_FRESH: Final = 1.0  # seconds one who waits is remembered
# Each commit makes a part that has to be joined with others later, and joining takes as long as indexing. So while
# many items come, they wait for each other; a few are committed at once.
_MANY: Final = 2000
_COMMIT_ITEMS: Final = 60_000
_COMMIT_SECONDS: Final = 10.0
_NOT_DAMAGE: Final = ("No space left", "Permission denied", "Read-only file system", "Too many open files")

log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The follower is to end while it makes the index anew."""


class _Following:
    """One follower's work, round by round; the same for the thread and, impatient, for a single catching up."""

    def __init__(self, index_path: Path, *, is_patient: bool) -> None:
        self.index_path = index_path
        self.is_patient = is_patient
        self.lock = writer_lock(index_path)
        self.session: Session | None = None
        self.counted = False  # whether the index was compared with the database once
        self.stopping = threading.Event()

    def round(self) -> int | None:
        """Do what there is to do; returns the number of items indexed, None if there was nothing or not our turn."""
        if self.session is not None and not self.session.is_in_use(self.index_path):
            self.close()
        if self.session is None and not self._begin():
            return None
        assert self.session is not None
        began = time.monotonic()
        indexed = 0
        entries, items = self.session.read_log()
        if not entries:
            if not self.counted:
                self.counted = True
                if self._misses_items(self.session):
                    log.warning("search.index.incomplete documents=%d", self.session.documents())
                    self.session.generation.mark_damaged()
                    return 0
            return None
        while entries or self._awaits_more(self.session):
            indexed += items
            if self.session.uncommitted >= _COMMIT_ITEMS or time.monotonic() - began > _COMMIT_SECONDS:
                break
            if self.stopping.is_set():
                break
            entries, items = self.session.read_log()
        self.session.commit()
        return indexed

    def _awaits_more(self, session: Session) -> bool:
        """Wait a moment if so much came that more is to be expected; False if not, or if this is to end or awaited."""
        many = self.is_patient and session.uncommitted >= _MANY
        return many and not _is_awaited(self.index_path) and not self.stopping.wait(_POLL)

    def _begin(self) -> bool:
        """Take the right to write and open the writer, making the index anew if it can't be used."""
        generation = current_generation(self.index_path)
        if generation is not None and self.counted and not self._has_news(generation):
            return False
        if not self.lock.try_take():
            return False
        generation = current_generation(self.index_path)  # it may have changed while another wrote
        reason = _fault(generation)
        if reason is None:
            assert generation is not None
            try:
                self.session = Session(generation)
            except OSError:
                self.lock.release()
                raise
            except ValueError as error:
                self.lock.release()
                if "LockBusy" in str(error):
                    return False  # somebody writes who does not know our lock
                if any(sign in str(error) for sign in _NOT_DAMAGE):
                    raise
                generation.mark_damaged()  # made anew in the next round
                return False
            return True
        return self._build(reason)

    def _has_news(self, generation: Generation) -> bool:
        return (
            not generation.is_current_version
            or generation.is_marked_damaged
            or generation.position().number != audit.head_position()
        )

    def _build(self, reason: str) -> bool:
        building = building_lock(self.index_path)
        if not building.try_take():
            self.lock.release()
            return False
        try:
            log.info("search.index.rebuilding reason=%s", reason)
            count = build(self.index_path, building, self._check_stop)
            log.info("search.index.rebuilt documents=%d", count)
            generation = current_generation(self.index_path)
            assert generation is not None
            self.session = Session(generation)
            return True
        except BaseException:
            self.lock.release()
            raise
        finally:
            building.release()

    def _check_stop(self, done: int, total: int | None = None, note: str = "") -> None:
        if self.stopping.is_set():
            raise _Stopped

    def _misses_items(self, session: Session) -> bool:
        """Tell whether index and database hold different numbers of items although the whole log was read."""
        for _attempt in range(2):
            documents, items = session.documents(), holdings.items(SYSTEM).count()
            if documents == items or audit.head_position() != session.position.number:
                return False
        return True

    def close(self) -> None:
        """Close the writer and let others write."""
        session, self.session = self.session, None
        try:
            if session is not None:
                session.close()
        finally:
            self.lock.release()

    def tidy(self) -> None:
        """Remove generations that nobody reads any more."""
        building = building_lock(self.index_path)
        if building.try_take():
            try:
                remove_unused(self.index_path)
            finally:
                building.release()


def _fault(generation: Generation | None) -> str | None:
    """Why an index can't be gone on with; None if it can."""
    if generation is None:
        return "missing"
    if not generation.is_current_version:
        return "outdated"
    if generation.is_marked_damaged:
        return "damaged"
    if not is_of_this_log(generation.position()):
        return "another database"
    return None


class IndexFollower:
    """A thread that keeps the index up to date for as long as the `with` block lasts.

    Several processes may have one: the first to take the lock writes, the others wait for their turn. An
    index that is missing, damaged, of another version or of another database is made anew.
    """

    def __init__(self, index_path: Path) -> None:
        self._following = _Following(index_path, is_patient=True)
        self._index_path = index_path
        self._thread = threading.Thread(target=self._run, name="index-follower", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._following.stopping.set()
        self._thread.join(60)

    def catch_up(self, timeout: float = 600.0) -> bool:
        """Wait until everything logged up to now can be found; False if that took too long."""
        return wait_until_indexed(self._index_path, audit.head_position(), timeout)

    def _run(self) -> None:
        following = self._following
        idle_since = time.monotonic()
        try:
            following.tidy()
            while not following.stopping.is_set():
                pause = _POLL
                try:
                    if following.round() is not None:
                        idle_since = time.monotonic()
                        pause = 0.0
                    elif following.session is not None and time.monotonic() - idle_since > _IDLE:
                        following.close()
                        following.tidy()
                except _Stopped:
                    break
                except BaseException as error:
                    if not isinstance(error, Exception) and not is_panic(error):
                        raise
                    # Whatever it was (database away, disk full), nothing is lost: the position says where to go on.
                    log.warning("search.follower.failed reason=%s: %s", type(error).__name__, error)
                    _let_go(following)
                    connections.close_all()
                    pause = _AFTER_FAILURE
                following.stopping.wait(pause)
        finally:
            _let_go(following)
            connections.close_all()


def _let_go(following: _Following) -> None:
    try:
        following.close()
    except Exception as error:
        log.warning("search.follower.close_failed reason=%s", error)


def follow_once(index_path: Path) -> int:
    """Read the log to its end into the index; returns the number of items indexed, 0 if another process does it."""
    following = _Following(index_path, is_patient=False)
    following.counted = True
    indexed = 0
    try:
        while (count := following.round()) is not None:
            indexed += count
    finally:
        following.close()
    return indexed


def _await(index_path: Path) -> None:
    """Tell whoever follows the log that somebody waits for what was logged."""
    with suppress(OSError):
        (index_path / _AWAITED).touch()


def _is_awaited(index_path: Path) -> bool:
    try:
        return time.time() - (index_path / _AWAITED).stat().st_mtime < _FRESH
    except OSError:
        return False


def wait_until_indexed(index_path: Path, position: int, timeout: float = 60.0) -> bool:
    """Wait until the index has read the log up to `position`, reading it here if nobody else does.

    Returns False after `timeout` seconds.
    """
    until = time.monotonic() + timeout
    while True:
        _await(index_path)
        generation = current_generation(index_path)
        if generation is not None and _fault(generation) is None and generation.position().number >= position:
            return True
        follow_once(index_path)
        generation = current_generation(index_path)
        if generation is not None and generation.position().number >= position:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
