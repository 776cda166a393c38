"""The transfer folder: 说明文件.txt, 归档文件目录, 文件清单, 内容/."""

from __future__ import annotations

from shicheng.kernel.messages import message as _
from shicheng.packages.columns import map_file_header, map_item_header
from shicheng.packages.errors import faults_kept
from shicheng.packages.linking import ItemFinder, attach, link_files
from shicheng.packages.listing import Table, open_list
from shicheng.packages.names import problem, visible
from shicheng.packages.process_list import read_process
from shicheng.packages.statement import parse_algorithm, parse_count, read_statement, statement_names
from shicheng.packages.texts import fold_header
from shicheng.packages.tree import Tree
from shicheng.packages.types import (
    Limits,
    ListedFile,
    Package,
    PackageFile,
    PackageItem,
    PackageKind,
    PackageProblem,
    ProblemKind,
    Statement,
)

CONTENT = "内容"
_SHARED = 20_000
_ENCODING_KEYS = frozenset(fold_header(key) for key in ("字符集", "字符编码", "文件编码", "文本编码", "目录编码"))
_CLAIMS = {"utf8": "utf-8", "utf16": "utf-16", "gb": "gb18030"}
_ITEM_LISTS = tuple(f"{stem}.{suffix}" for stem in ("归档文件目录", "案卷目录", "文件目录", "目录")
                    for suffix in ("xlsx", "csv", "tsv", "txt"))  # fmt: skip
_FILE_LISTS = tuple(f"{stem}.{suffix}" for stem in ("文件清单", "清单", "电子文件清单")
                    for suffix in ("csv", "xlsx", "tsv", "txt"))  # fmt: skip


def is_transfer_folder(tree: Tree) -> bool:
    """Tell whether the tree has an item list or file list, or a statement beside a content folder."""
    if tree.top(*_ITEM_LISTS) or tree.top(*_FILE_LISTS):
        return True
    statement = tree.top(*statement_names())
    return statement is not None and (CONTENT in tree.folders or any(p.startswith(CONTENT + "/") for p in tree.files))


def read_transfer(tree: Tree, *, limits: Limits) -> Package:
    """Read a transfer folder; whatever is missing is named, whatever is there is read."""
    package = Package(
        kind=PackageKind.TRANSFER, path=tree.path, name=tree.name, container=tree.container,
        files=tree.files, problems=tree.problems, closers=tree.closers,
    )  # fmt: skip
    control: set[str] = set()
    statement_file = tree.top(*statement_names())
    if statement_file is not None:
        control.add(statement_file.path)
        package.has_statement = True
        with faults_kept(package.problems):
            package.statement, problems = read_statement(statement_file)
            package.problems.extend(problems)
    statement = package.statement
    item_list = _named(tree, statement.list_name, _ITEM_LISTS)
    file_list = _named(tree, statement.manifest_name, _FILE_LISTS)
    if item_list is not None:
        control.add(item_list.path)
        package.has_item_list = True
        with faults_kept(package.problems):
            package.columns, package.items = _read_items(item_list, statement, package.problems, limits)
    listed: list[ListedFile] | None = None
    if file_list is not None and file_list is not item_list:
        control.add(file_list.path)
        package.has_file_list = True
        listed = []
        with faults_kept(package.problems):
            listed = _read_files(file_list, statement, package.problems, limits)
        link_files(listed, tree, package.problems, list_path=file_list.path)
    process_list = read_process(tree, package, limits=limits)
    if process_list is not None:
        control.add(process_list)
    package.control = frozenset(control)
    _note_missing(package, statement)
    if listed is None:
        _attach_by_folder(package)
    else:
        package.orphans = attach(package.items, listed)
    return package


def _named(tree: Tree, stated: str | None, usual: tuple[str, ...]) -> PackageFile | None:
    """Find a list by the name the statement gives it, else by its usual names."""
    if stated:
        found = tree.top(stated)
        if found is not None:
            return found
    return tree.top(*usual)


def _read_items(
    file: PackageFile, statement: Statement, problems: list[PackageProblem], limits: Limits
) -> tuple[tuple[str, ...], list[PackageItem]]:
    table = open_list(file, map_item_header, limits=limits)
    known = [(index, name) for index, name in enumerate(table.names) if name is not None]
    unknown = [
        (index, header) for index, header in enumerate(table.header)
        if header and (index >= len(table.names) or table.names[index] is None)
    ]  # fmt: skip
    items = []
    shared: dict[str, str] = {}  # years, offices, retention periods come again and again: keep each once
    for row, cells in table.rows:
        width = len(cells)
        if len(shared) < _SHARED:
            cells = [shared.setdefault(cell, cell) for cell in cells]
        else:
            cells = [shared.get(cell, cell) for cell in cells]
        elements = {name: cells[index] for index, name in known if index < width and cells[index]}
        extra = {header: cells[index] for index, header in unknown if index < width and cells[index]}
        items.append(PackageItem(elements.get("reference_code", ""), elements, extra, row=row))
    _check_claim(file, table, statement, problems)
    _finish(table, problems, file, "reference_code", "档号")
    return tuple(name for _index, name in known), items


def _read_files(
    file: PackageFile, statement: Statement, problems: list[PackageProblem], limits: Limits
) -> list[ListedFile]:
    table = open_list(file, map_file_header, limits=limits)
    column = {name: index for index, name in enumerate(table.names) if name is not None}
    digests = [(name.partition(":")[2], index) for name, index in column.items() if name.startswith("digest:")]
    listed: list[ListedFile] = []
    bad_sizes: list[tuple[int, str]] = []

    def cell(cells: list[str], name: str) -> str:
        index = column.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    for row, cells in table.rows:
        size = cell(cells, "size")
        count = parse_count(size) if size else None
        if size and count is None:
            bad_sizes.append((row, size))
        order = cell(cells, "order")
        found = {name: cells[index].lower() for name, index in digests if index < len(cells) and cells[index]}
        plain = cell(cells, "digest")
        if plain:
            algorithm = parse_algorithm(cell(cells, "digest_algorithm")) or statement.digest_algorithm
            if algorithm is not None:
                found.setdefault(algorithm, plain.lower())
        path, name = cell(cells, "path"), cell(cells, "name")
        if name and path.replace("\\", "/").rpartition("/")[2] != name:  # a column for the folder, one for the name
            path = f"{path.rstrip('/')}/{name}" if path else name
        listed.append(
            ListedFile(
                ref=cell(cells, "reference_code"),
                path=path,
                order=int(order) if order.isascii() and order.isdigit() and len(order) < 10 else None,
                draft_state=cell(cells, "draft_state"),
                size=count,
                digests=found,
                row=row,
                format=cell(cells, "format"),
            )
        )
    _check_claim(file, table, statement, problems)
    _finish(table, problems, file, "path", "路径")
    for row, size in bad_sizes[:20]:
        problems.append(_bad_size(file.path, row, size))
    return listed


def _finish(table: Table, problems: list[PackageProblem], file: PackageFile, needed: str, header: str) -> None:
    problems.extend(table.problems)
    if table.found and needed not in table.names:
        problems.append(
            problem(
                ProblemKind.LIST,
                _(
                    "The list %(path)s has no column “%(header)s”, so its rows cannot be tied to anything. "
                    "Put the column in.",
                    path=visible(file.path),
                    header=header,
                ),
                path=file.path,
                expected=header,
            )
        )


def _attach_by_folder(package: Package) -> None:
    """Without a file list, a file belongs to the item whose code names its folder."""
    finder = ItemFinder(package.items)
    for file in package.content:
        found = finder.by_folder(file.path)
        if len(found) == 1:
            files = found[0].files
            files.append(ListedFile(found[0].ref, file.path, order=len(files) + 1, file=file))


def _note_missing(package: Package, statement: Statement) -> None:
    for there, usual, stated in (
        (package.has_statement, statement_names()[0], None),
        (package.has_item_list, _ITEM_LISTS[0], statement.list_name),
        (package.has_file_list, _FILE_LISTS[0], statement.manifest_name),
    ):
        if not there:
            name = stated or usual
            package.problems.append(
                problem(
                    ProblemKind.STRUCTURE,
                    _(
                        "The transfer folder has no %(name)s, which every batch needs. "
                        "Add it and send the batch again.",
                        name=visible(name),
                    ),
                    path=name,
                    expected=name,
                )
            )


def _check_claim(file: PackageFile, table: Table, statement: Statement, problems: list[PackageProblem]) -> None:
    """Hold the encoding of a list against the one the description file states."""
    claim = next((value for key, value in statement.values.items() if fold_header(key) in _ENCODING_KEYS), "")
    name = fold_header(claim).replace("-", "")
    stated = next((codec for word, codec in _CLAIMS.items() if name.startswith(word)), None)
    if not stated or not table.codec or table.problems or table.codec.startswith(stated):
        return
    found = table.codec.removesuffix("-sig").upper()
    problems.append(
        problem(
            ProblemKind.ENCODING,
            _(
                "The list %(path)s is written in %(found)s, but the description file says %(said)s. It was read as "
                "%(found)s; correct one of the two.",
                path=visible(file.path),
                found=found,
                said=claim[:40],
            ),
            path=file.path,
            expected=claim[:40],
            found=found,
        )
    )


def _bad_size(path: str, row: int, size: str) -> PackageProblem:
    return problem(
        ProblemKind.LIST,
        _(
            "Row %(row)d of the list %(path)s gives the size “%(size)s”, which is no number of bytes. Correct it.",
            row=row,
            path=visible(path),
            size=size[:100],
        ),
        path=path,
        found=size[:100],
    )
