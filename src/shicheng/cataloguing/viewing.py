"""What the pages of this room show."""

from __future__ import annotations

from typing import Any, Final

from django.http import QueryDict

from shicheng.cataloguing import policies, selectors
from shicheng.cataloguing.headers import FALLBACK, SURE, taken
from shicheng.cataloguing.models import Attachment, CatalogueImport, Trial
from shicheng.cataloguing.types import Look, Summary
from shicheng.cataloguing.words import (
    ATTACHMENT_STATES,
    OUTCOMES,
    STATES,
    SUSPICIONS,
    TRIAL_STATES,
    choices,
    element_label,
    encoding_label,
)
from shicheng.holdings.foreseeing import fonds_choices
from shicheng.jobs.progress import working
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.packages.texts import fold_header
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.settings import Settings

SHOWN_COLUMNS: Final = 300
SHOWN_ROWS: Final = 50


def view_trial(
    actor: Actor, trial: Trial, *, given: QueryDict | None = None, problem: ShichengError | None = None
) -> dict[str, Any]:
    """A trial: what was seen, what is decided, what it would become. `given` is a form that could not be taken."""
    look = Look.from_json(trial.look) if trial.look else None
    result = trial.result
    return {
        "trial": trial,
        "state": TRIAL_STATES[trial.state],
        "look": look,
        "encoding": encoding_label(look.encoding) if look and look.form in ("csv", "tsv", "jsonl", "dbf") else None,
        "columns": _columns(trial, look, given) if look else [],
        "hidden_columns": max(0, len(look.columns) - SHOWN_COLUMNS) if look else 0,
        "choices": choices(),
        "fonds": given.get("fonds", "") if given else trial.fonds_code,
        "source": given.get("mapping", "") if given else trial.source,
        "fonds_choices": fonds_choices(actor),
        "result": _result(result) if result else None,
        "problems": [Message.from_json(one) for one in (result or {}).get("problems", look.problems if look else [])],
        "trouble": stored_problem(trial.problem),
        "problem": problem,
        **working(actor, trial.job, busy=trial.state in ("looking", "trying")),
    }


def view_import(actor: Actor, one: CatalogueImport, settings: Settings) -> dict[str, Any]:
    """An import: how it stands, what came of it, what can be done with it."""
    summary = Summary.from_json(one.summary) if "columns" in one.summary else None
    return {
        "import": one,
        "said": STATES,
        "columns": [
            (column.header, element_label(taken(column)), summary.marks.get(column.header, 0))
            for column in summary.columns[:SHOWN_COLUMNS]
        ]
        if summary
        else [],
        "encoding": encoding_label(summary.encoding) if summary and summary.form in ("csv", "tsv", "jsonl") else None,
        "problems": [Message.from_json(stored) for stored in summary.problems] if summary else [],
        "rejected": selectors.rejected(actor, one.number, settings, limit=SHOWN_ROWS) if one.rejected else [],
        "suspects": _suspects(selectors.suspects(actor, one.number, settings, limit=SHOWN_ROWS))
        if one.suspects
        else [],
        "may_undo": one.state == "done" and allows(actor, policies.UNDO, fonds=one.fonds_code),
        "may_import": allows(actor, policies.IMPORT),
        "may_attach": allows(actor, policies.ATTACH),
        "history": list(reversed(selectors.history(actor, one.number)))[:100],
        **working(actor, one.job, busy=one.state in ("received", "stored", "undoing")),
    }


def view_attachment(actor: Actor, one: Attachment, *, problem: ShichengError | None = None) -> dict[str, Any]:
    """A folder of files: what matched, what did not, and what can be done."""
    return {
        "attachment": one,
        "state": ATTACHMENT_STATES[one.state],
        "result": one.result,
        "trouble": stored_problem(one.problem),
        "problem": problem,
        "fonds_choices": fonds_choices(actor),
        **working(actor, one.job, busy=one.state in ("trying", "attaching")),
    }


def stored_problem(stored: dict[str, Any] | None) -> tuple[Message, Message | None] | None:
    """Why something could not be done, as it was kept: message and hint."""
    if not stored:
        return None
    return Message.from_json(stored["message"]), Message.from_json(stored["hint"]) if stored["hint"] else None


def decided_columns(trial: Trial, given: QueryDict) -> dict[str, str]:
    """The columns of a trial as a form decides them: `column-<place>` holds the element."""
    look = Look.from_json(trial.look or {"columns": []})
    decided: dict[str, str] = {}
    firsts = _firsts(look)
    for place, column in enumerate(look.columns):
        name = f"column-{place}"
        chosen = given.get(name, taken(column)) if place < SHOWN_COLUMNS else taken(column)
        if firsts[place] == place:
            decided[column.header] = chosen
    return decided


def _columns(trial: Trial, look: Look, given: QueryDict | None) -> list[dict[str, Any]]:
    decided = {fold_header(header): element for header, element in (trial.columns or {}).items()}
    shown = []
    firsts = _firsts(look)
    for place, column in enumerate(look.columns[:SHOWN_COLUMNS]):
        chosen = decided.get(fold_header(column.header), taken(column))
        if given is not None:
            chosen = given.get(f"column-{place}", chosen)
        sure = column.element and column.confidence < SURE
        shown.append({
            "place": place, "header": column.header, "chosen": chosen, "samples": look.samples[place],
            "filled": look.filled[place], "reason": column.reason,
            "proposed": element_label(column.element) if sure else "",
"first": look.columns[firsts[place]].header if firsts[place] != place else "",
        })  # fmt: skip
    return shown


def _firsts(look: Look) -> list[int]:
    """For each column the first of the same header: a mapping goes by headers, so that one decides for all."""
    seen: dict[str, int] = {}
    return [seen.setdefault(fold_header(column.header), place) for place, column in enumerate(look.columns)]


def _result(stored: dict[str, Any]) -> dict[str, Any]:
    sample = [
        {**row, "said": OUTCOMES[row["outcome"]], "cells": [_cell(cell) for cell in row["cells"]]}
        for row in stored["sample"]
    ]
    rejected = [{**row, "reason": Message.from_json(row["reason"])} for row in stored["rejected_rows"]]
    marks = sorted(stored["marks"].items(), key=lambda pair: -pair[1])
    return {
        **stored,
        "sample": sample,
        "rejected_rows": rejected,
        "suspected_rows": _suspects(stored["suspected_rows"]),
        "marks": marks,
    }


def _cell(cell: dict[str, str]) -> dict[str, Any]:
    return {**cell, "label": element_label(cell["element"].removeprefix(FALLBACK)) if cell["element"] else ""}


def _suspects(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "said": SUSPICIONS.get(row["reason"], row["reason"])} for row in rows]
