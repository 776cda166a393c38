"""The list of acts of the business process 业务过程 of a transfer folder (业务实体, M80-M84 of DA/T 46)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shicheng.packages.errors import faults_kept
from shicheng.packages.linking import ItemFinder
from shicheng.packages.listing import open_list
from shicheng.packages.texts import fold_header
from shicheng.packages.tree import Tree
from shicheng.packages.types import Limits, Package, ProcessEntry

PROCESS_LISTS: Final = tuple(f"业务过程.{suffix}" for suffix in ("csv", "xlsx", "tsv", "txt"))
HEADER: Final = ("档号", "业务状态", "业务行为", "行为时间", "行为依据", "行为描述", "机构人员名称")
_NAMES: Final = ("reference_code", "status", "action", "time", "mandate", "description", "agent")
_COLUMNS: Final = {fold_header(header): name for header, name in zip(HEADER, _NAMES, strict=True)}


def read_process(tree: Tree, package: Package, *, limits: Limits) -> str | None:
    """Give items the acts that a list at the top of the folder tells of them; returns its path, None if it has none.

    Acts of a code that no item has are left out: nothing can be said of a record that is not there.
    """
    file = tree.top(*PROCESS_LISTS)
    if file is None:
        return None
    finder = ItemFinder(package.items)
    with faults_kept(package.problems):
        table = open_list(file, _map_header, limits=limits)
        for _row, cells in table.rows:
            told = {name: cell for name, cell in zip(table.names, cells, strict=False) if name and cell}
            found = finder.by_code(told.pop("reference_code", ""))
            if len(found) == 1 and told:
                found[0].process.append(ProcessEntry(**told))
        package.problems.extend(table.problems)
    return file.path


def _map_header(cells: Sequence[str]) -> list[str | None]:
    return [_COLUMNS.get(fold_header(cell)) for cell in cells]
