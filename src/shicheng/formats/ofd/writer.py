"""Writing small OFD files: pages of text and pictures, for samples and tests."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree
from PIL import Image

from shicheng.formats.ofd.geometry import shown

NAMESPACE = "http://www.ofdspec.org/2016"
_MARGIN = 25.0
_SIZE = 4.8  # millimetres, about the Chinese size "small four"
_LEADING = 8.0
_WIDTH, _HEIGHT = 210.0, 297.0
_STAMP = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same content gives the same bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG and where it stands: page from 1, the rest in millimetres."""

    page: int
    content: bytes
    x: float
    y: float
    width: float
    height: float


def write_ofd(
    path: Path,
    *,
    title: str,
    pages: Sequence[Sequence[str]],
    images: Sequence[Picture] = (),
    author: str = "",
    created: date | None = None,
    font: str = "宋体",
    attachments: Sequence[tuple[str, bytes]] = (),
) -> None:
    """Write an OFD of A4 pages: each page a list of lines, long lines broken at the margin.

    Raises ValueError when a page has more lines than fit, or a picture stands on no page. The same arguments give the
    same bytes; the fonts are not embedded.
    """
    if not pages:
        raise ValueError("an OFD needs at least one page")
    parts: dict[str, bytes] = {}
    content = [_broken(lines) for lines in pages]
    formats = [_format(picture, len(content)) for picture in images]
    ids = iter(range(1, 10_000_000))
    font_id = str(next(ids))
    media_ids = [str(next(ids)) for _picture in images]
    page_ids = [str(next(ids)) for _lines in content]
    for index, lines in enumerate(content):
        on_page = [(picture, media_ids[at]) for at, picture in enumerate(images) if picture.page == index + 1]
        page = _element("Page")
        _child(_child(page, "Area"), "PhysicalBox", text=f"0 0 {shown(_WIDTH)} {shown(_HEIGHT)}")
        layer = _child(_child(page, "Content"), "Layer", ID=str(next(ids)), Type="Body")
        for picture, media_id in on_page:
            box = f"{shown(picture.x)} {shown(picture.y)} {shown(picture.width)} {shown(picture.height)}"
            ctm = f"{shown(picture.width)} 0 0 {shown(picture.height)} 0 0"
            _child(layer, "ImageObject", ID=str(next(ids)), Boundary=box, CTM=ctm, ResourceID=media_id)
        for row, line in enumerate(lines):
            if line.strip():
                _write_line(layer, line, _MARGIN + row * _LEADING, font_id, str(next(ids)))
        parts[f"Doc_0/Pages/Page_{index}/Content.xml"] = _bytes(page)
    for index, picture in enumerate(images):
        parts[f"Doc_0/Res/image_{index}.{formats[index].lower()}"] = picture.content
    resources = _element("Res", BaseLoc="Res")
    _child(_child(resources, "Fonts"), "Font", ID=font_id, FontName=font, FamilyName=font)
    if images:
        media = _child(resources, "MultiMedias")
        for index, media_id in enumerate(media_ids):
            one = _child(media, "MultiMedia", ID=media_id, Type="Image", Format=formats[index])
            _child(one, "MediaFile", text=f"image_{index}.{formats[index].lower()}")
    parts["Doc_0/PublicRes.xml"] = _bytes(resources)
    if attachments:
        parts.update(_attachment_parts(attachments))
    parts["Doc_0/Document.xml"] = _bytes(_document(page_ids, str(next(ids)), has_attachments=bool(attachments)))
    identity = hashlib.md5(b"".join(parts[name] for name in sorted(parts)), usedforsecurity=False).hexdigest()
    parts = {"OFD.xml": _bytes(_root(title, author, created, identity)), **parts}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name, _STAMP), part, zipfile.ZIP_DEFLATED)


def _element(name: str, **attributes: str) -> etree._Element:
    return etree.Element(f"{{{NAMESPACE}}}{name}", attributes, nsmap={"ofd": NAMESPACE})


def _child(parent: etree._Element, name: str, *, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    if text:
        made.text = text
    return made


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _advance(char: str) -> float:
    return _SIZE if ord(char) > 0x2E7F or char in "—…“”‘’·" else _SIZE / 2


def _broken(lines: Sequence[str]) -> list[str]:
    """Break lines at the right margin; raises ValueError when they do not fit the page."""
    room = _WIDTH - 2 * _MARGIN
    found: list[str] = []
    for line in lines:
        part, used = "", 0.0
        for char in line:
            if used + _advance(char) > room and part:
                found.append(part)
                part, used = "", 0.0
            part += char
            used += _advance(char)
        found.append(part)
    most = int((_HEIGHT - 2 * _MARGIN) / _LEADING)
    if len(found) > most:
        raise ValueError(f"{len(found)} lines do not fit a page of {most}")
    return found


def _write_line(layer: etree._Element, line: str, top: float, font_id: str, number: str) -> None:
    steps = [_advance(char) for char in line]
    box = f"{shown(_MARGIN)} {shown(top)} {shown(sum(steps))} {shown(_LEADING)}"
    text = _child(layer, "TextObject", ID=number, Boundary=box, Font=font_id, Size=shown(_SIZE))
    code = _child(text, "TextCode", text=line, X="0", Y=shown(_SIZE))
    if len(line) > 1:
        code.set("DeltaX", _grouped(steps[:-1]))


def _grouped(steps: list[float]) -> str:
    """Write steps with runs of the same as "g n d"."""
    parts: list[str] = []
    at = 0
    while at < len(steps):
        end = at
        while end < len(steps) and steps[end] == steps[at]:
            end += 1
        run = end - at
        parts.append(f"g {run} {shown(steps[at])}" if run > 2 else " ".join([shown(steps[at])] * run))
        at = end
    return " ".join(parts)


def _format(picture: Picture, pages: int) -> str:
    if not 1 <= picture.page <= pages:
        raise ValueError(f"the picture stands on page {picture.page} of {pages}")
    with Image.open(io.BytesIO(picture.content)) as opened:
        found = str(opened.format)
    if found not in ("PNG", "JPEG"):
        raise ValueError(f"pictures of the format {found} are not written")
    return found


def _attachment_parts(attachments: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    parts = {}
    root = _element("Attachments")
    for index, (name, content) in enumerate(attachments):
        file = f"attachment_{index}{Path(name).suffix}"
        one = _child(root, "Attachment", ID=str(index + 1), Name=name, Size=f"{len(content) / 1024:.4f}")
        _child(one, "FileLoc", text=file)
        parts[f"Doc_0/Attachs/{file}"] = content
    parts["Doc_0/Attachs/Attachments.xml"] = _bytes(root)
    return parts


def _document(page_ids: Sequence[str], last: str, *, has_attachments: bool) -> etree._Element:
    root = _element("Document")
    common = _child(root, "CommonData")
    _child(common, "MaxUnitID", text=last)
    _child(_child(common, "PageArea"), "PhysicalBox", text=f"0 0 {shown(_WIDTH)} {shown(_HEIGHT)}")
    _child(common, "PublicRes", text="PublicRes.xml")
    listed = _child(root, "Pages")
    for index, page_id in enumerate(page_ids):
        _child(listed, "Page", ID=page_id, BaseLoc=f"Pages/Page_{index}/Content.xml")
    if has_attachments:
        _child(root, "Attachments", text="Attachs/Attachments.xml")
    return root


def _root(title: str, author: str, created: date | None, identity: str) -> etree._Element:
    root = _element("OFD", Version="1.0", DocType="OFD")
    body = _child(root, "DocBody")
    told = _child(body, "DocInfo")
    _child(told, "DocID", text=identity)
    _child(told, "Title", text=title)
    if author:
        _child(told, "Author", text=author)
    if created is not None:
        _child(told, "CreationDate", text=created.isoformat())
    _child(told, "Creator", text="Shicheng")
    _child(body, "DocRoot", text="Doc_0/Document.xml")
    return root
