"""What describes a pushed document: the form, its schema, every fault by its place; the client. No database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from collecting.parcels import FILES, described, form
from shicheng.collecting import client
from shicheng.collecting.document import FilingDocument, json_schema, read_document
from shicheng.collecting.errors import PushFailed
from shicheng.collecting.handing import process_of
from shicheng.collecting.judging import faults_of_files
from shicheng.collecting.pushing import differences
from shicheng.collecting.snapshot import PATH
from shicheng.collecting.types import Arrived, ArrivedFile
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes
from shicheng.packages.elements import BY_NAME

SCHEMA = jsonschema_rs.validator_for(json_schema())


def read(metadata: Any) -> tuple[FilingDocument | None, list[str]]:
    document, _raw, faults = read_document(json.dumps(metadata, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    assert (document is None) == bool(faults)
    assert all(str(one.message) and one.pointer[:1] in ("", "/") for one in faults)
    return document, [one.pointer for one in faults]


def test_the_schema_that_is_shipped_is_that_of_the_form() -> None:
    assert json.loads(PATH.read_text("utf-8")) == json_schema(), "write it with: python -m shicheng.collecting.snapshot"
    assert SCHEMA.is_valid(described()) and read(described())[0] is not None
    told = json_schema()["$defs"]["ElementsForm"]["properties"]
    assert set(told) <= set(BY_NAME) and "M22" in told["title"]["description"]


def test_every_planted_fault_is_named_by_its_place() -> None:
    faulty = described(
        schema="shicheng-filing/2", id=" x", revision=0, year=99, surplus=1,
        elements={"title": "", "date": "某日", "secrecy": "很密", "retention": "很久", "reference_code": "X-1"},
        files=[{"part": "../a", "name": "a/b", "role": "letter", "size": "1",
                "digest": {"algorithm": "MD5", "value": "00"}}, 5],
        process={"acts": [{"action": "think", "time": "2024-13-01", "files": "x"}], "handling_sheet": [{"name": ""}]},
    )  # fmt: skip
    document, pointers = read(faulty)
    assert document is None and not SCHEMA.is_valid(faulty)
    assert sorted(pointers) == sorted([
        "/schema", "/id", "/revision", "/year", "/surplus", "/elements/title", "/elements/date", "/elements/secrecy",
        "/elements/retention", "/elements/reference_code", "/files/0/part", "/files/0/name", "/files/0/role",
        "/files/0/size", "/files/0/digest/algorithm", "/files/0/digest/value", "/files/1", "/process/acts/0/action",
        "/process/acts/0/time", "/process/acts/0/files", "/process/handling_sheet/0/name",
        "/process/handling_sheet/0/value",
    ])  # fmt: skip
    missing = {"schema": "shicheng-filing/1"}
    assert sorted(read(missing)[1]) == ["/elements", "/files", "/id"] and not SCHEMA.is_valid(missing)
    for bad in ("a\x00b", "a\ud800b"):
        assert read(described(elements={**described()["elements"], "author": bad}))[0] is None
    twice = described(files=[described()["files"][0]] * 2)
    assert set(read(twice)[1]) == {"/files/1/part", "/process/acts/1/files/0"}
    short = described()
    short["files"][0]["digest"]["algorithm"] = "SHA-512"
    assert read(short)[1] == ["/files/0/digest/value"]
    assert read({**described(), "a/b~c": 1})[1] == ["/a~1b~0c"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[", b"[" * 100_000, b"9" * 5000, b"NaN", b'{"a":1,"a":2}', b"null", b" " * (1 << 21)]
)
def test_what_is_no_description_is_told_so(content: bytes) -> None:
    document, raw, faults = read_document(content)
    assert document is None and raw == {} and [one.pointer for one in faults] == [""]


_json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(some.characters()),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(some.characters()), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(_json, some.sampled_from(["", "id", "elements", "files", "process", "revision"]))
def test_any_json_is_a_document_or_has_faults(value: Any, place: str) -> None:
    metadata = {**described(), place: value} if place else value
    document, raw, faults = read_document(json.dumps(metadata).encode())
    assert (document is None) == bool(faults)
    list(faults_of_files(raw, Arrived(metadata=b"")))
    json.dumps([one.to_json() for one in faults]).encode()


def test_files_are_held_against_what_is_told_of_them(tmp_path: Path) -> None:
    def arrived(**files: bytes) -> Arrived:
        made = Arrived(metadata=b"{}")
        for part, content in files.items():
            digests = {name: digest_bytes(content, name) for name in STORE_ALGORITHMS}
            made.files[part] = ArrivedFile(part, tmp_path / part, len(content), digests)
        return made

    raw = described()
    assert list(faults_of_files(raw, arrived(**FILES))) == []
    told = {one.pointer for one in faults_of_files(raw, arrived(main=b"x", draft1=FILES["draft1"], more=b""))}
    assert told == {"/files/0/size", "/files/0/digest/value", "/files/2", "/files"}
    for algorithm in ("SHA-256", "SHA-512"):
        raw["files"][0]["digest"] = {
            "algorithm": algorithm, "value": digest_bytes(FILES["main"], algorithm).upper()
        }  # fmt: skip
        assert list(faults_of_files(raw, arrived(**FILES))) == []
    changed = described(elements={**raw["elements"], "title": "另一个"})
    assert [one.pointer for one in differences(described(), changed)] == ["/elements/title"]
    assert [one.pointer for one in differences(described(), {**described(), "files": []})] == ["/files"]


def test_the_process_is_kept_as_business_entities_in_the_order_of_time() -> None:
    acts = process_of(FilingDocument.model_validate(described()))
    assert [one["action"] for one in acts] == ["拟稿", "签发", "到期鉴定", "处理单"]
    assert acts[0] == {
        "status": "历史行为", "action": "拟稿", "time": "2024-05-05", "description": "文件：初稿.txt",
        "agent": "办公室 李明",
    }  # fmt: skip
    assert acts[1]["description"] == "同意，印发。；步骤：领导签发" and acts[1]["mandate"] == "公文处理办法"
    assert acts[2]["status"] == "计划任务" and acts[3]["description"] == "紧急程度：特急"


def test_the_client_completes_a_folder_and_tries_again_with_the_same_request(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    told = {
        "id": "OA-7",
        "elements": {"title": "通知", "date": "20240506"},
        "files": [{"name": "a.txt", "role": "main"}],
    }
    (folder / "metadata.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(PushFailed):
        client.read_parcel(folder / "metadata.json")  # its file is not there
    (folder / "a.txt").write_bytes(b"abc")
    assert client.parcels(tmp_path) == client.parcels(folder) == [folder / "metadata.json"]
    parcel = client.read_parcel(folder / "metadata.json")
    assert SCHEMA.is_valid(parcel.metadata) and parcel.metadata["files"][0]["size"] == 3
    asked: list[tuple[str, dict[str, str], bytes]] = []
    answers = [(503, b"busy"), (0, b"{}"), (409, b'{"code":"api.idempotency.in_progress"}'), (201, b'{"receipt":{}}')]

    def send(address: str, headers: dict[str, str], body: Any, length: int) -> tuple[int, bytes]:
        sent = b"".join(body)
        assert len(sent) == length
        asked.append((address, headers, sent))
        return answers[len(asked) - 1]

    answer = client.push(parcel, to="http://archive/", token="t", trial=True, send=send, wait=lambda _seconds: None)
    assert (answer.status, answer.tries, answer.is_taken) == (201, 4, True)
    assert {one[0] for one in asked} == {"http://archive/api/v1/filing/documents?trial=true"}
    assert len({one[2] for one in asked}) == 1
    keys = [one[1].get("Idempotency-Key") for one in asked]
    assert keys[0] == keys[1] and keys[0] and keys[2:] == [None, None]  # one that got no answer may hold the key
    answers[:] = [(422, b'{"errors":[]}')]
    asked.clear()
    refused = client.push(parcel, to="http://archive", token="t", send=send, wait=lambda _seconds: None)
    assert (refused.status, refused.tries) == (422, 1)
    with pytest.raises(PushFailed):
        client.push(parcel, to="ftp://archive", token="t")
    with pytest.raises(PushFailed):
        client.parcels(tmp_path / "nowhere")
    assert form(described(), FILES).count(b"Content-Disposition") == 4
