"""The triggers that keep entries and signed heads from being changed or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_TABLES: Final = ("audit_entry", "audit_signedhead")
_REFUSAL: Final = "the audit log is append-only"


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers."""
    _run(connection, [statement for table in _TABLES for statement in _create(connection.vendor, table)])


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers; for taking the log's migration back and for emptying test databases only."""
    _run(connection, [statement for table in _TABLES for statement in _drop(connection.vendor, table)])


def is_installed(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether every trigger is there and switched on."""
    if connection.vendor == "sqlite":
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%_no_%'"
        wanted = 3 * len(_TABLES)
    else:
        query = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit_%_no_%' AND tgenabled <> 'D'"
        wanted = 2 * len(_TABLES)
    with connection.cursor() as cursor:
        cursor.execute(query)
        (found,) = cursor.fetchone()
    return bool(found == wanted)


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Work without the triggers; for emptying test databases only."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def migrate_forward(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Install the triggers in a migration."""
    install(editor.connection)


def migrate_back(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away in a migration."""
    remove(editor.connection)


def _create(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        key = "position" if table == "audit_entry" else "id"
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608  # fixed names
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            # INSERT OR REPLACE deletes the old row without asking the trigger above.
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} {refuse}",
        ]
    return [
        "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()",
    ]


def _drop(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{what}" for what in ("update", "delete", "replace")]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{what} ON {table}" for what in ("change", "truncate")]


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
