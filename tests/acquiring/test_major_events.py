"""A major event: its plan, the records that come by hand, by batch and by rule, the share, and who sees which of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from django.test import Client
from django.urls import reverse

from api.conftest import make_program
from arranging.test_pool_to_holdings import found
from builders.shelves import shelve
from shicheng.acquiring import event_restoring, event_selectors, linking, majors, origins, register, work
from shicheng.acquiring.errors import BadEvent, ChangedMeanwhile, EventNotFound
from shicheng.acquiring.linking import Finding
from shicheng.acquiring.models import EventRecord, MajorEvent, PlanLine, Series
from shicheng.acquiring.states import MAJOR_EVENT
from shicheng.acquiring.types import Happening, Wanted
from shicheng.arranging import collecting
from shicheng.arranging.models import PoolItem
from shicheng.arranging.types import NewDocument, NewFile
from shicheng.base.db import atomic
from shicheng.cli.acquiring import events
from shicheng.desk.waiting import work_of
from shicheng.holdings.models import Item
from shicheng.kernel.states import IllegalMove
from shicheng.people.duties import Part, assign_duty
from shicheng.people.errors import NotPermitted
from shicheng.people.granting import Limits, put_grant
from shicheng.people.models import User
from shicheng.people.services import SYSTEM, actor_for
from shicheng.people.types import Actor, Role

if TYPE_CHECKING:
    from ingest.fixtures import Here

MEETING = Happening(
    name="县第十七届人大三次会议", fonds="L012", begins=date(2017, 6, 1), ends=date(2017, 6, 5),
    organiser="县人大常委会", taking_part=("办公室", "宣传部"), words=("大会", "三次会议"), margin=10,
)  # fmt: skip


def person(name: str, role: Role, **limits: Any) -> tuple[Actor, Client]:
    user = User(username=name, full_name=name)
    user.set_unusable_password()
    with atomic():
        user.save()
        put_grant(actor=SYSTEM, user=user, role=role, limits=Limits(**limits))
    client = Client()
    client.force_login(user)
    return actor_for(user), client


def test_form_of_a_record_is_told_by_its_files_and_category() -> None:
    assert linking.form_of(["image/jpeg", "text/plain"]) == "photo" and linking.form_of([]) == "text"
    assert linking.form_of(["application/pdf", "image/png"]) == "text"
    assert linking.form_of(["video/mp4", "text/plain"]) == "video" and linking.form_of(["audio/wav"]) == "audio"
    assert linking.form_of(["application/pdf"], "SW") == "object"
    for state, verb, move in MAJOR_EVENT.pairs():
        if move is None:
            with pytest.raises(IllegalMove):
                MAJOR_EVENT.next(state, verb)
    with pytest.raises(BadEvent):
        Finding(("  ",)).require_sound()
    told = Finding(("大会",), date(2017, 1, 1), None, "L012")
    assert Finding.from_json(told.to_json()) == told


@pytest.mark.django_db(transaction=True)
def test_an_event_from_its_plan_to_its_share(
    here: Here, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found(here)
    (wang, desk), (clerk, clerks) = (
        person("wang", Role.ARCHIVIST),
        person("bgs", Role.FILING_CLERK, fonds="L012", unit="BGS"),
    )
    elsewhere, _client = person("bie", Role.ARCHIVIST, fonds="L999")
    cataloguer, _client = person("cao", Role.CATALOGUER)
    assert "No major event is written down yet" in desk.get(reverse("acquiring:events")).content.decode()
    with pytest.raises(BadEvent):
        majors.write_event(actor=wang, happening=Happening(name="x", fonds="L012"))
    with pytest.raises(NotPermitted):
        majors.write_event(actor=cataloguer, happening=MEETING)
    one = majors.write_event(actor=wang, happening=MEETING)
    assert (
        one.number == "E2017-0001"
        and majors.write_event(actor=wang, happening=MEETING, number=one.number).revision == 1
    )
    with pytest.raises(ChangedMeanwhile):
        majors.write_event(
            actor=wang, happening=Happening(**_plain(MEETING, name="改名")), number=one.number, revision=7
        )
    due = date(2017, 7, 1)
    text, photo, flag = (
        majors.write_line(actor=wang, number=one.number, wanted=wanted)
        for wanted in (
            Wanted("会议文件", "text", unit="BGS", quantity=2, due=due), Wanted("照片", "photo", unit="XCB", due=due),
            Wanted("旗帜", "object", quantity=2, due=date(2099, 1, 1)),
        )
    )  # fmt: skip
    assign_duty(actor=wang, part=Part.LEADER, fonds="L012", task="collecting", name="刘主任")

    # What came: three in the holdings, of which one is closed to the clerk, and one still in the pool.
    png = [("会场.png", "image/png", b"\x89PNG", None)]
    first = shelve("L012-WS·2017-Y-BGS-0001", "三次会议公报", openness="未审核", files=[])
    second = shelve("L012-ZP·2017-Y-XCB-0001", "大会合影", openness="未审核", files=png)
    other = shelve("L999-WS·2017-Y-BGS-0001", "代表大会简报", openness="未审核", fonds="L999", files=[])
    shelve("L012-WS·2017-Y-BGS-0002", "大会以外的事", openness="未审核", files=[])
    Item.objects.filter(title="大会以外的事").update(date_from=date(2016, 1, 1), date_to=date(2016, 1, 1))
    path = tmp_path / "决议.txt"
    path.write_text("关于报告的决议", encoding="utf-8")
    decided = NewDocument({"title": "三次会议决议", "date": "20170603"}, (NewFile(path, "决议.txt", ""),), (), "")
    collecting.add_files(
        actor=wang, fonds="L012", year=2017, unit="BGS", settings=here.settings, name="x", documents=[decided]
    )
    waiting = PoolItem.objects.get()

    # By hand; then the rest by batch, counted before; twice is once.
    with pytest.raises(BadEvent):
        linking.link_records(actor=wang, number=one.number, codes=["L012-NONE"])
    with pytest.raises(EventNotFound):
        linking.link_records(actor=elsewhere, number=one.number, codes=[first.reference_code])
    for new in (1, 0):
        assert linking.link_records(actor=cataloguer, number=one.number, codes=[first.reference_code]) == new
    finding = Finding.of(one)
    assert list(linking.find_items(wang, one, finding)) == [second, other]
    assert [each.id for each in linking.find_documents(wang, one, finding)] == [waiting.pk]
    shown = desk.get(reverse("acquiring:find_records", args=[one.number])).content.decode()
    assert "3 records fit" in shown and "大会合影" in shown and "大会以外的事" not in shown
    asked = {"verb": "all", "words": "大会、三次会议", "first": "2017-05-20", "last": "2017-06-20"}
    for _twice in range(2):
        assert desk.post(reverse("acquiring:link_records", args=[one.number]), asked).status_code == 302
        here.run_jobs()
    assert EventRecord.objects.count() == 4
    assert set(EventRecord.objects.exclude(line=None).values_list("form", "line__what")) == {
        ("text", "会议文件"), ("photo", "照片"),
    }  # fmt: skip

    # The share, by whom what is late, and what was given over in the hand.
    lines = event_selectors.standings(wang, [one])[one.pk]
    assert [(each.held, each.pool, each.is_fulfilled) for each in lines] == [(1, 1, True), (1, 0, True), (0, 0, False)]
    share = event_selectors.share_of(wang, one, lines)
    assert (share.percent, share.records, share.late, share.forms) == (66, 4, 0, {"text": 3, "photo": 1})
    majors.note_handed(actor=wang, number=one.number, line_id=flag.pk, count=2, note="展柜")
    assert linking.unlink_records(actor=wang, number=one.number, records=[EventRecord.objects.get(item=second).pk]) == 1
    late = event_selectors.late_lines(wang)
    assert [(each.line.what, each.is_late, each.answers.leader) for each in late] == [("照片", True, "刘主任")]
    todo = [each for each in work_of(wang) if each.is_late]
    assert len(todo) == 1 and "照片" in str(todo[0].what) and todo[0].answers.leader == "刘主任"
    assert "刘主任" in desk.get(reverse("acquiring:late")).content.decode()

    monkeypatch.setattr("shicheng.cli.acquiring.open_archive", lambda _home: here.settings)
    with pytest.raises(typer.Exit) as ended:
        events(late=True, as_json=True)
    assert ended.value.exit_code == 1 and json.loads(capsys.readouterr().out)[0]["answers"] == ["刘主任"]
    events(as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["fulfilled"] == 2

    # The clerk sees the line of the own unit, and counts nothing else; nobody elsewhere sees anything.
    mine = event_selectors.standings(clerk, [one])[one.pk]
    assert [(each.line.what, each.held, each.pool) for each in mine] == [("会议文件", 1, 1)]
    page = clerks.get(reverse("acquiring:event", args=[one.number])).content.decode()
    assert "三次会议公报" in page and "代表大会简报" not in page and "旗帜" not in page and "照片" not in page
    assert event_selectors.share_of(clerk, one, mine).records == 2 and not event_selectors.late_lines(clerk)
    table = register.write_events(clerk, "csv").decode("utf-8-sig").splitlines()[1].split(",")
    assert table[10:14] == ["1", "1", "0", "2"]
    assert clerks.post(reverse("acquiring:plan", args=[one.number]), {"verb": "close"}).status_code == 403
    assert list(event_selectors.major_events(elsewhere)) == [] and not event_selectors.late_lines(elsewhere)
    program = make_program("acquiring.event.read", fonds=["L999"])
    assert (
        program.get("/major-events").json()["items"] == []
        and program.get(f"/major-events/{one.number}").status_code == 404
    )
    told = make_program("acquiring.event.read", "holdings.item.read").get(f"/major-events/{one.number}").json()
    assert (told["fulfilled"], told["records"], told["forms"]) == (1, 2, {"text": 2, "object": 2})  # not the pool
    assert [said for _what, said, _address in origins.belongings_of_item(cataloguer, first)] == [MEETING.name]
    assert origins.belongings_of_item(elsewhere, other) == []

    # The rule links by itself what comes later; a document of the pool becomes the item it became.
    majors.write_event(actor=wang, happening=Happening(**_plain(MEETING, is_auto=True)), number=one.number)
    became = shelve("L012-WS·2017-Y-BGS-0003", "三次会议决议", openness="未审核", files=[])
    PoolItem.objects.update(held_item=became.pk, state="closed")
    assert linking.anything_to_follow()
    for new in (1, 0):
        made = work.follow_rules.function(_Run())
        assert made == {"settled": new, "linked": new}
    titles = set(EventRecord.objects.values_list("item__title", flat=True))
    assert titles == {"三次会议公报", "大会合影", "代表大会简报", "三次会议决议"}
    moved = EventRecord.objects.get(item=other)
    assert linking.move_records(actor=wang, number=one.number, records=[moved.pk], line=text.pk) == 1
    majors.close_event(actor=wang, number=one.number)
    assert not event_selectors.late_lines(wang) and work.follow_rules.function(_Run())["linked"] == 0
    majors.remove_line(actor=wang, number=one.number, line_id=photo.pk)

    # All of it stands in the log and comes back from there.
    def rows() -> list[Any]:
        return [
            list(MajorEvent.objects.values("number", "name", "state", "words", "is_auto", "begins")),
            list(PlanLine.objects.order_by("order").values("id", "what", "handed", "due", "unit")),
            sorted(EventRecord.objects.values_list("item__title", "line__what", "form"), key=str),
        ]

    before = rows()
    for kind in (EventRecord, PlanLine, MajorEvent, Series):
        kind._default_manager.all().delete()
    for _twice in range(2):
        event_restoring.restore_events()
    assert rows() == before and Series.objects.get(kind="event").last == 1


class _Run:
    actor = SYSTEM

    def progress(self, *_given: Any) -> None:
        """Nobody watches."""


def _plain(one: Happening, **changes: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Happening.__dataclass_fields__} | changes
