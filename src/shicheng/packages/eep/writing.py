"""Writes an item as an encapsulation package of DA/T 48-2009, type 原始型, unsigned.

Content is streamed through Base64. Elements the standard demands and the item does not have are written
empty. What DA/T 46 has no element for goes into 附注 as `【名称】文字`. The form is known second-hand (see
`names`).
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from shicheng.packages.eep import names
from shicheng.packages.elements import BY_NAME
from shicheng.packages.types import ProcessEntry
from shicheng.packages.writing_types import ExportFile, ExportItem
from shicheng.packages.xml_texts import escape_text, mark_up

_PIECE: Final = 57 * 4096  # bytes of content per write; a multiple of 57 keeps lines of 76 characters whole
_ORIGINAL_SENTENCE: Final = "本封装包包含电子文件数据及其元数据，原始封装，未经修改"
_PARTS: Final[tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]] = (
    # container, elements in order, those written even when empty
    ("来源", ("archive_name", "archive_code", "fonds_name", "agency"), ("agency",)),
    ("", ("record_id",), ("record_id",)),
    (
        "档号",
        (
            "fonds_code",
            "catalogue_number",
            "year",
            "retention",
            "department",
            "category",
            "volume_number",
            "archive_volume_number",
            "item_number",
            "archive_item_number",
            "page_number",
        ),
        ("year", "retention"),
    ),
    (
        "内容描述",
        (
            "title",
            "parallel_title",
            "subtitle",
            "title_note",
            "subjects",
            "keywords",
            "persons",
            "abstract",
            "classification",
            "document_number",
            "author",
            "date",
            "genre",
            "urgency",
            "addressee",
            "copied_to",
            "secrecy",
            "secrecy_term",
        ),
        ("title", "author", "date", "secrecy"),
    ),
    ("形式特征", ("grouping", "items_count", "pages", "language", "draft_state"), ("grouping",)),
    ("存储位置", (), ()),
    ("权限管理", ("rights_note", "control_mark"), ()),
)
_PLACED: Final = frozenset(name for _part, part_names, _required in _PARTS for name in part_names)


def write_eep_document(item: ExportItem, target: BinaryIO, *, created: datetime, agency: str) -> None:
    """Write one item; `agency` is 封装包创建单位, `created` must carry a time zone."""
    if created.tzinfo is None:
        raise ValueError("the time of creation has no zone")
    out = _Out(target)
    out.raw('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.raw(f'<{names.ROOT} xmlns="{names.NAMESPACE}">\n')
    out.leaf("封装包格式描述", names.FORMAT_SENTENCE)
    out.leaf("版本", names.VERSION)
    out.raw(f'<被签名对象 eep版本="{names.VERSION}">\n')
    out.leaf("封装包类型", names.ORIGINAL)
    out.leaf("封装包类型描述", _ORIGINAL_SENTENCE)
    out.leaf("封装包创建时间", created.isoformat(timespec="seconds"))
    out.leaf("封装包创建单位", agency)
    out.raw("<封装内容>\n<文件实体块>\n<文件实体>\n")
    _write_entity(out, item)
    out.raw("<文件数据>\n")
    for number, file in enumerate(item.files, start=1):
        _write_document(out, number, file)
    out.raw("</文件数据>\n</文件实体>\n</文件实体块>\n")
    _write_process(out, item)
    out.raw(f"</封装内容>\n</被签名对象>\n</{names.ROOT}>\n")


class _Out:
    def __init__(self, target: BinaryIO) -> None:
        self._target = target

    def raw(self, text: str) -> None:
        self._target.write(text.encode("utf-8"))

    def bytes(self, content: bytes) -> None:
        self._target.write(content)

    def leaf(self, tag: str, text: str) -> None:
        # Only what XML can't carry is escaped; this form is for other programs and is not read back exactly.
        plain = text if text.isprintable() else "".join(c if c in "\n\t" else escape_control(c) for c in text)
        self.raw(f"<{tag}>{mark_up(plain)}</{tag}>\n")


def escape_control(character: str) -> str:
    """Return a character XML can carry as it is, any other as `\\uXXXX`."""
    return character if character == "\\" else escape_text(character)


def _write_entity(out: _Out, item: ExportItem) -> None:
    elements = dict(item.elements)
    elements.setdefault("reference_code", item.ref)
    elements.setdefault("grouping", "单件" if len(item.files) < 2 else "组合文件")
    elements.setdefault("record_id", item.ref)
    out.leaf("聚合层次", "文件")
    for container, part_names, required in _PARTS:
        if container:
            out.raw(f"<{container}>")
        if container == "档号":
            out.raw(mark_up(elements["reference_code"]))
        for name in part_names:
            if elements.get(name) or name in required:
                out.leaf(names.TAGS[name], elements.get(name, ""))
        if container:
            out.raw(f"</{container}>\n")
    for note in _notes(item):
        out.leaf("附注", note)


def _notes(item: ExportItem) -> Iterator[str]:
    if item.elements.get("note"):
        yield item.elements["note"]
    for name, text in item.elements.items():
        if text and name not in _PLACED and name not in ("note", "reference_code"):
            yield f"【{BY_NAME[name].label_zh}】{text}"
    for header, text in item.extra.items():
        if text:
            yield f"【{header}】{text}"


def _write_document(out: _Out, number: int, file: ExportFile) -> None:
    identifier = f"修改0-文档{number}"
    out.raw("<文档>\n")
    out.leaf("文档标识符", identifier)
    out.leaf("文档序号", str(number))
    out.leaf(
        "文档主从声明",
        names.ATTACHED_DOCUMENT if file.draft_state == names.ATTACHMENT else names.MAIN_DOCUMENT,
    )
    if file.draft_state:
        out.leaf("题名", file.draft_state)
    out.raw(
        f'<文档数据 文档数据ID="{identifier}-文档数据1">\n<编码 编码ID="{identifier}-文档数据1-编码1">\n<电子属性>\n'
    )
    if file.mime:
        out.leaf("格式信息", file.mime)
    out.leaf("计算机文件名", file.name)
    out.leaf("计算机文件大小", str(file.size))
    out.raw("</电子属性>\n")
    out.leaf("编码描述", names.ENCODING_SENTENCE)
    out.leaf("反编码关键字", PurePosixPath(file.name).suffix.lstrip("."))
    out.raw(f'<编码数据 编码数据ID="{identifier}-文档数据1-编码1-编码数据1">')
    with file.opener() as stream:
        for piece in _pieces(stream):
            out.bytes(binascii.b2a_base64(piece, newline=False))
    out.raw("</编码数据>\n</编码>\n</文档数据>\n</文档>\n")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Pieces whose length is a multiple of three, but for the last, also of streams that give little at a time."""
    rest = b""
    while piece := stream.read(_PIECE):
        rest += piece
        whole = len(rest) - len(rest) % 3
        if whole:
            yield rest[:whole]
            rest = rest[whole:]
    if rest:
        yield rest


def _write_process(out: _Out, item: ExportItem) -> None:
    agents: dict[str, str] = {}
    for entry in item.process:
        agents.setdefault(entry.agent, f"机构人员{len(agents) + 1}")
    out.raw("<业务实体块>\n")
    for number, entry in enumerate(item.process, start=1):
        _write_act(out, number, entry, agents[entry.agent], item.elements.get("record_id") or item.ref)
    out.raw("</业务实体块>\n<机构人员实体块>\n")
    for name, identifier in agents.items():
        out.raw("<机构人员实体>\n")
        out.leaf("机构人员标识符", identifier)
        out.leaf("机构人员名称", name)
        out.raw("</机构人员实体>\n")
    out.raw("</机构人员实体块>\n")


def _write_act(out: _Out, number: int, entry: ProcessEntry, agent: str, record: str) -> None:
    out.raw("<业务实体>\n")
    out.leaf("业务标识符", f"业务{number}")
    out.leaf("机构人员标识符", agent)
    out.leaf("文件标识符", record)
    out.leaf("业务状态", entry.status)
    out.leaf("业务行为", entry.action)
    out.leaf("行为时间", entry.time)
    if entry.mandate:
        out.leaf("行为依据", entry.mandate)
    if entry.description:
        out.leaf("行为描述", entry.description)
    out.raw("</业务实体>\n")
