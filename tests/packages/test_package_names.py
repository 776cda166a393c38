from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.packages.names import (
    choose_encoding,
    decode_as,
    decode_name,
    escapes,
    fold_path,
    name_remark,
    visible,
)
from shicheng.packages.tree import materialise, read_folder
from shicheng.packages.types import Limits, ProblemKind


@given(st.binary(max_size=40))
def test_every_name_decodes_to_text_that_can_be_stored(raw: bytes) -> None:
    decode_name(raw).encode("utf-8")
    for encoding in ("utf-8", "gb18030", "cp437"):
        decode_as(raw, encoding).encode("utf-8")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_utf8_name_is_shown_as_it_is(name: str) -> None:
    assert decode_name(name.encode()) == name


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=8))
def test_some_encoding_is_chosen_for_any_names(names: list[bytes]) -> None:
    encoding = choose_encoding(names)
    for name in names:
        decode_as(name, encoding)


def test_gbk_utf8_and_cp437_are_told_apart() -> None:
    assert choose_encoding(["内容/关于防汛.txt".encode("gbk")]) == "gb18030"
    assert choose_encoding(["内容/关于防汛.txt".encode()]) == "utf-8"
    assert choose_encoding(["Büro/Grün.txt".encode("cp437")]) == "cp437"
    assert choose_encoding([b"plain.txt"]) == "utf-8"


@pytest.mark.parametrize(
    "path",
    ["../a", "a/../../b", "/etc/passwd", "C:/x", "c:x", "\\\\host\\x", "a\\..\\b", "..", "a\x00b", "内容/../../x"],
)
def test_paths_that_lead_out_are_found(path: str) -> None:
    assert escapes(path)


@pytest.mark.parametrize("path", ["a..b/c", "内容/…/x", "a/b", "...", "x/C:y"])
def test_paths_that_only_look_odd_stay(path: str) -> None:
    assert not escapes(path)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(path: str) -> None:
    assert fold_path(fold_path(path)) == fold_path(path)


def test_direction_marks_are_shown_as_escapes() -> None:
    assert visible("a\u202egpj.exe") == "a\\u202egpj.exe"
    assert visible("a\nb") == "a\\u000ab"
    assert visible("题名😀.txt") == "题名😀.txt"


@pytest.mark.parametrize("name", ["a\nb.txt", "\u202efdp.exe", "a:b", "CON.txt", "end.", "x" * 300])
def test_names_other_systems_cannot_keep_are_remarked(name: str) -> None:
    remark = name_remark(name, name.encode())
    assert remark is not None and remark.kind is ProblemKind.NAME and not remark.refused


@pytest.mark.parametrize("name", ["题名.pdf", "emoji 😀.txt", "~$临时.docx", unicodedata.normalize("NFD", "é.txt")])
def test_ordinary_names_get_no_remark(name: str) -> None:
    assert name_remark(name, name.encode()) is None


def test_odd_names_in_a_folder_are_kept_byte_exact(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    names = [b"line\nbreak.txt", "\u202ertl.txt".encode(), "😀.txt".encode(), b"n" * 251 + b".txt",
             "中文".encode("gbk") + b".txt", b"\xff\xfe.txt", "e\u0301.txt".encode()]  # fmt: skip
    for name in names:
        with open(os.path.join(os.fsencode(folder), name), "wb") as out:
            out.write(name)
    tree = read_folder(folder, limits=Limits())
    assert sorted(file.raw_path for file in tree.files.values()) == sorted(names)
    assert "中文.txt" in tree.files
    assert "%FF%FE.txt" in tree.files
    for file in tree.files.values():
        with file.open() as stream:
            assert stream.read() == file.raw_path
    assert not any(p.refused for p in tree.problems)


def test_links_devices_and_pipes_are_refused_and_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.txt").write_text("secret")
    (folder / "file.txt").write_text("x")
    (folder / "link.txt").symlink_to(secret / "s.txt")
    (folder / "linked").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    tree = read_folder(folder, limits=Limits())
    assert set(tree.files) == {"file.txt"}
    assert {(p.path, p.kind) for p in tree.problems if p.refused} == {
        ("link.txt", ProblemKind.LINK),
        ("linked", ProblemKind.LINK),
        ("loop", ProblemKind.LINK),
        ("pipe", ProblemKind.DEVICE),
    }


def test_a_file_swapped_for_a_link_after_the_walk_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    (folder / "a.txt").write_text("x")
    tree = read_folder(folder, limits=Limits())
    (tmp_path / "secret").write_text("secret")
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError):
        tree.files["a.txt"].open()


def test_names_that_differ_only_in_composition_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    for form in ("NFC", "NFD"):
        (folder / unicodedata.normalize(form, "é.txt")).write_text(form)
    tree = read_folder(folder, limits=Limits())
    assert len(tree.files) == 1
    assert [p.kind for p in tree.problems if p.refused] == [ProblemKind.DUPLICATE]


def test_a_composed_name_in_a_list_finds_the_decomposed_file(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    (folder / "e\u0301.txt").write_text("x")
    tree = read_folder(folder, limits=Limits())
    found = tree.find(".\\\u00e9.txt")
    assert found is not None and found.raw_path == "e\u0301.txt".encode()


def test_too_deep_folders_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    deep = folder / "/".join("d" * 1 for _ in range(9))
    deep.mkdir(parents=True)
    (deep / "f.txt").write_text("x")
    tree = read_folder(folder, limits=Limits(path_depth=5))
    assert not tree.files
    assert [p.refused for p in tree.problems] == [True]


def test_materialise_never_makes_a_path_of_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"pdf")
    file = read_folder(folder, limits=Limits()).files["a.pdf"]
    assert materialise(file, tmp_path / "out") == folder / "a.pdf"
    file.local = None
    file.path = "../../evil.p/df"
    copies = [materialise(file, tmp_path / "out") for _ in range(2)]
    assert all(copy.parent == tmp_path / "out" and copy.read_bytes() == b"pdf" for copy in copies)
    assert copies[0] != copies[1]
