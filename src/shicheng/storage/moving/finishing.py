"""After the switch: the move is logged in the archive's new place, and what was written down about it is removed."""

from __future__ import annotations

from contextlib import suppress

from django.db import connection

from shicheng.audit import services as audit
from shicheng.audit.selectors import entries_after
from shicheng.base.db import atomic
from shicheng.kernel.errors import ShichengError
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.settings.presence import ArchiveBusy
from shicheng.storage import events
from shicheng.storage.begun_move import folder_of, is_begun
from shicheng.storage.moving.filling import MARK
from shicheng.storage.moving.journal import Journal, one_at_a_time
from shicheng.storage.moving.planning import goal_here
from shicheng.storage.moving.types import place_of
from shicheng.storage.opening import store_of


def finish_if_switched(actor: Actor, settings: Settings) -> bool:
    """Finish a move that was cut off after the settings file was switched; True if there was one.

    For whoever opens the archive: works on the database this process is set up for, costs nothing without a journal.
    """
    folder = folder_of(settings)
    if not is_begun(settings):
        return False
    with suppress(ArchiveBusy), one_at_a_time(folder):
        if not is_begun(settings):
            return False
        journal = Journal(folder)
        try:
            if journal.move_id and journal.goes_to(goal_here(settings)) and journal.told("report") is not None:
                finish(actor, settings, journal)
                return True
        finally:
            journal.close()
    return False


def finish(actor: Actor, settings: Settings, journal: Journal) -> None:
    """Log the move where the archive is now, sign the log's end, and forget the journal; may be done twice."""
    move_id, report = journal.move_id, journal.told("report")
    old_database, old_store = journal.told("from")
    place = place_of(settings, store_of(settings).address)
    with atomic():
        audit.lock_head()
        logged = any(
            entry.event == events.MOVED and entry.details.get("move") == move_id
            for entry in entries_after(int(report["entries"]))
        )
        if MARK in connection.introspection.table_names():
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE {MARK}")
        if not logged:
            details = {
                "move": move_id, "from_database": old_database, "from_store": old_store, "database": place.database,
                "store": place.store, **report,
            }  # fmt: skip
            audit.append(actor, events.MOVED, None, details)
    with suppress(ShichengError):  # without a key here the log is signed where it is
        audit.sign_head(keys_path=settings.keys_path)
    journal.remove()
