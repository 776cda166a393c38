"""Text files of packages in whatever encoding they really are: UTF-8, GB18030 or UTF-16."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

from shicheng.kernel.messages import message as _
from shicheng.packages.names import problem, visible
from shicheng.packages.types import PackageFile, PackageProblem, ProblemKind

_PIECE = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BRACKETS = str.maketrans("【】[]{}〔〕（）", "()()()()()")
_FOLD = re.compile(r"[\s\u200b\ufeff:：*＊]+")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a text file is written; `problem` says when that is not what it claims or not clean."""

    codec: str
    errors: str = "strict"
    problem: PackageProblem | None = None
    skip: int = 0  # bytes of a mark that does not belong to this encoding


def fold_header(text: str) -> str:
    """Fold a column header or key for matching: width, spaces, brackets, colons and asterisks."""
    return _FOLD.sub("", unicodedata.normalize("NFKC", text).translate(_BRACKETS)).casefold()


def detect_encoding(file: PackageFile, *, limit: int) -> Encoding:
    """Find out how a text file is written by decoding all of it (at most `limit` bytes)."""
    with file.open() as stream:
        head = stream.read(_PIECE)
        claimed = next((codec for bom, codec in _BOMS if head.startswith(bom)), None)
        wide = claimed or _bare_utf16(head)
        if wide == "utf-16" or wide in ("utf-16-le", "utf-16-be"):
            clean = _decodes(head, stream, (wide,), limit)
            return Encoding(wide) if wide in clean else Encoding(wide, "replace", _unclean(file))
        mark = len(codecs.BOM_UTF8) if claimed else 0
        clean = _decodes(head[mark:], stream, ("utf-8", "gb18030"), limit)
    if "utf-8" in clean:
        return Encoding("utf-8-sig")
    if "gb18030" in clean:
        if claimed is None:
            return Encoding("gb18030")
        return Encoding("gb18030", "strict", _mislabelled(file, "UTF-8", "GB18030"), mark)
    codec = "utf-8-sig" if claimed or _looks_utf8(head) else "gb18030"
    return Encoding(codec, "replace", _unclean(file))


def read_text(file: PackageFile, *, limit: int) -> tuple[str, PackageProblem | None]:
    """Read a small text file whole, with what is wrong about its encoding."""
    encoding = detect_encoding(file, limit=limit)
    with file.open() as stream:
        stream.read(encoding.skip)
        text = stream.read(limit).decode(encoding.codec, encoding.errors if encoding.errors != "strict" else "replace")
    return text.removeprefix("\ufeff"), encoding.problem


def _decodes(head: bytes, stream: BinaryIO, codecs_tried: tuple[str, ...], limit: int) -> set[str]:
    decoders = {name: codecs.getincrementaldecoder(name)() for name in codecs_tried}
    piece, read = head, 0
    while decoders:
        read += len(piece)
        final = not piece or read >= limit
        for name, decoder in list(decoders.items()):
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError:
                del decoders[name]
        if final:
            break
        piece = stream.read(_PIECE)
    return set(decoders)


def _bare_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: half of the bytes of plain punctuation, digits and line ends are zero."""
    sample = head[:4096]
    if len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 10 and even * 8 < odd:
        return "utf-16-le"
    if even > len(sample) // 10 and odd * 8 < even:
        return "utf-16-be"
    return None


def _looks_utf8(head: bytes) -> bool:
    """Tell which decoding of damaged text loses less."""
    wide = head.decode("utf-8", "replace").count("\ufffd")
    return wide <= head.decode("gb18030", "replace").count("\ufffd")


def _mislabelled(file: PackageFile, said: str, found: str) -> PackageProblem:
    return problem(
        ProblemKind.ENCODING,
        _(
            "The file %(path)s says that it is %(said)s but is written in %(found)s. It was read as "
            "%(found)s; save it again in one encoding.",
            path=visible(file.path),
            said=said,
            found=found,
        ),
        path=file.path,
        expected=said,
        found=found,
    )


def _unclean(file: PackageFile) -> PackageProblem:
    return problem(
        ProblemKind.ENCODING,
        _(
            "The file %(path)s has bytes that are text neither in UTF-8 nor in GB18030; they were read as �. "
            "Save it again as UTF-8.",
            path=visible(file.path),
        ),
        path=file.path,
    )
