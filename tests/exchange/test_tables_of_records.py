"""Tables of the catalogue: every hit, only what the asker may see, nothing a spreadsheet would run, once in the log."""

from __future__ import annotations

import csv
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest

from builders.rows_of_items import make_rows
from shicheng.audit.models import Entry
from shicheng.exchange import keeping, selecting, services
from shicheng.exchange.errors import NothingToExport, UnknownColumn, UnknownForm
from shicheng.exchange.types import Selection
from shicheng.holdings.models import Item
from shicheng.packages import writing_lists
from shicheng.people.errors import NotPermitted
from shicheng.people.services import ANONYMOUS, SYSTEM
from shicheng.people.types import Actor, Role
from shicheng.settings import current

pytestmark = pytest.mark.django_db
LIMITED = Actor(kind="user", name="zhao", roles=frozenset({Role.ARCHIVIST}), fonds=frozenset({"F001"}))
DANGEROUS = ("=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "＝1+1")


def _read(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))
    rows = [row for sheet in openpyxl.load_workbook(path).worksheets for row in sheet.iter_rows(values_only=True)]
    header = rows[0]
    return [dict(zip(header, row, strict=True)) for row in rows if row != header]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_record_is_in_the_table_with_the_columns_asked_for(tmp_path: Path, form: str) -> None:
    made = make_rows(230, seed=2)
    target = tmp_path / f"all.{form}"
    columns = ["reference_code", "title", "category", "files", "size", "fonds_code"]
    done = services.export(actor=SYSTEM, form=form, target=target, settings=current(), columns=columns)
    assert done.items == 230
    rows = _read(target)
    assert list(rows[0]) == ["序号", "档号", "题名", "门类", "文件数", "字节数", "全宗号"]
    assert [row["档号"] for row in rows] == [one.reference_code for one in sorted(made, key=lambda i: i.code_sort)]
    by_code = {one.reference_code: one for one in made}
    assert all((row["门类"] or "") == by_code[row["档号"]].category for row in rows)


@pytest.mark.parametrize("actor", [SYSTEM, LIMITED])
def test_the_table_holds_what_the_asker_may_see_and_no_more(tmp_path: Path, actor: Actor) -> None:
    made = make_rows(120, seed=4)
    seen = [
        one.reference_code for one in made
        if actor is SYSTEM or one.fonds.code == "F001" or (one.openness, one.secrecy) == ("open", "public")
    ]  # fmt: skip
    for selection in (Selection(), Selection(ids=tuple(one.pk for one in made))):
        target = tmp_path / f"{len(selection.ids)}.csv"
        services.export(actor=actor, form="csv", target=target, settings=current(), selection=selection)
        assert sorted(row["档号"] for row in _read(target)) == sorted(seen)
        assert selecting.count(actor, selection, current().index_path).items == len(seen)


def test_filters_of_the_list_of_items_choose_what_is_exported(tmp_path: Path) -> None:
    made = make_rows(150, seed=5)
    selection = Selection(filters={"fonds": "F002", "files": "yes"}, order="-date")
    stored = Selection.from_json(selection.to_json())
    assert stored == selection
    target = tmp_path / "some.csv"
    services.export(actor=SYSTEM, form="csv", target=target, settings=current(), selection=stored)
    wanted = {one.reference_code for one in made if one.fonds.code == "F002" and one.files_count}
    assert {row["档号"] for row in _read(target)} == wanted


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_runs_as_a_formula(tmp_path: Path, form: str) -> None:
    (one,) = make_rows(1)
    extra = {f"={text}": text for text in DANGEROUS}
    Item.objects.filter(pk=one.pk).update(elements={"title": "=HYPERLINK(1)", "note": "坏\x07字"}, extra=extra)
    target = tmp_path / f"a.{form}"
    services.export(actor=SYSTEM, form=form, target=target, settings=current())
    if form == "csv":
        with target.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for cell in cells)
        assert "'=HYPERLINK(1)" in cells
    else:
        sheet = openpyxl.load_workbook(target).active
        found = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in found} == {"s"}
        assert "=HYPERLINK(1)" in {cell.value for cell in found}


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing_lists, "_ROWS_OF_SHEET", 10)
    make_rows(31)
    target = tmp_path / "a.xlsx"
    services.export(actor=SYSTEM, form="xlsx", target=target, settings=current(), columns=["reference_code"])
    book = openpyxl.load_workbook(target)
    assert [sheet.max_row for sheet in book.worksheets] == [11, 11, 11, 2]
    assert len({row["档号"] for row in _read(target)}) == 31


def test_what_can_not_be_exported_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "a"
    with pytest.raises(NothingToExport):
        services.export(actor=SYSTEM, form="csv", target=target, settings=current())
    make_rows(1)
    with pytest.raises(UnknownForm):
        services.export(actor=SYSTEM, form="docx", target=target, settings=current())
    for form, columns in (("csv", ["title", "nonsense"]), ("bagit", ["title"])):
        with pytest.raises(UnknownColumn):
            services.export(actor=SYSTEM, form=form, target=target, settings=current(), columns=columns)
    with pytest.raises(NotPermitted):
        services.export(actor=ANONYMOUS, form="csv", target=target, settings=current())
    assert not list(tmp_path.iterdir())


def test_an_export_done_twice_by_its_job_is_whole_and_logged_once() -> None:
    make_rows(12)
    job = uuid4()
    for _again in range(2):
        made = keeping.write_export(
            actor=SYSTEM, job_id=job, form="xlsx", selection=Selection(), columns=["reference_code"],
            settings=current(), progress=lambda *_all: None,
        )  # fmt: skip
        assert (made["items"], made["name"]) == (12, "catalogue.xlsx")
    assert Entry.objects.filter(event="exchange.records.exported", subject_id=str(job)).count() == 1
    folder = current().cache_path / "exports" / str(job)
    assert [path.name for path in folder.iterdir()] == ["catalogue.xlsx"]


def test_exports_are_forgotten_after_a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    make_rows(1)
    job = uuid4()
    keeping.write_export(
        actor=SYSTEM, job_id=job, form="csv", selection=Selection(), columns=[], settings=current(),
        progress=lambda *_all: None,
    )  # fmt: skip
    folder = current().cache_path / "exports" / str(job)
    keeping.forget_old(current())
    assert folder.is_dir()
    monkeypatch.setattr(keeping, "KEPT_SECONDS", -1)
    assert keeping.forget_old(current()) >= 1
    assert not folder.exists()
