"""Builds valid transfer folders at test time, and plants faults in them.

A batch is plain data until `write`: change rows, listed files, bytes or the description file, then write. What
the lists say (sizes, digests, counts) is filled in from the bytes unless a test set it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

HEADERS = {
    "row_number": "序号", "reference_code": "档号", "fonds_code": "全宗号", "year": "年度", "retention": "保管期限",
    "department": "机构", "item_number": "件号", "document_number": "文号", "author": "责任者", "title": "题名",
    "date": "日期", "secrecy": "密级", "pages": "页数", "attachments": "附件数", "openness": "开放标识", "note": "备注",
}  # fmt: skip
DEPARTMENTS = {"BGS": "办公室", "FGW": "法制工作委员会", "CJW": "财政经济委员会"}
RETENTIONS = {"永久": "Y", "30年": "D30", "10年": "D10"}


def text_file(words: str = "本件为测试用文件。") -> bytes:
    """Return a UTF-8 text."""
    return (words + "\n").encode() * 3


def docx_file(words: str = "关于测试的通知") -> bytes:
    """Return a small Word document."""
    import docx

    document = docx.Document()
    document.add_paragraph(words)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pdf_file(words: str = "record", *, script: str = "", password: str = "") -> bytes:
    """Return a one-page PDF, with a script or a password if asked for."""
    import pikepdf

    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 300))
        pdf.docinfo["/Title"] = words
        if script:
            pdf.Root.OpenAction = pdf.make_indirect(
                pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(script))
            )
        stream = io.BytesIO()
        encryption = pikepdf.Encryption(user=password, owner=password) if password else False
        pdf.save(stream, encryption=encryption)
    return stream.getvalue()


def png_file(colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    """Return a small image."""
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(stream, "PNG")
    return stream.getvalue()


def zip_file(members: dict[str, bytes]) -> bytes:
    """Return a zip of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


@dataclass
class File:
    """One row of the file list and the bytes behind it; `content` None leaves the file out."""

    ref: str
    path: str
    content: bytes | None
    draft_state: str = "正本"
    order: int = 1
    size: int | str | None = None
    digest: str | None = None
    listed: bool = True
    listed_path: str | None = None
    listed_content: bytes | None = None  # what size and digest are made from, if not from `content`


@dataclass
class Item:
    """One row of the item list, by element name."""

    elements: dict[str, Any]
    files: list[File] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return str(self.elements["reference_code"])


@dataclass
class Batch:
    """A transfer folder before it is written."""

    items: list[Item]
    statement: dict[str, str]
    algorithm: str = "sm3"
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))
    extra: dict[str, bytes] = field(default_factory=dict)
    loose: list[File] = field(default_factory=list)  # rows of the file list that belong to no item
    without: set[str] = field(default_factory=set)  # "statement", "items", "files": left out
    encoding: str = "utf-8-sig"
    list_format: str = "xlsx"
    digest_header: str | None = None

    def item(self, number: int) -> Item:
        """The item of a running number, 1 the first."""
        return self.items[number - 1]

    def files(self) -> list[File]:
        """Every file, item by item."""
        return [file for item in self.items for file in item.files] + self.loose

    def write(self, folder: Path) -> Path:
        """Write the folder; stated counts are those of the lists unless set."""
        folder.mkdir(parents=True, exist_ok=True)
        rows: list[list[Any]] = []
        total = 0
        for file in self.files():
            if file.content is not None:
                target = folder / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.content)
            if not file.listed:
                continue
            basis = file.listed_content if file.listed_content is not None else (file.content or b"")
            size = len(basis) if file.size is None else file.size
            digest = hashlib.new(self.algorithm, basis).hexdigest() if file.digest is None else file.digest
            total += int(size) if isinstance(size, int) else 0
            rows.append([file.ref, file.order, file.draft_state, file.listed_path or file.path, size, digest])
        for path, content in self.extra.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        list_name = f"归档文件目录.{self.list_format}"
        stated = {"件数": str(len(self.items)), "文件数": str(len(rows)), "字节数": str(total),
                  "目录文件": list_name, "清单文件": "文件清单.csv"} | self.statement  # fmt: skip
        if "statement" not in self.without:
            text = "".join(f"{key}：{value}\n" for key, value in stated.items() if value is not None)
            (folder / "说明文件.txt").write_bytes(text.encode("utf-8"))
        if "items" not in self.without:
            self._write_items(folder / list_name)
        if "files" not in self.without:
            stream = io.StringIO()
            header = self.digest_header or self.algorithm.upper()
            csv.writer(stream).writerows([["档号", "序号", "稿本", "路径", "字节数", header], *rows])
            (folder / "文件清单.csv").write_bytes(stream.getvalue().encode(self.encoding, "surrogateescape"))
        return folder

    def _write_items(self, path: Path) -> None:
        table = [list(self.headers.values())]
        table += [[item.elements.get(name) for name in self.headers] for item in self.items]
        if self.list_format == "csv":
            stream = io.StringIO()
            csv.writer(stream).writerows([["" if cell is None else cell for cell in row] for row in table])
            path.write_bytes(stream.getvalue().encode(self.encoding))
            return
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in table:
            sheet.append(row)
        book.save(path)


def make_batch(
    count: int = 12,
    *,
    fonds: str = "T001",
    agency: str = "澜城县人民代表大会常务委员会办公室",
    content: Callable[[int], tuple[str, bytes]] | None = None,
) -> Batch:
    """Make a sound batch: running numbers in three groups, every third item with an attachment."""
    makers: list[tuple[str, Callable[[str], bytes]]] = [("txt", text_file), ("docx", docx_file), ("pdf", pdf_file)]
    departments = list(DEPARTMENTS.items())
    items = []
    for place in range(count):
        department, name = departments[place % 3]
        number, year = place // 3 + 1, 2020
        ref = f"{fonds}-WS·{year}-Y-{department}-{number:04d}"
        title = f"关于第{place + 1}号事项的决定"
        attached = int(place % 3 == 2)
        if content is not None:
            suffix, data = content(place)
        else:
            suffix, maker = makers[place % 3] if count <= 100 else makers[0]
            data = maker(f"{title} {place}")
        item = Item({
            "row_number": place + 1, "reference_code": ref, "fonds_code": fonds, "year": year, "retention": "永久",
            "department": name, "item_number": number, "document_number": f"澜人常〔2020〕{place + 1}号",
            "author": agency, "title": title, "date": f"2020{place % 12 + 1:02d}15", "secrecy": "公开", "pages": 3,
            "attachments": attached, "openness": "未审核", "note": None,
        })  # fmt: skip
        item.files.append(File(ref, f"内容/{ref}/{title}.{suffix}", data))
        if attached:
            item.files.append(File(ref, f"内容/{ref}/附件1 说明.txt", text_file(f"说明{place}"), "附件", 2))
        items.append(item)
    statement = {
        "移交单位": agency, "全宗号": fonds, "全宗名称": "澜城县人民代表大会常务委员会", "摘要算法": "SM3",
        "移交日期": "2021-03-31", "档案门类": "文书档案(WS)",
        "机构代码": "；".join(f"{code}={name}" for code, name in DEPARTMENTS.items()),
    }  # fmt: skip
    return Batch(items, statement)
