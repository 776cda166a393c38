"""Program: one batch change over every record of an archive, until all of it is found. Prints JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(home: Path, value: str) -> None:
    """Append a word to the note of every record by the job people start, with the index following."""
    from shicheng.cli.setup import open_archive, operator

    settings = open_archive(home)
    from shicheng.audit import selectors as audit
    from shicheng.audit.models import Entry
    from shicheng.describing.operations import Operation
    from shicheng.describing.services import begin_change, preview_change
    from shicheng.holdings.models import Item
    from shicheng.jobs.worker import run_until_done
    from shicheng.search.follower import IndexFollower, wait_until_indexed
    from shicheng.search.selections import Selection
    from shicheng.search.services import find

    actor = operator()
    operation = Operation("note", "append", value=value, between="；")
    began = time.perf_counter()
    told = preview_change(actor=actor, selection=Selection(), operation=operation, settings=settings)
    preview = time.perf_counter() - began
    began = time.perf_counter()
    changes = begin_change(
        actor=actor, selection=Selection(), operation=operation, reason="bench", expected=told.total, settings=settings
    )
    assert changes.job is not None
    with IndexFollower(settings.index_path):
        job = run_until_done(changes.job)
        carried_out = time.perf_counter() - began
        if not wait_until_indexed(settings.index_path, audit.head_position(), timeout=900):
            raise SystemExit("The index did not catch up.")
    seconds = time.perf_counter() - began
    changes.refresh_from_db()
    found = find(actor, value, index_path=settings.index_path, limit=1).total
    entries = Entry.objects.filter(event="holdings.item.edited").count()
    if job.state != "done" or not changes.changed == told.total == found == Item.objects.count():
        raise SystemExit(f"{job.state}: {changes.changed} of {told.total} changed, {found} found.")
    answer = {"items": changes.changed, "entries": entries, "preview": preview, "job": carried_out, "found": seconds}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
