"""Raster images: every page decoded in full by Pillow, guarded against pixel bombs."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Literal

from PIL import Image, ImageFile

from shicheng.formats.findings import Findings, Subject
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

# Large plans are real records: the guard here is by memory, not Pillow's fixed number of pixels.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False

_MOST_PAGES = 5000
_BYTES_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I": 4, "F": 4, "LA": 4}
_TIFF_PLACES = ((273, 279), (324, 325))  # strips, tiles: offsets and byte counts


def pixel_cost(image: Image.Image) -> int:
    """Bytes of memory a full decoding of the current page takes."""
    return image.width * image.height * _BYTES_PER_PIXEL.get(image.mode, 4)


def look(subject: Subject, findings: Findings) -> None:
    """Decode every page and check that the file reaches its end."""
    findings.tool = f"Pillow {Image.__version__}"  # type: ignore[attr-defined]  # the stubs leave it out
    _check_end(subject, findings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about odd EXIF; what matters is noted below
        try:
            with Image.open(subject.path) as image:
                _look_at_pages(image, subject, findings)
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            cut = "truncated" in str(error) or "broken data stream" in str(error)
            if not any(p.kind is FileProblemKind.TRUNCATED for p in findings.problems):
                findings.add(
                    FileProblemKind.TRUNCATED if cut else FileProblemKind.DAMAGED,
                    _("The image %(name)s breaks off: part of its picture is missing.", name=subject.name)
                    if cut
                    else _(
                        "The image %(name)s can't be decoded: %(reason)s.",
                        name=subject.name,
                        reason=_reason(error, subject),
                    ),
                )


def _look_at_pages(image: Image.Image, subject: Subject, findings: Findings) -> None:
    if image.format == "TIFF":
        _check_tiff_chain(subject)
    count = int(getattr(image, "n_frames", 1))
    findings.pages = count
    findings.technical.update(
        {"width": image.width, "height": image.height, "mode": image.mode, "compression": _compression(image)}
    )
    dpi = image.info.get("dpi")
    if dpi:
        findings.technical["dpi"] = [_number(dpi[0]), _number(dpi[1])]
    _read_exif(image, findings)
    if image.format == "PNG" and count == 1:
        with Image.open(subject.path) as again:
            again.verify()  # checks the CRC of every chunk, which decoding alone does not
    for number in range(min(count, _MOST_PAGES)):
        if number:
            image.seek(number)
        if pixel_cost(image) > subject.budget.memory // 2:
            findings.add(
                FileProblemKind.BUDGET,
                _(
                    "The image %(name)s has %(width)s × %(height)s pixels, more than may be decoded here.",
                    name=subject.name,
                    width=image.width,
                    height=image.height,
                ),
            )
            return
        if image.format == "TIFF":
            _check_tiff_places(image, subject, number)
        image.load()
    if count > _MOST_PAGES:
        findings.notes.append(_("Only the first %(count)s pages were decoded.", count=_MOST_PAGES))


def _check_tiff_places(image: Any, subject: Subject, number: int) -> None:
    for offsets, counts in _TIFF_PLACES:
        places = image.tag_v2.get(offsets, ())
        lengths = image.tag_v2.get(counts, ())
        for place, length in zip(_as_tuple(places), _as_tuple(lengths), strict=False):
            if place + length > subject.size:
                raise OSError(f"page {number + 1} is truncated")


def _as_tuple(value: Any) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, int) else ()


def _check_tiff_chain(subject: Subject) -> None:
    """Follow the chain of page directories (TIFF 6.0, section 2): Pillow forgets pages whose directory is lost."""
    with subject.path.open("rb") as source:
        head = source.read(16)
        order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
        big = int.from_bytes(head[2:4], order) == 43
        wide, count_size, entry_size = (8, 8, 20) if big else (4, 2, 12)
        at = int.from_bytes(head[8:16] if big else head[4:8], order)
        seen: set[int] = set()
        while at and at not in seen and len(seen) < _MOST_PAGES:
            seen.add(at)
            source.seek(at)
            entries = int.from_bytes(source.read(count_size), order)
            end = at + count_size + entries * entry_size
            if end + wide > subject.size:
                raise OSError(f"page {len(seen)} is truncated")
            source.seek(end)
            at = int.from_bytes(source.read(wide), order)


def _check_end(subject: Subject, findings: Findings) -> None:
    """Find a missing end mark, which decoders forgive."""
    family = subject.identification.family
    if family not in ("png", "jpeg", "gif"):
        return
    with subject.path.open("rb") as source:
        source.seek(max(0, subject.size - (64 << 10)))
        tail = source.read()
    whole = {
        "png": b"IEND\xaeB`\x82" in tail,
        "jpeg": tail.rfind(b"\xff\xd9") > tail.rfind(b"\xff\xda"),
        "gif": tail.rstrip(b"\x00")[-1:] == b";",
    }[family]
    if not whole:
        findings.add(
            FileProblemKind.TRUNCATED, _("The image %(name)s breaks off: its end mark is missing.", name=subject.name)
        )


def _read_exif(image: Image.Image, findings: Findings) -> None:
    try:
        exif = image.getexif()
    except Exception:  # EXIF is written by cameras of every kind; its faults are not the picture's
        return
    for tag, key in ((271, "make"), (272, "model"), (306, "taken"), (274, "orientation")):
        value = exif.get(tag)
        if isinstance(value, str | int) and value != "":
            findings.technical[key] = value if isinstance(value, int) else value.strip("\x00 ")[:100]


def _compression(image: Image.Image) -> str:
    return str(image.info.get("compression", "") or "")


def _number(value: Any) -> float:
    return round(float(value), 2)


def _reason(error: Exception, subject: Subject) -> str:
    text = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return text.replace(repr(str(subject.path)), subject.name).replace(str(subject.path), subject.name)[:200]


def open_image(path: Path, memory: int) -> Image.Image:
    """Open an image for showing; raises ValueError when its first page needs more than `memory` bytes."""
    image = Image.open(path)
    if pixel_cost(image) > memory:
        image.close()
        raise ValueError("image too large")
    return image
