"""Office documents in ZIP containers (OOXML, OpenDocument): every part sound, main part parses, macros, text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from shicheng.formats.findings import Findings, Subject, TextKeeper, looks_executable
from shicheng.formats.types import FileProblemKind
from shicheng.formats.zipped import DAMAGE, hardened_parser, open_zip, read_part, test_members
from shicheng.kernel.messages import message as _

_MAIN = {
    "ooxml-word": "word/document.xml",
    "ooxml-sheet": "xl/workbook.xml",
    "ooxml-slides": "ppt/presentation.xml",
    "odf": "content.xml",
}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WORD_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$")
_SHEET_PARTS = re.compile(r"xl/worksheets/sheet(\d+)\.xml$")
_SLIDE_PARTS = re.compile(r"ppt/slides/slide(\d+)\.xml$")
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode=\"External\"[^>]*>")
_LINK = re.compile(rb"Type=\"[^\"]*/hyperlink\"")
_PART_LIMIT = 256 << 20


def look(subject: Subject, findings: Findings) -> None:
    """Test every member, parse the main part, take the text."""
    findings.tool = "zipfile, lxml"
    archive = open_zip(subject, findings)
    if archive is None:
        return
    with archive:
        test_members(archive, subject, findings)
        names = archive.namelist()
        _find_active_content(archive, names, subject, findings)
        if findings.broken:
            return
        main = _MAIN[subject.identification.family]
        if main not in names:
            main = _main_by_types(archive) or main
        if main not in names:
            findings.add(
                FileProblemKind.DAMAGED,
                _("The document %(name)s has no main part (%(part)s).", name=subject.name, part=main),
            )
            return
        _take_text(archive, names, main, subject, findings)


def _main_by_types(archive: zipfile.ZipFile) -> str | None:
    """Find the main part under another name by [Content_Types].xml."""
    try:
        types = read_part(archive, "[Content_Types].xml").decode("utf-8", "replace")
    except DAMAGE:
        return None
    found = re.search(r'PartName="/([^"]+)"[^>]*ContentType="[^"]*\.main\+xml"', types)
    return found[1] if found else None


def _find_active_content(archive: zipfile.ZipFile, names: list[str], subject: Subject, findings: Findings) -> None:
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        findings.add(FileProblemKind.SCRIPT, _("The document %(name)s holds macros.", name=subject.name), fatal=False)
    for name in names:
        try:
            if "/embeddings/" in name or name.startswith("ObjectReplacements/"):
                head = read_part(archive, name)
                if looks_executable(name, head[:4096]) or _packs_program(head):
                    findings.add(
                        FileProblemKind.EMBEDDED,
                        _("The document %(name)s carries a program in %(member)s.", name=subject.name, member=name),
                        fatal=False,
                    )
            elif name.endswith(".rels"):
                relations = _EXTERNAL.findall(read_part(archive, name))
                if any(not _LINK.search(relation) for relation in relations):
                    findings.add(
                        FileProblemKind.EXTERNAL,
                        _("The document %(name)s needs content from outside the file to be shown.", name=subject.name),
                        fatal=False,
                    )
        except DAMAGE:
            continue  # a damaged part has been noted by the test of all members


def _packs_program(data: bytes) -> bool:
    """Look for a Windows program inside an OLE package."""
    at = data.find(b"MZ")
    while at >= 0:
        offset = int.from_bytes(data[at + 0x3C : at + 0x40], "little")
        if 0x40 <= offset < 0x1000 and data[at + offset : at + offset + 4] == b"PE\x00\x00":
            return True
        at = data.find(b"MZ", at + 1)
    return False


def _take_text(archive: zipfile.ZipFile, names: list[str], main: str, subject: Subject, findings: Findings) -> None:
    keeper = TextKeeper(subject.budget.text if subject.want_text else 0)
    pieces = {
        "ooxml-word": _word,
        "ooxml-sheet": _sheet,
        "ooxml-slides": _slides,
        "odf": _open_document,
    }[subject.identification.family](archive, names, main, findings)
    try:
        for piece in pieces:
            if not keeper.add(piece) and subject.want_text:
                break
    except etree.XMLSyntaxError as error:
        findings.add(
            FileProblemKind.DAMAGED,
            _(
                "The document %(name)s is not well-formed inside: %(reason)s.",
                name=subject.name,
                reason=str(error.msg)[:200],
            ),
        )
    if subject.want_text:
        keeper.hand_over(findings)


def _events(archive: zipfile.ZipFile, name: str, tags: tuple[str, ...]) -> Iterator[Any]:
    """Stream the elements named out of a part, freeing what is done."""
    with archive.open(name) as part:
        context = etree.iterparse(
            part, events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        for _event, element in context:
            if element.tag in tags:
                yield element
                element.clear()
                while element.getprevious() is not None and element.getparent() is not None:
                    del element.getparent()[0]


def _word(archive: zipfile.ZipFile, names: list[str], main: str, findings: Findings) -> Iterator[str]:
    parts = [main, *sorted(name for name in names if _WORD_PARTS.match(name) and name != main)]
    for part in parts:
        for paragraph in _events(archive, part, (f"{_W}p",)):
            words = "".join(_word_run(node) for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr"))
            if words:
                yield words + "\n"


def _word_run(node: Any) -> str:
    if node.tag == f"{_W}t":
        return node.text or ""
    return "\t" if node.tag == f"{_W}tab" else "\n"


def _sheet(archive: zipfile.ZipFile, names: list[str], main: str, findings: Findings) -> Iterator[str]:
    etree.fromstring(read_part(archive, main, _PART_LIMIT), hardened_parser())
    shared: list[str] = []
    if "xl/sharedStrings.xml" in names:
        for entry in _events(archive, "xl/sharedStrings.xml", (f"{_S}si",)):
            shared.append(
                "".join(node.text or "" for node in entry.iter(f"{_S}t") if node.getparent().tag != f"{_S}rPh")
            )
    sheets = sorted((name for name in names if _SHEET_PARTS.match(name)), key=_number(_SHEET_PARTS))
    findings.technical["sheets"] = len(sheets)
    for name in sheets:
        for row in _events(archive, name, (f"{_S}row",)):
            cells = [_cell(cell, shared) for cell in row.iter(f"{_S}c")]
            if any(cells):
                yield "\t".join(cells) + "\n"


def _cell(cell: Any, shared: list[str]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        return "".join(node.text or "" for node in cell.iter(f"{_S}t"))
    value = cell.findtext(f"{_S}v") or ""
    if kind == "s" and value.isdigit():
        return shared[int(value)] if int(value) < len(shared) else ""
    return value


def _slides(archive: zipfile.ZipFile, names: list[str], main: str, findings: Findings) -> Iterator[str]:
    etree.fromstring(read_part(archive, main, _PART_LIMIT), hardened_parser())
    slides = sorted((name for name in names if _SLIDE_PARTS.match(name)), key=_number(_SLIDE_PARTS))
    findings.pages = len(slides)
    for name in slides:
        for paragraph in _events(archive, name, (f"{_A}p",)):
            words = "".join(node.text or "" for node in paragraph.iter(f"{_A}t"))
            if words:
                yield words + "\n"


def _number(pattern: re.Pattern[str]) -> Any:
    def key(name: str) -> int:
        found = pattern.match(name)
        return int(found[1]) if found else 0

    return key


def _open_document(archive: zipfile.ZipFile, names: list[str], main: str, findings: Findings) -> Iterator[str]:
    text = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
    for paragraph in _events(archive, main, (f"{text}p", f"{text}h")):
        words = "".join(paragraph.itertext())
        if words:
            yield words + "\n"
