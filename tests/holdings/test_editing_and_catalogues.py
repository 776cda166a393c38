"""Edited records of catalogues: catalogues that come again, undoing, files, and all of it from the store alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cataloguing.catalogues import write_csv
from shicheng.audit import selectors as audit
from shicheng.cataloguing import intake
from shicheng.cataloguing.attaching import attach_folder
from shicheng.cataloguing.models import CatalogueImport
from shicheng.cataloguing.rebuilding import ImportRestorer
from shicheng.holdings import events, history
from shicheng.holdings.editing import edit_item, revert_item
from shicheng.holdings.item_papers import DESCRIPTION, PREMIS, VERSIONS
from shicheng.holdings.models import BegunEdit, File, FileText, FormerCode, HandSet, Item, ItemVersion
from shicheng.ingest.rebuilding import rebuild_archive
from shicheng.packages.description import read_description
from shicheng.packages.premis import read_premis
from shicheng.storage import services as storage
from shicheng.storage.models import PromisedObject

if TYPE_CHECKING:
    from ingest.fixtures import Here

HEADER = ["档号", "题名", "年度", "件号", "文号", "责任者"]
CODES = ("B012-WS·2016-Y-CXW-0001", "B012-WS·2016-Y-CXW-0002")
ROWS = [
    [CODES[0], "关于甲事的通知", "2016", "1", "甲〔2016〕1号", "县政府"],
    [CODES[1], "关于乙事的通知", "2016", "2", "甲〔2016〕2号", "县政府"],
    ["", "没有档号的丙", "2017", "", "甲〔2017〕3号", "县政府"],
]


def take_in(here: Here, tmp_path: Path, rows: list[list[str]], name: str = "c.csv") -> str:
    path = write_csv(tmp_path / name, [HEADER, *rows])
    return intake.import_catalogue(actor=here.operator, path=path, settings=here.settings, fonds="B012").number


@pytest.fixture
def records(here: Here, tmp_path: Path) -> Here:
    take_in(here, tmp_path, ROWS)
    return here


def edit(here: Here, item: Item, **changes: str) -> Item:
    made = edit_item(
        actor=here.operator, item_id=item.pk, changes=changes, version=item.version, reason="与原件核对",
        settings=here.settings,
    )  # fmt: skip
    return made.item


def plain(here: Here, path: str, item: Item) -> bytes:
    with here.store.open(item.object_id, path) as stream:
        content: bytes = stream.read()
    return content


def test_a_record_without_an_object_gets_one_by_its_first_edit(records: Here) -> None:
    item = Item.objects.get(reference_code=CODES[0])
    assert not records.store.has(item.object_id) and not item.versions.exists()
    edited = edit(records, item, title="关于甲事的紧急通知")
    assert (edited.version, edited.source_key, edited.code_sort) == (2, item.source_key, item.code_sort)
    described = read_description(plain(records, DESCRIPTION, item))
    assert described.elements["title"] == edited.title and described.system["source_key"] == item.source_key
    assert read_premis(plain(records, PREMIS, item)).events[-1].outcome_note == "与原件核对"
    first = history.versions(records.operator, edited)[-1]
    assert (first.version, first.elements["title"], first.reason) == (1, "关于甲事的通知", item.transfer)
    assert storage.verify(records.operator, records.settings).damaged == []


def test_a_catalogue_that_comes_again_does_not_take_back_what_was_set_by_hand(records: Here, tmp_path: Path) -> None:
    item = Item.objects.get(reference_code=CODES[0])
    edit(records, item, title="人工核定的题名")
    again = [[CODES[0], "目录里的新题名", "2016", "1", "甲〔2016〕1号", "县政府办公室"], *ROWS[1:]]
    number = take_in(records, tmp_path, again, "again.csv")
    item.refresh_from_db()
    assert (item.title, item.author, item.version) == ("人工核定的题名", "县政府办公室", 3)
    told = [one for one in audit.history(records.operator, ("item", str(item.pk))) if one.event == events.HAND_KEPT]
    assert [one.details["offered"] for one in told] == [{"title": "目录里的新题名"}]
    sentences = [str(one.sentence) for one in history.life(records.operator, item)]
    assert any(number in one and "set by hand was kept" in one and "Title" in one for one in sentences)
    # The same list once more: nothing is changed, and what it offers is told again.
    take_in(records, tmp_path, [*again, ["", "丁", "2018", "", "甲〔2018〕4号", "县政府"]], "third.csv")
    item.refresh_from_db()
    assert (item.title, item.version) == ("人工核定的题名", 3)


def test_an_edited_record_stays_when_its_import_is_undone(records: Here) -> None:
    item = Item.objects.get(reference_code=CODES[0])
    edit(records, item, title="人工核定的题名")
    edited = Item.objects.get(pk=item.pk)
    revert_item(
        actor=records.operator,
        item_id=item.pk,
        to=1,
        version=edited.version,
        reason="改错了",
        settings=records.settings,
    )
    number = CatalogueImport.objects.get().number
    undone = intake.undo_import(actor=records.operator, number=number, reason="test", settings=records.settings)
    assert (undone.removed, undone.kept) == (2, 1)
    assert Item.objects.get().version == 3  # its object in the store keeps what was given to it
    assert storage.verify(records.operator, records.settings).damaged == []


def test_files_attached_after_an_edit_leave_the_history_where_it_is(records: Here, tmp_path: Path) -> None:
    item = Item.objects.get(reference_code=CODES[0])
    edit(records, item, title="人工核定的题名")
    folder = tmp_path / "scans" / CODES[0]
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("正文", "utf-8")
    attach_folder(actor=records.operator, folder=tmp_path / "scans", settings=records.settings)
    assert json.loads(plain(records, VERSIONS, item))["by_hand"] == ["title"]
    assert read_description(plain(records, DESCRIPTION, item)).elements["title"] == "人工核定的题名"
    types = [one.type for one in read_premis(plain(records, PREMIS, item)).events]
    assert types[0] == "metadata modification" and "ingestion" in types
    item.refresh_from_db()
    edited = edit(records, item, author="县政府办公室")
    assert (edited.version, edited.files_count) == (3, 1)
    assert [one.name for one in read_description(plain(records, DESCRIPTION, item)).files] == ["a.txt"]
    assert storage.verify(records.operator, records.settings).damaged == []


def everything() -> dict[str, list[object]]:
    columns = ("id", "reference_code", "code_sort", "title", "author", "elements", "extra", "version", "source_key",
               "files_count", "transfer", "date_text")  # fmt: skip
    return {
        "items": list(Item.objects.order_by("id").values_list(*columns)),
        "versions": list(
            ItemVersion.objects.order_by("item_id", "version").values_list(
                "item_id", "version", "elements", "extra", "at", "by", "reason"
            )
        ),
        "hand": list(HandSet.objects.order_by("pk").values_list("pk", "elements", "edited")),
        "former": list(FormerCode.objects.order_by("code").values_list("code", "item_id")),
        "promised": list(PromisedObject.objects.order_by("pk").values_list("pk", "version", "inventory_digest")),
    }


def test_the_store_alone_gives_every_edit_back(records: Here, tmp_path: Path) -> None:
    from ingest.archives import text_batch

    records.take_in(text_batch(2).write(tmp_path / "batch"))
    first, second = (Item.objects.get(reference_code=code) for code in CODES)
    edit(records, first, title="人工核定的题名")
    third = Item.objects.get(title="没有档号的丙")
    edit(records, third, reference_code="B012-WS·2017-Y-CXW-0003", author="档案室")
    listed = [
        [CODES[0], "目录的题名", "2016", "1", "甲〔2016〕1号", "新责任者"],
        [CODES[1], "乙二", *ROWS[1][2:]],
        ROWS[2],
    ]
    take_in(records, tmp_path, listed, "again.csv")
    second.refresh_from_db()
    edit(records, second, note="附注")
    other = Item.objects.get(reference_code="T001-WS·2020-Y-BGS-0001")
    edit(
        records,
        edit(records, other, title="一改"),
        title="二改",
        reference_code="T001-WS·2020-Y-BGS-0901",
        item_number="901",
    )
    before = everything()
    for model in (BegunEdit, FileText, File, ItemVersion, HandSet, FormerCode, Item, CatalogueImport, PromisedObject):
        model._default_manager.all().delete()
    rebuild_archive(actor=records.operator, settings=records.settings, restorers=[ImportRestorer()])
    after = everything()
    for name in ("items", "hand", "former"):
        assert after[name] == before[name], name
    assert {row[:3] for row in map(json_row, after["versions"])} == {
        row[:3] for row in map(json_row, before["versions"])
    }
    assert after["promised"] == [row for row in before["promised"] if row in after["promised"]]
    assert storage.verify(records.operator, records.settings).damaged == []
    again = everything()
    rebuild_archive(actor=records.operator, settings=records.settings, restorers=[ImportRestorer()])
    assert everything() == again
    # Rows of a backup that is older than the store are brought up to date.
    late = Item.objects.get(pk=other.pk)
    ItemVersion.objects.filter(item=late, version=3).delete()
    begun = ItemVersion.objects.get(item=late, version=2)
    Item.objects.filter(pk=late.pk).update(
        version=2, elements=begun.elements, title="一改", reference_code="T001-WS·2020-Y-BGS-0001"
    )
    rebuild_archive(actor=records.operator, settings=records.settings, restorers=[ImportRestorer()])
    assert Item.objects.get(pk=late.pk).title == "二改" and Item.objects.get(pk=late.pk).version == 3


def json_row(row: object) -> tuple[str, ...]:
    assert isinstance(row, tuple)
    return tuple(json.dumps(one, default=str, sort_keys=True, ensure_ascii=False) for one in row)
