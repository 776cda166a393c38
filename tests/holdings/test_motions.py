"""Motions and suggestions: their whole way, the open ones, and who may see them."""

from __future__ import annotations

import io
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user, shelve
from shicheng.audit.models import Entry
from shicheng.holdings.entities import find_entity, link_entities, write_entity
from shicheng.holdings.entity_kinds import kinds, relations
from shicheng.holdings.entity_restoring import restore_entities
from shicheng.holdings.entity_rules import BadEntity, EntityNotFound
from shicheng.holdings.models import Entity, EntityItem, EntityLink, Item
from shicheng.holdings.motion_web import entities_of
from shicheng.holdings.motions import Answer, Motion, answer_motion, motions, state_counts, way_of, write_motion
from shicheng.people.errors import NotPermitted
from shicheng.people.services import ANONYMOUS, actor_for, operator
from shicheng.people.types import Role
from shicheng.schemes.services import begin_draft
from shicheng.schemes.types import RowDraft, TableDraft
from shicheng.schemes.units import write_unit

OPERATOR = operator("li")
FIRST = Motion(
    "12", "关于改善农村饮水的建议", term="第十七届", session="第三次会议", deputies=("王建国", "李秀英"),
    handling_units=("县水务局", "县财政局"), received="2024-01-15", handed_over="2024-01-20", due="2024-04-20",
)  # fmt: skip


def test_the_vocabulary_joins_kinds_it_knows() -> None:
    for relation in relations().values():
        assert all(first in kinds() and second in kinds() for first, second in relation.pairs)
    assert {"term", "session", "topic", "deputy", "motion", "handling_unit", "answer", "programme", "household"} <= set(
        kinds()
    )


@pytest.mark.django_db
def test_a_motion_is_followed_from_its_session_to_what_the_deputies_said() -> None:
    one = write_motion(actor=OPERATOR, fonds="L012", motion=FIRST)
    entries = Entry.objects.count()
    assert write_motion(actor=OPERATOR, fonds="L012", motion=FIRST).pk == one.pk
    assert Entry.objects.count() == entries
    way = way_of(one)
    assert (way.state, way.session.name if way.session else "", way.term.name if way.term else "") == (
        "open", "第十七届 第三次会议", "第十七届",
    )  # fmt: skip
    assert [each.name for each in way.deputies] == ["王建国", "李秀英"]
    assert [(unit.name, link["handed_over"]) for unit, link, _answers in way.handled] == [
        ("县水务局", "2024-01-20"), ("县财政局", "2024-01-20"),
    ]  # fmt: skip
    # Another motion of the same deputy stands beside it; an handling_unit that handles it no more goes.
    other = write_motion(actor=OPERATOR, fonds="L012", motion=Motion("13", "另一件", deputies=("王建国",)))
    assert Entity.objects.filter(kind="deputy").count() == 2
    write_motion(actor=OPERATOR, fonds="L012", motion=Motion("13", "另一件", deputies=("赵敏",)))
    assert [each.name for each in way_of(other).deputies] == ["赵敏"]
    assert Entry.objects.filter(event="holdings.entity.unlinked").count() == 1

    item = shelve("L012-WS·2017-Y-FGW-0001", openness="控制")
    with pytest.raises(BadEntity, match="older"):
        answer_motion(actor=OPERATOR, motion=one, answer=Answer("县水务局", day="2023-01-01"))
    with pytest.raises(BadEntity, match="satisfaction"):
        answer_motion(actor=OPERATOR, motion=one, answer=Answer("县水务局", satisfaction="好"))
    answer = Answer("县水务局", "2024-03-01", "水函〔2024〕8号", "A", "满意", record=item.reference_code)
    given = answer_motion(actor=OPERATOR, motion=one, answer=answer)
    assert answer_motion(actor=OPERATOR, motion=one, answer=answer).pk == given.pk
    assert way_of(one).state == "partly"
    answer_motion(actor=OPERATOR, motion=one, answer=Answer("县财政局", "2024-03-02", satisfaction="不满意"))
    answer_motion(actor=OPERATOR, motion=one, answer=Answer("县财政局", "2024-05-02", satisfaction="满意"))
    way = way_of(one)
    assert way.state == "answered"
    assert [[each.attributes["satisfaction"] for each in answers] for _unit, _link, answers in way.handled] == [
        ["满意"], ["满意"],
    ]  # fmt: skip
    assert state_counts(OPERATOR) == {"open": 1, "partly": 0, "answered": 1}
    assert [each.pk for each in motions(OPERATOR, state="open")] == [other.pk]
    assert [each.pk for each in motions(OPERATOR, text="饮水")] == [one.pk]
    assert [kind for kind, _entity in entities_of(OPERATOR, item.pk)] == ["Answer"]

    # Made anew from the log they are what they were.
    told = (list(Entity.objects.order_by("pk").values()), set(EntityLink.objects.values_list("first", "second")))
    for model in (EntityItem, EntityLink, Entity):
        model.objects.all().delete()
    restore_entities()
    restore_entities()
    assert (list(Entity.objects.order_by("pk").values("pk", "name", "attributes", "day"))) == [
        {"pk": each["id"], **{name: each[name] for name in ("name", "attributes", "day")}} for each in told[0]
    ]
    assert set(EntityLink.objects.values_list("first", "second")) == told[1]
    assert way_of(one).state == "answered" and given.documents.count() == 1

    with pytest.raises(BadEntity, match="relation"):
        link_entities(actor=OPERATOR, first=given, relation="put_by", second=one)
    elsewhere = write_entity(actor=OPERATOR, kind="deputy", fonds="L013", code="某", name="某")
    with pytest.raises(BadEntity, match="same fonds"):
        link_entities(actor=OPERATOR, first=one, relation="put_by", second=elsewhere)
    with pytest.raises(BadEntity, match="attribute"):
        write_entity(actor=OPERATOR, kind="term", fonds="L012", code="x", name="x", attributes={"colour": "red"})
    with pytest.raises(BadEntity, match="kind"):
        write_entity(actor=OPERATOR, kind="horse", fonds="L012", code="x", name="x")
    stranger = actor_for(make_user("zheng", Role.ARCHIVIST, fonds="T999"))
    for actor in (stranger, ANONYMOUS):
        assert not motions(actor).exists()
        with pytest.raises(EntityNotFound):
            find_entity(actor, one.pk)
    with pytest.raises(NotPermitted):
        write_motion(actor=stranger, fonds="L012", motion=FIRST)
    assert entities_of(stranger, item.pk) == []


@pytest.mark.django_db
def test_motions_on_their_pages() -> None:
    client, limited = Client(), Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    limited.force_login(make_user("zheng", Role.ARCHIVIST, fonds="T999"))
    assert "No motion yet" in client.get(reverse("holdings:motions")).content.decode()
    form = {
        "fonds": "L012", "type": "建议", "number": "12", "title": "关于改善农村饮水的建议", "term": "第十七届",
        "session": "第三次会议", "deputies": "王建国、李秀英", "handling_units": "县水务局", "received": "2024-01-15",
        "due": "2024-04-20", "handed_over": "", "topic": "", "priority": "",
    }  # fmt: skip
    assert client.post(reverse("holdings:write_motion"), {**form, "number": ""}).status_code == 422
    assert client.post(reverse("holdings:write_motion"), {**form, "received": "某日"}).status_code == 422
    assert client.post(reverse("holdings:write_motion"), form).status_code == 302
    one = Entity.objects.get(kind="motion")
    listed = unescape(client.get(reverse("holdings:motions"), {"state": "open"}).content.decode())
    assert "关于改善农村饮水的建议" in listed and "王建国、李秀英" in listed and "late" in listed
    session = Entity.objects.get(kind="session")
    assert one.name in client.get(reverse("holdings:motions"), {"session": str(session.pk)}).content.decode()
    assert "No motion fits" in client.get(reverse("holdings:motions"), {"text": "没有"}).content.decode()
    assert one.name in client.get(reverse("holdings:entity", args=[session.pk])).content.decode()
    assert one.name not in limited.get(reverse("holdings:motions")).content.decode()
    assert limited.get(reverse("holdings:entity", args=[one.pk])).status_code == 404

    answer = {"handling_unit": "县水务局", "day": "2024-03-01", "satisfaction": "满意", "record": "no such code"}
    refused = client.post(reverse("holdings:answer_motion", args=[one.pk]), answer)
    assert refused.status_code == 404
    assert not EntityLink.objects.filter(relation="answers").exists()
    item = shelve("L012-WS·2017-Y-FGW-0001", openness="控制")
    answer["record"] = item.reference_code
    assert client.post(reverse("holdings:answer_motion", args=[one.pk]), answer).status_code == 302
    page = unescape(client.get(reverse("holdings:entity", args=[one.pk])).content.decode())
    assert "满意" in page and item.reference_code in page and "answered" in page
    table = TableDraft((), (RowDraft("7", "对建议的答复", retention="Y"),))
    write_unit(actor=OPERATOR, code="L012", name="某局", fonds_code="L012")
    row = begin_draft(actor=OPERATOR, unit="L012", table=table).rows.get()
    Item.objects.filter(pk=item.pk).update(filing_row=str(row.pk))
    shown = unescape(client.get(reverse("holdings:item", args=[item.pk])).content.decode())
    assert "对建议的答复" in shown and reverse("holdings:entity", args=[Entity.objects.get(kind="answer").pk]) in shown
    give = reverse("holdings:give_record", args=[one.pk])
    assert client.post(give, {"record": item.reference_code}).status_code == 302
    assert one.documents.count() == 1
    assert client.post(give, {"act": "remove", "item": str(item.pk)}).status_code == 302
    assert one.documents.count() == 0


@pytest.mark.django_db
def test_programmes_and_their_footage_are_written_down_and_linked() -> None:
    client, limited = Client(), Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    limited.force_login(make_user("zheng", Role.ARCHIVIST, fonds="T999"))
    write, listed = reverse("holdings:write_entity"), reverse("holdings:entities")
    assert "Nothing is written down yet" in client.get(listed).content.decode()
    assert "Programme" in client.get(write).content.decode()
    programme = {
        "fonds": "T005",
        "code": "2026-001",
        "name": "澜城新闻",
        "attribute-channel": "综合频道",
        "day": "2026-01-05",
    }
    assert client.post(f"{write}?kind=programme", {**programme, "code": ""}).status_code == 422
    assert client.post(f"{write}?kind=programme", {**programme, "day": "x"}).status_code == 422
    assert client.post(f"{write}?kind=programme", programme).status_code == 302
    footage = {"fonds": "T005", "code": "S-17", "name": "大桥通车素材", "attribute-place": "澜城大桥"}
    assert client.post(f"{write}?kind=footage", footage).status_code == 302
    one, shot = Entity.objects.get(kind="programme"), Entity.objects.get(kind="footage")
    assert one.attributes == {"channel": "综合频道"}
    client.post(
        f"{write}?entity={one.pk}", {"name": "澜城新闻联播", "day": "2026-01-05", "attribute-channel": "综合频道"}
    )
    one.refresh_from_db()
    assert (one.code, one.name) == ("2026-001", "澜城新闻联播")
    link = reverse("holdings:link_entity", args=[shot.pk])
    client.post(link, {"relation": "footage_of:programme", "code": "no such"})
    assert not EntityLink.objects.exists()
    client.post(link, {"relation": "footage_of:programme", "code": "2026-001"})
    page = unescape(client.get(reverse("holdings:entity", args=[one.pk])).content.decode())
    assert "its footage" in page and "大桥通车素材" in page
    assert "综合频道" in client.get(listed, {"kind": "programme"}).content.decode()
    assert "澜城新闻联播" not in limited.get(listed).content.decode()
    assert limited.get(f"{write}?entity={one.pk}").status_code == 404
    back = {"act": "remove", "relation": "footage_of", "other": str(shot.pk), "back": "yes"}
    client.post(reverse("holdings:link_entity", args=[one.pk]), back)
    assert not EntityLink.objects.exists()


@pytest.mark.django_db
def test_a_list_of_motions_is_taken_whole_or_not_at_all() -> None:
    client = Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    address = reverse("holdings:import_motions")
    header = ["编号", "标题", "类别", "届", "次", "代表", "承办单位", "收到日期", "答复日期", "满意度"]
    first = [
        "1",
        "关于饮水的建议",
        "建议",
        "第十七届",
        "第三次会议",
        "王建国、李秀英",
        "县水务局",
        "2024-01-15",
        "20240301",
        "满意",
    ]
    second = ["1", "关于饮水的建议", "建议", "第十七届", "第三次会议", "王建国", "县财政局", "2024-01-15", "", ""]
    third = ["2", "关于道路的议案", "议案", "第十七届", "第三次会议", "赵敏", "县交通局", "2024-01-16", "", ""]
    wrong = [
        ["", "没有编号", *third[2:]], ["3", "类别不对", "提案", *third[3:]],
        ["4", "日期不对", *third[2:7], "某日", "", ""],
        ["5", "满意度不对", *third[2:9], "好"], ["6", "两个单位", *third[2:6], "甲局、乙局", "", "", "满意"],
    ]  # fmt: skip

    def send(*rows: list[str]) -> HttpResponse:
        sheet = SimpleUploadedFile("motions.xlsx", workbook_of(header, *rows))
        return client.post(address, {"fonds": "L012", "motions": sheet})

    told = send(first, *wrong)
    page = unescape(told.content.decode())
    assert told.status_code == 422 and "5 faults" in page and "提案" in page and "某日" in page
    assert not Entity.objects.exists()
    late = send(first, [*first[:8], "20230101", "满意"])  # found only when it is written: older than the motion
    assert late.status_code == 422 and not Entity.objects.exists()
    assert client.post(address, {"fonds": "L012"}).status_code == 422
    for _again in range(2):
        assert send(first, second, third).status_code == 302
        one = Entity.objects.get(kind="motion", name="关于饮水的建议")
        assert [unit.name for unit, _link, _answers in way_of(one).handled] == ["县水务局", "县财政局"]
        assert state_counts(OPERATOR) == {"open": 1, "partly": 1, "answered": 0}
    assert Entity.objects.filter(kind="motion").count() == 2


def workbook_of(*rows: list[str]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
