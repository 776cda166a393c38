"""Catalogues taken in, repeated, mended, undone and made anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from cataloguing.catalogues import PLAIN, plain_rows, write_csv, write_plain
from shicheng.cataloguing import intake, rebuilding, selectors, services
from shicheng.cataloguing.errors import BadMapping, UnknownHeader
from shicheng.cataloguing.models import CatalogueImport, Mapping, Refusal
from shicheng.holdings.cataloguing import ids_of_batch
from shicheng.holdings.models import Fonds, Item, ItemVersion
from shicheng.people.errors import NotPermitted
from shicheng.people.types import Actor, Role

if TYPE_CHECKING:
    from ingest.fixtures import Here


def take(here: Here, path: Path, **more: Any) -> Any:
    return intake.import_catalogue(actor=here.operator, path=path, settings=here.settings, **more)


def counts(result: Any) -> tuple[int, int, int, int]:
    return result.created, result.updated, result.unchanged, result.rejected


def state() -> list[tuple[Any, ...]]:
    """Everything of the items that undoing and making anew must bring back."""
    return list(
        Item.objects.order_by("pk").values_list(
            "pk", "fonds__code", "reference_code", "code_sort", "title", "date_from", "elements", "extra", "transfer",
            "source_key", "object_id", "files_count",
        )
    )  # fmt: skip


def test_a_catalogue_comes_in_once_however_often_it_is_sent(here: Here, tmp_path: Path) -> None:
    path = write_plain(tmp_path / "notices.csv", 40)
    assert counts(take(here, path)) == (40, 0, 0, 0)
    before = state()
    assert counts(take(here, path)) == (0, 0, 40, 0)
    assert state() == before
    item = Item.objects.get(document_number="沪府发〔2007〕7号")
    assert (item.fonds.code, item.fonds.name, item.retention, str(item.date_from)) == (
        "CAT001",
        "notices",
        "Y",
        "2007-03-08",
    )
    assert item.reference_code.startswith("CAT001-CAT-")
    assert list(Item.objects.order_by("code_sort").values_list("title", flat=True)) == [
        row[0] for row in plain_rows(40)
    ]


def test_the_answer_has_the_fixed_shape(here: Here, tmp_path: Path) -> None:
    answer = take(here, write_plain(tmp_path / "c.csv", 2)).to_json()
    assert list(answer) == ["rows", "created", "updated", "rejected", "errors_workbook", "seconds"]
    assert answer["errors_workbook"] is None


def test_a_changed_row_makes_a_new_version_and_keeps_what_the_row_is_silent_about(here: Here, tmp_path: Path) -> None:
    take(here, write_plain(tmp_path / "c.csv", 3))
    rows = plain_rows(3)
    rows[1][4], rows[1][3] = "30年", rows[1][3].replace("-", "/")  # the date means the same
    rows[2][4] = ""
    assert counts(take(here, write_csv(tmp_path / "c.csv", [PLAIN, *rows]))) == (0, 1, 2, 0)
    changed = Item.objects.get(title=rows[1][0])
    assert (changed.version, changed.retention, changed.elements["retention"]) == (2, "D30", "30年")
    assert Item.objects.get(title=rows[2][0]).elements["retention"] == "永久"
    numbers = list(CatalogueImport.objects.order_by("number").values_list("number", flat=True))
    versions = list(changed.versions.order_by("version").values_list("version", "reason", "by"))
    assert versions == [(1, numbers[0], ""), (2, numbers[1], here.operator.name)]
    assert changed.versions.get(version=1).elements["retention"] == "永久"


def test_originals_and_marks_stay_beside_the_values(here: Here, tmp_path: Path) -> None:
    take(here, write_csv(tmp_path / "c.csv", [["题名", "日期", "密级"], ["甲", "45195", "大概吧"]]))
    item = Item.objects.get()
    assert item.elements == {"title": "甲", "date": "2023-09-26", "secrecy": "大概吧"}
    assert item.extra == {"日期（原文）": "45195", "未识读 unread": "密级"}
    assert item.secrecy == "restricted"  # a word nobody knows never opens anything


def test_rejected_rows_come_back_mended_through_their_workbook(here: Here, tmp_path: Path) -> None:
    rows = [["题名", "备注"], ["甲", "1"], ["", '=HYPERLINK("http://x")'], ["", "+1"]]
    result = take(here, write_csv(tmp_path / "list.csv", rows))
    assert counts(result) == (1, 0, 0, 2)
    book = load_workbook(result.errors_workbook)
    sheet = book.active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == ["题名", "备注", "行号 row", "原因 reason"]
    assert [row[1:3] for row in cells[1:]] == [['\'=HYPERLINK("http://x")', 2], ["'+1", 3]]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert "title" in cells[1][3]
    sheet["A2"], sheet["A3"] = "乙", "丙"
    mended = tmp_path / Path(result.errors_workbook).name
    book.save(mended)
    again = take(here, mended)
    assert (counts(again), again.fonds) == ((2, 0, 0, 0), result.fonds)
    assert Item.objects.get(title="乙").extra == {}
    assert Item.objects.get(title="乙").elements["note"] == '=HYPERLINK("http://x")'


def test_a_dry_run_tells_the_same_and_keeps_nothing(here: Here, tmp_path: Path) -> None:
    take(here, write_plain(tmp_path / "c.csv", 5))
    path = write_csv(tmp_path / "c.csv", [PLAIN, *plain_rows(7), ["", "x", "", "", "", ""]])
    before = state(), CatalogueImport.objects.count()
    looked = intake.preview_catalogue(actor=here.operator, path=path, settings=here.settings)
    assert counts(looked) == (2, 0, 5, 1)
    assert Path(looked.errors_workbook or "").exists()
    assert (state(), CatalogueImport.objects.count()) == before
    assert not list((here.settings.staging_path / "catalogues").glob("*"))
    assert counts(take(here, path)) == (2, 0, 5, 1)


def test_rows_go_into_the_fonds_they_name(here: Here, tmp_path: Path) -> None:
    rows = [
        ["档号", "全宗号", "全宗名称", "题名"],
        ["B012-WS·2016-Y-CXW-0001", "", "", "甲"],
        ["", "C007", "某局", "乙"],
        ["", "", "", "丙"],
    ]
    assert counts(take(here, write_csv(tmp_path / "c.csv", rows), fonds="A001")) == (3, 0, 0, 0)
    assert dict(Item.objects.values_list("title", "fonds__code")) == {"甲": "B012", "乙": "C007", "丙": "A001"}
    assert Fonds.objects.get(code="C007").name == "某局"
    coded = Item.objects.get(title="甲")
    assert (coded.category, coded.year, coded.retention, coded.department, coded.number) == ("WS", 2016, "Y", "CXW", 1)


def test_a_code_of_an_item_that_came_otherwise_is_refused_with_the_reason(here: Here, tmp_path: Path) -> None:
    take(here, write_csv(tmp_path / "c.csv", [["档号", "题名"], ["B012-WS·2016-Y-CXW-0001", "甲"]]))
    Item.objects.update(source_key=None, transfer="2026-0001")
    result = take(
        here, write_csv(tmp_path / "d.csv", [["档号", "题名"], ["B012-WS·2016-Y-CXW-0001", "乙"], ["", "丙"]])
    )
    assert counts(result) == (1, 0, 0, 1)
    assert Item.objects.get(reference_code="B012-WS·2016-Y-CXW-0001").title == "甲"
    assert Refusal.objects.get().cells == ["B012-WS·2016-Y-CXW-0001", "乙"]
    assert result.errors_workbook


def test_a_mapping_is_saved_for_its_source_and_used_again(here: Here, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", [["栏甲", "栏乙"], ["标题一", "2001"]])
    with pytest.raises(UnknownHeader):
        take(here, path, mapping="old-system")
    assert CatalogueImport.objects.get().state == "failed"
    with pytest.raises(BadMapping):
        services.save_mapping(actor=here.operator, name="old-system", columns={"栏甲": "no_such"})
    services.save_mapping(actor=here.operator, name="old-system", columns={"栏甲": "title", "栏乙": "date"})
    assert counts(take(here, path, mapping="old-system")) == (1, 0, 0, 0)
    assert str(Item.objects.get().date_from) == "2001-01-01"
    take(here, write_plain(tmp_path / "plain.csv", 1))
    assert Mapping.objects.get(pk="plain").columns["文号"] == "document_number"


def test_undoing_removes_and_returns_and_keeps_what_changed_since(here: Here, tmp_path: Path) -> None:
    take(here, write_plain(tmp_path / "c.csv", 4))
    before = state()
    rows = plain_rows(6)
    for row in rows[:3]:
        row[4] = "10年"
    second = take(here, write_csv(tmp_path / "c.csv", [PLAIN, *rows]))
    assert counts(second) == (2, 3, 1, 0)
    rows[2][4] = "30年"
    take(here, write_csv(tmp_path / "d.csv", [PLAIN, rows[2]]), mapping="c")
    undone = intake.undo_import(actor=here.operator, number=second.number, reason="wrong list", settings=here.settings)
    assert (undone.removed, undone.returned, undone.kept) == (2, 2, 1)
    assert [one for one in state() if one[4] != rows[2][0]] == [one for one in before if one[4] != rows[2][0]]
    assert Item.objects.get(title=rows[2][0]).elements["retention"] == "30年"
    assert Item.objects.get(title=rows[0][0]).version == 3
    log = selectors.history(here.operator, second.number)
    assert [entry.event for entry in log][-3:] == [
        "cataloguing.import.undo_started", "cataloguing.import.batch_undone", "cataloguing.import.undone",
    ]  # fmt: skip
    assert log[-1].details["removed"] == 2 and log[-1].details["reason"] == "wrong list"
    batch = next(entry for entry in log if entry.event == "cataloguing.import.batch_undone")
    touched = set(ids_of_batch(batch.details))
    assert {item.pk for item in Item.objects.filter(title__in=[rows[0][0], rows[1][0]])} <= touched


def test_a_batch_entry_names_its_items_for_followers(here: Here, tmp_path: Path) -> None:
    first = take(here, write_plain(tmp_path / "c.csv", 5))
    entry = next(one for one in selectors.history(here.operator, first.number) if one.event.endswith(".batch"))
    assert set(Item.objects.values_list("pk", flat=True)) == set(ids_of_batch(entry.details))
    rows = plain_rows(5)
    rows[3][4] = "10年"
    second = take(here, write_csv(tmp_path / "c.csv", [PLAIN, *rows]))
    entry = next(one for one in selectors.history(here.operator, second.number) if one.event.endswith(".batch"))
    there = set(Item.objects.values_list("pk", flat=True)) & set(ids_of_batch(entry.details))
    assert there == {Item.objects.get(title=rows[3][0]).pk}


def test_everything_is_made_anew_from_the_store_alone(here: Here, tmp_path: Path) -> None:
    take(here, write_plain(tmp_path / "c.csv", 4))
    rows = plain_rows(6)
    rows[0][4] = "10年"
    second = take(here, write_csv(tmp_path / "c.csv", [PLAIN, *rows]))
    take(here, write_plain(tmp_path / "e.csv", 3, start=50))
    intake.undo_import(actor=here.operator, number=second.number, reason="wrong", settings=here.settings)
    before = state()
    numbers = list(
        CatalogueImport.objects.order_by("number").values_list(
            "number", "state", "created", "updated", "removed", "returned"
        )
    )
    ItemVersion.objects.all().delete()
    Item.objects.all().delete()
    CatalogueImport.objects.all().delete()
    store = here.store
    objects = [one for one in store.iter_objects() if rebuilding.is_catalogue_object(store, one)]
    for _twice in range(2):
        rebuilding.replay_imports(here.operator, store, objects, here.settings)
        assert state() == before
        assert (
            list(
                CatalogueImport.objects.order_by("number").values_list(
                    "number", "state", "created", "updated", "removed", "returned"
                )
            )
            == numbers
        )


def test_suspects_are_listed(here: Here, tmp_path: Path) -> None:
    result = take(here, write_csv(tmp_path / "c.csv", [["题名", "日期"], ["甲", "2001"], ["甲", "2001"]]))
    assert result.created == 2
    assert [one["other"] for one in selectors.suspects(here.operator, result.number, here.settings)] == [1]


def test_actors_without_the_right_see_and_do_nothing(here: Here, tmp_path: Path) -> None:
    path = write_plain(tmp_path / "c.csv", 1)
    take(here, path, fonds="B012")
    reader = Actor(kind="user", name="r", roles=frozenset({Role.READER}))
    elsewhere = Actor(kind="user", name="a", roles=frozenset({Role.ARCHIVIST}), fonds=frozenset({"C001"}))
    for actor in (reader, elsewhere):
        assert not selectors.imports(actor).exists()
        with pytest.raises(NotPermitted):
            services.receive_catalogue(actor=actor, path=path, settings=here.settings, fonds="B012")
    assert selectors.history(elsewhere, CatalogueImport.objects.get().number) == []


def test_the_real_catalogues_come_in_whole(here: Here, shared_data: Path) -> None:
    laws = take(here, shared_data / "corpora" / "laws.jsonl.gz")
    assert counts(laws) == (1587, 0, 0, 0)
    looked = intake.preview_catalogue(
        actor=here.operator, path=shared_data / "corpora" / "gov-records.tsv.gz", settings=here.settings
    )
    assert counts(looked) == (16002, 0, 0, 0)
    assert looked.marked == 0


def test_records_above_the_ceiling_of_secrecy_are_refused_at_the_door(here: Here, tmp_path: Path) -> None:
    rows = [[*row[:5], level] for row, level in zip(plain_rows(4), ("内部", "秘密★10年", "绝密", ""), strict=True)]
    result = take(here, write_csv(tmp_path / "secret.csv", [PLAIN, *rows]))
    assert counts(result) == (2, 0, 0, 2)
    assert set(Item.objects.values_list("secrecy", flat=True)) == {"restricted", "public"}
    told = [str(reason) for reason in CatalogueImport.objects.get().summary["reasons"]]
    assert any("above what this archive may hold" in one for one in told)
