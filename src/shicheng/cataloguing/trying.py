"""The work of a trial: looking at a catalogue, and comparing it with the holdings. Changes nothing but the trial."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from shicheng.base.db import atomic
from shicheng.cataloguing.arriving import choose_fonds, folder_of, saved_columns, staged
from shicheng.cataloguing.comparing import compare_catalogue
from shicheng.cataloguing.models import Trial
from shicheng.cataloguing.preparing import Task
from shicheng.cataloguing.reading import look_at_catalogue
from shicheng.cataloguing.states import TRIAL
from shicheng.checks.selectors import refused_levels
from shicheng.jobs.run import Run
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.settings import Settings


def run_look(run: Run, *, trial_id: UUID, revision: int, settings: Settings) -> dict[str, Any]:
    """Look at the catalogue of a trial; an answer to an older decision is thrown away."""
    trial = Trial.objects.filter(pk=trial_id, revision=revision, state="looking").first()
    if trial is None:
        return {}
    found = _do(trial, settings, run, lambda task: look_at_catalogue(task, _telling(run)).to_json())
    _answer(trial, "show", look=found)
    return {"rows": found["rows"]}


def run_try(run: Run, *, trial_id: UUID, revision: int, settings: Settings) -> dict[str, Any]:
    """Compare the catalogue of a trial with the holdings, as it is decided."""
    trial = Trial.objects.filter(pk=trial_id, revision=revision, state="trying").first()
    if trial is None:
        return {}

    def work(task: Task) -> dict[str, Any]:
        if trial.look is None or trial.look["sheet"] != trial.sheet != "":
            trial.look = look_at_catalogue(task, _telling(run)).to_json()
        book = workbook_of(trial, settings)
        return compare_catalogue(actor=run.actor, task=task, workbook=book, progress=run.progress).to_json()

    found = _do(trial, settings, run, work)
    _answer(trial, "tell", look=trial.look, result=found)
    names = ("rows", "created", "updated", "unchanged", "rejected", "marked", "suspects")
    return {name: found[name] for name in names}


def workbook_of(trial: Trial, settings: Settings) -> Path:
    """Where the workbook of what a trial would reject lies, if anything."""
    return folder_of(settings, trial.pk) / f"errors-{trial.revision}.xlsx"


def _do(trial: Trial, settings: Settings, run: Run, work: Callable[[Task], dict[str, Any]]) -> dict[str, Any]:
    folder = folder_of(settings, trial.pk)
    path, beside = staged(folder)
    scratch = folder / f"work-{trial.revision}"
    saved = trial.columns if trial.columns is not None else saved_columns(trial.source)
    task = Task(
        path=str(path), name=trial.name, folder=str(scratch), fonds=choose_fonds(trial.source, trial.fonds_code)[0],
        saved=saved, beside=tuple(map(str, beside)), sheet=trial.sheet, refused=refused_levels(),
    )  # fmt: skip
    try:
        return work(task)
    except ShichengError as error:
        problem = {"message": error.message.to_json(), "hint": error.hint.to_json() if error.hint else None}
        _answer(trial, "fail", look=trial.look, problem=problem)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _telling(run: Run) -> Callable[[int], None]:
    return lambda rows: run.progress(rows, None, _("reading"))


def _answer(trial: Trial, verb: str, **found: Any) -> None:
    """Keep what was found unless something was decided anew meanwhile."""
    with atomic():
        same = Trial.objects.select_for_update().filter(pk=trial.pk, revision=trial.revision, state=trial.state)
        if same.exists():
            same.update(state=TRIAL.next(trial.state, verb), **found)
