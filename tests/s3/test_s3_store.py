"""The store in a bucket of a real S3 service."""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from pathlib import Path

import ocfl
import pytest

from s3.conftest import S3Server
from shicheng.storage.errors import BadStore, ObjectConflict, StoreUnreachable
from shicheng.storage.fixity import verify_store
from shicheng.storage.ocfl import layout
from shicheng.storage.s3 import S3Store
from shicheng.storage.types import BucketAddress, DraftFile, ObjectDraft
from storage.drafts import CREATED, draft

obstore = pytest.importorskip("obstore")
pytestmark = pytest.mark.s3


def download(store: S3Store, folder: Path) -> None:
    """Copy the whole bucket into a folder."""
    for page in obstore.list(store.bucket):
        for entry in page:
            path = folder / entry["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(obstore.get(store.bucket, entry["path"]).bytes()))


def read(store: S3Store, object_id: str, path: str, version: int | None = None) -> bytes:
    with store.open(object_id, path, version) as stream:
        return stream.read()


def test_the_bucket_holds_a_valid_ocfl_store(s3_store: S3Store, tmp_path: Path) -> None:
    names = {"content/报告 (1)#%41?.pdf": b"1", "content/é\n.txt": b"2", "content/a+b&c=d~*'\"<>|\\^`{}[].doc": b"3"}
    drafts = [draft(1), draft(2), draft(3, names), draft(4, {"empty": b""})]
    stored = s3_store.put_objects(drafts)
    assert [one.is_new for one in stored] == [True] * 4
    s3_store.put_objects([draft(1, {"second": b"version"}, base=1)])
    download(s3_store, tmp_path / "copy")
    root = ocfl.StorageRoot(root=str(tmp_path / "copy"))
    assert root.validate(), root.errors
    assert root.good_objects == 4, root.errors
    assert set(s3_store.iter_objects()) == {one.object_id for one in drafts}
    assert list(s3_store.iter_strays()) == []
    for path, content in names.items():
        assert read(s3_store, drafts[2].object_id, path) == content
    assert read(s3_store, drafts[0].object_id, "second") == b"version"
    assert read(s3_store, drafts[0].object_id, "metadata/description.xml", 1) == b"<item>1</item>"


def test_put_twice_is_the_same_object_and_other_content_is_refused(s3_store: S3Store) -> None:
    s3_store.put_objects([draft(1)])
    assert not s3_store.put_objects([draft(1)])[0].is_new
    with pytest.raises(ObjectConflict):
        s3_store.put_objects([draft(2), draft(1, {"a": b"other"})])
    assert not s3_store.has(draft(2).object_id)


def test_what_was_never_finished_is_no_object_and_is_finished_by_the_next_attempt(s3_store: S3Store) -> None:
    where = layout.object_path(draft(1).object_id)
    obstore.put(s3_store.bucket, f"{where}/v1/content/metadata/description.xml", b"torn")
    assert not s3_store.has(draft(1).object_id)
    assert list(s3_store.iter_objects()) == []
    assert [(one.path, one.problem) for one in s3_store.iter_strays()] == [(where, "extra")]
    s3_store.put_objects([draft(1)])
    assert s3_store.verify(draft(1).object_id) == []
    assert list(s3_store.iter_strays()) == []


def test_damage_is_named(s3_store: S3Store) -> None:
    s3_store.put_objects([draft(number) for number in range(1, 5)])
    at = [layout.object_path(draft(number).object_id) for number in range(1, 5)]
    bucket = s3_store.bucket
    obstore.put(bucket, f"{at[0]}/v1/content/metadata/description.xml", b"<item>X</item>")
    obstore.delete(bucket, f"{at[1]}/v1/content/metadata/description.xml")
    obstore.put(bucket, f"{at[2]}/v1/content/planted.exe", b"x")
    report = verify_store(pickle.loads(pickle.dumps(s3_store)))
    assert report.objects == 4
    assert {(one.object_id, one.path, one.problem) for one in report.damaged} == {
        (draft(1).object_id, "v1/content/metadata/description.xml", "changed"),
        (draft(2).object_id, "v1/content/metadata/description.xml", "missing"),
        (draft(3).object_id, "v1/content/planted.exe", "extra"),
    }


def test_a_file_the_service_lost_comes_again_with_the_same_object(s3_store: S3Store) -> None:
    s3_store.put_objects([draft(1)])
    key = f"{layout.object_path(draft(1).object_id)}/v1/content/metadata/description.xml"
    obstore.delete(s3_store.bucket, key)
    assert s3_store.verify(draft(1).object_id)
    assert not s3_store.put_objects([draft(1)])[0].is_new
    assert not s3_store.verify(draft(1).object_id)


def test_large_files_go_in_parts_and_can_be_read_from_anywhere(s3_store: S3Store, tmp_path: Path) -> None:
    source = tmp_path / "large.mp4"
    source.write_bytes(os.urandom(1 << 20) * 40)
    digests = {"sha512": hashlib.sha512(source.read_bytes()).hexdigest()}
    s3_store.put_objects([ObjectDraft("urn:x:1", CREATED, "a", "b", [DraftFile("large.mp4", source, digests)])])
    assert s3_store.verify("urn:x:1") == []
    with s3_store.open("urn:x:1", "large.mp4") as stream:
        stream.seek(30 << 20)
        assert stream.read(100) == source.read_bytes()[30 << 20 : (30 << 20) + 100]


def test_a_bucket_with_other_things_never_becomes_a_store(bucket: BucketAddress) -> None:
    store = S3Store(bucket)
    with pytest.raises(BadStore):
        store.put_objects([draft(1)])
    obstore.put(store.bucket, "holiday.jpg", b"x")
    with pytest.raises(BadStore):
        store.create()


def test_wrong_keys_are_told(bucket: BucketAddress) -> None:
    from dataclasses import replace

    with pytest.raises(BadStore):
        S3Store(replace(bucket, secret_key="wrong")).create()


def test_a_lost_service_stops_cleanly_and_work_goes_on_later(s3_server: S3Server, s3_store: S3Store) -> None:
    s3_store.put_objects([draft(1)])
    s3_server.stop()
    try:
        with pytest.raises(StoreUnreachable) as caught:
            s3_store.put_objects([draft(1), draft(2)])
        assert s3_store.address in str(caught.value)
    finally:
        s3_server.start()
    deadline = time.monotonic() + 60
    while True:
        try:
            again = s3_store.put_objects([draft(1), draft(2)])
            break
        except StoreUnreachable:  # it answers before it has found its volumes
            assert time.monotonic() < deadline
    assert [one.is_new for one in again] == [False, True]
    assert verify_store(s3_store).damaged == []
