"""The one in-memory form every kind of information package is read into.

Content stays on disk or inside its container: a package holds names, sizes and how to open a stream,
never the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from shicheng.kernel.messages import Message


class PackageKind(StrEnum):
    """What the package is."""

    TRANSFER = "transfer"  # 移交文件夹: 说明文件, 归档文件目录, 文件清单, 内容/
    DAT93 = "da93"  # DA/T 93-2022 Annex B style
    EEP = "eep"  # DA/T 48-2009
    BAGIT = "bagit"  # RFC 8493 and earlier
    FOLDER = "folder"  # loose files with no list


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep a hostile container from filling disk, memory or time."""

    files: int = 2_000_000
    total_bytes: int = 4 << 40
    file_bytes: int = 1 << 40
    ratio: int = 200  # unpacked over packed, once a member is past `ratio_from` bytes
    ratio_from: int = 64 << 20
    list_bytes: int = 512 << 20  # a list or XML file read as metadata
    path_depth: int = 40


class ProblemKind(StrEnum):
    """What can be wrong with a package as such, before any check looks at its records."""

    ESCAPE = "escape"  # a path that leaves the package (.., absolute, drive letter)
    LINK = "link"
    DEVICE = "device"
    BOMB = "bomb"
    ENCRYPTED = "encrypted"
    DUPLICATE = "duplicate"  # two members of one name
    NAME = "name"  # a name that can't be kept as found on every system (mapping made)
    ENCODING = "encoding"  # not in the encoding it says
    XML = "xml"  # not well formed, DTD, entities
    STRUCTURE = "structure"  # a folder or control file that should be there is not
    STATEMENT = "statement"  # the description file breaks its form
    LIST = "list"  # an item list or file list breaks its form
    DIGEST = "digest"  # a digest the container itself carries does not match (BagIt, zip CRC)
    DAMAGED = "damaged"  # the container breaks off


@dataclass(frozen=True, slots=True)
class PackageProblem:
    """One thing wrong with the package, by name and with its reason.

    `refused` says that the member was left out of `Package.files` because it may not come in.
    """

    kind: ProblemKind
    message: Message
    ref: str | None = None
    path: str | None = None
    refused: bool = False
    expected: str | None = None
    found: str | None = None


@dataclass(slots=True)
class PackageFile:
    """A file that is really in the package."""

    path: str  # as shown: decoded, "/" between parts, relative to the package's root
    raw_path: bytes  # the bytes of the name exactly as found
    size: int
    opener: Callable[[], BinaryIO]
    local: Path | None = None  # where the bytes lie as an ordinary file, if they do
    digests: dict[str, str] = field(default_factory=dict)  # filled when somebody has hashed it
    crc32: int | None = None  # what a zip records

    def open(self) -> BinaryIO:
        """Open the bytes for reading from the start."""
        return self.opener()


@dataclass(slots=True)
class ListedFile:
    """A file as the package's own list (文件清单, metadata XML, manifest) names it."""

    ref: str  # 档号 as the list gives it; "" where the list gives none
    path: str  # as the list gives it
    order: int | None = None
    draft_state: str = ""  # 正本, 定稿, 附件, 处理单 …
    size: int | None = None
    digests: dict[str, str] = field(default_factory=dict)  # algorithm code -> lower-case hex, as listed
    row: int | None = None  # row in the list, 1 is the first below the header
    file: PackageFile | None = None  # the file found at that path, None if it isn't there
    format: str = ""


@dataclass(slots=True)
class ProcessEntry:
    """One act of the business process (业务实体, M80-M84)."""

    status: str = ""
    action: str = ""
    time: str = ""
    mandate: str = ""
    description: str = ""
    agent: str = ""


@dataclass(slots=True)
class PackageItem:
    """One item 件 as the package describes it."""

    ref: str  # 档号 exactly as given
    elements: dict[str, str] = field(default_factory=dict)  # element name -> text as given, empty ones left out
    extra: dict[str, str] = field(default_factory=dict)  # columns no element is known for: header -> text
    files: list[ListedFile] = field(default_factory=list)
    process: list[ProcessEntry] = field(default_factory=list)
    row: int | None = None  # row in the item list, 1 is the first below the header
    metadata_path: str | None = None  # where this item's own metadata file lies, if it has one


@dataclass(slots=True)
class Statement:
    """What the description file 说明文件 says; None where it says nothing."""

    values: dict[str, str] = field(default_factory=dict)  # every line, key as given
    agency: str | None = None  # 移交单位
    fonds_code: str | None = None
    fonds_name: str | None = None
    category: str | None = None  # code, e.g. WS
    items: int | None = None  # 件数
    files: int | None = None  # 文件数
    bytes: int | None = None  # 字节数
    digest_algorithm: str | None = None  # code, e.g. sm3
    date: str | None = None  # 移交日期
    departments: dict[str, str] = field(default_factory=dict)  # 机构代码: code -> name
    list_name: str | None = None  # 目录文件
    manifest_name: str | None = None  # 清单文件
    unreadable: tuple[str, ...] = ()  # keys whose value could not be understood, e.g. 件数：十


@dataclass(slots=True)
class Package:
    """A package as read. Use it as a context manager: containers are closed at the end."""

    kind: PackageKind
    path: Path
    name: str
    container: str = ""  # "", "zip", "tar", "tar.gz"
    statement: Statement = field(default_factory=Statement)
    has_statement: bool = False
    has_item_list: bool = False
    has_file_list: bool = False
    columns: tuple[str, ...] = ()  # element names the item list has a column for
    items: list[PackageItem] = field(default_factory=list)
    orphans: list[ListedFile] = field(default_factory=list)  # listed files whose 档号 no item has
    files: dict[str, PackageFile] = field(default_factory=dict)  # every file that is there, by path
    control: frozenset[str] = frozenset()  # paths of statement, lists, manifests, metadata: not content
    problems: list[PackageProblem] = field(default_factory=list)
    closers: list[Callable[[], None]] = field(default_factory=list)

    @property
    def content(self) -> Iterator[PackageFile]:
        """The files that are content, listed or not."""
        return (file for path, file in self.files.items() if path not in self.control)

    @property
    def listed(self) -> Iterator[ListedFile]:
        """Every listed file, item by item, then those that belong to no item."""
        for item in self.items:
            yield from item.files
        yield from self.orphans

    def close(self) -> None:
        """Close the containers that streams are read from."""
        while self.closers:
            self.closers.pop()()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
