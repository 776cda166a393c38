"""A catalogue from the upload to its records, and back."""

from __future__ import annotations

import io

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
