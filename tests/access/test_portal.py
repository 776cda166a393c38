"""The portal: anybody finds and reads opened records, nobody anything else, on a phone and without JavaScript."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from builders.pages import faults
from builders.shelves import HOSTILE, file_ids, make_user, shelve
from shicheng.holdings.models import Item
from shicheng.people.types import Role
from shicheng.search.building import rebuild_index
from shicheng.settings import current

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened() -> Item:
    return shelve("L012-WS·2017-Y-FGW-0042")


@pytest.fixture(
    params=[("控制", "公开"), ("未审核", "公开"), ("延期开放", "公开"), ("开放", "秘密"), ("开放", "内部")],
    ids="-".join,
)
def closed(request: pytest.FixtureRequest) -> Item:
    openness, secrecy = request.param
    return shelve("L012-WS·2018-Y-FGW-0001", "不开放的事情", openness=openness, secrecy=secrecy)


@pytest.fixture
def indexed(opened: Item) -> Iterator[Item]:
    shelve("L012-WS·2019-Y-FGW-0001", "养犬管理的内部意见", openness="控制")
    rebuild_index(current().index_path)
    cache.clear()
    yield opened
    cache.clear()


def _look(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    assert faults(answer) == []
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    return answer.content.decode()


def test_the_front_page_of_an_empty_archive_says_so(client: Client) -> None:
    assert "No record is opened yet" in _look(client, reverse("access:home"))


def test_the_front_page_counts_what_is_open_and_offers_words_that_find_something(client: Client, indexed: Item) -> None:
    text = _look(client, reverse("access:home"))
    assert "1 opened record" in text
    assert indexed.title in text
    assert "养犬管理的内部意见" not in text
    assert "?q=%E6%9D%A1%E4%BE%8B" in text  # 条例
    assert "?q=%E5%A9%9A%E5%A7%BB" not in text  # 婚姻登记 finds nothing here


def test_search_finds_opened_records_only(client: Client, indexed: Item) -> None:
    text = _look(client, reverse("access:results"), q="养犬管理")
    assert "<b>1</b> record found" in text
    assert "<mark>养犬管理</mark>" in text
    assert "内部意见" not in text


def test_an_archivist_sees_in_the_portal_what_everybody_sees(client: Client, indexed: Item) -> None:
    client.force_login(make_user("chen", Role.ARCHIVIST))
    assert "<b>1</b> record found" in _look(client, reverse("access:results"), q="养犬管理")


def test_results_are_narrowed_and_the_filter_can_be_taken_away(client: Client, indexed: Item) -> None:
    text = _look(client, reverse("access:results"), q="养犬", fonds="L012")
    assert "take this filter away" in text
    assert "Nothing found" in _look(client, reverse("access:results"), q="养犬", fonds="X999")
    assert "Nothing found" in _look(client, reverse("access:results"), q="养犬", year_from="2030")


def test_a_part_asked_for_while_typing_is_only_the_results(client: Client, indexed: Item) -> None:
    answer = client.get(reverse("access:results"), {"q": "养犬"}, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert "record found" in answer.content.decode()


@pytest.mark.parametrize("asked", [HOSTILE, "题名:(", "((((", "*" * 500, "a" * 5000, "\x00", '"', "NOT", "日期:[20 TO"])
def test_nothing_a_person_types_breaks_the_page(client: Client, indexed: Item, asked: str) -> None:
    assert "<script>alert" not in _look(client, reverse("access:results"), q=asked)


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999", "100000", "²"])
def test_any_page_may_be_asked_for(client: Client, indexed: Item, page: str) -> None:
    _look(client, reverse("access:results"), q="养犬", page=page)


def test_an_archive_without_index_still_answers(client: Client, opened: Item, tmp_path: Path) -> None:
    assert client.get(reverse("access:results"), {"q": "养犬"}).status_code == 200


def test_a_record_is_shown_with_its_document(client: Client, opened: Item) -> None:
    text = _look(client, reverse("access:record", args=[opened.pk]))
    assert opened.title in text
    assert opened.reference_code in text
    assert f"/files/{file_ids(opened)['正文.pdf']}/pages/1.png" in text
    assert "/desk/holdings" not in text


def test_every_file_of_an_opened_record_can_be_had(client: Client, opened: Item) -> None:
    files = file_ids(opened)
    for name, args in (
        ("original", [files["正文.pdf"]]), ("picture", [files["正文.pdf"], 1]), ("drawing", [files["公告.ofd"], 1]),
        ("play", [files["录音.wav"]]),
    ):  # fmt: skip
        answer = client.get(reverse(f"access:{name}", args=args))
        assert answer.status_code == 200, name
        assert b"".join(answer.streaming_content)


def test_what_is_not_open_is_not_there_for_anyone(client: Client, closed: Item) -> None:
    files = file_ids(closed)
    addresses = [
        reverse("access:record", args=[closed.pk]), reverse("access:original", args=[files["正文.pdf"]]),
        reverse("access:picture", args=[files["正文.pdf"], 1]), reverse("access:drawing", args=[files["公告.ofd"], 1]),
        reverse("access:play", args=[files["录音.wav"]]),
    ]  # fmt: skip
    unknown = client.get(reverse("access:record", args=[uuid.uuid4()]))
    assert unknown.status_code == 404
    for signed_in in (False, True):
        if signed_in:
            client.force_login(make_user("chen", Role.ARCHIVIST))
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 404, address
            assert closed.title not in answer.content.decode()
            assert closed.reference_code not in answer.content.decode()


def test_how_to_ask_is_said_in_plain_words(client: Client) -> None:
    assert "identity card" in _look(client, reverse("access:asking"))
    text = _look(client, reverse("access:asking"), code="<script>alert(1)</script>")
    assert "<script>" not in text.split("</head>")[1]


def test_crawlers_are_kept_from_the_desk(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /desk/" in text
    assert "Disallow: /people/" in text


@pytest.mark.parametrize("address", ["/", "/search", "/asking", "/nothing-here"])
def test_every_page_speaks_both_languages(client: Client, address: str) -> None:
    for language in ("zh-hans", "en"):
        client.post(reverse("choose_language"), {"language": language})
        answer = client.get(address)
        assert f'lang="{language}"' in answer.content.decode()
        assert faults(answer) == []


def test_a_mistake_on_our_side_shows_a_number_and_no_trace(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError("inner matter")

    monkeypatch.setattr("shicheng.access.web.view_front", broken)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert faults(answer) == []
    assert answer.headers["X-Request-Id"] in answer.content.decode()
    assert "inner matter" not in answer.content.decode()
