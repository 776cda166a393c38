"""Moving an archive, step by step; each step may be cut off and is gone on with by the next attempt."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from shicheng.audit import selectors as log
from shicheng.audit import services as audit
from shicheng.audit.verification import verify_chain
from shicheng.base.db import atomic
from shicheng.base.errors import DatabaseTrouble
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import presence
from shicheng.storage import durable, events, policies
from shicheng.storage.begun_move import folder_of
from shicheng.storage.errors import MoveRefused
from shicheng.storage.models import PromisedObject
from shicheng.storage.moving import configuration
from shicheng.storage.moving.filling import Filler
from shicheng.storage.moving.finishing import finish
from shicheng.storage.moving.journal import Journal, one_at_a_time
from shicheng.storage.moving.objects import carry_objects, not_as_promised
from shicheng.storage.moving.planning import building_path, goal_of
from shicheng.storage.moving.sides import Side, open_side
from shicheng.storage.moving.types import MovePlan, MoveReport, Progress
from shicheng.storage.moving.values import tables
from shicheng.storage.opening import store_of

_OTHERS_SECONDS = 5.0
"""How long a server may take to see that a connection has ended."""


def move_archive(*, actor: Actor, plan: MovePlan, on_progress: Progress, ahead: bool = False) -> MoveReport:
    """Carry out a plan. With `ahead` only the objects are copied, while the archive stays in use.

    Every object is verified on both sides, every table compared by count and digest, the audit log verified in its
    new place; then the settings file is switched. Old database and store are left as they are. Raises
    `MoveRefused`, `ArchiveBusy`, `StoreUnreachable`, `StoreFull`; the archive then is as it was.
    """
    require(actor, policies.MOVE)
    began = time.monotonic()
    if plan.obstacles:
        raise MoveRefused(plan.obstacles[0], hint=_("The archive is as it was."))
    report = MoveReport("unchanged", plan, kept_database=plan.here.database, kept_store=plan.here.store)
    if plan.is_there:
        return report
    home = plan.settings.home
    with _plainly(), one_at_a_time(folder_of(plan.settings)):
        journal = Journal(folder_of(plan.settings))
        try:
            if ahead:
                _begin(actor, plan, journal)
                _carry_store(plan, report, journal, on_progress)
                report.state = "copied"
            else:
                with presence.alone(home):
                    _require_nobody(plan)
                    _begin(actor, plan, journal)
                    _carry_store(plan, report, journal, on_progress)
                    _require_promised(plan, journal)
                    _carry_database_and_switch(actor, plan, report, journal, on_progress)
                report.state = "moved"
        finally:
            journal.close()
    report.seconds = round(time.monotonic() - began, 3)
    return report


def _begin(actor: Actor, plan: MovePlan, journal: Journal) -> None:
    """Log in the old database that the archive is carried elsewhere; the new one gets the entry with all others."""
    if journal.begin(goal_of(plan)) and journal.told("begun"):
        return
    with atomic():
        details = {
            "move": journal.move_id, "from_database": plan.here.database, "from_store": plan.here.store,
            "database": plan.there.database, "store": plan.there.store,
        }  # fmt: skip
        position = audit.append(actor, events.MOVE_BEGUN, None, details)
    journal.tell("begun", position)
    journal.tell("from", [plan.here.database, plan.here.store])


def _carry_store(plan: MovePlan, report: MoveReport, journal: Journal, on_progress: Progress) -> None:
    if not plan.moves_store:
        return
    source, target = store_of(plan.settings), store_of(plan.target)
    source.require()
    report.objects = carry_objects(
        source, target, journal, workers=plan.settings.workers, scratch=folder_of(plan.settings) / "scratch",
        total=plan.objects, on_progress=on_progress,
    )  # fmt: skip
    damaged = report.objects.damaged
    if damaged:
        raise MoveRefused(
            _(
                "%(count)s files of the store are damaged; the first is %(path)s of the object %(id)s: %(problem)s.",
                count=len(damaged),
                path=damaged[0].path,
                id=damaged[0].object_id,
                problem=damaged[0].problem,
            ),
            hint=_("Run “shicheng verify”, restore what it names from a backup, and start the move again."),
        )


def _require_promised(plan: MovePlan, journal: Journal) -> None:
    if not plan.moves_store:
        return
    promised = PromisedObject.objects.values_list("object_id", "version", "inventory_digest").iterator(2000)
    wrong = not_as_promised(store_of(plan.target), journal, promised)
    if wrong:
        raise MoveRefused(
            _(
                "%(count)s objects are not in the store as the database promises; the first is %(id)s.",
                count=len(wrong),
                id=wrong[0],
            ),
            hint=_("Run “shicheng verify”, restore what it names from a backup, and start the move again."),
        )


def _require_nobody(plan: MovePlan) -> None:
    """Other machines have folders of their own; a server tells who else is connected to its database."""
    connection.ensure_connection()
    mine: set[int] = set()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            mine.add(cursor.fetchone()[0])
    side = open_side(plan.settings)
    try:
        end = time.monotonic() + _OTHERS_SECONDS
        while count := side.strangers(mine):
            if time.monotonic() > end:
                raise MoveRefused(
                    _("%(count)s others are connected to the database of the archive.", count=count),
                    hint=_("Stop all web servers, workers and consoles that use it, then start the move again."),
                )
            time.sleep(0.1)
    finally:
        side.close()


def _carry_database_and_switch(
    actor: Actor, plan: MovePlan, report: MoveReport, journal: Journal, on_progress: Progress
) -> None:
    known = tables()
    source = open_side(plan.settings)
    path = building_path(plan) if plan.moves_database else None
    try:
        source.hold(known)
        position, report.head = log.head()
        if plan.moves_database:
            _fill(source, plan, report, journal, path, on_progress)
            with configuration.standing_in():
                _verify_log(report, on_progress)
        else:
            _verify_log(report, on_progress)
        rows = sum(one.rows for one in report.tables)
        told = {"objects": report.objects.total, "rows": rows, "entries": position, "head": report.head}
        journal.tell("report", told)
        if path is not None:
            _put_in_place(plan, path)
        settings_path = plan.settings.settings_path
        report.kept_settings = str(configuration.keep_old_file(settings_path))
        configuration.switch(settings_path, plan.changes)
    finally:
        source.close()
        if plan.moves_database and report.kept_settings == "":
            configuration.disconnect()
    if plan.moves_database:
        configuration.disconnect()
        configuration.connect(plan.target, None)
        with configuration.standing_in():
            finish(actor, plan.target, journal)
        configuration.disconnect()
    else:
        finish(actor, plan.target, journal)


def _fill(
    source: Side, plan: MovePlan, report: MoveReport, journal: Journal, path: Path | None, on_progress: Progress
) -> None:
    if path is not None and journal.told("building") != str(path):
        _remove_sqlite(path)
        journal.tell("building", str(path))
    target = open_side(plan.target, path)
    try:
        configuration.connect(plan.target, path)
        filler = Filler(source, target, configuration.ALIAS, tables(), on_progress)
        report.tables = filler.run(journal.move_id, plan.rows)
    finally:
        target.close()


def _verify_log(report: MoveReport, on_progress: Progress) -> None:
    """Verify the log where it is now: whole, and with the same end as where it was."""
    chain = verify_chain(lambda done, total: on_progress(done, total, "audit"))
    if not chain.intact or log.head()[1] != report.head:
        raise MoveRefused(
            _("The audit log is not whole: %(problem)s", problem=chain.problems[0])
            if chain.problems
            else _("The audit log ends otherwise in the new database than in the old."),
            hint=_("Run “shicheng audit verify”; restore the database from a backup before it is moved."),
        )
    report.entries = chain.entries


def _put_in_place(plan: MovePlan, path: Path) -> None:
    """Give a new SQLite file its name; an older one is kept under another."""
    configuration.disconnect()
    with sqlite3.connect(path, isolation_level=None) as made:
        made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.close()
    place = plan.settings.database_path
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for ending in ("", "-wal", "-shm"):
        old = place.with_name(place.name + ending)
        if old.exists():
            old.rename(place.with_name(f"{place.name}.before-move-{stamp}{ending}"))
    path.chmod(0o600)
    path.rename(place)
    durable.sync_folders([place.parent], within=place.parent)


def _remove_sqlite(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn the databases' own errors into one a person can act on."""
    try:
        import psycopg
    except ImportError:
        kinds: tuple[type[Exception], ...] = (sqlite3.Error,)
    else:
        kinds = (sqlite3.Error, psycopg.Error)
    try:
        yield
    except kinds as error:
        text = str(error).strip()
        raise DatabaseTrouble(
            _(
                "A database could not do this: %(reason)s.",
                reason=text.splitlines()[0] if text else type(error).__name__,
            ),
            hint=_("Mend what it names and start the move again: it goes on where it stopped."),
        ) from error
