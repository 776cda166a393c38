"""Transfers made for measuring: a statement, a catalogue, a list of files with SM3, and the files."""

from __future__ import annotations

import csv
import hashlib
import random
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bench.invented import RETENTION, SEED, Record, department_codes, record, text_of

FONDS = "Q917"
_HEADER = (
    "序号", "档号", "全宗号", "年度", "保管期限", "机构", "件号", "文号", "责任者", "题名", "日期", "密级", "页数",
    "附件数", "开放标识", "备注",
)  # fmt: skip
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A transfer that was made."""

    folder: Path
    items: int
    bytes: int  # of the content


def small_texts(folder: Path, items: int, size: int = 2048) -> Made:
    """A transfer of `items` records of one UTF-8 text each."""

    def write(one: Record, path: Path) -> tuple[int, str]:
        content = text_of(one, size).encode()
        path.write_bytes(content)
        return len(content), hashlib.new("sm3", content).hexdigest()

    return _make(folder, [(record(number, FONDS), f"正文{number + 1:06d}.txt", 1, write) for number in range(items)])


def large_files(folder: Path, total: int, files: int = 8) -> Made:
    """A transfer of as many bytes in few files: scanned volumes as TIFF, sound as WAV, one long table as text."""
    each = total // files
    kinds: list[tuple[str, Callable[[Path, int, int], tuple[int, str]]]] = [
        ("tif", _tiff), ("wav", _wave), ("tif", _tiff), ("wav", _wave),
        ("tif", _tiff), ("wav", _wave), ("tif", _tiff), ("txt", _table),
    ]  # fmt: skip
    wanted = []
    for number in range(files):
        extension, maker = kinds[number % len(kinds)]

        def write(_one: Record, path: Path, maker: object = maker, number: int = number) -> tuple[int, str]:
            return maker(path, each, number)  # type: ignore[operator,no-any-return]

        pages = _tiff_pages(each) if extension == "tif" else 1
        wanted.append((record(number, FONDS), f"大文件{number + 1:02d}.{extension}", pages, write))
    return _make(folder, wanted)


def _make(folder: Path, wanted: Sequence[tuple[Record, str, int, Callable[[Record, Path], tuple[int, str]]]]) -> Made:
    rows, listed, total = [], [], 0
    for place, (one, name, pages, write) in enumerate(wanted, start=1):
        path = folder / "内容" / one.ref / name
        path.parent.mkdir(parents=True)
        size, digest = write(one, path)
        total += size
        rows.append((
            place, one.ref, one.fonds, one.year, RETENTION[one.retention], one.department_name, one.number,
            one.document_number, one.author, one.title, one.date, "公开", pages, 0, "未审核", "",
        ))  # fmt: skip
        listed.append((one.ref, 1, "正本", f"内容/{one.ref}/{name}", size, digest))
    _write_csv(folder / "归档文件目录.csv", _HEADER, rows)
    _write_csv(folder / "文件清单.csv", ("档号", "序号", "稿本", "路径", "字节数", "SM3"), listed)
    statement = {
        "移交单位": "青禾县人民代表大会常务委员会办公室", "全宗号": FONDS, "全宗名称": "青禾县人民代表大会常务委员会",
        "件数": len(rows), "文件数": len(listed), "字节数": total, "摘要算法": "SM3", "移交日期": "2026-03-31",
        "档案门类": "文书档案(WS)", "机构代码": department_codes(), "目录文件": "归档文件目录.csv",
        "清单文件": "文件清单.csv",
    }  # fmt: skip
    lines = "".join(f"{key}：{value}\n" for key, value in statement.items())
    (folder / "说明文件.txt").write_text(lines, encoding="utf-8")
    return Made(folder, len(rows), total)


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        writer.writerows(rows)


class _Hashed:
    """Writes and hashes at once."""

    def __init__(self, target: BinaryIO) -> None:
        self._target, self._digest, self.size = target, hashlib.new("sm3"), 0

    def write(self, content: bytes) -> None:
        self._target.write(content)
        self._digest.update(content)
        self.size += len(content)

    def result(self) -> tuple[int, str]:
        return self.size, self._digest.hexdigest()


def _noise(size: int, number: int) -> Iterator[bytes]:
    source = random.Random(f"{SEED}/noise/{number}")
    while size > 0:
        yield source.randbytes(min(_PIECE, size))
        size -= _PIECE


_WIDTH, _HEIGHT = 2480, 3508  # A4 at 300 dots an inch
_PAGE_BYTES = _WIDTH * _HEIGHT * 3


def _tiff_pages(size: int) -> int:
    return max(1, size // _PAGE_BYTES)


def _tiff(path: Path, size: int, number: int) -> tuple[int, str]:
    """Colour pages without compression, as preservation masters are kept (TIFF 6.0, one strip a page)."""
    height = _HEIGHT if size >= _PAGE_BYTES else max(1, size // (_WIDTH * 3))
    page_bytes = _WIDTH * height * 3
    entries = 13
    directory = 2 + entries * 12 + 4
    extra = 3 * 2 + 2 + 16  # bits per sample, padding, two resolutions
    with path.open("wb") as file:
        target = _Hashed(file)
        target.write(struct.pack("<2sHI", b"II", 42, 8))
        pages = _tiff_pages(size)
        for page in range(pages):
            start = target.size
            bits = start + directory
            resolution = bits + 8
            pixels = start + directory + extra
            following = 0 if page == pages - 1 else pixels + page_bytes + page_bytes % 2
            tags = [
                (256, 4, 1, _WIDTH), (257, 4, 1, height), (258, 3, 3, bits), (259, 3, 1, 1), (262, 3, 1, 2),
                (273, 4, 1, pixels), (274, 3, 1, 1), (277, 3, 1, 3), (278, 4, 1, height), (279, 4, 1, page_bytes),
                (282, 5, 1, resolution), (283, 5, 1, resolution + 8), (296, 3, 1, 2),
            ]  # fmt: skip
            packed = b"".join(struct.pack("<HHII", *tag) for tag in tags)
            target.write(struct.pack("<H", entries) + packed + struct.pack("<I", following))
            target.write(struct.pack("<HHHH", 8, 8, 8, 0) + struct.pack("<IIII", 300, 1, 300, 1))
            for piece in _noise(page_bytes, number * 1000 + page):
                target.write(piece)
            if page_bytes % 2:
                target.write(b"\0")
        return target.result()


def _wave(path: Path, size: int, number: int) -> tuple[int, str]:
    """Sound of 96 kHz, 24 bit, two channels."""
    frame = 6
    data = max(frame * 96_000, (size - 44) // frame * frame)
    with path.open("wb") as file:
        target = _Hashed(file)
        target.write(
            struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + data, b"WAVE", b"fmt ", 16, 1, 2, 96_000, 576_000, 6, 24)
        )
        target.write(struct.pack("<4sI", b"data", data))
        for piece in _noise(data, number):
            target.write(piece)
        return target.result()


def _table(path: Path, size: int, number: int) -> tuple[int, str]:
    """A long register as text."""
    with path.open("wb") as file:
        target = _Hashed(file)
        block = "".join(
            f"{one.ref}\t{one.document_number}\t{one.author}\t{one.title}\t{one.date}\n"
            for one in (record(place, FONDS) for place in range(number * 1000, number * 1000 + 5000))
        ).encode()
        while target.size + len(block) <= size:
            target.write(block)
        if not target.size:
            target.write(block[:size].rpartition(b"\n")[0] + b"\n")
        return target.result()
