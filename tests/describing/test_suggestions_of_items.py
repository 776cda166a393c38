"""Suggestions beside the form of an item and in the API: shown with their spot, taken over, saved only by saving."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from builders.shelves import HOSTILE, make_user, shelve
from shicheng.audit import services as audit
from shicheng.holdings import policies
from shicheng.holdings.models import Item
from shicheng.people.services import SYSTEM
from shicheng.people.tokens import create_token
from shicheng.people.types import Role

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = (
    "澜城县财政局关于申请经费的函\n澜财函〔2017〕8号\n\n县发展和改革局：\n　　因工作需要，现申请经费。"
    f"{HOSTILE}\n\n　　　澜城县财政局\n　　　2017年6月2日\n"
)


def client_of(name: str, fonds: str = "") -> Client:
    """A signed-in archivist."""
    client = Client()
    client.force_login(make_user(name, Role.ARCHIVIST, fonds=fonds))
    return client


@pytest.fixture
def item() -> Item:
    return shelve(
        "L012-WS·2017-Y-BGS-0001",
        title="旧题名",
        files=[("函.txt", "text/plain", TEXT.encode(), TEXT), ("附件1.txt", "text/plain", b"x", "关于别的事的通知")],
    )


def test_suggestions_are_shown_taken_over_and_saved_by_saving_only(item: Item) -> None:
    client = client_of("陈")
    address = reverse("holdings:edit", args=[item.pk])
    page = client.get(address).content.decode()
    for words in (
        "What the document says of itself",
        "函.txt",
        "澜财函〔2017〕8号",
        "<mark>2017年6月2日</mark>",
        "line 2",
    ):
        assert words in page
    assert HOSTILE not in page and "关于别的事的通知" not in page
    form = {"version": "1", "title": "我改的题名", "date": "", "note": "随手写的", "reason": ""}
    taken = client.post(address, {**form, "suggest": "date"}).content.decode()
    assert 'value="20170602"' in taken
    assert "我改的题名</textarea>" in taken and "随手写的</textarea>" in taken, "nothing typed is lost"
    assert "So it stands in the form" in taken
    filled = client.post(address, {**form, "suggest": "empty"}).content.decode()
    assert "我改的题名</textarea>" in filled and 'value="澜财函〔2017〕8号"' in filled
    assert "县发展和改革局</textarea>" in filled
    odd = client.post(address, {**form, "suggest": "fonds_code"})
    assert odd.status_code == 200
    item.refresh_from_db()
    assert (item.title, item.version) == ("旧题名", 1)


def test_programs_read_suggestions_of_what_they_may_see(item: Item) -> None:
    hidden = shelve("L099-WS·2017-Y-BGS-0001", fonds="L099", openness="未审核", files=[])
    _token, secret = create_token(actor=SYSTEM, name="oa", scopes=[policies.READ], log=audit.append, fonds=["L012"])
    headers = {"Authorization": f"Bearer {secret}"}
    found = Client().get(f"/api/v1/items/{item.pk}/suggestions", headers=headers).json()
    by_element = {one["element"]: one for one in found}
    assert by_element["addressee"]["value"] == "县发展和改革局"
    spot = by_element["author"]
    assert TEXT[spot["start"] : spot["end"]] == spot["words"] == spot["value"] == "澜城县财政局"
    assert Client().get(f"/api/v1/items/{hidden.pk}/suggestions", headers=headers).status_code == 404
    assert Client().get(f"/api/v1/items/{item.pk}/suggestions").status_code == 401
