"""Forming every item the rules are sure of, in a whole pool: at once while it is small, part by part in a job else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from shicheng.arranging import policies, selectors
from shicheng.arranging.collecting import loose_file
from shicheng.arranging.errors import BadSelection
from shicheng.arranging.forming import form_items
from shicheng.arranging.grouping import propose_groups
from shicheng.arranging.models import PoolFile, PoolItem
from shicheng.arranging.parting import keys_of_parts
from shicheng.base.db import atomic, chunked
from shicheng.holdings import fonds as all_fonds
from shicheng.jobs.models import Job
from shicheng.jobs.run import Run
from shicheng.jobs.types import UNFINISHED
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor

AT_ONCE: Final = 400  # loose files that are formed while somebody waits, as one step


def form_proposed(*, actor: Actor, fonds: str, year: int, singles: bool = False) -> list[PoolItem]:
    """Form every item the rules are sure of here and now, as one step; with `singles` one of each file left over.

    For a pool of any size see `form_in_parts` and `begin_forming`. Raises `BadSelection` where nothing is proposed.
    """
    keys = [key for part in keys_of_parts(actor, fonds, year) for key in part]
    made = _form(actor, fonds, year, keys, singles=singles)
    if not made:
        raise _nothing()
    return made


def form_in_parts(*, actor: Actor, fonds: str, year: int, singles: bool = False, run: Run | None = None) -> int:
    """Form every item the rules are sure of, each part of the pool as a step of its own; returns how many items.

    Safe to run twice and after a cut: what is formed is not loose any more.
    """
    made = 0
    parts = keys_of_parts(actor, fonds, year)
    for keys in run.track(parts, note=_("Items are formed.")) if run is not None else parts:
        made += len(_form(actor, fonds, year, keys, singles=singles))
    return made


def begin_forming(*, actor: Actor, fonds: str, year: int, singles: bool = False) -> Job:
    """Have a job form every item the rules are sure of; the one that is under way is returned, not doubled."""
    from shicheng.arranging import work
    from shicheng.jobs import services as jobs

    require(actor, policies.ARRANGE)
    with atomic():
        return jobs.enqueue(
            work.form_all, unique_key=_key(actor, fonds, year), actor=actor, fonds=fonds, year=year, singles=singles
        )


def forming_now(actor: Actor, fonds: str, year: int) -> Job | None:
    """The job that forms items of this pool for this actor just now."""
    return Job.objects.filter(unique_key=_key(actor, fonds, year), state__in=UNFINISHED).first()


def _form(actor: Actor, fonds: str, year: int, keys: Sequence[UUID], *, singles: bool) -> list[PoolItem]:
    with atomic():
        all_fonds.lock_fonds(fonds)
        loose = _still_loose(actor, fonds, year, keys)
        groups = [one for one in propose_groups(map(loose_file, loose)) if one.is_sure]
        chosen = [list(one.keys) for one in groups]
        parts = {key: part for one in groups for key, part in one.files}
        if singles:
            chosen += [[file.pk] for file in loose if file.pk not in parts]
        return form_items(actor=actor, fonds=fonds, year=year, groups=chosen, parts=parts) if chosen else []


def _still_loose(actor: Actor, fonds: str, year: int, keys: Iterable[UUID]) -> list[PoolFile]:
    loose, listed = selectors.loose_files(actor, fonds, year), list(keys)
    found: dict[UUID, PoolFile] = {}
    for part in chunked(listed, 500):
        found.update({one.pk: one for one in loose.filter(pk__in=part)})
    return [found[key] for key in listed if key in found]


def _nothing() -> BadSelection:
    return BadSelection(
        _("No files that belong together were found."), hint=_("Choose files and form an item of them by hand.")
    )


def _key(actor: Actor, fonds: str, year: int) -> str:
    return f"arranging.form:{fonds}:{year}:{actor.user_id or actor.name}"
