from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import unicodedata
from pathlib import Path

import pytest

from packages.batches import make_batch
from shicheng.packages.errors import DamagedMember, UnreadablePackage
from shicheng.packages.reading import read_package
from shicheng.packages.tars import read_tar, read_tar_gz
from shicheng.packages.tree import Tree
from shicheng.packages.types import Limits, ProblemKind

LIMITS = Limits()
BOTH = pytest.mark.parametrize("suffix", ["tar", "tar.gz"])


def make_tar(path: Path, members: list[tarfile.TarInfo | tuple[str, bytes]], *, encoding: str = "utf-8",
             form: int = tarfile.GNU_FORMAT) -> Path:  # fmt: skip
    mode = "w:gz" if path.name.endswith("gz") else "w"
    with tarfile.open(path, mode, encoding=encoding, format=form) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def read(path: Path, scratch: Path, limits: Limits = LIMITS) -> Tree:
    if path.name.endswith("gz"):
        return read_tar_gz(path, limits=limits, scratch=scratch)
    return read_tar(path, limits=limits)


def refused(tree: Tree) -> set[tuple[str | None, ProblemKind]]:
    return {(p.path, p.kind) for p in tree.problems if p.refused}


@BOTH
def test_a_tarred_batch_reads_like_the_folder(tmp_path: Path, suffix: str) -> None:
    folder = make_batch(tmp_path / "batch")
    path = tmp_path / f"b.{suffix}"
    with tarfile.open(path, "w:gz" if suffix.endswith("gz") else "w") as archive:
        archive.add(folder, "./batch")
    scratch = tmp_path / "scratch"
    with read_package(folder) as plain, read_package(path, scratch=scratch) as packed:
        assert packed.container == suffix and packed.name == "batch"
        assert packed.files.keys() == plain.files.keys()
        assert packed.problems == []
        assert all(entry.file is not None for entry in packed.listed)
        for name, file in packed.files.items():
            with file.open() as stream, plain.files[name].open() as other:
                assert stream.read() == other.read()
    assert not scratch.exists() or list(scratch.iterdir()) == []


@BOTH
def test_links_devices_and_escapes_are_refused_by_name(tmp_path: Path, suffix: str) -> None:
    path = make_tar(
        tmp_path / f"a.{suffix}",
        [
            ("ok.txt", b"x"),
            special("sym", tarfile.SYMTYPE, "/etc/passwd"),
            special("hard", tarfile.LNKTYPE, "ok.txt"),
            special("dev", tarfile.CHRTYPE),
            special("pipe", tarfile.FIFOTYPE),
            ("../out", b"x"),
            ("/abs", b"x"),
            ("C:\\x", b"x"),
        ],
    )
    tree = read(path, tmp_path / "s")
    assert set(tree.files) == {"ok.txt"}
    assert refused(tree) == {
        ("sym", ProblemKind.LINK),
        ("hard", ProblemKind.LINK),
        ("dev", ProblemKind.DEVICE),
        ("pipe", ProblemKind.DEVICE),
        ("../out", ProblemKind.ESCAPE),
        ("/abs", ProblemKind.ESCAPE),
        ("C:\\x", ProblemKind.ESCAPE),
    }
    assert not (tmp_path / "out").exists()
    tree.close()


@BOTH
def test_gbk_names_and_odd_names_keep_their_bytes(tmp_path: Path, suffix: str) -> None:
    names = ["内容/关于防汛工作的报告.txt", "内容/line\nbreak.txt", "内容/" + "长" * 120 + ".txt"]
    path = make_tar(tmp_path / f"a.{suffix}", [(name, name.encode()) for name in names], encoding="gb18030")
    tree = read(path, tmp_path / "s")
    # the one folder at the top is the root
    assert set(tree.files) == {name.removeprefix("内容/") for name in names}
    assert {f.raw_path for f in tree.files.values()} == {n.removeprefix("内容/").encode("gb18030") for n in names}
    tree.close()


@BOTH
def test_two_members_of_one_name_are_refused(tmp_path: Path, suffix: str) -> None:
    nfd = unicodedata.normalize("NFD", "é")
    path = make_tar(tmp_path / f"a.{suffix}", [("a", b"1"), ("a", b"2"), ("é", b"3"), (nfd, b"4")])
    tree = read(path, tmp_path / "s")
    assert refused(tree) == {("a", ProblemKind.DUPLICATE), (nfd, ProblemKind.DUPLICATE)}
    with tree.files["a"].open() as stream:
        assert stream.read() == b"1"
    tree.close()


@BOTH
def test_a_cut_off_container_is_told_and_the_rest_read(tmp_path: Path, suffix: str) -> None:
    import random

    noise = random.Random(1).randbytes
    path = make_tar(tmp_path / f"a.{suffix}", [("a", noise(20_000)), ("b", noise(200_000)), ("c", noise(9))])
    path.write_bytes(path.read_bytes()[:90_000])
    tree = read(path, tmp_path / "s")
    assert set(tree.files) == {"a"}
    assert ("b", ProblemKind.DAMAGED) in refused(tree)
    tree.close()


def test_a_changed_byte_in_a_gzip_is_told(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "a.tar.gz", [("a", b"hello " * 9)])
    raw = bytearray(gzip.decompress(path.read_bytes()))
    packed = bytearray(gzip.compress(bytes(raw), compresslevel=0))
    packed[packed.index(b"hello")] = ord("J")
    path.write_bytes(packed)
    tree = read(path, tmp_path / "s")
    assert ProblemKind.DAMAGED in {p.kind for p in tree.problems}
    tree.close()


def test_a_gzip_bomb_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "a.tar.gz", [(f"z{n}", bytes(400_000)) for n in range(9)])
    with pytest.raises(UnreadablePackage, match="bombs"):
        read(path, tmp_path / "s", Limits(ratio_from=1 << 20))
    assert list((tmp_path / "s").iterdir()) == []


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 1 << 40
    path = tmp_path / "a.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    with pytest.raises(UnreadablePackage):
        read(path, tmp_path / "s")


def test_a_container_shortened_while_in_use_is_told(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "a.tar", [("a", b"x" * 100_000)])
    tree = read(path, tmp_path / "s")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DamagedMember), tree.files["a"].open() as stream:
        stream.read()


def test_members_of_a_plain_tar_can_be_sought(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "a.tar", [("a", b"0123456789"), ("b", b"abcdef")])
    with read(path, tmp_path / "s").files["b"].open() as stream:
        stream.seek(-2, 2)
        assert stream.read() == b"ef"
        stream.seek(1)
        assert stream.read(3) == b"bcd"


def test_rubbish_is_no_package(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(b"rubbish" * 500)
    with pytest.raises(UnreadablePackage):
        read_package(path)
    path = tmp_path / "a.tar.gz"
    path.write_bytes(b"\x1f\x8brubbish" * 500)
    with pytest.raises(UnreadablePackage):
        read_package(path)


def test_no_scratch_folder_means_the_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = make_tar(tmp_path / "a.tar.gz", [("a", b"1")])
    with read_package(path):
        assert len(list(tmp_path.glob("unpacked-*"))) == 1
    assert list(tmp_path.glob("unpacked-*")) == []
