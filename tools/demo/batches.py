"""Puts the invented records into transfer folders as an office hands them over."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

import openpyxl

from demo.congress import congress_year
from demo.people_and_places import AGENCIES, DEPARTMENTS, FONDS_NAMES
from demo.records import Record, number_records
from demo.station import station_pictures, station_year
from demo.writing import Writer, settle
from shicheng.kernel.digests import digest_file

SEED: Final = 1534
FAULTY: Final = "5-澜城县人大常委会-2024年文书"
_RETENTIONS: Final = {"Y": "永久", "D30": "30年", "D10": "10年"}
_CATEGORIES: Final = {"WS": "文书档案(WS)", "ZP": "照片档案(ZP)", "LY": "录音档案(LY)", "LX": "录像档案(LX)"}
_HEADER: Final = (
    "序号", "档号", "全宗号", "年度", "保管期限", "机构", "件号", "文号", "责任者", "题名", "日期", "密级", "页数",
    "附件数", "开放标识", "备注",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """One transfer folder: its name, its records and the day it was handed over."""

    name: str
    fonds: str
    records: list[Record]
    handed_over: date
    faulty: bool = False


def make_batches(seed: int = SEED) -> list[Batch]:
    """Invent all records; nothing is written yet."""
    rng = Random(seed)
    congress = {year: congress_year(year, rng) for year in range(2015, 2025)}
    station = {year: station_year(year, rng) for year in range(2016, 2024)}
    pictures = station_pictures(range(2016, 2024), rng)

    def of(years: dict[int, list[Record]], wanted: range) -> list[Record]:
        return number_records([record for year in wanted for record in years[year]])

    return [
        Batch("1-澜城县人大常委会-2015至2019年文书", "L012", of(congress, range(2015, 2020)), date(2021, 3, 30)),
        Batch("2-澜城县人大常委会-2020至2023年文书", "L012", of(congress, range(2020, 2024)), date(2025, 3, 28)),
        Batch("3-澜城县广播电视台-2016至2023年文书", "L047", of(station, range(2016, 2024)), date(2025, 4, 18)),
        Batch("4-澜城县广播电视台-2016至2023年照片录音录像", "L047", number_records(pictures), date(2025, 4, 18)),
        Batch(FAULTY, "L012", of(congress, range(2024, 2025)), date(2025, 6, 27), faulty=True),
    ]


def write_batches(target: Path, *, seed: int = SEED, mended: bool = False) -> list[Path]:
    """Write every batch that is not there yet into `target`; return their folders.

    A folder appears under its name only when it is complete. `mended` leaves the four planted faults out.
    """
    target.mkdir(parents=True, exist_ok=True)
    folders = []
    for number, batch in enumerate(make_batches(seed)):
        folder = target / batch.name
        folders.append(folder)
        if folder.exists():
            continue
        part = target / f".{batch.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        write_batch(batch, part, Random(seed * 100 + number), mended=mended)
        part.rename(folder)
    return folders


def write_batch(batch: Batch, folder: Path, rng: Random, *, mended: bool = False) -> None:
    """Write one transfer folder: 说明文件, 归档文件目录, 文件清单 with SM3, and 内容/<档号>/…."""
    writer = Writer(rng)
    rows: list[list[str]] = []
    total = 0
    for record in batch.records:
        place = folder / "内容" / record.code
        place.mkdir(parents=True)
        for order, document in enumerate(record.documents, 1):
            path = writer.write(document, place, head=record.author, day=record.date)
            size = path.stat().st_size
            digest = digest_file(path, ("sm3",))[0]["sm3"]
            rows.append(
                [record.code, str(order), document.draft_state, path.relative_to(folder).as_posix(), str(size), digest]
            )
            total += size
    items = [_row(number, record) for number, record in enumerate(batch.records, 1)]
    if batch.faulty and not mended:
        _plant_faults(folder, items, rows)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "归档文件目录"
    for row in [list(_HEADER), *items]:
        sheet.append(row)
    book.save(folder / "归档文件目录.xlsx")
    settle(folder / "归档文件目录.xlsx")
    with (folder / "文件清单.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([["档号", "序号", "稿本", "路径", "字节数", "SM3"], *rows])
    (folder / "说明文件.txt").write_text("\n".join(_statement(batch, len(rows), total)) + "\n", "utf-8")


def _row(number: int, record: Record) -> list[object]:
    department = DEPARTMENTS[record.fonds].get(record.department, "")
    return [
        number, record.code, record.fonds, record.year, _RETENTIONS[record.retention], department, record.number,
        record.number_text, record.author, record.title, f"{record.date:%Y%m%d}", "公开", record.pages,
        record.attachments, record.openness, record.note,
    ]  # fmt: skip


def _statement(batch: Batch, files: int, total: int) -> list[str]:
    categories = {record.category for record in batch.records}
    lines = [
        f"移交单位：{AGENCIES[batch.fonds]}",
        f"全宗号：{batch.fonds}",
        f"全宗名称：{FONDS_NAMES[batch.fonds]}",
        f"件数：{len(batch.records)}",
        f"文件数：{files}",
        f"字节数：{total}",
        "摘要算法：SM3",
        f"移交日期：{batch.handed_over.isoformat()}",
    ]
    if len(categories) == 1:
        lines.append(f"档案门类：{_CATEGORIES[categories.pop()]}")
    if any(record.department for record in batch.records):
        lines.append("机构代码：" + "；".join(f"{code}={name}" for code, name in DEPARTMENTS[batch.fonds].items()))
    return [*lines, "目录文件：归档文件目录.xlsx", "清单文件：文件清单.csv"]


def _plant_faults(folder: Path, items: list[list[object]], rows: list[list[str]]) -> None:
    """Plant four small faults, each in an item of its own: what a report looks like when somebody has to decide."""
    by_code = {str(item[1]): item for item in items}
    used: set[str] = set()

    def take(*, kind: str = "", attachment: bool = False) -> list[str]:
        for row in rows:
            if row[0] not in used and row[3].endswith(kind) and (row[2] == "附件") == attachment:
                used.add(row[0])
                return row
        raise LookupError(f"no file of the kind {kind!r} is left")

    changed = folder / take(kind=".txt")[3]  # 1. a text that was changed after it was listed
    changed.write_bytes(_swap(changed.read_bytes()))
    (folder / take(attachment=True)[3]).unlink()  # 2. an attachment that is listed and was not handed over
    dated = by_code[take(kind=".ofd")[0]]  # 3. a document dated after the year in which it is filed
    dated[10] = "20250115"
    named = take(kind=".docx")  # 4. a Word document that calls itself PDF
    wrong = named[3].removesuffix(".docx") + ".pdf"
    (folder / named[3]).rename(folder / wrong)
    named[3] = wrong


def _swap(content: bytes) -> bytes:
    """Change one character of a GB18030 text without changing its length."""
    return content.replace("的".encode("gb18030"), "之".encode("gb18030"), 1)
