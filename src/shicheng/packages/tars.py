"""Tar files as trees: plain ones read in place, gzipped ones unpacked once into scratch space."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
import tempfile
import zlib
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, cast

from shicheng.kernel.messages import message as _
from shicheng.packages.errors import DamagedMember, UnreadablePackage
from shicheng.packages.names import choose_encoding, decode_as, problem, visible
from shicheng.packages.tree import Gatherer, Tree, open_plain, reroot, special_member
from shicheng.packages.types import Limits, PackageFile, ProblemKind
from shicheng.packages.zips import is_bomb

_PIECE = 1 << 20
_PADDING = 64 << 20
_HEADER_BYTES = 1 << 20
_HEADERS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE,
            tarfile.SOLARIS_XHDTYPE)  # fmt: skip
_NAMES: Any = {"encoding": "utf-8", "errors": "surrogateescape"}
_RESERVE = 64 << 20  # left free on the scratch disk
_BROKEN = (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, OverflowError)


class _BoundedInfo(tarfile.TarInfo):
    """A header that refuses names and attributes so long that reading them would fill the memory."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _HEADERS and self.size > _HEADER_BYTES:
            raise tarfile.ReadError("header too long")
        # tarfile has no public place to look at a header before it is read
        return cast(tarfile.TarInfo, super()._proc_member(archive))  # type: ignore[misc]  # the stubs do not know it


def read_tar(path: Path, *, limits: Limits) -> Tree:
    """List a plain tar; its members are read where they lie."""
    tree = Tree(path=path, name=path.stem, container="tar")
    gatherer = Gatherer(tree, limits)
    length = path.stat().st_size
    found: list[tuple[tarfile.TarInfo, bytes]] = []
    with path.open("rb") as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r:", tarinfo=_BoundedInfo, **_NAMES) as archive:
                for info in archive:
                    _forget(archive)
                    found.append((info, _raw(info.name)))
                    if len(found) > limits.files * 2:
                        raise _too_many(tree.name, limits)
        except _BROKEN as error:
            if not found:
                raise _unreadable(tree.name) from error
            _breaks_off(tree)
    encoding = choose_encoding(raw for _info, raw in found)
    for info, raw in found:
        name = _plain(decode_as(raw, encoding))
        if not _ordinary(gatherer, info, name):
            continue
        packed = _packed(info)
        if info.offset_data + packed > length:
            _breaks_off(tree, name)
            continue
        if is_bomb(info.size, packed, limits):
            _bomb(tree, name)
            continue
        if gatherer.admits(name, raw, info.size):
            opener = partial(_open_sparse, path, info) if info.sparse else partial(
                open_slice, os.fsencode(path), info.offset_data, info.size
            )  # fmt: skip
            gatherer.add(PackageFile(name, _plain_raw(raw), info.size, opener))
    reroot(tree)
    return tree


def read_tar_gz(path: Path, *, limits: Limits, scratch: Path | None) -> Tree:
    """Unpack a gzipped tar in one pass into a new folder below `scratch`, removed when the package is closed."""
    tree = Tree(path=path, name=path.name.removesuffix(".gz").removesuffix(".tgz").removesuffix(".tar"),
                container="tar.gz")  # fmt: skip
    gatherer = Gatherer(tree, limits)
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
    spool = Path(tempfile.mkdtemp(prefix="unpacked-", dir=scratch))
    tree.closers.append(partial(shutil.rmtree, spool, ignore_errors=True))
    spooled: list[tuple[bytes, tarfile.TarInfo, Path | None]] = []
    try:
        _spool(path, tree, spooled, spool, limits)
        encoding = choose_encoding(raw for raw, _info, _local in spooled)
        for raw, info, local in spooled:
            name = _plain(decode_as(raw, encoding))
            if not _ordinary(gatherer, info, name):
                continue
            if local is None:
                _breaks_off(tree, name)
            elif gatherer.admits(name, raw, info.size):
                gatherer.add(
                    PackageFile(name, _plain_raw(raw), info.size, partial(open_plain, os.fsencode(local)), local)
                )
    except BaseException:
        tree.close()
        raise
    reroot(tree)
    return tree


def _spool(path: Path, tree: Tree, spooled: list[tuple[bytes, tarfile.TarInfo, Path | None]], spool: Path,
           limits: Limits) -> None:  # fmt: skip
    total = 0
    length = path.stat().st_size
    info: tarfile.TarInfo | None = None
    try:
        with (
            gzip.open(path, "rb") as stream,
            tarfile.open(fileobj=stream, mode="r|", tarinfo=_BoundedInfo, **_NAMES) as archive,
        ):
            for info in archive:
                _forget(archive)
                if len(spooled) > limits.files * 2:
                    raise _too_many(tree.name, limits)
                raw = _raw(info.name)
                if not info.isreg() or info.size > limits.file_bytes:
                    spooled.append((raw, info, None))
                    continue
                total += info.size
                if total > limits.total_bytes or is_bomb(total, length, limits):
                    raise _bomb_container(tree.name, length, total)
                if info.size + _RESERVE > shutil.disk_usage(spool).free:
                    raise UnreadablePackage(
                        _(
                            "The container %(name)s cannot be unpacked, because the disk of %(folder)s has not "
                            "enough room. Free some or name another scratch folder.",
                            name=visible(tree.name),
                            folder=str(spool.parent),
                        )
                    )
                spooled.append((raw, info, None))
                local = spool / f"{len(spooled):08d}"
                member = archive.extractfile(info)
                with local.open("xb") as out:
                    written = _copy(member, out)
                if written != info.size:
                    raise tarfile.ReadError("unexpected end of data")
                spooled[-1] = (raw, info, local)
            _drain(stream)
    except UnreadablePackage:
        raise
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        if not spooled:
            raise _unreadable(tree.name) from error
        _breaks_off(tree)


def _forget(archive: Any) -> None:
    """Drop the headers tarfile keeps: with a million members they would fill the memory."""
    archive.members = []


def _drain(stream: gzip.GzipFile) -> None:
    """Read on to the end, where gzip holds the bytes against its checksum; padding is bounded."""
    left = _PADDING
    while left > 0 and (piece := stream.read(min(_PIECE, left))):
        left -= len(piece)


def _packed(info: Any) -> int:
    """Return how many bytes of a member lie in the tar: holes of a sparse one do not."""
    return sum(part[1] for part in info.sparse) if info.sparse else info.size


def _copy(member: Any, out: BinaryIO) -> int:
    written = 0
    while piece := member.read(_PIECE):
        out.write(piece)
        written += len(piece)
    return written


def _ordinary(gatherer: Gatherer, info: tarfile.TarInfo, name: str) -> bool:
    """Tell whether the member is a file; note folders, refuse the rest by name."""
    tree = gatherer.tree
    if info.isdir():
        if name.strip("/.") and gatherer.admits_folder(name.rstrip("/")):
            tree.folders.add(name.rstrip("/"))
        return False
    if not info.isreg():
        tree.problems.append(special_member(name, link=info.islnk() or info.issym()))
        return False
    return True


class _Slice(io.RawIOBase):
    """A stretch of a file as a stream of its own."""

    def __init__(self, container: bytes, start: int, size: int) -> None:
        super().__init__()
        self._stream = io.FileIO(os.fsdecode(container))
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")[: max(0, self._size - self._at)]
        if not target:
            return 0
        count = os.preadv(self._stream.fileno(), [target], self._start + self._at)
        if count == 0:
            text = _("The container ends before the member it holds; have it sent again.")
            raise DamagedMember(problem(ProblemKind.DAMAGED, text))
        self._at += count
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


def open_slice(container: bytes, start: int, size: int) -> BinaryIO:
    """Open `size` bytes of a file from `start` on."""
    return cast(BinaryIO, io.BufferedReader(_Slice(container, start, size), 1 << 16))


def _open_sparse(path: Path, info: tarfile.TarInfo) -> BinaryIO:
    stream = open_plain(os.fsencode(path))
    # tarfile offers no other way to read a sparse member from a second handle
    return cast(BinaryIO, tarfile.ExFileObject(cast(Any, SimpleNamespace(fileobj=stream)), info))


def _raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _plain(name: str) -> str:
    while name.startswith("./"):
        name = name[2:]
    return name


def _plain_raw(raw: bytes) -> bytes:
    while raw.startswith(b"./"):
        raw = raw[2:]
    return raw


def _breaks_off(tree: Tree, path: str | None = None) -> None:
    if path is None:
        text = _(
            "The container %(name)s breaks off or is damaged; the members after that place are missing. "
            "Have it sent again.",
            name=visible(tree.name),
        )
    else:
        text = _(
            "The member %(path)s is refused, because the container breaks off inside it. Have it sent again.",
            path=visible(path),
        )
    tree.problems.append(problem(ProblemKind.DAMAGED, text, path=path, refused=path is not None))


def _bomb(tree: Tree, path: str) -> None:
    text = _(
        "The member %(path)s is refused, because few bytes would unpack to very many, as bombs do. "
        "Hand the file over unpacked.",
        path=visible(path),
    )
    tree.problems.append(problem(ProblemKind.BOMB, text, path=path, refused=True))


def _bomb_container(name: str, length: int, total: int) -> UnreadablePackage:
    return UnreadablePackage(
        _(
            "The container %(name)s is refused, because its %(length)d bytes unpack to %(total)d and more, as "
            "bombs do. Hand the folder over unpacked.",
            name=visible(name),
            length=length,
            total=total,
        )
    )


def _too_many(name: str, limits: Limits) -> UnreadablePackage:
    return UnreadablePackage(
        _(
            "The container %(name)s cannot be read, because it has more than %(files)d members. "
            "Hand it over in several batches.",
            name=visible(name),
            files=limits.files,
        )
    )


def _unreadable(name: str) -> UnreadablePackage:
    return UnreadablePackage(
        _(
            "The container %(name)s cannot be read, because it is damaged from its start. Have it sent again.",
            name=visible(name),
        )
    )
