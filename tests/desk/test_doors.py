"""Default deny: every address of the desk turns away whoever has no business there."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from builders.shelves import file_ids, make_user, shelve
from shicheng.people.types import Role

# The API answers programs, not browsers: tests/api walks its addresses.
_OPEN_ROOMS = {"access", "api"}
# The way in: each step knows by itself who has done the one before.
_OPEN_NAMES = {
    f"people:{name}"
    for name in (
        "set_up", "sign_in", "sign_out", "go_on", "factor", "ask_key", "sign_by_key", "must_change", "enrol",
        "ask_first_key", "add_first_key", "codes", "provider", "provider_back",
    )
}  # fmt: skip
_VALUES = {
    "uuid": UUID("01a204df-0000-7000-8000-000000000000"), "int": 1, "str": "2026-0001", "slug": "x", "path": "x",
}  # fmt: skip


def _addresses() -> Iterator[str]:
    for resolver in get_resolver().url_patterns:
        room = getattr(resolver, "namespace", None)
        if room is None or room in _OPEN_ROOMS:
            continue
        for pattern in resolver.url_patterns:
            assert isinstance(pattern, URLPattern)
            name = f"{room}:{pattern.name}"
            if name in _OPEN_NAMES:
                continue
            kinds = pattern.pattern.converters
            values = {key: _VALUES[_kind(converter)] for key, converter in kinds.items()}
            yield reverse(name, kwargs=values)


def _kind(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").replace("String", "str").lower()


ADDRESSES = sorted(_addresses())


def test_the_walk_finds_the_addresses_of_every_room() -> None:
    for part in ("transfers", "checks", "holdings", "search", "jobs", "store", "audit", "people"):
        assert any(f"/{part}/" in address for address in ADDRESSES)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(client: Client, method: str) -> None:
    for address in ADDRESSES:
        answer = getattr(client, method)(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith(reverse("people:sign_in")), address


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_reader_may_not_enter_the_desk(reader: Client, method: str) -> None:
    answers = {address: getattr(reader, method)(address).status_code for address in ADDRESSES}
    assert {address: code for address, code in answers.items() if code != 403} == {}


def test_a_part_of_a_page_asked_for_after_the_session_ended_leads_to_the_sign_in_page(client: Client, db: None) -> None:
    answer = client.get(reverse("ingest:transfers"), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(reverse("people:sign_in"))


@pytest.mark.parametrize(
    "name", ["ingest:transfers", "ingest:upload", "holdings:items", "search:page", "checks:catalogue"]
)
def test_an_administrator_sees_no_content(administrator: Client, name: str) -> None:
    assert administrator.get(reverse(name)).status_code == 403


def test_an_administrator_sees_no_item_and_no_file(administrator: Client) -> None:
    item = shelve("L012-WS·2017-Y-FGW-0001", openness="未审核")
    files = file_ids(item)
    assert administrator.get(reverse("holdings:item", args=[item.pk])).status_code == 403
    assert administrator.get(reverse("holdings:original", args=[files["正文.pdf"]])).status_code == 403


def test_an_archivist_of_another_fonds_finds_nothing_there(limited: Client) -> None:
    item = shelve("L012-WS·2017-Y-FGW-0002", openness="控制")
    files = file_ids(item)
    assert limited.get(reverse("holdings:item", args=[item.pk])).status_code == 404
    for name, args in (
        ("original", [files["正文.pdf"]]), ("picture", [files["正文.pdf"], 1]), ("drawing", [files["公告.ofd"], 1]),
        ("play", [files["录音.wav"]]),
    ):  # fmt: skip
        assert limited.get(reverse(f"holdings:{name}", args=args)).status_code == 404, name
    page = limited.get(reverse("holdings:items"))
    assert page.status_code == 200
    assert item.title not in page.content.decode()


def test_an_account_that_was_switched_off_is_out_at_once(administrator: Client) -> None:
    other = make_user("zhou", Role.ARCHIVIST)
    theirs = Client()
    theirs.force_login(other)
    assert theirs.get(reverse("desk:home")).status_code == 200
    administrator.post(reverse("people:switch_account", args=[other.pk]), {"active": "no"})
    assert theirs.get(reverse("desk:home")).status_code == 302
