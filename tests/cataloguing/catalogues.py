"""Catalogues made for tests, in every form."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

PLAIN = ("题名", "文号", "责任者", "成文日期", "保管期限", "密级")


def write_csv(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def plain_rows(count: int, *, start: int = 1, mark: str = "") -> list[list[str]]:
    """So many records that are all different."""
    return [
        [f"关于第{number}号事项的通知{mark}", f"沪府发〔{2000 + number % 20}〕{number}号", "市政府",
         f"{2000 + number % 20}-03-{number % 28 + 1:02d}", "永久", ""]
        for number in range(start, start + count)
    ]  # fmt: skip


def write_plain(path: Path, count: int, **more: Any) -> Path:
    return write_csv(path, [PLAIN, *plain_rows(count, **more)])


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], *, merged: Sequence[str] = ()) -> Path:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


def write_dbf(
    path: Path, fields: Sequence[tuple[str, str, int]], rows: Sequence[Sequence[bytes]], *, version: int = 0x03,
    code_page: int = 0, deleted: Sequence[int] = (),
) -> Path:  # fmt: skip
    """A dBase table; each cell as the bytes it holds, padded here."""
    width = 1 + sum(length for _name, _kind, length in fields)
    header = 32 + 32 * len(fields) + 1
    out = struct.pack("<BBBBIHH20x", version, 99, 12, 31, len(rows), header, width)
    out = out[:29] + bytes([code_page]) + out[30:]
    for name, kind, length in fields:
        out += name.encode("gb18030").ljust(11, b"\0") + kind.encode() + b"\0" * 4 + bytes([length, 0]) + b"\0" * 14
    out += b"\r"
    for number, row in enumerate(rows):
        out += b"*" if number in deleted else b" "
        for (_name, _kind, length), cell in zip(fields, row, strict=True):
            out += cell[:length].ljust(length)
    path.write_bytes(out + b"\x1a")
    return path
