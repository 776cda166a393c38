"""Zip files as trees: an own reading of the central directory, hostile until proved."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.names import choose_encoding, decode_as, problem, visible
from shicheng.packages.tree import Gatherer, Tree, reroot, special_member
from shicheng.packages.types import Limits, PackageFile, PackageProblem, ProblemKind
from shicheng.packages.zip_streams import METHODS, Entry, open_entry

_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_END64_LOCATOR = b"PK\x06\x07"
_CENTRAL = b"PK\x01\x02"
_LOCAL = b"PK\x03\x04"
_UTF8 = 0x800
_ENCRYPTED = 0x1 | 0x40
_UNIX, _DARWIN = 3, 19
_FIXED = struct.Struct("<4s6H3I5H2I")


@dataclass(frozen=True, slots=True)
class _Directory:
    offset: int
    size: int
    entries: int
    shift: int  # bytes put in front of the archive, as self-extracting ones have


def read_zip(path: Path, *, limits: Limits) -> Tree:
    """List a zip file; raise `UnreadablePackage` when its directory is missing or broken."""
    tree = Tree(path=path, name=path.stem, container="zip")
    gatherer = Gatherer(tree, limits)
    with path.open("rb") as stream:
        length = stream.seek(0, os.SEEK_END)
        directory = _find_directory(stream, length, tree.name)
        if directory.entries > limits.files * 2 or directory.size > limits.list_bytes:
            raise _broken(tree.name, _("its list of members is larger than allowed"))
        entries = list(_entries(stream, directory, tree.name))
        _name_all(entries)
        overlapping = _overlapping(entries, directory.offset + directory.shift)
        _check_total(entries, length, limits, tree.name)
        for entry in entries:
            _take(gatherer, stream, entry, overlapping)
    reroot(tree)
    return tree


def _take(gatherer: Gatherer, stream: BinaryIO, entry: Entry, overlapping: set[int]) -> None:
    tree = gatherer.tree
    path = entry.path
    kind = (entry.mode >> 12) & 0xF
    if path.endswith("/") or kind == 0x4:
        folder = path.rstrip("/")
        if folder and gatherer.admits_folder(folder):
            tree.folders.add(folder)
        return
    refused: PackageProblem | None = None
    if kind not in (0, 0x8):
        refused = special_member(path, link=kind == 0xA)
    elif entry.flags & _ENCRYPTED or entry.method == 99:
        refused = _refused(
            ProblemKind.ENCRYPTED,
            path,
            _(
                "The member %(path)s is refused, because it is encrypted. Pack it again without a password.",
                path=visible(path),
            ),
        )
    elif entry.method not in METHODS:
        refused = _refused(
            ProblemKind.DAMAGED,
            path,
            _(
                "The member %(path)s is refused, because its compression method %(method)d is not known here. "
                "Pack it again as ordinary zip (deflate).",
                path=visible(path),
                method=entry.method,
            ),
        )
    elif entry.offset in overlapping:
        refused = _shared(path)
    elif is_bomb(entry.size, entry.packed, gatherer.limits):
        refused = _refused(
            ProblemKind.BOMB,
            path,
            _(
                "The member %(path)s is refused, because %(packed)d bytes would unpack to %(size)d, as zip "
                "bombs do. Hand the file over unpacked.",
                path=visible(path),
                packed=entry.packed,
                size=entry.size,
            ),
        )
    else:
        refused = _mismatch(stream, entry)
    if refused is not None:
        tree.problems.append(refused)
    elif gatherer.admits(path, entry.raw, entry.size):
        opener = partial(open_entry, os.fsencode(tree.path), entry)
        gatherer.add(PackageFile(path, entry.raw, entry.size, opener, crc32=entry.crc))


def is_bomb(size: int, packed: int, limits: Limits) -> bool:
    """Tell whether so many bytes from so few are past the allowed ratio."""
    return size > limits.ratio_from and size > limits.ratio * max(packed, 1)


def _mismatch(stream: BinaryIO, entry: Entry) -> PackageProblem | None:
    """Hold the member's local header against the directory, and learn where its bytes begin."""
    stream.seek(entry.offset)
    head = stream.read(30)
    if len(head) < 30 or head[:4] != _LOCAL:
        return _refused(
            ProblemKind.DAMAGED,
            entry.path,
            _(
                "The member %(path)s is refused, because its bytes are not where the list of members says. "
                "The container is damaged; have it sent again.",
                path=visible(entry.path),
            ),
        )
    flags, method = struct.unpack_from("<HH", head, 6)
    crc, _packed, size, name_length, extra_length = struct.unpack_from("<IIIHH", head, 14)
    name = stream.read(name_length)
    entry.start = entry.offset + 30 + name_length + extra_length
    sized = not flags & 0x8 and size != 0xFFFFFFFF
    if entry.start + entry.packed > entry.limit:
        return _shared(entry.path)
    if name != entry.raw or method != entry.method or (sized and (size != entry.size or crc != entry.crc)):
        return _refused(
            ProblemKind.DAMAGED,
            entry.path,
            _(
                "The member %(path)s is refused, because the container says different things of it in its "
                "list and at its place, so that two programs would unpack different files. Pack it again.",
                path=visible(entry.path),
            ),
        )
    return None


def _shared(path: str) -> PackageProblem:
    return _refused(
        ProblemKind.BOMB,
        path,
        _(
            "The member %(path)s is refused, because it shares its bytes with another member, as zip "
            "bombs do. Pack the files again.",
            path=visible(path),
        ),
    )


def _find_directory(stream: BinaryIO, length: int, name: str) -> _Directory:
    tail_length = min(length, 22 + 0xFFFF)
    stream.seek(length - tail_length)
    tail = stream.read(tail_length)
    at = tail.rfind(_END)
    while at >= 0 and len(tail) - at < 22:
        at = tail.rfind(_END, 0, at)
    if at < 0:
        raise _broken(name, _("its end is missing, so it was probably not copied whole"))
    entries, size, offset = struct.unpack_from("<HII", tail, at + 10)
    end = length - tail_length + at
    if end >= 20:
        stream.seek(end - 20)
        locator = stream.read(20)
        if locator[:4] == _END64_LOCATOR:
            (where,) = struct.unpack_from("<Q", locator, 8)
            found = _find_end64(stream, where, end - 20)
            if found is None:
                raise _broken(name, _("the list of its members is damaged"))
            end, record = found
            entries, size, offset = struct.unpack_from("<QQQ", record, 32)
    shift = end - size - offset
    if shift < 0:
        raise _broken(name, _("the list of its members is damaged"))
    return _Directory(offset, size, entries, shift)


def _find_end64(stream: BinaryIO, where: int, locator: int) -> tuple[int, bytes] | None:
    for place in (where, locator - 56):
        if 0 <= place < locator:
            stream.seek(place)
            record = stream.read(56)
            if len(record) == 56 and record[:4] == _END64:
                return place, record
    return None


def _entries(stream: BinaryIO, directory: _Directory, name: str) -> Iterator[Entry]:
    stream.seek(directory.offset + directory.shift)
    data = stream.read(directory.size)
    at = 0
    for _number in range(directory.entries):
        if at + 46 > len(data) or data[at : at + 4] != _CENTRAL:
            raise _broken(name, _("the list of its members breaks off"))
        (
            _signature, made_by, _need, flags, method, _time, _date, crc, packed, size,
            name_length, extra_length, comment_length, _disk, _internal, external, offset,
        ) = _FIXED.unpack_from(data, at)  # fmt: skip
        at += 46
        raw = data[at : at + name_length]
        extra = data[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        fields = dict(_extra_fields(extra))
        size, packed, offset = _wide(fields.get(0x0001, b""), size, packed, offset)
        mode = external >> 16 if made_by >> 8 in (_UNIX, _DARWIN) else 0
        yield Entry(raw, _unicode_name(raw, flags, fields), flags, method, crc, packed, size,
                    offset + directory.shift, mode)  # fmt: skip


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _wide(field: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Put the 64-bit numbers in for those that did not fit 32 bits."""
    at = 0
    values = [size, packed, offset]
    for index, value in enumerate(values):
        if value == 0xFFFFFFFF and at + 8 <= len(field):
            (values[index],) = struct.unpack_from("<Q", field, at)
            at += 8
    return values[0], values[1], values[2]


def _unicode_name(raw: bytes, flags: int, fields: dict[int, bytes]) -> str:
    """Return the name where the archive says that it is UTF-8, "" where it says nothing."""
    if flags & _UTF8:
        return decode_as(raw, "utf-8")
    unicode_path = fields.get(0x7075, b"")  # APPNOTE 4.6.9: valid only for the very name it was made for
    if len(unicode_path) > 5 and unicode_path[0] == 1 and unicode_path[1:5] == struct.pack("<I", zlib.crc32(raw)):
        return decode_as(unicode_path[5:], "utf-8")
    return decode_as(raw, "ascii") if raw.isascii() else ""


def _name_all(entries: list[Entry]) -> None:
    """Give the members that don't say how their names are written one encoding, chosen for the archive."""
    encoding = choose_encoding(entry.raw for entry in entries if not entry.path)
    for entry in entries:
        if not entry.path and entry.raw:
            entry.path = decode_as(entry.raw, encoding)


def _overlapping(entries: list[Entry], end: int) -> set[int]:
    """Return the offsets of members whose bytes run into the next member or the list of members."""
    ordered = sorted(entries, key=lambda entry: entry.offset)
    limits = [*(entry.offset for entry in ordered[1:]), end]
    found: set[int] = set()
    for entry, limit in zip(ordered, limits, strict=bool(ordered)):
        entry.limit = limit
        if entry.offset + 30 + len(entry.raw) + entry.packed > limit:
            found.update((entry.offset, limit))
    return found


def _check_total(entries: list[Entry], length: int, limits: Limits, name: str) -> None:
    total = sum(entry.size for entry in entries if entry.method in METHODS and entry.size <= limits.file_bytes
                and not is_bomb(entry.size, entry.packed, limits))  # fmt: skip
    if is_bomb(total, length, limits):
        raise UnreadablePackage(
            _(
                "The container %(name)s is refused, because its %(length)d bytes would unpack to %(total)d, as "
                "zip bombs do. Hand the folder over unpacked.",
                name=visible(name),
                length=length,
                total=total,
            )
        )


def _refused(kind: ProblemKind, path: str, text: Message) -> PackageProblem:
    return problem(kind, text, path=path, refused=True)


def _broken(name: str, reason: Message) -> UnreadablePackage:
    return UnreadablePackage(
        _(
            "The container %(name)s cannot be read: %(reason)s. Have it sent again.",
            name=visible(name),
            reason=reason,
        )
    )


def looks_like_zip(head: bytes) -> bool:
    """Tell from the first bytes whether a file is a zip."""
    return head[:4] in (_LOCAL, _END)
