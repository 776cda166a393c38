"""What format a file is in, by its bytes: PRONOM through pygfried, and an own layer for what PRONOM lacks.

pygfried carries a Go runtime: a process that has called it must never fork. It is therefore imported only
when first needed, and these functions are meant for the children of `pool.InspectionPool`.
"""

from __future__ import annotations

import os
import stat
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

from shicheng.formats import families
from shicheng.formats.encodings import SAMPLE, detect_encoding, is_text, shown
from shicheng.formats.types import Identification

# Past this size PRONOM's scanner would read a file that matches nothing from end to end; it gets a sketch instead.
LARGE = 32 << 20
_SKETCH = 1 << 20
_BATCH = 200
_OFD_NAMESPACE = b"ofdspec.org"


def load() -> None:
    """Start the scanner and load its signatures now; never before a fork."""
    import pygfried

    with tempfile.NamedTemporaryFile(prefix="shicheng-first-") as first:
        first.write(b"first")
        first.flush()
        pygfried.identify(first.name, detailed=True)


def identify(path: Path, *, name: str | None = None) -> Identification:
    """Identify one file; `name` is what it is called when its place on disk is called otherwise."""
    return identify_many([path], names=[name])[0]


def identify_many(paths: Iterable[Path], *, names: Sequence[str | None] | None = None) -> list[Identification]:
    """Identify files in the order given. A file that can't be opened raises OSError only when inspected."""
    listed = list(paths)
    given = list(names) if names is not None else [None] * len(listed)
    found: list[Identification] = []
    for start in range(0, len(listed), _BATCH):
        part = listed[start : start + _BATCH]
        matches = _pronom(part)
        found += [
            _settle(path, name or path.name, match)
            for path, name, match in zip(part, given[start : start + _BATCH], matches, strict=True)
        ]
    return found


def extension_of(name: str) -> str:
    """Return the lower-case extension of a file name without its dot."""
    return PurePath(name).suffix[1:].lower()


def _pronom(paths: Sequence[Path]) -> list[dict[str, Any]]:
    import pygfried  # not at the top: see the module's docstring

    with tempfile.TemporaryDirectory(prefix="shicheng-sketch-") as scratch:
        shown_paths = [
            _path_for_scan(path, Path(scratch) / f"{number}{path.suffix}") for number, path in enumerate(paths)
        ]
        scanned = [p for p in shown_paths if p is not None]
        results: Iterator[Any] = iter(pygfried.identify_many(scanned)["files"] if scanned else ())
        return [_best(next(results)) if p is not None else {} for p in shown_paths]


def _path_for_scan(path: Path, sketch: Path) -> str | None:
    """Choose what the scanner reads: the file, a link with a plain name, or head and tail of a large file."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device might never end
            return None
        size = found.st_size
        if size > LARGE and not _has_directory(path):
            with path.open("rb") as source, sketch.open("wb") as target:
                target.write(source.read(_SKETCH))
                source.seek(size - _SKETCH)
                target.write(source.read())
            return str(sketch)
        try:
            str(path).encode("utf-8")
        except UnicodeEncodeError:  # a name in another encoding, which Go can't be given
            sketch.symlink_to(path.absolute())
            return str(sketch)
    except OSError:
        return None
    return str(path)


def _has_directory(path: Path) -> bool:
    """Tell whether a large file is a whole ZIP, whose members lie at offsets a sketch would break."""
    with path.open("rb") as source:
        return source.read(2) == b"PK" and zipfile.is_zipfile(source)


def _best(result: dict[str, Any]) -> dict[str, Any]:
    """Take the one match whose basis is bytes, if there is one."""
    matches: list[dict[str, Any]] = [m for m in result.get("matches", []) if m.get("id") not in ("", "UNKNOWN")]
    for match in matches:
        if "byte match" in match["basis"] or "container" in match["basis"]:
            return match
    return matches[0] if matches else {}


def _settle(path: Path, name: str, match: dict[str, Any]) -> Identification:
    """Join PRONOM's answer with what the bytes say themselves and judge the extension."""
    extension = extension_of(name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return Identification(extension=extension)
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            head = source.read(SAMPLE)
    except OSError:
        return Identification(extension=extension)
    if size == 0:
        return Identification(basis="empty file", extension=extension)
    whole = size <= len(head)
    certain = bool(match) and ("byte match" in match["basis"] or "container" in match["basis"])
    family, basis = _family_by_bytes(path, head, whole=whole)
    if not family and certain:
        family = families.PUID_FAMILIES.get(match["id"], "") or families.MIME_FAMILIES.get(_mime(match), "")
    if not family and not certain and not _is_cut_signature(head, extension) and is_text(head, whole=whole):
        return _settle_text(head, whole=whole, extension=extension)
    if family == "ofd":
        return _of_family(family, extension, puid="cn-fmt/ofd", basis="container OFD.xml")
    if family in families.OLE_FAMILIES and extension in families.WPS_FORMATS and family != "ole-encrypted":
        puid, shown_name, mime = families.WPS_FORMATS[extension]
        row = families.FAMILIES[family]
        basis = f"{match.get('id', 'OLE')}: {match.get('basis', basis)}"
        return Identification(puid, shown_name, "", mime, basis, extension, (extension, *row.extensions), family=family)
    # PRONOM calls a damaged OOXML file a plain ZIP; the names inside know better.
    if certain and not (match["id"] == "x-fmt/263" and family != "zip"):
        return _of_match(match, family, extension)
    if family:
        return _of_family(family, extension, basis=basis)
    claimed = families.family_by_extension(extension)
    if match:  # by extension only: what the file claims, not what it is
        return Identification(
            "", match["format"], "", _mime(match), "extension only", extension, (extension,), family=claimed
        )
    return Identification(basis="extension only" if claimed else "", extension=extension, family=claimed)


def _family_by_bytes(path: Path, head: bytes, *, whole: bool) -> tuple[str, str]:
    family = next((f for at, magic, f in families.MAGIC if head.startswith(magic, at)), "")
    if not family and head[:4] in (b"RIFF", b"FORM", b"RF64"):
        family = families.FORM_KINDS.get(head[8:12], "")
    if not family and b"%PDF-" in head[:1024] and not is_text(head[: head.find(b"%PDF-")], whole=True):
        family = "pdf"  # ISO 32000-1, H.3: readers accept the header anywhere in the first 1024 bytes
    if not family:
        weak = next((f for at, magic, f in families.WEAK_MAGIC if head.startswith(magic, at)), "")
        if weak and not is_text(head, whole=whole):
            family = weak
    if family == "zip":
        family = _family_in_zip(path)
    elif family == "ole":
        family = _family_in_ole(path)
    return family, f"signature of {families.FAMILIES[family].name_shown}" if family else ""


def _is_cut_signature(head: bytes, extension: str) -> bool:
    """Tell whether the bytes end within a signature of what the name claims, as `P` of a ZIP or `%P` of a PDF."""
    claimed = families.families_claimed(extension)
    return bool(claimed) and any(
        offset == 0 and len(head) < len(magic) and magic.startswith(head) and claimed & families.families_signed(family)
        for offset, magic, family in families.MAGIC
    )


def _family_in_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lstrip("/") for name in archive.namelist()}
            if "OFD.xml" in names:
                entry = next(i for i in archive.infolist() if i.filename.lstrip("/") == "OFD.xml")
                with archive.open(entry) as part:
                    if _OFD_NAMESPACE in part.read(4096):
                        return "ofd"
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    mime = part.read(200)
                if mime.startswith(b"application/epub"):
                    return "epub"
                if mime.startswith(b"application/vnd.oasis.opendocument"):
                    return "odf"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError):
        names = _local_names(path)
        if "OFD.xml" in names:
            return "ofd"
    except Exception:  # zlib.error and whatever else damaged bytes make a decompressor raise
        names = _local_names(path)
        if "OFD.xml" in names:
            return "ofd"
    if "[Content_Types].xml" in names:
        for prefix, family in (("word/", "ooxml-word"), ("xl/", "ooxml-sheet"), ("ppt/", "ooxml-slides")):
            if any(name.startswith(prefix) for name in names):
                return family
    return "zip"


def _local_names(path: Path) -> set[str]:
    """Read member names from the local headers in the first part of a ZIP whose directory is lost."""
    names: set[str] = set()
    with path.open("rb") as source:
        head = source.read(4 << 20)
    at = head.find(b"PK\x03\x04")
    while at >= 0 and len(names) < 1000:
        length = int.from_bytes(head[at + 26 : at + 28], "little")
        names.add(head[at + 30 : at + 30 + length].decode("utf-8", "replace").lstrip("/"))
        at = head.find(b"PK\x03\x04", at + 30)
    return names


def _family_in_ole(path: Path) -> str:
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as ole:
            names = {entry[0].lower() for entry in ole.listdir()}
    except Exception:  # olefile lets struct, index and value errors through on damaged files
        return "ole"
    if "encryptedpackage" in names:
        return "ole-encrypted"
    for stream, family in (
        ("worddocument", "ole-word"),
        ("workbook", "ole-sheet"),
        ("book", "ole-sheet"),
        ("powerpoint document", "ole-slides"),
        ("__properties_version1.0", "ole-message"),
    ):
        if stream in names:
            return family
    return "ole"


def _settle_text(head: bytes, *, whole: bool, extension: str) -> Identification:
    encoding = detect_encoding(head, whole=whole)
    family, puid = _kind_of_text(head.decode(encoding.name, "replace"), extension)
    mismatch = _mismatch(family, extension)
    row = families.FAMILIES[family]
    return Identification(
        puid,
        row.name_shown,
        "",
        row.mime,
        f"text match {shown(encoding.name)}",
        extension,
        row.extensions,
        mismatch,
        family,
    )


def _kind_of_text(text: str, extension: str) -> tuple[str, str]:
    start = text.lstrip("\ufeff \t\r\n")[:2000]
    lowered = start.lower()
    if lowered.startswith(("<!doctype html", "<html")):
        return "html", "fmt/96"
    if lowered.startswith("<?xml") or (extension in ("xml", "xsd", "svg") and start.startswith("<")):
        return ("svg", "fmt/92") if "<svg" in lowered else ("xml", "fmt/101")
    if extension == "svg" and "<svg" in lowered:
        return "svg", "fmt/92"
    if extension in ("html", "htm") and "<" in start:
        return "html", "fmt/96"
    if extension == "eml" or _has_mail_head(start):
        return "mail", "fmt/278"
    if extension == "csv":
        return "csv", "x-fmt/18"
    if extension in ("json", "geojson") and start[:1] in ("{", "["):
        return "json", "fmt/817"
    return "text", "x-fmt/111"


def _has_mail_head(start: str) -> bool:
    keys = {line.partition(":")[0].lower() for line in start.splitlines()[:40] if ":" in line}
    return (
        len(keys & {"from", "to", "subject", "date", "message-id", "received", "mime-version"}) >= 4 and "from" in keys
    )


def _mime(match: dict[str, Any]) -> str:
    return str(match.get("mime", "")).partition(",")[0].strip()


def _of_family(family: str, extension: str, *, basis: str, puid: str = "") -> Identification:
    row = families.FAMILIES[family]
    mismatch = _mismatch(family, extension)
    return Identification(puid, row.name_shown, "", row.mime, basis, extension, row.extensions, mismatch, family)


def _of_match(match: dict[str, Any], family: str, extension: str) -> Identification:
    row = families.FAMILIES.get(family)
    mismatch = _mismatch(family, extension) and "extension match" not in match["basis"]
    if not family:
        mismatch = "extension match" not in match["basis"] and bool(families.families_claimed(extension))
    return Identification(
        match["id"],
        match["format"],
        match["version"],
        _mime(match) or (row.mime if row else ""),
        match["basis"],
        extension,
        row.extensions if row else (),
        mismatch,
        family,
    )


def _mismatch(family: str, extension: str) -> bool:
    claimed = families.families_claimed(extension)
    return bool(claimed) and family not in claimed
