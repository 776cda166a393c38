"""Writes the files of a record in the formats an office really has. The same seed gives the same bytes."""

from __future__ import annotations

import json
import math
import re
import struct
import wave
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import av
import typst
from PIL import Image, ImageDraw, ImageFont

from demo.records import Document
from shicheng.formats.ofd.writer import write_ofd

_FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-vf-fonts/NotoSerifCJK-VF.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
)
_CORE_TIME: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*<")
_STAMP: Final = (2024, 1, 1, 0, 0, 0)
_FORM: Final = Path(__file__).with_name("form.typ")


@cache
def font_path() -> Path | None:
    """Return a font with Chinese type, None if this machine has none."""
    return next((Path(name) for name in _FONTS if Path(name).exists()), None)


@dataclass
class Writer:
    """Writes documents; `rng` decides about rotation, noise and colours."""

    rng: Random
    _compiler: typst.Compiler | None = field(default=None, repr=False)
    _sizes: dict[int, Any] = field(default_factory=dict, repr=False)

    def write(self, document: Document, folder: Path, *, head: str, day: date) -> Path:
        """Write one document into a folder and return its path; sets the document's number of pages."""
        kind = document.kind
        if font_path() is None and kind in ("pdf", "tif"):
            kind = "ofd"  # without Chinese type nothing can be printed or scanned
        path = folder / f"{document.name}.{kind}"
        getattr(self, f"_{kind}")(document, path, head, day)
        return path

    def _font(self, size: int) -> Any:
        known = self._sizes.get(size)
        if known is None:
            path = font_path()
            index = 2 if path is not None and "CJK-" in path.name else 0  # simplified Chinese in Noto's collections
            known = ImageFont.load_default(size) if path is None else ImageFont.truetype(str(path), size, index=index)
            self._sizes[size] = known
        return known

    def _docx(self, document: Document, path: Path, head: str, day: date) -> None:
        from docx import Document as new_document
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        word = new_document()
        title = word.add_paragraph()
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = title.add_run(document.title)
        run.bold, run.font.size = True, Pt(18)
        for line in document.lines:
            word.add_paragraph(line).paragraph_format.first_line_indent = Pt(28)
        core = word.core_properties
        core.title, core.author = document.title, head
        core.created = core.modified = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        word.save(str(path))
        settle(path)
        document.pages = 1 + sum(len(line) for line in document.lines) // 900

    def _pdf(self, document: Document, path: Path, head: str, day: date) -> None:
        if self._compiler is None:
            font = font_path()
            assert font is not None
            self._compiler = typst.Compiler(str(_FORM), font_paths=[str(font.parent)], ignore_system_fonts=True)
        record = {"title": document.title, "lines": [line for line in document.lines if line], "head": head,
                  "red": document.draft_state == "正本"}  # fmt: skip
        made = self._compiler.compile(
            format="pdf",
            sys_inputs={"record": json.dumps(record, ensure_ascii=False)},
            timestamp=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        )
        assert isinstance(made, bytes)
        path.write_bytes(made)
        document.pages = 1 + sum(len(line) for line in document.lines) // 700

    def _ofd(self, document: Document, path: Path, head: str, day: date) -> None:
        lines = ["", "　　" + document.title, "", *("　　" + line if line else "" for line in document.lines)]
        pages: list[list[str]] = [[]]
        used = 0
        for line in lines:
            rows = 1 + len(line) // 30
            if used + rows > 28:
                pages.append([])
                used = 0
            pages[-1].append(line)
            used += rows
        write_ofd(path, title=document.title, pages=pages, author=head, created=day)
        document.pages = len(pages)

    def _txt(self, document: Document, path: Path, head: str, day: date) -> None:
        text = "\r\n".join([document.title, "", *document.lines]) + "\r\n"
        path.write_bytes(text.encode("gb18030"))
        document.pages = 1 + len(text) // 900

    def _tif(self, document: Document, path: Path, head: str, day: date) -> None:
        """Draw pages as a scanner of its day would give them: a little turned, a little dirty."""
        size, margin, width = (1240, 1754), 150, 26  # A4 at 150 dpi, characters a line
        rows = ["", *(document.title[at : at + width] for at in range(0, len(document.title), width)), ""]
        for line in document.lines:
            text = "　　" + line if line else ""
            rows += [text[at : at + width] for at in range(0, max(1, len(text)), width)]
        pages = []
        for start in range(0, len(rows), 30):
            page = Image.new("L", size, 247)
            pen = ImageDraw.Draw(page)
            for at, row in enumerate(rows[start : start + 30]):
                pen.text((margin, margin + at * 47), row, font=self._font(34), fill=self.rng.randint(20, 60))
            for _spot in range(140):
                x, y = self.rng.randint(0, size[0] - 3), self.rng.randint(0, size[1] - 3)
                pen.rectangle((x, y, x + self.rng.randint(0, 2), y + 1), fill=self.rng.randint(90, 190))
            turned = page.rotate(self.rng.uniform(-0.8, 0.8), fillcolor=243, resample=Image.Resampling.BILINEAR)
            pages.append(turned.convert("1", dither=Image.Dither.NONE))
        pages[0].save(path, save_all=True, append_images=pages[1:], compression="group4", dpi=(150, 150))
        document.pages = len(pages)

    def _jpg(self, document: Document, path: Path, head: str, day: date) -> None:
        picture = landscape(self.rng, 1280, 854)
        pen = ImageDraw.Draw(picture)
        if font_path() is not None:
            pen.text((28, 800), f"{document.title}　{chinese(day)}", font=self._font(30), fill=(255, 255, 255))
        exif = Image.Exif()
        exif[0x0132] = f"{day:%Y:%m:%d} 10:30:00"
        picture.save(path, quality=82, exif=exif, dpi=(300, 300))
        document.pages = 1

    def _wav(self, document: Document, path: Path, head: str, day: date) -> None:
        """Play a short pentatonic tune."""
        rate, frames = 16000, bytearray()
        for _note in range(document.seconds * 2):
            pitch = 220 * 2 ** (self.rng.choice((0, 2, 4, 7, 9, 12)) / 12)
            for at in range(rate // 2):
                loud = min(1.0, at / 800) * max(0.0, 1 - at / (rate / 2))
                value = math.sin(2 * math.pi * pitch * at / rate) + 0.3 * math.sin(4 * math.pi * pitch * at / rate)
                frames += struct.pack("<h", int(9000 * loud * value))
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(rate)
            sound.writeframes(bytes(frames))
        document.pages = 1

    def _mp4(self, document: Document, path: Path, head: str, day: date) -> None:
        """Draw a boat crossing a river."""
        width, height, rate = 640, 360, 12
        still = landscape(self.rng, width, height)
        with av.open(str(path), "w", options={"fflags": "+bitexact"}) as film:
            stream: Any = film.add_stream(_codec(), rate=rate)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.bit_rate = 400_000
            stream.codec_context.thread_count = 1
            for number in range(document.seconds * rate):
                frame = still.copy()
                pen = ImageDraw.Draw(frame)
                x = 40 + number * (width - 120) // (document.seconds * rate)
                pen.polygon([(x, 262), (x + 70, 262), (x + 56, 280), (x + 14, 280)], fill=(92, 58, 36))
                pen.polygon([(x + 34, 206), (x + 34, 258), (x + 62, 258)], fill=(236, 226, 204))
                if font_path() is not None:
                    pen.text((36, 30), document.title, font=self._font(26), fill=(255, 255, 255))
                for packet in stream.encode(av.VideoFrame.from_image(frame)):
                    film.mux(packet)
            for packet in stream.encode():
                film.mux(packet)
        document.pages = 1


def chinese(day: date) -> str:
    """Write a date."""
    return f"{day.year}年{day.month}月{day.day}日"


def landscape(rng: Random, width: int, height: int) -> Image.Image:
    """Draw hills above a river, in the colours of some hour of the day."""
    top, low = rng.choice(
        (((92, 146, 196), (226, 232, 226)), ((214, 130, 84), (246, 218, 170)), ((70, 96, 140), (190, 200, 214)))
    )
    picture = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(picture)
    for y in range(height):
        part = y / height
        pen.line((0, y, width, y), fill=tuple(int(a + (b - a) * part) for a, b in zip(top, low, strict=True)))
    for layer in range(3):
        base = height * (0.42 + 0.1 * layer)
        shift, wide = rng.uniform(0, 9), rng.uniform(2.0, 4.5)
        hills = [(x, base - (60 - 12 * layer) * height / 600 * (1 + math.sin(shift + x / width * wide * 2)))
                 for x in range(0, width + 1, 8)]  # fmt: skip
        shade = 70 + 26 * layer
        pen.polygon([*hills, (width, height), (0, height)], fill=(shade - 28, shade + 18, shade - 6))
    pen.rectangle((0, int(height * 0.7), width, height), fill=(88, 128, 138))
    for _wave in range(60):
        x, y = rng.randint(0, width), rng.randint(int(height * 0.72), height)
        pen.line((x, y, x + rng.randint(20, 90), y), fill=(128, 164, 170), width=2)
    return picture


@cache
def _codec() -> str:
    for name in ("libx264", "libopenh264", "mpeg4"):
        if name in av.codecs_available:
            return name
    return "mpeg4"


def settle(path: Path) -> None:
    """Give an office file and its members a fixed time, so that the same content gives the same bytes."""
    with zipfile.ZipFile(path) as package:
        parts = [(info.filename, package.read(info)) for info in package.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            if name == "docProps/core.xml" and path.suffix == ".xlsx":
                content = _CORE_TIME.sub(rb"\g<1>2024-01-01T00:00:00Z<", content)
            package.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
