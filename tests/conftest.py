"""What every test stands on. The archive of the tests and its database are chosen in `suite_settings`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from emptying import empty_databases
from ingest.fixtures import archive, here, new  # noqa: F401  # fixtures

# How long an example takes says more of the machine's other work than of the code.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

# A test leaves rows in a few tables; to truncate all of them takes longer than most tests.
TransactionTestCase._fixture_teardown = empty_databases


@pytest.fixture(autouse=True)
def language_of_the_suite() -> Iterator[None]:
    """A page that was asked for leaves its language in force in the thread; the next test begins with that of all."""
    yield
    translation.deactivate()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real input is not beside this checkout")
    return SHARED_DATA
