"""Whoever has no leave sees nothing: every selector of every room is asked, so that a new one can't be forgotten."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db.models import QuerySet

import shicheng
from ingest.archives import text_batch
from ingest.fixtures import Here
from shicheng.base.db import atomic
from shicheng.describing.models import ChangeSet
from shicheng.holdings.counting import Number
from shicheng.holdings.models import File, Item
from shicheng.holdings.tables import ItemTable
from shicheng.ingest.models import Transfer
from shicheng.jobs.models import Job
from shicheng.kernel.errors import ShichengError
from shicheng.people import registry
from shicheng.people.policies import allows, require
from shicheng.people.services import ANONYMOUS, SYSTEM, create_user, operator
from shicheng.people.types import Actor, Role
from shicheng.search.selections import Selection

pytestmark = pytest.mark.django_db

NOBODY = Actor("user", "nobody", uuid.uuid4(), frozenset())
ELSEWHERE = Actor("user", "elsewhere", uuid.uuid4(), frozenset({Role.ARCHIVIST, Role.READER}), frozenset({"T999"}))


ALSO = {
    "shicheng.search.services", "shicheng.holdings.counting", "shicheng.holdings.tables", "shicheng.audit.looking",
    "shicheng.search.choosing",
}  # fmt: skip


def selectors() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function of a selectors module, or of another that reads for pages, that takes an actor."""
    for found in pkgutil.walk_packages(shicheng.__path__, "shicheng."):
        if found.name.rpartition(".")[2] != "selectors" and found.name not in ALSO:
            continue
        module = importlib.import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == found.name and not name.startswith("_")
            if own and "actor" in inspect.signature(function).parameters:
                yield f"{found.name.removeprefix('shicheng.')}.{name}", function


@pytest.fixture
def filled(here: Here, tmp_path: Path) -> Here:
    """An archive with something of everything: records of two fonds, a report, jobs, an account."""
    for fonds in ("T001", "T002"):
        here.take_in(text_batch(3, fonds=fonds).write(tmp_path / fonds))
    create_user(actor=SYSTEM, username="li", full_name="李", password="海内存知己天涯若比邻", roles=[Role.ARCHIVIST])
    return here


def known_arguments(here: Here) -> dict[str, Any]:
    """A value that names something real for each parameter selectors need."""
    item = Item.objects.order_by("code_sort").first()
    transfer = Transfer.objects.order_by("number").first()
    assert item is not None and transfer is not None
    return {
        "subject": ("transfer", str(transfer.pk)), "number": transfer.number, "settings": here.settings,
        "report_id": transfer.report, "filters": {}, "file_id": File.objects.values_list("pk", flat=True)[0],
        "key": transfer.number, "one": item, "count": 10, "chance": Random(1), "query": "*", "prefix": "关于",
        "codes": ["T001", "T002"], "found": Item.objects.all(), "selection": Selection(), "day": "2020-01-01",
        "events": ["ingest.transfer.received"], "name": "ingest.accession", "moment": transfer.announced_at,
        "code": "B012", "version": 1, "row_id": uuid.uuid4(), "row_ids": [uuid.uuid4()],
        "changes": ChangeSet(), "most": 10, "numbers": [1],
        "index_path": here.settings.index_path, "fonds": "T001", "year": 2016, "keys": [uuid.uuid4()],
        "job_id": Job.objects.values_list("pk", flat=True)[0],
    }  # fmt: skip


def ask(name: str, function: Callable[..., Any], actor: Actor, known: dict[str, Any]) -> Any:
    needed = {
        parameter.name: known[parameter.name]
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is inspect.Parameter.empty and parameter.name != "actor"
    }
    if "filters" in needed and "jobs" in name:
        needed.pop("filters")
    if name == "holdings.selectors.item":
        needed["key"] = known["one"].reference_code
    if name.startswith(("ingest.selectors.locked", "arranging.selectors.")) and "key" in needed:
        needed["key"] = uuid.uuid4()
    with atomic():  # some lock the row they give
        return function(actor=actor, **needed)


def is_nothing(value: Any) -> bool:
    """Tell whether an answer says nothing: empty, zero in every place, or a result without hits."""
    if value is None or value == 0:
        return True
    if isinstance(value, QuerySet):
        return not value.exists()
    if isinstance(value, dict):
        return all(is_nothing(each) for each in value.values())
    if isinstance(value, tuple):
        return all(is_nothing(each) for each in value)
    if isinstance(value, Sequence | set | frozenset):
        return not len(value)
    if isinstance(value, Iterator):
        return next(value, None) is None
    if isinstance(value, Number | ItemTable):
        return is_nothing(getattr(value, dataclasses.fields(value)[0].name))
    if hasattr(value, "hits"):
        return value.total == 0 and not value.hits and is_nothing(value.facets)
    return False


def test_walk_reaches_every_room_that_lists_anything() -> None:
    rooms = {name.split(".")[0] for name, _function in selectors()}
    assert rooms >= {"audit", "checks", "holdings", "ingest", "jobs", "people", "search", "storage"}
    assert len(list(selectors())) >= 30


def test_nobody_sees_anything(filled: Here) -> None:
    known = known_arguments(filled)
    seen = []
    for name, function in selectors():
        try:
            answer = ask(name, function, NOBODY, known)
        except ShichengError as error:
            if error.http_status not in (403, 404):
                seen.append(f"{name}: {error!r}")
            continue
        if not is_nothing(answer):
            seen.append(f"{name}: {answer!r}")
    assert seen == []


def test_the_same_questions_tell_something_to_who_may_ask(filled: Here) -> None:
    """Without this the test above would pass for selectors that never say anything."""
    known = known_arguments(filled)
    told = set()
    for name, function in selectors():
        try:
            answer = ask(name, function, operator("wang"), known)
        except ShichengError:
            continue
        if not is_nothing(answer):
            told.add(name)
    assert told >= {
        "audit.selectors.history", "audit.selectors.recent", "checks.selectors.latest", "checks.selectors.report",
        "checks.selectors.reports", "search.choosing.count", "audit.looking.counts_since",
        "holdings.counting.branches", "holdings.counting.count", "holdings.counting.facets", "holdings.selectors.file",
        "holdings.selectors.fonds_names", "holdings.tables.read_table", "holdings.tables.select",
        "holdings.tables.walk",
        "holdings.selectors.item", "holdings.selectors.items", "holdings.selectors.neighbours",
        "holdings.selectors.sample", "holdings.counting.totals", "ingest.selectors.counts",
        "ingest.selectors.transfer", "ingest.selectors.transfers", "jobs.selectors.count", "jobs.selectors.job",
        "jobs.selectors.jobs", "jobs.selectors.names", "people.selectors.users", "search.services.find",
        "search.services.find_ids", "search.services.suggest", "storage.selectors.health",
        "storage.selectors.objects",
    }, told  # fmt: skip


def test_archivist_of_another_fonds_sees_no_content(filled: Here) -> None:
    known = known_arguments(filled)
    seen = []
    for name, function in selectors():
        if name.split(".")[0] not in ("holdings", "ingest", "search", "checks"):
            continue
        try:
            answer = ask(name, function, ELSEWHERE, known)
        except ShichengError:
            continue
        if not is_nothing(answer):
            seen.append(f"{name}: {answer!r}")
    assert seen == []


def test_reader_and_anonymous_see_opened_records_only(filled: Here) -> None:
    from shicheng.holdings import selectors as holdings

    for actor in (ANONYMOUS, Actor("user", "reader", uuid.uuid4(), frozenset({Role.READER}))):
        assert not holdings.items(actor).exists()
    one = Item.objects.order_by("code_sort").first()
    assert one is not None
    Item.objects.filter(pk=one.pk).update(openness="open")
    for actor in (ANONYMOUS, Actor("user", "reader", uuid.uuid4(), frozenset({Role.READER}))):
        assert [each.pk for each in holdings.items(actor)] == [one.pk]
    Item.objects.filter(pk=one.pk).update(secrecy="secret")
    assert not holdings.items(ANONYMOUS).exists()


def test_every_permission_is_denied_to_whoever_has_no_role() -> None:
    everyone = {one.code for one in registry.all_permissions() if one.everyone}
    for one in registry.all_permissions():
        assert allows(NOBODY, one.code) == (one.code in everyone)
        assert one.roles or one.everyone or one.code  # named by somebody
        if one.code not in everyone:
            with pytest.raises(ShichengError) as refused:
                require(NOBODY, one.code)
            assert refused.value.http_status == 403
            assert refused.value.hint is not None


def test_unregistered_permission_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        allows(SYSTEM, "holdings.item.burn")
