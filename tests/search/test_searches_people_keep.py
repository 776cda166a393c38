"""Searching within results, searches people keep, and giving all hits out."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user
from search.archive import register
from search.catalogue import records
from shicheng.audit.models import Entry
from shicheng.jobs.inline import run_inline
from shicheng.jobs.models import Job
from shicheng.people.services import SYSTEM, actor_for
from shicheng.people.types import Role
from shicheng.search import saved
from shicheng.search.building import rebuild_index
from shicheng.search.errors import BadSavedSearch, SavedSearchMissing
from shicheng.search.models import SavedSearch
from shicheng.search.services import find, find_ids
from shicheng.search.types import Narrowing
from shicheng.settings import current

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = reverse("search:page")


@pytest.fixture
def index() -> Path:
    register(records(200))
    rebuild_index(current().index_path)
    return current().index_path


@pytest.fixture
def client_of_chen(db: None) -> Client:
    client = Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    return client


def _word(index: Path) -> tuple[str, str]:
    """Two words that stand together in some title and apart in others."""
    titles = [hit.title for hit in find(SYSTEM, "*", index_path=index, limit=200).hits]
    return next((one[:2], one[4:6]) for one in titles if len(one) > 8 and one[:6].isalpha())


@pytest.mark.parametrize("second", ['"', "(", "NOT", "a OR", "年度:2010..2020", "*"])
def test_results_within_results_are_those_that_match_both(index: Path, second: str) -> None:
    first, _other = _word(index)
    both = set(find_ids(SYSTEM, first, index_path=index, narrowing=Narrowing(within=(second,))))
    assert both == set(find_ids(SYSTEM, first, index_path=index)) & set(find_ids(SYSTEM, second, index_path=index))


def test_each_step_within_results_has_a_chip_that_takes_it_back(index: Path, client_of_chen: Client) -> None:
    first, second = _word(index)
    total = find(SYSTEM, f"{first} {second}", index_path=index).total
    text = client_of_chen.get(PAGE, {"q": first, "within": [second, second, ""]}).content.decode()
    assert re.search(rf"<b>{total}</b> records? found", text)
    assert text.count("Within: ") == 1
    back = html.unescape(re.search(rf'<a class="on" href="([^"]+)">Within: {second}', text)[1])  # type: ignore[index]
    assert "within" not in back
    again = client_of_chen.get(PAGE + back).content.decode()
    assert re.search(rf"<b>{find(SYSTEM, first, index_path=index).total}</b> records? found", again)


def test_a_kept_search_tells_what_is_new_since_one_looked(index: Path, client_of_chen: Client) -> None:
    client = client_of_chen
    text = client.get(PAGE, {"q": "*", "year_from": "1950"}).content.decode()
    address = html.unescape(re.search(r'name="address" value="([^"]+)"', text)[1])  # type: ignore[index]
    for _twice in range(2):
        answer = client.post(reverse("search:keep"), {"name": "全部 ", "address": address})
        assert answer["Location"] == f"{PAGE}?{address}"
    row = SavedSearch.objects.get()
    before = row.seen_total
    assert "new</span>" not in client.get(PAGE).content.decode()
    register(records(230)[200:])
    rebuild_index(index)
    now = find(SYSTEM, "*", index_path=index, narrowing=Narrowing(year_from=1950)).total
    assert now > before
    assert f"{now - before} new</span>" in client.get(PAGE).content.decode()
    assert client.post(reverse("search:look", args=[row.pk]))["Location"] == f"{PAGE}?{address}"
    assert "new</span>" not in client.get(PAGE).content.decode()
    for _twice in range(2):
        assert client.post(reverse("search:forget", args=[row.pk])).status_code == 302
    assert not SavedSearch.objects.exists()
    assert Entry.objects.filter(event="search.saved.kept").count() == 2
    assert Entry.objects.filter(event="search.saved.removed").count() == 1


def test_kept_searches_belong_to_one_person(index: Path) -> None:
    chen, li = (
        actor_for(make_user("chen", Role.ARCHIVIST)), actor_for(make_user("li", Role.ARCHIVIST, fonds="B012"))
    )  # fmt: skip
    mine = saved.save_search(actor=chen, name="全部", address="q=*", index_path=index)
    theirs = saved.save_search(actor=li, name="全部", address="q=*", index_path=index)
    assert mine.seen_total == 200 > theirs.seen_total  # each counts what they may see
    assert [one.row.pk for one in saved.saved_searches(li, index)] == [theirs.pk]
    with pytest.raises(SavedSearchMissing):
        saved.look_at(actor=li, search=mine.pk, index_path=index)
    saved.forget_search(actor=li, search=mine.pk)
    assert SavedSearch.objects.filter(pk=mine.pk).exists()
    for name, address in (("", "q=a"), ("x" * 81, "q=a"), ("a\x00", "q=a"), ("a", "q=" + "a" * 5000)):
        with pytest.raises(BadSavedSearch):
            saved.save_search(actor=chen, name=name, address=address, index_path=index)
    with pytest.raises(BadSavedSearch):
        saved.save_search(actor=SYSTEM, name="a", address="q=a", index_path=index)


def test_all_hits_of_a_search_are_given_out(index: Path, client_of_chen: Client) -> None:
    client = client_of_chen
    first, second = _word(index)
    text = client.get(PAGE, {"q": first, "within": second, "year_from": "1900"}).content.decode()
    address = html.unescape(re.search(r'href="([^"]+)">Export all hits', text)[1])  # type: ignore[index]
    wanted = find(SYSTEM, f"{first} {second}", index_path=index, limit=500, narrowing=Narrowing(year_from=1900))
    page = client.get(address).content.decode()
    assert re.search(rf"Export {wanted.total} records?<", page)
    given = html.unescape(re.search(r'name="selection" value="([^"]*)"', page)[1])  # type: ignore[index]
    answer = client.post(reverse("exchange:new"), {"selection": given, "form": "csv", "column": ["reference_code"]})
    job = Job.objects.get(name="exchange.export")
    assert answer["Location"] == reverse("exchange:export", args=[job.pk])
    run_inline(job.pk)
    fetched = client.get(reverse("exchange:content", args=[job.pk]))
    rows = csv.DictReader(io.StringIO(b"".join(fetched.streaming_content).decode("utf-8-sig")))
    assert sorted(row["档号"] for row in rows) == sorted(hit.ref for hit in wanted.hits)


def test_how_to_ask_is_reached_from_the_search(index: Path, client_of_chen: Client) -> None:
    assert reverse("search:guide") in client_of_chen.get(PAGE).content.decode()
    text = client_of_chen.get(reverse("search:guide")).content.decode()
    assert "责任者:" in text and "author:" in text
