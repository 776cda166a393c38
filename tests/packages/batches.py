"""Small transfer folders and containers made at test time."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import openpyxl

ITEM_HEADER = [
    "序号",
    "档号",
    "全宗号",
    "年度",
    "保管期限",
    "机构",
    "件号",
    "文号",
    "责任者",
    "题名",
    "日期",
    "密级",
    "页数",
]
FILE_HEADER = ["档号", "序号", "稿本", "路径", "字节数", "SHA-256"]
TITLES = ("关于召开例会的通知", "关于防汛工作的报告", "关于绿化的决定")


def code(number: int, year: int = 2020) -> str:
    return f"X001-WS·{year}-Y-BGS-{number:04d}"


def item_row(number: int, *, ref: str | None = None, title: str | None = None, year: int = 2020) -> list[object]:
    title = title or TITLES[(number - 1) % len(TITLES)]
    ref = ref or code(number, year)
    return [
        number,
        ref,
        "X001",
        year,
        "永久",
        "办公室",
        number,
        f"第{number}号",
        "某县人大",
        title,
        f"{year}0102",
        "公开",
        1,
    ]


def file_row(ref: str, path: str, content: bytes, order: int = 1, draft: str = "正本") -> list[object]:
    return [ref, order, draft, path, len(content), hashlib.sha256(content).hexdigest()]


def csv_text(rows: list[list[object]]) -> str:
    return "".join(",".join(str(cell) for cell in row) + "\r\n" for row in rows)


def make_batch(folder: Path, *, items: list[list[object]] | None = None, files: list[list[object]] | None = None,
               xlsx: bool = False) -> Path:  # fmt: skip
    """Make three items of one file each, unless rows are given."""
    folder.mkdir(parents=True)
    contents = {}
    for number, title in enumerate(TITLES, start=1):
        contents[f"内容/{code(number)}/{title}.txt"] = f"正文 {title}\n".encode()
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    item_rows = [ITEM_HEADER, *(items if items is not None else [item_row(n) for n in (1, 2, 3)])]
    if xlsx:
        book = openpyxl.Workbook()
        for row in item_rows:
            book.active.append(row)
        book.save(folder / "归档文件目录.xlsx")
        book.close()
    else:
        (folder / "归档文件目录.csv").write_text(csv_text(item_rows), encoding="utf-8")
    if files is None:
        files = [file_row(path.split("/")[1], path, content) for path, content in contents.items()]
    (folder / "文件清单.csv").write_text("\ufeff" + csv_text([FILE_HEADER, *files]), encoding="utf-8")
    total = sum(len(content) for content in contents.values())
    (folder / "说明文件.txt").write_text(
        f"移交单位：某县人大办公室\n全宗号：X001\n件数：3\n文件数：3\n字节数：{total}\n摘要算法：SHA-256\n"
        "移交日期：2025-03-31\n档案门类：文书档案(WS)\n机构代码：BGS=办公室；FGW=法制委\n",
        encoding="utf-8",
    )
    return folder


class NamedInfo(zipfile.ZipInfo):
    """A member whose name is written as the bytes it is given."""

    raw: bytes = b""
    extra_flags = 0

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.raw, (self.flag_bits & ~0x800) | self.extra_flags


def zip_raw(path: Path, members: list[tuple[bytes, bytes]], *, flags: int = 0, compression: int = 8) -> Path:
    """Make a zip whose names are exactly these bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, (raw, content) in enumerate(members):
            info = NamedInfo(f"member{number}")
            info.raw, info.extra_flags = raw, flags
            info.compress_type = compression
            archive.writestr(info, content)
    return path


def zip_folder(folder: Path, path: Path, *, encoding: str = "utf-8", prefix: str = "") -> Path:
    members = []
    for top, _folders, names in os.walk(folder):
        for name in names:
            full = Path(top) / name
            raw = (prefix + str(full.relative_to(folder.parent))).encode(encoding)
            members.append((raw, full.read_bytes()))
    return zip_raw(path, members, flags=0x800 if encoding == "utf-8" else 0)
