from __future__ import annotations

import stat
import struct
import threading
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packages.batches import NamedInfo, make_batch, zip_folder, zip_raw
from shicheng.kernel.errors import ShichengError
from shicheng.packages.errors import DamagedMember, UnreadablePackage
from shicheng.packages.reading import read_package
from shicheng.packages.tree import Tree, materialise
from shicheng.packages.types import Limits, ProblemKind
from shicheng.packages.zips import read_zip

LIMITS = Limits()


def refused(tree: Tree) -> set[tuple[str | None, ProblemKind]]:
    return {(p.path, p.kind) for p in tree.problems if p.refused}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_zipped_batch_reads_like_the_folder(tmp_path: Path, encoding: str) -> None:
    folder = make_batch(tmp_path / "batch", xlsx=True)
    path = zip_folder(folder, tmp_path / "b.zip", encoding=encoding)
    with read_package(folder) as plain, read_package(path) as packed:
        assert packed.container == "zip" and packed.name == "batch"
        assert packed.files.keys() == plain.files.keys()
        assert [i.elements for i in packed.items] == [i.elements for i in plain.items]
        assert all(entry.file is not None for entry in packed.listed)
        assert packed.problems == []
        for name, file in packed.files.items():
            assert file.raw_path == name.encode(encoding)
            with file.open() as stream, plain.files[name].open() as other:
                assert stream.read() == other.read()


@pytest.mark.parametrize("compression", [0, 8, 12, 14])
def test_every_known_compression_gives_the_same_bytes(tmp_path: Path, compression: int) -> None:
    content = b"".join(bytes([n % 251]) * (n % 700) for n in range(3000))
    tree = read_zip(
        zip_raw(tmp_path / "a.zip", [(b"a", content), (b"empty", b"")], compression=compression), limits=LIMITS
    )
    with tree.files["a"].open() as stream:
        assert stream.read() == content
    with tree.files["empty"].open() as stream:
        assert stream.read() == b""


def test_several_threads_read_one_container(tmp_path: Path) -> None:
    members = [(f"{n}".encode(), bytes([n]) * 300_000) for n in range(8)]
    tree = read_zip(zip_raw(tmp_path / "a.zip", members), limits=LIMITS)
    wrong: list[str] = []

    def look(name: str, content: bytes) -> None:
        with tree.files[name].open() as stream:
            if stream.read() != content:
                wrong.append(name)

    threads = [threading.Thread(target=look, args=(raw.decode(), content)) for raw, content in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("name", ["../out.txt", "/etc/x", "C:/x", "a\\b.txt", "a/../../x", "\\\\host\\x"])
def test_members_that_lead_out_are_refused_by_name(tmp_path: Path, name: str) -> None:
    tree = read_zip(zip_raw(tmp_path / "a.zip", [(b"ok.txt", b"x"), (name.encode(), b"evil")]), limits=LIMITS)
    assert set(tree.files) == {"ok.txt"}
    assert refused(tree) == {(name, ProblemKind.ESCAPE)}


def test_a_gbk_name_with_a_backslash_byte_is_no_escape(tmp_path: Path) -> None:
    # the second byte of some GBK characters is that of a backslash
    candidates = [c for c in map(chr, range(0x4E00, 0x9FA5)) if c.encode("gbk", "ignore")[1:2] == b"\\"]
    raw = f"关于防汛工作的报告和说明{candidates[0]}.txt".encode("gbk")
    assert b"\\" in raw
    tree = read_zip(zip_raw(tmp_path / "a.zip", [(raw, b"x")]), limits=LIMITS)
    assert [f.raw_path for f in tree.files.values()] == [raw]
    assert not tree.problems


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, kind in (("link", stat.S_IFLNK), ("device", stat.S_IFCHR), ("plain", stat.S_IFREG)):
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = (kind | 0o644) << 16
            archive.writestr(info, b"/etc/passwd")
    tree = read_zip(path, limits=LIMITS)
    assert set(tree.files) == {"plain"}
    assert refused(tree) == {("link", ProblemKind.LINK), ("device", ProblemKind.DEVICE)}


def test_a_member_that_unpacks_to_very_much_is_refused(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"bomb", b"\0" * 3_000_000), (b"ok", b"x")])
    tree = read_zip(path, limits=Limits(ratio_from=1 << 20))
    assert set(tree.files) == {"ok"}
    assert refused(tree) == {("bomb", ProblemKind.BOMB)}


def test_many_small_bombs_are_refused_together(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(f"b{n}".encode(), b"\0" * 900_000) for n in range(9)])
    with pytest.raises(UnreadablePackage, match="bombs"):
        read_zip(path, limits=Limits(ratio_from=1 << 20))


def _patch_directory(path: Path, member: int, change: dict[int, bytes]) -> None:
    data = bytearray(path.read_bytes())
    at = -1
    for _ in range(member + 1):
        at = data.index(b"PK\x01\x02", at + 1)
    for offset, value in change.items():
        data[at + offset : at + offset + len(value)] = value
    path.write_bytes(data)


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"a", b"x" * 100), (b"b", b"y" * 100)], compression=0)
    _patch_directory(path, 1, {42: struct.pack("<I", 0)})
    tree = read_zip(path, limits=LIMITS)
    assert ("b", ProblemKind.BOMB) in refused(tree)


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"a", b"x"), (b"ok", b"x")])
    _patch_directory(path, 0, {8: b"\x01\x00"})
    assert refused(read_zip(path, limits=LIMITS)) == {("a", ProblemKind.ENCRYPTED)}


def test_an_unknown_compression_is_refused(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"a", b"x"), (b"ok", b"x")])
    _patch_directory(path, 0, {10: b"\x09\x00"})
    assert refused(read_zip(path, limits=LIMITS)) == {("a", ProblemKind.DAMAGED)}


def test_a_local_header_of_another_name_is_refused(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"good", b"x"), (b"ok", b"x")])
    data = path.read_bytes().replace(b"good", b"evil", 1)
    path.write_bytes(data)
    assert refused(read_zip(path, limits=LIMITS)) == {("good", ProblemKind.DAMAGED)}


@pytest.mark.parametrize("names", [(b"a", b"a"), ("é.txt".encode(), "e\u0301.txt".encode())])
def test_two_members_of_one_name_are_refused(tmp_path: Path, names: tuple[bytes, bytes]) -> None:
    path = zip_raw(tmp_path / "a.zip", [(name, b"x") for name in names], flags=0x800)
    tree = read_zip(path, limits=LIMITS)
    assert len(tree.files) == 1
    assert [p.kind for p in tree.problems if p.refused] == [ProblemKind.DUPLICATE]


def test_a_file_below_a_file_is_refused(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"a/b/c", b"1"), (b"a/b", b"2"), (b"z", b"3")])
    tree = read_zip(path, limits=LIMITS)
    assert set(tree.files) == {"a/b", "z"}
    assert refused(tree) == {("a/b/c", ProblemKind.DUPLICATE)}


def test_a_changed_byte_is_told_when_the_member_is_read(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"a.txt", b"hello hello")], compression=0)
    path.write_bytes(path.read_bytes().replace(b"hello hello", b"hellO hello"))
    tree = read_zip(path, limits=LIMITS)
    with pytest.raises(DamagedMember) as caught, tree.files["a.txt"].open() as stream:
        stream.read()
    assert caught.value.problem.kind is ProblemKind.DIGEST
    assert caught.value.problem.path == "a.txt"
    assert caught.value.problem.expected != caught.value.problem.found


def test_a_half_made_copy_is_removed_when_a_member_is_damaged(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"a.txt", b"hello hello")], compression=0)
    path.write_bytes(path.read_bytes().replace(b"hello hello", b"hellO hello"))
    tree = read_zip(path, limits=LIMITS)
    with pytest.raises(DamagedMember):
        materialise(tree.files["a.txt"], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_member_larger_than_declared_never_gives_more(tmp_path: Path) -> None:
    content = b"x" * 5000
    path = zip_raw(tmp_path / "a.zip", [(b"a", content)])
    data = bytearray(path.read_bytes())
    data[22:26] = struct.pack("<I", 10)
    path.write_bytes(data)
    _patch_directory(path, 0, {24: struct.pack("<I", 10)})
    tree = read_zip(path, limits=LIMITS)
    with pytest.raises(DamagedMember), tree.files["a"].open() as stream:
        stream.read()


def test_a_cut_off_zip_is_unreadable_with_the_reason(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"a", b"x" * 5000)], compression=0)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(UnreadablePackage, match="not copied whole") as caught:
        read_package(path)
    assert caught.value.exit_code == 2


def test_the_unicode_path_field_gives_the_name_only_if_made_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for raw, checked in ((b"\x81a.txt", b"\x81a.txt"), (b"plain.txt", b"other.txt")):
            info = NamedInfo("m" + raw.hex())
            info.raw = raw
            field = b"\x01" + struct.pack("<I", zlib.crc32(checked)) + "题名.txt".encode()
            info.extra = struct.pack("<HH", 0x7075, len(field)) + field
            archive.writestr(info, b"x")
    tree = read_zip(path, limits=LIMITS)
    assert set(tree.files) == {"题名.txt", "plain.txt"}
    assert tree.files["题名.txt"].raw_path == b"\x81a.txt"


def test_a_zip_behind_other_bytes_is_read(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [(b"a", b"hello")])
    path.write_bytes(b"#!/bin/sh stub\n" + path.read_bytes())
    with read_zip(path, limits=LIMITS).files["a"].open() as stream:
        assert stream.read() == b"hello"


def test_a_zip64_member_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("a", "w", force_zip64=True) as out:
        out.write(b"hello")
    with read_zip(path, limits=LIMITS).files["a"].open() as stream:
        assert stream.read() == b"hello"


def test_an_empty_zip_is_an_empty_package(tmp_path: Path) -> None:
    path = zip_raw(tmp_path / "a.zip", [])
    with read_package(path) as package:
        assert package.items == [] and package.files == {}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6))
def test_no_damage_gets_past_the_reader(tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    members = [(b"one.txt", b"hello hello " * 5), (b"dir/two.txt", b"\x00\x01" * 30)]
    path = zip_raw(tmp_path / "d.zip", members)
    data = bytearray(path.read_bytes())
    for at, value in damage:
        data[at % len(data)] = value
    path.write_bytes(data)
    good = {content for _raw, content in members}
    try:
        tree = read_zip(path, limits=LIMITS)
        for file in tree.files.values():
            with file.open() as stream:
                assert stream.read() in good
    except ShichengError:
        pass


@pytest.mark.parametrize("name", ["归档文件目录.csv", "文件清单.csv", "说明文件.txt"])
def test_a_damaged_list_is_named_and_the_rest_read(tmp_path: Path, name: str) -> None:
    folder = make_batch(tmp_path / "batch")
    members = [(str(f.relative_to(folder)).encode(), f.read_bytes()) for f in folder.rglob("*") if f.is_file()]
    path = zip_raw(tmp_path / "a.zip", members, flags=0x800, compression=0)
    content = (folder / name).read_bytes()
    path.write_bytes(path.read_bytes().replace(content, content[:-3] + b"?" + content[-2:]))
    with read_package(path) as package:
        assert [(p.kind, p.path) for p in package.problems] == [(ProblemKind.DIGEST, name)]
        assert len(package.files) == 6
