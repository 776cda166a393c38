"""Each fault a careless or hostile sender may plant makes exactly one finding, at its cause."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders.batches import Batch, File, docx_file, make_batch, pdf_file, png_file, text_file, zip_file
from shicheng.checks.engine import check_path
from shicheng.checks.types import Level, Report
from shicheng.formats.pool import InspectionPool

A1 = "T001-WS·2020-Y-BGS-0001"
B2 = "T001-WS·2020-Y-FGW-0002"
C2 = "T001-WS·2020-Y-CJW-0002"  # has an attachment


@pytest.fixture(scope="module")
def pool() -> Iterator[InspectionPool]:
    with InspectionPool(workers=2, want_text=False) as shared:
        yield shared


def faults(report: Report) -> list[tuple[str, str, str | None]]:
    return [(f.property.value, f.check, f.ref) for f in report.findings if f.level is not Level.MANUAL]


def item(batch: Batch, ref: str):
    return next(one for one in batch.items if one.ref == ref)


def put(ref: str, **values: object) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        item(batch, ref).elements.update(values)

    return change


def recode(ref: str, new: str, *, listed: bool = False) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        one = item(batch, ref)
        one.elements["reference_code"] = new
        if listed:
            for file in one.files:
                file.ref = new

    return change


def main(ref: str, **values: object) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        for name, value in values.items():
            setattr(item(batch, ref).files[0], name, value)

    return change


def replace_main(ref: str, name: str, content: bytes) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        file = item(batch, ref).files[0]
        file.path, file.content = f"内容/{ref}/{name}", content

    return change


def state(**values: object) -> Callable[[Batch], None]:
    return lambda batch: batch.statement.update(values)


def drop_column(name: str) -> Callable[[Batch], None]:
    return lambda batch: batch.headers.__delitem__(name)


def drop_row(ref: str) -> Callable[[Batch], None]:
    """Leave the row out of the item list; its files stay listed and there; the count was stated before."""

    def change(batch: Batch) -> None:
        batch.statement["件数"] = str(len(batch.items))
        one = item(batch, ref)
        batch.items.remove(one)
        batch.loose += one.files

    return change


def drop_all(ref: str) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        one = item(batch, ref)
        count = len(batch.items)
        files = sum(len(other.files) for other in batch.items)
        size = sum(len(f.content or b"") for other in batch.items for f in other.files)
        batch.statement |= {"件数": str(count), "文件数": str(files), "字节数": str(size)}
        batch.items.remove(one)

    return change


def unlist(ref: str, place: int) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        item(batch, ref).files[place].listed = False

    return change


def list_twice(ref: str) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        file = item(batch, ref).files[0]
        batch.loose.append(File(ref, file.path, file.content, order=2))

    return change


def add_row(file: File) -> Callable[[Batch], None]:
    return lambda batch: batch.loose.append(file)


def twin(ref: str, of: str) -> Callable[[Batch], None]:
    """Give one item the code of another, in both lists; its folder keeps its name."""
    return recode(ref, of, listed=True)


def algorithm(really: str, header: str) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        batch.algorithm, batch.digest_header = really, header

    return change


def each_file(**values: object) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        for file in batch.files():
            for name, value in values.items():
                setattr(file, name, value)

    return change


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ccc">]><a>&b;</a>'


def macro_file() -> bytes:
    """Return a Word document that carries macros though its name does not say so."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx_file())) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    return stream.getvalue()


FAULTS: list[tuple[str, Callable[[Batch], None], str, str, str | None]] = [
    # authenticity
    ("digest", main(A1, listed_content=b"x" * len(text_file("关于第1号事项的决定 0"))), "authenticity", "YJ-1-1", A1),
    ("digest of a truncated pdf", main(C2, content=pdf_file("long " * 50)[:300],
        listed_content=pdf_file("long " * 50)), "authenticity", "YJ-1-1", C2),
    ("digest too short", main(A1, digest="ab12"), "authenticity", "YJ-1-1", A1),
    ("digest missing in one row", main(A1, digest=""), "authenticity", "YJ-1-1", A1),
    ("size in the list", main(A1, size=1), "authenticity", "YJ-1-10", A1),
    ("code grammar", recode(A1, "T001_WS.2020-Y-BGS-0001"), "authenticity", "YJ-1-7", "T001_WS.2020-Y-BGS-0001"),
    ("code grammar beyond folding", recode(B2, "T001WS2020YFGW0002"), "authenticity", "YJ-1-7", "T001WS2020YFGW0002"),
    ("two-digit year", recode(B2, "T001-WS·20-Y-FGW-0002"), "authenticity", "YJ-1-7", "T001-WS·20-Y-FGW-0002"),
    ("code with zero-width space", recode(B2, B2[:6] + "\u200b" + B2[6:]), "authenticity", "YJ-1-7",
        B2[:6] + "\u200b" + B2[6:]),
    ("code in full-width letters", recode(B2, "Ｔ001-WS·2020-Y-FGW-0002"), "authenticity", "YJ-1-7",
        "Ｔ001-WS·2020-Y-FGW-0002"),
    ("code twice, both lists", twin(B2, A1), "authenticity", "YJ-1-8", A1),
    ("code twice, item list only", recode(B2, A1), "authenticity", "YJ-1-8", A1),
    ("unknown category", recode(B2, "T001-WX·2020-Y-FGW-0002", listed=True), "authenticity", "YJ-1-7",
        "T001-WX·2020-Y-FGW-0002"),
    ("foreign fonds", recode(B2, "X999-WS·2020-Y-FGW-0002", listed=True), "authenticity", "YJ-1-5",
        "X999-WS·2020-Y-FGW-0002"),
    ("foreign fonds column", put(B2, fonds_code="X999"), "authenticity", "YJ-1-5", B2),
    ("fonds of the statement", state(全宗号="Q777"), "authenticity", "YJ-1-5", None),
    ("date", put(A1, date="20201345"), "authenticity", "YJ-1-3", A1),
    ("date in words", put(A1, date="某年某月"), "authenticity", "YJ-1-3", A1),
    ("year text", put(A1, year="二零二零"), "authenticity", "YJ-1-3", A1),
    ("pages text", put(A1, pages="若干"), "authenticity", "YJ-1-3", A1),
    ("pages 0", put(A1, pages=0), "authenticity", "YJ-1-5", A1),
    ("year against code", put(A1, year=2021), "authenticity", "YJ-1-5", A1),
    ("year in the future", put(A1, year=2999), "authenticity", "YJ-1-5", A1),
    ("year out of reason", put(A1, year=1020), "authenticity", "YJ-1-5", A1),
    ("date after filing year", put(A1, date="20210105"), "authenticity", "YJ-1-5", A1),
    ("date after the transfer", put(A1, date="20220105"), "authenticity", "YJ-1-5", A1),
    ("date in the future", put(A1, date="29990101"), "authenticity", "YJ-1-3", A1),
    ("item number against code", put(A1, item_number=7), "authenticity", "YJ-1-5", A1),
    ("retention against code", put(A1, retention="10年"), "authenticity", "YJ-1-5", A1),
    ("department against code", put(A1, department="法制工作委员会"), "authenticity", "YJ-1-5", A1),
    ("retention outside domain", put(A1, retention="长期久"), "authenticity", "YJ-1-4", A1),
    ("secrecy outside domain", put(A1, secrecy="很秘密"), "authenticity", "YJ-1-4", A1),
    ("openness outside domain", put(A1, openness="半开"), "authenticity", "YJ-1-4", A1),
    ("title too long", put(A1, title="决定" * 150), "authenticity", "YJ-1-2", A1),
    ("zero-width", put(A1, title="关于\u200b第1号"), "authenticity", "YJ-1-6", A1),
    ("private use", put(A1, author="\ue123某某"), "authenticity", "YJ-1-6", A1),
    ("bidi", put(A1, title="关于\u202e第1号"), "authenticity", "YJ-1-6", A1),
    ("newline in title", put(A1, title="关于\n第1号"), "authenticity", "YJ-1-6", A1),
    ("mislabelled", replace_main(A1, "决定.pdf", docx_file()), "authenticity", "YJ-1-10", A1),
    ("image called tif", replace_main(A1, "决定.tif", png_file()), "authenticity", "YJ-1-10", A1),
    ("file list under an unknown code", lambda b: [setattr(f, "ref", "T001-WS·2020-Y-BGS-0099")
        for f in item(b, A1).files], "authenticity", "YJ-1-11", "T001-WS·2020-Y-BGS-0099"),
    ("row twice in the file list", list_twice(A1), "authenticity", "YJ-1-11", A1),
    ("sha-256 called sm3", algorithm("sha256", "SM3"), "authenticity", "YJ-1-1", None),
    ("only md5", algorithm("md5", "MD5"), "authenticity", "YJ-1-1", None),
    ("statement broken", state(件数="十几"), "authenticity", "YJ-1-12", None),
    # integrity
    ("file missing", main(A1, content=None, listed_content=b"x"), "integrity", "YJ-2-7", A1),
    ("file renamed", main(A1, listed_path=f"内容/{A1}/另一个名字.txt"), "integrity", "YJ-2-7", A1),
    ("no file at all", lambda b: item(b, A1).files.clear(), "integrity", "YJ-2-7", A1),
    ("no file listed but there", unlist(A1, 0), "integrity", "YJ-2-7", A1),
    ("mandatory title", put(A1, title=None), "integrity", "YJ-2-4", A1),
    ("mandatory date", put(A1, date="  "), "integrity", "YJ-2-4", A1),
    ("author empty", lambda b: [i.elements.update(author=None) for i in b.items], "integrity", "YJ-2-4", None),
    ("column missing", drop_column("author"), "integrity", "YJ-2-3", None),
    ("column missing, year", drop_column("year"), "integrity", "YJ-2-3", None),
    ("attachments", put(A1, attachments=2), "integrity", "YJ-2-8", A1),
    ("attachment row and file gone", lambda b: item(b, C2).files.pop(), "integrity", "YJ-2-8", C2),
    ("attachment not listed", unlist(C2, 1), "integrity", "YJ-2-8", C2),
    ("main not listed", unlist(C2, 0), "integrity", "YJ-2-11", C2),
    ("items stated", state(件数="14"), "integrity", "YJ-2-1", None),
    ("bytes stated", state(字节数="99"), "integrity", "YJ-2-2", None),
    ("files stated", state(文件数="99"), "integrity", "YJ-2-2", None),
    ("item row gone", drop_row(B2), "integrity", "YJ-2-10", B2),
    ("item gone altogether", drop_all(B2), "integrity", "YJ-2-6", None),
    ("file list missing", lambda b: b.without.add("files"), "integrity", "YJ-2-10", None),
    ("item list missing", lambda b: b.without.add("items"), "integrity", "YJ-2-10", None),
    ("statement missing", lambda b: b.without.add("statement"), "integrity", "YJ-2-10", None),
    ("row for a code nobody has", add_row(File("T001-WS·2020-Y-BGS-0077", "内容/别处/甲.txt", text_file())),
        "integrity", "YJ-2-10", "T001-WS·2020-Y-BGS-0077"),
    # usability
    ("empty file", main(A1, content=b""), "usability", "YJ-3-4", A1),
    ("truncated pdf", replace_main(A1, "决定.pdf", pdf_file("x" * 2000)[:400]), "usability", "YJ-3-4", A1),
    ("truncated docx", replace_main(A1, "决定.docx", docx_file()[:5000]), "usability", "YJ-3-4", A1),
    ("truncated png", replace_main(A1, "决定.png", png_file()[:40]), "usability", "YJ-3-4", A1),
    ("exe", replace_main(A1, "决定.exe", b"MZ" + bytes(200)), "usability", "YJ-3-3", A1),
    ("zip", replace_main(A1, "决定.zip", zip_file({"a.txt": b"a"})), "usability", "YJ-3-3", A1),
    ("encrypted pdf", replace_main(A1, "决定.pdf", pdf_file(password="geheim")), "usability", "YJ-3-8", A1),
    # security
    ("pdf with script", replace_main(A1, "决定.pdf", pdf_file(script="app.alert(1)")), "security", "SC-YJ-2", A1),
    ("docx with macros", replace_main(A1, "决定.docx", macro_file()), "security", "SC-YJ-2", A1),
    ("xml with entities", replace_main(A1, "决定.xml", ENTITIES), "security", "SC-YJ-2", A1),
    ("encrypted zip member called docx", replace_main(A1, "决定.docx", b"\xd0\xcf\x11\xe0"), "usability", "YJ-3-4", A1),
    ("path escape", add_row(File(A1, "内容/x", None, "附件", 9, listed_path="内容/../../etc/passwd",
        listed_content=b"x")), "security", "SC-YJ-3", A1),
    ("absolute path", main(A1, listed_path="/etc/passwd", content=None, listed_content=b"x"), "security", "SC-YJ-3",
        A1),
    ("extra files", lambda b: b.extra.update({"内容/Thumbs.db": b"x", ".DS_Store": b"y"}), "security", "YJ-4-3", None),
    ("secret record", put(A1, secrecy="机密★10年"), "security", "SC-YJ-1", A1),
]  # fmt: skip


def test_sound_batch_has_no_fault(tmp_path: Path, pool: InspectionPool) -> None:
    report = check_path(make_batch().write(tmp_path / "b"), pool=pool)
    assert faults(report) == []
    assert report.verdict == "review"  # the manual checks wait


@pytest.mark.parametrize(("plant", "property_", "check", "ref"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_one_fault_makes_one_finding(
    tmp_path: Path, pool: InspectionPool, plant: Callable[[Batch], None], property_: str, check: str, ref: str | None
) -> None:
    batch = make_batch()
    plant(batch)
    report = check_path(batch.write(tmp_path / "b"), pool=pool)
    assert faults(report) == [(property_, check, ref)], [str(f.message) for f in report.findings if f.level != "manual"]
