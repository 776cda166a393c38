"""Many guesses at one moment are no more than one after another."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from django.test import Client

from builders.shelves import make_user
from builders.signing import sign_in
from shicheng.audit.models import Entry
from shicheng.people.signing.models import Gate
from shicheng.people.types import Role


@pytest.mark.django_db(transaction=True)
def test_guesses_side_by_side_close_the_name_as_soon_as_one_by_one() -> None:
    make_user("chen", Role.ARCHIVIST)
    start, statuses = threading.Barrier(4), []

    def guess() -> None:
        start.wait()
        try:
            statuses.extend(sign_in(Client(), "chen", "wrong").status_code for _again in range(4))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(statuses) == [422] * 5 + [429] * 11
    gate = Gate.objects.get(kind="name")
    assert (gate.failures, gate.closed_until is not None) == (5, True)
    told = list(Entry.objects.order_by("position").values_list("event", flat=True))
    assert told.count("people.session.refused") == 5
    assert told.count("people.sign_in.closed") == 1
    assert connection.vendor in ("sqlite", "postgresql")
