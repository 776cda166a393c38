"""What a move would do, and everything that stands in its way, found before anything is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.db.models import Count, Sum

from shicheng.audit.selectors import head_position
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes
from shicheng.settings import Settings, load, presence
from shicheng.settings.loading import PREFIX
from shicheng.storage.begun_move import folder_of, is_begun
from shicheng.storage.errors import MoveRefused
from shicheng.storage.models import PromisedObject
from shicheng.storage.moving.filling import OWN, Mark
from shicheng.storage.moving.journal import Goal, Journal
from shicheng.storage.moving.sides import SqliteSide, open_side
from shicheng.storage.moving.types import MovePlan, Wish, place_of, shown
from shicheng.storage.moving.values import Table, misfits, tables
from shicheng.storage.ocfl.local import LocalStore
from shicheng.storage.opening import store_of
from shicheng.storage.ports import Store
from shicheng.storage.staging import MANIFEST

BUILT = "moving.sqlite3"
"""The new database while it is made, where SQLite is wished for."""

_S3 = ("s3_endpoint", "s3_region", "s3_access_key", "s3_secret_key")
_LISTED = 20


def plan_move(settings: Settings, wish: Wish) -> MovePlan:
    """Look at both ends and return what a move will do and what stands in its way; nothing is changed."""
    values = _values(settings, wish)
    target = load(settings.home, **values)
    source_store, target_store = store_of(settings), store_of(target)
    moves_database = target.database != settings.database
    moves_store = _whereabouts(source_store, settings) != _whereabouts(target_store, target)
    changes: dict[str, str] = {}
    if moves_database:
        changes["database"] = target.database
    if moves_store:
        changes["store"] = target.store
        if target.store.startswith("s3://"):
            changes |= {name: str(getattr(target, name)) for name in _S3}
    plan = MovePlan(
        settings, target, changes, place_of(settings, source_store.address), place_of(target, target_store.address),
        moves_database, moves_store,
    )  # fmt: skip
    if plan.is_there:
        return plan
    known = tables()
    _count(plan, known)
    move_id = _look_at_journal(plan)
    plan.used_by = [str(one) for one in presence.others(settings.home)]
    plan.obstacles += [
        *_environment(plan),
        *_damage(),
        *(_new_store(plan, source_store, target_store) if moves_store else ()),
        *(_new_database(plan, move_id) if moves_database else ()),
        *_tables(plan, known),
    ]
    return plan


def goal_of(plan: MovePlan) -> Goal:
    """Where the move goes, as its journal tells it."""
    return goal_here(plan.target)


def goal_here(settings: Settings) -> Goal:
    """Where an archive with these settings is."""
    return Goal(settings.database, _whereabouts(store_of(settings), settings))


def unfinished_goal(settings: Settings) -> tuple[str, str, Path] | None:
    """Return the database and the store of a move that was begun and not finished, and the folder of its journal."""
    folder = folder_of(settings)
    if not is_begun(settings):
        return None
    journal = Journal(folder)
    try:
        goal = journal.told("goal") or {"database": "", "store": ""}
        return shown(goal["database"]) if goal["database"] else "SQLite", goal["store"], folder
    finally:
        journal.close()


def building_path(plan: MovePlan) -> Path | None:
    """Where the new database is made; None where it is made in its place."""
    return plan.settings.database_path.with_name(BUILT) if not plan.target.database else None


def _values(settings: Settings, wish: Wish) -> dict[str, str]:
    """The settings that are wished for; those that are not stay."""
    values: dict[str, str] = {"database": settings.database, "store": settings.store}
    values |= {name: str(getattr(settings, name)) for name in _S3}
    if wish.database is not None:
        values["database"] = wish.database
        if wish.database and not wish.database.startswith(("postgresql://", "postgres://")):
            raise MoveRefused(
                _("%(address)s is no address of a database.", address=wish.database),
                hint=_("Give postgresql://user:password@host:port/name, or sqlite."),
            )
    if wish.store is not None:
        values["store"] = wish.store
        if not wish.store.startswith("s3://"):
            values["store"] = str(Path(wish.store).expanduser().absolute())
    if wish.s3_endpoint is not None:
        values["s3_endpoint"] = wish.s3_endpoint
    if wish.s3_region is not None:
        values["s3_region"] = wish.s3_region
    if wish.s3_keys is not None:
        values["s3_access_key"], values["s3_secret_key"] = wish.s3_keys
    return values


def _whereabouts(store: Store, settings: Settings) -> str:
    return store.address if isinstance(store, LocalStore) else f"{store.address} {settings.s3_endpoint}".strip()


def _count(plan: MovePlan, known: list[Table]) -> None:
    promised = PromisedObject.objects.aggregate(objects=Count("pk"), bytes=Sum("bytes"))
    plan.objects, plan.bytes = promised["objects"], promised["bytes"] or 0
    plan.entries = head_position()
    plan.tables = len(known)
    side = open_side(plan.settings)
    try:
        for table in known:
            [(rows,)] = side.ask(f'SELECT count(*) FROM "{table.name}"')  # noqa: S608  # names of our models
            plan.rows += int(rows)
    finally:
        side.close()
    plan.transfers = sum(1 for _manifest in plan.settings.staging_path.glob(f"*/{MANIFEST}"))


def _look_at_journal(plan: MovePlan) -> str:
    if not is_begun(plan.settings):
        return ""
    journal = Journal(folder_of(plan.settings))
    try:
        plan.goes_on = journal.goes_to(goal_of(plan))
        plan.verified = journal.count() if plan.goes_on else 0
        return journal.move_id if plan.goes_on else ""
    finally:
        journal.close()


def _environment(plan: MovePlan) -> Iterator[Message]:
    for name, value in plan.changes.items():
        variable = PREFIX + name.upper()
        if variable in os.environ and os.environ[variable] != value:
            yield _(
                "The variable %(variable)s is set and would win over the settings file. Unset it, here and where "
                "the archive is started, and start the move again.",
                variable=variable,
            )


def _damage() -> Iterator[Message]:
    damaged = PromisedObject.objects.exclude(state=PromisedObject.State.OK).count()
    if damaged:
        yield _(
            "%(count)s objects of the store are known to be damaged. Restore them from a backup, verify, and start "
            "the move again.",
            count=damaged,
        )


def _new_store(plan: MovePlan, source: Store, target: Store) -> Iterator[Message]:
    if isinstance(source, LocalStore) and isinstance(target, LocalStore):
        one, other = source.root, target.root
        if one.is_relative_to(other) or other.is_relative_to(one):
            yield _("The stores %(one)s and %(other)s hold one another. Name another folder.", one=one, other=other)
    if isinstance(target, LocalStore) and target.root.exists() and not target.root.is_dir():
        yield _("%(path)s is no folder. Name another one.", path=target.root)
    elif isinstance(target, LocalStore) and not target.root.exists():
        free = target.free_bytes() - target.kept_free
        if free < plan.bytes:
            yield _(
                "The disk of %(path)s has room for %(free)s, the store holds %(needed)s. Name a larger disk.",
                path=target.root,
                free=format_bytes(max(0, free)),
                needed=format_bytes(plan.bytes),
            )


def _new_database(plan: MovePlan, move_id: str) -> Iterator[Message]:
    if not plan.target.database:
        return  # made beside the old one under a name of our own; an older file in its place is kept
    side = open_side(plan.target)
    try:
        owner = Mark(side).owner()
        [(encoding,)] = side.ask("SHOW server_encoding")
        [(may_create,)] = side.ask("SELECT has_schema_privilege(current_schema(), 'CREATE')")
    finally:
        side.close()
    if encoding != "UTF8":
        yield _(
            "The database %(address)s keeps texts as %(encoding)s. Make it with the encoding UTF8.",
            address=plan.there.database,
            encoding=encoding,
        )
    if not may_create:
        yield _(
            "The user of %(address)s may make no tables there. Make this user the owner of the database.",
            address=plan.there.database,
        )
    if owner is None or (owner and owner != move_id):
        yield _(
            "The database %(address)s is not empty. Name an empty one; it is never written over.",
            address=plan.there.database,
        )


def _tables(plan: MovePlan, known: list[Table]) -> Iterator[Message]:
    """Name tables this program does not know, and rows PostgreSQL can't hold."""
    if not plan.moves_database:
        return
    side = open_side(plan.settings)
    try:
        unknown = side.names() - {table.name for table in known} - OWN
        if unknown:
            yield _(
                "The database holds tables this version does not know: %(tables)s. Use the version that made them.",
                tables=", ".join(sorted(unknown)),
            )
        if not isinstance(side, SqliteSide) or not plan.target.database:
            return
        found = 0
        for table in known:
            fault = misfits(table)
            for row in side.rows(table):
                if (reason := fault(row)) is not None:
                    found += 1
                    yield reason
                    if found == _LISTED:
                        return
    finally:
        side.close()
