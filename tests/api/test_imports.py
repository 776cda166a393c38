"""A catalogue from the upload to its records, and back."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from api.conftest import Program
from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)
CATALOGUE = (
    "全宗号,题名,责任者,文号,日期\n"
    "K001,关于修桥的请示,县交通局,交〔1987〕3号,19870512\n"
    "K001,,县交通局,交〔1987〕4号,19870513\n"
).encode()


def test_catalogue_is_taken_in_mended_and_taken_back(here: Here, program: Program) -> None:
    sent = program.post("/imports?name=old.csv", CATALOGUE)
    assert sent.status_code == 202, sent.content
    number = sent.json()["number"]
    here.run_jobs()
    done = program.get(f"/imports/{number}").json()
    assert (done["rows"], done["created"], done["rejected"]) == (2, 1, 1), done
    assert [one["element"] for one in program.get(f"/imports/{number}/columns").json()][1] == "title"
    book = b"".join(program.get(f"/imports/{number}/errors").streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(book)).active.max_row == 2
    (item,) = program.get("/items?fonds=K001").json()["items"]
    assert item["title"] == "关于修桥的请示"
    assert program.post(f"/imports/{number}/undo", {"reason": "传错了"}).status_code == 202
    here.run_jobs()
    assert program.get("/items?fonds=K001").json()["items"] == []
    assert [one["number"] for one in program.get("/imports").json()["items"]] == [number]


def test_a_dry_run_tells_everything_and_changes_nothing_until_it_is_started(here: Here, program: Program) -> None:
    sent = program.post("/imports/trials?name=old.csv&mapping=old", CATALOGUE)
    assert sent.status_code == 202, sent.content
    here.run_jobs()
    address = f"/imports/trials/{sent.json()['id']}"
    trial = program.get(address).json()
    assert (trial["state"], trial["look"]["form"], trial["look"]["rows"]) == ("tried", "csv", 2), trial
    result = trial["result"]
    assert (result["created"], result["rejected"]) == (1, 1)
    assert result["sample"][0]["outcome"] == "created"
    dates = [cell for cell in result["sample"][0]["cells"] if cell["element"] == "date"]
    assert dates[0]["was"] == "19870512"
    assert result["rejected_rows"][0]["row"] == 2
    assert program.get("/items?fonds=K001").json()["items"] == []
    book = b"".join(program.get(f"{address}/errors").streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(book)).active.max_row == 2
    columns = {"全宗号": "fonds_code", "题名": "title", "责任者": "", "文号": "document_number", "日期": "date"}
    assert program.post(address, {"columns": {"题名": "author"}}).status_code == 422
    assert program.post(address, {"columns": columns}).status_code == 202
    assert program.post(f"{address}/start").status_code == 409  # not tried yet as decided now
    here.run_jobs()
    started = program.post(f"{address}/start")
    assert started.status_code == 202, started.content
    here.run_jobs()
    assert program.get(f"/imports/{started.json()['number']}").json()["created"] == 1
    assert [one["columns"] for one in program.get("/mappings").json()] == [columns]
    assert program.get("/imports/trials").json()["items"] == []


def test_a_trial_is_discarded_and_a_mapping_saved(here: Here, program: Program) -> None:
    made = program.post("/imports/trials?name=old.csv", CATALOGUE).json()
    assert program.ask("DELETE", f"/imports/trials/{made['id']}").status_code == 204
    here.run_jobs()
    assert program.get(f"/imports/trials/{made['id']}").status_code == 404
    saved = program.ask("PUT", "/mappings/旧系统", {"columns": {"栏甲": "title", "栏乙": ""}})
    assert saved.status_code == 200, saved.content
    assert saved.json()["name"] == "旧系统"


def test_files_are_matched_first_and_attached_when_told(here: Here, program: Program) -> None:
    catalogue = "档号,题名\nK001-WS·1987-Y-0001,关于修桥的请示\n".encode()
    program.post("/imports?name=refs.csv", catalogue)
    here.run_jobs()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("K001-WS_1987-Y-0001.txt", "正文")
        archive.writestr("other.txt", "x")
    sent = program.post("/attachments?name=scans.zip", stream.getvalue())
    assert sent.status_code == 202, sent.content
    here.run_jobs()
    address = f"/attachments/{sent.json()['id']}"
    told = program.get(address).json()
    assert (told["state"], told["matched"], [one["path"] for one in told["missing"]]) == ("tried", 1, ["other.txt"])
    assert program.post(address, {"pattern": "{reference_code}.txt"}).status_code == 202
    here.run_jobs()
    assert program.post(f"{address}/attach").status_code == 202
    here.run_jobs()
    assert program.get(address).json()["state"] == "attached"
    assert b"attached" in b"".join(program.get(f"{address}/report").streaming_content)
