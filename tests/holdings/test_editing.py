"""Editing descriptions: new versions in store and rows, judged, safe against each other and against crashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.archives import text_batch
from shicheng.audit import selectors as audit
from shicheng.audit.verification import verify_chain
from shicheng.holdings import editing, events
from shicheng.holdings.editing import edit_item, finish_edits, revert_item
from shicheng.holdings.errors import BadValues, CodeTaken, EditedMeanwhile, VersionNotFound
from shicheng.holdings.item_papers import DESCRIPTION, MANIFEST, PREMIS, VERSIONS
from shicheng.holdings.models import BegunEdit, FormerCode, HandSet, Item, ItemVersion
from shicheng.packages.description import read_description
from shicheng.packages.manifest import read_manifest
from shicheng.packages.premis import read_premis
from shicheng.people.errors import NotPermitted
from shicheng.people.types import Actor, Role
from shicheng.search.services import find
from shicheng.storage import services as storage
from shicheng.storage.models import PromisedObject

if TYPE_CHECKING:
    from ingest.fixtures import Here

REF = "T001-WS·2020-Y-BGS-0001"
REASON = "与原件核对后更正"


@pytest.fixture
def shelf(here: Here, tmp_path: Path) -> Here:
    """An archive with three items of one transfer."""
    here.take_in(text_batch(3).write(tmp_path / "batch"))
    return here


def first() -> Item:
    return Item.objects.select_related("fonds").get(object_id=Item.objects.order_by("code_sort")[0].object_id)


def edit(here: Here, item: Item, version: int | None = None, **changes: str) -> editing.Edited:
    return edit_item(
        actor=here.operator, item_id=item.pk, changes=changes, version=version, reason=REASON, settings=here.settings
    )


def paper(here: Here, item: Item, path: str, version: int | None = None) -> bytes:
    with here.store.open(item.object_id, path, version) as stream:
        content: bytes = stream.read()
    return content


def test_an_edit_is_a_new_version_of_rows_and_object(shelf: Here) -> None:
    item = first()
    old = item.title
    before = shelf.store.inventory(item.object_id)
    made = edit(shelf, item, 1, title="关于表彰先进集体的决定", date="20200305", note="第一行\r\n第二行")
    assert (made.version, made.is_new) == (2, True)
    item.refresh_from_db()
    assert (item.title, item.date_text, item.version) == ("关于表彰先进集体的决定", "2020-03-05", 2)
    assert item.elements["note"] == "第一行\n第二行"
    assert list(ItemVersion.objects.filter(item=item).values_list("version", "reason", "by")) == [
        (1, "", shelf.operator.name), (2, REASON, shelf.operator.name),
    ]  # fmt: skip
    after = shelf.store.inventory(item.object_id)
    assert after.head == before.head + 1
    content = {path: digest for path, digest in before.state().items() if path.startswith("content/")}
    assert content and content.items() <= after.state().items()
    assert not [
        path
        for paths in after.manifest.values()
        for path in paths
        if path.startswith(f"v{after.head}/content/content/")
    ]
    described = read_description(paper(shelf, item, DESCRIPTION))
    assert described.elements["title"] == item.title and described.files
    assert read_description(paper(shelf, item, DESCRIPTION, 1)).elements["title"] == old
    record = read_premis(paper(shelf, item, PREMIS))
    assert record.events[-1].type == "metadata modification" and record.events[-1].outcome_note == REASON
    assert len(record.events) == 6
    entries = read_manifest(paper(shelf, item, MANIFEST))
    assert {one.logical_path for one in entries} == set(after.state()) - {MANIFEST}
    assert [one["version"] for one in json.loads(paper(shelf, item, VERSIONS))["versions"]] == [1, 2]
    assert shelf.store.verify(item.object_id) == []
    assert PromisedObject.objects.get(pk=item.object_id).inventory_digest == after.digest
    entry = audit.history(shelf.operator, ("item", str(item.pk)))[-1]
    assert entry.event == events.ITEM_EDITED
    assert entry.details["changes"]["title"] == [old, item.title] and entry.details["reason"] == REASON
    from shicheng.search.follower import follow_once

    follow_once(shelf.settings.index_path)
    hits = find(shelf.operator, "表彰先进集体", index_path=shelf.settings.index_path).hits
    assert [hit.ref for hit in hits] == [item.reference_code]


def test_an_edit_that_changes_nothing_makes_nothing(shelf: Here) -> None:
    item = first()
    made = edit(shelf, item, 1, title=f" {item.title} ")
    assert (made.version, made.is_new) == (1, False)
    assert shelf.store.inventory(item.object_id).head == 1
    assert not BegunEdit.objects.exists()


def test_the_same_edit_sent_twice_is_one(shelf: Here) -> None:
    item = first()
    edit(shelf, item, 1, title="新题名")
    again = edit(shelf, item, 1, title="新题名")
    assert (again.version, again.is_new) == (2, False)
    assert shelf.store.inventory(item.object_id).head == 2
    told = [one.event for one in audit.history(shelf.operator, ("item", str(item.pk)))]
    assert told.count(events.ITEM_EDITED) == 1


def test_the_second_of_two_archivists_sees_what_the_first_saved(shelf: Here) -> None:
    item = first()
    edit(shelf, item, 1, title="甲的题名", author="甲")
    with pytest.raises(EditedMeanwhile) as refused:
        edit_item(
            actor=Actor("operator", "li@cli", roles=frozenset({Role.ARCHIVIST})), item_id=item.pk,
            changes={"title": "乙的题名", "note": "乙"}, version=1, reason="another", settings=shelf.settings,
        )  # fmt: skip
    assert refused.value.http_status == 412 and refused.value.version == 2
    assert refused.value.saved == {"title": "甲的题名", "author": "甲"}
    assert shelf.operator.name in str(refused.value)
    item.refresh_from_db()
    assert (item.title, item.author, item.elements.get("note", "")) == ("甲的题名", "甲", "")
    merged = edit(shelf, item, 2, note="乙")
    assert merged.version == 3 and merged.item.title == "甲的题名"
    with pytest.raises(EditedMeanwhile, match="no version 9"):
        edit(shelf, item, 9, note="丙")


WRONG = [
    ("date", "二零二零年十四月", "not a date", "Write"),
    ("date", "21990101", "future", "document"),
    ("date", "1200", "before all records", "document"),
    ("year", "2999", "future", "document"),
    ("year", "二〇", "no year", "document"),
    ("retention", "五年左右", "五年左右", ""),
    ("secrecy", "绝密", "may hold", "secret records"),
    ("secrecy", "随便", "none of its values", "Choose"),
    ("openness", "也许", "none of its values", "Choose"),
    ("pages", "许多", "no number", "document"),
    ("title", "", "mandatory", "right value"),
    ("title", "长" * 300, "allows 200", "document"),
    ("author", "甲\u200b乙", "U+200B", "document"),
    ("fonds_code", "T002", "not part of what is edited", "fonds"),
    ("colour", "red", "no element", "scheme"),
    ("reference_code", "随便写的", "", ""),
    ("reference_code", "T002-WS·2020-Y-BGS-0001", "fonds T002", "begins with T001"),
    ("reference_code", "OTHER", "another item", "never given twice"),
    ("reference_code", "T001-WS·2021-Y-BGS-0901", "2021", "Correct whichever"),
    ("reference_code", "T001-WS·2020-D30-BGS-0901", "D30", "Correct whichever"),
    ("reference_code", "", "mandatory", "right value"),
    ("item_number", "7", "says 1", "Correct whichever"),
]


def test_a_value_that_can_not_stand_is_refused_by_name(shelf: Here) -> None:
    item = first()
    other = Item.objects.exclude(pk=item.pk)[0].reference_code
    wrong = []
    for element, given, reason, advice in WRONG:
        value = other if given == "OTHER" else given
        with pytest.raises(BadValues) as refused:
            edit(shelf, item, 1, **{element: value})
        faults = [fault for fault in refused.value.faults if reason in str(fault.reason)]
        if not faults or faults[0].element != element or advice not in str(faults[0].advice or ""):
            wrong.append((element, value, [str(fault) for fault in refused.value.faults]))
    assert wrong == []
    item.refresh_from_db()
    assert item.version == 1 and not BegunEdit.objects.exists()


def test_old_faults_of_other_elements_do_not_stand_in_the_way(shelf: Here) -> None:
    item = first()
    item.elements["date"] = "某年某月"
    item.save(update_fields=["elements"])
    assert edit(shelf, item, 1, author="办公室").version == 2


def test_an_edit_needs_a_reason_and_the_permission_for_the_fonds(shelf: Here) -> None:
    item = first()
    with pytest.raises(BadValues, match="no reason"):
        edit_item(
            actor=shelf.operator, item_id=item.pk, changes={"author": "甲"}, version=1, reason=" ",
            settings=shelf.settings,
        )  # fmt: skip
    Item.objects.filter(pk=item.pk).update(openness="open", secrecy="public")
    for roles, fonds in (
        ({Role.READER}, None),
        ({Role.SYSTEM_ADMINISTRATOR, Role.READER}, None),
        ({Role.ARCHIVIST}, frozenset({"T9"})),
    ):
        actor = Actor("user", "li", roles=frozenset(roles), fonds=fonds)
        with pytest.raises(NotPermitted):
            edit_item(
                actor=actor, item_id=item.pk, changes={"author": "甲"}, version=1, reason="r", settings=shelf.settings
            )


def test_a_former_code_is_never_given_to_another_item(shelf: Here, tmp_path: Path) -> None:
    item = first()
    old, new = item.reference_code, "T001-WS·2020-Y-BGS-0901"
    made = edit(shelf, item, 1, reference_code=new, item_number="901")
    assert (made.item.reference_code, made.item.number) == (new, 901)
    other = Item.objects.exclude(pk=item.pk)[0]
    with pytest.raises(BadValues, match="did once"):
        edit(shelf, other, 1, reference_code=old, item_number="1")
    from shicheng.holdings import selectors

    assert selectors.existing_reference_codes([old]) == {old}
    assert selectors.item(shelf.operator, old).pk == item.pk  # whoever cites the old code finds it
    back = revert_item(
        actor=shelf.operator, item_id=item.pk, to=1, version=2, reason="should not have been", settings=shelf.settings
    )
    assert back.item.reference_code == old
    assert list(FormerCode.objects.values_list("code", flat=True)) == [new]


def test_an_older_version_comes_back_as_a_new_one(shelf: Here) -> None:
    item = first()
    edit(shelf, item, 1, title="错的题名", note="多余")
    back = revert_item(
        actor=shelf.operator, item_id=item.pk, to=1, version=2, reason="第二版有误", settings=shelf.settings
    )
    assert (back.version, back.item.title, "note" in back.item.elements) == (3, item.title, False)
    assert back.item.elements == ItemVersion.objects.get(item=item, version=1).elements
    assert ItemVersion.objects.filter(item=item).count() == 3
    with pytest.raises(VersionNotFound):
        revert_item(actor=shelf.operator, item_id=item.pk, to=7, version=3, reason="x", settings=shelf.settings)


class Cut(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("where", ["begun", "stored"])
def test_an_edit_that_was_cut_off_is_taken_to_its_end(shelf: Here, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    item = first()

    def cut(*_arguments: Any, **_named: Any) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(editing, "_store" if where == "begun" else "_commit", cut)
        with pytest.raises(Cut):
            edit(shelf, item, 1, title="新题名")
    item.refresh_from_db()
    assert item.version == 1 and BegunEdit.objects.count() == 1
    # Sent again because no answer came, it is one edit.
    again = edit(shelf, item, 1, title="新题名")
    assert (again.version, again.is_new) == (2, False)
    check_sound(shelf, item, 2)
    assert finish_edits(shelf.settings) == 0


def check_sound(here: Here, item: Item, version: int) -> None:
    item.refresh_from_db()
    assert item.version == version == here.store.inventory(item.object_id).head
    assert read_description(paper(here, item, DESCRIPTION)).elements["title"] == item.title
    assert list(ItemVersion.objects.filter(item=item).order_by("version").values_list("version", flat=True)) == [
        *range(1, version + 1)
    ]
    assert not BegunEdit.objects.exists()
    told = [one.event for one in audit.history(here.operator, ("item", str(item.pk)))]
    assert told.count(events.ITEM_EDITED) == version - 1
    assert verify_chain().intact
    assert storage.verify(here.operator, here.settings).damaged == []


def test_two_processes_finishing_one_edit_make_it_once(shelf: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    item = first()
    commit = editing._commit
    with monkeypatch.context() as patch:
        patch.setattr(editing, "_store", lambda *_arguments: (_ for _ in ()).throw(Cut()))
        with pytest.raises(Cut):
            edit(shelf, item, 1, title="新题名")

    def second_comes_first(*arguments: Any) -> bool:
        monkeypatch.setattr(editing, "_commit", commit)
        finish_edits(shelf.settings)  # the other process, between our store and our rows
        return commit(*arguments)

    monkeypatch.setattr(editing, "_commit", second_comes_first)
    assert finish_edits(shelf.settings) == 1
    check_sound(shelf, item, 2)


def test_a_new_item_is_refused_a_code_that_another_had(shelf: Here, tmp_path: Path) -> None:
    from shicheng.holdings.services import register_items
    from shicheng.holdings.types import NewItem
    from shicheng.kernel.identifiers import new_id

    item = first()
    edit(shelf, item, 1, reference_code="T001-WS·2020-Y-BGS-0901", item_number="901")
    new = NewItem(new_id(), REF, {"title": "t"}, {}, [], "2026-9999", "urn:uuid:x", ())
    with pytest.raises(CodeTaken, match="once"):
        register_items(actor=shelf.operator, fonds=item.fonds, new_items=[new])
    assert HandSet.objects.get(pk=item.pk).elements == ["item_number", "reference_code"]


def test_an_edit_that_comes_in_the_same_moment_is_met_and_not_lost(
    shelf: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = first()
    begin = editing._begin

    def another_first(*arguments: Any) -> Any:
        monkeypatch.setattr(editing, "_begin", begin)
        edit(shelf, item, 1, title="先到的题名")
        return begin(*arguments)

    monkeypatch.setattr(editing, "_begin", another_first)
    with pytest.raises(EditedMeanwhile) as refused:
        edit(shelf, item, 1, title="后到的题名")
    assert refused.value.saved == {"title": "先到的题名"}
    check_sound(shelf, item, 2)
