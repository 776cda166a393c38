"""Proving the log and taking it along, and noting both in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from django.db.models import QuerySet

from shicheng.audit import events, policies
from shicheng.audit.models import Entry
from shicheng.audit.segments import SEGMENT_ENTRIES, export_segment, last_position
from shicheng.audit.services import append
from shicheng.audit.types import ChainReport
from shicheng.audit.verification import verify_chain
from shicheng.base.db import atomic
from shicheng.people.policies import require
from shicheng.people.types import Actor

AT_ONCE: Final = 20_000  # entries that are verified while somebody waits; more are a job


def prove_log(*, actor: Actor, keys_path: Path, progress: Callable[[int, int], None] | None = None) -> ChainReport:
    """Verify the whole chain with its signatures and note what came of it. Raises `NotPermitted`."""
    require(actor, policies.PROVE)
    report = verify_chain(progress, keys_path=keys_path)
    details = {
        "entries": report.entries, "heads": report.heads_checked, "intact": report.intact,
        "first_bad": report.first_bad, "problems": [problem.to_json() for problem in report.problems[:5]],
    }  # fmt: skip
    with atomic():
        append(actor, events.PROVED, None, details)
    return report


def last_proof(actor: Actor) -> Entry | None:
    """The entry of the newest verification, for those who may verify."""
    if not policies.may_prove(actor):
        return None
    return Entry.objects.filter(event=events.PROVED).order_by("-position").first()


def export_log(*, actor: Actor, after: int, keys_path: Path) -> Iterator[bytes]:
    """Note that the log is taken along, then give what comes behind a position as signed segments.

    Entries the actor may not list are withheld but for the links of the chain.

    Each ends with a signature that `shicheng audit verify FILE` proves without the database. Raises `NotPermitted`.
    """
    require(actor, policies.READ)
    require(actor, policies.EXPORT)
    with atomic():
        append(actor, events.EXPORTED, None, {"after": after})
    return _segments(after, keys_path, None if policies.sees_all(actor) else policies.visible(actor))


def _segments(position: int, keys_path: Path, shown: QuerySet[Entry] | None) -> Iterator[bytes]:
    while segment := export_segment(position, limit=SEGMENT_ENTRIES, keys_path=keys_path, shown=shown):
        yield segment
        position = last_position(segment)
