"""One view of what lies in a package, be it a folder on disk or a container file.

A tree names every member by its bytes and its decoded form and says how to open it. What may not come in
(links, devices, paths that lead out, bombs) is left out and named among `problems`.
"""

from __future__ import annotations

import io
import os
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from shicheng.kernel.messages import message as _
from shicheng.kernel.reasons import reason_of
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.names import decode_name, fold_path, name_remark, problem, refusal, visible
from shicheng.packages.types import Limits, PackageFile, PackageProblem, ProblemKind


@dataclass(slots=True)
class Tree:
    """The members of a folder or container, by decoded path relative to its root."""

    path: Path
    name: str
    container: str = ""
    files: dict[str, PackageFile] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    problems: list[PackageProblem] = field(default_factory=list)
    closers: list[Callable[[], None]] = field(default_factory=list)
    _folded: dict[str, PackageFile] | None = None

    def find(self, path: str) -> PackageFile | None:
        """Find a file by the path a list gives: exactly, else folded (NFC, separators)."""
        found = self.files.get(path)
        if found is not None:
            return found
        if self._folded is None:
            self._folded = {fold_path(name): file for name, file in self.files.items()}
        return self._folded.get(fold_path(path))

    def top(self, *names: str) -> PackageFile | None:
        """Find a file right at the root by one of these names, upper and lower case alike."""
        wanted = {name.casefold() for name in names}
        for path, file in self.files.items():
            if "/" not in path and unicodedata.normalize("NFC", path).casefold() in wanted:
                return file
        return None

    def close(self) -> None:
        """Close what is open for reading and remove what was spooled."""
        while self.closers:
            self.closers.pop()()


class Gatherer:
    """Takes members into a tree one by one and holds each to the limits and to one name per file."""

    def __init__(self, tree: Tree, limits: Limits) -> None:
        self.tree = tree
        self.limits = limits
        self.total = 0
        self._seen: set[str] = set()

    def admits(self, path: str, raw: bytes, size: int) -> bool:
        """Tell whether a member may come in; if not, the reason is already among the problems."""
        tree, limits = self.tree, self.limits
        refused = refusal(path, limits=limits, container=bool(tree.container))
        if refused is None and size > limits.file_bytes:
            refused = problem(
                ProblemKind.BOMB,
                _(
                    "The file %(path)s is refused, because it has %(size)d bytes and at most %(limit)d are "
                    "taken. Hand it over in another way or raise the limit.",
                    path=visible(path),
                    size=size,
                    limit=limits.file_bytes,
                ),
                path=path,
                refused=True,
            )
        if refused is None:
            refused = self._doubled(path, raw)
        if refused is not None:
            tree.problems.append(refused)
            return False
        self.total += size
        if len(tree.files) >= limits.files or self.total > limits.total_bytes:
            raise UnreadablePackage(
                _(
                    "The package %(name)s cannot be read, because it has more than %(files)d files or "
                    "%(bytes)d bytes. Hand it over in several batches.",
                    name=tree.name,
                    files=limits.files,
                    bytes=limits.total_bytes,
                )
            )
        return True

    def admits_folder(self, path: str) -> bool:
        """Tell whether a folder may come in; if not, the reason is already among the problems."""
        refused = refusal(path, limits=self.limits, container=bool(self.tree.container))
        if refused is not None:
            self.tree.problems.append(refused)
        return refused is None

    def add(self, file: PackageFile) -> None:
        """Keep an admitted member and remark on its name."""
        self.tree.files[file.path] = file
        remark = name_remark(file.path, file.raw_path)
        if remark is not None:
            self.tree.problems.append(remark)

    def _doubled(self, path: str, raw: bytes) -> PackageProblem | None:
        key = path if path.isascii() else unicodedata.normalize("NFC", path)
        if key not in self._seen:
            self._seen.add(key)
            return None
        return problem(
            ProblemKind.DUPLICATE,
            _(
                "The file %(path)s is refused, because the package has two files of this name (or names "
                "that differ only in how accents are composed). Leave one of them out or rename it.",
                path=visible(path),
            ),
            path=path,
            refused=True,
        )


def read_folder(path: Path, *, limits: Limits) -> Tree:
    """Walk a folder without following links."""
    tree = Tree(path=path, name=path.resolve().name)
    gatherer = Gatherer(tree, limits)
    root = os.fsencode(path)
    pending: list[bytes] = [b""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root + b"/" + folder if folder else root) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            tree.problems.append(_unreadable(decode_name(folder), error))
            continue
        below: list[bytes] = []
        for entry in found:
            raw = folder + b"/" + entry.name if folder else entry.name
            if _take(gatherer, entry, raw):
                below.append(raw)
        pending.extend(reversed(below))
    return tree


def materialise(file: PackageFile, folder: Path) -> Path:
    """Give the file as an ordinary file: where it lies already, else copied into `folder`.

    The copy keeps only the suffix of the name: names from outside never become paths.
    """
    if file.local is not None:
        return file.local
    folder.mkdir(parents=True, exist_ok=True)
    suffix = "".join(c for c in Path(file.path).suffix[:16] if c.isalnum() and c.isascii())
    number = sum(1 for _file in folder.iterdir())
    while True:
        target = folder / (f"{number:08d}.{suffix}" if suffix else f"{number:08d}")
        try:
            out = target.open("xb")
            break
        except FileExistsError:
            number += 1
    try:
        with out, file.open() as stream:
            while chunk := stream.read(1 << 20):
                out.write(chunk)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def read_bytes(file: PackageFile, limit: int) -> bytes:
    """Read a control file whole; raise `UnreadablePackage` when it is larger than `limit` bytes."""
    with file.open() as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise UnreadablePackage(
            _(
                "The control file %(path)s is larger than %(limit)d bytes and is not read. "
                "Check that it is what its name says.",
                path=visible(file.path),
                limit=limit,
            )
        )
    return data


def reroot(tree: Tree) -> None:
    """Let the single top folder of a container be its root."""
    _refuse_files_below_files(tree)
    tops = {path.split("/", 1)[0] for path in (*tree.files, *tree.folders)} - {"__MACOSX", ".DS_Store"}
    if len(tops) != 1:
        return
    top = tops.pop()
    if top in tree.files:
        return
    tree.name = top
    prefix = top + "/"
    files, tree.files = tree.files, {}
    for path, file in files.items():
        if path.startswith(prefix):
            file.path = path[len(prefix) :]
            file.raw_path = file.raw_path.split(b"/", 1)[1]
        tree.files[file.path] = file
    tree.folders = {f.removeprefix(prefix) for f in tree.folders if f != top}
    tree.problems[:] = [
        problem(
            p.kind, p.message, ref=p.ref,
            path=p.path.removeprefix(prefix) if p.path else p.path,
            refused=p.refused, expected=p.expected, found=p.found,
        )
        for p in tree.problems
    ]  # fmt: skip


def _refuse_files_below_files(tree: Tree) -> None:
    """Leave out members that lie in a “folder” which is itself a file: no disk can hold both."""
    good: set[str] = set()
    for path in list(tree.files):
        parent = path.rpartition("/")[0]
        while parent and parent not in good and parent not in tree.files:
            parent = parent.rpartition("/")[0]
        if not parent or parent in good:
            good.add(path.rpartition("/")[0])
            continue
        del tree.files[path]
        tree.problems.append(
            problem(
                ProblemKind.DUPLICATE,
                _(
                    "The file %(path)s is refused, because %(parent)s is in the package as a file and cannot be a "
                    "folder as well. Rename one of them.",
                    path=visible(path),
                    parent=visible(parent),
                ),
                path=path,
                refused=True,
            )
        )


def _take(gatherer: Gatherer, entry: os.DirEntry[bytes], raw: bytes) -> bool:
    """Take one entry of a folder; True when it is a folder to walk into."""
    tree = gatherer.tree
    path = decode_name(raw)
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        tree.problems.append(_unreadable(path, error))
        return False
    mode = status.st_mode
    if stat.S_ISDIR(mode):
        if not gatherer.admits_folder(path):
            return False
        tree.folders.add(path)
        return True
    if not stat.S_ISREG(mode):
        tree.problems.append(special_member(path, link=stat.S_ISLNK(mode)))
        return False
    if gatherer.admits(path, raw, status.st_size):
        local = Path(os.fsdecode(entry.path))
        gatherer.add(PackageFile(path, raw, status.st_size, partial(open_plain, entry.path), local))
    return False


def special_member(path: str, *, link: bool) -> PackageProblem:
    """Say why a link or a device is left out."""
    if link:
        return problem(
            ProblemKind.LINK,
            _(
                "The link %(path)s is refused, because a link can point outside the package. "
                "Put the file itself in its place.",
                path=visible(path),
            ),
            path=path,
            refused=True,
        )
    return problem(
        ProblemKind.DEVICE,
        _(
            "The entry %(path)s is refused, because it is a device, pipe or socket and no file. "
            "Leave it out of the package.",
            path=visible(path),
        ),
        path=path,
        refused=True,
    )


def open_plain(path: bytes) -> BinaryIO:
    """Open an ordinary file; a link or device put in its place since the walk is not followed."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileNotFoundError(os.fsdecode(path))
    return cast(BinaryIO, io.BufferedReader(io.FileIO(handle, "rb")))


def _unreadable(path: str, error: OSError) -> PackageProblem:
    return problem(
        ProblemKind.DAMAGED,
        _(
            "%(path)s cannot be read: %(reason)s. Check the carrier and the permissions.",
            path=visible(path) or ".",
            reason=reason_of(error),
        ),
        path=path,
        refused=True,
    )
