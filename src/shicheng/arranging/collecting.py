"""Taking files into the pool: from an upload, from a folder, from another room. Their bytes go into staging."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.arranging import events, policies
from shicheng.arranging.errors import BadCollection
from shicheng.arranging.grouping import order_files
from shicheng.arranging.models import Batch, PoolFile, PoolItem
from shicheng.arranging.naming import find_secrecy
from shicheng.arranging.parting import cluster_files
from shicheng.arranging.states import BATCH
from shicheng.arranging.types import LooseFile, NewDocument, NewFile, Part
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget, Inspection
from shicheng.holdings import fonds as all_fonds
from shicheng.ingest import arriving, loose
from shicheng.ingest.models import Upload
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.identifiers import derived_id, new_id
from shicheng.kernel.messages import message as _
from shicheng.packages.reading import open_tree
from shicheng.packages.tree import Tree, open_plain
from shicheng.packages.types import Limits, PackageFile, ProcessEntry
from shicheng.people.policies import require
from shicheng.people.types import Actor, Place
from shicheng.settings import Settings
from shicheng.storage.staging import StagedFile, Staging

MOST_FILES: Final = 50_000
_HEAD, _TAIL = 2000, 800  # signs of a text kept for proposals
_LEVELS: Final = ("秘密", "机密", "绝密")
_YEARS: Final = range(1500, 2200)


def collect_upload(
    *, actor: Actor, upload_id: UUID, fonds: str, year: int, settings: Settings, unit: str = "", name: str = ""
) -> Batch:
    """Have a job take a finished upload into the pool. Safe to run twice."""
    from shicheng.arranging import work
    from shicheng.jobs import services as jobs

    _require(actor, fonds, year, unit)
    with atomic():
        home = all_fonds.lock_fonds(fonds, takes_in=True)
        known = Batch.objects.filter(upload=upload_id).first()
        if known is not None:
            return known
        upload, root = loose.hand_over(actor=actor, upload_id=upload_id, settings=settings)
        batch = _new_batch(actor, home, unit, year, name or upload.name, source=str(root), upload=upload.pk)
        batch.job = jobs.enqueue(
            work.collect, unique_key=f"arranging.collect:{batch.pk}", actor=actor, batch_id=str(batch.pk)
        ).pk
        batch.save(update_fields=["job"])
    return batch


def collect_sent(
    *, actor: Actor, upload_id: UUID, path: Path, fonds: str, year: int, unit: str = "", name: str = ""
) -> Batch:
    """Have a job take files into the pool that were sent in one request and lie in the folder of this upload."""
    from shicheng.arranging import work
    from shicheng.jobs import services as jobs

    _require(actor, fonds, year, unit)
    with atomic():
        home = all_fonds.lock_fonds(fonds, takes_in=True)
        batch = _new_batch(actor, home, unit, year, name or path.name, source=str(path), upload=upload_id)
        batch.job = jobs.enqueue(
            work.collect, unique_key=f"arranging.collect:{batch.pk}", actor=actor, batch_id=str(batch.pk)
        ).pk
        batch.save(update_fields=["job"])
    return batch


def collect_path(
    *, actor: Actor, path: Path, fonds: str, year: int, settings: Settings, unit: str = "", name: str = ""
) -> Batch:
    """Take a folder, an archive file or a single file into the pool here and now."""
    _require(actor, fonds, year, unit)
    path = path.absolute()
    with atomic():
        home = all_fonds.lock_fonds(fonds, takes_in=True)
        batch = _new_batch(actor, home, unit, year, name or path.name, source=str(path))
    take_batch(actor=actor, batch_id=batch.pk, settings=settings)
    return Batch.objects.get(pk=batch.pk)


def take_batch(*, actor: Actor, batch_id: UUID, settings: Settings, run: Run | None = None) -> Batch:
    """Copy the files of a batch into staging with their digests, look at them, and write their rows.

    Safe to run twice and after a cut: what is staged is found there, rows are written at once or not at all.
    """
    batch = Batch.objects.select_related("fonds").get(pk=batch_id)
    if batch.state != "arriving":
        return batch
    upload = Upload.objects.filter(pk=batch.upload).first() if batch.upload else None
    if upload is not None:
        arriving.build_batch(upload, settings)
    try:
        tree = _open(Path(batch.source), settings)
        try:
            staged = _stage(batch, list(tree.files.values()), settings, run)
        finally:
            tree.close()
    except ShichengError as error:
        _fail(actor, batch, error)
        raise
    seen = _inspect(staged, settings, run)
    rows = [_row(batch, one, seen[place]) for place, one in enumerate(staged)]
    _without_top(rows)
    changed = cluster_files(batch, rows)
    with atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.state == "arriving":
            PoolFile.objects.bulk_create(rows, batch_size=500)
            PoolFile.objects.bulk_update(changed, ["cluster", "crowd"], batch_size=500)
            _keep(actor, locked, staged)
    if upload is not None and upload.state == "sent":
        arriving.end_taken(upload.pk, settings)
    elif batch.upload is not None:
        shutil.rmtree(settings.staging_path / "uploads" / str(batch.upload), ignore_errors=True)
    return Batch.objects.get(pk=batch.pk)


def add_documents(
    *, actor: Actor, fonds: str, year: int, documents: Sequence[dict[str, Any]], settings: Settings, unit: str = "",
    name: str = "", key: str = "",
) -> list[UUID]:  # fmt: skip
    """Take documents of another room into the pool; see `ingest.loose.add_documents`."""
    return add_files(
        actor=actor, fonds=fonds, year=year, settings=settings, unit=unit, name=name, key=key,
        documents=[_read_document(one) for one in documents],
    )  # fmt: skip


def add_files(
    *, actor: Actor, fonds: str, year: int, documents: Sequence[NewDocument], settings: Settings, unit: str = "",
    name: str = "", key: str = "",
) -> list[UUID]:  # fmt: skip
    """Take documents into the pool, each as an item with its description and its process, and return the items' ids.

    What comes again under the same `key` gives the items it gave before. Slow: not to be called in a transaction.
    """
    _require(actor, fonds, year, unit)
    if not documents or any(not one.files for one in documents):
        raise BadCollection(_("A document without files can't be filed."), hint=_("Send its files along."))
    with atomic():
        home = all_fonds.lock_fonds(fonds, takes_in=True)
        batch = Batch.objects.filter(fonds=home, key=key).first() if key else None
        if batch is None:
            batch = _new_batch(actor, home, unit, year, name or documents[0].source or "–", key=key)
        elif batch.state != "arriving":
            found = PoolItem.objects.filter(files__batch=batch).distinct().order_by("formed_at", "id")
            return (
                [_item_id(batch, place) for place in range(len(documents))] if not found else [one.pk for one in found]
            )
    members = [
        _package_file(f"{number:04d}/{place:04d}-{file.name}", file.path)
        for number, one in enumerate(documents)
        for place, file in enumerate(one.files)
    ]
    staged = _stage(batch, members, settings, None)
    seen = _inspect(staged, settings, None)
    items = [_item(batch, one, place, actor) for place, one in enumerate(documents)]
    rows = []
    position = 0
    for item, one in zip(items, documents, strict=True):
        for place, file in enumerate(one.files):
            row = _row(batch, staged[position], seen[position])
            row.item, row.order, row.path = item, place, file.name
            row.part = file.part if file.part in set(Part) else ""
            rows.append(row)
            position += 1
        _fill(item, [row for row in rows if row.item is item])
    with atomic():
        locked = Batch.objects.select_for_update().select_related("fonds").get(pk=batch.pk)
        if locked.state == "arriving":
            PoolItem.objects.bulk_create(items)
            PoolFile.objects.bulk_create(rows, batch_size=500)
            _keep(actor, locked, staged)
    return [one.pk for one in items]


def staging(settings: Settings) -> Staging:
    """The staging area of the archive."""
    return Staging(settings.staging_path, free_bytes=settings.free_bytes)


def local_path(file: PoolFile, settings: Settings) -> Path:
    """Where the bytes of a file of the pool lie."""
    return settings.staging_path / file.batch.place / file.local


def _require(actor: Actor, fonds: str, year: int, unit: str) -> None:
    require(actor, policies.COLLECT, place=Place(fonds=fonds, year=year, unit=unit))
    if year not in _YEARS:
        raise BadCollection(_("%(year)s is no filing year.", year=year), hint=_("Write the year with four digits."))


def _new_batch(
    actor: Actor, home: Any, unit: str, year: int, name: str, *, source: str = "", upload: UUID | None = None,
    key: str = "",
) -> Batch:  # fmt: skip
    return Batch.objects.create(
        fonds=home, unit=unit.strip()[:60], year=year, name=name[:300], source=source, upload=upload, key=key[:200],
        added_by=actor.name[:200], added_at=clock.now(),
    )  # fmt: skip


def _open(path: Path, settings: Settings) -> Tree:
    if path.is_dir() or path.suffix.lower() in (".zip", ".tar", ".gz", ".tgz"):
        scratch = settings.staging_path / "incoming"
        scratch.mkdir(parents=True, exist_ok=True)
        tree = open_tree(path, limits=Limits(), scratch=scratch)
    elif path.is_file():
        tree = Tree(path=path, name=path.name, files={path.name: _package_file(path.name, path)})
    else:
        raise BadCollection(
            _("There is nothing to read at %(path)s.", path=path.name), hint=_("Look for it and add it again.")
        )
    if not 0 < len(tree.files) <= MOST_FILES:
        tree.close()
        raise BadCollection(
            _("%(name)s has %(files)s files; between 1 and %(most)s are taken at once.", name=path.name,
              files=len(tree.files), most=MOST_FILES),
            hint=_("Send the files in several parts."),
        )  # fmt: skip
    return tree


def _package_file(path: str, local: Path) -> PackageFile:
    return PackageFile(
        path=path, raw_path=os.fsencode(path), size=local.stat().st_size,
        opener=partial(open_plain, os.fsencode(local)), local=local,
    )  # fmt: skip


def _stage(batch: Batch, members: list[PackageFile], settings: Settings, run: Run | None) -> list[StagedFile]:
    if run is not None:
        run.progress(0, len(members), _("Files are written down with their digests."))
    return list(staging(settings).stage_tree(batch.place, members, workers=settings.workers).files)


def _inspect(staged: Sequence[StagedFile], settings: Settings, run: Run | None) -> dict[int, Inspection]:
    budget = Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory)
    found = {}
    with InspectionPool(workers=min(settings.workers, 2), budget=budget) as pool:
        asked = ((place, one.local, one.path.rpartition("/")[2]) for place, one in enumerate(staged))
        for place, inspection in pool.inspect_many(asked):
            found[place] = inspection
            if run is not None:
                run.progress(len(found), len(staged), _("Files are looked at."))
    return found


def _row(batch: Batch, one: StagedFile, seen: Inspection) -> PoolFile:
    text = (seen.text or "").replace("\x00", "")
    kept = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n…\n{text[-_TAIL:]}"
    return PoolFile(
        id=new_id(), batch=batch, fonds_id=batch.fonds_id, unit=batch.unit, year=batch.year,
        path=one.path.encode("utf-8", "replace").decode("utf-8"), raw_name=one.raw_path.rpartition(b"/")[2],
        local=str(one.local).partition(f"/{batch.place}/")[2], size=one.size, sha512=one.digests["sha512"],
        sha256=one.digests["sha256"], sm3=one.digests["sm3"], mime=seen.identification.mime[:150],
        format_name=seen.identification.name[:200], pages=seen.pages,
        text=kept.encode("utf-8", "replace").decode("utf-8"),
    )  # fmt: skip


def _without_top(rows: Sequence[PoolFile]) -> None:
    """Leave out the one folder all files came in: it says nothing of what belongs together."""
    tops = {row.path.partition("/")[0] for row in rows}
    if len(tops) == 1 and all("/" in row.path for row in rows):
        for row in rows:
            row.path = row.path.partition("/")[2]


def _keep(actor: Actor, batch: Batch, staged: Sequence[StagedFile]) -> None:
    batch.state = BATCH.next(batch.state, "keep")
    batch.files_count, batch.bytes = len(staged), sum(one.size for one in staged)
    batch.problem_json = None
    batch.save()
    audit.append(
        actor, events.COLLECTED, ("batch", str(batch.pk)),
        {"name": batch.name, "fonds": batch.fonds.code, "unit": batch.unit, "year": batch.year,
         "files": batch.files_count, "bytes": batch.bytes},
    )  # fmt: skip


def _fail(actor: Actor, batch: Batch, error: ShichengError) -> None:
    with atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.state == "arriving":
            locked.state = BATCH.next(locked.state, "fail")
            locked.problem_json = json.loads(json.dumps(error.message.to_json(), default=str))
            locked.save(update_fields=["state", "problem_json"])
            audit.append(actor, events.NOT_COLLECTED, ("batch", str(batch.pk)), {"name": batch.name})


def _item_id(batch: Batch, place: int) -> UUID:
    return derived_id("pool item", str(batch.pk), place)


def _item(batch: Batch, one: NewDocument, place: int, actor: Actor) -> PoolItem:
    elements = {name: text for name, text in one.elements.items() if text}
    return PoolItem(
        id=_item_id(batch, place), fonds=batch.fonds, unit=batch.unit, year=batch.year,
        title=elements.pop("title", ""), document_number=elements.pop("document_number", "")[:300],
        author=elements.pop("author", ""), date=elements.pop("date", "")[:40], elements=elements,
        process=[_process_row(entry) for entry in one.process], source=one.source[:200], formed_at=clock.now(),
        formed_by=actor.name[:200], category=one.klass.get("category", ""), department=one.klass.get("department", ""),
        retention=one.klass.get("retention", ""), scope_row=one.klass.get("row", ""),
        judged_by=list(one.klass.get("reasons", ())),
    )  # fmt: skip


def _fill(item: PoolItem, rows: Sequence[PoolFile]) -> None:
    """Fill in what the files say and nobody told, and what each of them is."""
    proposed = order_files(loose_file(row) for row in rows)
    parts = dict(proposed.files)
    for row in rows:
        row.part = row.part or parts[row.pk]
    item.title = item.title or proposed.title
    item.document_number = item.document_number or proposed.document_number[:300]
    item.date = item.date or proposed.date
    item.pages = item.pages or (sum(row.pages or 0 for row in rows) or None)
    item.elements = {**first_elements(rows), **item.elements}


def first_elements(rows: Iterable[PoolFile]) -> dict[str, str]:
    """What a new item is described with before anybody looked: the secrecy its files are marked with, unreviewed."""
    marks = [mark for row in rows if (mark := find_secrecy(row.text))]
    return {"secrecy": max(marks, key=_LEVELS.index) if marks else "公开", "openness": "未审核"}


def loose_file(row: PoolFile) -> LooseFile:
    """A file as grouping sees it."""
    return LooseFile(row.pk, row.path, row.text, row.pages, row.sm3, row.crowd)


def _process_row(entry: ProcessEntry) -> dict[str, str]:
    names = ("status", "action", "time", "mandate", "description", "agent")
    return {name: getattr(entry, name) for name in names if getattr(entry, name)}


def _read_document(told: Mapping[str, Any]) -> NewDocument:
    return NewDocument(
        elements={str(name): str(text) for name, text in dict(told.get("elements") or {}).items()},
        files=tuple(
            NewFile(Path(one["path"]), str(one["name"]), str(one.get("part", ""))) for one in told.get("files", ())
        ),
        process=tuple(_entries(told.get("process", ()))),
        source=str(told.get("source", "")),
        klass=dict(told.get("class") or {}),
    )


def _entries(told: Iterable[Mapping[str, str]]) -> Iterable[ProcessEntry]:
    for one in told:
        yield one if isinstance(one, ProcessEntry) else ProcessEntry(**one)
