"""What an export is made of: items with their descriptions, and files that can be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from shicheng.packages.types import ProcessEntry


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file to be written; `opener` gives its bytes from the start, as often as asked."""

    name: str  # original file name, no folders
    size: int  # bytes
    digests: Mapping[str, str]  # algorithm code -> lower-case hex
    opener: Callable[[], BinaryIO]
    draft_state: str = ""
    mime: str = ""


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One item to be written."""

    ref: str  # 档号
    elements: Mapping[str, str]  # names of packages.elements -> text
    extra: Mapping[str, str] = field(default_factory=dict)
    process: Sequence[ProcessEntry] = ()
    files: Sequence[ExportFile] = ()


@dataclass(frozen=True, slots=True)
class TransferStatement:
    """What a transfer says of itself as a whole; counts are filled in while writing."""

    agency: str  # 移交单位
    fonds_code: str = ""
    fonds_name: str = ""
    category: str = ""  # as shown, such as 文书档案(WS)
    date: str = ""  # 移交日期
    departments: Mapping[str, str] = field(default_factory=dict)  # code -> name
    description: str = ""  # 内容描述
    environment: str = ""  # 软硬件环境


@dataclass(frozen=True, slots=True)
class Exported:
    """How much was written."""

    items: int
    files: int
    bytes: int  # of content
