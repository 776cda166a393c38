"""Opening an OFD package safely: the zip, its documents and their parts."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from shicheng.formats.ofd import xml
from shicheng.formats.ofd.document import Document
from shicheng.formats.ofd.errors import UnreadableOfd
from shicheng.formats.ofd.xml import Element
from shicheng.formats.types import FileProblem, FileProblemKind
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError, KeyError)
_ENTRY_POINT = "OFD.xml"


@dataclass(frozen=True, slots=True)
class ContainerLimits:
    """How large a package may be: entries, bytes of one entry and of all, times it may grow when unpacked."""

    entries: int = 50_000
    entry_bytes: int = 256 << 20
    total_bytes: int = 2 << 30
    ratio: int = 1_000


class Container:
    """An opened OFD package; a context manager.

    Raises `UnreadableOfd` when it is no zip, holds no OFD.xml or passes the limits. Faults that leave the rest readable
    (two entries of one name, names that leave the package) are collected in `problems`.
    """

    def __init__(self, source: Path | IO[bytes], limits: ContainerLimits | None = None) -> None:
        self.limits = limits or ContainerLimits()
        self.problems: list[FileProblem] = []
        self._parsed: dict[str, Element] = {}
        try:
            self._zip = zipfile.ZipFile(source)
        except _FAULTS as error:
            raise _not_a_package(source) from error
        try:
            self._entries = self._list_entries()
            self._folded = {name.casefold(): name for name in reversed(self._entries)}
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files in the package, normalised: no leading slash, forward slashes."""
        return tuple(self._entries)

    def _list_entries(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        total = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        if len(infos) > self.limits.entries or total > self.limits.total_bytes:
            raise UnreadableOfd(
                _(
                    "The OFD unpacks to %(entries)s entries of %(bytes)s bytes, more than allowed; it was not opened.",
                    entries=len(infos),
                    bytes=total,
                ),
                kind=FileProblemKind.BUDGET,
            )
        if total > (16 << 20) and total > packed * self.limits.ratio:
            raise UnreadableOfd(
                _("The OFD grows more than %(ratio)s-fold when unpacked; it was not opened.", ratio=self.limits.ratio),
                kind=FileProblemKind.BUDGET,
            )
        entries: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            if info.is_dir():
                continue
            name = _normal(info.filename)
            if name is None:
                self.note(_("The entry %(name)s of the OFD points outside the package.", name=info.filename))
            elif name in entries:
                self.note(_("The OFD holds two entries of the name %(name)s; readers may show either.", name=name))
            else:
                entries[name] = info
        return entries

    def note(self, text: Message, kind: FileProblemKind = FileProblemKind.DAMAGED, *, fatal: bool = True) -> None:
        """Remember a problem once."""
        problem = FileProblem(kind, text, fatal)
        if problem not in self.problems:
            self.problems.append(problem)

    def read(self, name: str) -> bytes:
        """Return the bytes of one entry; checks its CRC, raises `UnreadableOfd`."""
        info = self._entries.get(name)
        if info is None:
            raise UnreadableOfd(_("The part %(part)s of the OFD is missing.", part=name))
        if info.flag_bits & 0x1:
            raise UnreadableOfd(
                _("The part %(part)s of the OFD is encrypted; its text can't be read without the key.", part=name),
                kind=FileProblemKind.ENCRYPTED,
            )
        if info.file_size > self.limits.entry_bytes:
            raise UnreadableOfd(
                _("The part %(part)s of the OFD is larger than is allowed.", part=name), kind=FileProblemKind.BUDGET
            )
        try:
            with self._zip.open(info) as stream:
                content = stream.read(info.file_size + 1)
        except _FAULTS as error:
            raise UnreadableOfd(
                _("The part %(part)s of the OFD can't be unpacked: %(reason)s.", part=name, reason=str(error)[:200])
            ) from error
        if len(content) != info.file_size:
            raise UnreadableOfd(_("The part %(part)s of the OFD is not as long as its directory says.", part=name))
        return content

    def size(self, name: str) -> int:
        """Return the bytes of one entry as the directory gives them."""
        return self._entries[name].file_size

    def xml(self, name: str) -> Element:
        """Return the root element of one XML part; parsed once."""
        root = self._parsed.get(name)
        if root is None:
            root = self._parsed[name] = xml.parse(self.read(name), name)
        return root

    def locate(self, location: str, *, of: str = "", folders: tuple[str, ...] = ()) -> str | None:
        """Find the entry that a location (ST_Loc) in the part `of` means, or None.

        Producers write locations absolute with and without the leading slash, relative to the part, to a resource
        folder, or to the document, and with back slashes; the first that exists is taken.
        """
        cleaned = location.strip().replace("\\", "/")
        if not cleaned:
            return None
        here = posixpath.dirname(of)
        tries = [*folders, here, "", here.split("/")[0]]
        if cleaned.startswith("/"):
            tries = ["", *tries]
        for folder in tries:
            name = _normal(posixpath.join(folder, cleaned.lstrip("/")))
            if name is None:
                continue
            if name in self._entries:
                return name
            if name.casefold() in self._folded:
                return self._folded[name.casefold()]
        return None

    @cached_property
    def root(self) -> Element:
        """The root element of OFD.xml."""
        name = self.locate(_ENTRY_POINT)
        if name is None:
            raise UnreadableOfd(_("The package holds no OFD.xml, so it is no OFD file."))
        root = self.xml(name)
        if xml.local(root) != "OFD":
            raise UnreadableOfd(_("The part OFD.xml does not describe an OFD document."))
        return root

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the package in order; those whose root can't be read are noted as problems."""
        found = []
        for body in xml.children(self.root, "DocBody"):
            location = xml.text(body, "DocRoot")
            name = self.locate(location)
            if name is None:
                self.note(_("The document %(part)s named in OFD.xml is missing.", part=location or "DocRoot"))
                continue
            try:
                found.append(Document(self, body, name, self.xml(name)))
            except UnreadableOfd as error:
                self.note(error.message, error.kind)
        return tuple(found)


def _normal(name: str) -> str | None:
    """Return a name without leading slashes, dots and back slashes; None when it leaves the package."""
    normal = posixpath.normpath(name.replace("\\", "/").lstrip("/"))
    if normal in (".", "..") or normal.startswith("../") or "\x00" in normal or ":" in normal.split("/")[0]:
        return None
    return normal


def _not_a_package(source: Path | IO[bytes]) -> UnreadableOfd:
    """Say what a file is that is no zip: empty, cut off or something else."""
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                start = stream.read(4)
        else:
            source.seek(0)
            start = source.read(4)
    except OSError as error:
        return UnreadableOfd(_("The file can't be read: %(reason)s.", reason=str(error)))
    if not start:
        return UnreadableOfd(_("The file is empty."), kind=FileProblemKind.EMPTY)
    if b"PK\x03\x04".startswith(start):
        return UnreadableOfd(
            _("The OFD package is cut off or its directory is damaged; ask for the file again."),
            kind=FileProblemKind.TRUNCATED,
        )
    return UnreadableOfd(_("The file is no OFD package: it does not start as a zip file does."))
