"""Keeping the audit log in the store, in signed segments, so that a rebuild loses none of it.

One object of the store per segment, made when a transfer is stored and once a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from shicheng.audit.segments import export_segment, last_position
from shicheng.audit.services import follower_position, set_follower_position
from shicheng.base.db import atomic
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes
from shicheng.kernel.messages import message as _
from shicheng.settings import Settings, current
from shicheng.storage import services as storage
from shicheng.storage.ports import Store
from shicheng.storage.types import DraftFile, ObjectDraft

FOLLOWER = "store.log"
PREFIX = "urn:shicheng:audit:"
SEGMENT = "segment.jsonl"


@scheduled(every=timedelta(days=1))
@job("storage.keep_log", lease=120, tries=5, label=_("Keep the audit log in the store"))
def keep_log_daily(run: Run) -> dict[str, int]:
    """Write what was logged since the last segment into the store."""
    return {"segments": keep_log(current())}


def keep_log(settings: Settings) -> int:
    """Write the entries since the last kept segment into the store; returns the number of new segments."""
    store = storage.open_store(settings)
    segments = 0
    while True:
        position = follower_position(FOLLOWER)
        segment = export_segment(position, keys_path=settings.keys_path)
        if not segment:
            return segments
        last = last_position(segment)
        object_id = f"{PREFIX}{position + 1:012d}"
        if store.has(object_id):
            # A run before stored it and was cut off before it noted so; the log has grown since.
            with store.open(object_id, SEGMENT) as stream:
                last = last_position(stream.read())
        else:
            digests = {name: digest_bytes(segment, name) for name in STORE_ALGORITHMS}
            stored = store.put_objects(
                [
                    ObjectDraft(
                        object_id=object_id,
                        created=clock.now(),
                        user="shicheng",
                        message=f"audit log {position + 1}-{last}",
                        files=[DraftFile(logical_path=SEGMENT, source=segment, digests=digests)],
                    )
                ]
            )
            with atomic():
                storage.register_objects(stored, kind="audit")
                set_follower_position(FOLLOWER, last)
            segments += 1
            continue
        with atomic():
            set_follower_position(FOLLOWER, last)


def is_log_object(object_id: str) -> bool:
    """Tell whether an object keeps a segment of the log."""
    return object_id.startswith(PREFIX)


def log_segments(store: Store, object_id: str) -> Iterator[bytes]:
    """The segment an object keeps."""
    with store.open(object_id, SEGMENT) as stream:
        yield stream.read()
