"""Emptying the databases after a test."""

from __future__ import annotations

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from shicheng.audit import triggers

_KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_databases(case: TransactionTestCase) -> None:
    """Delete the rows a test left, in the tables that have any; what migrations put there stays away, as with flush."""
    for alias in case._databases_names(include_mirrors=False):
        _empty(connections[alias])


def _empty(connection: BaseDatabaseWrapper) -> None:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _KEPT
    names = [connection.ops.quote_name(table) for table in sorted(tables)]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(asked)
        filled = [name for (name,) in cursor.fetchall()]
        if not filled:
            return
        with triggers.lifted(connection):
            for name in filled:  # foreign keys are looked at when the transaction ends
                cursor.execute(f"DELETE FROM {name}")
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the triggers can't be put back
