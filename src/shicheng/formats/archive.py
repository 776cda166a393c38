"""Archives kept as content: opened, listed, tested as far as the standard library reaches."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from typing import Any, BinaryIO, cast

from shicheng.formats.findings import Findings, Subject, looks_executable
from shicheng.formats.types import FileProblemKind
from shicheng.formats.zipped import open_zip, test_members
from shicheng.kernel.messages import message as _

_CHUNK = 1 << 20
_MOST_UNPACKED = 2 << 30
_MOST_MEMBERS = 200_000
_AES_7Z = b"\x06\xf1\x07\x01"  # coder id of AES-256 in a 7z header


def look(subject: Subject, findings: Findings) -> None:
    """Open the archive by its family."""
    {
        "zip": _look_at_zip,
        "epub": _look_at_zip,
        "tar": _look_at_tar,
        "gzip": _look_at_stream,
        "bzip2": _look_at_stream,
        "xz": _look_at_stream,
        "rar": _look_at_rar,
        "7z": _look_at_7z,
    }[subject.identification.family](subject, findings)


def _look_at_zip(subject: Subject, findings: Findings) -> None:
    findings.tool = "zipfile"
    archive = open_zip(subject, findings)
    if archive is None:
        return
    with archive:
        findings.technical["members"] = len(archive.infolist())
        test_members(archive, subject, findings)
        _note_programs(archive.namelist(), subject, findings)


def _look_at_tar(subject: Subject, findings: Findings) -> None:
    findings.tool = "tarfile"
    names: list[str] = []
    end = 0
    with tarfile.open(subject.path, "r:") as archive:
        for member in archive:
            names.append(member.name)
            end = member.offset_data + (member.size if member.isreg() and not member.issparse() else 0)
            if len(names) >= _MOST_MEMBERS:
                break
    findings.technical["members"] = len(names)
    if end > subject.size:
        _note_cut(subject, findings)
    _note_programs(names, subject, findings)


def _look_at_stream(subject: Subject, findings: Findings) -> None:
    """Unpack a single packed stream to its end, keeping nothing."""
    findings.tool = "python"
    openers: dict[str, Any] = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}
    done = 0
    try:
        with cast(BinaryIO, openers[subject.identification.family](subject.path, "rb")) as stream:
            while chunk := stream.read(_CHUNK):
                done += len(chunk)
                if done > _MOST_UNPACKED:
                    findings.notes.append(
                        _("Only the first %(bytes)s bytes were checked; the file is longer.", bytes=done)
                    )
                    break
    except EOFError:
        _note_cut(subject, findings)
    except (OSError, zlib.error, lzma.LZMAError) as error:
        findings.add(
            FileProblemKind.DAMAGED,
            _("The archive %(name)s is damaged: %(reason)s.", name=subject.name, reason=str(error)[:200]),
        )
    findings.technical["unpacked"] = done


def _look_at_rar(subject: Subject, findings: Findings) -> None:
    """Follow the chain of block headers: complete, encrypted or cut. Contents can't be unpacked here."""
    findings.tool = "own header reader"
    with subject.path.open("rb") as source:
        modern = source.read(8) == b"Rar!\x1a\x07\x01\x00"
        members = _follow_rar5(source, subject, findings) if modern else _follow_rar4(source, subject, findings)
    findings.technical["members"] = members
    _say_not_unpacked(findings)


def _follow_rar5(source: BinaryIO, subject: Subject, findings: Findings) -> int:
    at, members = 8, 0
    while at < subject.size and members < _MOST_MEMBERS:
        source.seek(at)
        block = source.read(64)
        size, used = _vint(block, 4)
        if not size or size > 2 << 20:
            _note_cut(subject, findings)
            return members
        source.seek(at + 4)
        header = source.read(used + size)
        if len(header) < used + size or zlib.crc32(header) != int.from_bytes(block[:4], "little"):
            _note_cut(subject, findings)
            return members
        kind, step = _vint(header, used)
        flags, step2 = _vint(header, used + step)
        position = used + step + step2
        extra, step3 = _vint(header, position) if flags & 1 else (0, 0)
        packed, _step4 = _vint(header, position + step3) if flags & 2 else (0, 0)
        if kind == 4:
            _note_encrypted(subject, findings)
            return members
        if kind == 2:
            members += 1
            # A file's extra area holds record type 1 when the file is encrypted.
            if extra and len(header) > extra and _vint(header[-extra:], _vint(header[-extra:], 0)[1])[0] == 1:
                _note_encrypted(subject, findings)
        if kind == 5:
            return members
        at += 4 + used + size + packed
    _note_cut(subject, findings)
    return members


def _vint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for used, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << (7 * used)
        if not byte & 0x80:
            return value, used + 1
    return 0, 0


def _follow_rar4(source: BinaryIO, subject: Subject, findings: Findings) -> int:
    at, members = 7, 0
    while at < subject.size and members < _MOST_MEMBERS:
        source.seek(at)
        block = source.read(11)
        if len(block) < 7:
            break
        kind, flags = block[2], int.from_bytes(block[3:5], "little")
        size = int.from_bytes(block[5:7], "little")
        if size < 7 or not 0x72 <= kind <= 0x7B:
            break
        if (kind == 0x73 and flags & 0x80) or (kind == 0x74 and flags & 0x04):
            _note_encrypted(subject, findings)
            if kind == 0x73:
                return members
        members += kind == 0x74
        if kind == 0x7B:
            return members
        at += size + (int.from_bytes(block[7:11], "little") if flags & 0x8000 or kind == 0x74 else 0)
        if at == subject.size:
            return members  # archives made before RAR 3 have no end block
    _note_cut(subject, findings)
    return members


def _look_at_7z(subject: Subject, findings: Findings) -> None:
    """Check both headers of a 7z file by their CRCs. Contents can't be unpacked here."""
    findings.tool = "own header reader"
    with subject.path.open("rb") as source:
        start = source.read(32)
        offset, length = int.from_bytes(start[12:20], "little"), int.from_bytes(start[20:28], "little")
        if len(start) < 32 or zlib.crc32(start[12:32]) != int.from_bytes(start[8:12], "little"):
            findings.add(
                FileProblemKind.DAMAGED,
                _("The archive %(name)s is damaged: its header does not hold.", name=subject.name),
            )
            return
        if 32 + offset + length > subject.size:
            _note_cut(subject, findings)
            return
        source.seek(32 + offset)
        header = source.read(min(length, 64 << 20))
    if zlib.crc32(header) != int.from_bytes(start[28:32], "little") and length <= 64 << 20:
        findings.add(
            FileProblemKind.DAMAGED, _("The archive %(name)s is damaged: its header does not hold.", name=subject.name)
        )
    if _AES_7Z in header:
        _note_encrypted(subject, findings)
    _say_not_unpacked(findings)


def _say_not_unpacked(findings: Findings) -> None:
    """Without an unpacker a sound chain of headers is not yet a readable archive."""
    if not findings.broken:
        findings.opened = False
        findings.notes.append(
            _("The archive's headers are complete, but nothing installed here can unpack and test it.")
        )


def _note_cut(subject: Subject, findings: Findings) -> None:
    findings.add(
        FileProblemKind.TRUNCATED, _("The archive %(name)s breaks off: its end is missing.", name=subject.name)
    )


def _note_encrypted(subject: Subject, findings: Findings) -> None:
    findings.add(
        FileProblemKind.ENCRYPTED, _("The archive %(name)s can't be opened without a password.", name=subject.name)
    )


def _note_programs(names: list[str], subject: Subject, findings: Findings) -> None:
    program = next((name for name in names if looks_executable(name, b"")), None)
    if program is not None:
        findings.add(
            FileProblemKind.EMBEDDED,
            _("The archive %(name)s carries the program %(member)s.", name=subject.name, member=program),
            fatal=False,
        )
