"""Objects in a folder: what is put comes out again, and other tools agree that it is OCFL."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import ocfl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ocfl.validator import Validator

from shicheng.storage.errors import BadDraft, BadStore, DigestMismatch, NoSuchObject, ObjectConflict, StoreFull
from shicheng.storage.ocfl.local import LocalStore
from shicheng.storage.ocfl.names import logical_path
from shicheng.storage.types import DraftFile, ObjectDraft
from storage.drafts import CREATED, draft


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    store = LocalStore(tmp_path / "store")
    store.create()
    return store


def require_valid(store: LocalStore, objects: int) -> None:
    """Let ocfl-py look at the root and at every object."""
    root = ocfl.StorageRoot(root=str(store.root))
    assert root.validate(), root.errors
    assert (root.num_objects, root.good_objects) == (objects, objects), root.errors


def test_another_validator_finds_root_and_objects_valid(store: LocalStore) -> None:
    stored = store.put_objects([draft(number) for number in range(5)])
    assert all(one.is_new and one.version == 1 and one.files == 2 for one in stored)
    require_valid(store, 5)
    validator = Validator(log_warnings=True)
    assert validator.validate_object(str(store.root / stored[0].path))
    assert "W" not in validator.status_str().replace("W008", "")  # only: the user has no address


def test_what_is_put_comes_out_again(store: LocalStore) -> None:
    one = draft(1)
    store.put_objects([one])
    assert list(store.iter_objects()) == [one.object_id]
    assert list(store.iter_strays()) == []
    for file in one.files:
        with store.open(one.object_id, file.logical_path) as stream:
            assert stream.read() == file.source
        assert store.local_path(one.object_id, file.logical_path).name == file.logical_path.rpartition("/")[2]


def test_the_store_can_be_read_by_hand(store: LocalStore) -> None:
    [stored] = store.put_objects([draft(1)])
    text = (store.root / "README.txt").read_text("utf-8")
    assert "sha256sum" in text and "怎样找到一件档案" in text
    digest = hashlib.sha256(stored.object_id.encode()).hexdigest()
    assert stored.path == f"{digest[:3]}/{stored.object_id.replace(':', '%3a')}"
    inventory = json.loads((store.root / stored.path / "inventory.json").read_bytes())
    assert set(inventory["fixity"]) == {"sha256"}


def test_put_twice_is_the_same_object(store: LocalStore) -> None:
    first = store.put_objects([draft(1), draft(2)])
    again = store.put_objects([draft(2), draft(3), draft(1)])
    assert [one.is_new for one in again] == [False, True, False]
    assert again[0].inventory_digest == first[1].inventory_digest
    assert (again[0].bytes, again[0].files) == (first[1].bytes, first[1].files)
    require_valid(store, 3)


def test_other_content_under_a_known_identifier_is_refused_and_nothing_of_the_batch_stored(store: LocalStore) -> None:
    store.put_objects([draft(1)])
    with pytest.raises(ObjectConflict):
        store.put_objects([draft(2), draft(1, {"a": b"other"})])
    assert not store.has(draft(2).object_id)
    assert list((store.root.parent / "store.writing").glob("*/*")) == []


def test_a_new_version_holds_only_what_is_new(store: LocalStore) -> None:
    first = draft(1, {"content/0001/a.txt": b"a" * 100, "metadata/m.json": b"1"})
    store.put_objects([first])
    files = [
        DraftFile("content/0001/a.txt", None),
        DraftFile("metadata/m.json", b"2"),
        DraftFile("copy.txt", b"a" * 100),
    ]
    second = ObjectDraft(first.object_id, CREATED, "李强", "更正著录", files, base=1)
    [stored] = store.put_objects([second])
    assert (stored.version, stored.bytes) == (2, 1)
    require_valid(store, 1)
    assert store.verify(first.object_id) == []
    assert store.local_path(first.object_id, "metadata/m.json").read_bytes() == b"2"
    assert store.local_path(first.object_id, "metadata/m.json", 1).read_bytes() == b"1"
    assert store.local_path(first.object_id, "copy.txt").read_bytes() == b"a" * 100
    assert not store.put_objects([second])[0].is_new
    third = ObjectDraft(first.object_id, CREATED, "李强", "x", [DraftFile("b", b"b")], base=1)
    with pytest.raises(ObjectConflict):
        store.put_objects([third])
    with pytest.raises(NoSuchObject):
        store.put_objects([draft(9, {"a": b"a"}, base=1)])


def test_a_new_version_works_where_folders_cannot_be_swapped(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shicheng.storage.durable.exchange", lambda one, other: False)
    store.put_objects([draft(1)])
    store.put_objects([draft(1, {"b": b"b"}, base=1)])
    assert store.inventory(draft(1).object_id).head == 2
    require_valid(store, 1)


def test_moved_files_are_not_copied_and_are_gone_from_their_place(store: LocalStore, tmp_path: Path) -> None:
    source = tmp_path / "staged"
    source.write_bytes(b"x" * 5000)
    inode = source.stat().st_ino
    digests = {name: hashlib.new(name, b"x" * 5000).hexdigest() for name in ("sha512", "sha256", "sm3")}
    one = ObjectDraft("urn:x:1", CREATED, "a", "b", [DraftFile("f", source, digests, move=True)])
    store.put_objects([one])
    assert not source.exists()
    assert store.local_path("urn:x:1", "f").stat().st_ino == inode
    assert not store.put_objects([one])[0].is_new  # the source is gone: a crash came after the store was done


def test_copied_files_are_compared_with_their_digests(store: LocalStore, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"y" * 5000)
    for name in ("sha512", "sha256", "sm3"):
        with pytest.raises(DigestMismatch):
            store.put_objects([ObjectDraft("urn:x:1", CREATED, "a", "b", [DraftFile("f", source, {name: "0" * 64})])])
    store.put_objects([draft("urn:x:1", {"f": source})])
    assert source.read_bytes() == b"y" * 5000
    require_valid(store, 1)


def test_links_devices_and_missing_files_are_refused(store: LocalStore, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    for source in (link, tmp_path / "pipe", tmp_path / "nothing", tmp_path):
        for move in (True, False):
            files = [DraftFile("f", source, {"sha512": "0" * 128, "sha256": "0" * 64}, move=move)]
            with pytest.raises(BadDraft):
                store.put_objects([ObjectDraft("urn:x:1", CREATED, "a", "b", files)])
    assert list(store.iter_objects()) == []


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "."])
def test_paths_that_lead_out_are_refused(store: LocalStore, path: str) -> None:
    with pytest.raises(BadDraft):
        store.put_objects([draft(1, {path: b"x"})])


def test_one_path_twice_or_file_and_folder_at_once_is_refused(store: LocalStore) -> None:
    twice = ObjectDraft("urn:x:1", CREATED, "a", "b", [DraftFile("f", b"1"), DraftFile("f", b"2")])
    for bad in (twice, draft(2, {"a": b"1", "a/b": b"2"}), draft(3, {"a%FF": b"1", "a\udcff": b"2"})):
        with pytest.raises(BadDraft):
            store.put_objects([bad])


def test_a_folder_with_other_things_never_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(BadStore):
        LocalStore(tmp_path).create()
    with pytest.raises(BadStore):
        LocalStore(tmp_path).put_objects([draft(1)])


def test_less_free_than_must_stay_free_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    LocalStore(tmp_path / "store").create()
    store = LocalStore(tmp_path / "store", free_bytes=1 << 60)
    with pytest.raises(StoreFull) as caught:
        store.put_objects([draft(1)])
    assert str(tmp_path) in str(caught.value) and caught.value.free > 0
    assert list(store.iter_objects()) == []


NAMES = st.text(st.characters(exclude_characters="/"), min_size=1, max_size=300).filter(
    lambda name: name not in (".", "..")
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        NAMES | st.sampled_from(["CON", "a\nb", "\u202eexe.txt", "é", "e\u0301", "É", "ß", "SS", "ﬀ"]),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_any_names_are_kept(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    store = LocalStore(tmp_path_factory.mktemp("names") / "store")
    store.create()
    files = {f"content/{name}": f"{number}:{name!r}".encode() for number, name in enumerate(names)}
    # What no JSON carries (a lone surrogate) stands escaped in the logical path.
    shown = {logical_path(path): content for path, content in files.items()}
    assume(len(shown) == len(files))
    store.put_objects([draft(1, files)])
    require_valid(store, 1)
    found = store.inventory(draft(1).object_id).state()
    assert set(found) == set(shown)
    for path, content in shown.items():
        assert store.local_path(draft(1).object_id, path).read_bytes() == content
    assert store.verify(draft(1).object_id) == []


def test_names_no_system_bears_lie_under_plain_ones(store: LocalStore) -> None:
    files = {
        "content/报告.pdf": b"1", "content/a\nb.pdf": b"2", "content/README": b"3", "content/readme": b"4",
        "content/" + "长" * 85 + ".doc": b"5", "x\udcff.txt": b"6", "content-0002.pdf": b"7", "Content/other": b"8",
    }  # fmt: skip
    store.put_objects([draft(1, files)])
    inventory = store.inventory(draft(1).object_id)
    places = {path: inventory.content_path(path).removeprefix("v1/content/") for path in inventory.state()}
    assert places["content/报告.pdf"] == "content/报告.pdf"
    assert places["content/a\nb.pdf"] == "content-0002.pdf"
    assert places["content/readme"] == "content-0004"
    assert places["content/" + "长" * 85 + ".doc"] == "content-0005.doc"
    assert places["x%FF.txt"] == "x%FF.txt"
    assert places["content-0002.pdf"] == "content-0007.pdf"
    assert places["Content/other"] == "content-0008"
    require_valid(store, 1)
