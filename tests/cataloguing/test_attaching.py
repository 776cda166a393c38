"""Files attached to records of catalogues, by code or by pattern."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cataloguing.catalogues import write_csv
from shicheng.cataloguing import intake, rebuilding
from shicheng.cataloguing.attaching import Attached, attach_folder
from shicheng.cataloguing.errors import BadPattern
from shicheng.holdings.models import File, Item, ItemVersion
from shicheng.storage.models import PromisedObject

if TYPE_CHECKING:
    from ingest.fixtures import Here

CODES = ("B012-WS·2016-Y-CXW-0001", "B012-WS·2016-Y-CXW-0002")


@pytest.fixture
def records(here: Here, tmp_path: Path) -> Here:
    rows = [
        ["档号", "题名", "年度", "件号", "文号"],
        [CODES[0], "甲", "2016", "1", "n1"],
        [CODES[1], "乙", "2016", "2", "n1"],
        ["", "丙", "2017", "3", "n3"],
    ]
    intake.import_catalogue(actor=here.operator, path=write_csv(tmp_path / "c.csv", rows), settings=here.settings)
    return here


def attach(here: Here, folder: Path, **more: object) -> Attached:
    return attach_folder(actor=here.operator, folder=folder, settings=here.settings, **more)  # type: ignore[arg-type]


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}", "utf-8")


def test_files_find_their_records_by_code_however_it_is_written(records: Here, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    put(
        scans,
        f"{CODES[0]}/正文.txt",
        f"{CODES[0]}/附件.txt",
        "B012_WS.2016-Y-CXW-0002_001.txt",
        "stray.txt",
        "Thumbs.db",
    )
    result = attach(records, scans)
    assert (result.files, result.matched, result.items, result.counts["missing"]) == (4, 3, 2, 1)
    assert result.missing == [{"path": "stray.txt"}]
    item = Item.objects.get(reference_code=CODES[0])
    assert item.files_count == 2
    assert records.store.has(item.object_id)
    assert records.store.verify(item.object_id) == []
    assert PromisedObject.objects.filter(pk=item.object_id, kind="item").exists()
    with records.store.open(item.object_id, "content/正文.txt") as stream:
        assert stream.read().decode() == f"text of {CODES[0]}/正文.txt"
    with Path(result.report).open(encoding="utf-8-sig", newline="") as stream:
        outcomes = {row["path"]: row["result"] for row in csv.DictReader(stream)}
    assert outcomes["stray.txt"] == "missing" and outcomes[f"{CODES[0]}/正文.txt"] == "attached"
    assert sorted(path.name for path in scans.rglob("*") if path.is_file())[0] == "B012_WS.2016-Y-CXW-0002_001.txt"


def test_attaching_again_changes_nothing_and_more_files_make_a_new_version(records: Here, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    put(scans, f"{CODES[0]}/a.txt")
    attach(records, scans)
    again = attach(records, scans)
    assert (again.items, again.known) == (0, 1)
    item = Item.objects.get(reference_code=CODES[0])
    assert records.store.inventory(item.object_id).head == 1
    put(scans, f"{CODES[0]}/b.txt", f"{CODES[0]}/sub/A.txt")
    more = attach(records, scans)
    assert (more.items, more.known) == (1, 1)
    assert records.store.inventory(item.object_id).head == 2
    paths = list(File.objects.filter(item=item).order_by("order").values_list("logical_path", flat=True))
    assert paths == ["content/a.txt", "content/b.txt", "content/0003/A.txt"]


def test_patterns_match_by_columns_and_tell_of_ambiguous_ones(records: Here, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    put(scans, "2017/3.txt", "2017/x.txt", "2016/9.txt")
    result = attach(records, scans, pattern="{year}/{item_number}.txt")
    assert (result.matched, result.counts["missing"]) == (1, 2)
    assert Item.objects.get(title="丙").files_count == 1
    put(tmp_path / "numbers", "n1/a.txt")
    result = attach(records, tmp_path / "numbers", pattern="{document_number}/*")
    assert result.ambiguous[0]["path"] == "n1/a.txt"
    assert sorted(result.ambiguous[0]["codes"]) == list(CODES)
    for bad in ("*.txt", "{nothing}/*", "{year}/{year}"):
        with pytest.raises(BadPattern):
            attach(records, scans, pattern=bad)


def test_a_dry_run_attaches_nothing(records: Here, tmp_path: Path) -> None:
    put(tmp_path / "scans", f"{CODES[0]}/a.txt")
    assert attach(records, tmp_path / "scans", dry_run=True).matched == 1
    assert not File.objects.exists()


def test_rows_lost_after_storing_are_found_again_in_the_object(records: Here, tmp_path: Path) -> None:
    put(tmp_path / "scans", f"{CODES[0]}/a.txt")
    attach(records, tmp_path / "scans")
    File.objects.all()[0].text.delete()
    File.objects.all().delete()
    Item.objects.update(files_count=0)
    result = attach(records, tmp_path / "scans")
    item = Item.objects.get(reference_code=CODES[0])
    assert (item.files_count, records.store.inventory(item.object_id).head, result.counts["refused"]) == (1, 1, 0)


def test_records_with_files_outlive_the_undoing_of_their_import(records: Here, tmp_path: Path) -> None:
    put(tmp_path / "scans", f"{CODES[0]}/a.txt")
    attach(records, tmp_path / "scans")
    undone = intake.undo_import(
        actor=records.operator,
        number=Item.objects.values_list("transfer", flat=True)[0],
        reason="test",
        settings=records.settings,
    )
    assert (undone.removed, undone.kept) == (2, 1)
    assert Item.objects.get().reference_code == CODES[0]


def test_a_record_made_anew_from_its_own_object_is_recognised(records: Here, tmp_path: Path) -> None:
    put(tmp_path / "scans", f"{CODES[0]}/a.txt")
    attach(records, tmp_path / "scans")
    item = Item.objects.get(reference_code=CODES[0])
    # As the rebuild leaves it, which knows nothing of keys.
    Item.objects.exclude(pk=item.pk).delete()
    Item.objects.update(source_key=None)
    ItemVersion.objects.all().delete()
    from shicheng.cataloguing.models import CatalogueImport

    CatalogueImport.objects.all().delete()
    store = records.store
    objects = [one for one in store.iter_objects() if rebuilding.is_catalogue_object(store, one)]
    assert len(objects) == 1
    rebuilding.replay_imports(records.operator, store, objects, records.settings)
    again = Item.objects.get(reference_code=CODES[0])
    assert (Item.objects.count(), again.pk, again.source_key, again.files_count) == (3, item.pk, item.source_key, 1)
