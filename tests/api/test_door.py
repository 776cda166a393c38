"""What holds for every request: problems, languages, tags, rates, keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.conftest import Program, make_program
from shicheng.api import idempotency
from shicheng.api.models import KeptAnswer
from shicheng.api.rates import Buckets
from shicheng.holdings.models import Item
from shicheng.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
MEMBERS = {"type", "title", "status", "detail", "code", "hint", "instance"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nothing/here", None, 404, "api.address.unknown"),
        ("GET", "/jobs/not-a-uuid", None, 422, "api.request.invalid"),
        ("DELETE", "/health", None, 405, "api.method.not_allowed"),
        ("GET", "/items?limit=0", None, 422, "api.request.invalid"),
        ("GET", "/items?limit=9999999999999999999999", None, 422, "api.request.invalid"),
        ("GET", "/items?cursor=forged", None, 422, "api.cursor.bad"),
        ("GET", "/items?title=%00", None, 400, "api.request.unreadable"),
        ("GET", "/items/%FF%FE", None, 404, "holdings.item.unknown"),
        ("POST", "/exports", {"form": "doc"}, 422, "api.request.invalid"),
        ("POST", "/exports", {"form": "csv", "qeury": "x"}, 422, "api.request.invalid"),
        ("POST", "/exports", b"{", 400, "api.request.unreadable"),
        ("POST", "/exports", b"[" * 100_000, 400, "api.request.unreadable"),
        ("POST", "/exports", {"form": "csv", "query": "\ud800"}, 422, "api.request.invalid"),
        ("POST", "/exports", b" " * 3_000_000, 413, "api.request.too_large"),
        ("POST", "/transfers?name=..", b"x", 422, "ingest.upload.bad"),
        ("POST", "/transfers?name=a/b.zip", b"x", 422, "api.request.invalid"),
        ("POST", "/transfers?name=a.zip", b"", 411, "api.upload.length_needed"),
        ("GET", "/transfers/9999-0001", None, 404, "ingest.transfer.unknown"),
    ],
)
def test_each_error_is_a_problem(
    here: Any, program: Program, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = program.ask(method, path, body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert set(problem) - {"errors"} == MEMBERS
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"urn:shicheng:problem:{code}")
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == f"urn:shicheng:request:{answer.headers['X-Request-Id']}"
    assert not list((here.settings.staging_path / "uploads").iterdir())


def test_error_of_ours_tells_no_details(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from shicheng.api.rest import house

    monkeypatch.setattr(house, "connection", None)
    answer = program.get("/health")
    assert (answer.status_code, answer.json()["code"]) == (500, "api.server.failed")
    assert "NoneType" not in answer.content.decode()


def test_problems_speak_the_language_asked_for(stranger: Program, here: object) -> None:
    english = stranger.get("/transfers", Accept_Language="en").json()
    assert english["detail"] == "This needs a token."
    assert stranger.get("/transfers", Accept_Language="en").headers["Content-Language"] == "en"
    assert stranger.get("/transfers", Accept_Language="zh-CN").headers["Content-Language"] == "zh-hans"


def test_item_has_a_tag_and_is_not_sent_twice(program: Program, shelf: dict[str, Item]) -> None:
    path = f"/items/{shelf['open'].pk}"
    first = program.get(path)
    again = program.get(path, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    Item.objects.filter(pk=shelf["open"].pk).update(title="改了题名", version=2)
    assert program.get(path, If_None_Match=first.headers["ETag"]).status_code == 200


def test_head_is_get_without_the_body(program: Program, shelf: dict[str, Item]) -> None:
    file = shelf["open"].files.get(name="数据.bin")
    head = program.ask("HEAD", f"/files/{file.pk}/content")
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(file.size))
    assert program.ask("HEAD", "/items").headers["Content-Length"] == str(len(program.get("/items").content))


def test_ranges_of_a_file(program: Program, shelf: dict[str, Item]) -> None:
    file = shelf["open"].files.get(name="数据.bin")
    path, whole = f"/files/{file.pk}/content", bytes(range(256)) * 8
    assert b"".join(program.get(path).streaming_content) == whole
    for asked, part in (("bytes=0-9", whole[:10]), ("bytes=2000-", whole[2000:]), ("bytes=-5", whole[-5:])):
        answer = program.get(path, Range=asked)
        assert answer.status_code == 206
        assert b"".join(answer.streaming_content) == part
        assert answer.headers["Content-Length"] == str(len(part))
    assert program.get(path, Range="bytes=99999-").status_code == 416
    tag = program.ask("HEAD", path).headers["ETag"]
    assert tag == f'"{file.sha256}"'
    assert program.get(path, If_None_Match=tag).status_code == 304


def test_rate_is_limited_for_each_token_and_each_address(
    here: object, stranger: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shicheng.api import door
    from shicheng.api.configuration import Configuration

    monkeypatch.setattr(door, "configuration", lambda: Configuration(token_rate=3, public_rate=2))
    one, other = make_program("read"), make_program("read")
    assert [one.get("/me").status_code for _n in range(4)] == [200, 200, 200, 429]
    assert other.get("/me").headers["RateLimit"].startswith('"default";r=2;')
    limited = one.get("/me")
    assert (limited.json()["code"], int(limited.headers["Retry-After"]) > 0) == ("api.rate.exceeded", True)
    assert limited.headers["RateLimit-Policy"] == '"default";q=3;w=60'
    guesses = [Program(f"sct_{n}").get("/me").status_code for n in range(3)]
    assert guesses == [401, 401, 429]
    assert stranger.get("/health").status_code == 429


def test_bucket_fills_again_evenly() -> None:
    now = 0.0
    bucket = Buckets(clock=lambda: now)
    assert [bucket.take("a", 60).wait for _n in range(61)][-2:] == [0, 1]
    now = 1.0
    assert bucket.take("a", 60).wait == 0
    assert bucket.take("a", 60).wait == 1
    now = 1000.0
    assert bucket.take("a", 60).remaining == 59


def test_same_key_has_one_effect_and_one_answer(program: Program) -> None:
    first = program.post("/exports", {"form": "csv"}, Idempotency_Key="k1")
    again = program.post("/exports", {"form": "csv"}, Idempotency_Key="k1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Job.objects.count() == 1
    other = program.post("/exports", {"form": "eep"}, Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "api.idempotency.reused")
    elsewhere = program.post("/verifications", Idempotency_Key="k1")
    assert elsewhere.json()["code"] == "api.idempotency.reused"
    assert program.post("/exports", {"form": "csv"}, Idempotency_Key="k2").json()["id"] != first.json()["id"]


def test_keys_of_two_tokens_do_not_meet(here: object) -> None:
    one, other = make_program("write"), make_program("write")
    ids = {each.post("/exports", {"form": "csv"}, Idempotency_Key="k").json()["id"] for each in (one, other)}
    assert len(ids) == 2


def test_upload_with_a_key_is_taken_in_once(
    here: Any, program: Program, batch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_SMALL_BODY", 100)  # so that this batch counts as large and is streamed
    content = batch(3)
    first = program.post("/transfers?name=b.zip", content, Idempotency_Key="up")
    again = program.post("/transfers?name=b.zip", content, Idempotency_Key="up")
    assert (first.status_code, again.content) == (202, first.content)
    assert program.post("/transfers?name=b.zip", content[:-1], Idempotency_Key="up").status_code == 422
    assert len(program.get("/transfers").json()["items"]) == 1


def test_running_request_holds_its_key_until_it_is_given_up(program: Program) -> None:
    program.post("/exports", {"form": "csv"}, Idempotency_Key="k")
    KeptAnswer.objects.update(status=None)
    busy = program.post("/exports", {"form": "csv"}, Idempotency_Key="k")
    assert (busy.status_code, busy.json()["code"]) == (409, "api.idempotency.in_progress")
    KeptAnswer.objects.update(alive="2020-01-01T00:00:00Z")
    assert program.post("/exports", {"form": "csv"}, Idempotency_Key="k").status_code == 202
    KeptAnswer.objects.update(alive="2020-01-01T00:00:00Z")
    assert (idempotency.forget_old(), KeptAnswer.objects.count()) == (1, 0)


def test_failure_of_ours_is_not_kept(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from shicheng.api.rest import exports

    with monkeypatch.context() as broken:
        broken.setattr(exports, "export_records", None)
        assert program.post("/exports", {"form": "csv"}, Idempotency_Key="k").status_code == 500
    assert program.post("/exports", {"form": "csv"}, Idempotency_Key="k").status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 201, "档案"])
def test_key_that_cannot_be_kept_is_refused(program: Program, key: str) -> None:
    answer = program.post("/exports", {"form": "csv"}, Idempotency_Key=key)
    assert answer.status_code == 400
    assert not Job.objects.exists()


def test_snapshot_of_the_description_is_up_to_date(stranger: Program, here: object) -> None:
    path = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"
    told = "The API changed. If that was meant, write it down with: python -m shicheng.api.snapshot"
    assert json.loads(path.read_text("utf-8")) == stranger.get("/openapi.json").json(), told
