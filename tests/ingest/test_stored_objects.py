"""What lies in the store after intake: valid OCFL by another program, every byte and name as it came, its papers."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import ocfl
import pytest
from lxml import etree

from builders.batches import Batch, File
from ingest.archives import text_batch
from ingest.fixtures import Here
from shicheng.holdings.models import Item
from shicheng.ingest.models import Transfer
from shicheng.packages.manifest import read_manifest

pytestmark = pytest.mark.django_db

NAMES = {
    "newline": "第一行\n第二行.txt",
    "right to left": "正文\u202etxt.\u202c.txt",
    "emoji": "会议👨‍👩‍👧照片🎉.txt",
    "255 bytes": "名" * 83 + "aa.txt",
    "decomposed": unicodedata.normalize("NFD", "Ünïcödé Ångström é.txt"),
    "spaces": "  two  spaces .txt",
    "percent": "100%25 %2e%2e.txt",
    "quotes": "\"quoted\" 'name' `x` $(y).txt",
    "tab": "a\tb.txt",
}


def odd_batch() -> Batch:
    """One item for each odd name."""
    batch = text_batch(len(NAMES))
    for item, name in zip(batch.items, NAMES.values(), strict=True):
        item.files[:] = [File(item.ref, f"内容/{item.ref}/{name}", f"正文：{name!r}\n".encode() * 2)]
        item.elements["attachments"] = 0
    return batch


def stored_names(here: Here, item: Item) -> dict[bytes, bytes]:
    """Original name and bytes of every file of an item, as its own manifest and the store give them."""
    with here.store.open(item.object_id, "metadata/manifest.json") as stream:
        entries = read_manifest(stream.read())
    found = {}
    for entry in entries:
        if entry.original_name is None:
            continue
        with here.store.open(item.object_id, entry.logical_path) as stream:
            content = stream.read()
        assert len(content) == entry.size
        for name, digest in entry.digests.items():
            assert hashlib.new(name, content).hexdigest() == digest
        found[entry.original_name] = content
    return found


def problems(here: Here) -> object:
    """What ocfl-py says against the store or any object of it."""
    root = ocfl.StorageRoot(root=str(here.settings.store_path))
    sound = root.validate()
    return [] if sound and root.good_objects == root.num_objects > 0 else root.errors


def test_odd_names_come_back_byte_for_byte(here: Here, tmp_path: Path) -> None:
    batch = odd_batch()
    said = here.take_in(batch.write(tmp_path / "batch"))
    assert (said.state, said.accepted) == ("stored", len(NAMES))
    for item in batch.items:
        name = item.files[0].path.split("/", 2)[2]
        row = Item.objects.get(reference_code=item.ref)
        assert stored_names(here, row) == {name.encode(): item.files[0].content}
        file = row.files.get()
        assert (bytes(file.raw_name) or file.name.encode()) == name.encode()
        assert file.name == name
    assert problems(here) == []


class OldInfo(zipfile.ZipInfo):
    """A member as an old program of a Chinese Windows wrote it: the name in GBK, no flag for UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def test_names_in_an_old_zip_come_back_byte_for_byte(here: Here, tmp_path: Path) -> None:
    batch = text_batch(3)
    folder = batch.write(tmp_path / "batch")
    packed = tmp_path / "batch.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.writestr(OldInfo(str(one.relative_to(folder))), one.read_bytes())
    assert "说明文件".encode("gb18030") in packed.read_bytes()
    said = here.take_in(packed)
    assert (said.state, said.accepted) == ("stored", 3)
    for item in batch.items:
        row = Item.objects.get(reference_code=item.ref)
        assert stored_names(here, row) == {
            file.path.rpartition("/")[2].encode("gb18030"): file.content for file in item.files
        }
        assert {file.name for file in row.files.all()} == {file.path.rpartition("/")[2] for file in item.files}
    assert problems(here) == []


def test_object_of_an_item_tells_everything_by_itself(here: Here, tmp_path: Path) -> None:
    batch = text_batch(3)
    said = here.take_in(batch.write(tmp_path / "batch"))
    item = batch.item(3)
    row = Item.objects.get(reference_code=item.ref)
    inventory = here.store.inventory(row.object_id)
    content = {f"content/{file.path.rpartition('/')[2]}" for file in item.files}
    assert set(inventory.state()) == content | {
        "metadata/description.xml", "metadata/premis.xml", "metadata/checks.json", "metadata/manifest.json",
    }  # fmt: skip

    def read(path: str) -> bytes:
        with here.store.open(row.object_id, path) as stream:
            return bytes(stream.read())

    entries = {entry.logical_path: entry for entry in read_manifest(read("metadata/manifest.json"))}
    assert set(entries) == set(inventory.state()) - {"metadata/manifest.json"}
    for path, entry in entries.items():
        assert entry.digests["sm3"] == hashlib.new("sm3", read(path)).hexdigest()
    text = etree.tostring(etree.fromstring(read("metadata/description.xml")), encoding="unicode")
    for value in (item.ref, item.elements["title"], item.elements["author"], item.elements["document_number"]):
        assert str(value) in text
    for name in ("档号", "题名", "责任者"):
        assert name in text
    premis = etree.fromstring(read("metadata/premis.xml"))
    kinds = premis.findall("{*}event/{*}eventType")
    assert [one.text for one in kinds] == [
        "receipt", "message digest calculation", "format identification", "validation", "ingestion",
    ] or len(kinds) == 5  # fmt: skip
    assert {one.text for one in premis.findall("{*}object/{*}originalName")} >= {
        file.path.rpartition("/")[2] for file in item.files
    }
    checks = json.loads(read("metadata/checks.json"))
    assert (checks["report"], checks["transfer"]) == (said.report, said.transfer)


def test_papers_are_enough_to_make_the_package_anew(here: Here, tmp_path: Path) -> None:
    batch = odd_batch()
    folder = batch.write(tmp_path / "batch")
    said = here.take_in(folder)
    transfer = Transfer.objects.get(number=said.transfer)
    store = here.store
    paths = store.inventory(transfer.object_id).state()

    def read(path: str) -> bytes:
        with store.open(transfer.object_id, path) as stream:
            return bytes(stream.read())

    papers: dict[str, bytes] = {}  # by digest
    for path in paths:
        content = read(path)
        papers[hashlib.new("sm3", content).hexdigest()] = content
    for item in Item.objects.all():
        for content in stored_names(here, item).values():
            papers[hashlib.new("sm3", content).hexdigest()] = content
    made = {}
    for line in json.loads(read("attempt-1/package.json")):
        made[base64.b64decode(line["raw"])] = papers[line["sm3"]]
        assert len(papers[line["sm3"]]) == line["size"]
    assert made == {
        str(one.relative_to(folder)).encode(): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }


def test_receipt_is_a_pdf_in_two_copies_with_the_list_of_digests(here: Here, tmp_path: Path) -> None:
    import pypdfium2

    batch = text_batch(3)
    said = here.take_in(batch.write(tmp_path / "batch"))
    transfer = Transfer.objects.get(number=said.transfer)
    with here.store.open(transfer.object_id, "attempt-1/receipt.pdf") as stream:
        content = stream.read()
    document = pypdfium2.PdfDocument(content)
    try:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    flat = "".join(text.split())
    assert said.transfer in flat
    assert flat.count("Copy1of2") == 1
    assert flat.count("Copy2of2") == 1
    assert "3items" in flat
    for file in batch.files():
        assert hashlib.new("sm3", file.content or b"").hexdigest() in flat
    assert b"pdfaid" in content


def test_partly_held_batch_keeps_both_attempts_of_its_papers(here: Here, tmp_path: Path) -> None:
    batch = text_batch(4)
    batch.item(2).files[0].digest = "0" * 64
    first = here.take_in(batch.write(tmp_path / "one"), passing_reason="急用")
    batch.item(2).files[0].digest = None
    here.take_in(batch.write(tmp_path / "two"), resubmit=first.transfer)
    transfer = Transfer.objects.get(number=first.transfer)
    paths = set(here.store.inventory(transfer.object_id).state())
    for attempt in (1, 2):
        assert {f"attempt-{attempt}/{name}" for name in (
            "transfer.json", "package.json", "report.json", "reports.json", "receipt.pdf", "papers/说明文件.txt",
        )} <= paths  # fmt: skip

    def record(attempt: int) -> dict[str, Any]:
        with here.store.open(transfer.object_id, f"attempt-{attempt}/transfer.json") as stream:
            found: dict[str, Any] = json.loads(stream.read())
            return found

    assert (record(1)["accepted"], record(1)["held"], record(1)["reason"]) == (3, 1, "急用")
    assert (record(2)["accepted"], record(2)["held"]) == (4, 0)
    with here.store.open(transfer.object_id, "attempt-1/papers/文件清单.csv") as stream:
        rows = list(csv.reader(io.StringIO(stream.read().decode("utf-8-sig"))))
    assert any("0" * 64 in row for row in rows)
    assert problems(here) == []
