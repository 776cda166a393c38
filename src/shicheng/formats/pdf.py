"""PDF: complete to the last byte, every page loadable, nothing active inside, text."""

from __future__ import annotations

import re
import zlib
from typing import Any

from shicheng.formats.findings import Findings, Subject, TextKeeper, looks_executable
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

_TAIL = 64 << 10
_MOST_OBJECTS = 100_000
_CHUNK = 1 << 20
_MOST_UNPACKED = 256 << 20  # of one stream


def look(subject: Subject, findings: Findings) -> None:
    """Check the outer structure first, which costs little, then open with qpdf and PDFium."""
    findings.tool = "pikepdf, pypdfium2"
    _check_ends(subject, findings)
    if findings.broken:
        return
    if _look_with_qpdf(subject, findings):
        _look_with_pdfium(subject, findings)


def _check_ends(subject: Subject, findings: Findings) -> None:
    """Find a missing header or end: repairing readers open such files without a word."""
    with subject.path.open("rb") as source:
        head = source.read(1024)
        source.seek(max(0, subject.size - _TAIL))
        tail = source.read()
    version = re.search(rb"%PDF-(\d\.\d)", head)
    if b"%PDF-" not in head:
        findings.add(FileProblemKind.DAMAGED, _("The file %(name)s has no PDF header.", name=subject.name))
        return
    if version:
        findings.technical["pdf_version"] = version[1].decode()
    linear = re.search(rb"/Linearized[^>]*?/L\s+(\d+)", head)
    at = tail.rfind(b"%%EOF")
    start = re.search(rb"startxref\s+(\d+)\s*$", tail[:at].rstrip()) if at >= 0 else None
    rest = tail[at + 5 :].strip(b"\x00 \t\r\n\x1a\x0c") if at >= 0 else b""
    # What follows the last end mark must not be the beginning of another revision that breaks off.
    cut = at < 0 or start is None or len(rest) > 1024 or re.match(rb"\d+ \d|xref|trailer|startxref|<<", rest)
    if cut or (linear and int(linear[1]) > subject.size):
        findings.add(
            FileProblemKind.TRUNCATED,
            _("The PDF %(name)s breaks off: its end mark or cross-reference table is missing.", name=subject.name),
        )
    elif start is not None and int(start[1]) >= subject.size:
        findings.add(
            FileProblemKind.TRUNCATED,
            _("The PDF %(name)s points past its own end; part of it is missing.", name=subject.name),
        )


def _look_with_qpdf(subject: Subject, findings: Findings) -> bool:
    """Find encryption, damage that was repaired, active content; False when it is no use going on."""
    import pikepdf

    try:
        document = pikepdf.open(subject.path, suppress_warnings=True)
    except pikepdf.PasswordError:
        findings.add(
            FileProblemKind.ENCRYPTED, _("The PDF %(name)s can't be opened without a password.", name=subject.name)
        )
        return False
    except pikepdf.PdfError as error:
        findings.add(
            FileProblemKind.DAMAGED,
            _("The PDF %(name)s can't be opened: %(reason)s.", name=subject.name, reason=_reason(error, subject)),
        )
        return False
    with document:
        if document.is_encrypted:
            findings.add(
                FileProblemKind.ENCRYPTED,
                _("The PDF %(name)s is encrypted: it opens without a password but limits its use.", name=subject.name),
                fatal=False,
            )
        _find_active_content(document, subject, findings)
        _describe(document, findings)
        complaints = [*document.get_warnings(), *document.check_pdf_syntax()]
    if complaints:
        findings.add(
            FileProblemKind.DAMAGED,
            _(
                "The PDF %(name)s is damaged and opens only after repair: %(reason)s.",
                name=subject.name,
                reason=_reason(complaints[0], subject),
            ),
            fatal=_is_grave(complaints),
        )
    return True


def _is_grave(complaints: list[Any]) -> bool:
    grave = ("reconstruct", "damaged", "error decoding", "inflate", "unable to find", "unexpected eof", "can't find")
    return any(word in str(complaint).lower() for complaint in complaints for word in grave)


def _reason(complaint: object, subject: Subject) -> str:
    return str(complaint).replace(str(subject.path), subject.name).strip().splitlines()[0][:200]


def _find_active_content(document: Any, subject: Subject, findings: Findings) -> None:
    """Walk every object for actions that run something; qpdf has unpacked object streams already."""
    import pikepdf

    found: set[str] = set()
    external: set[str] = set()
    for number, thing in enumerate(document.objects):
        if number >= _MOST_OBJECTS:
            findings.notes.append(
                _("Only the first %(count)s objects of the PDF were searched for scripts.", count=number)
            )
            break
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Array | pikepdf.Stream):
            _walk(thing, found, external, 0)
        if isinstance(thing, pikepdf.Stream):
            _check_stream(thing, subject, findings)
    for action in sorted(found):
        findings.add(
            FileProblemKind.SCRIPT,
            _("The PDF %(name)s holds JavaScript.", name=subject.name)
            if action == "/JavaScript"
            else _("The PDF %(name)s can start another program (Launch action).", name=subject.name),
            fatal=False,
        )
    if external:
        findings.add(
            FileProblemKind.EXTERNAL,
            _("The PDF %(name)s needs content from outside the file to be shown.", name=subject.name),
            fatal=False,
        )
    for key, attachment in sorted(document.attachments.items()):
        name = attachment.filename or key
        findings.technical.setdefault("attachments", []).append(name)
        if looks_executable(name, attachment.get_file().read_bytes()[:4096]):
            findings.add(
                FileProblemKind.EMBEDDED,
                _("The PDF %(name)s carries the program %(member)s.", name=subject.name, member=name),
                fatal=False,
            )


def _check_stream(stream: Any, subject: Subject, findings: Findings) -> None:
    """Unpack a Flate stream as far as its checksum; qpdf's own check leaves out fonts and pictures."""
    import pikepdf

    filters = stream.get("/Filter")
    first = filters[0] if isinstance(filters, pikepdf.Array) and len(filters) else filters
    if first != pikepdf.Name.FlateDecode:
        return
    unpacker = zlib.decompressobj()
    packed = stream.read_raw_bytes()
    done = 0
    try:
        while packed and not unpacker.eof and done < _MOST_UNPACKED:
            done += len(unpacker.decompress(packed, _CHUNK))
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        # Every reader stops at broken codes; a checksum alone that does not hold is passed over by most.
        _note_stream(stream, subject, findings, fatal="incorrect data check" not in str(error))
    else:
        if not unpacker.eof and not packed:
            _note_stream(stream, subject, findings, fatal=False)


def _note_stream(stream: Any, subject: Subject, findings: Findings, *, fatal: bool) -> None:
    findings.add(
        FileProblemKind.DAMAGED,
        _(
            "The packed data of object %(number)s in the PDF %(name)s is damaged.",
            number=stream.objgen[0],
            name=subject.name,
        ),
        fatal=fatal,
    )


def _walk(thing: Any, found: set[str], external: set[str], depth: int) -> None:
    """Look into one object's direct parts; indirect ones have their own turn."""
    import pikepdf

    if depth > 20:
        return
    if isinstance(thing, pikepdf.Array):
        for part in thing:
            if not getattr(part, "is_indirect", True) and isinstance(part, pikepdf.Dictionary | pikepdf.Array):
                _walk(part, found, external, depth + 1)
        return
    if isinstance(thing, pikepdf.Stream) and "/F" in thing and "/FFilter" not in thing and "/Type" not in thing:
        external.add("stream")
    kind = thing.get("/S")
    if isinstance(kind, pikepdf.Name) and str(kind) in ("/JavaScript", "/Launch"):
        found.add(str(kind))
    for _key, part in thing.items():
        if not getattr(part, "is_indirect", True) and isinstance(part, pikepdf.Dictionary | pikepdf.Array):
            _walk(part, found, external, depth + 1)


def _describe(document: Any, findings: Findings) -> None:
    """Record what the file says of itself; a broken description is no damage to the record."""
    try:
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            if metadata.pdfa_status:
                findings.technical["pdfa"] = metadata.pdfa_status
    except Exception:  # XMP is free-form XML; pikepdf lets lxml's and its own errors through
        findings.notes.append(_("The PDF's description (XMP) can't be read."))
    described = document.trailer.get("/Info")
    producer = described.get("/Producer") if described is not None else None
    if producer is not None:
        findings.technical["producer"] = str(producer)[:200]
    root = document.Root
    form = root.get("/AcroForm")
    if form is not None and "/SigFlags" in form:
        findings.technical["signed"] = True


def _look_with_pdfium(subject: Subject, findings: Findings) -> None:
    """Load every page and take its text."""
    import pypdfium2

    document = pypdfium2.PdfDocument(str(subject.path))
    try:
        count = len(document)
        findings.pages = count
        keeper = TextKeeper(subject.budget.text)
        without = 0
        for number in range(count):
            try:
                page = document[number]
            except pypdfium2.PdfiumError:
                findings.add(
                    FileProblemKind.DAMAGED,
                    _("Page %(page)s of the PDF %(name)s can't be loaded.", page=number + 1, name=subject.name),
                )
                continue
            if number == 0:
                width, height = page.get_size()
                findings.technical["page_size"] = [round(width), round(height)]  # points
            if subject.want_text and not keeper.cut:
                words = page.get_textpage().get_text_range().replace("\r\n", "\n").replace("\ufffe", "")
                without += not words.strip()
                keeper.add(words if number == 0 else "\n\f" + words)
            page.close()
    finally:
        document.close()
    if count == 0:
        findings.add(FileProblemKind.DAMAGED, _("The PDF %(name)s has no pages.", name=subject.name))
    if subject.want_text:
        keeper.hand_over(findings)
        findings.technical["pages_without_text"] = without
