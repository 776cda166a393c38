"""Acquisitions in the store: what is written of one from its agreement on, and its papers, in one object.

`acquisition.json` tells all that the rows say, the donor's too; so deeds outlive the database, and a person can read
them without this software. Each paper and each change is a version of the object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO, Final
from uuid import UUID

from shicheng.acquiring import numbering
from shicheng.acquiring.models import Acquisition, Cost, Delivery, Donor, Opinion, Paper
from shicheng.acquiring.rows import read_row, write_row
from shicheng.acquiring.states import KEPT
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act
from shicheng.storage.types import DraftFile, ObjectDraft

ABOUT: Final = "acquisition.json"
KIND: Final = "acquired"
_FORM: Final = "shicheng-acquisition"
_PARTS: Final = {"opinions": Opinion, "costs": Cost, "deliveries": Delivery}
_PASSING: Final = ("source", "upload", "job")  # of a delivery: where its files waited once


def keep_later(actor: Actor, one: Acquisition) -> None:
    """Have a job bring the store up to what is written of an acquisition; inside `atomic()`."""
    from shicheng.acquiring import work
    from shicheng.jobs import services as jobs

    if one.state in KEPT:
        key = f"acquiring.keep:{one.pk}:{one.revision}"
        jobs.enqueue(work.keep_acquisition, unique_key=key, actor=actor, acquisition_id=str(one.pk))


def keep(
    one: Acquisition, settings: Settings, *, user: str, paper: Paper | None = None, content: bytes = b""
) -> Paper | None:
    """Bring the object of an acquisition up to its rows, with one more paper if there is one. Safe to run twice.

    What was put into the store before and has no row, because its writer was cut off, gets it. Slow: never inside a
    transaction. Raises `ObjectConflict` if somebody else does the same in this very moment.
    """
    store = storage.open_store(settings)
    there = complete(store, one)
    head = store.inventory(one.object_id).head if store.has(one.object_id) else 0
    if paper is not None:
        for row in there:
            if (row.kind, row.name, row.sm3) == (paper.kind, paper.name, paper.sm3):
                return row
        paper.order = len(there) + 1
    about = _about(one, [*there, *([paper] if paper else [])])
    if head and paper is None and _read(store, one.object_id) == about:
        return None
    told = json.dumps(about, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "backslashreplace")
    new = [(ABOUT, told)] + ([(paper.logical_path, content)] if paper else [])
    files = [DraftFile(row.logical_path, None) for row in there]
    files += [
        DraftFile(path, data, {name: digest_bytes(data, name) for name in STORE_ALGORITHMS}) for path, data in new
    ]
    draft = ObjectDraft(
        object_id=one.object_id, created=clock.now(), user=user[:200], message=one.number, files=files,
        base=head or None,
    )  # fmt: skip
    store.put_objects([draft])
    complete(store, one, register=True)
    return Paper.objects.filter(pk=paper.pk).first() if paper else None


def complete(store: Store, one: Acquisition, *, register: bool = False) -> list[Paper]:
    """Write the rows of papers that are in the store and have none, and return the rows of all."""
    rows = list(one.papers.order_by("order"))
    if not store.has(one.object_id):
        return rows
    known = {row.pk for row in rows}
    missing = [told for told in _read(store, one.object_id)["papers"] if UUID(told["id"]) not in known]
    if missing or register:
        with atomic():
            Paper.objects.bulk_create([Paper(**read_row(Paper, told)) for told in missing], ignore_conflicts=True)
            storage.register_objects([storage.stored_object(store, one.object_id)], kind=KIND)
        rows = list(one.papers.order_by("order"))
    return rows


def open_paper(paper: Paper, settings: Settings) -> BinaryIO:
    """The bytes of a paper."""
    return storage.open_store(settings).open(paper.acquisition.object_id, paper.logical_path)


class AcquisitionRestorer:
    """Brings acquisitions, donors and papers back when the database is made anew."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Tell whether the object keeps an acquisition."""
        return ABOUT in store.inventory(object_id).state()

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """Each acquisition as one act; they depend on nothing but each other's donors."""
        began = datetime.min.replace(tzinfo=UTC)
        for object_id in object_ids:
            yield Act(began, partial(restore_acquisition, store, object_id))


def restore_acquisition(store: Store, object_id: str) -> int:
    """Make the rows of an acquisition anew; 0 if they were there. Safe to run twice."""
    about = _read(store, object_id)
    told = read_row(Acquisition, about["acquisition"])
    with atomic():
        donor = read_row(Donor, about["donor"])
        Donor.objects.get_or_create(pk=donor.pop("id"), defaults=donor)
        one, new = Acquisition.objects.get_or_create(pk=told.pop("id"), defaults=told)
        if new:
            for name, kind in _PARTS.items():
                kind._default_manager.bulk_create([kind(**read_row(kind, row)) for row in about[name]])
        for kind_of_number, year, last in about["series"]:
            numbering.reach(kind_of_number, year, last)
    complete(store, one, register=True)
    return int(new)


def _about(one: Acquisition, papers: list[Paper]) -> dict[str, Any]:
    """All that the rows say."""
    return {
        "form": _FORM,
        "acquisition": write_row(one),
        "donor": write_row(one.donor),
        "papers": [write_row(paper) for paper in papers],
        "series": numbering.counts(),
        **{
            name: [write_row(row, without=_PASSING) for row in kind._default_manager.filter(acquisition=one)]
            for name, kind in _PARTS.items()
        },
    }


def _read(store: Store, object_id: str) -> Any:
    with store.open(object_id, ABOUT) as stream:
        return json.loads(stream.read())
