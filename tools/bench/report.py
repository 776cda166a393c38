"""Keeping every run in docs/benchmarks.json, and showing the newest of each bench in docs/benchmarks.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.measuring import Result

Record = dict[str, Any]
_SHOWN_EARLIER = 12


def record_of(result: Result, *, date: str, command: str, machine: Mapping[str, str], load: Sequence[float]) -> Record:
    """One bench of one run in the form that is kept."""
    kept = asdict(result)
    for goal, source in zip(kept["goals"], result.goals, strict=True):
        goal["reached"] = source.reached
    return {"date": date, "command": command, "machine": dict(machine), "load": list(load), **kept}


def read_history(path: Path) -> list[Record]:
    """All runs kept, the oldest first; none if there is no file."""
    if not path.exists():
        return []
    history: list[Record] = json.loads(path.read_text("utf-8"))
    return history


def append(path: Path, records: Iterable[Record]) -> list[Record]:
    """Add records to those kept and return all; the file is replaced in one step."""
    history = [*read_history(path), *records]
    part = path.with_suffix(".part")
    part.write_text(json.dumps(history, ensure_ascii=False, indent=1) + "\n", "utf-8")
    part.replace(path)
    return history


def write_page(history: Sequence[Record]) -> str:
    """The page for people: what is asked for, then each bench with machine and table, then earlier runs."""
    newest = {record["name"]: record for record in history}
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` (`tools/bench/run.py`), which measures on the machine it runs on. Peers and the plain",
        "tools of the system run in turn with Shicheng in the same run, on the same bytes and the same disk, each in a",
        "process of its own and after a sync. A figure is the median of its runs; least and most stand beside it.",
        "Compare ratios rather than single rates: these are small, shared machines. All data is made by a fixed seed.",
        "",
        "## What is asked for",
        "",
        "| work | asked for | measured | reached |",
        "| --- | --- | --- | --- |",
    ]
    for record in newest.values():
        lines += [f"| {record['title']} | {_asked(goal)} | {_number(goal['got'])} {goal['unit']} | {_yes(goal)} |"
                  for goal in record["goals"]]  # fmt: skip
    for record in newest.values():
        lines += ["", *_section(record)]
    earlier = [record for record in history if record is not newest[record["name"]]]
    if earlier:
        lines += ["", "## Earlier runs", "", "| date | work | commit | measured |", "| --- | --- | --- | --- |"]
        for record in reversed(earlier[-_SHOWN_EARLIER:]):
            got = "; ".join(f"{_number(goal['got'])} {goal['unit']} {goal['text']}" for goal in record["goals"])
            lines.append(f"| {record['date']} | {record['title']} | {record['machine']['commit']} | {got or '–'} |")
        lines += ["", "All runs with all figures: [benchmarks.json](benchmarks.json)."]
    return "\n".join(lines) + "\n"


def _section(record: Record) -> list[str]:
    lines = [f"## {record['title']}", ""]
    facts = {"date": record["date"], **record["machine"]}
    facts["load of the machine"] = " before, ".join(f"{one:.1f}" for one in record["load"]) + " after"
    facts["command"] = f"`{record['command']}`"
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", "| figure | median | least–most | runs | |", "| --- | --- | --- | --- | --- |"]
    for figure in record["figures"]:
        spread, unit = figure["spread"], figure["unit"]
        between = f"{_number(spread['least'])}–{_number(spread['most'])}"
        median = f"{_number(spread['median'])} {unit}"
        lines.append(f"| {figure['name']} | {median} | {between} | {spread['runs']} | {figure['note']} |")
    for note in record["notes"]:
        lines += ["", note]
    return lines


def _asked(goal: Mapping[str, Any]) -> str:
    return f"{'≤' if goal['at_most'] else '≥'} {_number(goal['wanted'])} {goal['unit']} ({goal['text']})"


def _yes(goal: Mapping[str, Any]) -> str:
    return "yes" if goal["reached"] else "no"


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
