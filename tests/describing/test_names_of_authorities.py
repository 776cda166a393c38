"""Names of authorities in descriptions and searches: linked, found by each other, told to those who may know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user
from describing.shelf import shelve_rows
from shicheng.describing import linking, names
from shicheng.describing.authorities import authorities, merge, save_authority
from shicheng.describing.models import Authority, AuthorityLink
from shicheng.holdings.models import Item
from shicheng.kernel.identifiers import new_id
from shicheng.people.services import ANONYMOUS
from shicheng.people.types import Actor, Role
from shicheng.search.services import find, find_ids

if TYPE_CHECKING:
    from ingest.fixtures import Here

CODES = [f"B012-WS·2016-Y-CXW-{n:04d}" for n in range(1, 6)]
OPEN = {"openness": "开放", "secrecy": "公开"}
ROWS = [
    {"author": "县政府；县委", "persons": "王明、李红", **OPEN},
    {"author": "县人民政府", **OPEN},
    {"author": "别处", "title": "县府的通知"},
    {"author": "林业局"},
    {"author": "别处", "note": "小王的事", **OPEN},
]


@pytest.fixture
def records(here: Here) -> Here:
    """Five records, three of them open; bodies under several names, and a person."""
    names.forget()
    shelve_rows(here, [{"reference_code": code, "title": "某事", **row} for code, row in zip(CODES, ROWS, strict=True)])
    for kind, name, variants in (
        ("body", "县人民政府", ["县政府", "县府"]), ("person", "王明", ["小王"]), ("body", "林业局", ["林业局旧称"]),
    ):  # fmt: skip
        save_authority(actor=here.operator, kind=kind, name=name, variants=variants)
    here.run_jobs()
    return here


def found(here: Here, actor: Actor, query: str) -> list[int]:
    hits = find(actor, query, index_path=here.settings.index_path, sort="code")
    ids = list(find_ids(actor, query, index_path=here.settings.index_path))
    assert [hit.item_id for hit in hits.hits] == ids and hits.total == len(ids)
    return [int(hit.ref[-4:]) for hit in hits.hits]


def test_a_name_is_searched_for_under_all_its_names(records: Here) -> None:
    here = records
    everywhere = "县政府", "县府", "县人民政府", "責任者:县府 OR 县府"
    assert [found(here, here.operator, query) for query in everywhere] == [[1, 2, 3]] * 4
    assert found(here, here.operator, "责任者:县府") == [1, 2]
    assert found(here, here.operator, '"县府"') == [3] and found(here, here.operator, "题名:县政府") == []
    assert found(here, here.operator, "NOT 县府") == [4, 5]
    assert found(here, here.operator, "小王") == [1, 5]
    told = find(here.operator, "县府", index_path=here.settings.index_path)
    assert ["县人民政府、县政府" in str(note) for note in told.notes] == [True]
    # Everyone may be told of bodies; what else a person was called is for those who keep authorities.
    assert found(here, ANONYMOUS, "县府") == [1, 2] and found(here, ANONYMOUS, "小王") == [5]
    clerk = Actor("user", "li", new_id(), frozenset({Role.READER}))
    assert found(here, clerk, "小王") == [5] and not find(clerk, "小王", index_path=here.settings.index_path).notes


def test_records_lead_to_their_names_and_names_to_records(records: Here) -> None:
    here, client = records, Client()
    government, person = (Authority.objects.get(name=name) for name in ("县人民政府", "王明"))
    first = Item.objects.get(reference_code=CODES[0])
    page = reverse("holdings:item", args=[first.pk])
    address, persons = (reverse("describing:authority", args=[one.pk]) for one in (government, person))
    client.force_login(make_user("chen", Role.ARCHIVIST))
    shown = client.get(page).content.decode()
    assert f'<a href="{address}">县政府</a>；县委</dd>' in shown
    assert f'<a href="{persons}">王明</a>、李红</dd>' in shown
    named = client.get(address).content.decode()
    assert "2 records" in named and CODES[1] in named and "Search under all its names" in named
    client.force_login(make_user("zhao", Role.REVIEWER))
    assert address not in client.get(page).content.decode()

    # For everyone: bodies that opened records name, and nothing of those that only closed ones do.
    portal = reverse("access:name", args=[government.pk])
    stranger = Client()
    assert (
        f'<a href="{portal}">县政府</a>；县委'
        in stranger.get(reverse("access:record", args=[first.pk])).content.decode()
    )
    seen = stranger.get(portal).content.decode()
    assert "2 opened records" in seen and "县府" in seen and seen.count('class="hit"') == 2
    closed = Authority.objects.get(name="林业局")
    assert AuthorityLink.objects.filter(authority=closed).exists()
    for other in (person, closed):
        assert stranger.get(reverse("access:name", args=[other.pk])).status_code == 404

    # Numbers of records are those one may see.
    elsewhere = Actor("user", "sun", new_id(), frozenset({Role.ARCHIVIST}), frozenset({"T001"}))
    numbers = {one.name: one.records for one in authorities(elsewhere, order="records")}  # type: ignore[attr-defined]
    assert numbers == {"县人民政府": 2, "王明": 1, "林业局": 0}
    assert [one.reference_code for one in linking.records(elsewhere, government)] == CODES[:2]
    merge(actor=here.operator, key=closed.pk, into=government.pk, reason="试")
    assert found(here, here.operator, "林业局旧称") == [1, 2, 3, 4]
