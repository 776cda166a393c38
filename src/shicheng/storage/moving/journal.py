"""What a move has done so far, in a small database of its own: it survives the death of the process."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shicheng.kernel.messages import message as _
from shicheng.settings.presence import ArchiveBusy
from shicheng.storage.begun_move import JOURNAL

_TOGETHER: Final = 500
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS told (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS verified (object_id TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS present (object_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a move goes; where it is told from another move."""

    database: str
    store: str


class Journal:
    """The journal in one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder = folder
        self._connection = sqlite3.connect(folder / JOURNAL, timeout=60, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(_SCHEMA)

    @property
    def move_id(self) -> str:
        """What this move is known by in the new database and in the audit log."""
        return str(self.told("id") or "")

    def begin(self, goal: Goal) -> bool:
        """Begin the move to `goal`; True if it goes on with what an earlier attempt did, else all is forgotten."""
        known = self.told("goal")
        new = {"database": goal.database, "store": goal.store}
        if known == new and self.move_id:
            return True
        store_stays = known is not None and known["store"] == goal.store
        with self._transaction():
            if not store_stays:
                self._connection.execute("DELETE FROM verified")
            self._connection.execute("DELETE FROM told")
            self.tell("id", uuid.uuid4().hex)
            self.tell("goal", new)
        return False

    def goes_to(self, goal: Goal) -> bool:
        """Tell whether what stands here belongs to a move to `goal`."""
        return bool(self.told("goal") == {"database": goal.database, "store": goal.store})

    def told(self, name: str) -> Any:
        """Return what was told under a name; None if nothing was."""
        row = self._connection.execute("SELECT value FROM told WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def tell(self, name: str, value: Any) -> None:
        """Remember something."""
        self._connection.execute("INSERT OR REPLACE INTO told VALUES (?, ?)", (name, json.dumps(value)))

    def note(self, objects: Iterable[tuple[str, str]]) -> None:
        """Remember objects that were read back whole, with the digests of their inventories."""
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO verified VALUES (?, ?)", objects)

    def note_present(self, object_ids: Iterable[str]) -> None:
        """Remember, for this run, which objects the new store holds."""
        with self._transaction():
            self._connection.execute("DELETE FROM present")
            self._connection.executemany("INSERT OR IGNORE INTO present VALUES (?)", ((one,) for one in object_ids))

    def verified(self, object_ids: Sequence[str]) -> dict[str, str]:
        """The digests of those that were verified by any run."""
        return dict(self._those("SELECT object_id, digest FROM verified", object_ids))

    def present(self, object_ids: Sequence[str]) -> set[str]:
        """Those that the new store held when this run began."""
        return {object_id for (object_id,) in self._those("SELECT object_id FROM present", object_ids)}

    def count(self) -> int:
        """How many objects were verified."""
        [count] = self._connection.execute("SELECT count(*) FROM verified").fetchone()
        return int(count)

    def close(self) -> None:
        """Close it; what it says stays."""
        self._connection.close()

    def remove(self) -> None:
        """The move is finished: forget it. What makes it a journal goes first."""
        self.close()
        (self.folder / JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _those(self, statement: str, object_ids: Sequence[str]) -> Iterator[Any]:
        for start in range(0, len(object_ids), _TOGETHER):
            some = object_ids[start : start + _TOGETHER]
            marks = ", ".join("?" * len(some))
            yield from self._connection.execute(f"{statement} WHERE object_id IN ({marks})", tuple(some))


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep a second move of the same archive out; raises `ArchiveBusy`."""
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder.parent / f".{folder.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ArchiveBusy(_("Another move of this archive is running."), hint=_("Wait until it has ended.")) from error
    finally:
        os.close(lock)
