"""Which encoding plain text is in: BOM, UTF-8, UTF-16, GB18030, Big5, by strict decoding."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

SAMPLE = 1 << 16
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Tab, line feed, form feed, carriage return and escape are text; so is a DOS end mark (0x1A), looked at apart.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_SHOWN = {"utf-8-sig": "UTF-8 with BOM", "utf-8": "UTF-8", "ascii": "ASCII", "gb18030": "GB18030", "big5": "Big5"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding found in a sample; `name` is what Python's codecs call it, "" when none fits.

    `cut` means that the bytes stop in the middle of a character.
    """

    name: str
    cut: bool = False


def shown(name: str) -> str:
    """Name an encoding as people write it."""
    return _SHOWN.get(name, name.upper())


def detect_encoding(sample: bytes, *, whole: bool) -> Encoding:
    """Find the encoding of text from its first bytes; `whole` says that the sample is the whole file."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return _strict(sample, name, whole=whole) or Encoding("")
    if b"\x00" in sample:
        return _without_bom_utf16(sample, whole=whole)
    if not _HIGH.search(sample):
        return Encoding("ascii")
    for name in ("utf-8", "gb18030", "big5"):
        found = _strict(sample, name, whole=whole)
        if found is None or (found.cut and name != "utf-8" and _strict_whole(sample, "big5")):
            continue
        if name == "gb18030" and _looks_like_big5(sample):
            return Encoding("big5")
        return found
    return Encoding("")


def count_control(data: bytes) -> int:
    """Count bytes that no text holds. A single DOS end mark at the very end is left out."""
    found = len(_CONTROL.findall(data))
    return found - 1 if found and data.endswith(b"\x1a") else found


def is_text(sample: bytes, *, whole: bool) -> bool:
    """Tell whether bytes are surely text: they decode strictly and hold no control bytes."""
    found = detect_encoding(sample, whole=whole)
    if not found.name:
        return False
    if found.name.startswith("utf-16") or found.name == "utf-32":
        return True
    return count_control(sample) == 0


def _strict(sample: bytes, name: str, *, whole: bool) -> Encoding | None:
    try:
        if whole:
            sample.decode(name)
        else:
            codecs.getincrementaldecoder(name)().decode(sample, final=False)
    except UnicodeDecodeError as error:
        # Only a character that breaks off with the file itself is a cut; anything before is another encoding.
        if (
            whole
            and error.start >= len(sample) - 3
            and error.end == len(sample)
            and _has_wide(sample[: error.start], name)
        ):
            return Encoding(name, cut=True)
        return None
    return Encoding(name)


def _strict_whole(sample: bytes, name: str) -> bool:
    try:
        sample.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _has_wide(sample: bytes, name: str) -> bool:
    return name.startswith("utf-16") or name == "utf-32" or len(_HIGH.findall(sample)) >= 4


def _without_bom_utf16(sample: bytes, *, whole: bool) -> Encoding:
    """Decide for UTF-16 without a BOM by where the zero bytes of its spaces and line ends lie."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    for name, mine, other in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if mine and not other:
            found = _strict(sample, name, whole=whole)
            if found is not None:
                text = sample[: len(sample) & ~1].decode(name, "replace")
                known = sum(
                    c in "\t\r\n\f" or " " <= c < "\x7f" or "\u3000" <= c <= "\u9fff" or c >= "\uff00" for c in text
                )
                if known >= 0.9 * len(text):
                    return found
    return Encoding("")


def _looks_like_big5(sample: bytes) -> bool:
    """Tell Big5 from GB18030 when both decode: its bytes fall outside GB 2312's common characters."""
    pairs = re.findall(rb"[\x81-\xfe][\x40-\xfe]", sample)
    if len(pairs) < 4 or not _decodes(sample, "big5"):
        return False
    common_gb: int = sum((0xB0 <= p[0] <= 0xD7 and p[1] >= 0xA1) or p[0] in (0xA1, 0xA3) for p in pairs)
    common_big5: int = sum(0xA1 <= p[0] <= 0xC6 for p in pairs)
    return bool(common_big5 - common_gb > 0.2 * len(pairs))


def _decodes(sample: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)().decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True
