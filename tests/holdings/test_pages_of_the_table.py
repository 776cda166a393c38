"""The table of items as a page: facets, columns, kept views, and what is given out from it."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from builders.rows_of_items import make_rows
from builders.shelves import make_user
from shicheng.holdings import table_views
from shicheng.holdings.errors import BadView, ViewMissing
from shicheng.holdings.models import Item, TableView
from shicheng.jobs.inline import run_inline
from shicheng.jobs.models import Job
from shicheng.people.services import actor_for
from shicheng.people.types import Role

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = reverse("holdings:items")


@pytest.fixture
def rows(db: None) -> list[Item]:
    return make_rows(120, seed=11)


@pytest.fixture
def someone(db: None) -> Callable[..., Client]:
    def make(name: str, fonds: str = "") -> Client:
        client = Client()
        client.force_login(make_user(name, Role.ARCHIVIST, fonds=fonds))
        return client

    return make


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_link_of_a_facet_leads_to_as_many_items_as_it_says(
    rows: list[Item], someone: Callable[..., Client]
) -> None:
    client = someone("chen")
    text = _page(client, ITEMS + "?fonds=F002")
    links = re.findall(r'<a href="(\?[^"]+)"><span>[^<]*</span><span>(\d+)</span>', text)
    links += re.findall(
        r'<a href="/desk/holdings/(\?[^"]+)"><span aria-hidden="true">▸</span><span>[^<]*</span><span>(\d+)</span>',
        text,
    )
    assert len(links) > 20
    for address, count in links[::4]:
        found = _page(client, ITEMS + html.unescape(address))
        assert re.search(rf">{count} items?<", found), address


def test_columns_are_kept_for_each_person(rows: list[Item], someone: Callable[..., Client]) -> None:
    first, second = someone("chen"), someone("zhao")
    answer = first.post(
        reverse("holdings:choose_columns"),
        {"column": ["secrecy", "size", "nonsense"], "query": "fonds=F001&columns=author"},
    )
    assert answer["Location"] == ITEMS + "?fonds=F001"
    mine = _page(first, ITEMS)
    table = mine[mine.index("<table") : mine.index("</thead>")]
    assert "Secrecy level" in table and "Author" not in table
    theirs = _page(second, ITEMS)
    assert "Author" in theirs[theirs.index("<table") : theirs.index("</thead>")]
    named = _page(first, ITEMS + "?columns=year")
    assert "Secrecy level" not in named[named.index("<table") : named.index("</thead>")]
    first.post(reverse("holdings:choose_columns"), {"query": ""})
    mine = _page(first, ITEMS)
    assert "Author" in mine[mine.index("<table") : mine.index("</thead>")]


def test_a_kept_view_brings_filters_order_and_columns_back(rows: list[Item], someone: Callable[..., Client]) -> None:
    client = someone("chen")
    for _twice in range(2):
        answer = client.post(
            reverse("holdings:save_view"),
            {"name": "  纸质   待扫 ", "query": "fonds=F001&files=no&order=-year&columns=year,pages"},
        )
        assert answer.status_code == 302
    (kept,) = TableView.objects.all()
    assert (kept.name, kept.filters, kept.order) == ("纸质 待扫", {"fonds": "F001", "files": "no"}, "-year")
    text = _page(client, ITEMS)
    address = html.unescape(re.search(r'<a href="([^"]+)">纸质 待扫</a>', text)[1])  # type: ignore[index]
    assert parse_qs(urlsplit(address).query) == {
        "fonds": ["F001"], "files": ["no"], "order": ["-year"], "columns": ["year,pages"], "view": [str(kept.pk)],
    }  # fmt: skip
    expected = sum(one.fonds.code == "F001" and not one.files_count for one in rows)
    assert re.search(rf">{expected} items?<", _page(client, ITEMS + address))


def test_a_shared_view_is_seen_by_others_and_removed_by_its_owner_alone(
    rows: list[Item], someone: Callable[..., Client]
) -> None:
    owner, other, limited = someone("chen"), someone("zhao"), someone("li", fonds="F002")
    owner.post(reverse("holdings:save_view"), {"name": "共用", "query": "fonds=F001", "shared": "yes"})
    owner.post(reverse("holdings:save_view"), {"name": "自用", "query": "fonds=F001"})
    shared = TableView.objects.get(name="共用")
    assert "共用" in _page(other, ITEMS) and "自用" not in _page(other, ITEMS)
    assert "共用" not in _page(limited, ITEMS)  # it names a fonds beyond their reach
    assert other.post(reverse("holdings:remove_view", args=[shared.pk])).status_code == 404
    assert TableView.objects.filter(pk=shared.pk).exists()
    for _twice in range(2):
        assert owner.post(reverse("holdings:remove_view", args=[shared.pk])).status_code == 302
    assert [one.name for one in TableView.objects.all()] == ["自用"]


def test_views_without_a_name_and_too_many_are_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user("chen", Role.ARCHIVIST)
    actor = actor_for(user)
    for name in ("", "   ", "长" * 81, "a\x00"):
        with pytest.raises(BadView):
            table_views.save_view(actor=actor, name=name, filters={}, order="code", columns=[])
    monkeypatch.setattr(table_views, "MOST_VIEWS", 2)
    for name in ("a", "b", "b"):
        kept = table_views.save_view(actor=actor, name=name, filters={}, order="code", columns=[])
    with pytest.raises(BadView):
        table_views.save_view(actor=actor, name="c", filters={}, order="code", columns=[])
    with pytest.raises(ViewMissing):
        table_views.forget_view(actor=actor_for(make_user("zhao", Role.ARCHIVIST)), view=kept.pk)


def _export(client: Client, address: str, **values: object) -> list[dict[str, str]]:
    """Press the button, choose csv, let the job run, fetch the file."""
    page = client.get(reverse("exchange:new") + address)
    assert page.status_code == 200
    given = html.unescape(re.search(r'name="selection" value="([^"]*)"', page.content.decode())[1])  # type: ignore[index]
    answer = client.post(reverse("exchange:new"), {"selection": given, "form": "csv", **values})
    assert answer.status_code == 302
    job = Job.objects.order_by("-created").first()
    assert job is not None
    run_inline(job.pk)
    done = client.get(answer["Location"])
    assert done.status_code == 200
    address = reverse("exchange:content", args=[job.pk])
    assert address in done.content.decode()
    fetched = client.get(address)
    content = b"".join(fetched.streaming_content)
    assert address in client.get(reverse("exchange:exports")).content.decode()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_all_that_match_are_exported_and_those_selected(rows: list[Item], someone: Callable[..., Client]) -> None:
    client = someone("chen")
    found = _export(client, "?fonds=F002&retention=D30&order=code&which=all", column=["title", "reference_code"])
    wanted = {one.reference_code for one in rows if one.fonds.code == "F002" and one.retention == "D30"}
    assert {row["档号"] for row in found} == wanted
    assert list(found[0]) == ["序号", "档号", "题名"]
    chosen = rows[3:8]
    address = "?which=chosen&fonds=F001&" + "&".join(f"item={one.pk}" for one in chosen)
    assert {row["档号"] for row in _export(client, address)} == {one.reference_code for one in chosen}
    without = client.get(reverse("exchange:new") + "?which=chosen&fonds=F001")
    assert "nothing to export" in without.content.decode()


def test_an_export_of_another_is_not_given_to_one_limited_to_some_fonds(
    rows: list[Item], someone: Callable[..., Client]
) -> None:
    _export(someone("chen"), "?which=all")
    job = Job.objects.get(name="exchange.export")
    limited = someone("li", fonds="F002")
    assert limited.get(reverse("exchange:export", args=[job.pk])).status_code == 404
    assert limited.get(reverse("exchange:content", args=[job.pk])).status_code == 404
    seen = [
        one.reference_code for one in rows
        if one.fonds.code == "F002" or (one.openness, one.secrecy) == ("open", "public")
    ]  # fmt: skip
    assert sorted(row["档号"] for row in _export(limited, "?which=all")) == sorted(seen)


def test_the_page_counts_no_items(rows: list[Item], someone: Callable[..., Client]) -> None:
    client = someone("chen")
    client.get(ITEMS)
    with CaptureQueriesContext(connection) as asked:
        _page(client, ITEMS + "?retention=Y&order=-date")
    counting = [one["sql"] for one in asked if "COUNT(" in one["sql"].upper() and "holdings_item" in one["sql"]]
    assert counting == []
