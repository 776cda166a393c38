"""Collecting, numbering, filing and renumbering are killed at every moment; each is made whole, and once."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from arranging.kill_program import run
from arranging.test_pool_to_holdings import found, write
from ingest.archives import text_batch
from shicheng.arranging import classifying, collecting, filing, forming, forming_all, numbering, selectors, settling
from shicheng.arranging.errors import BadSelection, ChangedMeanwhile
from shicheng.arranging.models import Batch, Filing, PoolFile, PoolItem, Step
from shicheng.audit import selectors as audit
from shicheng.audit.verification import verify_chain
from shicheng.holdings import renumbering
from shicheng.holdings.models import FormerCode, Item, ItemVersion
from shicheng.ingest import services as ingest
from shicheng.ingest.models import Transfer
from shicheng.ingest.verification import verify_archive
from shicheng.jobs.leases import release_gone

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = [pytest.mark.crash, pytest.mark.slow]
KILLED = -signal.SIGKILL


def _cut(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_numbering_and_filing_killed_at_any_moment_are_made_once(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, settings = here.operator, here.settings
    found(here)
    source = write(tmp_path / "in")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(collecting, "_inspect", _cut)
        collecting.collect_path(actor=actor, path=source, fonds="L012", year=2024, settings=settings)
    batch = Batch.objects.get()
    assert batch.state == "arriving" and not PoolFile.objects.exists()
    collecting.take_batch(actor=actor, batch_id=batch.pk, settings=settings)
    assert PoolFile.objects.count() == 6
    made = forming_all.form_proposed(actor=actor, fonds="L012", year=2024, singles=True)
    chosen = [one.pk for one in made]
    for one in made:
        forming.describe(actor=actor, item=one.pk, values={"date": one.date or "20241231", "secrecy": "公开"})
    classifying.classify(actor=actor, items=chosen, category="WS", department="BGS", retention="Y")
    steps = Step.objects.count()
    mark = numbering.preview(actor, "L012", 2024).mark
    assert run("half_numbered", "L012", 2024, mark) == KILLED
    assert not PoolItem.objects.exclude(reference_code=None).exists() and Step.objects.count() == steps
    assert numbering.preview(actor, "L012", 2024).mark == mark

    # Two people give the numbers at once: one does, the other is told.
    told: list[object] = []

    def apply() -> None:
        from django.db import connection

        try:
            told.append(len(numbering.apply(actor=actor, fonds="L012", year=2024, mark=mark).lines))
        except Exception as error:  # the one who was slower
            told.append(type(error))
        finally:
            connection.close()

    people = [threading.Thread(target=apply) for _one in range(2)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert told.count(3) == 1 and len(told) == 2  # the slower one is told that nothing is left, or others now
    assert set(told) - {3} <= {ChangedMeanwhile, BadSelection}
    codes = list(PoolItem.objects.order_by("reference_code").values_list("reference_code", flat=True))
    assert codes == [f"L012-WS·2024-Y-BGS-000{n}" for n in (1, 2, 3)]

    filing.begin_filing(actor=actor, fonds="L012", year=2024)
    for moment in ("half_written", "announced"):
        assert run(moment) == KILLED
        assert not Transfer.objects.exists() and Filing.objects.get().state == "begun"
        assert release_gone() == 1
    here.run_jobs()
    transfer = Transfer.objects.get()
    assert (transfer.items, Filing.objects.get().number) == (3, transfer.number)
    ingest.accept(actor=actor, transfer_id=transfer.pk)
    here.run_jobs()
    settling.settle_all(actor, settings)
    assert Item.objects.count() == 3 and selectors.pool(actor, "L012", 2024).closed == 3
    assert verify_chain().intact and verify_archive(actor=actor, settings=settings).damaged == []


def test_a_renumbering_cut_off_goes_on_and_each_item_gets_its_code_once(here: Here, tmp_path: Path) -> None:
    actor = here.operator
    here.take_in(text_batch(3).write(tmp_path / "batch"))
    old = list(Item.objects.order_by("code_sort").values_list("reference_code", flat=True))
    pairs = [(code, code.replace("2020", "2022")) for code in old]
    mark = renumbering.preview(actor, "T001", pairs).mark
    renumbering.decide(actor=actor, fonds="T001", pairs=pairs, reason="年度有误", mark=mark)
    assert run("renumbered") == KILLED
    assert release_gone() == 1
    here.run_jobs()
    assert sorted(Item.objects.values_list("reference_code", flat=True)) == sorted(new for _old, new in pairs)
    assert sorted(FormerCode.objects.values_list("code", flat=True)) == sorted(old)
    assert set(Item.objects.values_list("version", flat=True)) == {2}
    assert ItemVersion.objects.filter(version=3).count() == 0
    told = [one for one in audit.entries_after(0, 10_000) if one.event == "holdings.item.renumbered"]
    assert sorted(one.details["new"] for one in told) == sorted(new for _old, new in pairs)
    assert verify_archive(actor=actor, settings=here.settings).damaged == []
