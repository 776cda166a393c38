from __future__ import annotations

import json
from pathlib import Path

import pytest

from packages.batches import FILE_HEADER, ITEM_HEADER, TITLES, code, csv_text, file_row, item_row, make_batch
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.reading import read_package
from shicheng.packages.types import PackageKind, ProblemKind


@pytest.mark.parametrize("xlsx", [False, True])
def test_a_good_batch_has_nothing_wrong(tmp_path: Path, xlsx: bool) -> None:
    with read_package(make_batch(tmp_path / "batch", xlsx=xlsx)) as package:
        assert package.kind is PackageKind.TRANSFER
        assert package.problems == [] and package.orphans == []
        assert [item.ref for item in package.items] == [code(1), code(2), code(3)]
        assert [len(item.files) for item in package.items] == [1, 1, 1]
        assert package.items[0].elements["title"] == TITLES[0]
        assert (package.statement.items, package.statement.digest_algorithm) == (3, "sha256")
        assert len(list(package.content)) == 3
        for entry in package.listed:
            assert entry.file is not None and entry.size == entry.file.size and entry.digests.keys() == {"sha256"}


def test_columns_nobody_knows_are_kept(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    rows = [[*ITEM_HEADER, "本地列"], [*item_row(1), "值"]]
    (folder / "归档文件目录.csv").write_text(csv_text(rows), encoding="utf-8")
    with read_package(folder) as package:
        assert package.items[0].extra == {"本地列": "值"}


def test_a_path_out_of_the_package_is_named_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    rows = [file_row(code(1), path, b"") for path in ("内容/../../outside.txt", str(tmp_path / "outside.txt"), "C:\\x")]
    with read_package(make_batch(tmp_path / "batch", files=rows)) as package:
        escapes = [p for p in package.problems if p.kind is ProblemKind.ESCAPE]
        assert [(p.ref, p.path) for p in escapes] == [(code(1), row[3]) for row in rows]
        assert all(entry.file is None for entry in package.listed)


def test_a_missing_file_and_an_unlisted_one_are_told_apart(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    (folder / "内容" / "Thumbs.db").write_bytes(b"x")
    (folder / f"内容/{code(1)}/{TITLES[0]}.txt").unlink()
    with read_package(folder) as package:
        assert [entry.path for entry in package.listed if entry.file is None] == [f"内容/{code(1)}/{TITLES[0]}.txt"]
        listed = {entry.file.path for entry in package.listed if entry.file}
        assert [f.path for f in package.content if f.path not in listed] == ["内容/Thumbs.db"]


def test_a_code_mistyped_in_one_list_still_finds_its_files(tmp_path: Path) -> None:
    items = [item_row(1, ref="X001_WS.2020-Y-BGS-0001"), item_row(2), item_row(3)]
    with read_package(make_batch(tmp_path / "batch", items=items)) as package:
        assert [len(item.files) for item in package.items] == [1, 1, 1]
        assert package.orphans == []


def test_files_without_a_code_go_by_their_folder(tmp_path: Path) -> None:
    path = f"内容/{code(2)}/{TITLES[1]}.txt"
    with read_package(make_batch(tmp_path / "batch", files=[file_row("", path, b"")])) as package:
        assert [len(item.files) for item in package.items] == [0, 1, 0]


def test_files_of_a_code_nobody_has_are_orphans(tmp_path: Path) -> None:
    with read_package(
        make_batch(tmp_path / "batch", files=[file_row("X001-WS·1999-Y-BGS-0009", "内容/z/a.txt", b"")])
    ) as package:
        assert [entry.path for entry in package.orphans] == ["内容/z/a.txt"]


def test_a_code_given_twice_shares_its_files_by_title_and_folder(tmp_path: Path) -> None:
    items = [item_row(1, ref=code(1), title="关于绿化的决定", year=2016), item_row(1, title="关于防汛工作的报告")]
    files = [
        file_row(code(1), f"内容/{code(1)}/关于防汛工作的报告.pdf", b""),
        file_row(code(1), f"内容/{code(1)}/附件1.txt", b"", 2, "附件"),
        file_row(code(1), "内容/X001-WS·2016-Y-BGS-0001/关于绿化的决定.pdf", b""),
        file_row(code(1), "内容/X001-WS·2016-Y-BGS-0001/附件1.txt", b"", 2, "附件"),
    ]
    with read_package(make_batch(tmp_path / "batch", items=items, files=files)) as package:
        first, second = package.items
        assert [entry.row for entry in first.files] == [3, 4]
        assert [entry.row for entry in second.files] == [1, 2]


def test_a_code_given_twice_in_one_folder_is_parted_by_the_numbering(tmp_path: Path) -> None:
    items = [item_row(1, title="没有别的线索"), item_row(1, title="也没有")]
    files = [
        file_row(code(1), f"内容/{code(1)}/{name}", b"", order)
        for name, order in (("a.pdf", 1), ("b.txt", 2), ("c.pdf", 1))
    ]
    with read_package(make_batch(tmp_path / "batch", items=items, files=files)) as package:
        assert [[entry.row for entry in item.files] for item in package.items] == [[1, 2], [3]]


def test_without_a_file_list_the_folders_tell(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    (folder / "文件清单.csv").unlink()
    with read_package(folder) as package:
        assert not package.has_file_list
        assert [len(item.files) for item in package.items] == [1, 1, 1]
        assert [(p.kind, p.path) for p in package.problems] == [(ProblemKind.STRUCTURE, "文件清单.csv")]


def test_a_statement_may_name_its_lists(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    (folder / "归档文件目录.csv").rename(folder / "我的目录.csv")
    with (folder / "说明文件.txt").open("a", encoding="utf-8") as out:
        out.write("目录文件：我的目录.csv\n")
    with read_package(folder) as package:
        assert package.problems == [] and len(package.items) == 3 and "我的目录.csv" in package.control


def test_a_list_named_with_a_path_out_is_not_opened(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    (folder / "归档文件目录.csv").rename(tmp_path / "目录.csv")
    with (folder / "说明文件.txt").open("a", encoding="utf-8") as out:
        out.write("目录文件：../目录.csv\n")
    with read_package(folder) as package:
        assert package.items == [] and not package.has_item_list


def test_a_batch_of_none_and_of_one(tmp_path: Path) -> None:
    with read_package(make_batch(tmp_path / "none", items=[], files=[])) as package:
        assert package.items == [] and package.has_item_list and package.problems == []
    with read_package(make_batch(tmp_path / "one", items=[item_row(1)])) as package:
        assert len(package.items) == 1 and len(package.orphans) == 2
    (tmp_path / "empty").mkdir()
    with read_package(tmp_path / "empty") as package:
        assert package.kind is PackageKind.FOLDER and package.items == []


def test_loose_files_are_one_item_each(tmp_path: Path) -> None:
    folder = tmp_path / "loose"
    (folder / "专题 1").mkdir(parents=True)
    for name in ("通知.pdf", "专题 1/a.txt", "专题 1/b.txt"):
        (folder / name).write_bytes(b"x")
    with read_package(folder) as package:
        assert package.kind is PackageKind.FOLDER and not package.has_item_list
        assert {item.elements["title"]: len(item.files) for item in package.items} == {"通知": 1, "专题 1": 2}


def test_what_is_not_there_or_no_container_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    for path in (tmp_path / "missing", tmp_path / "a.txt", Path("/dev/null")):
        with pytest.raises(UnreadablePackage) as caught:
            read_package(path)
        assert caught.value.exit_code == 2


def test_a_size_that_is_no_number_and_a_list_without_paths_are_named(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    row = file_row(code(1), f"内容/{code(1)}/{TITLES[0]}.txt", b"")
    row[4] = "许多"
    (folder / "文件清单.csv").write_text(csv_text([FILE_HEADER, row]), encoding="utf-8")
    with read_package(folder) as package:
        assert [(p.kind, p.found) for p in package.problems] == [(ProblemKind.LIST, "许多")]
    (folder / "文件清单.csv").write_text("档号,序号,字节数\nA,1,2\n", encoding="utf-8")
    with read_package(folder) as package:
        assert [(p.kind, p.expected) for p in package.problems] == [(ProblemKind.LIST, "路径")]


def test_the_good_real_batch_has_nothing_wrong(shared_data: Path) -> None:
    with read_package(shared_data / "transfers/shandong") as package:
        assert (len(package.items), len(list(package.listed)), package.problems) == (60, 75, [])
        assert all(item.files for item in package.items) and all(entry.file for entry in package.listed)


def test_the_faulty_real_batch_shows_its_faults_at_their_root(shared_data: Path) -> None:
    answers = json.loads((shared_data / "transfers/beijing-faults.ANSWERS.json").read_text(encoding="utf-8"))
    by_fault = {answer["fault"]: answer["档号"] for answer in answers}
    with read_package(shared_data / "transfers/beijing-faults") as package:
        assert [(p.kind, p.ref) for p in package.problems] == [
            (ProblemKind.ESCAPE, by_fault["file list names a path outside the batch"])
        ]
        missing = [entry.ref for entry in package.listed if entry.file is None]
        assert by_fault["main content file is missing; the file list still names it"] in missing and len(missing) == 2
        assert package.orphans == [] and all(item.files for item in package.items)
        twice = {item.row: [entry.path.split("/")[1] for entry in item.files] for item in package.items
                 if item.ref == "B012-WS·2024-Y-CXW-0001"}  # fmt: skip
        assert twice == {33: ["B012-WS·2016-Y-CXW-0002"] * 2, 48: ["B012-WS·2024-Y-CXW-0001"]}


def test_folder_and_name_in_two_columns_are_one_path(tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    rows = [["文件名", "档号", "路径"], [f"{TITLES[0]}.txt", code(1), f"内容/{code(1)}"],
            [f"{TITLES[1]}.txt", code(2), f"内容\\{code(2)}\\{TITLES[1]}.txt"]]  # fmt: skip
    (folder / "文件清单.csv").write_text(csv_text(rows), encoding="utf-8")
    with read_package(folder) as package:
        assert [entry.file is not None for entry in package.listed] == [True, True]


@pytest.mark.parametrize(
    ("claim", "encoding", "wrong"),
    [("UTF-8", "gb18030", True), ("GBK", "gb18030", False), ("GB18030", "utf-8", True), ("utf8", "utf-8", False)],
)
def test_a_list_in_another_encoding_than_stated_is_read_and_named(
    tmp_path: Path, claim: str, encoding: str, wrong: bool
) -> None:
    folder = make_batch(tmp_path / "batch")
    for name in ("归档文件目录.csv", "文件清单.csv"):
        text = (folder / name).read_text(encoding="utf-8-sig")
        (folder / name).write_text(text, encoding=encoding)
    with (folder / "说明文件.txt").open("a", encoding="utf-8") as out:
        out.write(f"字符编码：{claim}\n")
    with read_package(folder) as package:
        assert [p.kind for p in package.problems] == ([ProblemKind.ENCODING] * 2 if wrong else [])
        assert all(len(item.files) == 1 for item in package.items)
