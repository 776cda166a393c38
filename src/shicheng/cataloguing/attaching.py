"""Attaching files to records that came by catalogue 批量挂接. An item gets an object of its own by this.

The object is in the store before the rows say so; what was stored by a run that died is found there by the next
and registered, not stored twice.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.audit import selectors as log
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.cataloguing import events, policies
from shicheng.cataloguing.errors import UnreadableCatalogue
from shicheng.cataloguing.item_objects import Arrival, build_object, known_files
from shicheng.cataloguing.matching import Candidate, Pattern, match, walk
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget
from shicheng.holdings import policies as holdings
from shicheng.holdings.attached_files import add_files
from shicheng.holdings.cataloguing import record
from shicheng.kernel import clock
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_file
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.packages.cells import guarded
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.search.follower import wait_until_indexed
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store

Progress = Callable[..., None]
_SHOWN: Final = 1000  # of each kind in the answer; the report has all


@dataclass(slots=True)
class Attached:
    """What became of a folder of files."""

    files: int = 0
    matched: int = 0
    items: int = 0  # records that were given files
    known: int = 0  # files that were attached already
    missing: list[dict[str, Any]] = field(default_factory=list)
    ambiguous: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"missing": 0, "ambiguous": 0, "refused": 0})
    report: str = ""

    @property
    def is_complete(self) -> bool:
        """Tell whether every file found its record."""
        return not any(self.counts.values())

    def add(self, kind: str, path: str, **more: Any) -> None:
        """Note a file that was not attached."""
        self.counts[kind] += 1
        listed: list[dict[str, Any]] = getattr(self, kind)
        if len(listed) < _SHOWN:
            listed.append({"path": path, **more})

    def to_json(self) -> dict[str, Any]:
        """The fixed shape scripts depend on."""
        names = ("files", "matched", "items", "known", "counts", "missing", "ambiguous", "refused", "report")
        return {name: getattr(self, name) for name in names}


def attach_folder(
    *, actor: Actor, folder: Path, settings: Settings, pattern: str = "", fonds: str = "", dry_run: bool = False,
    name: str = "", wait: bool = True, progress: Progress = lambda done, total=None, note="": None,
) -> Attached:  # fmt: skip
    """Attach every file below a folder to the record its path names; safe to run twice.

    Without a pattern the file's own name or the nearest folder above it is the reference code, however its
    separators are written. The folder itself is never changed. Raises `BadPattern`, `NotPermitted`.
    """
    require(actor, policies.ATTACH, fonds=fonds or None)
    wanted = Pattern.parse(pattern) if pattern else None
    if not folder.is_dir():
        raise UnreadableCatalogue(_("There is no folder %(path)s.", path=folder), hint=_("Look at the name again."))
    result = Attached()
    store = storage.open_store(settings)
    target = settings.cache_path / "attachment-reports" / f"{clock.now():%Y%m%d-%H%M%S-%f}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    budget = Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory)
    with target.open("w", encoding="utf-8-sig", newline="") as stream, InspectionPool(workers=1, budget=budget) as pool:
        report = csv.writer(stream)
        report.writerow(["path", "result", "reference_code", "reason"])
        candidates = match(actor, folder, walk(folder), pattern=wanted, fonds=fonds)
        for item_id, group in groupby(
            _sorted_out(candidates, result, report, progress), key=lambda one: one.found[0].id
        ):
            files = list(group)
            if dry_run:
                outcome, new, reason = "would match", len(files), ""
            else:
                outcome, new, reason = _attach(actor, store, pool, item_id, files, result)
            result.items += bool(new)
            report.writerows([guarded(one.relative), outcome, guarded(one.found[0].ref), reason] for one in files)
    result.report = str(target)
    if not dry_run:
        with atomic():
            details = {"files": result.files, "matched": result.matched, "items": result.items, **result.counts}
            audit.append(actor, events.ATTACHED, None, {**details, "folder": name or folder.name, "pattern": pattern})
        if wait:
            wait_until_indexed(settings.index_path, log.head_position(), timeout=600)
    return result


def _sorted_out(
    candidates: Iterable[Candidate], result: Attached, report: Any, progress: Progress
) -> Iterator[Candidate]:
    """Give the files that have one record; note the others."""
    for one in candidates:
        result.files += 1
        progress(result.files)
        if len(one.found) == 1:
            result.matched += 1
            yield one
        elif one.found:
            codes = [found.ref for found in one.found]
            result.add("ambiguous", one.relative, codes=codes)
            report.writerow([guarded(one.relative), "ambiguous", guarded(" ".join(codes)), ""])
        else:
            result.add("missing", one.relative)
            report.writerow([guarded(one.relative), "missing", "", ""])


def _attach(
    actor: Actor, store: Store, pool: InspectionPool, item_id: UUID, files: Sequence[Candidate], result: Attached
) -> tuple[str, int, str]:
    """Give one record its files; returns the outcome, how many were new, and why it was refused."""
    try:
        new = attach_to(actor=actor, store=store, pool=pool, item_id=item_id, paths=[one.path for one in files])
    except (ShichengError, OSError) as error:
        for one in files:
            result.add("refused", one.relative, reason=str(error))
        return "refused", 0, str(error)
    result.known += len(files) - new
    return ("attached" if new else "known"), new, ""


def attach_to(*, actor: Actor, store: Store, pool: InspectionPool, item_id: UUID, paths: Sequence[Path]) -> int:
    """Give one record these files, in this order; returns how many it did not have."""
    item = record(actor, item_id)
    require(actor, policies.ATTACH, place=holdings.place_of(item))
    there = known_files(item, store, pool)
    known = {(file.name, file.sha512) for file in there}
    arrivals = []
    for path in paths:
        digests, size = digest_file(path, STORE_ALGORITHMS)
        if (path.name, digests["sha512"]) not in known:
            known.add((path.name, digests["sha512"]))
            arrivals.append(Arrival(path, path.name, size, digests))
    at = clock.now()
    if arrivals:
        inspections = dict(pool.inspect_many((str(place), one.path, one.name) for place, one in enumerate(arrivals)))
        draft, new_files = build_object(
            item=item, there=there, arrivals=arrivals, inspections=inspections, store=store, actor=actor, at=at
        )
        stored = store.put_objects([draft])
    else:
        stored, new_files = [], []
    with atomic():
        rows = add_files(actor=actor, item_id=item.pk, files=list(chain(there, new_files)))
        if stored:
            storage.register_objects(stored, kind="item")
        if rows:
            details = {"ref": item.reference_code, "files": rows, "object": item.object_id}
            audit.append(actor, events.FILES_ATTACHED, ("item", item.pk), details)
    return rows
