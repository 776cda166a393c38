"""Sample files made at test time, each a small real one of its format."""

from __future__ import annotations

import gzip
import io
import struct
import wave
import zipfile
from collections.abc import Callable

import av
import docx
import openpyxl
import pikepdf
import pptx
from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from shicheng.formats.types import Inspection

# Writes bytes under a name and looks at them in the child: the fixture `look`.
Look = Callable[[str, bytes], Inspection]
WORDS = "中华人民共和国档案法"


def pdf(pages: int = 2) -> bytes:
    out = io.BytesIO()
    sheet = canvas.Canvas(out)
    for number in range(pages):
        sheet.drawString(100, 700, f"Record page {number + 1}")
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def changed_pdf(change: Callable[[pikepdf.Pdf], None], **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        document.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def word() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(WORDS)
    table = document.add_table(1, 1)
    table.cell(0, 0).text = "表格里的字"
    document.save(out)
    return out.getvalue()


def sheet() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([WORDS, 42])
    book.create_sheet("二").append(["第二张"])
    book.save(out)
    return out.getvalue()


def slides() -> bytes:
    out = io.BytesIO()
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[0])
    slide.shapes.title.text = WORDS
    show.save(out)
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (120, 80), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.new(mode, size)
    draw = ImageDraw.Draw(image)
    for step in range(0, size[0], 7):
        draw.line((step, 0, size[0] - step, size[1]), fill=(step * 2 % 255) if mode == "L" else (step % 255, 90, 200))
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def many_page_tiff() -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.new("L", (60, 40), shade) for shade in (0, 80, 160)]
    first.save(out, "TIFF", save_all=True, append_images=rest, compression="tiff_lzw", dpi=(300, 300))
    return out.getvalue()


def sound(seconds: int = 3) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(8000)
        target.writeframes(b"".join(struct.pack("<h", (n * 397) % 20000 - 10000) for n in range(8000 * seconds)))
    return out.getvalue()


def video(kind: str = "mp4", codec: str = "mpeg4", frames: int = 60) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            image = Image.new("RGB", (64, 48), (number * 4 % 255, 100, 50))
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())
    return out.getvalue()


def plain_zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (members or {"a.txt": b"abc" * 100}).items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def with_member(source: bytes, name: str, data: bytes) -> bytes:
    out = io.BytesIO(source)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, data)
    return out.getvalue()


def slow_gzip() -> bytes:
    """A few megabytes that take seconds to unpack."""
    return gzip.compress(bytes(1 << 20), mtime=0) * 1900


def ole(**streams: bytes) -> bytes:
    """A compound file (MS-CFB, version 3) with streams in its root; each is padded past the mini stream cut-off."""
    names = list(streams)
    contents = [data + bytes(max(4096, -(-len(data) // 512) * 512) - len(data)) for data in streams.values()]
    fat: list[int] = [0xFFFFFFFD]  # sector 0 holds the allocation table
    directory_sectors = -(-(len(names) + 1) // 4)
    fat += [*range(2, directory_sectors + 1), 0xFFFFFFFE]
    starts = []
    for data in contents:
        starts.append(len(fat))
        count = len(data) // 512
        fat += [*range(len(fat) + 1, len(fat) + count), 0xFFFFFFFE]
    assert len(fat) <= 128
    table = struct.pack("<128I", *fat, *[0xFFFFFFFF] * (128 - len(fat)))
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1 if names else 0xFFFFFFFF)]
    for number, (name, data) in enumerate(zip(names, contents, strict=True)):
        right = number + 2 if number + 1 < len(names) else 0xFFFFFFFF
        entries.append(_entry(name, 2, starts[number], len(data), right=right))
    directory = b"".join(entries).ljust(directory_sectors * 512, b"\x00")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + table + directory + b"".join(contents)


def _entry(name: str, kind: int, start: int, size: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    raw = (name + "\x00").encode("utf-16-le")
    return (
        raw.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def word97(*, encrypted: bool = False, **more: bytes) -> bytes:
    flags = 0x0100 if encrypted else 0
    return ole(WordDocument=struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, flags), **more)
