"""Names of files: how their bytes are read, and which of them may not come in.

The bytes of a name are the evidence and are always kept; the decoded form is only how it is shown and
matched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.types import Limits, PackageProblem, ProblemKind

_DRIVE = re.compile(r"^[A-Za-z]:")
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WINDOWS_FORBIDDEN = frozenset('<>:"|?*\\')
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)
_COMPONENT_BYTES = 255
_SPECIAL = re.compile(r"[\x00-\x1f\x7f-\x9f<>:\"|?*\\\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def decode_name(raw: bytes) -> str:
    """Decode one name of a file system: UTF-8, else GB18030, else with `%XX` for bytes that fit neither."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return _percent(raw)


def choose_encoding(raw_names: Iterable[bytes]) -> str:
    """Choose the one encoding of all unmarked names of an archive: "utf-8", "gb18030" or "cp437".

    Old Chinese tools write GBK without saying so, the zip specification says code page 437. GBK wins
    when every name decodes and most of what is not ASCII are characters of GB 2312.
    """
    names = [raw for raw in raw_names if not raw.isascii()]
    try:
        for raw in names:
            raw.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    common = rare = 0
    try:
        for raw in names:
            for character in raw.decode("gb18030"):
                if character.isascii():
                    continue
                try:
                    character.encode("gb2312")
                    common += 1
                except UnicodeEncodeError:
                    rare += 1
    except UnicodeDecodeError:
        return "cp437"
    return "gb18030" if common >= rare else "cp437"


def decode_as(raw: bytes, encoding: str) -> str:
    """Decode a name in a chosen encoding, with `%XX` where the bytes don't fit it."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return _percent(raw)


def fold_path(path: str) -> str:
    """Fold a path for matching: NFC, "/" between parts, no "./" and no doubled separators."""
    parts = unicodedata.normalize("NFC", path.replace("\\", "/")).split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def escapes(path: str) -> bool:
    """Tell whether a path, as a list or container gives it, leads out of the package."""
    if "\x00" in path or _DRIVE.match(path) or path.startswith(("/", "\\")):
        return True
    return ".." in path.replace("\\", "/").split("/")


def refusal(path: str, *, limits: Limits, container: bool) -> PackageProblem | None:
    """Return why a member of this name may not come in, or None if it may."""
    if container and (escapes(path) or "\\" in path):
        return problem(
            ProblemKind.ESCAPE,
            _(
                "The member %(path)s is refused, because its name is absolute, has a drive letter, a "
                "backslash or “..”. Pack the files again with plain relative names.",
                path=path,
            ),
            path=path,
            refused=True,
        )
    depth = path.count("/") + 1
    if depth > limits.path_depth:
        return problem(
            ProblemKind.NAME,
            _(
                "The file %(path)s is refused, because it lies %(depth)d folders deep and at most "
                "%(limit)d are read. Move it nearer to the top.",
                path=path,
                depth=depth,
                limit=limits.path_depth,
            ),
            path=path,
            refused=True,
        )
    return None


def name_remark(path: str, raw: bytes) -> PackageProblem | None:
    """Return a remark on a name that other systems can't keep as found; the file itself comes in."""
    reason = _remark(path, raw)
    if reason is None:
        return None
    return problem(
        ProblemKind.NAME,
        _(
            "The name of the file %(path)s cannot be kept on every system, because %(reason)s. "
            "Its bytes are recorded exactly; no step is needed.",
            path=visible(path),
            reason=reason,
        ),
        path=path,
    )


def visible(text: str) -> str:
    """Show control and direction characters of a name as their escapes, so that they can't mislead."""
    if not _SPECIAL.search(text):
        return text
    return "".join(f"\\u{ord(c):04x}" if c in _BIDI or unicodedata.category(c) == "Cc" else c for c in text)


def problem(
    kind: ProblemKind,
    message: Message,
    *,
    ref: str | None = None,
    path: str | None = None,
    refused: bool = False,
    expected: str | None = None,
    found: str | None = None,
) -> PackageProblem:
    """Make a problem; a short way to write it."""
    return PackageProblem(kind, message, ref, path, refused, expected, found)


def _percent(raw: bytes) -> str:
    text = raw.decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(c) - 0xDC00:02X}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)


def _remark(path: str, raw: bytes) -> Message | None:
    if "%" in path and path == _percent(raw) and path.encode() != raw:
        return _("its bytes are text neither in UTF-8 nor in GB18030")
    if len(raw) > _COMPONENT_BYTES and any(len(part) > _COMPONENT_BYTES for part in raw.split(b"/")):
        return _("a part of it is longer than 255 bytes")
    if _SPECIAL.search(path):
        if any(c in _BIDI for c in path):
            return _("it has characters that turn the direction of writing")
        if any(c in _WINDOWS_FORBIDDEN for c in path):
            return _("it has characters that Windows forbids")
        return _("it has control characters")
    for part in path.split("/"):
        if part.endswith((" ", ".")) or part.split(".", 1)[0].lower() in _WINDOWS_DEVICES:
            return _("Windows keeps such a name for itself or cuts its end off")
    return None
