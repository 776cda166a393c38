from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest

from packages.batches import make_batch, zip_folder
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.reading import read_package
from shicheng.packages.types import Limits, PackageKind, ProblemKind

EEP = (
    '<?xml version="1.0" encoding="UTF-8"?><电子文件封装包 xmlns="http://www.saac.gov.cn/standards/ERM/encapsulation">'
    "<封装包格式描述>x</封装包格式描述></电子文件封装包>"
)


def make_bag(folder: Path) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "通知.txt").write_text("通知", encoding="utf-8")
    digest = hashlib.sha256("通知".encode()).hexdigest()
    (folder / "manifest-sha256.txt").write_text(f"{digest}  data/通知.txt\n", encoding="utf-8")
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", encoding="utf-8")
    return folder


def test_a_bag_is_known_as_folder_zip_and_tar(tmp_path: Path) -> None:
    folder = make_bag(tmp_path / "bag")
    with tarfile.open(tmp_path / "bag.tgz", "w:gz") as archive:
        archive.add(folder, "bag")
    for path in (folder, zip_folder(folder, tmp_path / "bag.zip"), tmp_path / "bag.tgz"):
        with read_package(path, scratch=tmp_path / "scratch") as package:
            assert package.kind is PackageKind.BAGIT
            assert package.problems == []
            assert [entry.path for entry in package.listed] == ["data/通知.txt"]


def test_an_encapsulated_record_is_known_as_a_file_and_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "eeps").mkdir()
    for name in ("a.eep", "b.xml"):
        (tmp_path / "eeps" / name).write_text(EEP, encoding="utf-8")
    for path in (tmp_path / "eeps", tmp_path / "eeps" / "a.eep"):
        with read_package(path) as package:
            assert package.kind is PackageKind.EEP


@pytest.mark.parametrize("form", ["zip", "gbk zip", "tar", "tar.gz"])
def test_the_good_real_batch_reads_alike_when_packed(shared_data: Path, tmp_path: Path, form: str) -> None:
    folder = shared_data / "transfers/shandong"
    if "zip" in form:
        path = zip_folder(folder, tmp_path / "b.zip", encoding="gb18030" if form == "gbk zip" else "utf-8")
    else:
        path = tmp_path / f"b.{form}"
        with tarfile.open(path, "w:gz" if form == "tar.gz" else "w") as archive:
            archive.add(folder, folder.name)
    with read_package(folder) as plain, read_package(path, scratch=tmp_path / "scratch") as packed:
        assert packed.problems == [] and packed.items != []
        assert [(i.ref, [e.path for e in i.files]) for i in packed.items] == [
            (i.ref, [e.path for e in i.files]) for i in plain.items
        ]
        for name, file in packed.files.items():
            with file.open() as stream, plain.files[name].open() as other:
                assert stream.read() == other.read()


def test_xml_of_another_kind_is_no_package_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<other/>", encoding="utf-8")
    with pytest.raises(UnreadablePackage):
        read_package(path)


def test_a_folder_that_may_not_be_read_is_no_empty_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_batch(tmp_path / "batch")

    def denied(_self: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(UnreadablePackage, match="not permitted"):
        read_package(folder)


def test_a_package_with_too_many_files_or_bytes_is_refused(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    for limits in (Limits(files=3), Limits(total_bytes=20)):
        with pytest.raises(UnreadablePackage, match="several batches"):
            read_package(folder, limits=limits)
    with read_package(folder, limits=Limits(file_bytes=900)) as package:
        assert {p.kind for p in package.problems} <= {ProblemKind.BOMB, ProblemKind.STRUCTURE}


def test_no_open_file_is_left_behind(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch", xlsx=True)
    path = zip_folder(folder, tmp_path / "b.zip")
    handles = Path("/proc/self/fd")
    if not handles.is_dir():
        pytest.skip("the system does not show open files")
    with read_package(path):
        pass
    before = len(list(handles.iterdir()))
    for _ in range(5):
        with read_package(path) as package:
            for file in package.files.values():
                with file.open() as stream:
                    stream.read()
    assert len(list(handles.iterdir())) <= before
