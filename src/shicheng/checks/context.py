"""What every rule is given: the package, the tables that hold for it, and what was learned so far."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from shicheng.checks.acceptance import Acceptance
from shicheng.checks.causes import Cause, Key, Ledger
from shicheng.checks.scanner import Scanner
from shicheng.checks.schemes import Scheme
from shicheng.checks.types import CheckKind, Finding, Level, Stage
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Inspection
from shicheng.kernel.messages import Message
from shicheng.kernel.reference_codes import DEFAULT_TEMPLATES, ReferenceCode, Template
from shicheng.packages.types import ListedFile, Package, PackageFile, PackageItem, PackageKind

Progress = Callable[[int, int, Message], None]
"""Called with (done, total, what) while files are looked at."""


class Database(Protocol):
    """What the checks ask of the archive's database; None in the plain tool."""

    def ping(self) -> int:
        """Return how many items can be read; raise when the database does not answer."""

    def existing_codes(self, codes: Collection[str]) -> set[str]:
        """Return those of the reference codes that the holdings have."""

    def existing_documents(self, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return those (document number, title) pairs that the holdings have, with the code of the item."""


class Observer(Protocol):
    """Somebody who wants what was learned of each file, such as the accession that follows."""

    def __call__(self, file: PackageFile, inspection: Inspection) -> None:
        """Take what one look at a file found."""


@dataclass(frozen=True, slots=True)
class NotLooked:
    """A check could not look, for this reason."""

    reason: Message


Looked = int | NotLooked
"""How many things a check looked at, or why it could not."""


@dataclass(slots=True)
class CheckContext:
    """One run over one package."""

    package: Package
    stage: Stage
    category: str
    scheme: Scheme
    formats: Acceptance
    kinds: Mapping[str, CheckKind]  # by seq
    today: date
    pool: InspectionPool | None = None
    scanner: Scanner | None = None
    database: Database | None = None
    observer: Observer | None = None
    progress: Progress | None = None
    templates: Sequence[Template] = DEFAULT_TEMPLATES
    ledger: Ledger = field(default_factory=Ledger)
    codes: list[ReferenceCode | None] = field(default_factory=list)  # by item, None where it breaks the form
    notes: dict[str, Any] = field(default_factory=dict)  # what one rule leaves for a later one, by its name

    @property
    def described(self) -> bool:
        """Whether the package says anything of its items: loose files and plain bags don't."""
        return self.package.kind not in (PackageKind.FOLDER, PackageKind.BAGIT) or self.package.has_item_list

    def report(
        self,
        seq: str,
        message: Message,
        *,
        about: Iterable[Key] = (),
        covers: Iterable[Key] = (),
        unless: Iterable[Key] = (),
        level: Level = Level.ERROR,
        item: PackageItem | None = None,
        ref: str | None = None,
        path: str | None = None,
        element: str | None = None,
        expected: object = None,
        found: object = None,
        advice: Message | None = None,
    ) -> Cause | None:
        """Add a finding under the check of number `seq`, or attach it to the cause that explains it.

        Nothing is added when the plan leaves the check out; an error under a check that does not block is
        a warning.
        """
        kind = self.kinds.get(seq)
        if kind is None:
            return None
        if level is Level.ERROR and not kind.blocking:
            level = Level.WARNING
        if item is not None and ref is None:
            ref = item.ref or None
        finding = Finding(
            check=kind.code,
            property=kind.property,
            level=level,
            ref=ref,
            path=path,
            message=message,
            expected=_shown(expected),
            found=_shown(found),
            advice=advice,
            row=item.row if item is not None else None,
            element=element,
        )
        return self.ledger.add(finding, about=about, covers=covers, unless=unless)


def _shown(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= 500 else text[:499] + "…"


def value_key(index: int, element: str) -> Key:
    """The value of one element of one item."""
    return ("value", index, element)


def code_key(index: int) -> Key:
    """Whatever compares with the reference code of one item."""
    return ("code", index)


def column_key(element: str) -> Key:
    """A column of the item list."""
    return ("column", element)


def file_key(path: str) -> Key:
    """A file by the path it has, or by the path a list gives it when it isn't there."""
    return ("file", path)


def entry_key(entry: ListedFile) -> Key:
    """The file a list row names."""
    return file_key(entry.file.path if entry.file is not None else entry.path)


ITEM_LIST: Key = ("list", "items")
FILE_LIST: Key = ("list", "files")
TOTAL_ITEMS: Key = ("total", "items")
TOTAL_FILES: Key = ("total", "files")
TOTAL_BYTES: Key = ("total", "bytes")
