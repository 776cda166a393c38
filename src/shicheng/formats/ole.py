"""Legacy Office documents in OLE compound files (.doc .xls .ppt .wps .et .dps): structure, encryption, macros, text."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from shicheng.formats.findings import Findings, Subject
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

_MOST = 512 << 20
_FILEPASS = 0x2F
_TEXT_FILTER = {
    "ole-word": ("txt", "txt:Text (encoded):UTF8"),
    # Tab-separated UTF-8, every sheet: the tokens of LibreOffice's CSV filter options.
    "ole-sheet": ("csv", "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,-1"),
}


def look(subject: Subject, findings: Findings) -> None:
    """Open the compound file strictly and read every stream to its end."""
    import olefile

    findings.tool = "olefile"
    ole = olefile.OleFileIO(str(subject.path), raise_defects=olefile.DEFECT_INCORRECT)
    with ole:
        entries = ["/".join(entry) for entry in ole.listdir()]
        lowered = {entry.lower() for entry in entries}
        _read_all(ole, subject, findings)
        if "encryptedpackage" in lowered or _is_encrypted(ole, lowered):
            findings.add(
                FileProblemKind.ENCRYPTED,
                _("The document %(name)s can't be opened without a password.", name=subject.name),
            )
        if any("/vba/" in f"/{entry}/" or entry.startswith("_vba_project_cur") for entry in lowered):
            findings.add(
                FileProblemKind.SCRIPT, _("The document %(name)s holds macros.", name=subject.name), fatal=False
            )
        _describe(ole, findings)
    if subject.want_text and not findings.broken and subject.identification.family in _TEXT_FILTER:
        _take_text(subject, findings)


def _read_all(ole: Any, subject: Subject, findings: Findings) -> None:
    read = 0
    for entry in ole.listdir():
        size = ole.get_size(entry)
        read += size
        if read > _MOST:
            findings.notes.append(_("Only the first %(bytes)s bytes were checked; the file is longer.", bytes=_MOST))
            return
        with ole.openstream(entry) as stream:
            if len(stream.read()) < size:
                findings.add(
                    FileProblemKind.TRUNCATED,
                    _("The document %(name)s breaks off: a part of it is missing.", name=subject.name),
                )
                return


def _is_encrypted(ole: Any, lowered: set[str]) -> bool:
    if "worddocument" in lowered:
        with ole.openstream("WordDocument") as stream:
            head = stream.read(12)
        return len(head) == 12 and bool(int.from_bytes(head[10:12], "little") & 0x0100)  # FibBase.fEncrypted
    for name in ("Workbook", "Book"):
        if name.lower() in lowered:
            with ole.openstream(name) as stream:
                return _has_filepass(stream.read(4096))
    if "current user" in lowered:
        with ole.openstream("Current User") as stream:
            head = stream.read(16)
        return bytes(head[12:16]) == b"\xdf\xc4\xd1\xf3"  # CurrentUserAtom.headerToken of an encrypted presentation
    return False


def _has_filepass(data: bytes) -> bool:
    at = 0
    while at + 4 <= len(data):
        kind, length = int.from_bytes(data[at : at + 2], "little"), int.from_bytes(data[at + 2 : at + 4], "little")
        if kind == _FILEPASS:
            return True
        at += 4 + length
    return False


def _describe(ole: Any, findings: Findings) -> None:
    try:
        metadata = ole.get_metadata()
    except Exception:  # property sets are optional; their faults are not the document's
        return
    if isinstance(metadata.num_pages, int) and metadata.num_pages > 0:
        findings.pages = metadata.num_pages


def _take_text(subject: Subject, findings: Findings) -> None:
    """Let LibreOffice turn the document into text, with its own profile so that calls do not meet."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        findings.notes.append(
            _("The text was not taken because LibreOffice is not installed; its words can't be searched.")
        )
        return
    extension, target = _TEXT_FILTER[subject.identification.family]
    with tempfile.TemporaryDirectory(prefix="shicheng-office-") as scratch:
        source = Path(scratch) / f"in.{'doc' if extension == 'txt' else 'xls'}"
        shutil.copyfile(subject.path, source)
        command = [office, f"-env:UserInstallation=file://{scratch}/profile", "--headless", "--norestore"]
        try:
            subprocess.run(
                [*command, "--convert-to", target, "--outdir", f"{scratch}/out", str(source)],
                timeout=max(1.0, subject.budget.seconds * 0.8),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        except subprocess.TimeoutExpired:
            findings.notes.append(_("The text was not taken: LibreOffice took longer than allowed."))
            return
        parts = sorted(Path(scratch, "out").glob("*"))
        if not parts:
            findings.notes.append(_("The text was not taken: LibreOffice could not convert the document."))
            return
        words = "\n".join(part.read_text("utf-8-sig", "replace") for part in parts)
        findings.text = words[: subject.budget.text]
        findings.tool = "olefile, LibreOffice"
