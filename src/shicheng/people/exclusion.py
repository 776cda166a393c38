"""The triggers that keep the three administrators (三员) apart from each other and from all who work with records.

The services refuse first and say why; this holds against whatever else writes, and against two that write at once:
the trigger locks the account, so that on PostgreSQL the second sees what the first wrote.
"""

from __future__ import annotations

from typing import Final

from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper

from shicheng.people.types import ADMINISTRATORS, Role

REFUSAL: Final = "administrators hold no other role"
_ADMINISTRATORS: Final = ", ".join(f"'{role}'" for role in sorted(ADMINISTRATORS))
_ALONE: Final = f"'{Role.READER}'"


def ensure(connection: BaseDatabaseWrapper = default_connection) -> None:
    """Create the triggers if one is missing. Safe at any time, called after each migration.

    A migration that makes the table of grants anew takes SQLite's triggers away with the old one.
    """
    tables = connection.introspection.table_names()
    if "people_grant" not in tables or is_installed(connection):
        return
    with connection.cursor() as cursor:
        names = {column.name for column in connection.introspection.get_table_description(cursor, "people_grant")}
        if "ended" not in names:  # in the middle of older migrations
            return
        for statement in _create(connection.vendor):
            cursor.execute(statement)


def is_installed(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the triggers are there and switched on."""
    if connection.vendor == "sqlite":
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'people_grant_apart_%'"
    else:
        query = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'people_grant_apart_%' AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return bool(cursor.fetchone()[0] == 2)


def _create(vendor: str) -> list[str]:
    # Two grants of one account exclude each other if one is an administrator's and the other is not the same role.
    conflict = (
        "SELECT 1 FROM people_grant AS other WHERE other.user_id = NEW.user_id AND other.id <> NEW.id "  # noqa: S608  # fixed names
        f"AND other.ended IS NULL AND other.role <> NEW.role AND other.role <> {_ALONE} "
        f"AND (other.role IN ({_ADMINISTRATORS}) OR NEW.role IN ({_ADMINISTRATORS}))"
    )
    counts = f"NEW.ended IS NULL AND NEW.role <> {_ALONE}"
    if vendor == "sqlite":
        return [
            statement
            for what in ("insert", "update")
            for statement in (
                f"DROP TRIGGER IF EXISTS people_grant_apart_{what}",
                f"CREATE TRIGGER people_grant_apart_{what} BEFORE {what.upper()} ON people_grant "
                f"WHEN {counts} AND EXISTS ({conflict}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            )
        ]
    return [
        "CREATE OR REPLACE FUNCTION people_grant_apart() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {counts} THEN PERFORM 1 FROM people_user WHERE id = NEW.user_id FOR UPDATE; "
        f"IF EXISTS ({conflict}) THEN RAISE EXCEPTION '{REFUSAL}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; END IF; RETURN NEW; END $$",
        *(
            statement
            for what in ("insert", "update")
            for statement in (
                f"DROP TRIGGER IF EXISTS people_grant_apart_{what} ON people_grant",
                f"CREATE TRIGGER people_grant_apart_{what} BEFORE {what.upper()} ON people_grant "
                "FOR EACH ROW EXECUTE FUNCTION people_grant_apart()",
            )
        ),
    ]
