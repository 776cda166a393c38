"""Packages in the manner of DA/T 93-2022, Annex B.

说明文件.TXT, 目录文件.XML and a folder per item, named by its 档号, with a metadata XML beside the content.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict

from lxml import etree

from shicheng.kernel.messages import message as _
from shicheng.packages.columns import FILE_COLUMNS, ITEM_COLUMNS
from shicheng.packages.errors import PackageFault, faults_kept
from shicheng.packages.linking import ItemFinder, link_files
from shicheng.packages.names import problem, visible
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
from shicheng.packages.xmlsafe import MAX_BYTES, local_name, parse_file, root_name

ROOT = "文件目录"
OTHER = "其他"
_LISTS = ("目录文件.xml", "文件目录.xml", "归档文件目录.xml")
_REQUIRED = ("移交单位", "内容描述", "起止档号", "档案数量", "软硬件环境")  # DA/T 93-2022, Annex B
_FROM_METADATA = "元数据:"


def is_dat93(tree: Tree) -> bool:
    """Tell whether the tree has a catalogue in XML at its top."""
    if tree.top(*_LISTS) is not None:
        return True
    return any(
        _has_root(file) for path, file in tree.files.items() if "/" not in path and path.lower().endswith(".xml")
    )


def read_dat93(tree: Tree, *, limits: Limits) -> Package:
    """Read the package; the folders are its file list, unless the metadata names the files."""
    package = Package(
        kind=PackageKind.DAT93, path=tree.path, name=tree.name, container=tree.container,
        files=tree.files, problems=tree.problems, closers=tree.closers,
    )  # fmt: skip
    control = {path for path in tree.files if path.startswith(OTHER + "/")}
    statement = tree.top(*statement_names())
    if statement is not None:
        control.add(statement.path)
        package.has_statement = True
        with faults_kept(package.problems):
            package.statement, problems = read_statement(statement)
            package.problems.extend(problems)
            package.problems.extend(_missing_keys(package.statement, statement.path))
    else:
        package.problems.append(_missing("说明文件.TXT"))
    catalogue = tree.top(*_LISTS) or next(
        file
        for path, file in tree.files.items()
        if "/" not in path and path.lower().endswith(".xml") and _has_root(file)
    )
    control.add(catalogue.path)
    package.has_item_list = True
    package.columns, package.items = _read_catalogue(catalogue, package.problems, limits)
    _read_folders(package, tree, control, limits)
    package.control = frozenset(control)
    return package


def _has_root(file: PackageFile) -> bool:
    with contextlib.suppress(PackageFault), file.open() as stream:
        return root_name(stream.read(8192)) == ROOT
    return False


def _read_catalogue(
    file: PackageFile, problems: list[PackageProblem], limits: Limits
) -> tuple[tuple[str, ...], list[PackageItem]]:
    try:
        root = parse_file(file, max_bytes=limits.list_bytes)
    except PackageFault as error:
        problems.append(error.problem)
        return (), []
    columns: dict[str, None] = {}
    items: list[PackageItem] = []
    for row, entry in enumerate(root, start=1):
        item = PackageItem("", row=row)
        for child in entry:
            name = local_name(child)
            element = ITEM_COLUMNS.get(fold_header(name))
            if element is not None:
                columns.setdefault(element)
            text = "".join(str(part) for part in child.itertext()).strip()
            if text and element is not None:
                item.elements.setdefault(element, text)
            elif text:
                item.extra[name] = text
        item.ref = item.elements.get("reference_code", "")
        items.append(item)
    return tuple(columns), items


def _read_folders(package: Package, tree: Tree, control: set[str], limits: Limits) -> None:
    finder = ItemFinder(package.items)
    own_folders: dict[int, set[str]] = defaultdict(set)
    beside: dict[int, list[PackageFile]] = defaultdict(list)
    unknown: set[str] = set()
    for path, file in tree.files.items():
        if path in control or "/" not in path:
            continue
        found = finder.by_folder(path)
        if not found:
            if _is_metadata(path):
                unknown.add(path.rpartition("/")[0])
                control.add(path)
            continue
        item = found[0]
        own_folders[id(item)].add(path.rpartition("/")[0])
        if _is_metadata(path):
            control.add(path)
            item.metadata_path = item.metadata_path or path
        else:
            beside[id(item)].append(file)
    for item in package.items:
        _read_item(package, item, beside[id(item)], tree, limits)
        if item.ref and not own_folders[id(item)] and len(finder.by_code(item.ref)) == 1:
            package.problems.append(_no_folder(item.ref))
    for folder in sorted(unknown):
        package.problems.append(_no_entry(folder))


def _is_metadata(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.endswith(".xml") and "元数据" in name


def _read_item(package: Package, item: PackageItem, beside: list[PackageFile], tree: Tree, limits: Limits) -> None:
    if item.metadata_path is not None:
        named = _read_metadata(item, tree.files[item.metadata_path], package.problems, limits)
        if named:
            folder = item.metadata_path.rpartition("/")[0]
            for entry in named:
                _settle(entry, folder, tree)
            link_files(named, tree, package.problems, list_path=item.metadata_path)
            item.files = named
            package.has_file_list = True
            return
    elif beside:
        package.problems.append(_no_metadata(item.ref))
    item.files = [ListedFile(item.ref, file.path, order=n, file=file) for n, file in enumerate(beside, start=1)]


def _read_metadata(
    item: PackageItem, file: PackageFile, problems: list[PackageProblem], limits: Limits
) -> list[ListedFile]:
    """Add what the metadata says beyond the catalogue; where both differ, keep its word among the extras."""
    try:
        root = parse_file(file, max_bytes=min(MAX_BYTES, limits.list_bytes))
    except PackageFault as error:
        problem_ = error.problem
        problems.append(
            problem(problem_.kind, problem_.message, ref=item.ref or None, path=problem_.path, refused=problem_.refused)
        )
        return []
    named: list[ListedFile] = []
    described: set[etree._Element] = set()
    for element in root.iter(etree.Element):
        entry = _listed(element, item.ref, len(named) + 1)
        if entry is not None:
            named.append(entry)
            described.update(element.iter())
    for element in root.iter(etree.Element):
        text = (element.text or "").strip()
        if not text or len(element) or element in described:
            continue
        name = local_name(element)
        known = ITEM_COLUMNS.get(fold_header(name))
        if known is None:
            item.extra.setdefault(name, text)
        elif item.elements.setdefault(known, text) != text:
            item.extra.setdefault(_FROM_METADATA + name, text)
    return named


def _listed(element: etree._Element, ref: str, order: int) -> ListedFile | None:
    """Read an element that describes one computer file: a name, and perhaps its size and digest."""
    values: dict[str, str] = {}
    for child in element:
        if len(child):
            continue
        name = FILE_COLUMNS.get(fold_header(local_name(child)))
        name = "path" if name == "name" else name
        text = (child.text or "").strip()
        if name is not None and text:
            values.setdefault(name, text)
    if "path" not in values or not {"size", "digest", "format"} & values.keys():
        return None
    entry = ListedFile(ref, values["path"], order=order, draft_state=values.get("draft_state", ""))
    entry.size = parse_count(values.get("size", ""))
    entry.format = values.get("format", "")
    algorithm = parse_algorithm(values.get("digest_algorithm", ""))
    if algorithm is not None and "digest" in values:
        entry.digests[algorithm] = values["digest"].lower()
    return entry


def _settle(entry: ListedFile, folder: str, tree: Tree) -> None:
    """Names in the metadata are meant from its own folder, unless they are paths from the root."""
    if tree.find(entry.path) is None or "/" not in entry.path:
        beside = f"{folder}/{entry.path}"
        if tree.find(beside) is not None:
            entry.path = beside


def _missing_keys(statement: Statement, path: str) -> list[PackageProblem]:
    given = {fold_header(key) for key, value in statement.values.items() if value}
    return [
        problem(
            ProblemKind.STATEMENT,
            _(
                "The description file %(path)s does not say “%(key)s”, which DA/T 93-2022 requires. Add the line.",
                path=visible(path),
                key=key,
            ),
            path=path,
            expected=key,
        )
        for key in _REQUIRED
        if fold_header(key) not in given
    ]


def _missing(name: str) -> PackageProblem:
    return problem(
        ProblemKind.STRUCTURE,
        _("The package has no %(name)s, which DA/T 93-2022 requires. Add it and send the package again.", name=name),
        path=name,
        expected=name,
    )


def _no_folder(ref: str) -> PackageProblem:
    return problem(
        ProblemKind.STRUCTURE,
        _(
            "The catalogue lists the item %(ref)s, but the package has no folder of this name with files in it. "
            "Add the folder or take the entry out.",
            ref=visible(ref),
        ),
        ref=ref,
        expected=ref,
    )


def _no_entry(folder: str) -> PackageProblem:
    return problem(
        ProblemKind.STRUCTURE,
        _(
            "The folder %(path)s holds an item that the catalogue does not list. Add the entry or take the folder out.",
            path=visible(folder),
        ),
        path=folder,
    )


def _no_metadata(ref: str) -> PackageProblem:
    return problem(
        ProblemKind.STRUCTURE,
        _(
            "The folder of the item %(ref)s has no metadata file (…元数据.XML). Add it.",
            ref=visible(ref),
        ),
        ref=ref or None,
    )
