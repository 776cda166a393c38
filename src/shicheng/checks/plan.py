"""Plans: which checks run at a stage for a category."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from shicheng.checks.catalogue import kinds_of, read_table
from shicheng.checks.types import CheckKind, Stage


def planned_kinds(
    stage: Stage,
    category: str,
    *,
    kind_edits: Mapping[str, Mapping[str, Any]] | None = None,
    plan_edits: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
) -> list[CheckKind]:
    """Return the enabled check kinds for a stage and category, in the order of the norm.

    `plan_edits` are rows of the archive, (stage, category) -> {"without": [...]}, over those of plan.toml.
    """
    without = _without(stage, category, plan_edits or {})
    return [kind for kind in kinds_of(stage, kind_edits) if kind.enabled and kind.seq not in without]


@cache
def _rows() -> dict[tuple[str, str], dict[str, object]]:
    return {(row["stage"], row["category"]): row for row in read_table("plan.toml")["plan"]}


def _without(stage: Stage, category: str, edits: Mapping[tuple[str, str], Mapping[str, Any]]) -> frozenset[str]:
    rows: dict[tuple[str, str], Mapping[str, Any]] = {**_rows(), **edits}
    row = rows.get((stage.value, category)) or rows.get((stage.value, "*")) or {}
    return frozenset(row.get("without", ()))
