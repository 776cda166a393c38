"""Staging: copied and hashed in one pass, complete only when the manifest says so."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from shicheng.packages.types import Limits, PackageFile
from shicheng.storage.errors import StagingRefused, StoreFull
from shicheng.storage.staging import MANIFEST, Staging


def package(folder: Path, contents: dict[bytes, bytes], *, packed: bool = False) -> list[PackageFile]:
    folder.mkdir(exist_ok=True)
    files = []
    for number, (raw, content) in enumerate(contents.items()):
        local = folder / str(number)
        local.write_bytes(content)
        opener = (lambda content=content: io.BytesIO(content)) if packed else (lambda local=local: local.open("rb"))
        shown = raw.decode("utf-8", "surrogateescape")
        files.append(PackageFile(shown, raw, len(content), opener, None if packed else local))
    return files


CONTENTS = {
    "内容/通知.txt".encode(): b"notice" * 100,
    b"\xcd\xa8\xd6\xaa.txt": b"GBK name",
    b"a\nb": b"",
    b"large.tif": bytes(range(256)) * 8000,
}


@pytest.mark.parametrize("packed", [False, True])
def test_every_file_is_copied_with_its_digests_and_exact_name(tmp_path: Path, *, packed: bool) -> None:
    staging = Staging(tmp_path / "staging")
    seen: list[tuple[int, int]] = []
    tree = staging.stage_tree(
        "t-1", package(tmp_path / "in", CONTENTS, packed=packed), on_progress=lambda *done: seen.append(done)
    )
    assert [file.raw_path for file in tree.files] == list(CONTENTS)
    assert tree.bytes == sum(map(len, CONTENTS.values())) == seen[-1][1]
    for file in tree.files:
        content = CONTENTS[file.raw_path]
        assert file.local.read_bytes() == content
        assert file.digests == {name: hashlib.new(name, content).hexdigest() for name in ("sha512", "sha256", "sm3")}
        assert file.local.name.isascii()
    assert Staging(tmp_path / "staging").load("t-1") == tree


def test_what_is_complete_is_not_copied_again_and_what_is_not_is_redone(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    files = package(tmp_path / "in", CONTENTS)
    first = staging.stage_tree("t-1", files)
    assert staging.stage_tree("t-1", []) == first
    (staging.place("t-1") / MANIFEST).unlink()  # as if the machine had died just before
    assert staging.load("t-1") is None
    second = staging.stage_tree("t-1", files)
    assert [file.digests for file in second.files] == [file.digests for file in first.files]
    assert len(list(staging.place("t-1").glob("files-*"))) == 1
    staging.discard("t-1")
    assert list(staging.folder.iterdir()) == []


def test_limits_hold_whatever_the_package_says_of_its_sizes(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    liar = PackageFile("bomb", b"bomb", 10, lambda: io.BytesIO(b"0" * (3 << 20)))
    with pytest.raises(StagingRefused):
        staging.stage_tree("t-1", [liar], limits=Limits(file_bytes=1 << 20))
    with pytest.raises(StagingRefused):
        staging.stage_tree("t-1", [liar], limits=Limits(total_bytes=2 << 20))
    with pytest.raises(StagingRefused):
        staging.stage_tree("t-1", package(tmp_path / "in", CONTENTS), limits=Limits(files=2))
    assert staging.load("t-1") is None
    assert not list(staging.place("t-1").glob("files-*"))


def test_a_full_disk_is_told_before_anything_is_copied(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging", free_bytes=1 << 60)
    with pytest.raises(StoreFull):
        staging.stage_tree("t-1", package(tmp_path / "in", CONTENTS))


@pytest.mark.parametrize("transfer_id", ["..", "a/b", "", ".hidden", "x" * 65])
def test_identifiers_that_lead_elsewhere_are_refused(tmp_path: Path, transfer_id: str) -> None:
    with pytest.raises(StagingRefused):
        Staging(tmp_path).place(transfer_id)


def test_an_upload_is_kept_under_a_safe_name(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    content = b"zip" * 500_000
    file = staging.stage_stream("t-1", b"../../evil\n.zip", io.BytesIO(content))
    assert file.local.read_bytes() == content
    assert file.local.is_relative_to(tmp_path / "staging" / "t-1")
    assert file.digests["sm3"] == hashlib.new("sm3", content).hexdigest()
    with pytest.raises(StagingRefused):
        staging.stage_stream("t-1", b"x", io.BytesIO(content), limits=Limits(file_bytes=1000))
    assert len(list((tmp_path / "staging" / "t-1" / "arrived").iterdir())) == 1
