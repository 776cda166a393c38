"""Every family: a sound file is readable, a broken one is found, and why."""

from __future__ import annotations

import gzip
import io
import os
import re
import struct
import time
import zipfile
from pathlib import Path

import format_samples as samples
import pikepdf
import pytest
from format_samples import Look
from PIL import Image

from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Inspection


def kinds(found: Inspection, *, fatal: bool | None = None) -> set[str]:
    return {problem.kind.value for problem in found.problems if fatal is None or problem.fatal is fatal}


@pytest.mark.parametrize(
    ("name", "data", "text", "pages"),
    [
        ("a.pdf", samples.pdf(), "Record page 2", 2),
        ("a.docx", samples.word(), samples.WORDS, None),
        ("a.docx", samples.word(), "表格里的字", None),
        ("a.xlsx", samples.sheet(), f"{samples.WORDS}\t42\n第二张", None),
        ("a.pptx", samples.slides(), samples.WORDS, 1),
        ("a.txt", samples.WORDS.encode("gb18030"), samples.WORDS, None),
        ("a.xml", f"<a><b>{samples.WORDS}</b></a>".encode(), samples.WORDS, None),
        ("a.html", f"<html><title>t</title><p>{samples.WORDS}</p></html>".encode("gb18030"), samples.WORDS, None),
        ("a.rtf", rb"{\rtf1\ansi{\fonttbl{\f0 SimSun;}}\f0 \'b5\'b5\u26696?}", "档案", None),
        (
            "a.eml",
            f"From: a@b\nTo: c@d\nSubject: s\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n"
            f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{samples.WORDS}\n".encode(),
            samples.WORDS,
            None,
        ),
    ],
)
def test_sound_document_is_readable_and_gives_its_text(
    look: Look, name: str, data: bytes, text: str, pages: int | None
) -> None:
    found = look(name, data)
    assert found.readable is True, found.problems
    assert not kinds(found)
    assert text in (found.text or "")
    assert found.pages == pages


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "JPEG2000", "WEBP"])
def test_sound_image_is_decoded_and_measured(look: Look, kind: str) -> None:
    extension = {"JPEG2000": "jp2"}.get(kind, kind.lower())
    found = look(f"a.{extension}", samples.picture(kind))
    assert found.readable is True, found.problems
    assert (found.technical["width"], found.technical["height"]) == (120, 80)


def test_every_page_of_a_tiff_counts(look: Look) -> None:
    found = look("a.tif", samples.many_page_tiff())
    assert (found.readable, found.pages, found.technical["dpi"]) == (True, 3, [300.0, 300.0])


def test_sound_and_video_are_decoded_and_measured(look: Look) -> None:
    heard = look("a.wav", samples.sound())
    assert (heard.readable, heard.technical["sample_rate"], heard.technical["duration"]) == (True, 8000, 3.0)
    seen = look("a.mp4", samples.video())
    assert (seen.readable, seen.technical["video_codec"], seen.technical["width"]) == (True, "mpeg4", 64)
    assert seen.technical["duration"] == 6.0


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", samples.pdf()),
        ("a.docx", samples.word()),
        ("a.zip", samples.plain_zip()),
        ("a.png", samples.picture("PNG")),
        ("a.jpg", samples.picture("JPEG")),
        ("a.gif", samples.picture("GIF")),
        ("a.tif", samples.picture("TIFF")),
        ("a.tif", samples.many_page_tiff()),
        ("a.bmp", samples.picture("BMP")),
        ("a.wav", samples.sound()),
        ("a.mp4", samples.video()),
        ("a.avi", samples.video("avi")),
        ("a.doc", samples.word97()),
        ("a.gz", gzip.compress(os.urandom(5000))),
        ("a.xml", b"<?xml version='1.0'?><a>" + b"<b>1</b>" * 100 + b"</a>"),
        ("a.rtf", rb"{\rtf1\ansi one two three four}"),
        ("a.json", b'{"a": [1, 2, 3, 4, 5]}'),
    ],
)
def test_file_cut_off_is_found(look: Look, name: str, data: bytes) -> None:
    assert look(f"whole-{name}", data).readable is True
    for share in (0.95, 0.5):
        found = look(f"cut-{name}", data[: int(len(data) * share)])
        assert found.readable is False, share
        assert kinds(found, fatal=True) & {"truncated", "damaged", "xml"}


def test_empty_file_is_unreadable(look: Look) -> None:
    found = look("a.docx", b"")
    assert (found.readable, kinds(found)) == (False, {"empty"})


def test_missing_file_and_pipe_are_reported_not_raised(pool: InspectionPool, tmp_path: Path) -> None:
    assert pool.inspect(tmp_path / "none.pdf").readable is False
    os.mkfifo(tmp_path / "pipe.pdf")
    assert pool.inspect(tmp_path / "pipe.pdf").readable is False


def test_unknown_format_is_not_checked_rather_than_fine(look: Look) -> None:
    found = look("a.xyz", os.urandom(999))
    assert found.readable is None
    assert found.notes


def test_program_is_not_opened(look: Look) -> None:
    assert look("a.exe", b"MZ" + bytes(300)).readable is None


def test_flipped_bit_in_an_office_document_is_found(look: Look) -> None:
    data = bytearray(samples.word())
    data[len(data) // 3] ^= 4
    found = look("a.docx", bytes(data))
    assert found.readable is False
    assert not found.identification.extension_mismatch


def test_flipped_byte_in_a_png_is_found(look: Look) -> None:
    data = bytearray(samples.picture("PNG"))
    data[data.index(b"IDAT") + 40] ^= 0xFF
    assert look("a.png", bytes(data)).readable is False


def test_pdf_revision_that_breaks_off_is_found(look: Look) -> None:
    found = look("a.pdf", samples.pdf() + b"12 0 obj\n<< /Type /Pa")
    assert (found.readable, kinds(found)) == (False, {"truncated"})


def test_linearized_pdf_cut_within_its_tail_is_found(look: Look) -> None:
    data = samples.changed_pdf(lambda document: None, linearize=True)
    assert look("a.pdf", data).readable is True
    assert look("b.pdf", data[:-200]).readable is False


def test_pdf_that_opens_only_after_repair_is_damaged(look: Look) -> None:
    data = samples.pdf()
    at = data.rindex(b"xref", 0, data.rindex(b"startxref"))
    found = look("a.pdf", data[:at] + b"yref" + data[at + 4 :])
    assert (found.readable, kinds(found)) == (False, {"damaged"})


def test_encrypted_pdf_is_told_from_one_with_limits_only(look: Look) -> None:
    locked = pikepdf.Encryption(owner="o", user="secret")
    found = look("a.pdf", samples.changed_pdf(lambda document: None, encryption=locked))
    assert (found.readable, kinds(found)) == (False, {"encrypted"})
    limited = pikepdf.Encryption(owner="o", user="")
    found = look("b.pdf", samples.changed_pdf(lambda document: None, encryption=limited))
    assert (found.readable, kinds(found)) == (True, {"encrypted"})


def test_active_content_in_a_pdf_is_a_warning(look: Look) -> None:
    def add(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="a.exe")
        document.pages[0].obj.Annots = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Annot, A=action)])
        document.attachments["setup.exe"] = pikepdf.AttachedFileSpec(document, b"MZ", filename="setup.exe")

    found = look("a.pdf", samples.changed_pdf(add))
    assert found.readable is True
    assert kinds(found, fatal=False) == {"script", "embedded"}
    assert len(found.problems) == 3


def test_pdfa_claim_is_recorded(look: Look) -> None:
    def claim(document: pikepdf.Pdf) -> None:
        with document.open_metadata() as metadata:
            metadata["pdfaid:part"] = "2"
            metadata["pdfaid:conformance"] = "B"

    assert look("a.pdf", samples.changed_pdf(claim)).technical["pdfa"] == "2B"


def test_huge_sparse_file_that_claims_to_be_a_pdf_costs_little(pool: InspectionPool, tmp_path: Path) -> None:
    for number, head in enumerate((b"%PDF-1.7\n", b"")):
        path = tmp_path / f"{number}.pdf"
        with path.open("wb") as target:
            target.write(head)
            target.truncate(2 << 30)
        start = time.monotonic()
        found = pool.inspect(path)
        assert found.readable is False
        assert found.size == 2 << 30
        assert time.monotonic() - start < 3


def test_macros_and_outside_links_in_office_documents_are_warnings(look: Look) -> None:
    found = look("a.docx", samples.with_member(samples.word(), "word/vbaProject.bin", b"x"))
    assert (found.readable, kinds(found)) == (True, {"script"})
    relation = b'<Relationship Id="r" Type="http://x/image" Target="http://x/a.png" TargetMode="External"/>'
    found = look("b.docx", samples.with_member(samples.word(), "word/_rels/header1.xml.rels", relation))
    assert (found.readable, kinds(found)) == (True, {"external"})
    program = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(64) + b"PE\x00\x00"
    found = look("c.docx", samples.with_member(samples.word(), "word/embeddings/oleObject1.bin", program))
    assert (found.readable, kinds(found)) == (True, {"embedded"})


def test_zip_bomb_is_not_unpacked(look: Look) -> None:
    found = look("a.zip", samples.plain_zip(zeros=bytes(70 << 20)))
    assert (found.readable, kinds(found)) == (None, {"budget"})


def test_encrypted_zip_member_is_found(look: Look) -> None:
    data = bytearray(samples.plain_zip())
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    found = look("a.zip", bytes(data))
    assert (found.readable, kinds(found)) == (False, {"encrypted"})


def test_legacy_office_encryption_and_macros(look: Look) -> None:
    sound = look("a.doc", samples.word97())
    assert sound.readable is True
    assert sound.text is not None or sound.notes, "text or the reason why there is none"
    assert kinds(look("b.doc", samples.word97(encrypted=True))) == {"encrypted"}
    package = look("c.docx", samples.ole(EncryptedPackage=b"x", EncryptionInfo=b"y"))
    assert (package.readable, kinds(package)) == (False, {"encrypted"})
    book = struct.pack("<HH4x", 0x0809, 4) + struct.pack("<HH", 0x2F, 4) + bytes(4)
    assert kinds(look("d.xls", samples.ole(Workbook=book))) == {"encrypted"}
    assert kinds(look("e.xls", samples.ole(Workbook=book[:8], _VBA_PROJECT_CUR=b"x"))) == {"script"}


def test_outlook_message_gives_subject_and_body(look: Look) -> None:
    message = {
        "__properties_version1.0": b"\x00" * 32,
        "__substg1.0_0037001F": "关于移交的函".encode("utf-16-le"),
        "__substg1.0_1000001F": samples.WORDS.encode("utf-16-le"),
    }
    found = look("a.msg", samples.ole(**message))
    assert found.readable is True, found.problems
    assert "关于移交的函" in (found.text or "")
    assert samples.WORDS in (found.text or "")


def test_mail_without_its_last_boundary_is_cut(look: Look) -> None:
    mail = (
        b"From: a@b\nTo: c@d\nSubject: s\nDate: x\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\nhello\n'
    )
    assert look("a.eml", mail + b"--B--\n").readable is True
    assert kinds(look("b.eml", mail)) == {"truncated"}


def test_text_with_control_bytes_is_damaged(look: Look) -> None:
    assert look("a.txt", b"words " * 50 + bytes(200) + b"words").readable is False
    assert look("b.txt", (samples.WORDS * 20).encode() + b"\x1a").readable is True


def test_text_in_no_known_encoding_is_found(look: Look) -> None:
    found = look("a.txt", b"\xff\xff\x81" * 40)
    assert found.readable is False


def test_encoding_of_text_that_begins_with_much_ascii(look: Look) -> None:
    found = look("a.txt", b"0123456789abcde\n" * 140_000 + samples.WORDS.encode("gb18030"))
    assert (found.readable, found.encoding) == (True, "GB18030")


def test_text_beyond_the_budget_is_left_out_with_a_note(tmp_path: Path) -> None:
    from shicheng.formats.types import Budget

    path = tmp_path / "a.txt"
    path.write_text(samples.WORDS * 1000, "utf-8")
    with InspectionPool(workers=1, budget=Budget(text=15)) as small:
        found = small.inspect(path)
    assert (found.readable, found.text) == (True, (samples.WORDS * 2)[:15])
    assert found.notes


def test_text_is_left_out_when_not_wanted(tmp_path: Path) -> None:
    for name, data in (("a.txt", b"words"), ("a.docx", samples.word()), ("a.pdf", samples.pdf())):
        (tmp_path / name).write_bytes(data)
    with InspectionPool(workers=1, want_text=False) as blind:
        for _key, found in blind.inspect_many((None, path, path.name) for path in tmp_path.iterdir()):
            assert (found.readable, found.text) == (True, None)


def test_xml_entities_are_not_expanded(look: Look) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "boom"><!ENTITY f SYSTEM "file:///etc/passwd">]><a>&b;&f;</a>'
    found = look("a.xml", b"<?xml version='1.0'?>" + bomb)
    assert "xml" in kinds(found)
    assert "boom" not in (found.text or "")
    assert "root" not in (found.text or "")


def test_scripts_and_outside_content_in_html_are_warnings(look: Look) -> None:
    found = look("a.html", b'<html><script>x()</script><img src="http://x/a.png">words</html>')
    assert (found.readable, kinds(found), found.text) == (True, {"script", "external"}, "words")


def test_image_larger_than_memory_allows_is_not_decoded(tmp_path: Path) -> None:
    from shicheng.formats.types import Budget

    out = io.BytesIO()
    Image.new("1", (30_000, 20_000)).save(out, "PNG")
    (tmp_path / "a.png").write_bytes(out.getvalue())
    with InspectionPool(workers=1, budget=Budget(memory=1 << 30)) as small:
        found = small.inspect(tmp_path / "a.png")
    assert (found.readable, kinds(found)) == (None, {"budget"})


def test_ofd_in_broken_zip_is_found(look: Look) -> None:
    ofd = samples.plain_zip(**{"OFD.xml": b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>' + bytes(500)})
    assert look("a.ofd", ofd[:-30]).readable is False
    assert zipfile.is_zipfile(io.BytesIO(ofd))


def test_flipped_byte_in_a_packed_stream_of_a_pdf_is_found(look: Look) -> None:
    def add(document: pikepdf.Pdf) -> None:
        document.Root.Extra = document.make_stream(bytes(range(256)) * 40)

    whole = samples.changed_pdf(add, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert look("a.pdf", whole).readable is True
    longest = max(re.finditer(rb"stream\n(.*?)\nendstream", whole, re.DOTALL), key=lambda found: len(found[1]))
    data = bytearray(whole)
    data[longest.start(1) + 40 : longest.start(1) + 60] = bytes(20)
    assert "damaged" in kinds(look("b.pdf", bytes(data)))
