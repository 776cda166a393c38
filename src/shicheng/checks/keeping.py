"""The stage of long-term keeping: the same checks over objects that lie in the store.

The caller opens the store; here its objects become the one in-memory form that every rule reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from shicheng.checks.context import Database, Progress
from shicheng.checks.engine import check_package
from shicheng.checks.scanner import Scanner
from shicheng.checks.types import Report, Stage
from shicheng.formats.pool import InspectionPool
from shicheng.kernel.messages import Message
from shicheng.packages.types import (
    ListedFile,
    Package,
    PackageFile,
    PackageItem,
    PackageKind,
    PackageProblem,
    ProblemKind,
)

KIND = "stored"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a stored object: what was recorded of it at receipt, and how to open it now.

    `size_found` is None when the store no longer has the file.
    """

    path: str
    size: int
    digests: Mapping[str, str]
    opener: Callable[[], BinaryIO]
    size_found: int | None
    local: Path | None = None
    attachment: bool = False


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One stored object with its description; `damage` is what the store's own verification said."""

    reference_code: str
    elements: Mapping[str, str]
    files: tuple[StoredFile, ...]
    damage: tuple[tuple[str, Message], ...] = ()
    unreadable: Message | None = None  # why the object's own description could not be read
    extra: tuple[PackageFile, ...] = field(default=())


def stored_package(name: str, items: Iterable[StoredItem]) -> Package:
    """Make the in-memory form of stored objects."""
    package = Package(
        kind=PackageKind.TRANSFER,
        path=Path(name),
        name=name,
        has_statement=True,
        has_item_list=True,
        has_file_list=True,
    )
    for row, stored in enumerate(items, start=1):
        ref = stored.reference_code
        item = PackageItem(ref, {"reference_code": ref, **stored.elements}, row=row)
        for order, one in enumerate(stored.files, start=1):
            # Paths start with the code, so that one path names one file among all objects.
            path = f"{ref}/{one.path}"
            file = None
            if one.size_found is not None:
                file = PackageFile(path, path.encode("utf-8", "surrogateescape"), one.size_found, one.opener, one.local)
                package.files[path] = file
            state = "附件" if one.attachment else "正本"
            item.files.append(ListedFile(ref, path, order, state, one.size, dict(one.digests), order, file))
        for file in stored.extra:
            package.files[f"{ref}/{file.path}"] = file
        package.items.append(item)
        package.problems += [
            PackageProblem(ProblemKind.DIGEST, message, ref=ref, path=f"{ref}/{path}")
            for path, message in stored.damage
        ]
        if stored.unreadable is not None:
            package.problems.append(PackageProblem(ProblemKind.XML, stored.unreadable, ref=ref))
    return package


def check_stored(
    name: str,
    items: Iterable[StoredItem],
    *,
    pool: InspectionPool | None = None,
    scanner: Scanner | None = None,
    database: Database | None = None,
    progress: Progress | None = None,
    edits: Mapping[str, Any] | None = None,
) -> Report:
    """Run the plan of the keeping stage over stored objects."""
    package = stored_package(name, items)
    report = check_package(
        package, stage=Stage.KEEPING, pool=pool, scanner=scanner, database=database, progress=progress, edits=edits
    )
    report.kind = KIND
    return report
