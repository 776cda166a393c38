"""Hostile and broken batches by the commands: a clear message, the right exit code, and nothing let in."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.batches import Batch, File, pdf_file
from ingest.archives import Archive, small_batch, text_batch

pytestmark = pytest.mark.slow  # on SQLite alone: what is wrong with a batch is found before a database is asked


def assert_nothing_let_in(archive: Archive) -> None:
    assert archive.sql("SELECT count(*) FROM holdings_item") == [(0,)]
    assert [path for path in archive.objects() if "audit" not in path.name] == []


def errors(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in report["findings"] if one["level"] == "error"]


def packed(folder: Path, target: Path, more: Callable[[zipfile.ZipFile], None]) -> Path:
    """A sound batch in a zip with something more in it."""
    with zipfile.ZipFile(target, "w") as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, str(one.relative_to(folder)))
        more(archive)
    return target


def add_link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("内容/连接.txt")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    archive.writestr(info, "/etc/passwd")


def add_bomb(archive: zipfile.ZipFile) -> None:
    with archive.open(zipfile.ZipInfo("内容/零.txt"), "w", force_zip64=True) as member:
        member._compress_type = None  # type: ignore[attr-defined]
        member.write(b"0")
    info = zipfile.ZipInfo("内容/弹.txt")
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w") as member:
        for _piece in range(200):
            member.write(b"\0" * (1 << 20))


HOSTILE: dict[str, tuple[Callable[[zipfile.ZipFile], None], str]] = {
    "escape": (lambda archive: archive.writestr("../../escaped.txt", "x"), "escaped.txt"),
    "absolute": (lambda archive: archive.writestr("/etc/cron.d/evil", "x"), "evil"),
    "windows": (lambda archive: archive.writestr("C:\\\\windows\\\\evil.txt", "x"), "evil.txt"),
    "link": (add_link, "连接.txt"),
    "bomb": (add_bomb, "弹.txt"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_member_of_a_zip_is_named_and_stays_out(archive: Archive, tmp_path: Path, name: str) -> None:
    more, named = HOSTILE[name]
    path = packed(small_batch(tmp_path / "batch"), tmp_path / "batch.zip", more)
    found = archive.ask("check", path, code=1)
    assert found["verdict"] == "fail"
    assert any(named in (one["message"] + str(one["path"])) for one in errors(found)), found["findings"]
    said = archive.ask("ingest", path, code=1)
    assert (said["state"], said["accepted"]) == ("failed", 0)
    assert_nothing_let_in(archive)
    outside = [tmp_path / "escaped.txt", tmp_path.parent / "escaped.txt", archive.home.parent / "escaped.txt"]
    assert not any(one.exists() for one in outside)
    staged = sum(one.stat().st_size for one in (archive.home / "staging").rglob("*") if one.is_file())
    assert staged < 10 << 20


def test_links_and_devices_of_a_tar_are_named(archive: Archive, tmp_path: Path) -> None:
    folder = small_batch(tmp_path / "batch")
    path = tmp_path / "batch.tar"
    with tarfile.open(path, "w") as tar:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                tar.add(one, str(one.relative_to(folder)))
        for name, kind in (
            ("内容/软.txt", tarfile.SYMTYPE),
            ("内容/硬.txt", tarfile.LNKTYPE),
            ("内容/块", tarfile.BLKTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
    found = archive.ask("check", path, code=1)
    text = " ".join(one["message"] + str(one["path"]) for one in errors(found))
    for name in ("软.txt", "硬.txt", "块"):
        assert name in text
    archive.ask("ingest", path, code=1)
    assert_nothing_let_in(archive)


def test_link_in_a_folder_is_not_followed(archive: Archive, tmp_path: Path) -> None:
    folder = small_batch(tmp_path / "batch")
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    (folder / "内容" / "外.txt").symlink_to(secret)
    found = archive.ask("check", folder, code=1)
    assert any("外.txt" in one["message"] + str(one["path"]) for one in errors(found))
    archive.ask("ingest", folder, code=1)
    assert not any(b"geheim" in one.read_bytes() for one in (archive.home / "staging").rglob("*") if one.is_file())
    assert_nothing_let_in(archive)


def test_encrypted_zip_is_named(archive: Archive, tmp_path: Path) -> None:
    path = packed(small_batch(tmp_path / "batch"), tmp_path / "batch.zip", lambda _archive: None)
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + offset] |= 1
    path.write_bytes(bytes(data))
    said = archive.run("check", path, "--json", code=None)
    assert said.code in (1, 2)
    assert "encrypt" in said.out + said.err
    assert archive.run("ingest", path, code=None).code in (1, 2)
    assert_nothing_let_in(archive)


def one_file(folder: Path, name: str, content: bytes) -> Batch:
    batch = text_batch(1)
    item = batch.item(1)
    item.files[:] = [File(item.ref, f"内容/{item.ref}/{name}", content)]
    batch.write(folder)
    return batch


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">
<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&y;&f;</a>"""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("实体.xml", ENTITIES, ("entit", "DTD", "document type")),
        ("脚本.pdf", pdf_file("script", script="app.alert('x')"), ("script", "Script")),
        ("加密.pdf", pdf_file("locked", password="secret"), ("password", "encrypt")),
        ("空.txt", b"", ("empty", "0 bytes")),
        ("假.pdf", b"this is no PDF at all\n" * 20, ("PDF", "pdf")),
        ("断.pdf", pdf_file("cut")[:300], ("PDF", "read", "cut", "damaged")),
    ],
)
def test_bad_file_is_named_with_its_record(
    archive: Archive, tmp_path: Path, name: str, content: bytes, words: tuple[str, ...]
) -> None:
    batch = one_file(tmp_path / "batch", name, content)
    found = archive.ask("check", tmp_path / "batch", code=1)
    about = [one for one in errors(found) if one["ref"] == batch.item(1).ref]
    assert about, found["findings"]
    assert any(word in one["message"] for one in about for word in words), about
    assert archive.ask("ingest", tmp_path / "batch", code=1)["accepted"] == 0
    assert_nothing_let_in(archive)


def test_sparse_file_of_two_gigabytes_that_claims_to_be_a_pdf(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    batch = one_file(folder, "大.pdf", b"%PDF-1.7\n")
    path = folder / batch.item(1).files[0].path
    os.truncate(path, 2 << 30)
    assert path.stat().st_blocks < 1000
    listed = folder / "文件清单.csv"
    listed.write_text(listed.read_text("utf-8-sig").replace(",9,", f",{2 << 30},"), "utf-8-sig")
    found = archive.ask("check", folder, code=1, timeout=200)
    assert any(one["path"] and one["path"].endswith("大.pdf") for one in errors(found))
    assert found["bytes"] >= 2 << 30


def test_empty_batch_and_empty_folder(archive: Archive, tmp_path: Path) -> None:
    text_batch(0).write(tmp_path / "lists")
    (tmp_path / "bare").mkdir()
    for name in ("lists", "bare"):
        found = archive.ask("check", tmp_path / name, code=1)
        assert (found["items"], found["verdict"]) == (0, "fail")
        assert errors(found)
        said = archive.ask("ingest", tmp_path / name, code=1)
        assert (said["state"], said["accepted"]) == ("failed", 0)
    assert_nothing_let_in(archive)


def test_batch_of_one(archive: Archive, tmp_path: Path) -> None:
    said = archive.ask("ingest", small_batch(tmp_path / "batch", 1))
    assert (said["state"], said["accepted"], said["held"]) == ("stored", 1, 0)
    assert archive.ask("find", "*")["total"] == 1


def test_list_in_another_encoding_than_it_says(archive: Archive, tmp_path: Path) -> None:
    batch = text_batch(2)
    batch.list_format, batch.encoding = "csv", "gb18030"
    assert archive.ask("ingest", batch.write(tmp_path / "gb"))["accepted"] == 2
    assert archive.ask("find", '题名:"第1号事项"')["total"] == 1
    broken = text_batch(2, fonds="T002")
    broken.list_format = "csv"
    folder = broken.write(tmp_path / "broken")
    path = folder / "归档文件目录.csv"
    path.write_bytes(path.read_bytes().replace("决定".encode(), b"\xff\xfe\x80", 1))
    found = archive.ask("check", folder, code=None)
    assert found["verdict"] in ("fail", "review")
    assert any("归档文件目录.csv" in one["message"] + str(one["path"]) for one in found["findings"]), found["findings"]


@pytest.mark.parametrize("command", ["check", "ingest"])
def test_path_that_cannot_be_read(archive: Archive, tmp_path: Path, command: str) -> None:
    text = tmp_path / "note.txt"
    text.write_text("no package")
    for path in (tmp_path / "nowhere", text, Path("/dev/null")):
        said = archive.run(command, path, "--json", code=2)
        assert said.json["error"]
        assert str(path) in said.json["message"]
        assert "Traceback" not in said.err
    broken = tmp_path / "broken.zip"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr("a.txt", "a" * 1000)
    broken.write_bytes(stream.getvalue()[:200])
    assert archive.run(command, broken, code=None).code in (1, 2)
    assert_nothing_let_in(archive)
    assert archive.sql("SELECT count(*) FROM ingest_transfer WHERE state NOT IN ('failed')") == [(0,)]
