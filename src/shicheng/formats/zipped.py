"""Opening ZIP containers safely and testing every member."""

from __future__ import annotations

import zipfile
import zlib
from typing import Any

from lxml import etree

from shicheng.formats.findings import Findings, Subject
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

_CHUNK = 1 << 20
_RATIO = 200
_RATIO_FROM = 64 << 20
_MOST_UNPACKED = 4 << 30
_MOST_MEMBERS = 200_000
_ENCRYPTED = 0x1
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, KeyError, RuntimeError)


def open_zip(subject: Subject, findings: Findings) -> zipfile.ZipFile | None:
    """Open the container, or note why it can't be opened."""
    try:
        archive = zipfile.ZipFile(subject.path)
    except DAMAGE:
        findings.add(
            FileProblemKind.TRUNCATED,
            _("The file %(name)s breaks off or is damaged: its table of parts can't be found.", name=subject.name),
        )
        return None
    if len(archive.infolist()) > _MOST_MEMBERS:
        archive.close()
        findings.add(
            FileProblemKind.BUDGET,
            _(
                "The file %(name)s holds more than %(count)s parts and was not opened.",
                name=subject.name,
                count=_MOST_MEMBERS,
            ),
        )
        return None
    return archive


def test_members(archive: zipfile.ZipFile, subject: Subject, findings: Findings) -> None:
    """Unpack every member to check its CRC, without keeping it and within bounds."""
    unpacked = 0
    for member in archive.infolist():
        if member.flag_bits & _ENCRYPTED:
            findings.add(
                FileProblemKind.ENCRYPTED,
                _("The part %(part)s of %(name)s is encrypted.", part=member.filename, name=subject.name),
            )
            return
        limit = max(_RATIO_FROM, member.compress_size * _RATIO)
        try:
            with archive.open(member) as part:
                done = 0
                while chunk := part.read(_CHUNK):
                    done += len(chunk)
                    unpacked += len(chunk)
                    if done > limit or unpacked > _MOST_UNPACKED:
                        findings.add(
                            FileProblemKind.BUDGET,
                            _(
                                "The part %(part)s of %(name)s unpacks to far more than it should; it was not tested.",
                                part=member.filename,
                                name=subject.name,
                            ),
                        )
                        return
        except DAMAGE:
            findings.add(
                FileProblemKind.DAMAGED,
                _(
                    "The part %(part)s of %(name)s is damaged: its bytes do not match their checksum.",
                    part=member.filename,
                    name=subject.name,
                ),
            )


def hardened_parser(target: Any = None, *, recover: bool = False) -> etree.XMLParser:
    """Make an XML parser that opens no network, loads no DTD and expands no entities."""
    options: dict[str, Any] = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "recover": recover,
    }
    return etree.XMLParser(target=target, **options) if target is not None else etree.XMLParser(**options)


def read_part(archive: zipfile.ZipFile, name: str, limit: int = 64 << 20) -> bytes:
    """Read a member whole; ValueError when it is larger than `limit`."""
    if archive.getinfo(name).file_size > limit:
        raise ValueError(f"{name} is too large")
    with archive.open(name) as part:
        return part.read(limit + 1)
