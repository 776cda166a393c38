"""Pages of describing many records: the preview, the batch change, the grid's rows and saves, the workbook."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from builders.rows_of_items import make_rows
from builders.shelves import make_user
from shicheng.describing.models import ChangeSet
from shicheng.holdings.models import Item
from shicheng.ingest.models import Transfer
from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id
from shicheng.people.duties import assign_duty
from shicheng.people.types import Role

if TYPE_CHECKING:
    from ingest.fixtures import Here


@pytest.fixture
def client_of_desk(here: Here) -> Client:
    client = Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    return client


def post(client: Client, name: str, body: object) -> tuple[int, dict[str, object]]:
    answer = client.post(reverse(f"describing:{name}"), json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_the_pages_of_describing_many_records(here: Here, client_of_desk: Client) -> None:
    client = client_of_desk
    make_rows(40, fonds=2)
    empty = client.get(reverse("describing:changes")).content.decode()
    assert "No batch change yet" in empty
    table = client.get(reverse("holdings:items")).content.decode()
    assert reverse("describing:grid") in table and reverse("describing:new") in table

    asked = {"fonds": "F001", "element": "note", "verb": "append", "value": "已核", "between": "；"}
    total = Item.objects.filter(fonds__code="F001").count()
    first = client.get(reverse("describing:new"), {"fonds": "F001"}).content.decode()
    assert f"Batch change of {total} records" in first and "Nothing is changed yet." in first
    told = client.get(reverse("describing:new"), asked).content.decode()
    assert "<ins>已核</ins>" in told and f"Change {total} records" in told
    wrong = client.get(reverse("describing:new"), {**asked, "value": ""})
    assert wrong.status_code == 422 and "The batch change gives no value." in wrong.content.decode()

    form = {**asked, "address": "fonds=F001", "reason": "核对", "expected": str(total), "key": str(new_id())}
    for _time in range(2):  # sent twice it is one
        answer = client.post(reverse("describing:new"), form)
        assert answer.status_code == 302
    nameless = client.post(reverse("describing:new"), {**form, "reason": "", "key": str(new_id())})
    assert nameless.status_code == 422 and "without a reason" in nameless.content.decode()
    made = ChangeSet.objects.get()
    busy = client.get(reverse("describing:change", args=[made.pk])).content.decode()
    assert "hx-get" in busy and made.number is not None
    here.run_jobs()
    page = client.get(reverse("describing:change", args=[made.pk])).content.decode()
    assert "<ins>已核</ins>" in page and "Undo …" in page and f"of {total} chosen" in page
    assert Item.objects.filter(elements__note="已核").count() == total
    assert client.post(reverse("describing:undo", args=[made.pk]), {"reason": ""}).status_code == 422
    undone = client.post(reverse("describing:undo", args=[made.pk]), {"reason": "错"})
    here.run_jobs()
    listed = client.get(reverse("describing:changes"), {"text": "B2"}).content.decode()
    assert undone.status_code == 302 and f"Undo {made.number}" in listed
    assert not Item.objects.filter(elements__note="已核").exists()

    grid = client.get(reverse("describing:grid"), {"fonds": "F001"}).content.decode()
    assert "needs JavaScript" in grid and 'id="grid-columns"' in grid
    ids = client.get(reverse("describing:grid_ids"), {"fonds": "F001"}).json()["ids"]
    assert len(ids) == total
    code, rows = post(client, "grid_rows", {"ids": ids[:3], "columns": ["title", "note"]})
    assert code == 200 and [row["id"] for row in rows["rows"]] == ids[:3]  # type: ignore[index,attr-defined]
    one = rows["rows"][0]  # type: ignore[index]
    change = {"id": one["id"], "version": one["version"], "changes": {"note": "甲"}}
    code, saved = post(client, "grid_save", {"key": str(new_id()), "reason": "表格著录", "rows": [change]})
    assert code == 200 and saved["rows"][one["id"]]["saved"] == one["version"] + 1  # type: ignore[index]
    code, met = post(client, "grid_save", {"key": str(new_id()), "reason": "表格著录", "rows": [change]})
    assert code == 200 and met["rows"][one["id"]]["met"]["by"].startswith("chen")  # type: ignore[index]
    for body in ([], {"rows": 1}, {"key": "x", "rows": []}, {"key": str(new_id()), "reason": "x", "rows": []}):
        code, refused = post(client, "grid_save", body)
        assert code == 422 and refused["problem"]


def test_a_workbook_goes_out_and_comes_back(here: Here, client_of_desk: Client) -> None:
    client = client_of_desk
    items = sorted(make_rows(8, fonds=1), key=lambda one: one.code_sort)
    query = {"fonds": "F001", "element": ["title", "note", "date"]}
    answer = client.get(reverse("describing:workbook"), query)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    sheet = book.worksheets[0]
    assert sheet.max_row == 9 and [cell.value for cell in sheet[1]][2:] == [
        "档号 reference code",
        "Title",
        "Note",
        "Date",
    ]
    sheet["E2"], sheet["E3"], sheet["F4"], sheet["E5"] = "=1+1", "乙", "某年某月", "丁"
    sheet["B5"] = "9"  # the record got another version since
    sheet["A6"], sheet["C6"], sheet["E6"] = str(new_id()), "X", "戊"  # no record here
    sheet["E7"] = 5.0
    sent = io.BytesIO()
    book.save(sent)
    for _time in range(2):
        sent.seek(0)
        upload = SimpleUploadedFile("填好.xlsx", sent.read())
        made = client.post(reverse("describing:sheet") + "?fonds=F001", {"workbook": upload, "reason": "表格著录"})
        assert made.status_code == 302
    changes = ChangeSet.objects.get()
    here.run_jobs()
    changes.refresh_from_db()
    assert (changes.state, changes.changed, changes.faulty) == ("done", 2, 3)
    for item in items:
        item.refresh_from_db()
    assert [item.elements.get("note") for item in items[:6]] == [None, "乙", None, None, None, "5"]
    page = client.get(reverse("describing:change", args=[changes.pk])).content.decode()
    assert "Take over the filled table 填好.xlsx" in page and "changed since the workbook was taken out" in page
    left = client.get(reverse("describing:left", args=[changes.pk])).content.decode("utf-8-sig")
    assert left.count("\n") == 4 and items[2].reference_code in left
    for name, content in (("x.xlsx", b"nothing"), ("x.xlsx", b"")):
        bad = client.post(reverse("describing:sheet"), {"workbook": SimpleUploadedFile(name, content), "reason": "x"})
        assert bad.status_code == 422


def test_my_work_says_what_waits_since_when_and_by_whose_duty(here: Here, client_of_desk: Client) -> None:
    client = client_of_desk
    empty = client.get(reverse("desk:work")).content.decode()
    assert "Nothing waits for you" in empty
    Transfer.objects.create(
        number="2026-0001", name="移交", state="checked", fonds_code="T001", announced_at=clock.now()
    )
    others = client.get(reverse("desk:work")).content.decode()
    assert "1 thing waits that others answer for." in others
    everybody = client.get(reverse("desk:work"), {"whose": "all"}).content.decode()
    assert "Decide on the transfer" in everybody and "nobody noted" in everybody
    assign_duty(actor=here.operator, part="handler", fonds="T001", task="transfer", username="chen")
    mine = client.get(reverse("desk:work"), {"order": "-since"}).content.decode()
    assert "Decide on the transfer" in mine and "chen" in mine
    assert "Decide on" not in client.get(reverse("desk:work"), {"task": "describing"}).content.decode()
    table = client.get(reverse("desk:work"), {"form": "csv"}).content.decode("utf-8-sig")
    assert table.count("\n") == 2 and "T001" in table
