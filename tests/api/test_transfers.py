"""A batch from the upload to the receipt, by requests alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from api.conftest import Program
from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)


def test_batch_goes_from_upload_to_receipt(here: Here, program: Program, batch: Callable[..., bytes]) -> None:
    content = batch(3)
    sent = program.post("/transfers?name=batch.zip", content)
    assert sent.status_code == 202, sent.content
    assert sent.json()["state"] == "announced"
    number = sent.json()["number"]
    assert here.run_jobs() > 0
    transfer = program.get(f"/transfers/{number}").json()
    assert (transfer["state"], transfer["items"], transfer["same_as"]) == ("checked", 3, "")
    report = program.get(f"/transfers/{number}/report").json()
    assert (report["verdict"] in ("pass", "review"), report["items"]) == (True, 3)
    assert program.post(f"/transfers/{number}/accept").status_code == 202
    here.run_jobs()
    stored = program.get(f"/transfers/{number}").json()
    assert (stored["state"], stored["accepted"], stored["held"]) == ("stored", 3, 0)
    receipt = program.get(f"/transfers/{number}/receipt")
    assert receipt.headers["Content-Type"] == "application/pdf"
    assert b"".join(receipt.streaming_content).startswith(b"%PDF")
    listed = program.get(f"/items?transfer={number}").json()
    assert len(listed["items"]) == 3
    again = program.post("/transfers?name=batch.zip", content)
    here.run_jobs()
    known = program.get(f"/transfers/{again.json()['number']}").json()
    assert (known["state"], known["same_as"]) == ("withdrawn", number)
    assert not list((here.settings.staging_path / "uploads").iterdir())


def test_faulty_batch_is_returned_with_reasons_and_sent_again(
    here: Here, program: Program, batch: Callable[..., bytes]
) -> None:
    number = program.post("/transfers?name=batch.zip", batch(3, fault=True)).json()["number"]
    here.run_jobs()
    refused = program.post(f"/transfers/{number}/accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "kernel.states.illegal_move")
    unexplained = program.post(f"/transfers/{number}/return", {"reason": ""})
    assert (unexplained.status_code, unexplained.json()["errors"][0]["name"]) == (422, "reason")
    assert program.post(f"/transfers/{number}/return", {"reason": "摘要不符"}).json()["state"] == "returned"
    again = program.post(f"/transfers/{number}/resubmit?name=batch.zip", batch(4))
    assert (again.status_code, again.json()["number"], again.json()["attempt"]) == (202, number, 2)
    here.run_jobs()
    assert program.get(f"/transfers/{number}").json()["state"] == "checked"


def test_sound_part_is_accepted_with_a_reason(here: Here, program: Program, batch: Callable[..., bytes]) -> None:
    number = program.post("/transfers?name=batch.zip", batch(3, fault=True)).json()["number"]
    here.run_jobs()
    assert program.post(f"/transfers/{number}/accept-passing", {"reason": "先收合格部分"}).status_code == 202
    here.run_jobs()
    stored = program.get(f"/transfers/{number}").json()
    assert (stored["state"], stored["accepted"], stored["held"]) == ("stored", 2, 1)


def test_what_is_no_batch_is_refused_with_a_problem(here: Here, program: Program) -> None:
    answer = program.post("/transfers?name=batch.zip", b"not a zip at all")
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert program.get("/transfers?state=received").json()["items"] == []


def test_batch_is_tried_without_being_kept(here: Here, program: Program, batch: Callable[..., bytes]) -> None:
    report = program.post("/checks?name=batch.zip", batch(3, fault=True)).json()
    assert report["verdict"] == "fail"
    assert program.get("/transfers").json()["items"] == []
    assert not list((here.settings.staging_path / "uploads").iterdir())


def test_path_on_the_server_is_taken_only_from_named_folders(
    here: Here, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from builders.batches import make_batch
    from shicheng.api import configuration
    from shicheng.api.rest import transfers

    inside = here.settings.home / "inbox"
    make_batch(3).write(inside / "batch")
    refused = program.post("/transfers/from-path", {"path": str(inside / "batch")})
    assert (refused.status_code, refused.json()["code"]) == (403, "api.path.not_allowed")
    allowed = configuration.Configuration(paths=(inside,))
    monkeypatch.setattr(transfers, "configuration", lambda: allowed)
    climbing = program.post("/transfers/from-path", {"path": f"{inside}/../keys"})
    assert climbing.status_code == 403
    assert program.post("/transfers/from-path", {"path": str(inside / "batch")}).status_code == 202
    here.run_jobs()
    assert program.get("/transfers").json()["items"][0]["state"] == "checked"
