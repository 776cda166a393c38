"""Filling an archive: the indexes that only order pages are made at the end, and are never left out for good."""

from __future__ import annotations

import pytest
from django.db import connection

from builders.rows_of_items import make_rows
from shicheng.base.db import is_sqlite
from shicheng.cataloguing.work import make_missing_orders
from shicheng.holdings import filling, tables
from shicheng.holdings.filling import ORDERS, make_orders, missing_orders
from shicheng.holdings.models import Item
from shicheng.jobs import registry
from shicheng.jobs import services as jobs
from shicheng.jobs.inline import run_waiting
from shicheng.people.services import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def a_few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "_LEAST", 100)


def test_indexes_rest_while_an_archive_is_filled_and_are_the_same_afterwards() -> None:
    before = indexes()
    assert set(ORDERS) <= set(before)
    with filling.filling(300) as filled:
        assert missing_orders() == (list(ORDERS) if is_sqlite() else [])
        make_rows(300)
        filled.count(300)
        page = [one.title for one in tables.select(SYSTEM, {}).order_by("date_from", "pk")[:50]]
    assert indexes() == before
    assert [one.title for one in tables.select(SYSTEM, {}).order_by("date_from", "pk")[:50]] == page


@pytest.mark.parametrize("coming", [99, 799], ids=["few", "not twice as many as there are"])
def test_they_stay_where_it_is_not_worth_while(coming: int) -> None:
    make_rows(400)
    with filling.filling(coming):
        assert missing_orders() == []


def test_they_come_back_when_it_breaks_off() -> None:
    with pytest.raises(RuntimeError, match="away"), filling.filling(300):
        raise RuntimeError("away")
    assert missing_orders() == []


def test_they_are_made_before_making_them_would_hold_others_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "_MOST", 200)
    with filling.filling(300) as filled:
        filled.count(199)
        assert missing_orders() == (list(ORDERS) if is_sqlite() else [])
        filled.count(1)
        assert missing_orders() == []
    assert make_orders() == 0


def test_a_job_makes_what_nobody_came_back_for() -> None:
    (schedule,) = (one for one in registry.schedules() if one.name == "cataloguing.make_orders")
    assert not schedule.is_wanted()
    if not is_sqlite():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {ORDERS[0]}")
    assert schedule.is_wanted()
    jobs.enqueue(make_missing_orders)
    assert run_waiting(["cataloguing.make_orders"]) == 1
    assert missing_orders() == []
    assert not schedule.is_wanted()


def test_nothing_is_missing_where_the_table_is_still_to_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Item._meta, "db_table", "holdings_nowhere")
    assert make_orders() == 0


def indexes() -> dict[str, str]:
    """Each index of items with the statement that made it."""
    with connection.cursor() as cursor:
        if not is_sqlite():
            cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'holdings_item'")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'holdings_item'")
        return dict(cursor.fetchall())
