"""Reads any package: finds out what it is and hands it to the reader of its kind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from shicheng.kernel.messages import message as _
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.loose import read_loose
from shicheng.packages.names import visible
from shicheng.packages.tars import read_tar, read_tar_gz
from shicheng.packages.transfer_folder import is_transfer_folder, read_transfer
from shicheng.packages.tree import Tree, read_folder
from shicheng.packages.types import Limits, Package
from shicheng.packages.zips import looks_like_zip, read_zip


def read_package(path: Path, *, limits: Limits | None = None, scratch: Path | None = None) -> Package:
    """Read the package at `path`, a folder or a zip, tar or tar.gz; use the result as a context manager.

    `scratch` is where a tar.gz is unpacked (the system's temporary folder if None); what was unpacked
    goes away when the package is closed. Raises `UnreadablePackage` when nothing can be read at all.
    """
    limits = limits or Limits()
    tree = open_tree(path, limits=limits, scratch=scratch)
    try:
        return _read(tree, limits)
    except BaseException:
        tree.close()
        raise


def open_tree(path: Path, *, limits: Limits, scratch: Path | None = None) -> Tree:
    """List what lies at `path`; raise `UnreadablePackage` when it is neither folder nor known container."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()  # a folder that may not be listed is no empty folder
            return read_folder(path, limits=limits)
        if not stat.S_ISREG(mode):
            raise _unknown(path)
        with open(path, "rb") as stream:
            head = stream.read(512)
        if looks_like_zip(head):
            return read_zip(path, limits=limits)
        if head[:2] == b"\x1f\x8b":
            return read_tar_gz(path, limits=limits, scratch=scratch)
        if head[257:262] == b"ustar" or path.suffix.lower() == ".tar":
            return read_tar(path, limits=limits)
    except OSError as error:
        raise UnreadablePackage(
            _(
                "%(path)s cannot be read: %(reason)s. Check the path, the carrier and the permissions.",
                path=visible(str(path)),
                reason=error.strerror or str(error),
            )
        ) from error
    raise _unknown(path)


def _read(tree: Tree, limits: Limits) -> Package:
    if is_transfer_folder(tree):
        return read_transfer(tree, limits=limits)
    return read_loose(tree)


def _unknown(path: Path) -> UnreadablePackage:
    return UnreadablePackage(
        _(
            "%(path)s is no package that can be read: neither a folder nor a zip, tar or tar.gz file.",
            path=visible(str(path)),
        )
    )
