"""An edit is killed at every moment; it is made whole and once, and the archive is sound."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from holdings.edit_program import MOMENTS, run
from ingest.archives import text_batch
from shicheng.audit import selectors as audit
from shicheng.audit.verification import verify_chain
from shicheng.holdings import events
from shicheng.holdings.editing import edit_item, finish_edits
from shicheng.holdings.models import BegunEdit, Item, ItemVersion
from shicheng.ingest.verification import verify_archive

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = [pytest.mark.crash, pytest.mark.slow]


def test_an_edit_killed_at_any_moment_is_made_once(here: Here, tmp_path: Path) -> None:
    here.take_in(text_batch(len(MOMENTS)).write(tmp_path / "batch"))
    items = list(Item.objects.order_by("code_sort"))
    for item, moment in zip(items, MOMENTS, strict=True):
        assert run(moment, item.pk, f"在{moment}时中断") == -signal.SIGKILL
    assert finish_edits(here.settings) == len(MOMENTS)
    assert not BegunEdit.objects.exists()
    for item, moment in zip(items, MOMENTS, strict=True):
        item.refresh_from_db()
        assert (item.title, item.version) == (f"在{moment}时中断", 2)
        assert here.store.inventory(item.object_id).head == item.version
        assert ItemVersion.objects.filter(item=item).count() == item.version
        told = [one.event for one in audit.history(here.operator, ("item", str(item.pk)))]
        assert told.count(events.ITEM_EDITED) == item.version - 1
        # Sent again, because no answer came, it is the same edit.
        again = edit_item(
            actor=here.operator, item_id=item.pk, changes={"title": f"在{moment}时中断"}, version=1, reason="storm",
            settings=here.settings,
        )  # fmt: skip
        assert (again.version, again.is_new) == (2, False)
    assert verify_chain().intact
    verified = verify_archive(actor=here.operator, settings=here.settings)
    assert verified.damaged == [] and verified.objects > len(MOMENTS)
