"""Which column of a list means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shicheng.packages.elements import ELEMENTS
from shicheng.packages.statement import parse_algorithm
from shicheng.packages.texts import fold_header

ITEM_COLUMNS: Mapping[str, str] = {
    fold_header(header): element.name for element in ELEMENTS for header in (element.label_zh, *element.headers)
}
FILE_COLUMNS: Mapping[str, str] = {
    fold_header(header): name
    for name, headers in {
        "reference_code": ("档号", "归档号", "电子档案号", "所属档号"),
        "order": ("序号", "顺序号", "文件序号", "件内序号"),
        "draft_state": ("稿本", "文件类型", "稿本类型", "文件类别"),
        "path": ("路径", "文件路径", "相对路径", "存储路径", "存放路径", "文件位置"),
        "name": ("计算机文件名", "文件名", "文件名称"),
        "size": ("字节数", "大小", "文件大小", "计算机文件大小", "文件大小(字节)", "大小(字节)", "字节"),
        "format": ("格式", "计算机文件格式", "文件格式"),
        "digest": ("摘要", "数字摘要", "摘要值", "数字摘要值", "校验值", "哈希值", "固化信息"),
        "digest_algorithm": ("摘要算法", "算法", "校验算法"),
    }.items()
    for header in headers
}


def map_item_header(cells: Sequence[str]) -> list[str | None]:
    """Give each column of an item list its element, None where none is known or one came before."""
    return _once([ITEM_COLUMNS.get(fold_header(cell)) for cell in cells])


def map_file_header(cells: Sequence[str]) -> list[str | None]:
    """Give each column of a file list its meaning; a digest column is "digest:<algorithm>"."""
    names: list[str | None] = []
    for cell in cells:
        name = FILE_COLUMNS.get(fold_header(cell))
        if name is None and cell.strip():
            algorithm = parse_algorithm(_without_words(cell))
            name = f"digest:{algorithm}" if algorithm is not None else None
        names.append(name)
    if "path" not in names and "name" in names:
        names[names.index("name")] = "path"
    return _once(names)


def _without_words(cell: str) -> str:
    for word in ("摘要值", "摘要", "校验值", "哈希值", "值", "数字", "(", ")", "（", "）"):
        cell = cell.replace(word, "")
    return cell.strip()


def _once(names: list[str | None]) -> list[str | None]:
    seen: set[str] = set()
    result: list[str | None] = []
    for name in names:
        result.append(None if name in seen else name)
        if name is not None:
            seen.add(name)
    return result
