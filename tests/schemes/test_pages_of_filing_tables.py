"""A filing table on its pages: written down, begun, read from a workbook, submitted, approved by somebody else."""

from __future__ import annotations

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user
from shicheng.approvals.models import ApprovalRequest
from shicheng.people.types import Role
from shicheng.schemes.models import FilingRow, Schedule, Unit
from shicheng.schemes.preset_files import preset
from shicheng.schemes.workbook import write_table_workbook


def client_of(name: str, fonds: str = "") -> Client:
    client = Client()
    client.force_login(make_user(name, Role.ARCHIVIST, fonds=fonds))
    return client


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return unescape(answer.content.decode())


@pytest.mark.django_db
def test_a_table_is_written_submitted_and_approved_on_its_pages() -> None:
    writer, supervisor, limited = client_of("zhou"), client_of("wu"), client_of("zheng", fonds="T999")
    assert "No filing unit yet" in text_of(writer, "schemes:units")
    assert "会议" in text_of(writer, "schemes:preset", "government-office")

    form = {
        "code": "B012", "name": "县人大常委会<b>", "fonds": "B012", "contact-name": ["周文书", ""],
        "contact-duty": ["专职档案员", ""], "contact-phone": ["8123", ""], "contact-email": ["", ""],
        "system-name": ["协同办公"], "system-use": ["公文"], "system-since": ["2020"], "note": "",
    }  # fmt: skip
    assert writer.post(reverse("schemes:new_unit"), {**form, "code": "no such code!"}).status_code == 422
    assert writer.post(reverse("schemes:new_unit"), form).status_code == 302
    page = text_of(writer, "schemes:unit", "B012")
    assert "周文书 · 8123" in page and "协同办公" in page
    assert "<b>" not in page.split("<h1>")[1].split("</h1>")[0].replace("县人大常委会<b>", "")
    assert limited.get(reverse("schemes:unit", args=["B012"])).status_code == 404

    assert writer.post(reverse("schemes:begin", args=["B012"]), {"from": "government-office"}).status_code == 302
    page = text_of(writer, "schemes:schedule", "B012", 1)
    assert "1 fault keeps it from being submitted" in page and "from which day" in page
    assert "3 rows recalled" in page
    draft = Schedule.objects.get()
    row = {
        "key": "14.1", "klass": "RSL", "category": "WS", "scope": "表彰决定", "retention": "不知",
        "words": "表彰；奖励",
        "revision": draft.revision, "instead_of": "",
    }  # fmt: skip
    refused = writer.post(reverse("schemes:write_row", args=["B012"]), row)
    assert refused.status_code == 422 and "不知" in refused.content.decode()
    assert writer.post(reverse("schemes:write_row", args=["B012"]), {**row, "retention": "永久"}).status_code == 302
    assert FilingRow.objects.get(key="14.1").words == ["表彰", "奖励"]
    late = writer.post(reverse("schemes:write_row", args=["B012"]), {**row, "key": "14.2", "retention": "永久"})
    assert late.status_code == 409 and "Somebody changed the draft" in late.content.decode()
    assert "14.1" in text_of(writer, "schemes:write_row", "B012", key="14.1")
    klass = {"code": "XXL", "name": "信息", "kind": "subject", "parent": ""}
    assert writer.post(reverse("schemes:write_class", args=["B012"]), klass).status_code == 302
    assert "no rows" in text_of(writer, "schemes:schedule", "B012", 1)
    removed = {"instead_of": "XXL", "act": "remove"}
    assert writer.post(reverse("schemes:write_class", args=["B012"]), removed).status_code == 302

    # A workbook with a fault changes nothing; without one it takes the place of the draft.
    content = write_table_workbook(preset("government-office").table)
    assert writer.post(reverse("schemes:import_table", args=["B012"])).status_code == 422
    bad = write_table_workbook(preset("peoples-congress").table).replace(b"PK", b"XX", 1)
    sent = {"table": SimpleUploadedFile("bad.xlsx", bad)}
    assert writer.post(reverse("schemes:import_table", args=["B012"]), sent).status_code == 422
    sent = {"table": SimpleUploadedFile("table.xlsx", faulty_workbook())}
    told = writer.post(reverse("schemes:import_table", args=["B012"]), sent)
    assert told.status_code == 422 and "很久" in told.content.decode()
    assert writer.get(reverse("schemes:faults", args=["B012"])).status_code == 200
    assert limited.get(reverse("schemes:faults", args=["B012"])).status_code == 404
    sent = {"table": SimpleUploadedFile("table.xlsx", content)}
    assert writer.post(reverse("schemes:import_table", args=["B012"]), sent).status_code == 302
    assert not FilingRow.objects.filter(key="14.1").exists()

    assert writer.post(reverse("schemes:submit", args=["B012"])).status_code == 302
    assert not ApprovalRequest.objects.exists()
    terms = {"first": "2024-01-01", "last": "", "form-WS": "DA/T 22-2015"}
    assert writer.post(reverse("schemes:set_terms", args=["B012"]), terms).status_code == 302
    assert "Nothing keeps it from being submitted" in text_of(writer, "schemes:schedule", "B012", 1)
    assert writer.post(reverse("schemes:submit", args=["B012"]), {"note": "请审批"}).status_code == 302
    asked = ApprovalRequest.objects.get()
    assert writer.post(reverse("schemes:discard", args=["B012"])).status_code == 302
    assert Schedule.objects.get().state == "submitted"

    assert "somebody else decides" in text_of(writer, "approvals:request", asked.number)
    assert "No request waits for your decision" in text_of(writer, "approvals:requests")
    assert asked.number in text_of(supervisor, "approvals:requests")
    assert limited.get(reverse("approvals:request", args=[asked.number])).status_code == 404
    decide = reverse("approvals:decide", args=[asked.number])
    own = writer.post(decide, {"verdict": "approve"})
    assert own.status_code == 403 and "own request" in own.content.decode()
    assert supervisor.post(decide, {"verdict": "refuse", "reason": ""}).status_code == 422
    assert supervisor.post(decide, {"verdict": "approve", "step": "0"}).status_code == 302
    page = text_of(supervisor, "schemes:schedule", "B012", 1)
    assert "in force" in page and "Submit for approval" not in page
    assert "in force" in text_of(writer, "schemes:units")
    row_id = FilingRow.objects.get(key="10.1").pk
    assert "机构编制、人事任免" in text_of(writer, "schemes:row", row_id)
    assert limited.get(reverse("schemes:row", args=[row_id])).status_code == 404
    assert "Its title has “任命”" in text_of(writer, "schemes:try_record", "B012", 1, title="关于任命李明的通知")
    assert writer.get(reverse("schemes:workbook", args=["B012", 1])).status_code == 200

    assert writer.post(reverse("schemes:begin", args=["B012"]), {"from": "v1"}).status_code == 302
    removed = {"act": "remove", "instead_of": "13.2"}
    assert writer.post(reverse("schemes:write_row", args=["B012"]), removed).status_code == 302
    page = text_of(writer, "schemes:compare", "B012", 1, 2)
    assert "29 rows are the same" in page and "gone" in page
    assert writer.post(reverse("schemes:discard", args=["B012"])).status_code == 302
    assert writer.post(reverse("schemes:close_unit", args=["B012"])).status_code == 302
    assert Unit.objects.get().is_closed


def faulty_workbook() -> bytes:
    import io

    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["序号", "机构", "归档范围", "保管期限"])
    book.active.append(["1", "办公室", "来文", "很久"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
