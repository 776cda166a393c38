"""Reads a bag into the one in-memory form."""

from __future__ import annotations

from dataclasses import replace

from shicheng.packages.bagit.validation import PAYLOAD, Bag, examine_bag
from shicheng.packages.dat93 import is_dat93, read_dat93
from shicheng.packages.description import Description, DescriptionError, read_description
from shicheng.packages.errors import PackageFault
from shicheng.packages.transfer_folder import is_transfer_folder, read_transfer
from shicheng.packages.tree import Tree, read_bytes
from shicheng.packages.types import (
    Limits,
    ListedFile,
    Package,
    PackageFile,
    PackageItem,
    PackageKind,
    PackageProblem,
    ProblemKind,
)

DESCRIPTIONS = "metadata/"


def read_bag(tree: Tree, *, limits: Limits) -> Package:
    """Read a bag; every fault but the payload's digests, which are left to the checks, is among the problems.

    Items are taken from the descriptions this software writes into a bag, from a transfer folder or
    DA/T 93 package that is the payload, or else one item per folder right below `data/`.
    """
    bag = examine_bag(tree, limits=limits, hash_payload=False)
    package = Package(PackageKind.BAGIT, tree.path, tree.name, tree.container, files=tree.files, closers=tree.closers)
    known = {id(problem) for problem in bag.findings.errors}
    remarks = [problem for problem in tree.problems if id(problem) not in known]
    package.problems = [*bag.findings.errors, *remarks]
    inner = _payload_tree(tree)
    if is_transfer_folder(inner):
        _adopt(package, read_transfer(inner, limits=limits), tree)
    elif is_dat93(inner):
        _adopt(package, read_dat93(inner, limits=limits), tree)
    else:
        package.control = frozenset(path for path in tree.files if not path.startswith(PAYLOAD))
        package.has_file_list = any(not manifest.of_tags for manifest in bag.manifests)
        _read_items(package, bag, limits)
    _vouch(package, bag)
    return package


def _payload_tree(tree: Tree) -> Tree:
    files = {
        path.removeprefix(PAYLOAD): replace(
            file, path=path.removeprefix(PAYLOAD), raw_path=file.raw_path.removeprefix(PAYLOAD.encode())
        )
        for path, file in tree.files.items()
        if path.startswith(PAYLOAD)
    }
    folders = {folder.removeprefix(PAYLOAD) for folder in tree.folders if folder.startswith(PAYLOAD)}
    return Tree(path=tree.path, name=tree.name, container=tree.container, files=files, folders=folders)


def _adopt(package: Package, inner: Package, tree: Tree) -> None:
    """Take over what the payload says of itself; its paths are those below `data/`."""
    tags = {path: file for path, file in tree.files.items() if not path.startswith(PAYLOAD)}
    for path in tags.keys() & inner.files.keys():
        tags[f"bag/{path}"] = tags.pop(path)
    package.files = {**inner.files, **tags}
    package.control = inner.control | tags.keys()
    package.statement, package.has_statement = inner.statement, inner.has_statement
    package.has_item_list, package.has_file_list = inner.has_item_list, inner.has_file_list
    package.columns, package.items, package.orphans = inner.columns, inner.items, inner.orphans
    package.problems.extend(inner.problems)


def _read_items(package: Package, bag: Bag, limits: Limits) -> None:
    described: set[str] = set()
    for path, file in sorted(bag.tree.files.items()):
        if path.startswith(DESCRIPTIONS) and path.endswith("/description.xml"):
            found = _description(file, package.problems, limits)
            if found is not None:
                item = _described(found, path, bag.tree)
                package.items.append(item)
                described.update(listed.path for listed in item.files)
    package.has_item_list = bool(package.items)
    package.columns = tuple(sorted({name for item in package.items for name in item.elements}))
    groups: dict[str, PackageItem] = {}
    for path in dict.fromkeys([*bag.payload, *(p for m in bag.manifests if not m.of_tags for p in m.entries)]):
        if path in described:
            continue
        below = path.removeprefix(PAYLOAD)
        name = below.split("/", 1)[0]
        item = groups.setdefault(name, PackageItem(ref=""))
        item.elements.setdefault("title", name)
        item.files.append(ListedFile(ref="", path=path, order=len(item.files) + 1, file=bag.tree.files.get(path)))
    for item in groups.values():
        item.row = len(package.items) + 1
        package.items.append(item)


def _description(file: PackageFile, problems: list[PackageProblem], limits: Limits) -> Description | None:
    try:
        return read_description(read_bytes(file, min(limits.list_bytes, 64 << 20)))
    except (DescriptionError, PackageFault) as error:
        problems.append(PackageProblem(ProblemKind.XML, error.message, path=file.path))
        return None


def _described(found: Description, path: str, tree: Tree) -> PackageItem:
    item = PackageItem(
        ref=found.elements.get("reference_code", ""),
        elements=found.elements,
        extra=found.extra,
        process=found.process,
        metadata_path=path,
    )
    for file in found.files:
        item.files.append(
            ListedFile(
                ref=item.ref,
                path=file.logical_path,
                order=file.order,
                draft_state=file.draft_state,
                size=file.size,
                digests=dict(file.digests),
                row=len(item.files) + 1,
                file=tree.files.get(file.logical_path),
                format=file.format_name,
            )
        )
    return item


def _vouch(package: Package, bag: Bag) -> None:
    """Put the digests of the manifests beside the listed files, where the list itself gives none."""
    digests: dict[str, dict[str, str]] = {}
    for manifest in bag.manifests:
        if not manifest.of_tags:
            for path, digest in manifest.entries.items():
                digests.setdefault(path, {})[manifest.algorithm] = digest
    for listed in package.listed:
        path = listed.file.path if listed.file is not None else listed.path
        known = digests.get(path) or digests.get(PAYLOAD + path) or {}
        for algorithm, digest in known.items():
            listed.digests.setdefault(algorithm, digest)
