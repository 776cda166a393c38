"""Plain text: encoding by strict decoding, control bytes, lines."""

from __future__ import annotations

import codecs
import json
import re
from typing import BinaryIO

from shicheng.formats.encodings import SAMPLE, Encoding, count_control, detect_encoding, shown
from shicheng.formats.findings import Findings, Subject, TextKeeper
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

_CHUNK = 1 << 20
_MOST = 256 << 20  # bytes decoded for the check; beyond, the note says so
_JSON_MOST = 64 << 20


def look(subject: Subject, findings: Findings) -> None:
    """Decode the whole file strictly and keep its text."""
    findings.tool = "python"
    with subject.path.open("rb") as source:
        first = source.read(max(SAMPLE, _CHUNK))
        whole = subject.size <= len(first)
        encoding = detect_encoding(first, whole=whole)
        if encoding.name == "ascii" and not whole:
            encoding = _beyond_ascii(source, len(first)) or encoding
        if not encoding.name:
            _refuse(subject, findings, first)
            return
        findings.encoding = shown(encoding.name)
        keeper = TextKeeper(subject.budget.text if subject.want_text else 0)
        decoder = codecs.getincrementaldecoder("utf-8" if encoding.name == "ascii" else encoding.name)()
        wide = encoding.name.startswith("utf-16") or encoding.name == "utf-32"
        control = done = lines = 0
        source.seek(0)
        try:
            while chunk := (first if not done else source.read(_CHUNK)):
                if not done:
                    source.seek(len(first))
                done += len(chunk)
                control += 0 if wide else count_control(chunk)
                piece = decoder.decode(chunk, final=False)
                lines += piece.count("\n")
                if wide:
                    control += sum(piece.count(chr(code)) for code in (*range(9), *range(14, 27)))
                if subject.want_text and not keeper.cut:
                    keeper.add(piece)
                if done >= _MOST and done < subject.size:
                    findings.notes.append(
                        _("Only the first %(bytes)s bytes were checked; the file is longer.", bytes=done)
                    )
                    break
            else:
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            _note_break(subject, findings, encoding.name, done, error, cut=done >= subject.size)
    findings.technical["lines"] = lines + 1
    if control:
        few = control <= max(1, done // 1000) and b"\x00" not in first
        findings.add(
            FileProblemKind.DAMAGED,
            _(
                "The text %(name)s holds %(count)s control bytes that no text holds; part of it may be overwritten.",
                name=subject.name,
                count=control,
            ),
            fatal=not few,
        )
    if subject.want_text:
        keeper.hand_over(findings)
        if subject.identification.family == "rtf":
            findings.text = _plain_of_rtf(findings.text or "")
    _check_family(subject, findings, encoding.name)


def _beyond_ascii(source: BinaryIO, start: int) -> Encoding | None:
    """Look for the first bytes that are not ASCII, which alone can tell the encoding of a long text."""
    source.seek(start)
    done = start
    while done < _MOST and (chunk := source.read(_CHUNK)):
        done += len(chunk)
        if not chunk.isascii():
            at = next(i for i, byte in enumerate(chunk) if byte > 127)
            chunk = chunk[at:] + source.read(SAMPLE)
            return detect_encoding(chunk[:SAMPLE], whole=False)
    return None


def _refuse(subject: Subject, findings: Findings, first: bytes) -> None:
    damaged = count_control(first) > 0
    findings.add(
        FileProblemKind.DAMAGED if damaged else FileProblemKind.ENCODING,
        _("The file %(name)s holds bytes that are no text in UTF-8, UTF-16, GB18030 or Big5.", name=subject.name),
    )


def _note_break(
    subject: Subject, findings: Findings, name: str, done: int, error: UnicodeDecodeError, *, cut: bool
) -> None:
    if cut and error.reason in ("unexpected end of data", "truncated data", "incomplete multibyte sequence"):
        findings.add(
            FileProblemKind.TRUNCATED,
            _("The text %(name)s stops in the middle of a character; its end is missing.", name=subject.name),
        )
        return
    findings.add(
        FileProblemKind.ENCODING,
        _(
            "The text %(name)s begins as %(encoding)s but holds other bytes before byte %(byte)s.",
            name=subject.name,
            encoding=shown(name),
            byte=done,
        ),
    )


def _check_family(subject: Subject, findings: Findings, encoding: str) -> None:
    """Check what JSON and RTF promise beyond being text."""
    family = subject.identification.family
    if family == "json" and subject.identification.extension != "jsonl" and subject.size <= _JSON_MOST:
        try:
            json.loads(subject.path.read_bytes().decode(encoding))
        except (ValueError, RecursionError) as error:
            findings.add(
                FileProblemKind.DAMAGED,
                _("The JSON file %(name)s is not well formed: %(reason)s.", name=subject.name, reason=str(error)[:200]),
            )
    if family == "rtf":
        with subject.path.open("rb") as source:
            source.seek(max(0, subject.size - 64))
            if not source.read().rstrip(b"\x00 \r\n").endswith(b"}"):
                findings.add(
                    FileProblemKind.TRUNCATED,
                    _("The RTF document %(name)s breaks off: its last group is not closed.", name=subject.name),
                )


_RTF_PART = re.compile(
    r"\\u(-?\d+) ?\??|\\'([0-9a-f]{2})|\\([a-z]+)(-?\d+)? ?|\\([^a-z])|([{}])|([^\\{}\r\n]+)", re.IGNORECASE
)
_RTF_SILENT = frozenset(
    ("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "listtable", "datastore")
)


def _plain_of_rtf(source: str) -> str:
    """Take the words out of RTF: Unicode escapes, GB bytes, paragraphs; tables of fonts and pictures left out."""
    out: list[str] = []
    silent: list[bool] = [False]
    raw = bytearray()

    def flush() -> None:
        if raw:
            out.append(raw.decode("gb18030", "replace"))
            raw.clear()

    for part in _RTF_PART.finditer(source):
        number, byte, word, _value, symbol, brace, words = part.groups()
        if byte:
            if not silent[-1]:
                raw.append(int(byte, 16))
            continue
        flush()
        if brace == "{":
            silent.append(silent[-1])
        elif brace == "}":
            if len(silent) > 1:
                silent.pop()
        elif symbol == "*" or word in _RTF_SILENT:
            silent[-1] = True
        elif silent[-1]:
            continue
        elif number:
            out.append(chr(int(number) % 65536))
        elif word in ("par", "line"):
            out.append("\n")
        elif word == "tab":
            out.append("\t")
        elif symbol in ("\\", "{", "}"):
            out.append(symbol)
        elif words:
            out.append(words)
    flush()
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
