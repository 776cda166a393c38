from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from packages.batches import code, zip_folder
from shicheng.packages.reading import read_package
from shicheng.packages.types import PackageKind, ProblemKind

STATEMENT = """移交单位：某县人大
内容描述：2020 年文书档案
起止档号：1-2
档案数量：2件
软硬件环境：Windows
"""


def make_package(folder: Path, *, encoding: str = "utf-8", named: bool = False) -> Path:
    folder.mkdir(parents=True)
    (folder / "说明文件.TXT").write_bytes(STATEMENT.encode(encoding))
    entries = ""
    for number in (1, 2):
        entries += (
            f"<文件><顺序号>{number}</顺序号><档号>{code(number)}</档号><责任者>某县人大</责任者>"
            f"<题名>题名{number}</题名><日期>20200102</日期><保管期限>永久</保管期限><页数>1</页数><本地项>值</本地项></文件>"
        )
        item = folder / "X001" / "WS" / code(number)
        item.mkdir(parents=True)
        content = f"正文{number}".encode()
        (item / "正文.txt").write_bytes(content)
        file = (
            f"<电子文件><计算机文件名>正文.txt</计算机文件名><计算机文件大小>{len(content)}</计算机文件大小>"
            f"<摘要算法>SHA-256</摘要算法><数字摘要>{hashlib.sha256(content).hexdigest().upper()}</数字摘要></电子文件>"
        )
        (item / "电子档案元数据.XML").write_bytes(
            f'<?xml version="1.0" encoding="{encoding}"?><元数据><题名>题名{number}</题名><主题词>立法</主题词>'
            f"{file if named else ''}</元数据>".encode(encoding)
        )
    (folder / "目录文件.XML").write_bytes(
        f'<?xml version="1.0" encoding="{encoding}"?><文件目录>{entries}</文件目录>'.encode(encoding)
    )
    (folder / "其他").mkdir()
    (folder / "其他" / "说明.doc").write_bytes(b"x")
    return folder


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_good_package_reads_whole(tmp_path: Path, encoding: str, packed: bool) -> None:
    path = make_package(tmp_path / "包1", encoding=encoding)
    if packed:
        path = zip_folder(path, tmp_path / "p.zip", encoding="gb18030")
    with read_package(path) as package:
        assert package.kind is PackageKind.DAT93 and package.name == "包1"
        assert package.problems == []
        assert package.statement.items == 2
        assert [item.ref for item in package.items] == [code(1), code(2)]
        first = package.items[0]
        assert first.elements["title"] == "题名1" and first.elements["subjects"] == "立法"
        assert first.extra == {"本地项": "值"}
        assert [entry.path for entry in first.files] == [f"X001/WS/{code(1)}/正文.txt"]
        assert all(entry.file is not None for entry in package.listed)
        assert {file.path for file in package.content} == {entry.path for entry in package.listed}


def test_files_the_metadata_names_come_with_size_and_digest(tmp_path: Path) -> None:
    with read_package(make_package(tmp_path / "p", named=True)) as package:
        assert package.problems == [] and package.has_file_list
        for entry in package.listed:
            assert entry.file is not None and entry.size == entry.file.size
            with entry.file.open() as stream:
                assert entry.digests == {"sha256": hashlib.sha256(stream.read()).hexdigest()}


def test_a_name_in_the_metadata_that_leads_out_is_refused(tmp_path: Path) -> None:
    folder = make_package(tmp_path / "p", named=True)
    path = folder / "X001" / "WS" / code(1) / "电子档案元数据.XML"
    path.write_text(path.read_text(encoding="utf-8").replace(">正文.txt<", ">../../../../out.txt<"), encoding="utf-8")
    with read_package(folder) as package:
        assert [(p.kind, p.ref, p.path) for p in package.problems] == [
            (ProblemKind.ESCAPE, code(1), "../../../../out.txt")
        ]


def test_metadata_that_disagrees_is_kept_beside_the_catalogue(tmp_path: Path) -> None:
    folder = make_package(tmp_path / "p")
    path = folder / "X001" / "WS" / code(1) / "电子档案元数据.XML"
    path.write_text("<元数据><题名>别的题名</题名></元数据>", encoding="utf-8")
    with read_package(folder) as package:
        assert package.items[0].elements["title"] == "题名1"
        assert package.items[0].extra["元数据:题名"] == "别的题名"


def test_entries_and_folders_must_meet(tmp_path: Path) -> None:
    folder = make_package(tmp_path / "p")
    (folder / "X001" / "WS" / code(2)).rename(folder / "X001" / "WS" / code(7))
    with read_package(folder) as package:
        assert {(p.kind, p.ref, p.path) for p in package.problems} == {
            (ProblemKind.STRUCTURE, code(2), None),
            (ProblemKind.STRUCTURE, None, f"X001/WS/{code(7)}"),
        }


@pytest.mark.parametrize("poison", ['<!DOCTYPE 文件目录 [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "<未完"])
def test_a_catalogue_with_entities_or_broken_is_not_read(tmp_path: Path, poison: str) -> None:
    folder = make_package(tmp_path / "p")
    path = folder / "目录文件.XML"
    path.write_text(poison + path.read_text(encoding="utf-8").partition("?>")[2], encoding="utf-8")
    with read_package(folder) as package:
        assert package.kind is PackageKind.DAT93 and package.items == []
        assert ProblemKind.XML in {p.kind for p in package.problems}


def test_what_the_description_file_must_say_is_asked_for(tmp_path: Path) -> None:
    folder = make_package(tmp_path / "p")
    (folder / "说明文件.TXT").write_text("移交单位：某县人大\n档案数量：2", encoding="utf-8")
    with read_package(folder) as package:
        assert {p.expected for p in package.problems} == {"内容描述", "起止档号", "软硬件环境"}
    (folder / "说明文件.TXT").unlink()
    with read_package(folder) as package:
        assert [(p.kind, p.path) for p in package.problems] == [(ProblemKind.STRUCTURE, "说明文件.TXT")]


def test_a_folder_without_metadata_is_named(tmp_path: Path) -> None:
    folder = make_package(tmp_path / "p")
    (folder / "X001" / "WS" / code(1) / "电子档案元数据.XML").unlink()
    with read_package(folder) as package:
        assert [(p.kind, p.ref) for p in package.problems] == [(ProblemKind.STRUCTURE, code(1))]
        assert len(package.items[0].files) == 1
