"""The table of items: every order in both directions, and numbers that are right without counting."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection

from builders.rows_of_items import make_rows
from shicheng.base.db import atomic, is_sqlite
from shicheng.holdings import counting, policies, tables, tallies
from shicheng.holdings.cataloguing import CatalogueRecord, put_records
from shicheng.holdings.models import Fonds, Item, Tally
from shicheng.holdings.narrowing import COUNTED, WITHOUT
from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id
from shicheng.people.services import ANONYMOUS, SYSTEM
from shicheng.people.types import Actor, Role

LIMITED = Actor(kind="user", name="zhao", roles=frozenset({Role.ARCHIVIST}), fonds=frozenset({"F001"}))
NOBODY = Actor(kind="user", name="nobody", roles=frozenset())


@pytest.fixture
def rows(db: None) -> list[Item]:
    return make_rows(130, seed=7)


def _everything(
    order: str, limit: int, filters: dict[str, str] | None = None, expected: int | None = None
) -> list[str]:
    """Walk forward to the end, then back to the start; both must show the same."""
    forward, place = [], ""
    while True:
        page = tables.read_table(SYSTEM, filters or {}, order=order, after=place, limit=limit, expected=expected)
        forward += [one.reference_code for one in page.rows]
        last = page
        place = page.after
        if not place:
            break
    backward, page = [one.reference_code for one in last.rows], last
    while page.before:
        page = tables.read_table(SYSTEM, filters or {}, order=order, before=page.before, limit=limit, expected=expected)
        backward = [one.reference_code for one in page.rows] + backward
    assert backward == forward
    return forward


@pytest.mark.parametrize("order", tables.ORDERS)
@pytest.mark.parametrize("limit", [7, 50])
def test_every_page_in_either_direction_shows_each_item_once_and_in_order(
    rows: list[Item], order: str, limit: int
) -> None:
    found = _everything(order, limit)
    assert sorted(found) == sorted(one.reference_code for one in rows)
    by_code = {one.reference_code: one for one in rows}
    keys = {
        "code": lambda one: one.code_sort, "title": lambda one: None, "date": lambda one: one.date_from,
        "year": lambda one: one.year, "registered": lambda one: one.registered,
    }  # fmt: skip
    values = [keys[order.removeprefix("-")](by_code[code]) for code in found]
    known = [value for value in values if value is not None]
    if order.removeprefix("-") != "title":  # in which order signs come is the database's
        assert known == sorted(known, reverse=order.startswith("-"))
    assert all(value is None for value in values[len(known) :])  # without a value last


@pytest.mark.parametrize("order", tables.ORDERS)
@pytest.mark.parametrize(
    "filters",
    [{"fonds": "F002"}, {"openness": "open", "secrecy": "public"}, {"category": WITHOUT}, {"year": WITHOUT},
     {"transfer": "2026-0003"}, {"fonds": "F001", "year": "1987"}],
    ids=str,
)  # fmt: skip
def test_few_and_many_items_are_read_in_another_way_to_the_same_end(
    rows: list[Item], order: str, filters: dict[str, str]
) -> None:
    few = _everything(order, 9, filters, 1)
    many = _everything(order, 9, filters, tables.MANY + 1)
    assert few == many == _everything(order, 9, filters)
    assert sorted(few) == sorted(tables.select(SYSTEM, filters).values_list("reference_code", flat=True))


@pytest.mark.skipif(not is_sqlite(), reason="PostgreSQL reads a small table as a whole, whatever indexes there are")
@pytest.mark.parametrize(
    ("order", "filters", "index"),
    [
        ("title", {}, "item_title"),
        ("title", {"year": "1987"}, "item_title"),
        ("-date", {}, "item_date"),
        ("-date", {"year": "1987"}, "item_year_date"),
        ("date", {"fonds": "F001"}, "item_fonds_date"),
        ("-date", {"fonds": "F001", "year": "1987"}, "item_year_date"),
        ("-year", {}, "item_year"),
        ("-registered", {"department": "x"}, "item_registered"),
    ],
)
def test_a_page_of_many_items_is_read_from_one_place_of_an_index(
    rows: list[Item], order: str, filters: dict[str, str], index: str
) -> None:
    asked: list[tuple[str, object]] = []

    def note(execute: Callable[..., object], sql: str, values: object, many: bool, context: object) -> object:
        asked.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        tables.read_table(SYSTEM, filters, order=order, expected=tables.MANY + 1)
    plans = []
    with connection.cursor() as cursor:
        for sql, values in asked:
            if 'FROM "holdings_item"' in sql:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
                plans.append(" / ".join(row[-1] for row in cursor.fetchall()))
    assert plans
    for plan in plans:
        assert f"USING INDEX {index}" in plan
        assert "TEMP B-TREE" not in plan


def test_a_page_stays_right_while_items_come_and_go(rows: list[Item]) -> None:
    first = tables.read_table(SYSTEM, {}, limit=10)
    Item.objects.filter(pk__in=[first.rows[3].pk, first.rows[9].pk]).delete()
    second = tables.read_table(SYSTEM, {}, after=first.after, limit=10)
    expected = sorted(rows, key=lambda one: one.code_sort)[10:20]
    assert [one.pk for one in second.rows] == [one.pk for one in expected]


@pytest.mark.parametrize("place", ["x", "a|b", "|", "~|~", "\x00|\x00", "9" * 900, "2016-13-45|x", "01|02|03"])
@pytest.mark.parametrize("order", ["code", "date", "-year", "registered", "nonsense"])
def test_a_forged_place_is_no_error(rows: list[Item], order: str, place: str) -> None:
    assert len(tables.read_table(SYSTEM, {}, order=order, after=place, limit=5).rows) <= 5
    assert len(tables.read_table(SYSTEM, {}, order=order, before=place, limit=5).rows) <= 5


def test_numbers_are_those_of_the_rows_for_every_actor_and_filter(rows: list[Item]) -> None:
    for actor in (SYSTEM, LIMITED, ANONYMOUS, NOBODY):
        seen = list(policies.visible(actor).select_related("fonds"))
        sums = counting.totals(actor)
        assert sums["items"] == len(seen)
        assert sums["files"] == sum(one.files_count for one in seen)
        assert sums["bytes"] == sum(one.bytes for one in seen)
        assert len(counting.branches(actor, {})) == len({one.fonds_id for one in seen})
        for name, values in counting.facets(actor, {}).items():
            assert name in COUNTED
            for one in values:
                found = tables.select(actor, {name: one.value or WITHOUT})
                assert found.count() == one.count > 0, (actor.name, name, one.value)
            assert sum(one.count for one in values) == len(seen)


def test_numbers_follow_every_change_in_the_same_transaction(rows: list[Item]) -> None:
    def kept() -> Counter[tuple[object, ...]]:
        kinds: Counter[tuple[object, ...]] = Counter()
        for one in Tally.objects.all():
            key = (one.fonds_id, one.category, one.year, one.retention, one.department, one.secrecy, one.openness)
            kinds[(*key, one.has_files)] += one.items
        return Counter({key: number for key, number in kinds.items() if number})

    def counted() -> Counter[tuple[object, ...]]:
        return Counter(
            (one.fonds_id, one.category, one.year, one.retention, one.department, one.secrecy, one.openness,
             one.files_count > 0)
            for one in Item.objects.all()
        )  # fmt: skip

    assert kept() == counted()
    chance = random.Random(3)
    for one in chance.sample(rows, 30):
        one.year = chance.choice([None, 1999, 2024])
        one.openness = chance.choice(["open", "controlled"])
        one.files_count = chance.choice([0, 3])
        one.save(force_update=True)
    assert kept() == counted()
    Item.objects.filter(category="WS").update(retention="D30", bytes=5)
    assert kept() == counted()
    Item.objects.filter(year=1999).delete()
    assert kept() == counted()
    assert counting.totals(SYSTEM)["bytes"] == sum(Item.objects.values_list("bytes", flat=True))
    tallies.fold()
    tallies.fold()
    assert kept() == counted()
    assert not Tally.objects.filter(items__lte=0).exists()
    with pytest.raises(ZeroDivisionError), atomic():
        Item.objects.all().delete()
        raise ZeroDivisionError
    assert kept() == counted()
    # Those of a catalogue are counted many together: of kinds that are there and of new ones, without a year.
    fonds = {one.code: one for one in Fonds.objects.all()}
    records = [
        CatalogueRecord(number, f"{number:032x}", f"M{number}", "F001", {"title": "题", "category": kind}, {})
        for number, kind in enumerate(["WS", "NEW", "NEW", ""] * 5, start=1)
    ]
    for some in (records[:10], records):
        with atomic():
            put_records(actor=SYSTEM, origin=new_id(), number="C1", fonds=fonds, records=some, at=clock.now())
        assert kept() == counted()
    assert Item.objects.filter(category="NEW", year=None).count() == 10
    rows[0].pk, rows[0].reference_code, rows[0].object_id = new_id(), "ONE", "ONE"
    rows[0].save(force_insert=True)  # by itself again
    assert kept() == counted()


def test_triggers_that_are_gone_come_back_with_right_numbers(rows: list[Item]) -> None:
    table = "" if connection.vendor == "sqlite" else " ON holdings_item"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER holdings_tally_on_delete{table}")
    Item.objects.filter(pk__in=[one.pk for one in rows[:40]]).delete()
    assert counting.totals(SYSTEM)["items"] == 130
    tallies.ensure()
    assert counting.totals(SYSTEM)["items"] == 90
    Item.objects.filter(pk=rows[50].pk).delete()
    assert counting.totals(SYSTEM)["items"] == 89


def test_branches_without_a_value_can_be_opened(rows: list[Item]) -> None:
    first = counting.branches(SYSTEM, {"fonds": "F001"})
    assert first[-1].key == WITHOUT
    for branch in first:
        assert tables.select(SYSTEM, branch.filters).count() == branch.count
        below = counting.branches(SYSTEM, branch.filters)
        assert sum(one.count for one in below) == branch.count
        for each in below:
            assert tables.select(SYSTEM, each.filters).count() == each.count


def test_what_is_not_known_is_counted_up_to_a_limit(rows: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    filters = {"since": (clock.now() - datetime.timedelta(days=400)).date().isoformat()}
    found = tables.select(SYSTEM, filters)
    assert counting.count(found, SYSTEM, filters) == counting.Number(found.count())
    monkeypatch.setattr(counting, "COUNT_AT_MOST", 3)
    assert counting.count(found, SYSTEM, filters) == counting.Number(3, is_least=True)


def test_a_fonds_without_items_is_not_counted(rows: list[Item]) -> None:
    Item.objects.filter(fonds__code="F002").delete()
    assert Fonds.objects.filter(code="F002").exists()
    assert {branch.key for branch in counting.branches(SYSTEM, {})} == {"F001", "F003"}


def test_facets_of_many_kinds_are_remembered_for_each_reach_apart(
    rows: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MANY_KINDS", 10)
    cache.clear()
    expected = {actor: counting.branches(actor, {}) for actor in (SYSTEM, LIMITED, ANONYMOUS)}
    shown = {actor: counting.facets(actor, {"fonds": "F001"}) for actor in expected}
    Item.objects.filter(fonds__code="F001").delete()
    for actor, before in expected.items():
        assert counting.branches(actor, {}) == before  # as a moment ago
        assert counting.facets(actor, {"fonds": "F001"}) == shown[actor]
    assert len({sum(one.count for one in found) for found in expected.values()}) == 3
    assert counting.totals(SYSTEM, {"fonds": "F001"})["items"] == 0  # the number of a list is never old
    cache.clear()
    assert "F001" not in {one.key for one in counting.branches(SYSTEM, {})}
