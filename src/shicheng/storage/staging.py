"""The staging area: where a transfer's files lie, copied and hashed in one pass, until they are stored."""

# Bare names: path objects would cost a third of the speed with small files.
# ruff: noqa: PTH102, PTH123

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from shicheng.kernel.digests import STORE_ALGORITHMS, SupportsRead, digest_stream
from shicheng.kernel.messages import message as _
from shicheng.packages.types import Limits, PackageFile
from shicheng.storage import durable
from shicheng.storage.errors import StagingRefused

MANIFEST: Final = "manifest.jsonl"
_SMALL: Final = 256 << 10
_TOGETHER: Final = 64  # small files handed to a thread at once
_LOOK_EVERY: Final = 64 << 20  # bytes between two looks at the free space
_PER_FOLDER: Final = 1000
_PLAIN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that lies in the staging area."""

    path: str  # as the package shows it
    raw_path: bytes  # the bytes of its name as found
    size: int
    digests: dict[str, str]
    local: Path


@dataclass(frozen=True, slots=True)
class StagedTree:
    """All files of a transfer, complete and durable."""

    transfer_id: str
    files: tuple[StagedFile, ...]
    by_path: dict[str, StagedFile] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.size for file in self.files)


Progress = Callable[[int, int], None]
"""Is told how many files and how many bytes have been staged."""


class Staging:
    """The folder transfers are staged in. A transfer's part is complete when its manifest is there."""

    def __init__(self, folder: Path, *, free_bytes: int = 0) -> None:
        self.folder = folder
        self.kept_free = free_bytes

    def load(self, transfer_id: str) -> StagedTree | None:
        """Return what is staged for a transfer; None unless all of it is."""
        try:
            lines = (self.place(transfer_id) / MANIFEST).read_text("ascii").splitlines()
        except FileNotFoundError:
            return None
        return _tree(transfer_id, [self._read_line(transfer_id, line) for line in lines])

    def stage_tree(
        self,
        transfer_id: str,
        files: Iterable[PackageFile],
        *,
        algorithms: Sequence[str] = STORE_ALGORITHMS,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        workers: int = 2,
        on_progress: Progress | None = None,
    ) -> StagedTree:
        """Copy a package's files, hash them on the way, make all of it durable, and then say so in a manifest.

        What is complete already is returned as it is; what an earlier attempt left is redone.
        Raises `StoreFull` (nothing half stays) and `StagingRefused` where a limit is passed.
        """
        found = self.load(transfer_id)
        if found is not None:
            return found
        listed = list(files)
        total = sum(file.size for file in listed)
        _require_limits(len(listed), total, limits)
        place = self.place(transfer_id)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clear(place)
        into = place / f"files-{uuid.uuid4().hex[:8]}"
        with durable.full_disk_named(self.folder, needed=lambda: total, kept_free=self.kept_free):
            durable.require_room(self.folder, needed=total, files=len(listed) + 16, kept_free=self.kept_free)
            into.mkdir(parents=True)
            try:
                copier = _Copier(self, into, tuple(algorithms), limits, on_progress)
                staged = copier.run(listed, workers)
                durable.sync_tree(into)
                lines = "".join(_line(file, place) for file in staged)
                durable.write_durably(place / MANIFEST, lines.encode("ascii"))
            except BaseException:
                shutil.rmtree(into, ignore_errors=True)
                raise
        return _tree(transfer_id, staged)

    def stage_stream(
        self,
        transfer_id: str,
        raw_name: bytes,
        stream: SupportsRead,
        *,
        algorithms: Sequence[str] = STORE_ALGORITHMS,
        limits: Limits = Limits(),  # noqa: B008  # frozen
    ) -> StagedFile:
        """Keep one arriving stream (an upload) durably under a safe name; the same bytes again are kept once."""
        folder = self.place(transfer_id) / "arrived"
        with durable.full_disk_named(self.folder, needed=lambda: watched.done, kept_free=self.kept_free):
            folder.mkdir(parents=True, exist_ok=True)
            temporary = folder / f".{uuid.uuid4().hex}"
            watched = _Watched(stream, self, limits.file_bytes)
            try:
                with temporary.open("xb", buffering=0) as target:
                    digests, size = digest_stream(watched, algorithms, copy_to=target)
                    os.fsync(target.fileno())
                local = folder / next(iter(digests.values()))[:40]
                temporary.rename(local)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            durable.sync_folders([folder, folder.parent, self.folder], within=folder)
        return StagedFile(raw_name.decode("utf-8", "replace"), raw_name, size, digests, local)

    def discard(self, transfer_id: str) -> None:
        """Remove everything staged for a transfer, its manifest first."""
        place = self.place(transfer_id)
        (place / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(place, ignore_errors=True)

    def place(self, transfer_id: str) -> Path:
        """Return the transfer's folder."""
        if not _PLAIN.fullmatch(transfer_id):
            raise StagingRefused(_("%(id)s can't be the identifier of a transfer.", id=repr(transfer_id)))
        return self.folder / transfer_id

    def require_room(self, needed: int = 0) -> None:
        """Raise `StoreFull` unless `needed` bytes fit."""
        durable.require_room(self.folder, needed=needed, kept_free=self.kept_free)

    def _clear(self, place: Path) -> None:
        for left in place.glob("files-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _read_line(self, transfer_id: str, line: str) -> StagedFile:
        entry: dict[str, Any] = json.loads(line)
        local = self.place(transfer_id) / entry["local"]
        return StagedFile(entry["path"], base64.b64decode(entry["raw"]), entry["size"], entry["digests"], local)


class _Copier:
    """Copies one transfer's files."""

    def __init__(
        self, staging: Staging, into: Path, algorithms: tuple[str, ...], limits: Limits, on_progress: Progress | None
    ) -> None:
        self._staging = staging
        self._into = str(into)
        self._algorithms = algorithms
        self._limits = limits
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._files = self._bytes = self._looked = 0
        self._failed = False

    def run(self, listed: list[PackageFile], workers: int) -> list[StagedFile]:
        """Copy all of them; results in the order given."""
        for number in range(0, len(listed), _PER_FOLDER):
            os.mkdir(f"{self._into}/{number // _PER_FOLDER:05}")
        numbered = list(enumerate(listed))
        # Members of a container are read in its order by one thread: a tar.gz can't be read otherwise.
        loose = [entry for entry in numbered if entry[1].local is not None]
        packed = [entry for entry in numbered if entry[1].local is None]
        jobs = list(_together(loose))
        if packed:
            jobs.insert(0, packed)
        results: list[StagedFile | None] = [None] * len(listed)
        with ThreadPoolExecutor(max(1, workers), "stage") as threads:
            for number, staged in (pair for pairs in threads.map(self._copy_all, jobs) for pair in pairs):
                results[number] = staged
        return [staged for staged in results if staged is not None]

    def _copy_all(self, entries: list[tuple[int, PackageFile]]) -> list[tuple[int, StagedFile]]:
        done = []
        try:
            for number, file in entries:
                if self._failed:
                    break
                done.append((number, self._copy(number, file)))
        except BaseException:
            self._failed = True
            raise
        return done

    def _copy(self, number: int, file: PackageFile) -> StagedFile:
        target = f"{self._into}/{number // _PER_FOLDER:05}/{number:08}"
        with file.open() as stream:
            content = stream.read(_SMALL + 1) if file.size <= _SMALL else None
            if content is not None and len(content) <= _SMALL and len(content) == file.size:
                digests = {name: hashlib.new(name, content).hexdigest() for name in self._algorithms}
                size = len(content)
                descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
                try:
                    if content:
                        durable.write_all(descriptor, content)
                finally:
                    os.close(descriptor)
            else:
                watched = _Watched(stream, self._staging, self._limits.file_bytes, already=content or b"")
                with open(target, "xb", buffering=0) as copy:
                    digests, size = digest_stream(watched, self._algorithms, copy_to=copy)
        self._count(size)
        return StagedFile(file.path, file.raw_path, size, digests, Path(target))

    def _count(self, size: int) -> None:
        with self._lock:
            self._files += 1
            self._bytes += size
            _require_limits(self._files, self._bytes, self._limits)
            if self._bytes - self._looked >= _LOOK_EVERY:
                self._looked = self._bytes
                self._staging.require_room()
            if self._on_progress is not None:
                self._on_progress(self._files, self._bytes)


class _Watched:
    """A stream that is stopped at a limit, or when the disk fills."""

    def __init__(self, stream: SupportsRead, staging: Staging, limit: int, *, already: bytes = b"") -> None:
        self._stream, self._staging, self._limit, self._already = stream, staging, limit, already
        self.done = self._looked = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""
        piece, self._already = self._already or self._stream.read(size), b""
        self.done += len(piece)
        if self.done > self._limit:
            raise StagingRefused(
                _("A file is larger than the %(limit)s bytes that are taken.", limit=self._limit),
                hint=_("Raise the limit or leave the file out."),
            )
        if self.done - self._looked >= _LOOK_EVERY:
            self._looked = self.done
            self._staging.require_room()
        return piece


def _together(entries: list[tuple[int, PackageFile]]) -> Iterator[list[tuple[int, PackageFile]]]:
    chunk: list[tuple[int, PackageFile]] = []
    for entry in entries:
        if entry[1].size > _SMALL:
            yield [entry]
            continue
        chunk.append(entry)
        if len(chunk) == _TOGETHER:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _require_limits(files: int, size: int, limits: Limits) -> None:
    if files > limits.files or size > limits.total_bytes:
        raise StagingRefused(
            _(
                "The transfer has %(files)s files with %(bytes)s bytes; at most %(most_files)s files "
                "with %(most_bytes)s bytes are taken at once.",
                files=files, bytes=size, most_files=limits.files, most_bytes=limits.total_bytes,
            ),
            hint=_("Split it into several transfers."),
        )  # fmt: skip


def _tree(transfer_id: str, files: Sequence[StagedFile]) -> StagedTree:
    return StagedTree(transfer_id, tuple(files), {file.path: file for file in files})


def _line(file: StagedFile, place: Path) -> str:
    entry = {
        "path": file.path,
        "raw": base64.b64encode(file.raw_path).decode("ascii"),
        "size": file.size,
        "digests": file.digests,
        "local": str(file.local)[len(str(place)) + 1 :],
    }
    return json.dumps(entry) + "\n"
