"""What the store keeps of a set of changes: one object, durable before a single record is changed.

changes.json             who, when, why, what was to be done, counts
lines-0001.jsonl …       its lines, at most 100,000 a file: row, item, the version it was made on, old and new values,
                         the whole description as it becomes
faults.jsonl             records that were left out, with the reasons
outcome.json             in a later version, where lines were not carried out because the item had moved on: which
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.describing.models import ChangeSet
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes, digest_file
from shicheng.kernel.plain_json import encode_json
from shicheng.settings import Settings
from shicheng.storage.ports import Store
from shicheng.storage.types import DraftFile, ObjectDraft, StoredObject

ABOUT: Final = "changes.json"
OUTCOME: Final = "outcome.json"
FAULTS: Final = "faults.jsonl"
FORM: Final = "shicheng-changes"
IN_FILE: Final = 100_000

_decode = json.JSONDecoder().decode


def folder_of(settings: Settings, change_id: UUID) -> Path:
    """Where the lines of a set are written before the store has them."""
    return settings.staging_path / "changes" / str(change_id)


def store_changes(*, store: Store, changes: ChangeSet, files: Sequence[DraftFile]) -> StoredObject:
    """Put the lines of a set and what they are into the store; safe to run twice."""
    assert changes.at is not None
    about = {
        "form": FORM, "version": 1, "id": str(changes.pk), "number": changes.number, "kind": changes.kind,
        "act": {} if changes.kind == "grid" else changes.act, "reason": changes.reason, "made_by": changes.made_by,
        "actor": changes.actor, "made_at": changes.made_at.isoformat(), "at": changes.at.isoformat(),
        "undoes": str(changes.undoes_id) if changes.undoes_id else None, "expected": changes.expected,
        "chosen": changes.chosen, "lines": changes.lines, "faulty": changes.faulty,
    }  # fmt: skip
    draft = ObjectDraft(
        object_id=changes.object_id, created=changes.at, user=changes.made_by,
        message=f"{changes.number or changes.kind}: {changes.reason}"[:500], files=[*files, paper(ABOUT, about)],
    )  # fmt: skip
    return store.put_objects([draft])[0]


def store_outcome(*, store: Store, changes: ChangeSet, rows: Sequence[int]) -> StoredObject:
    """Add the paper that says which lines were not carried out, as a new version; safe to run twice."""
    assert changes.at is not None
    inventory = store.inventory(changes.object_id)
    earlier = [path for path in sorted(inventory.state()) if path != OUTCOME]
    base = inventory.head - (OUTCOME in inventory.state())
    draft = ObjectDraft(
        object_id=changes.object_id, created=changes.at, user=changes.made_by,
        message=f"{changes.number or changes.kind}: outcome", base=base,
        files=[*(DraftFile(path, None) for path in earlier), paper(OUTCOME, {"left": list(rows)})],
    )  # fmt: skip
    return store.put_objects([draft])[0]


def read_about(store: Store, object_id: str) -> dict[str, Any]:
    """What `changes.json` says."""
    with store.open(object_id, ABOUT) as stream:
        about: dict[str, Any] = json.loads(stream.read())
    return about


def read_left(store: Store, object_id: str) -> set[int]:
    """The rows that were not carried out, as far as the store knows."""
    if OUTCOME not in store.inventory(object_id).state():
        return set()
    with store.open(object_id, OUTCOME) as stream:
        return set(json.loads(stream.read())["left"])


def read_lines(store: Store, object_id: str, *, after: int = 0) -> Iterator[dict[str, Any]]:
    """The lines of a set in their order, from behind the line number `after` on (a count, not a row)."""
    paths = sorted(path for path in store.inventory(object_id).state() if path.startswith("lines-"))
    for path in paths[after // IN_FILE :]:
        skipped = after - after // IN_FILE * IN_FILE if path == paths[after // IN_FILE] else 0
        with store.open(object_id, path) as stream:
            for number, line in enumerate(stream):
                if number >= skipped:
                    yield _decode(line.decode("utf-8", "surrogatepass"))


def read_faults(store: Store, object_id: str) -> Iterator[dict[str, Any]]:
    """The records that were left out."""
    if FAULTS in store.inventory(object_id).state():
        with store.open(object_id, FAULTS) as stream:
            for line in stream:
                yield _decode(line.decode("utf-8", "surrogatepass"))


def is_change_object(paths: Iterable[str]) -> bool:
    """Tell by the logical paths of an object whether it keeps a set of changes."""
    return ABOUT in paths


class LineFiles:
    """Files of lines being written in a folder; begun anew by each attempt."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        self.folder = folder
        self.lines = self.faults = 0

    def add(self, lines: Iterable[dict[str, Any]], faults: Iterable[dict[str, Any]]) -> None:
        """Write some more."""
        for line in lines:
            self._write(f"lines-{self.lines // IN_FILE + 1:04d}.jsonl", line)
            self.lines += 1
        for fault in faults:
            self._write(FAULTS, fault)
            self.faults += 1

    def _write(self, name: str, line: dict[str, Any]) -> None:
        if self._name != name:
            self.close()
            self._stream, self._name = (self.folder / name).open("ab"), name
        self._stream.write(encode_json(line).encode("utf-8", "surrogatepass") + b"\n")

    def drafts(self) -> list[DraftFile]:
        """The files, whole."""
        self.close()
        return [
            DraftFile(path.name, path, digest_file(path, STORE_ALGORITHMS)[0], move=True)
            for path in sorted(self.folder.iterdir())
        ]

    _name = ""

    def close(self) -> None:
        """Let the file being written go."""
        if self._name:
            self._stream.close()
            self._name = ""


def lines_paper(lines: Iterable[dict[str, Any]]) -> DraftFile:
    """A few lines as a file of the store."""
    content = b"".join(encode_json(line).encode("utf-8", "surrogatepass") + b"\n" for line in lines)
    return DraftFile("lines-0001.jsonl", content, _digests(content))


def paper(path: str, value: Any) -> DraftFile:
    """A paper of the set."""
    content = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "backslashreplace")
    return DraftFile(path, content, _digests(content))


def _digests(content: bytes) -> dict[str, str]:
    return {name: digest_bytes(content, name) for name in STORE_ALGORITHMS}
