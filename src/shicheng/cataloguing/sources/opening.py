"""Opening a catalogue by what it is, not by what its name says."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from shicheng.cataloguing.errors import UnknownHeader, UnreadableCatalogue
from shicheng.cataloguing.sources import dbf, jsonlines, texts
from shicheng.cataloguing.sources.sheets import open_workbook
from shicheng.cataloguing.sources.types import Given, Source, has_title
from shicheng.kernel.messages import message as _

_MOST_BYTES: Final = 16 << 30  # unpacked
_RATIO: Final = 300
_RATIO_FROM: Final = 256 << 20
_PIECE: Final = 1 << 20
_SAMPLE: Final = 1 << 16
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_source(given: Given) -> Source:
    """Open a catalogue; raises `UnreadableCatalogue`, or `UnknownHeader` where no column is known as the title.

    One that is only looked at (`given.guess`) may have any header.
    """
    given = _unpacked(given)
    with given.open() as stream:
        head = stream.read(_SAMPLE)
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise UnreadableCatalogue(
            _("The catalogue %(name)s is empty.", name=given.name), hint=_("Export it again and look into it first.")
        )
    if head.startswith(b"PK\x03\x04"):
        source = open_workbook(given)
    elif head.startswith(_OLD_EXCEL):
        raise UnreadableCatalogue(
            _("The catalogue %(name)s is in the old Excel form (.xls) or protected by a password.", name=given.name),
            hint=_("Save it as .xlsx without a password, or as .csv, and send that."),
        )
    elif dbf.is_dbf(head, given.path.stat().st_size):
        source = dbf.open_table(given)
    elif _is_binary(head):
        raise UnreadableCatalogue(
            _("The file %(name)s is no catalogue: it holds bytes that are not text.", name=given.name),
            hint=_("Send .xlsx, .csv, .tsv, .dbf or .jsonl."),
        )
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        source = jsonlines.open_lines(given)
    else:
        source = texts.open_text(given)
    if not given.guess and not has_title(source.columns):
        raise UnknownHeader(
            _(
                "No column of the catalogue %(name)s is known as the title; its columns are: %(columns)s.",
                name=given.name,
                columns=", ".join(column.header for column in source.columns[:30]),
            ),
            hint=_("Name the columns in a mapping (题名 or “title” must be among them), or put a header row in."),
        )
    return source


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    odd = sum(head.count(byte) for byte in (b"\x01", b"\x02", b"\x03", b"\x04", b"\x05", b"\x06", b"\x08", b"\x0e"))
    if odd > len(head) // 200 + 2:
        return True
    zeros = head.count(0)
    # Text in UTF-16 without a mark has its zeros in one half of the places; anything else with many is binary.
    even = head[0::2].count(0)
    return zeros > len(head) // 50 and not (even * 8 < zeros or (zeros - even) * 8 < zeros)


def _unpacked(given: Given) -> Given:
    with given.open() as stream:
        if stream.read(2) != b"\x1f\x8b":
            return given
    name = given.name[:-3] if given.name.lower().endswith(".gz") else given.name
    target = given.scratch / "unpacked"
    packed = given.path.stat().st_size
    done = 0
    try:
        with gzip.open(given.path) as stream, target.open("wb") as out:
            while piece := stream.read(_PIECE):
                done += len(piece)
                if done > _MOST_BYTES or (done > _RATIO_FROM and done > packed * _RATIO):
                    raise UnreadableCatalogue(
                        _("The catalogue %(name)s becomes larger than is read when it is unpacked.", name=given.name),
                        hint=_("Unpack it yourself and send it in parts."),
                    )
                out.write(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableCatalogue(
            _("The catalogue %(name)s can't be unpacked: %(reason)s.", name=given.name, reason=error),
            hint=_("It broke off on its way or is damaged: send it again."),
        ) from error
    return replace(given, path=Path(target), name=name)
