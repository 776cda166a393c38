"""Electronic mail: .eml by the standard library, .msg by olefile."""

from __future__ import annotations

import email
import email.message
import email.policy
from typing import Any

from shicheng.formats.encodings import detect_encoding
from shicheng.formats.findings import Findings, Subject, TextKeeper, looks_executable
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

_MOST = 256 << 20
_HEADERS = ("From", "To", "Cc", "Subject", "Date")
_MSG_TEXTS = ("0037", "0C1A", "0E04", "1000")  # subject, sender, to, body (MS-OXPROPS)


def look(subject: Subject, findings: Findings) -> None:
    """Open the message and list what hangs on it."""
    if subject.identification.family == "ole-message":
        _look_at_msg(subject, findings)
    else:
        _look_at_eml(subject, findings)


def _look_at_eml(subject: Subject, findings: Findings) -> None:
    findings.tool = "email"
    with subject.path.open("rb") as source:
        raw = source.read(_MOST)
    if len(raw) < subject.size:
        findings.notes.append(_("Only the first %(bytes)s bytes were checked; the file is longer.", bytes=len(raw)))
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    defects = [type(defect).__name__ for part in letter.walk() for defect in part.defects]
    if "StartBoundaryNotFoundDefect" in defects or "CloseBoundaryNotFoundDefect" in defects:
        findings.add(
            FileProblemKind.TRUNCATED,
            _("The message %(name)s breaks off: its last part is not closed.", name=subject.name),
        )
    elif not any(letter.get(key) for key in _HEADERS):
        findings.add(
            FileProblemKind.DAMAGED, _("The message %(name)s has no sender, subject or date.", name=subject.name)
        )
    keeper = TextKeeper(subject.budget.text)
    for key in _HEADERS:
        if letter.get(key):
            keeper.add(f"{key}: {letter[key]}\n")
    attachments: list[str] = []
    for part in letter.walk():
        if part.is_multipart():
            continue
        name = part.get_filename()
        body = part.get_payload(decode=True)
        data = body if isinstance(body, bytes) else b""
        if name:
            attachments.append(name)
            _note_program(subject, findings, name, data)
        elif part.get_content_maintype() == "text":
            keeper.add("\n" + _words(part, data))
    _finish(subject, findings, keeper, attachments)


def _words(part: Any, data: bytes) -> str:
    charset = part.get_content_charset() or detect_encoding(data, whole=True).name or "utf-8"
    try:
        words = data.decode("gb18030" if charset.lower() in ("gb2312", "gbk") else charset, "replace")
    except LookupError:
        words = data.decode(detect_encoding(data, whole=True).name or "utf-8", "replace")
    if part.get_content_subtype() != "html" or not words.strip():
        return words
    from lxml import html

    root: Any = html.document_fromstring(words.replace("\x00", ""))
    return str(root.text_content())


def _look_at_msg(subject: Subject, findings: Findings) -> None:
    import olefile

    findings.tool = "olefile"
    keeper = TextKeeper(subject.budget.text)
    attachments: list[str] = []
    with olefile.OleFileIO(str(subject.path), raise_defects=olefile.DEFECT_INCORRECT) as ole:
        for number in _MSG_TEXTS:
            words = _property(ole, "", number)
            if words:
                keeper.add(words + "\n")
        folders = sorted({entry[0] for entry in ole.listdir() if entry[0].startswith("__attach")})
        for folder in folders:
            name = _property(ole, folder + "/", "3707") or _property(ole, folder + "/", "3704")
            attachments.append(name)
            content = f"{folder}/__substg1.0_37010102"
            if ole.exists(content):
                with ole.openstream(content) as stream:
                    _note_program(subject, findings, name, stream.read(4096))
    _finish(subject, findings, keeper, attachments)


def _property(ole: Any, folder: str, number: str) -> str:
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "gb18030")):
        path = f"{folder}__substg1.0_{number}{kind}"
        if ole.exists(path):
            with ole.openstream(path) as stream:
                return bytes(stream.read()).decode(encoding, "replace").rstrip("\x00")
    return ""


def _note_program(subject: Subject, findings: Findings, name: str, data: bytes) -> None:
    if looks_executable(name, data[:4096]):
        findings.add(
            FileProblemKind.EMBEDDED,
            _("The message %(name)s carries the program %(member)s.", name=subject.name, member=name),
            fatal=False,
        )


def _finish(subject: Subject, findings: Findings, keeper: TextKeeper, attachments: list[str]) -> None:
    if attachments:
        findings.technical["attachments"] = attachments
    if subject.want_text:
        keeper.hand_over(findings)
