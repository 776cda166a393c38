"""Logical paths and content paths.

A logical path is what the file is called; it is text in a JSON file. Bytes that are no UTF-8 stand in
it as %XX; the exact bytes are kept in the object's metadata/manifest.json. A content path is where the
bytes lie. It is the logical path wherever a person could use that on any system, and `content-0001`
(with the extension, if that is plain) where not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.storage.errors import BadDraft

NAME_BYTES: Final = 240
PATH_BYTES: Final = 1024
_BAD_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BAD_SIGNS: Final = frozenset("\\")  # a folder to some systems and services
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*", re.ASCII)
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,10}", re.ASCII)
_HALF: Final = re.compile("[\ud800-\udfff]")


def logical_name(raw: bytes) -> str:
    """Return the text that stands for a file name of any bytes: UTF-8, other bytes as %XX."""
    return _escape(raw.decode("utf-8", "surrogateescape"))


def logical_path(text: str) -> str:
    """Return `text` as a logical path; raises `BadDraft` if OCFL forbids it (OCFL 1.1, 3.5.3.1).

    No absolute path, no empty part, no `.` and no `..`; halves of characters are written as %XX.
    """
    path = text if text.isascii() else _escape(text)
    if not path or any(part in ("", ".", "..") for part in path.split("/")):
        raise BadDraft(
            _(
                "The path %(path)s can't be stored, because it is empty, absolute or leads out of its folder.",
                path=repr(text),
            ),
            hint=_("Give a path of plain names joined by slashes."),
        )
    return path


def content_paths(logical_paths: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Return one content path for each logical path; the same input always gives the same paths.

    Neither two results, nor a result and one `taken`, are the same after NFC and case folding, and
    no folder among them is spelled in two ways.
    """
    files = {_fold(path) for path in taken}
    folders: dict[str, str] = {}
    result: list[str] = []
    for number, path in enumerate(logical_paths, 1):
        content = path
        if not _is_safe(path) or not _claim(path, files, folders):
            match = _EXTENSION.fullmatch(PurePosixPath(path).suffix)
            stem = content = f"content-{number:04}"
            again = 0
            while not _claim(content + (match[0] if match else ""), files, folders):
                again += 1
                content = f"{stem}-{again}"
            content += match[0] if match else ""
        result.append(content)
    return result


def _claim(path: str, files: set[str], folders: dict[str, str]) -> bool:
    folded = _fold(path)
    if folded in files or folded in folders:
        return False
    above: list[tuple[str, str]] = []
    end = path.find("/")
    while end >= 0:
        folder = path[:end]
        key = _fold(folder)
        if key in files or folders.get(key, folder) != folder:
            return False
        above.append((key, folder))
        end = path.find("/", end + 1)
    folders.update(above)
    files.add(folded)
    return True


def _fold(path: str) -> str:
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _is_safe(path: str) -> bool:
    if len(path) <= NAME_BYTES and _PLAIN.fullmatch(path):
        return True
    if len(path.encode()) > PATH_BYTES:
        return False
    return all(
        len(part.encode()) <= NAME_BYTES
        and not any(sign in _BAD_SIGNS or unicodedata.category(sign) in _BAD_CATEGORIES for sign in part)
        for part in path.split("/")
    )


def _escape(text: str) -> str:
    return _HALF.sub(lambda half: _percent(ord(half[0])), text)


def _percent(code: int) -> str:
    # 0xDC80 to 0xDCFF are bytes that were no UTF-8; any other half is written as its number.
    return f"%{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else f"%u{code:04X}"
