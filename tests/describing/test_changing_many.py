"""Batch changes and saves of the grid: judged, never over what was not seen, undone, and all of it from the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from cataloguing.catalogues import write_csv
from describing.shelf import shelve_rows
from ingest.archives import text_batch
from shicheng.audit import selectors as audit
from shicheng.audit.models import Entry
from shicheng.audit.verification import verify_chain
from shicheng.cataloguing import intake
from shicheng.cataloguing.models import CatalogueImport
from shicheng.cataloguing.rebuilding import ImportRestorer
from shicheng.describing import engine, papers
from shicheng.describing.errors import BadOperation, ChangeSetNotFound, NotUndoable
from shicheng.describing.grid import Row, finish_saves, save_rows
from shicheng.describing.models import ChangeSet
from shicheng.describing.operations import Operation
from shicheng.describing.rebuilding import ChangeRestorer
from shicheng.describing.services import begin_change, preview_change, undo_change
from shicheng.holdings import events, history
from shicheng.holdings.editing import edit_item
from shicheng.holdings.models import File, FileText, FormerCode, HandSet, Item, ItemVersion
from shicheng.ingest.rebuilding import rebuild_archive
from shicheng.kernel.identifiers import new_id
from shicheng.people.errors import NotPermitted
from shicheng.people.types import Actor, Role
from shicheng.search.follower import follow_once
from shicheng.search.selections import Selection
from shicheng.search.services import find
from shicheng.storage import services as storage
from shicheng.storage.models import PromisedObject

if TYPE_CHECKING:
    from ingest.fixtures import Here

HEADER = ["档号", "题名", "年度", "件号", "文号", "责任者"]
ROWS = [
    [f"B012-WS·2016-Y-CXW-{n:04d}", f"关于第{n}件事的通知", "2016", str(n), f"甲〔2016〕{n}号", "县政府"]
    for n in range(1, 7)
]
REASON = "与原件核对"


def take_in(here: Here, tmp_path: Path, rows: list[list[str]], name: str = "c.csv") -> str:
    path = write_csv(tmp_path / name, [HEADER, *rows])
    return intake.import_catalogue(actor=here.operator, path=path, settings=here.settings, fonds="B012").number


@pytest.fixture
def records(here: Here) -> Here:
    """Six records of one fonds, and two of another."""
    names = ("reference_code", "title", "year", "item_number", "document_number", "author")
    shelve_rows(here, [dict(zip(names, row, strict=True)) for row in ROWS])
    others = [{"reference_code": f"T001-WS·2020-Y-BGS-{n:04d}", "title": "别的"} for n in (1, 2)]
    shelve_rows(here, others, fonds="T001")
    return here


def codes(*numbers: int) -> list[str]:
    return [ROWS[number - 1][0] for number in numbers]


def item(number: int) -> Item:
    return Item.objects.get(reference_code=codes(number)[0])


def change(here: Here, operation: Operation, **filters: str) -> ChangeSet:
    made = begin_change(
        actor=here.operator, selection=Selection(filters=filters), operation=operation, reason=REASON, expected=0,
        settings=here.settings,
    )  # fmt: skip
    here.run_jobs()
    made.refresh_from_db()
    return made


def save(here: Here, *rows: tuple[Item, dict[str, str]], key: UUID | None = None, actor: Actor | None = None) -> Any:
    listed = [Row(one.pk, one.version, changes) for one, changes in rows]
    return save_rows(
        actor=actor or here.operator, key=key or new_id(), rows=listed, reason=REASON, settings=here.settings
    )


def test_a_batch_change_tells_first_then_does_it_and_is_undone(records: Here) -> None:
    here, chosen = records, Selection(filters={"fonds": "B012"})
    operation = Operation("note", "append", value="已核", between="；")
    told = preview_change(actor=here.operator, selection=chosen, operation=operation, settings=here.settings)
    assert (told.total, told.changed, told.faulty, told.same) == (6, 6, 0, 0)
    first, ref = told.lines[0]
    assert ref == codes(1)[0] and first.changed == {"note": ("", "已核")}
    assert not ChangeSet.objects.exists() and item(1).version == 1

    edit_item(
        actor=here.operator, item_id=item(2).pk, changes={"note": "残"}, version=1, reason=REASON,
        settings=here.settings,
    )  # fmt: skip
    done = change(here, operation, fonds="B012")
    assert (done.state, done.lines, done.changed, done.faulty, done.left) == ("done", 6, 6, 0, 0)
    assert [item(n).elements["note"] for n in (1, 2)] == ["已核", "残；已核"]
    assert (item(1).version, item(2).version) == (2, 3)
    assert HandSet.objects.get(pk=item(1).pk).elements == ["note"]
    entries = [
        one for one in audit.history(here.operator, ("item", str(item(1).pk))) if one.event == events.ITEM_EDITED
    ]
    assert [(one.details["changes"], one.details["object"]) for one in entries] == [
        ({"note": ["", "已核"]}, done.object_id)
    ]
    assert any(REASON in str(one.sentence) for one in history.life(here.operator, item(1)))
    follow_once(here.settings.index_path)
    assert find(here.operator, "已核", index_path=here.settings.index_path).total == 6

    # What cannot stand is left out with the reason; what is so already is no change.
    wrong = change(here, Operation("date", "set", value="某年某月"), fonds="B012")
    assert (wrong.lines, wrong.faulty, wrong.changed) == (0, 6, 0)
    faults = list(papers.read_faults(here.store, wrong.object_id))
    assert [one["ref"] for one in faults] == codes(1, 2, 3, 4, 5, 6) and faults[0]["faults"][0]["element"] == "date"
    assert change(here, Operation("author", "set", value="县政府"), fonds="B012").lines == 0

    # Undone, but for the record whose value was changed again.
    save(here, (item(3), {"note": "改过"}))
    undone = undo_change(actor=here.operator, change_id=done.pk, reason="做错了")
    assert undo_change(actor=here.operator, change_id=done.pk, reason="做错了").pk == undone.pk
    here.run_jobs()
    undone.refresh_from_db()
    done.refresh_from_db()
    assert (undone.state, done.state, undone.changed, undone.faulty) == ("done", "undone", 5, 1)
    assert [item(n).elements.get("note", "") for n in (1, 2, 3)] == ["", "残", "改过"]
    with pytest.raises(NotUndoable):
        undo_change(actor=here.operator, change_id=ChangeSet.objects.create(
            number="B1999-0001", kind="batch", state="failed", reason="x", made_by="x", made_at=done.made_at,
        ).pk, reason="x")  # fmt: skip
    assert verify_chain().intact
    assert storage.verify(here.operator, here.settings).damaged == []


def test_what_says_nothing_is_refused_and_nobody_reaches_beyond_their_fonds(records: Here) -> None:
    here = records
    for operation in (
        Operation("fonds_code", "set", "X"), Operation("reference_code", "set", "X"), Operation("note", "burn"),
        Operation("note", "set"), Operation("note", "find", value="a"), Operation("note", "find", "a", "a"),
        Operation("note", "append", "长" * 2001),
    ):  # fmt: skip
        with pytest.raises(BadOperation):
            preview_change(actor=here.operator, selection=Selection(), operation=operation, settings=here.settings)
    with pytest.raises(BadOperation):
        begin_change(
            actor=here.operator, selection=Selection(), operation=Operation("note", "set", "a"), reason=" ",
            expected=0, settings=here.settings,
        )  # fmt: skip
    elsewhere = Actor("user", "zhao", new_id(), frozenset({Role.ARCHIVIST}), frozenset({"T001"}))
    told = preview_change(
        actor=elsewhere, selection=Selection(), operation=Operation("note", "set", "a"), settings=here.settings
    )
    assert (told.total, told.changed) == (2, 2)
    mine = save(here, (item(1), {"note": "a"}), actor=elsewhere)
    assert mine == {str(item(1).pk): {"gone": True}} and item(1).version == 1
    done = change(here, Operation("note", "set", "a"), fonds="B012")
    with pytest.raises(ChangeSetNotFound):
        undo_change(actor=elsewhere, change_id=done.pk, reason="x")
    reader = Actor("user", "li", new_id(), frozenset({Role.READER}))
    with pytest.raises(NotPermitted):
        save(here, (item(1), {"note": "a"}), actor=reader)
    # An opened record may be seen by all at the desk, and yet not be changed.
    Item.objects.filter(pk=item(1).pk).update(openness="open", secrecy="public")
    answer = save(here, (item(1), {"note": "b"}), actor=elsewhere)
    assert list(answer[str(item(1).pk)]) == ["faults"] and item(1).elements["note"] == "a"


def test_rows_of_the_grid_are_answered_one_by_one(records: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here, key = records, new_id()
    seen = {n: item(n) for n in range(1, 5)}
    edit_item(
        actor=here.operator, item_id=seen[2].pk, changes={"author": "县委"}, version=1, reason=REASON,
        settings=here.settings,
    )  # fmt: skip
    rows = (
        (seen[1], {"title": "新题名", "pages": "3"}), (seen[2], {"author": "县人大"}),
        (seen[3], {"date": "某日"}), (seen[4], {"reference_code": "B012-WS·2016-Y-CXW-0099"}),
    )  # fmt: skip
    answers = save(here, *rows, key=key)
    one, two, three, four = (answers[str(seen[n].pk)] for n in range(1, 5))
    assert one == {"saved": 2, "values": {"title": "新题名", "pages": "3"}}
    assert two["met"]["by"] == here.operator.name and two["met"]["values"]["author"] == "县委"
    assert list(three["faults"]) == ["date"] and list(four["faults"]) == ["reference_code"]
    assert (item(1).title, item(1).pages, item(2).author, item(3).version) == ("新题名", 3, "县委", 1)
    # The same save sent again, because its answer was lost, is the same save.
    assert save(here, *rows, key=key) == answers
    assert ItemVersion.objects.filter(item=seen[1]).count() == 2
    assert ChangeSet.objects.get().number is None

    # Cut off after its promise, or after the store: taken to its end, once.
    for moment in ("store_changes", "store_outcome"):
        begun = item(5)
        broken = "shicheng.describing.papers." + moment
        with monkeypatch.context() as patch:
            patch.setattr(broken if moment == "store_changes" else "shicheng.describing.grid.carry_out", _break)
            with pytest.raises(RuntimeError):
                save(here, (begun, {"note": moment}))
        ChangeSet.objects.filter(state="promised").update(made_at="2020-01-01T00:00:00Z")
        assert finish_saves(here.settings) == 1 and finish_saves(here.settings) == 0
        assert (item(5).elements["note"], item(5).version) == (moment, begun.version + 1)
    assert verify_chain().intact


def _break(*_arguments: Any, **_named: Any) -> None:
    raise RuntimeError("cut off")


def everything() -> dict[str, list[object]]:
    columns = ("id", "reference_code", "code_sort", "title", "author", "elements", "version", "files_count", "transfer")
    return {
        "items": list(Item.objects.order_by("id").values_list(*columns)),
        "versions": list(
            ItemVersion.objects.order_by("item_id", "version").values_list("item_id", "version", "elements", "reason")
        ),
        "hand": list(HandSet.objects.order_by("pk").values_list("pk", "elements", "edited")),
        "sets": list(
            ChangeSet.objects.order_by("at").values_list("pk", "number", "kind", "state", "changed", "left", "undoes")
        ),
        "promised": list(PromisedObject.objects.order_by("pk").values_list("pk", "version", "inventory_digest")),
    }


def test_the_store_alone_gives_every_change_back(here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(here, tmp_path, ROWS)
    here.take_in(text_batch(2).write(tmp_path / "batch"))
    first = change(here, Operation("note", "set", "甲"), fonds="B012")
    edit_item(
        actor=here.operator, item_id=item(1).pk, changes={"author": "县委"}, version=2, reason=REASON,
        settings=here.settings,
    )  # fmt: skip
    again = [[ROWS[1][0], "目录的新题名", *ROWS[1][2:]], [*ROWS[2][:5], "新责任者"], *ROWS[3:]]
    take_in(here, tmp_path, again, "again.csv")  # what a person set stays, the rest is taken
    assert (item(2).title, item(2).elements["note"], item(2).version) == ("目录的新题名", "甲", 3)
    folder = tmp_path / "scans" / codes(3)[0]
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("正文", "utf-8")
    from shicheng.cataloguing.attaching import attach_folder

    attach_folder(actor=here.operator, folder=tmp_path / "scans", settings=here.settings)
    undo_change(actor=here.operator, change_id=first.pk, reason="做错了")
    here.run_jobs()
    change(here, Operation("title", "find", value="事项", find="事"))
    # While a batch change is under way, somebody else is quicker with one of its records.
    carry_out = engine.carry_out

    def meet(*arguments: Any) -> None:
        one = item(6)
        if one.version == ahead.version:
            save(here, (one, {"pages": "9"}))
        carry_out(*arguments)

    ahead = item(6)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "carry_out", meet)
        last = change(here, Operation("pages", "set", "5"), fonds="B012")
    assert (last.changed, last.left, item(6).pages, item(5).pages) == (5, 1, 9, 5)
    before = everything()
    for model in (
        FileText, File, ItemVersion, HandSet, FormerCode, Item, CatalogueImport, PromisedObject, ChangeSet,
    ):  # fmt: skip
        if model is ChangeSet:
            ChangeSet.objects.update(undoes=None)
        model._default_manager.all().delete()
    for _time in range(2):  # safe to run twice
        rebuild_archive(actor=here.operator, settings=here.settings, restorers=[ImportRestorer(), ChangeRestorer()])
        after = everything()
        for name in ("items", "versions", "hand", "sets"):
            assert after[name] == before[name], name
    assert storage.verify(here.operator, here.settings).damaged == []
    assert Entry.objects.filter(event=events.ITEM_EDITED).count() > 20 and verify_chain().intact
