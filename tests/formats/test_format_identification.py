"""Formats by bytes, and when an extension lies."""

from __future__ import annotations

import json
import os
from pathlib import Path

import format_samples as samples
import pytest
from format_samples import Look

from shicheng.formats.pool import InspectionPool


@pytest.mark.parametrize(
    ("name", "data", "puid", "mime"),
    [
        ("a.pdf", samples.pdf(), "fmt/17", "application/pdf"),
        ("a.docx", samples.word(), "fmt/412", None),
        ("a.png", samples.picture("PNG"), "fmt/11", "image/png"),
        ("a.csv", "姓名,年份\n张三,2024\n".encode(), "x-fmt/18", "text/csv"),
        ("a.json", json.dumps({"题名": "甲"}).encode(), "fmt/817", "application/json"),
        ("a.txt", samples.WORDS.encode("gb18030") * 3, "x-fmt/111", "text/plain"),
        ("a.wps", samples.word97(), "cn-fmt/wps", "application/wps-office.wps"),
        ("a.et", samples.ole(Workbook=b"\x09\x08\x10\x00" + bytes(16)), "cn-fmt/et", "application/wps-office.et"),
        (
            "a.dps",
            samples.ole(**{"PowerPoint Document": bytes(16)}),
            "cn-fmt/dps",
            "application/wps-office.dps",
        ),
    ],
)
def test_format_is_found_by_bytes(look: Look, name: str, data: bytes, puid: str, mime: str | None) -> None:
    found = look(name, data).identification
    assert found.puid == puid
    assert mime is None or found.mime == mime
    assert not found.extension_mismatch


def test_ofd_is_told_from_a_zip_by_its_namespace(look: Look) -> None:
    ofd = samples.plain_zip(**{"OFD.xml": b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>'})
    assert look("a.ofd", ofd).identification.puid == "cn-fmt/ofd"
    stranger = look("b.ofd", samples.plain_zip(**{"OFD.xml": b"<x/>"})).identification
    assert stranger.puid == "x-fmt/263"
    assert stranger.extension_mismatch


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", samples.word()),
        ("a.jpg", samples.picture("PNG")),
        ("a.tif", samples.picture("JPEG")),
        ("a.docx", samples.pdf()),
        ("a.docx", samples.plain_zip()),
        ("a.pdf", "这不是版式文件，只是一段文字。".encode()),
        ("a.txt", samples.picture("PNG")),
        ("a.mp4", samples.sound()),
        ("a.doc", samples.word()),
    ],
)
def test_extension_that_claims_another_format_is_a_mismatch(look: Look, name: str, data: bytes) -> None:
    found = look(name, data)
    assert found.identification.extension_mismatch
    assert any(problem.kind == "mislabelled" and not problem.fatal for problem in found.problems)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tiff", samples.picture("TIFF")),
        ("a.jpeg", samples.picture("JPEG")),
        ("a.doc", samples.word97()),
        ("a.wps", samples.word97()),
        ("a.zip", samples.word()),
        ("a.txt", b"<?xml version='1.0'?><a/>"),
        ("a.txt", b"BMW and other cars; MZ is text too"),
        ("a.log", b"plain words"),
        ("a", b"plain words"),
        ("a.unheard", samples.pdf()),
        ("a.docx", samples.ole(EncryptedPackage=b"x", EncryptionInfo=b"y")),
        ("a.mov", samples.video("mov")),
        ("a.docx", samples.word()[:-300]),
        ("a.pdf", samples.pdf()[:500]),
    ],
)
def test_harmless_or_broken_name_is_no_mismatch(look: Look, name: str, data: bytes) -> None:
    assert not look(name, data).identification.extension_mismatch


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with BOM"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("big5", "Big5"),
    ],
)
def test_encoding_of_text_is_found_and_recorded(look: Look, encoding: str, shown: str) -> None:
    words = (
        "中華民國政府公報，第二號。\n關於檔案管理的規定，本府公布施行。\n"
        if encoding == "big5"
        else f"{samples.WORDS}，第 2 号。\n" * 3
    )
    found = look("a.txt", words.encode(encoding))
    assert (found.encoding, found.text, found.readable) == (shown, words, True)


def test_name_decides_the_extension_not_the_place_on_disk(pool: InspectionPool, tmp_path: Path) -> None:
    place = tmp_path / "00017"
    place.write_bytes(samples.picture("PNG"))
    found = pool.inspect(place, "照片.jpg")
    assert found.identification.extension == "jpg"
    assert found.identification.extension_mismatch


def test_file_name_in_another_encoding_is_identified(pool: InspectionPool, tmp_path: Path) -> None:
    place = Path(os.fsdecode(os.fsencode(tmp_path) + "/档案.pdf".encode("gb18030")))
    place.write_bytes(samples.pdf())
    found = pool.inspect(place)
    assert (found.identification.puid, found.readable) == ("fmt/17", True)
