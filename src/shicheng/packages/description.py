"""The description XML kept beside every item: DA/T 46-2009 element names, one namespace of our own.

Form (namespace `urn:shicheng:description:1`, UTF-8, two blanks per level, no DTD)::

    著录 @版本="1"
      聚合层次                               always 文件, as DA/T 46 M1 for an item
      来源        archive and agency          M3-M6
      电子文件号                              M7
      档号        档号正文, then its parts    M8, M9-M20
      内容描述    title, author, date …       M22-M39
      形式特征                                M41-M45
      电子属性    what the item list said     M47-M51
      数字化属性, 电子签名, 存储位置, 权限管理  M53-M56, M58-M64, M66-M69, M71-M74
      附注                                    M75
      其他著录项  elements DA/T 46 lacks      openness and others of DA/T 18-2022
      未识别项    columns known to nobody     项/名称, 项/值, in the order of the list
      文件数据    文档 1..n                   one per computer file, each with its 电子属性
      业务实体块  业务实体 0..n               M80-M84 and the agent's name, M77
      系统信息    项 0..n                     what this system knows, sorted by name

A text holding characters that XML 1.0 cannot carry is written with `\\uXXXX` for each of them and
`\\\\` for every backslash, and its element is marked `转义="是"`; so every Python string comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from lxml import etree

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import BY_NAME, ELEMENTS, Element
from shicheng.packages.types import ProcessEntry
from shicheng.packages.xml_texts import escape_text, mark_up, unescape_text

NAMESPACE: Final = "urn:shicheng:description:1"
ROOT: Final = "著录"
VERSION: Final = "1"


class DescriptionError(ShichengError):
    """A description XML can't be read back."""

    code: ClassVar[str] = "packages.description.unreadable"


@dataclass(frozen=True, slots=True)
class DescribedFile:
    """One computer file of an item, as the description tells it."""

    logical_path: str  # where it lies in the item's object
    name: str  # original file name, as shown
    size: int  # bytes
    digests: Mapping[str, str] = field(default_factory=dict)  # algorithm code -> hex
    order: int | None = None  # 文档序号, place inside the item
    draft_state: str = ""  # 稿本
    format_name: str = ""
    format_version: str = ""
    puid: str = ""
    mime: str = ""
    listed_path: str = ""  # the path the transferring unit's list gave
    creating_application: str = ""  # 文档创建程序
    note: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a description XML says."""

    elements: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    files: list[DescribedFile] = field(default_factory=list)
    process: list[ProcessEntry] = field(default_factory=list)
    system: dict[str, str] = field(default_factory=dict)


# Where DA/T 46 words an element otherwise than our screens do.
_TAGS: Final[Mapping[str, str]] = {
    "category": "类别号",  # M14
    "volume_number": "室编案卷号",  # M15
    "item_number": "室编件号",  # M17
}
# Container of each run of element numbers; "" is the top level.
_CONTAINERS: Final[tuple[tuple[int, int, str], ...]] = (
    (3, 6, "来源"),
    (7, 7, ""),
    (8, 20, "档号"),
    (22, 39, "内容描述"),
    (41, 45, "形式特征"),
    (47, 51, "电子属性"),
    (53, 56, "数字化属性"),
    (58, 64, "电子签名"),
    (66, 69, "存储位置"),
    (71, 74, "权限管理"),
    (75, 75, ""),
)
_UNNUMBERED: Final = "其他著录项"
_UNKNOWN: Final = "未识别项"


def _number(element: Element) -> int:
    return int(element.number[1:]) if element.number else 1000


def _container(element: Element) -> str:
    number = _number(element)
    return next((name for first, last, name in _CONTAINERS if first <= number <= last), _UNNUMBERED)


_TAG_OF: Final[dict[str, str]] = {e.name: _TAGS.get(e.name, e.label_zh) for e in ELEMENTS}
_NAME_OF: Final[dict[tuple[str, str], str]] = {(_container(e), _TAG_OF[e.name]): e.name for e in ELEMENTS}
# (container, names) in the order of DA/T 46; 档号 carries its own text beside its parts.
_LAYOUT: Final[list[tuple[str, list[str]]]] = []
for _element in sorted(ELEMENTS, key=_number):
    _home = _container(_element)
    if _LAYOUT and _LAYOUT[-1][0] == _home:
        _LAYOUT[-1][1].append(_element.name)
    else:
        _LAYOUT.append((_home, [_element.name]))

_FILE_TEXTS: Final[tuple[tuple[str, str], ...]] = (
    ("稿本", "draft_state"),
    ("逻辑路径", "logical_path"),
    ("清单路径", "listed_path"),
    ("附注", "note"),
)
_FORMAT_TEXTS: Final[tuple[tuple[str, str], ...]] = (
    ("名称", "format_name"),
    ("版本", "format_version"),
    ("PUID", "puid"),
    ("MIME", "mime"),
)
_PROCESS_TEXTS: Final[tuple[tuple[str, str], ...]] = (
    ("业务状态", "status"),
    ("业务行为", "action"),
    ("行为时间", "time"),
    ("行为依据", "mandate"),
    ("行为描述", "description"),
    ("机构人员名称", "agent"),
)

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED: Final = ' 转义="是"'


def write_description(
    elements: Mapping[str, str],
    *,
    files: Iterable[DescribedFile] = (),
    process: Iterable[ProcessEntry] = (),
    system: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | None = None,
) -> bytes:
    """Write the description of one item as XML.

    The same arguments give the same bytes. Names that `packages.elements` does not know are refused
    with `ValueError`: they belong into `extra`.
    """
    unknown = [name for name in elements if name not in BY_NAME]
    if unknown:
        raise ValueError(f"not names of descriptive elements: {', '.join(sorted(unknown))}")
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{ROOT} xmlns="{NAMESPACE}" 版本="{VERSION}">']
    lines.append("  <聚合层次>文件</聚合层次>")
    lines.extend(_element_lines(elements))
    lines.extend(_pair_lines(_UNKNOWN, (extra or {}).items()))
    lines.extend(_file_lines(files))
    lines.extend(_process_lines(process))
    lines.extend(_pair_lines("系统信息", sorted((system or {}).items())))
    lines.append(f"</{ROOT}>\n")
    return "\n".join(lines).encode("utf-8")


def _leaf(tag: str, text: str, attributes: str = "") -> str:
    if _BAD.search(text):
        text = escape_text(text)
        attributes += _ESCAPED
    return f"<{tag}{attributes}>{mark_up(text)}</{tag}>"


def _element_lines(elements: Mapping[str, str]) -> Iterator[str]:
    for container, names in _LAYOUT:
        given = [name for name in names if name in elements]
        if not given:
            continue
        leaves = [_leaf(_TAG_OF[name], elements[name]) for name in given if name != "reference_code"]
        if container == "":
            yield from (f"  {leaf}" for leaf in leaves)
        elif container == "档号":
            # DA/T 46 M8 is both a value and a container; a child for the value keeps its text exact.
            text = elements.get("reference_code")
            yield "  <档号>"
            if text is not None:
                yield f"    {_leaf('档号正文', text)}"
            yield from (f"    {leaf}" for leaf in leaves)
            yield "  </档号>"
        else:
            yield f"  <{container}>"
            yield from (f"    {leaf}" for leaf in leaves)
            yield f"  </{container}>"


def _pair_lines(container: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    lines = [f"    <项>{_leaf('名称', name)}{_leaf('值', value)}</项>" for name, value in pairs]
    if lines:
        yield f"  <{container}>"
        yield from lines
        yield f"  </{container}>"


def _file_lines(files: Iterable[DescribedFile]) -> Iterator[str]:
    lines: list[str] = []
    for file in files:
        lines.append("    <文档>")
        if file.order is not None:
            lines.append(f"      <文档序号>{file.order}</文档序号>")
        lines.extend(f"      {_leaf(tag, getattr(file, name))}" for tag, name in _FILE_TEXTS if getattr(file, name))
        lines.append("      <电子属性>")
        known = "".join(_leaf(tag, getattr(file, name)) for tag, name in _FORMAT_TEXTS if getattr(file, name))
        if known:
            lines.append(f"        <格式信息>{known}</格式信息>")
        lines.append(f"        {_leaf('计算机文件名', file.name)}")
        lines.append(f"        <计算机文件大小>{file.size}</计算机文件大小>")
        if file.creating_application:
            lines.append(f"        {_leaf('文档创建程序', file.creating_application)}")
        lines.extend(
            f'        <数字摘要 算法="{algorithm}">{file.digests[algorithm]}</数字摘要>'
            for algorithm in sorted(file.digests)
        )
        lines.append("      </电子属性>")
        lines.append("    </文档>")
    if lines:
        yield "  <文件数据>"
        yield from lines
        yield "  </文件数据>"


def _process_lines(process: Iterable[ProcessEntry]) -> Iterator[str]:
    lines: list[str] = []
    for entry in process:
        lines.append("    <业务实体>")
        lines.extend(
            f"      {_leaf(tag, getattr(entry, name))}" for tag, name in _PROCESS_TEXTS if getattr(entry, name)
        )
        lines.append("    </业务实体>")
    if lines:
        yield "  <业务实体块>"
        yield from lines
        yield "  </业务实体块>"


def read_description(content: bytes) -> Description:
    """Read back what `write_description` wrote; raise `DescriptionError` for anything else."""
    root = _parse(content)
    found = Description()
    try:
        _collect(root, found)
    except (ValueError, KeyError) as error:
        raise DescriptionError(_("The description breaks its form: %(reason)s.", reason=str(error))) from error
    return found


def _collect(root: etree._Element, found: Description) -> None:
    for node in root:
        tag = _tag(node)
        if tag == "聚合层次":
            continue
        if tag == _UNKNOWN:
            found.extra.update(_pairs(node))
        elif tag == "系统信息":
            found.system.update(_pairs(node))
        elif tag == "文件数据":
            found.files.extend(_file(child) for child in node)
        elif tag == "业务实体块":
            found.process.extend(_process(child) for child in node)
        elif ("", tag) in _NAME_OF:
            found.elements[_NAME_OF["", tag]] = _text(node)
        else:
            for child in node:
                name = "reference_code" if _tag(child) == "档号正文" else _NAME_OF.get((tag, _tag(child)))
                if name is None:
                    raise _unknown(child)
                found.elements[name] = _text(child)


def _parse(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DescriptionError(
            _("The description is not well-formed XML: %(reason)s.", reason=str(error)),
            hint=_("Restore it from another copy of the object."),
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DescriptionError(_("The description has a document type declaration, which is refused."))
    if root.tag != f"{{{NAMESPACE}}}{ROOT}" or root.get("版本") != VERSION:
        raise DescriptionError(
            _(
                "The description is not of the known form: expected %(expected)s version %(version)s, found %(found)s.",
                expected=f"{{{NAMESPACE}}}{ROOT}",
                version=VERSION,
                found=str(root.tag),
            ),
            hint=_("It may have been written by a newer version of this software."),
        )
    return root


def _tag(node: etree._Element) -> str:
    name = etree.QName(node)
    if name.namespace != NAMESPACE:
        raise _unknown(node)
    return name.localname


def _unknown(node: etree._Element) -> DescriptionError:
    return DescriptionError(
        _("The description has an element %(name)s in a place where none is known.", name=str(node.tag)),
        hint=_("It may have been written by a newer version of this software."),
    )


def _text(node: etree._Element) -> str:
    text = node.text or ""
    return unescape_text(text) if node.get("转义") == "是" else text


def _pairs(node: etree._Element) -> Iterator[tuple[str, str]]:
    for child in node:
        values = {_tag(part): _text(part) for part in child}
        if _tag(child) != "项" or set(values) != {"名称", "值"}:
            raise _unknown(child)
        yield values["名称"], values["值"]


def _file(node: etree._Element) -> DescribedFile:
    texts: dict[str, str] = {}
    digests: dict[str, str] = {}
    order: int | None = None
    size: int | None = None
    names = {**dict(_FILE_TEXTS), "计算机文件名": "name", "文档创建程序": "creating_application"}
    for leaf in _leaves(node):
        tag = _tag(leaf)
        if tag == "文档序号":
            order = int(_text(leaf))
        elif tag == "计算机文件大小":
            size = int(_text(leaf))
        elif tag == "数字摘要":
            digests[str(leaf.get("算法"))] = _text(leaf)
        elif tag == "格式信息":
            texts.update((dict(_FORMAT_TEXTS)[_tag(part)], _text(part)) for part in leaf)
        elif tag in names:
            texts[names[tag]] = _text(leaf)
        else:
            raise _unknown(leaf)
    if size is None or "logical_path" not in texts:
        raise DescriptionError(_("A file in the description has no size or no path."))
    texts.setdefault("name", "")
    return DescribedFile(size=size, order=order, digests=digests, **texts)


def _leaves(node: etree._Element) -> Iterator[etree._Element]:
    """The parts of a 文档, those of its 电子属性 among them."""
    if _tag(node) != "文档":
        raise _unknown(node)
    for part in node:
        if _tag(part) == "电子属性":
            yield from part
        else:
            yield part


def _process(node: etree._Element) -> ProcessEntry:
    names = dict(_PROCESS_TEXTS)
    if _tag(node) != "业务实体" or any(_tag(part) not in names for part in node):
        raise _unknown(node)
    return ProcessEntry(**{names[_tag(part)]: _text(part) for part in node})
