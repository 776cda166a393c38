"""Exports that another archive takes in as a transfer: the transfer folder and DA/T 93 Annex B."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from shicheng.packages.elements import BY_NAME
from shicheng.packages.process_list import HEADER, PROCESS_LISTS
from shicheng.packages.writing_lists import Rows, write_csv, write_sheet
from shicheng.packages.writing_place import Names, Tally, copy_file, new_place, plain_text
from shicheng.packages.writing_types import Exported, ExportItem, TransferStatement
from shicheng.packages.xml_texts import mark_up

CONTENT: Final = "内容"
ITEM_LIST: Final = "归档文件目录.xlsx"
FILE_LIST: Final = "文件清单.csv"
STATEMENT: Final = "说明文件.txt"
METADATA: Final = "电子档案元数据.XML"
_FILE_HEADER: Final = ("档号", "序号", "稿本", "路径", "字节数", "SM3")
_CATALOGUE: Final = (
    ("档号", "reference_code"),
    ("责任者", "author"),
    ("题名", "title"),
    ("日期", "date"),
    ("保管期限", "retention"),
    ("密级", "secrecy"),
    ("页数", "pages"),
    ("备注", "note"),
)
_XML_NAME = re.compile(r"[^\W\d][\w.-]*")
_EMPTY: Final = "无"


def write_transfer_folder(items: Iterable[ExportItem], target: Path, *, statement: TransferStatement) -> Exported:
    """Write a transfer folder: 说明文件, 归档文件目录, 文件清单 with SM3, and 内容/<档号>/<file>.

    Where items have acts of the business process (业务实体, M80-M84), these stand in 业务过程.
    """
    rows, tally, folders = Rows(), Tally(), Names()
    listed: list[tuple[str, ...]] = []
    acts: list[tuple[str, ...]] = []
    with new_place(target, folder=True) as place:
        (place / CONTENT).mkdir()
        for item in items:
            folder = folders.take(item.ref)
            (place / CONTENT / folder).mkdir()
            names = Names()
            for number, file in enumerate(item.files, start=1):
                name = names.take(file.name)
                path = f"{CONTENT}/{folder}/{name}"
                digests = copy_file(file, place / path, ("sm3",), ref=item.ref)
                listed.append((item.ref, str(number), file.draft_state, path, str(file.size), digests["sm3"]))
            rows.add(item)
            tally.add(item)
            acts += [
                (item.ref, act.status, act.action, act.time, act.mandate, act.description, act.agent)
                for act in item.process
            ]
        if acts:
            write_csv(place / PROCESS_LISTS[0], HEADER, acts, guarded=False)
        write_sheet(place / ITEM_LIST, "归档文件目录", rows.header, rows)
        # Paths in this list must be exact, so nothing is put before them.
        write_csv(place / FILE_LIST, _FILE_HEADER, listed, guarded=False)
        pairs = [
            ("移交单位", statement.agency),
            ("全宗号", statement.fonds_code),
            ("全宗名称", statement.fonds_name),
            ("件数", str(tally.items)),
            ("文件数", str(tally.files)),
            ("字节数", str(tally.bytes)),
            ("摘要算法", "SM3"),
            ("移交日期", statement.date),
            ("档案门类", statement.category),
            ("机构代码", "；".join(f"{code}={name}" for code, name in statement.departments.items())),
            ("目录文件", ITEM_LIST),
            ("清单文件", FILE_LIST),
        ]
        _write_statement(place / STATEMENT, pairs)
    return tally.result()


def write_dat93(items: Iterable[ExportItem], target: Path, *, statement: TransferStatement) -> Exported:
    """Write a package in the manner of DA/T 93-2022, Annex B: 说明文件, 目录文件 and a folder per item.

    Annex B is known from an implementation only. Each item lies in `<全宗号>/<年度>/<档号>/` with its metadata
    XML, which carries size and SM3 of every file.
    """
    tally, tops = Tally(), Names()
    for name in ("说明文件.TXT", "目录文件.XML", "其他"):
        tops.reserve(name)
    tops_of: dict[str, str] = {}
    folders: dict[str, Names] = {}
    first = last = ""
    with new_place(target, folder=True) as place:
        with (place / "目录文件.XML").open("x", encoding="utf-8", newline="\n") as catalogue:
            catalogue.write('<?xml version="1.0" encoding="UTF-8"?>\n<文件目录>\n')
            for item in items:
                fonds = item.elements.get("fonds_code") or statement.fonds_code or "全宗"
                top = tops_of.setdefault(fonds, "") or tops.take(fonds)
                tops_of[fonds] = top
                above = f"{top}/{_year(item)}"
                folder = place / above / folders.setdefault(above, Names()).take(item.ref)
                folder.mkdir(parents=True)
                _write_item(folder, item)
                tally.add(item)
                catalogue.write(f"  <文件>{_leaf('顺序号', str(tally.items))}")
                elements = {"reference_code": item.ref, **item.elements}
                catalogue.writelines(_leaf(tag, elements.get(name, "")) for tag, name in _CATALOGUE)
                catalogue.write("</文件>\n")
                first, last = first or item.ref, item.ref
            catalogue.write("</文件目录>\n")
        pairs = [
            ("移交单位", statement.agency),
            ("全宗号", statement.fonds_code),
            ("全宗名称", statement.fonds_name),
            ("内容描述", statement.description or _EMPTY),
            ("起止档号", f"{first} 至 {last}" if first else _EMPTY),
            ("档案数量", str(tally.items)),
            ("文件数", str(tally.files)),
            ("字节数", str(tally.bytes)),
            ("摘要算法", "SM3"),
            ("移交日期", statement.date),
            ("档案门类", statement.category),
            ("机构代码", "；".join(f"{code}={name}" for code, name in statement.departments.items())),
            ("软硬件环境", statement.environment or _EMPTY),
        ]
        _write_statement(place / "说明文件.TXT", pairs)
    return tally.result()


def _year(item: ExportItem) -> str:
    year = item.elements.get("year", "")
    return year if re.fullmatch(r"[0-9]{4}", year) else "年度不详"


def _write_item(folder: Path, item: ExportItem) -> None:
    names = Names()
    names.reserve(METADATA)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<电子档案元数据>"]
    elements = {"reference_code": item.ref, **item.elements}
    lines.extend(f"  {_leaf(BY_NAME[name].label_zh, text)}" for name, text in elements.items() if text)
    lines.extend(f"  {line}" for line in _extra(item))
    for entry in item.process:
        lines.append("  <业务实体>")
        for tag, text in (
            ("业务状态", entry.status),
            ("业务行为", entry.action),
            ("行为时间", entry.time),
            ("行为依据", entry.mandate),
            ("行为描述", entry.description),
            ("机构人员名称", entry.agent),
        ):
            if text:
                lines.append(f"    {_leaf(tag, text)}")
        lines.append("  </业务实体>")
    lines.append("  <文件数据>")
    for number, file in enumerate(item.files, start=1):
        name = _content_name(names, file.name)
        digests = copy_file(file, folder / name, ("sm3",), ref=item.ref)
        parts = [
            _leaf("序号", str(number)),
            _leaf("稿本", file.draft_state),
            _leaf("计算机文件名", name),
            _leaf("计算机文件大小", str(file.size)),
            _leaf("计算机文件格式", file.mime),
            _leaf("摘要算法", "SM3"),
            _leaf("数字摘要", digests["sm3"]),
        ]
        lines.append(f"    <文档>{''.join(parts)}</文档>")
    lines.extend(["  </文件数据>", "</电子档案元数据>", ""])
    (folder / METADATA).write_text("\n".join(lines), encoding="utf-8")


def _content_name(names: Names, wanted: str) -> str:
    # Content that looks like a metadata file of Annex B would be taken for one.
    if wanted.lower().endswith(".xml") and "元数据" in wanted:
        wanted = wanted.replace("元数据", "元_数据")
    return names.take(wanted)


def _extra(item: ExportItem) -> Iterator[str]:
    for header, text in item.extra.items():
        if text and _XML_NAME.fullmatch(header) and not header.lower().startswith("xml"):
            yield _leaf(header, text)
        elif text:
            yield _leaf("扩展项", f"{header}：{text}")


def _leaf(tag: str, text: str) -> str:
    return f"<{tag}>{mark_up(plain_text(text))}</{tag}>"


def _write_statement(path: Path, pairs: Iterable[tuple[str, str]]) -> None:
    lines = [f"{key}：{' '.join(plain_text(value).split())}\n" for key, value in pairs if value]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
