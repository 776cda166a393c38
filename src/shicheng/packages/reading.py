"""Reads any package: finds out what it is and hands it to the reader of its kind."""

from __future__ import annotations

import contextlib
import os
import stat
from functools import partial
from pathlib import Path

from shicheng.kernel.messages import message as _
from shicheng.kernel.reasons import reason_of
from shicheng.packages.bagit import read_bag
from shicheng.packages.dat93 import is_dat93, read_dat93
from shicheng.packages.eep import is_eep, read_eep
from shicheng.packages.errors import PackageFault, UnreadablePackage
from shicheng.packages.loose import read_loose
from shicheng.packages.names import visible
from shicheng.packages.statement import statement_names
from shicheng.packages.tars import read_tar, read_tar_gz
from shicheng.packages.transfer_folder import is_transfer_folder, read_transfer
from shicheng.packages.tree import Tree, open_plain, read_folder
from shicheng.packages.types import Limits, Package, PackageFile
from shicheng.packages.zips import looks_like_zip, read_zip


def read_package(path: Path, *, limits: Limits | None = None, scratch: Path | None = None) -> Package:
    """Read the package at `path`, a folder or a zip, tar or tar.gz; use the result as a context manager.

    `scratch` is where a tar.gz is unpacked (the system's temporary folder if None); what was unpacked
    goes away when the package is closed. Raises `UnreadablePackage` when nothing can be read at all.
    """
    limits = limits or Limits()
    tree = open_tree(path, limits=limits, scratch=scratch)
    try:
        return read_tree(tree, limits=limits, scratch=scratch)
    except PackageFault as fault:
        tree.close()
        raise UnreadablePackage(fault.message) from fault
    except OSError as error:
        tree.close()
        raise _not_read(path, error) from error
    except BaseException:
        tree.close()
        raise


def open_tree(path: Path, *, limits: Limits, scratch: Path | None = None) -> Tree:
    """List what lies at `path`; raise `UnreadablePackage` when it is neither folder nor known container."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            next(path.iterdir(), None)  # a folder that may not be listed is no empty folder
            return read_folder(path, limits=limits)
        if not stat.S_ISREG(mode):
            raise _unknown(path)
        with path.open("rb") as stream:
            head = stream.read(512)
        if looks_like_zip(head):
            return read_zip(path, limits=limits)
        if head[:2] == b"\x1f\x8b":
            return read_tar_gz(path, limits=limits, scratch=scratch)
        if head[257:262] == b"ustar" or path.suffix.lower() == ".tar":
            return read_tar(path, limits=limits)
        single = _single(path, path.stat().st_size)
        if _is_eep(single):
            return single
    except OSError as error:
        raise _not_read(path, error) from error
    raise _unknown(path)


def read_tree(tree: Tree, *, limits: Limits, scratch: Path | None = None) -> Package:
    """Read a package from its members, whatever they lie in; the caller closes the tree if this fails."""
    if tree.top("bagit.txt") is not None:
        return read_bag(tree, limits=limits)
    if is_transfer_folder(tree):
        return read_transfer(tree, limits=limits)
    if _is_eep(tree):
        return read_eep(tree, limits=limits, scratch=scratch)
    if is_dat93(tree):
        return read_dat93(tree, limits=limits)
    return read_loose(tree)


def _is_eep(tree: Tree) -> bool:
    """Tell whether every file is an encapsulated record of DA/T 48, but for a description file at the top."""
    files = [file for path, file in tree.files.items() if path.lower() not in statement_names()]
    with contextlib.suppress(PackageFault):  # a damaged member is told by whoever reads it
        return bool(files) and all(is_eep(file) for file in files)
    return False


def _single(path: Path, size: int) -> Tree:
    """Make a tree of one file that is a package by itself."""
    file = PackageFile(path.name, os.fsencode(path.name), size, partial(open_plain, os.fsencode(path.resolve())), path)
    return Tree(path=path, name=path.stem, files={file.path: file})


def _unknown(path: Path) -> UnreadablePackage:
    return UnreadablePackage(
        _(
            "%(path)s is no package that can be read: neither a folder nor a zip, tar or tar.gz file.",
            path=visible(str(path)),
        )
    )


def _not_read(path: Path, error: OSError) -> UnreadablePackage:
    return UnreadablePackage(
        _(
            "%(path)s cannot be read: %(reason)s. Check the path, the carrier and the permissions.",
            path=visible(str(path)),
            reason=reason_of(error),
        )
    )
