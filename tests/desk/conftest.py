"""People at the desk."""

from __future__ import annotations

import pytest
from django.test import Client

from builders.shelves import make_user
from shicheng.people.types import Role


def _client(name: str, *roles: Role, fonds: str = "") -> Client:
    client = Client()
    client.force_login(make_user(name, *roles, fonds=fonds))
    return client


@pytest.fixture
def archivist(db: None) -> Client:
    """An archivist of all fonds."""
    return _client("chen", Role.ARCHIVIST)


@pytest.fixture
def administrator(db: None) -> Client:
    """A system administrator, who may not read records."""
    return _client("wang", Role.SYSTEM_ADMINISTRATOR)


@pytest.fixture
def security(db: None) -> Client:
    """A security administrator."""
    return _client("zhou", Role.SECURITY_ADMINISTRATOR)


@pytest.fixture
def auditor(db: None) -> Client:
    """An auditor."""
    return _client("wu", Role.AUDITOR)


@pytest.fixture
def limited(db: None) -> Client:
    """An archivist of one fonds that is not L012."""
    return _client("zhao", Role.ARCHIVIST, fonds="L999")


@pytest.fixture
def reader(db: None) -> Client:
    """An account that may read opened records only."""
    return _client("li", Role.READER)
