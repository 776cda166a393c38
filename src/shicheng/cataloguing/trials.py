"""Trials of catalogues: looked at, their columns decided, tried without changing anything, then taken in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Container
from collections.abc import Mapping as MappingType
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.cataloguing import events, policies, services
from shicheng.cataloguing.arriving import (
    choose_fonds,
    folder_of,
    require_columns,
    saved_columns,
    source_name,
    stage,
    staged,
)
from shicheng.cataloguing.errors import BadMapping, TrialNotFound, TrialNotReady
from shicheng.cataloguing.models import CatalogueImport, Trial
from shicheng.cataloguing.states import TRIAL, UNFINISHED
from shicheng.jobs import services as jobs
from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings

KEPT: Final = timedelta(days=7)
_TITLES: Final = ("title",)


def receive_trial(
    *, actor: Actor, path: Path, settings: Settings, name: str = "", fonds: str = "", mapping: str = "",
    sheet: str = "", at_once: bool = False,
) -> Trial:  # fmt: skip
    """Copy a catalogue to safety and have it looked at; with `at_once` it is tried as well.

    The names are those of `services.receive_catalogue`. It is forgotten after `KEPT`. Raises `NotPermitted`,
    `UnreadableCatalogue`, `BadMapping`.
    """
    require(actor, policies.IMPORT, fonds=fonds or None)
    name = (name or path.name)[:300]
    source = (mapping.strip() or source_name(name))[:200]
    choose_fonds(source, fonds)
    identity = new_id()
    arrived = stage(path, folder_of(settings, identity))
    with atomic():
        trial = Trial.objects.create(
            pk=identity, name=name, source=source, sheet=sheet[:200], fonds_code=fonds, digest=arrived.digest,
            bytes=arrived.size, made_by=actor.name[:200], user_id=actor.user_id, made_at=clock.now(),
            state="trying" if at_once else TRIAL.start,
        )  # fmt: skip
        details = {"name": name, "bytes": arrived.size, "sm3": arrived.digest}
        audit.append(actor, events.TRIAL_RECEIVED, ("trial", trial.pk), details)
        _enqueue(actor, trial)
    return trial


def choose_sheet(*, actor: Actor, trial_id: UUID, sheet: str) -> Trial:
    """Have another sheet of the workbook looked at; what was decided of the columns of the one before is forgotten."""
    with atomic():
        trial = _locked(actor, trial_id)
        trial.state = TRIAL.next(trial.state, "look")
        trial.sheet, trial.columns, trial.result, trial.problem = sheet[:200], None, None, None
        return _changed(actor, trial)


def try_catalogue(
    *, actor: Actor, trial_id: UUID, columns: MappingType[str, str] | None = None, fonds: str | None = None,
    mapping: str | None = None, sheet: str | None = None,
) -> Trial:  # fmt: skip
    """Have the import tried with these decisions; those that are None stay as they were. Nothing is imported.

    `columns` gives each header its element, "" to keep it as an extra column. Raises `BadMapping`, `TrialNotReady`.
    """
    with atomic():
        trial = _locked(actor, trial_id)
        if columns is not None:
            trial.columns = require_titled(columns)
        if fonds is not None:
            trial.fonds_code = fonds
        if mapping is not None and mapping.strip():
            trial.source = mapping.strip()[:200]
        if sheet is not None:
            trial.sheet = sheet[:200]
        choose_fonds(trial.source, trial.fonds_code)
        require(actor, policies.IMPORT, fonds=trial.fonds_code or None)
        trial.state = TRIAL.next(trial.state, "try")
        trial.result, trial.problem = None, None
        return _changed(actor, trial)


def start_import(*, actor: Actor, trial_id: UUID, settings: Settings) -> CatalogueImport:
    """Take the catalogue in as it was tried, keeping what its columns mean under the name of its source.

    Safe to run twice: a second import of the same file changes nothing. Raises `TrialNotReady`, `BadMapping`.
    """
    trial = find_trial(actor, trial_id)
    require(actor, policies.IMPORT, fonds=trial.fonds_code or None)
    if trial.state != "tried":
        raise TrialNotReady(
            _("The catalogue %(name)s has not been tried as it is decided now.", name=trial.name),
            hint=_("Try it first, look at what it would become, then take it in."),
        )
    if trial.columns is not None and trial.columns != saved_columns(trial.source):
        services.save_mapping(actor=actor, name=trial.source, columns=trial.columns)
    folder = folder_of(settings, trial.pk)
    path = _under_its_name(folder, trial.name)
    catalogue = services.receive_catalogue(
        actor=actor, path=path, settings=settings, name=trial.name, fonds=trial.fonds_code, mapping=trial.source,
        sheet=trial.sheet,
    )  # fmt: skip
    _forget(trial.pk, settings)
    return catalogue


def discard_trial(*, actor: Actor, trial_id: UUID, settings: Settings) -> None:
    """Forget a trial and the file it is about."""
    with atomic():
        trial = _locked(actor, trial_id)
        audit.append(actor, events.TRIAL_DISCARDED, ("trial", trial.pk), {"name": trial.name})
        trial.delete()
    shutil.rmtree(folder_of(settings, trial_id), ignore_errors=True)


def forget_old_trials(settings: Settings) -> int:
    """Forget trials nobody went on with; returns how many."""
    old = list(Trial.objects.filter(made_at__lt=clock.now() - KEPT).values_list("pk", flat=True))
    for identity in old:
        _forget(identity, settings)
    kept = {*Trial.objects.values_list("pk", flat=True)}
    kept |= {*CatalogueImport.objects.filter(state__in=UNFINISHED).values_list("pk", flat=True)}
    clear_left_folders(folder_of(settings, new_id()).parent, kept)
    return len(old)


def clear_left_folders(place: Path, kept: Container[UUID]) -> None:
    """Clear away old folders that belong to nothing, as a process leaves them that dies before its row is written."""
    limit = (clock.now() - KEPT).timestamp()
    for folder in place.iterdir() if place.is_dir() else ():
        name = folder.name.removeprefix(".")
        try:
            belongs = UUID(name) in kept
        except ValueError:
            continue
        if not belongs and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


def find_trial(actor: Actor, trial_id: UUID) -> Trial:
    """One trial by its id; raises `TrialNotFound`."""
    found = policies.visible_trials(actor).filter(pk=trial_id).first()
    if found is None:
        raise _missing()
    return found


def require_titled(columns: MappingType[str, str]) -> dict[str, str]:
    """Return the columns if they can be used and one of them is the title; raises `BadMapping`."""
    checked = require_columns(dict(columns))
    if not any(element in _TITLES for element in checked.values()):
        raise BadMapping(
            _("No column is taken for the title, and a record without a title can't come in."),
            hint=_("Choose the column that says what each record is about."),
        )
    return checked


def _locked(actor: Actor, trial_id: UUID) -> Trial:
    found = policies.visible_trials(actor).select_for_update().filter(pk=trial_id).first()
    if found is None:
        raise _missing()
    return found


def _missing() -> TrialNotFound:
    return TrialNotFound(
        _("There is no such trial of a catalogue here; it was taken in, discarded, or forgotten after some days."),
        hint=_("Look into the list of imports, or send the catalogue again."),
    )


def _changed(actor: Actor, trial: Trial) -> Trial:
    trial.revision += 1
    trial.save()
    return _enqueue(actor, trial)


def _enqueue(actor: Actor, trial: Trial) -> Trial:
    from shicheng.cataloguing.work import look_at_trial, run_trial

    arguments: dict[str, Any] = {"trial_id": str(trial.pk), "revision": trial.revision}
    work = run_trial if trial.state == "trying" else look_at_trial
    key = f"cataloguing.trial:{trial.pk}:{trial.revision}"
    trial.job = jobs.enqueue(work, actor=actor, unique_key=key, **arguments).pk
    trial.save(update_fields=["job"])
    return trial


def _under_its_name(folder: Path, name: str) -> Path:
    """The staged file by a name with its own ending, so that memo files are found beside a table."""
    source, beside = staged(folder)
    given = folder / "given"
    given.mkdir(exist_ok=True)
    ending = Path(name).suffix.lower()
    target = given / f"catalogue{ending if ending.isascii() and len(ending) < 9 else ''}"
    for path, there in [(target, source), *((given / f"catalogue{memo.suffix}", memo) for memo in beside)]:
        path.unlink(missing_ok=True)
        os.link(there, path)
    return target


def _forget(identity: UUID, settings: Settings) -> None:
    with atomic():
        Trial.objects.filter(pk=identity).delete()
    shutil.rmtree(folder_of(settings, identity), ignore_errors=True)
