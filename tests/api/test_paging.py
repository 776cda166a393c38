"""Cursors: every row once, whatever happens between two pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from api.conftest import Program
from builders.shelves import shelve
from ingest.fixtures import Here
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events
from shicheng.ingest.models import Transfer
from shicheng.kernel import clock
from shicheng.people.services import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def walk(program: Program, path: str, key: str, between: Callable[[int], None] = lambda _n: None) -> list[str]:
    """Read a list to its end, with something happening after each page."""
    found: list[str] = []
    cursor, pages = "", 0
    while True:
        page = program.get(f"{path}{'&' if '?' in path else '?'}limit=2&cursor={cursor}").json()
        found += [one[key] for one in page["items"]]
        between(pages)
        cursor, pages = page["next"], pages + 1
        if not cursor:
            return found
        assert pages < 50


def code(number: int) -> str:
    return f"L012-WS·2017-Y-FGW-{number:04d}"


@pytest.mark.parametrize("order", ["code", "-code"])
def test_items_are_seen_once_while_others_come_in(here: Here, program: Program, order: str) -> None:
    for number in (10, 20, 30, 40, 50):
        shelve(code(number), files=[])

    def come(page: int) -> None:
        if page < 3:  # one before and one behind the place where the reading stands
            shelve(code(1 + page), files=[])
            shelve(code(91 + page), files=[])

    found = walk(program, f"/items?order={order}", "ref", come)
    old = [code(number) for number in (10, 20, 30, 40, 50)]
    assert [ref for ref in found if ref in old] == (old if order == "code" else old[::-1])
    assert len(found) == len(set(found))


def test_transfers_jobs_and_entries_are_walked_through_whole(here: Here, program: Program, watcher: Program) -> None:
    for number in range(1, 6):
        Transfer.objects.create(number=f"2026-{number:04d}", name="x", announced_at=clock.now())
        program.post("/exports", {"form": "csv"})
        with atomic():
            audit.append(SYSTEM, events.ITEM_REGISTERED, ("item", str(number)), {})
    assert walk(program, "/transfers", "number") == [f"2026-{number:04d}" for number in (5, 4, 3, 2, 1)]
    assert len(set(walk(program, "/jobs", "id"))) == 5
    positions = walk(watcher, "/audit", "position")
    assert positions == sorted(positions, reverse=True)
    assert len(positions) >= 6


def test_cursor_belongs_to_its_list_and_its_filters(here: Here, program: Program) -> None:
    for number in range(1, 4):
        shelve(code(number), files=[])
    cursor = program.get("/items?limit=1").json()["next"]
    assert program.get(f"/items?limit=1&cursor={cursor}").status_code == 200
    for path in (f"/items?order=-code&cursor={cursor}", f"/items?fonds=L012&cursor={cursor}", f"/jobs?cursor={cursor}"):
        assert program.get(path).json()["code"] == "api.cursor.bad"
