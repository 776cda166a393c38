"""Ties together what a package lists and what is there: items, listed files, files.

Matching goes by the least forgiving rule that fits, so that one fault in a list (a code mistyped, a code
given twice) stays one fault and does not turn up again at every file of the item.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath

from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import fold_reference_code
from shicheng.packages.names import escapes, fold_path, problem, visible
from shicheng.packages.tree import Tree
from shicheng.packages.types import ListedFile, PackageItem, PackageProblem, ProblemKind


class ItemFinder:
    """Finds the items of a code, a code as folded, or a folder named after a code."""

    def __init__(self, items: Iterable[PackageItem]) -> None:
        self._exact: dict[str, list[PackageItem]] = defaultdict(list)
        self._folders: dict[str, list[PackageItem]] = {}
        for item in items:
            if item.ref:
                self._exact[item.ref].append(item)

    def by_code(self, ref: str) -> list[PackageItem]:
        """Return the items of a code: as written, else folded."""
        if not ref:
            return []
        return self._exact.get(ref) or self._folded.get(fold_reference_code(ref), [])

    @cached_property
    def _folded(self) -> dict[str, list[PackageItem]]:
        # made only when a code does not match as written: in a good batch of 100,000 items never
        folded: dict[str, list[PackageItem]] = defaultdict(list)
        for ref, items in self._exact.items():
            folded[fold_reference_code(ref)].extend(items)
        return folded

    def by_folder(self, path: str) -> list[PackageItem]:
        """Return the items whose code names a folder of the path, the innermost such folder counting."""
        for part in reversed(fold_path(path).split("/")[:-1]):
            found = self._folders.get(part)
            if found is None:
                found = self._folders[part] = self._folded.get(fold_reference_code(part), [])
            if found:
                return found
        return []


def link_files(listed: Iterable[ListedFile], tree: Tree, problems: list[PackageProblem], *, list_path: str) -> None:
    """Set `file` of each listed file that is there; name the paths that lead out of the package."""
    for entry in listed:
        if escapes(entry.path):
            problems.append(escape_problem(entry, list_path=list_path))
        elif entry.path:
            entry.file = tree.find(entry.path)


def escape_problem(entry: ListedFile, *, list_path: str) -> PackageProblem:
    """Say that a listed path leads out of the package; the file there is never opened."""
    return problem(
        ProblemKind.ESCAPE,
        _(
            "The list %(list)s names %(path)s, which lies outside the package. The file was not opened; "
            "put it inside the package and correct the list.",
            list=visible(list_path),
            path=visible(entry.path),
        ),
        ref=entry.ref or None,
        path=entry.path,
        refused=True,
    )


def attach(items: list[PackageItem], listed: Iterable[ListedFile]) -> list[ListedFile]:
    """Give each listed file to its item and return those that belong to none."""
    finder = ItemFinder(items)
    orphans: list[ListedFile] = []
    doubtful: dict[int, tuple[list[PackageItem], list[ListedFile]]] = {}
    for entry in listed:
        candidates = finder.by_code(entry.ref) or finder.by_folder(entry.path)
        if len(candidates) == 1:
            candidates[0].files.append(entry)
        elif candidates:
            doubtful.setdefault(id(candidates[0]), (candidates, []))[1].append(entry)
        else:
            orphans.append(entry)
    for rows, entries in doubtful.values():
        _share_out(rows, entries)
    return orphans


def _share_out(rows: list[PackageItem], entries: list[ListedFile]) -> None:
    """Give the files listed under one code to the several rows that carry it, a run of files at a time."""
    runs = _runs(entries)
    scores = [
        (_likeness(row, run), -index, -run_index)
        for run_index, run in enumerate(runs)
        for index, row in enumerate(rows)
    ]
    taken_runs: set[int] = set()
    taken_rows: set[int] = set()
    for score, index, run_index in ((score, -i, -r) for score, i, r in sorted(scores, reverse=True)):
        if score > 0 and run_index not in taken_runs and index not in taken_rows:
            taken_runs.add(run_index)
            taken_rows.add(index)
            rows[index].files.extend(runs[run_index])
    free = [index for index in range(len(rows)) if index not in taken_rows]
    for run_index, run in enumerate(runs):
        if run_index not in taken_runs:
            index = free.pop(0) if free else max(range(len(rows)), key=lambda i: (_likeness(rows[i], run), -i))
            rows[index].files.extend(run)


def _runs(entries: list[ListedFile]) -> list[list[ListedFile]]:
    """Part listed files by folder, and within one folder wherever the numbering begins anew."""
    runs: list[list[ListedFile]] = []
    open_runs: dict[str, list[ListedFile]] = {}
    for entry in entries:
        folder = fold_path(entry.path).rpartition("/")[0]
        run = open_runs.get(folder)
        anew = (
            run is not None and entry.order is not None and run[-1].order is not None and entry.order <= run[-1].order
        )
        if run is None or anew:
            run = open_runs[folder] = []
            runs.append(run)
        run.append(entry)
    return runs


def _likeness(row: PackageItem, run: list[ListedFile]) -> int:
    """Weigh how well a run of files fits a row: title and file name, folder and year, number, department."""
    score = 0
    title = _letters(row.elements.get("title", ""))
    for entry in run:
        stem = _letters(PurePosixPath(fold_path(entry.path)).stem)
        if title and stem and (stem == title or (len(stem) >= 6 and title.startswith(stem))):
            score += 8
            break
    folder = fold_path(run[0].path).rpartition("/")[0].rpartition("/")[2]
    parts = unicodedata.normalize("NFKC", folder).replace("·", "-").replace(".", "-").replace("_", "-").split("-")
    if row.elements.get("year", "") in parts[1:]:
        score += 2
    number = row.elements.get("item_number", "")
    if number.isdigit() and parts and parts[-1].isdigit() and int(parts[-1]) == int(number):
        score += 1
    return score


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
