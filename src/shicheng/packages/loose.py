"""A plain folder of files with no list: each file or folder right at the top is one item."""

from __future__ import annotations

from pathlib import PurePosixPath

from shicheng.packages.tree import Tree
from shicheng.packages.types import ListedFile, Package, PackageItem, PackageKind


def read_loose(tree: Tree) -> Package:
    """Read loose files; the items have no code, and a title only where the name gives one."""
    package = Package(
        kind=PackageKind.FOLDER, path=tree.path, name=tree.name, container=tree.container,
        files=tree.files, problems=tree.problems, closers=tree.closers,
    )  # fmt: skip
    items: dict[str, PackageItem] = {}
    for path, file in tree.files.items():
        top, _separator, rest = path.partition("/")
        item = items.get(top)
        if item is None:
            title = top if rest else PurePosixPath(top).stem
            item = items[top] = PackageItem("", {"title": title} if title else {}, row=len(items) + 1)
        item.files.append(ListedFile("", path, order=len(item.files) + 1, file=file))
    package.items = list(items.values())
    return package
