"""Fonds as events, their register and dossiers; volumes, boxes, and new codes for held items."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user
from ingest.archives import text_batch
from shicheng.audit import selectors as audit
from shicheng.holdings import boxes, dossier, fonds, register, renumbering, restoring, volumes
from shicheng.holdings.boxing import Fitted, plan_boxes
from shicheng.holdings.errors import (
    BadArrangement,
    BadFondsEvent,
    CodeTaken,
    EditedMeanwhile,
    FondsClosed,
    UnknownFonds,
)
from shicheng.holdings.models import (
    Box,
    BoxedItem,
    DossierPaper,
    Fonds,
    FondsEvent,
    FormerCode,
    Item,
    Volume,
    VolumeItem,
)
from shicheng.ingest.errors import WorkFailed
from shicheng.people.errors import NotPermitted
from shicheng.people.services import ANONYMOUS
from shicheng.people.types import Actor, Role
from shicheng.storage import services as storage
from shicheng.storage.restoring import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime.date


def fitted(pages: int, *, klass: str = "WS", number: int = 0) -> Fitted:
    return Fitted(UUID(int=number), f"T-{number}", "", pages, (klass,))


def test_boxes_are_filled_in_order_class_by_class_and_never_beyond_their_width() -> None:
    items = [fitted(60, number=1), fitted(60, number=2), fitted(60, number=3), fitted(10, klass="KU", number=4)]
    plan = plan_boxes(items, width=20, first=7)
    assert [(box.number, len(box.items), box.width) for box in plan.boxes] == [(7, 2, 20), (8, 1, 20), (9, 1, 20)]
    assert (plan.boxes[0].first, plan.boxes[0].last, plan.boxes[0].pages) == ("T-1", "T-2", 120)
    both = plan_boxes(items, width=20, first=7, both_sides=True)
    assert [len(box.items) for box in both.boxes] == [3, 1] and both.mark != plan.mark
    [thick] = plan_boxes([fitted(350)], width=20, first=1).boxes
    assert thick.width == 40
    [thicker] = plan_boxes([fitted(9000)], width=20, first=1).boxes
    assert (thicker.width, thicker.percent) == (50, 100)
    for box in plan_boxes([fitted(n % 90, number=n) for n in range(300)], width=30, first=1).boxes:
        assert box.thickness <= box.width - 2


def test_what_happens_to_fonds_is_told_by_events_and_never_edited(here: Here, tmp_path: Path) -> None:
    actor = here.operator
    record = {"actor": actor, "decision": "澜编〔1980〕1号"}
    for code, name in (("T001", "澜城县人大常委会"), ("T002", "澜城县农机局"), ("T003", "澜城县农业局")):
        fonds.record_event(code=code, kind="founded", on=DAY(1980, 1, 1), name=name, agency=name, **record)
    again = fonds.record_event(code="T001", kind="founded", on=DAY(1980, 1, 1), name="澜城县人大常委会", **record)
    assert FondsEvent.objects.filter(fonds__code="T001").get() == again  # recorded twice is once
    here.take_in(text_batch(4).write(tmp_path / "batch"))
    fonds.record_event(code="T001", kind="renamed", on=DAY(2010, 5, 1), name="澜城县人大", **record)
    fonds.record_event(code="T003", kind="absorbed", on=DAY(2019, 1, 1), others=["T002"], **record)
    fonds.record_event(code="T002", kind="merged", on=DAY(2019, 1, 1), others=["T003"], **record)
    refused = [
        {"code": "T001", "kind": "renamed", "on": DAY(2011, 1, 1)},  # no name
        {"code": "T001", "kind": "split", "on": DAY(2011, 1, 1)},  # no other fonds
        {"code": "T001", "kind": "split", "on": DAY(2011, 1, 1), "others": ["T777"]},
        {"code": "T001", "kind": "closed", "on": DAY(2999, 1, 1)},
        {"code": "T001", "kind": "closed", "on": DAY(1970, 1, 1)},
        {"code": "T001", "kind": "restored", "on": DAY(2012, 1, 1)},
        {"code": "T001", "kind": "burnt", "on": DAY(2012, 1, 1)},
        {"code": "t1", "kind": "founded", "on": DAY(2012, 1, 1), "name": "某局"},
        {"code": "T001", "kind": "closed", "on": DAY(2012, 1, 1), "decision": " "},
    ]
    for told in refused:
        with pytest.raises(BadFondsEvent):
            fonds.record_event(**{**record, **told})  # type: ignore[arg-type]
    with pytest.raises(UnknownFonds):
        fonds.record_event(code="T404", kind="closed", on=DAY(2012, 1, 1), **record)
    with pytest.raises(NotPermitted):
        fonds.record_event(**{**record, "actor": ANONYMOUS}, code="T001", kind="closed", on=DAY(2012, 1, 1))

    # The register tells how it stood on a day; today it counts what is held.
    now = {row.code: row for row in register.register(actor)}
    assert (now["T001"].name, now["T001"].items, now["T001"].closed) == ("澜城县人大", 4, None)
    assert now["T002"].closed == DAY(2019, 1, 1) and "T003" in register.change_words(now["T002"].changes[-1])
    then = {row.code: row for row in register.register(actor, DAY(2005, 1, 1))}
    assert (then["T001"].name, then["T001"].items, then["T002"].closed) == ("澜城县人大常委会", 0, None)
    assert register.register(actor, DAY(1970, 1, 1)) == []

    # A closed fonds takes in nothing more, restored it does.
    with pytest.raises((WorkFailed, FondsClosed)):
        here.take_in(text_batch(2, fonds="T002").write(tmp_path / "closed"))
    assert not Item.objects.filter(fonds__code="T002").exists()
    fonds.record_event(code="T002", kind="restored", on=DAY(2020, 1, 1), **record)
    assert here.take_in(text_batch(2, fonds="T002", word="b").write(tmp_path / "open")).state == "stored"


def test_dossiers_volumes_boxes_and_codes_and_their_coming_back(here: Here, tmp_path: Path) -> None:
    actor, settings = here.operator, here.settings
    here.take_in(text_batch(6).write(tmp_path / "batch"))
    items = list(Item.objects.order_by("code_sort"))
    given = {"actor": actor, "fonds": "T001", "settings": settings}
    first = dossier.keep_text(**given, category="introduction", title="全宗介绍", text="机构沿革")
    assert dossier.keep_text(**given, category="introduction", title="全宗介绍", text="机构沿革") == first
    second = dossier.keep_text(**given, category="introduction", title="全宗介绍", text="机构沿革，修订")
    assert (second.version, second.paper) == (2, first.paper)
    with dossier.open_paper(first, settings) as stream:
        assert stream.read().decode() == "机构沿革"
    scan = dossier.keep(**given, category="changes", title="更名通知", content=b"%PDF-1.4", name="更名.pdf")
    with pytest.raises(BadArrangement):
        dossier.keep(**given, category="nothing", title="x", content=b"x", name="x")
    # Cut off between the store and its row: the next call completes it.
    DossierPaper.objects.filter(pk=second.pk).delete()
    assert dossier.keep_text(**given, category="introduction", title="全宗介绍", text="机构沿革，修订").version == 2
    fonds.record_event(
        actor=actor, code="T001", kind="renamed", on=DAY(2010, 5, 1), name="新名", decision="甲", evidence=scan.pk
    )

    # Volumes: real ones hold an item once, virtual ones move nothing.
    keys = [one.pk for one in items]
    real = volumes.make(actor=actor, fonds="T001", title="会议", items=keys[:3], is_virtual=False, code="T001-001")
    virtual = volumes.make(actor=actor, fonds="T001", title="专题", items=[keys[5], keys[0]])
    with pytest.raises(BadArrangement):
        volumes.make(actor=actor, fonds="T001", title="另一卷", items=keys[2:4], is_virtual=False)
    with pytest.raises(BadArrangement):
        volumes.make(actor=actor, fonds="T001", title="同号", items=keys[4:5], code="T001-001")
    volumes.change(actor=actor, key=real.pk, items=[keys[2], keys[0]], version=1)
    assert [one.pk for one in volumes.items_of(actor, real)] == [keys[2], keys[0]]
    with pytest.raises(EditedMeanwhile):
        volumes.change(actor=actor, key=real.pk, title="迟到的修改", version=1)
    volumes.add(actor=actor, key=virtual.pk, items=[keys[0], keys[1]])
    assert [one.pk for one in volumes.items_of(actor, virtual)] == [keys[5], keys[0], keys[1]]

    # Boxes: made as they were shown; moving an item changes no code.
    shown = boxes.preview(actor, "T001", width=20, filters={"year": ""})
    with pytest.raises(EditedMeanwhile):
        boxes.fill(actor=actor, fonds="T001", width=20, filters={}, mark="other")
    made = boxes.fill(actor=actor, fonds="T001", width=20, filters={}, mark=shown.mark)
    assert BoxedItem.objects.count() == 6 and boxes.preview(actor, "T001", width=20, filters={}).boxes == ()
    with pytest.raises(BadArrangement):
        boxes.preview(actor, "T001", width=25, filters={})
    other = Box.objects.create(
        fonds=Fonds.objects.get(), number=99, width=50, arranged_by="x", arranged_at=made[0].arranged_at
    )  # fmt: skip
    boxes.change(actor=actor, key=other.pk, note="缺第3页", location="2库5架", checked=True)
    before = items[0].reference_code
    assert boxes.move(actor=actor, items=[keys[0]], number=99, fonds="T001") == 1
    assert boxes.move(actor=actor, items=[keys[0]], number=99, fonds="T001") == 0
    assert boxes.first_and_last(other) == (before, before) and Item.objects.get(pk=keys[0]).reference_code == before
    assert boxes.take_out(actor=actor, items=[keys[1]], fonds="T001") == 1

    # New codes: shown first, refused whole if one collides, then given one by one with old and new in the log.
    old = [one.reference_code for one in items]
    new = [code.replace("2020", "2021") for code in old[:2]]
    bad = renumbering.preview(
        actor, "T001", [(old[0], old[1]), ("T001-X", new[0]), (old[2], "T002-WS·2021-Y-BGS-0001"), (old[3], old[3])]
    )
    assert len(bad.faults) == 4
    assert len(renumbering.preview(actor, "T001", [(old[0], new[0]), (old[1], new[0])]).faults) == 2
    pairs = renumbering.read_pairs(f"{old[0]}\t{new[0]}\n\n{old[1]} → {new[1]}\n")
    plan = renumbering.preview(actor, "T001", pairs)
    with pytest.raises(BadArrangement):
        renumbering.decide(actor=actor, fonds="T001", pairs=pairs, reason=" ", mark=plan.mark)
    decided = renumbering.decide(actor=actor, fonds="T001", pairs=pairs, reason="年度有误", mark=plan.mark)
    with pytest.raises((CodeTaken, BadArrangement)):  # promised already
        again = renumbering.preview(actor, "T001", [(old[2], new[0])])
        renumbering.decide(actor=actor, fonds="T001", pairs=[(old[2], new[0])], reason="乙", mark=again.mark)
    here.run_jobs()
    decided.refresh_from_db()
    assert decided.finished_at is not None and Item.objects.get(pk=keys[0]).reference_code == new[0]
    assert FormerCode.objects.get(item=keys[0]).code == old[0] and Item.objects.get(pk=keys[0]).year == 2021
    told = [
        entry for entry in audit.history(actor, ("item", str(keys[0]))) if entry.event == "holdings.item.renumbered"
    ]
    assert [(one.details["old"], one.details["new"], one.details["reason"]) for one in told] == [
        (old[0], new[0], "年度有误")
    ]
    back = renumbering.preview(actor, "T001", [(old[2], old[0])])
    assert len(back.faults) == 1  # what another item once had is never given again
    assert storage.verify(actor, settings).damaged == []

    # All of it comes back from the store and its log.
    volume_rows = sorted(VolumeItem.objects.values_list("volume", "item", "order"))
    box_rows = sorted(BoxedItem.objects.exclude(box=other).values_list("box", "item"))
    for model in (VolumeItem, Volume, BoxedItem, Box, FondsEvent, DossierPaper):
        model.objects.all().delete()
    Fonds.objects.update(name="x")
    restorer = restoring.ArrangementRestorer()
    objects = [one for one in here.store.iter_objects() if restorer.claims(here.store, one)]
    assert len(objects) == 2 and carry_out(restorer.acts(actor, here.store, objects, settings)) > 0
    carry_out(restorer.acts(actor, here.store, objects, settings))  # twice is once
    assert sorted(VolumeItem.objects.values_list("volume", "item", "order")) == volume_rows
    assert set(box_rows) <= set(BoxedItem.objects.values_list("box", "item"))
    event = FondsEvent.objects.get()
    assert (event.kind, event.evidence and event.evidence.title, Fonds.objects.get().name) == (
        "renamed",
        "更名通知",
        "新名",
    )
    assert DossierPaper.objects.filter(paper=first.paper).count() == 2


def test_pages_of_fonds_volumes_boxes_and_new_codes(here: Here, tmp_path: Path) -> None:
    here.take_in(text_batch(3).write(tmp_path / "batch"))
    desk, other = Client(), Client()
    desk.force_login(make_user("chen", Role.ARCHIVIST))
    other.force_login(make_user("zhao", Role.ARCHIVIST, fonds="L999"))

    def page(name: str, *args: object, **query: str) -> str:
        answer = desk.get(reverse(f"holdings:{name}", args=args), query)
        assert answer.status_code == 200, answer.content.decode()[:1500]
        return answer.content.decode()

    def send(address: str, *args: object, **sent: object) -> str:
        answer = desk.post(reverse(f"holdings:{address}", args=args), sent, follow=True)
        assert answer.status_code == 200, answer.content.decode()[:1500]
        return answer.content.decode()

    assert "No fonds is founded yet" not in page("fonds_register")
    told = {"code": "T555", "kind": "founded", "name": "新局", "on": "2020-01-01", "decision": "编办1号"}
    assert "The event is recorded" in send("record_fonds", **told) and "新局" in page("fonds_register")
    assert "gives the fonds no name" in send("record_fonds", **{**told, "code": "T001", "kind": "renamed", "name": ""})
    sent = send("keep_paper", "T001", category="introduction", title="全宗介绍", text="机构\n沿革")
    assert "version 1" in sent and "沿革" in page("fonds", "T001")
    upload = io.BytesIO(b"\x00\x01")
    upload.name = "批复.pdf"
    assert "is in the dossier" in send("keep_paper", "T001", category="changes", title="批复", file=upload)
    paper = DossierPaper.objects.get(category="changes")
    assert b"".join(desk.get(reverse("holdings:paper", args=[paper.pk])).streaming_content) == b"\x00\x01"
    assert "Saved" in send("place_fonds", "T001", location="1库") and "1库" in page("fonds_register", day="2999-01-01")
    book = openpyxl.load_workbook(io.BytesIO(desk.get(reverse("holdings:register_book")).content))
    assert [cell.value for cell in book.active[1]][1] == "全宗号"

    keys = [str(key) for key in Item.objects.order_by("code_sort").values_list("pk", flat=True)]
    assert "2 chosen items" in page("gather", item=keys[0]).replace("1 chosen item", "2 chosen items")
    assert "Choose items in the table first" in desk.get(reverse("holdings:gather"), follow=True).content.decode()
    made = send("gather", item=keys[:2], verb="volume", title="专题卷", kind="virtual")
    volume = Volume.objects.get()
    assert "专题卷" in made and "专题卷" in page("volumes", "T001") and "virtual" in page("volume", volume.pk)
    send("volume", volume.pk, verb=f"down:{keys[0]}", version="1")
    assert [str(one.pk) for one in volumes.items_of(here.operator, volume)] == [keys[1], keys[0]]
    assert "Somebody changed the volume" in send("volume", volume.pk, verb="save", title="x", version="1")
    shown = page("boxes", "T001", width="20")
    mark = shown.partition('name="mark" value="')[2].partition('"')[0]
    assert "boxes are made" in send("fill_boxes", "T001", width="20", mark=mark)
    box = Box.objects.order_by("number").first()
    assert box is not None
    assert "缺页" in send("box", box.pk, verb="save", note="缺页", location="3架", width="30")
    assert "chen" in send("box", box.pk, verb="check")
    assert f"lie in box {box.number} now" in send("gather", item=keys[2:], verb="box", number=str(box.number))
    code = Item.objects.get(pk=keys[0]).reference_code
    shown = send("renumber", "T001", verb="show", pairs=f"{code}\t{code}")
    assert "is the code it has" in shown and "so nothing is changed" in shown

    for name, args in (
        ("fonds", ["T001"]), ("volumes", ["T001"]), ("boxes", ["T001"]), ("volume", [volume.pk]), ("box", [box.pk]),
        ("paper", [paper.pk]), ("renumber", ["T001"]),
    ):  # fmt: skip
        assert other.get(reverse(f"holdings:{name}", args=args)).status_code == 404, name
    assert "T001" not in other.get(reverse("holdings:fonds_register")).content.decode()
    reader = Actor("user", "reader", uuid4(), frozenset({Role.READER}))
    assert register.register(reader) == [] and not volumes.volumes(reader, "T001").exists()
