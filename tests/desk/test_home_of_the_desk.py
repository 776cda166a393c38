"""The home page: what waits, alarms and the week, each number a link to as many as it says."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from builders.rows_of_items import make_rows
from builders.shelves import shelve
from shicheng.api.models import Delivery, Subscription
from shicheng.audit import looking
from shicheng.audit import services as audit
from shicheng.audit.models import Entry, Head, SignedHead
from shicheng.base.db import atomic
from shicheng.holdings.models import Item
from shicheng.ingest.models import Transfer
from shicheng.jobs.models import Job
from shicheng.kernel import clock
from shicheng.people.services import ANONYMOUS, SYSTEM
from shicheng.search.selectors import health
from shicheng.storage.models import PromisedObject

HOME = reverse("desk:home")


def _transfer(number: str, state: str, held: int = 0) -> None:
    Transfer.objects.create(
        number=number, state=state, name="批", held=held, fonds_code="F001", announced_at=clock.now()
    )


def _figure(text: str, label: str) -> tuple[str, str]:
    """Address and number of a figure."""
    found = re.search(rf'href="([^"]+)"><small>{label}</small><b>([\d,]+)</b>', text) or re.search(
        rf'<dt>{label}</dt><dd><a href="([^"]+)">([\d,]+\+?)</a>', text
    )
    assert found is not None, label
    return html.unescape(found[1]), found[2]


@pytest.mark.django_db
def test_each_number_leads_to_the_list_it_counts(archivist: Client, security: Client) -> None:
    for number, state, held in (
        ("2026-0001", "checked", 0), ("2026-0002", "checked", 0), ("2026-0003", "failed", 0),
        ("2026-0004", "stored", 3),
    ):  # fmt: skip
        _transfer(number, state, held)
    for state in ("failed", "dead", "dead"):
        Job.objects.create(name="api.tidy", state=state, actor_kind="system", actor_name="system")
    make_rows(60, seed=3)
    with atomic():
        for _count in range(3):
            audit.append(SYSTEM, "ingest.transfer.received", None, {})
    text = archivist.get(HOME).content.decode()
    for label, number, shown in (
        ("Transfers to accept", 2, ["2026-0001", "2026-0002"]), ("Transfers with faults", 1, ["2026-0003"]),
        ("Transfers with items held back", 1, ["2026-0004"]),
    ):  # fmt: skip
        address, said = _figure(text, label)
        assert said == str(number)
        listed = archivist.get(address).content.decode()
        assert set(re.findall(r"2026-\d{4}", listed)) == set(shown)
    for label, said in (("Jobs that failed", "1"), ("Jobs that were given up", "2")):
        address, number = _figure(text, label)
        assert number == said
        assert archivist.get(address).status_code == 200
    assert "<dt>Transfer received</dt><dd>3</dd>" in text  # archivists read no log, so there is no list behind it
    address, number = _figure(security.get(HOME).content.decode(), "Transfer received")
    assert number == "3"
    listed = security.get(address).content.decode()
    assert listed[listed.index("<tbody>") :].count("<tr") == 3
    address, number = _figure(text, "Records taken in")
    start = timezone.localdate() - timezone.timedelta(days=6)
    assert int(number) == sum(timezone.localdate(one.registered) >= start for one in Item.objects.all()) > 0
    assert re.search(rf">{number} items?<", archivist.get(address).content.decode())


@pytest.mark.django_db
def test_alarms_name_what_is_wrong_and_lead_there(archivist: Client, administrator: Client) -> None:
    quiet = archivist.get(HOME).content.decode()
    assert "Objects damaged" not in quiet and "audit log does not end" not in quiet
    item = shelve("L012-WS·2017-Y-FGW-0001")
    PromisedObject.objects.filter(pk=item.object_id).update(state="damaged")
    who = Subscription.objects.create(url="https://a.example/", secret="x", since=0, made_by="x", created=clock.now())
    Delivery.objects.create(subscription=who, position=1, event="a", state="dead")
    text = archivist.get(HOME).content.decode()
    assert "Objects damaged or missing: 1" in text and reverse("storage:health") + "#damages" in text
    assert "could not be delivered: 1" in administrator.get(HOME).content.decode()
    listed = archivist.get(reverse("holdings:items") + "?state=damaged").content.decode()
    assert "1 item<" in listed and item.reference_code in listed


@pytest.mark.django_db
def test_an_end_of_the_log_that_was_cut_off_is_an_alarm(security: Client) -> None:
    with atomic():
        for _count in range(5):
            audit.append(SYSTEM, "ingest.transfer.received", None, {})
    assert looking.fault_at_end(SYSTEM) is None
    assert looking.fault_at_end(ANONYMOUS) is None
    head = Head.objects.get(pk=1)
    Head.objects.filter(pk=1).update(hash="0" * 64)
    assert "does not end where" in str(looking.fault_at_end(SYSTEM))
    assert "does not end where" in security.get(HOME).content.decode()
    Head.objects.filter(pk=1).update(hash=head.hash)
    SignedHead.objects.create(
        position=head.position, hash="1" * 64, at=clock.now(), signature="00", key_id="x", public_key="x"
    )
    assert "signed last" in str(looking.fault_at_end(SYSTEM))


@pytest.mark.django_db
def test_the_first_entry_since_a_moment_is_found_by_halving() -> None:
    with atomic():
        for _count in range(17):
            audit.append(SYSTEM, "ingest.transfer.received", None, {})
    entries = list(Entry.objects.order_by("position"))
    for one in entries:
        assert looking.position_at(one.at) == min(other.position for other in entries if other.at >= one.at)
    assert looking.position_at(clock.now()) == entries[-1].position + 1


@pytest.mark.django_db
def test_the_page_costs_the_same_with_more_records(archivist: Client) -> None:
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert archivist.get(HOME).status_code == 200
        return [one["sql"] for one in queries]

    asked()
    before = asked()
    make_rows(150, seed=9)
    after = asked()
    assert len(after) <= len(before) + 1  # names of fonds may be asked once more
    counted = [sql for sql in after if "COUNT(" in sql.upper() and '"holdings_item"' in sql and "LIMIT" not in sql]
    assert counted == []


def test_an_administrator_sees_no_numbers_of_content(administrator: Client) -> None:
    make_rows(20)
    text = administrator.get(HOME).content.decode()
    assert "Records taken in" not in text and "Transfers to accept" not in text
    assert "Jobs that failed" in text


def test_health_of_the_index_is_told(archivist: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from shicheng.settings import current

    found = health(current().index_path)
    said: Callable[[], str] = lambda: html.unescape(archivist.get(HOME).content.decode())  # noqa: E731
    assert str(found.message) in said()
