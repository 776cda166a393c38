"""Fields an archive adds without code: the form, the grid, the checks, exports and the papers of the store follow."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from builders.rows_of_items import make_rows
from builders.shelves import make_user
from shicheng.describing.grid import Row, save_rows
from shicheng.describing.grid_view import columns_of
from shicheng.exchange import services as exchange
from shicheng.holdings import history
from shicheng.holdings.editing import edit_item, revert_item
from shicheng.holdings.errors import BadValues
from shicheng.holdings.item_papers import DESCRIPTION
from shicheng.holdings.models import HandSet, Item
from shicheng.holdings.words import ElementName
from shicheng.kernel.identifiers import new_id
from shicheng.packages.description import read_description
from shicheng.people.types import Actor, Role
from shicheng.schemes.field_services import BadField, FieldsChangedMeanwhile, lay_down
from shicheng.schemes.fields import Field, fields_of, judge_field, presets

if TYPE_CHECKING:
    from ingest.fixtures import Here

ADDED = {"code": "congress_term", "zh": "届", "en": "Term", "type": "code", "values": ["十七届", "十八届"]}
TABLE: list[dict[str, Any]] = [
    {"element": "title", "required": "must"}, {**ADDED, "required": "must"},
    {"code": "deputies", "zh": "代表", "type": "authority", "authority": "person", "repeatable": True},
    {"code": "answer", "zh": "答复", "en": "Answer", "type": "long", "most": 20, "help_en": "In short."},
]  # fmt: skip


def test_what_comes_with_the_program_can_be_laid_down() -> None:
    assert set(presets()) == {"base", "photo", "recording", "accounting", "congress", "broadcast"}
    for preset in presets().values():
        assert len({one.name for one in preset.fields}) == len(preset.fields)
        assert all(one.mark in ("S", "R") for one in preset.fields)
    assert [one.code for one in presets()["photo"].fields][:3] == ["title", "event", "date"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", "1,200.5", "很多"), ("date", "2024年1月1日", "某日"), ("yesno", "是", "也许"),
        ("code", "甲；乙", "甲；丁"), ("text", "x" * 30, "x" * 31),
    ],
)  # fmt: skip
def test_values_are_judged_by_the_type_of_their_field(kind: str, good: str, bad: str) -> None:
    field = Field("f", "字段", "Field", type=kind, values=("甲", "乙"), repeatable=kind == "code", most=30)
    assert judge_field(field, good) is None and judge_field(field, bad) is not None


def test_a_field_is_added_without_code_and_everything_follows(here: Here, tmp_path: Path) -> None:
    one = make_rows(1, fonds=1)[0]
    one.elements["category"] = "WS"
    Item.objects.filter(pk=one.pk).update(category="WS", elements=one.elements)
    assert fields_of("WS") == presets()["base"].fields
    made = lay_down(actor=here.operator, category="WS", fields=TABLE, reason="人大档案", version=0)
    assert made.version == 1 and [field.name for field in fields_of("WS")][1:] == ["+届", "+代表", "+答复"]
    assert str(ElementName("+届")) == "Term"
    columns = columns_of("WS")
    assert [(c["name"], c["must"], c["values"]) for c in columns[:2]] == [
        ("title", True, []), ("+届", True, ["十七届", "十八届"]),
    ]  # fmt: skip

    def edit(version: int, **changes: str) -> Item:
        named = {f"+{name}" if name not in ("title", "note") else name: value for name, value in changes.items()}
        return edit_item(
            actor=here.operator, item_id=one.pk, changes=named, version=version, reason="著录", settings=here.settings
        ).item

    edited = edit(1, 届="十七届", 代表="王明；李红", note="附注")
    assert edited.extra == {"届": "十七届", "代表": "王明；李红"} and edited.elements["note"] == "附注"
    with here.store.open(edited.object_id, DESCRIPTION) as stream:
        assert read_description(stream.read()).extra == edited.extra
    for changes in ({"届": "十六届"}, {"届": ""}, {"答复": "长" * 21}, {"次": "一"}):
        with pytest.raises(BadValues):
            edit(2, **changes)
    key = str(one.pk)
    sent_rows = [Row(one.pk, 2, {"+届": "十八届", "+答复": "已答复"})]
    answers = save_rows(actor=here.operator, key=new_id(), rows=sent_rows, reason="表格", settings=here.settings)
    assert answers[key].get("saved") == 3, answers
    edited.refresh_from_db()
    assert edited.extra == {"届": "十八届", "代表": "王明；李红", "答复": "已答复"}
    assert HandSet.objects.get(pk=one.pk).elements == ["+代表", "+届", "+答复", "note"]
    assert [each.label for each in history.differences(here.operator, edited, 2, 3) if each.is_changed] == [
        "届",
        "答复",
    ]
    back = revert_item(actor=here.operator, item_id=one.pk, to=2, version=3, reason="错了", settings=here.settings)
    assert back.item.extra == {"届": "十七届", "代表": "王明；李红"}

    target = tmp_path / "x.xlsx"
    exchange.export(actor=here.operator, form="xlsx", target=target, settings=here.settings, columns=["title", "+届"])
    header, row = list(openpyxl.load_workbook(target).worksheets[0].iter_rows(values_only=True))
    assert header[1:] == ("题名", "届") and row[2] == "十七届"

    client = Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    form = client.get(reverse("holdings:edit", args=[one.pk])).content.decode()
    assert "Fields of the category" in form and 'name="+届"' in form and "In short." in form
    sent = client.post(
        reverse("holdings:edit", args=[one.pk]), {"version": "4", "reason": "著录", "+届": "十八届", "+答复": "另复"}
    )
    assert sent.status_code == 302
    checked = client.post(reverse("holdings:check", args=[one.pk, "+届"]), {"+届": "无"}).content.decode()
    assert "none of its values" in checked
    page = client.get(reverse("holdings:item", args=[one.pk])).content.decode()
    assert "另复" in page and "届" in page


def test_tables_of_fields_have_versions_and_days(here: Here) -> None:
    today = datetime.date.today()
    lay_down(actor=here.operator, category="", fields=TABLE, reason="一", version=0, begins=today)
    later = lay_down(
        actor=here.operator, category="", fields=TABLE[:2], reason="二", version=1,
        begins=today + datetime.timedelta(days=30),
    )  # fmt: skip
    assert len(fields_of("")) == 4 and len(fields_of("", later.begins)) == 2 and len(fields_of("KJ")) == 4
    with pytest.raises(FieldsChangedMeanwhile):
        lay_down(actor=here.operator, category="", fields=TABLE, reason="三", version=1)
    title = TABLE[0]
    for fields, reason in (
        (TABLE, " "), ([ADDED], "无题名"), ([title, title], "两次"), ([title, {**ADDED, "code": "Bad code"}], "代码"),
        ([title, {**ADDED, "zh": "责任者"}], "重名"), ([title, {**ADDED, "values": []}], "无值"),
        ([title, {**ADDED, "type": "picture"}], "类型"), ([title, {**ADDED, "type": "authority"}], "规范档"),
        ([title, {"element": "nothing"}], "元素"), ([title, {**ADDED, "zh": ""}], "名称"),
    ):  # fmt: skip
        with pytest.raises(BadField):
            lay_down(actor=here.operator, category="", fields=fields, reason=reason, version=2)

    client = Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    assert "Fields of descriptions" in client.get(reverse("schemes:fields")).content.decode()
    address = reverse("schemes:field_table", args=["ZP"])
    begun = client.get(address, {"preset": "broadcast"}).content.decode()
    assert "节目名称" in begun and "nothing is laid down yet" in begun
    form = {
        "version": "0", "reason": "照片", "begins": "", "f0-element": "title", "f0-place": "2", "f0-required": "must",
        "f1-code": "place", "f1-zh": "地点", "f1-type": "authority", "f1-authority": "place", "f1-place": "1",
        "f2-element": "note", "f2-gone": "yes", "f3-zh": "",
    }  # fmt: skip
    wrong = client.post(address, {**form, "f1-authority": ""})
    assert wrong.status_code == 422 and "what kind of authority" in wrong.content.decode()
    assert client.post(address, form).status_code == 302
    assert [field.name for field in fields_of("ZP")] == ["+地点", "title"]
    reader = Client()
    reader.force_login(make_user("li", Role.CLERK))
    assert reader.post(address, form).status_code in (403, 302)
    assert json.loads(json.dumps([field.to_json() for field in fields_of("ZP")]))
    limited = Actor("user", "li", new_id(), frozenset({Role.CATALOGUER}))
    with pytest.raises(Exception, match="may not do this"):
        lay_down(actor=limited, category="", fields=TABLE, reason="x", version=2)
