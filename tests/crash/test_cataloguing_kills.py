"""Imports and undoings are killed at random moments; nothing is lost, doubled or half."""

from __future__ import annotations

import datetime
import random
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db.models import F

from cataloguing.catalogues import PLAIN, plain_rows, write_csv
from cataloguing.import_program import start
from shicheng.audit.verification import verify_chain
from shicheng.cataloguing.models import CatalogueImport
from shicheng.holdings.filling import missing_orders
from shicheng.holdings.models import Item, ItemVersion
from shicheng.jobs.models import Job
from shicheng.storage.models import PromisedObject

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = [pytest.mark.crash, pytest.mark.slow]

ROWS, KILLS = 12_000, 3


def test_killed_imports_and_undoings_end_whole(here: Here, tmp_path: Path) -> None:
    chance = random.Random(11)
    first = write_csv(tmp_path / "list.csv", [PLAIN, *plain_rows(ROWS // 2)])
    assert storm(chance, "import", str(first)) >= 1
    check_sound(here, ROWS // 2)
    before = titles()
    rows = plain_rows(ROWS)
    for row in rows[: ROWS // 4]:
        row[4] = "10年"
    second = write_csv(tmp_path / "list.csv", [PLAIN, *rows])
    storm(chance, "import", str(second))
    check_sound(here, ROWS)
    done = CatalogueImport.objects.get(updated__gt=0)
    assert (done.created, done.updated, done.unchanged, done.rejected) == (ROWS // 2, ROWS // 4, ROWS // 4, 0)
    assert ItemVersion.objects.filter(version=2).count() == ROWS // 4
    storm(chance, "undo", done.number)
    done.refresh_from_db()
    assert (done.state, done.removed, done.returned, done.kept) == ("undone", ROWS // 2, ROWS // 4, 0)
    check_sound(here, ROWS // 2)
    assert titles() == before
    # One that was killed after its end was started again as another import, which found nothing to do.
    for again in CatalogueImport.objects.filter(created=0):
        assert (again.state, again.updated, again.unchanged, again.rejected) == ("done", 0, again.rows, 0)
    assert CatalogueImport.objects.filter(created__gt=0).count() == 2


def storm(chance: random.Random, act: str, argument: str) -> int:
    """Run to the end, killing on the way; returns how often it was killed."""
    killed = 0
    while True:
        program = start(act, argument)
        # The first kill comes before any machine can be done, the others anywhere.
        patience = chance.uniform(0.6, 1.2) if killed == 0 else chance.uniform(1.2, 6.0) if killed < KILLS else 300
        try:
            assert program.wait(patience) == 0
            return killed
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
            killed += 1
            assert killed <= KILLS, "it does not end"
            time.sleep(1.0)  # for its children to see that it is gone
            # What a later start would wait for: the leases of the dead run out.
            Job.objects.filter(lease_until__isnull=False).update(
                lease_until=F("lease_until") - datetime.timedelta(hours=1), attempts=0
            )


def titles() -> list[tuple[str, dict[str, str], dict[str, str]]]:
    return list(Item.objects.order_by("pk").values_list("title", "elements", "extra"))


def check_sound(here: Here, items: int) -> None:
    assert missing_orders() == []
    assert Item.objects.count() == items == Item.objects.values("source_key").distinct().count()
    assert verify_chain().intact
    promised = set(PromisedObject.objects.values_list("object_id", flat=True))
    assert set(here.store.iter_objects()) == promised
    assert all(here.store.verify(one) == [] for one in promised)
    assert not list((here.settings.staging_path / "catalogues").glob("*/parts"))
