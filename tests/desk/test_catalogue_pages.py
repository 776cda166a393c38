"""The pages on which a catalogue is sent, decided, tried, taken in, mended and taken back, as a browser uses them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from builders.pages import faults
from builders.shelves import HOSTILE, make_user
from cataloguing.catalogues import PLAIN, plain_rows, write_csv, write_xlsx
from ingest.fixtures import Here
from shicheng.audit.models import Entry
from shicheng.cataloguing.models import Attachment, CatalogueImport, Mapping, Trial
from shicheng.holdings.models import File, Item
from shicheng.people.types import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chen(here: Here) -> Client:
    return _person("chen-x", Role.ARCHIVIST)


def _person(name: str, *roles: Role, fonds: str = "") -> Client:
    client = Client()
    client.force_login(make_user(name, *roles, fonds=fonds))
    return client


def _send(client: Client, path: Path, **fields: str) -> Any:
    sent = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(reverse("cataloguing:upload"), {"catalogue": sent, **fields})


def _read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    assert faults(answer) == []
    text = answer.content.decode()
    assert HOSTILE not in text
    return text


def _trial(here: Here, client: Client, path: Path, **fields: str) -> Trial:
    answer = _send(client, path, **fields)
    assert answer.status_code == 302, answer.content.decode()
    here.run_jobs()
    return Trial.objects.latest("made_at")


def test_a_catalogue_goes_the_whole_way_by_its_pages(here: Here, chen: Client, tmp_path: Path) -> None:
    rows = [PLAIN, *plain_rows(2), ["", "无题", "市政府", "1999", "永久", ""], [HOSTILE, "", "", "某日", "长期", ""]]
    trial = _trial(here, chen, write_csv(tmp_path / "老目录.csv", rows), fonds="B012")
    page = _read(chen, reverse("cataloguing:trial", args=[trial.pk]))
    assert "UTF-8" in page
    assert 'name="column-0"' in page
    assert plain_rows(1)[0][0] in page
    columns = {"column-0": "title", "column-1": "document_number", "column-2": "author", "column-3": "date",
               "column-4": "retention", "column-5": ""}  # fmt: skip
    given = {**columns, "mapping": "老系统", "fonds": "B012"}
    assert chen.post(reverse("cataloguing:decide", args=[trial.pk]), given).status_code == 302
    here.run_jobs()
    page = _read(chen, reverse("cataloguing:trial", args=[trial.pk]))
    assert "was “长期”" in page
    assert "kept as it was" in page
    book = b"".join(chen.get(reverse("cataloguing:trial_errors", args=[trial.pk])).streaming_content)  # type: ignore[attr-defined]  # a file
    assert openpyxl.load_workbook(io.BytesIO(book)).active.max_row == 2  # type: ignore[union-attr]  # there is one
    answer = chen.post(reverse("cataloguing:start", args=[trial.pk]))
    made = CatalogueImport.objects.get()
    assert answer.headers["Location"] == reverse("cataloguing:import", args=[made.number])
    assert "hx-get" in _read(chen, answer.headers["Location"])
    here.run_jobs()
    page = _read(chen, answer.headers["Location"])
    assert reverse("cataloguing:errors", args=[made.number]) in page
    assert "transfer=" + made.number in page
    made.refresh_from_db()
    assert (made.created, made.rejected, made.fonds_code) == (3, 1, "B012")
    assert Mapping.objects.get(pk="老系统").columns["密级"] == ""
    assert made.number in _read(chen, reverse("cataloguing:imports"))


def test_the_workbook_of_errors_comes_back_mended(here: Here, chen: Client, tmp_path: Path) -> None:
    rows = [PLAIN, *plain_rows(1), ["", "沪府发〔1999〕9号", "市政府", "1999", "永久", ""]]
    trial = _trial(here, chen, write_csv(tmp_path / "old.csv", rows), fonds="B012")
    chen.post(reverse("cataloguing:decide", args=[trial.pk]), {"fonds": "B012"})
    here.run_jobs()
    chen.post(reverse("cataloguing:start", args=[trial.pk]))
    here.run_jobs()
    made = CatalogueImport.objects.get()
    answer = chen.get(reverse("cataloguing:errors", args=[made.number]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]  # a file
    book.active["A2"] = "补上的题名"  # type: ignore[index]  # the only sheet
    mended = tmp_path / "mended.xlsx"
    book.save(mended)
    trial = _trial(here, chen, mended, mapping=made.source, fonds=made.fonds_code)
    chen.post(reverse("cataloguing:decide", args=[trial.pk]), {"fonds": "B012"})
    here.run_jobs()
    chen.post(reverse("cataloguing:start", args=[trial.pk]))
    here.run_jobs()
    assert set(Item.objects.values_list("title", flat=True)) == {plain_rows(1)[0][0], "补上的题名"}


def test_two_columns_for_one_element_are_refused_beside_the_form(here: Here, chen: Client, tmp_path: Path) -> None:
    trial = _trial(here, chen, write_csv(tmp_path / "a.csv", [PLAIN, *plain_rows(1)]))
    given = {"column-0": "title", "column-1": "title"}
    answer = chen.post(reverse("cataloguing:decide", args=[trial.pk]), given)
    assert answer.status_code == 422
    assert faults(answer) == []
    assert "Two columns are mapped to title" in answer.content.decode()
    assert Trial.objects.get(pk=trial.pk).state == "looked"


def test_the_sheet_is_chosen_on_the_page(here: Here, chen: Client, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, count in (("甲", 1), ("乙", 2)):
        sheet = book.create_sheet(name)
        for row in [PLAIN, *plain_rows(count)]:
            sheet.append(list(row))
    book.save(tmp_path / "two.xlsx")
    trial = _trial(here, chen, tmp_path / "two.xlsx")
    assert 'value="乙"' in _read(chen, reverse("cataloguing:trial", args=[trial.pk]))
    chen.post(reverse("cataloguing:choose_sheet", args=[trial.pk]), {"sheet": "乙"})
    here.run_jobs()
    assert "sheet 乙" in _read(chen, reverse("cataloguing:trial", args=[trial.pk]))


def _bad(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("empty.csv", "picture.xlsx", "random.dbf", "zip.xlsx")}
    made["empty.csv"].write_bytes(b"")
    made["picture.xlsx"].write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    made["random.dbf"].write_bytes(bytes(range(256)) * 40)
    made["zip.xlsx"].write_bytes(b"PK\x03\x04" + b"\0" * 400)
    return made


def test_what_is_no_catalogue_is_said_so_on_its_page(here: Here, chen: Client, tmp_path: Path) -> None:
    for path in _bad(tmp_path).values():
        _send(chen, path)
    here.run_jobs()
    assert list(Trial.objects.values_list("state", flat=True)) == ["failed"] * 4
    for trial in Trial.objects.all():
        page = _read(chen, reverse("cataloguing:trial", args=[trial.pk]))
        assert 'role="alert"' in page
        assert "Traceback" not in page
    assert not CatalogueImport.objects.exists()


def test_a_sheet_of_300_columns_with_a_cell_of_a_megabyte_is_drawn_short(
    here: Here, chen: Client, tmp_path: Path
) -> None:
    header = ["题名", *(f"栏{number}" for number in range(1, 350))]
    rows = [header, ["长" * 30_000, *("值" for _ in range(349))], ["短", "x" * (1 << 20)]]
    trial = _trial(here, chen, write_csv(tmp_path / "wide.csv", rows))
    page = _read(chen, reverse("cataloguing:trial", args=[trial.pk]))
    assert "50 further columns" in page
    assert len(page) < 3_000_000
    chen.post(reverse("cataloguing:decide", args=[trial.pk]), {"column-0": "title"})
    here.run_jobs()
    trial.refresh_from_db()
    assert trial.result is not None
    assert trial.result["created"] == 2
    assert len(json.dumps(trial.result, ensure_ascii=False)) < 400_000
    _read(chen, reverse("cataloguing:trial", args=[trial.pk]))


def test_an_import_is_undone_after_saying_what_goes_and_why(here: Here, chen: Client, tmp_path: Path) -> None:
    from shicheng.cataloguing.services import receive_catalogue

    def take(path: Path) -> CatalogueImport:
        made = receive_catalogue(actor=here.operator, path=path, settings=here.settings, fonds="B012", mapping="x")
        here.run_jobs()
        made.refresh_from_db()
        return made

    take(write_csv(tmp_path / "a.csv", [PLAIN, *plain_rows(3)]))
    rows = plain_rows(5)
    rows[0][4] = "30年"
    second = take(write_csv(tmp_path / "b.csv", [PLAIN, *rows]))
    assert (second.created, second.updated) == (2, 1)
    address = reverse("cataloguing:undo", args=[second.number])
    page = _read(chen, address)
    assert "Undo: 2 records go" in page
    answer = chen.post(address, {"reason": " "})
    assert answer.status_code == 422
    assert faults(answer) == []
    assert chen.post(address, {"reason": "送错了"}).status_code == 302
    here.run_jobs()
    second.refresh_from_db()
    assert (second.removed, second.returned, second.kept, second.reason) == (2, 1, 0, "送错了")
    assert Item.objects.count() == 3
    page = _read(chen, reverse("cataloguing:import", args=[second.number]))
    assert "送错了" in page
    assert "can be undone" in _read(chen, address)


def test_files_are_matched_before_they_are_attached(here: Here, chen: Client, tmp_path: Path) -> None:
    from shicheng.cataloguing.services import receive_catalogue

    rows = [("档号", "题名"), ("B012-WS·1987-Y-0001", "关于修路的请示"), ("B012-WS·1987-Y-0002", "关于修桥的请示")]
    receive_catalogue(actor=here.operator, path=write_xlsx(tmp_path / "r.xlsx", rows), settings=here.settings)
    here.run_jobs()
    paths = ["扫描/B012-WS·1987-Y-0001/1.txt", "扫描/没有/2.txt"]
    files = [SimpleUploadedFile("1.txt", b"one"), SimpleUploadedFile("2.txt", b"two")]
    _read(chen, reverse("cataloguing:send_files"))
    answer = chen.post(
        reverse("cataloguing:send_files"), {"files": files, "paths": json.dumps(paths), "folder": "扫描"}
    )
    assert answer.status_code == 302, answer.content.decode()
    here.run_jobs()
    one = Attachment.objects.get()
    assert (one.name, one.state) == ("扫描", "tried"), one.problem
    page = _read(chen, reverse("cataloguing:attachment", args=[one.pk]))
    assert "没有/2.txt" in page
    assert not File.objects.exists()
    answer = chen.post(reverse("cataloguing:try_attachment", args=[one.pk]), {"pattern": "{x}", "fonds": ""})
    assert answer.status_code == 422
    assert chen.post(reverse("cataloguing:attach_now", args=[one.pk])).status_code == 302
    here.run_jobs()
    assert File.objects.get().item.reference_code == "B012-WS·1987-Y-0001"
    report = b"".join(chen.get(reverse("cataloguing:attachment_report", args=[one.pk])).streaming_content)  # type: ignore[attr-defined]  # a file
    assert "missing" in report.decode("utf-8-sig")
    _read(chen, reverse("cataloguing:attachment", args=[one.pk]))
    _read(chen, reverse("cataloguing:imports"))


def test_paths_that_leave_the_folder_are_refused(chen: Client) -> None:
    for paths in (["../x.txt"], ["a/../../x.txt"], ["a//x.txt"], [], "no list"):
        sent = {"files": SimpleUploadedFile("x.txt", b"one"), "paths": json.dumps(paths)}
        assert chen.post(reverse("cataloguing:send_files"), sent).status_code == 422, paths
    assert not Attachment.objects.exists()


def test_others_do_not_see_a_trial_and_may_not_touch_it(here: Here, chen: Client, tmp_path: Path) -> None:
    trial = _trial(here, chen, write_csv(tmp_path / "秘.csv", [PLAIN, *plain_rows(1)]))
    other = _person("zhao-x", Role.ARCHIVIST, fonds="L999")
    assert "秘.csv" not in other.get(reverse("cataloguing:imports")).content.decode()
    assert other.get(reverse("cataloguing:trial", args=[trial.pk])).status_code == 404
    for name in ("decide", "start", "discard", "choose_sheet"):
        assert other.post(reverse(f"cataloguing:{name}", args=[trial.pk])).status_code == 404
    administrator = _person("wang-x", Role.SYSTEM_ADMINISTRATOR)
    assert administrator.get(reverse("cataloguing:imports")).status_code == 403
    assert Trial.objects.filter(pk=trial.pk).exists()


def test_a_trial_is_discarded_and_logged(here: Here, chen: Client, tmp_path: Path) -> None:
    trial = _trial(here, chen, write_csv(tmp_path / "a.csv", [PLAIN, *plain_rows(1)]))
    assert chen.post(reverse("cataloguing:discard", args=[trial.pk])).status_code == 302
    assert not Trial.objects.exists()
    events = list(Entry.objects.filter(subject_kind="trial").order_by("position").values_list("event", flat=True))
    assert events == ["cataloguing.trial.received", "cataloguing.trial.discarded"]


def test_an_upload_without_the_token_of_the_form_is_refused(here: Here, tmp_path: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("sun-x", Role.ARCHIVIST))
    for name in ("upload", "send_files"):
        assert client.post(reverse(f"cataloguing:{name}"), {}).status_code == 403
