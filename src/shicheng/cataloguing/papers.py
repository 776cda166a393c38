"""What the store keeps of an import: one object, durable before a single record is written.

source/<name>            the catalogue as received
rows-0001.jsonl …        its records, at most 100,000 a file: row, stable key, reference code, elements,
                         other columns, originals of what was normalised, marks of what could not be read
rejected.jsonl           the rows that were refused, with their reasons
suspects.jsonl           pairs of rows that may be one record
import.json              who, when, what the columns were taken for, counts
undone.json              in its last version, if the import was undone: who, when, why
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from shicheng.cataloguing.models import CatalogueImport
from shicheng.cataloguing.preparing import REJECTED, SUSPECTS
from shicheng.cataloguing.types import Summary
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes, digest_file
from shicheng.kernel.plain_json import decode_json
from shicheng.storage.ocfl.layout import object_path
from shicheng.storage.ports import Store
from shicheng.storage.types import DraftFile, ObjectDraft, StoredObject

IMPORT: Final = "import.json"
UNDONE: Final = "undone.json"
FORM: Final = "shicheng-catalogue-import"


def store_import(
    *, store: Store, catalogue: CatalogueImport, summary: Summary, source: Path, folder: Path
) -> StoredObject:
    """Put the catalogue and its records into the store; safe to run twice."""
    about = {
        "form": FORM, "version": 1, "id": str(catalogue.pk), "number": catalogue.number, "name": catalogue.name,
        "source": catalogue.source, "sheet": catalogue.sheet,
        "fonds": catalogue.fonds_code, "fonds_name": catalogue.fonds_name,
        "received_by": catalogue.received_by, "received_at": catalogue.received_at.isoformat(),
        "digest": catalogue.digest, "bytes": catalogue.bytes, "summary": summary.to_json(),
    }  # fmt: skip
    files = [
        DraftFile(f"source/{_plain(catalogue.name)}", source, digest_file(source, STORE_ALGORITHMS)[0], move=True),
        *(DraftFile(part["name"], folder / part["name"], part["digests"], move=True) for part in summary.parts),
        _paper(IMPORT, about),
    ]
    for name in (REJECTED, SUSPECTS):
        if (folder / name).stat().st_size:
            files.append(DraftFile(name, folder / name, digest_file(folder / name, STORE_ALGORITHMS)[0], move=True))
    draft = ObjectDraft(
        object_id=catalogue.object_id, created=catalogue.received_at, user=catalogue.received_by,
        message=f"{catalogue.number} {catalogue.name}", files=files,
    )  # fmt: skip
    return store.put_objects([draft])[0]


def store_undoing(*, store: Store, catalogue: CatalogueImport) -> StoredObject:
    """Add the paper that says that the import was undone, as a new version; safe to run twice."""
    assert catalogue.undone_at is not None
    about = {
        "undo": str(catalogue.undo), "undone_by": catalogue.undone_by, "undone_at": catalogue.undone_at.isoformat(),
        "reason": catalogue.reason,
    }  # fmt: skip
    inventory = store.inventory(catalogue.object_id)
    earlier = [path for path in sorted(inventory.state()) if path != UNDONE]
    base = inventory.head - (UNDONE in inventory.state())
    draft = ObjectDraft(
        object_id=catalogue.object_id, created=catalogue.undone_at, user=catalogue.undone_by,
        message=f"{catalogue.number}: undone", base=base,
        files=[*(DraftFile(logical_path=path, source=None) for path in earlier), _paper(UNDONE, about)],
    )  # fmt: skip
    return store.put_objects([draft])[0]


def read_about(store: Store, object_id: str) -> dict[str, Any]:
    """What `import.json` says."""
    with store.open(object_id, IMPORT) as stream:
        about: dict[str, Any] = json.loads(stream.read())
    return about


def read_undoing(store: Store, object_id: str) -> dict[str, Any] | None:
    """What `undone.json` says; None if the import was not undone."""
    if UNDONE not in store.inventory(object_id).state():
        return None
    with store.open(object_id, UNDONE) as stream:
        about: dict[str, Any] = json.loads(stream.read())
    return about


def read_part(store: Store, object_id: str, name: str, *, after: int = 0) -> Iterator[dict[str, Any]]:
    """The records of one part, from behind line `after` on."""
    with store.open(object_id, name) as stream:
        for number, line in enumerate(stream, start=1):
            if number > after:
                yield decode_json(line)


def is_import(paths: dict[str, str]) -> bool:
    """Tell by the logical paths of an object whether it keeps an import."""
    return IMPORT in paths and any(path.startswith("source/") for path in paths)


def _plain(name: str) -> str:
    """A file name that every store can hold."""
    plain = "".join(
        "_" if ord(sign) < 32 or sign in '/\\:*?"<>|' or "\ud800" <= sign <= "\udfff" else sign for sign in name
    )
    while len(plain.encode("utf-8")) > 200:
        plain = plain[1:]
    return plain.strip(". ") or "catalogue"


def _paper(path: str, value: dict[str, Any]) -> DraftFile:
    content = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "backslashreplace")
    return DraftFile(path, content, {name: digest_bytes(content, name) for name in STORE_ALGORITHMS})


def stored_as_it_is(store: Store, object_id: str) -> StoredObject:
    """An object that is in the store already, as storing it would have answered."""
    inventory = store.inventory(object_id)
    contents = tuple(inventory.files())
    return StoredObject(
        object_id=object_id, version=inventory.head, path=object_path(object_id), files=len(contents), bytes=0,
        inventory_digest=inventory.digest, is_new=False, contents=contents,
    )  # fmt: skip
