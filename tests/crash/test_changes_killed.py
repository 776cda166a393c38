"""A batch change is killed at every moment; each record is changed once, and the archive is sound."""

from __future__ import annotations

import datetime
import signal
from typing import TYPE_CHECKING

import pytest
from django.db.models import F

from describing.change_program import MOMENTS, run
from describing.shelf import shelve_rows
from shicheng.audit.models import Entry
from shicheng.audit.verification import verify_chain
from shicheng.describing.models import ChangeSet
from shicheng.describing.operations import Operation
from shicheng.describing.services import begin_change
from shicheng.holdings.events import ITEM_EDITED
from shicheng.holdings.models import Item, ItemVersion
from shicheng.jobs.models import Job
from shicheng.search.selections import Selection
from shicheng.storage.models import PromisedObject

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = [pytest.mark.crash, pytest.mark.slow]
RECORDS = 7


def test_a_batch_change_killed_at_any_moment_is_made_once(here: Here) -> None:
    shelve_rows(
        here, [{"reference_code": f"B012-WS·2016-Y-CXW-{n:04d}", "title": f"第{n}件"} for n in range(1, RECORDS + 1)]
    )
    begin_change(
        actor=here.operator, selection=Selection(), operation=Operation("note", "append", "核", between="；"),
        reason="storm", expected=RECORDS, settings=here.settings,
    )  # fmt: skip
    for moment in MOMENTS:
        assert run(moment) == -signal.SIGKILL
        # What a later start would wait for: the lease of the dead runs out.
        Job.objects.filter(lease_until__isnull=False).update(
            lease_until=F("lease_until") - datetime.timedelta(hours=1), attempts=0
        )
    here.run_jobs()
    changes = ChangeSet.objects.get()
    assert (changes.state, changes.lines, changes.changed, changes.left) == ("done", RECORDS, RECORDS, 0)
    assert {item.elements["note"] for item in Item.objects.all()} == {"核"}
    assert set(Item.objects.values_list("version", flat=True)) == {2}
    assert ItemVersion.objects.count() == 2 * RECORDS
    assert Entry.objects.filter(event=ITEM_EDITED).count() == RECORDS and verify_chain().intact
    promised = set(PromisedObject.objects.values_list("object_id", flat=True))
    assert set(here.store.iter_objects()) == promised and here.store.verify(changes.object_id) == []
