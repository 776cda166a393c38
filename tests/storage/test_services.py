"""What is promised is compared with what is there, both ways, and every finding is kept and logged."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shicheng import settings as shicheng_settings
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.people.errors import NotPermitted
from shicheng.people.services import ANONYMOUS, SYSTEM
from shicheng.settings.types import Settings
from shicheng.storage import selectors, services
from shicheng.storage.errors import BadStore
from shicheng.storage.models import FixityRun, FoundDamage, PromisedObject
from shicheng.storage.ocfl.local import LocalStore
from storage.drafts import draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return shicheng_settings.current().model_copy(update={"store": str(tmp_path / "store"), "free_bytes": 0})


@pytest.fixture
def store(settings: Settings) -> LocalStore:
    store = services.open_store(settings)
    assert isinstance(store, LocalStore)
    stored = store.put_objects([draft(number) for number in range(4)])
    with atomic():
        services.register_objects(stored, kind="item")
    return store


def test_a_whole_archive_is_verified_without_a_finding(store: LocalStore, settings: Settings) -> None:
    report = services.verify(SYSTEM, settings)
    assert (report.objects, report.damaged) == (4, [])
    assert FixityRun.objects.get().objects_seen == 4
    assert Entry.objects.get(event="storage.copy.verified").details["damages"] == 0
    assert set(PromisedObject.objects.values_list("state", flat=True)) == {"ok"}
    assert not PromisedObject.objects.filter(last_verified=None).exists()


def test_store_and_database_are_compared_both_ways(store: LocalStore, settings: Settings) -> None:
    shutil.rmtree(store.folder(draft(1).object_id))
    store.put_objects([draft(9)])
    path = store.local_path(draft(2).object_id, "metadata/description.xml")
    path.chmod(0o644)
    path.write_bytes(b"<item>X</item>")
    report = services.verify(SYSTEM, settings)
    found = {(one.object_id, one.path, one.problem) for one in report.damaged}
    assert found == {
        (draft(1).object_id, "", "missing"),
        (draft(9).object_id, "", "extra"),
        (draft(2).object_id, "v1/content/metadata/description.xml", "changed"),
    }
    assert PromisedObject.objects.get(pk=draft(1).object_id).state == "missing"
    assert PromisedObject.objects.get(pk=draft(2).object_id).state == "damaged"
    assert Entry.objects.filter(event="storage.damage.found").count() == 3
    services.verify(SYSTEM, settings)
    assert FoundDamage.objects.count() == 3  # a damage is told once
    path.write_bytes(b"<item>2</item>")
    services.verify(SYSTEM, settings)
    assert Entry.objects.filter(event="storage.damage.mended").count() == 1
    assert selectors.open_damages(SYSTEM).count() == 2


def test_an_object_swapped_for_another_whole_one_is_noticed(
    store: LocalStore, settings: Settings, tmp_path: Path
) -> None:
    other = LocalStore(tmp_path / "other")
    other.create()
    other.put_objects([draft(3, {"content/forged.txt": b"forged"})])
    shutil.rmtree(store.folder(draft(3).object_id))
    shutil.copytree(other.folder(draft(3).object_id), store.folder(draft(3).object_id))
    assert [(one.path, one.problem) for one in services.verify(SYSTEM, settings).damaged] == [
        ("inventory.json", "inventory")
    ]


def test_a_new_version_replaces_what_was_promised(store: LocalStore, settings: Settings) -> None:
    stored = store.put_objects([draft(1, {"b": b"b"}, base=1)])
    with atomic():
        services.register_objects(stored, kind="item")
        services.register_objects(stored, kind="item")
    assert PromisedObject.objects.get(pk=draft(1).object_id).version == 2
    assert services.verify(SYSTEM, settings).damaged == []


def test_each_object_has_its_turn_within_the_term(store: LocalStore, settings: Settings) -> None:
    assert services.verify_due(SYSTEM, settings).objects == 0
    old = clock.now() - timedelta(days=settings.verify_days)
    PromisedObject.objects.filter(pk=draft(1).object_id).update(stored_at=old)
    PromisedObject.objects.filter(pk=draft(2).object_id).update(last_verified=old)
    before = selectors.health(SYSTEM, settings)
    assert (before.objects, before.verified, before.new) == (4, 0, 2)  # what was never read again is not verified
    assert services.verify_due(SYSTEM, settings).objects == 2
    assert services.verify_due(SYSTEM, settings).objects == 0
    after = selectors.health(SYSTEM, settings)
    assert (after.objects, after.verified, after.new) == (4, 2, 2)


def test_a_store_that_is_not_mounted_is_never_made_anew(store: LocalStore, settings: Settings) -> None:
    store.root.rename(store.root.with_name("unmounted"))
    with pytest.raises(BadStore):
        services.open_store(settings)
    with pytest.raises(BadStore):
        store.put_objects([draft(5)])
    with pytest.raises(BadStore):
        list(store.iter_objects())
    with pytest.raises(BadStore):
        services.verify(SYSTEM, settings)
    assert not store.root.exists()


def test_whoever_may_not_see_the_store_sees_nothing(store: LocalStore, settings: Settings) -> None:
    with pytest.raises(NotPermitted):
        services.verify(ANONYMOUS, settings)
    assert selectors.health(ANONYMOUS, settings) is None
    for listed in (selectors.objects, selectors.runs, selectors.open_damages):
        assert not listed(ANONYMOUS).exists()
    nobody = replace(SYSTEM, kind="user", roles=frozenset())
    assert not selectors.objects(nobody).exists()
    assert selectors.health(SYSTEM, settings).objects == 4
