"""Everything that can be wrong with what is kept is found, and named by the reference code of its record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from ingest.archives import text_batch
from ingest.fixtures import Here
from shicheng.holdings.models import Item
from shicheng.ingest.verification import Verification, verify_archive
from shicheng.storage.ocfl.layout import object_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(here: Here, tmp_path: Path) -> Here:
    here.take_in(text_batch(4).write(tmp_path / "batch"))
    return here


def look(here: Here) -> Verification:
    return verify_archive(actor=here.operator, settings=here.settings)


def root(here: Here, ref: str) -> Path:
    item = Item.objects.get(reference_code=ref)
    return here.settings.store_path / object_path(item.object_id)


def content(here: Here, ref: str) -> Path:
    found = next((root(here, ref) / "v1" / "content" / "content").iterdir())
    found.parent.chmod(0o755)
    return found


def refs() -> list[str]:
    return list(Item.objects.order_by("code_sort").values_list("reference_code", flat=True))


def test_sound_archive_is_sound_and_counts_what_it_read(filled: Here) -> None:
    said = look(filled).to_json()
    files = [path for path in filled.settings.store_path.rglob("*") if path.is_file() and "urn%3a" in str(path)]
    assert said == {
        "objects": 6, "files": len(files), "bytes": sum(path.stat().st_size for path in files), "damaged": [],
        "audit": {"entries": said["audit"]["entries"], "intact": True},
    }  # fmt: skip


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(data))


def remove(path: Path) -> None:
    path.unlink()


def grow(path: Path) -> None:
    path.chmod(0o644)
    with path.open("ab") as file:
        file.write(b"!")


@pytest.mark.parametrize(("harm", "problem"), [(flip, "changed"), (remove, "missing"), (grow, "changed")])
@pytest.mark.parametrize("which", ["content", "description"])
def test_harmed_file_is_named(filled: Here, harm: Callable[[Path], None], problem: str, which: str) -> None:
    ref = refs()[1]
    path = content(filled, ref) if which == "content" else root(filled, ref) / "v1/content/metadata/description.xml"
    path.parent.chmod(0o755)
    harm(path)
    said = look(filled)
    assert not said.intact
    assert [(one.ref, one.problem) for one in said.damaged] == [(ref, problem)]
    assert said.damaged[0].path.endswith(path.name)


def test_extra_file_is_named(filled: Here) -> None:
    ref = refs()[0]
    (content(filled, ref).parent / "夹带.txt").write_text("x")
    assert [(one.ref, one.problem, one.path.rpartition("/")[2]) for one in look(filled).damaged] == [
        (ref, "extra", "夹带.txt")
    ]


def test_missing_object_is_named(filled: Here) -> None:
    ref = refs()[2]
    shutil.rmtree(root(filled, ref))
    assert [(one.ref, one.problem) for one in look(filled).damaged] == [(ref, "missing")]


def test_object_swapped_for_another_is_named(filled: Here) -> None:
    one, other = root(filled, refs()[0]), root(filled, refs()[1])
    keep = one.with_name("keep")
    one.rename(keep)
    shutil.copytree(other, one)
    shutil.rmtree(keep)
    said = look(filled)
    assert refs()[0] in {each.ref for each in said.damaged}
    assert not said.intact


def test_object_rewritten_with_right_inventories_is_named(filled: Here) -> None:
    """An intruder who changes the bytes and every digest in the object is caught by what the database promised."""
    import hashlib

    ref = refs()[3]
    path = content(filled, ref)
    old = hashlib.sha512(path.read_bytes()).hexdigest()
    flip(path)
    new = hashlib.sha512(path.read_bytes()).hexdigest()
    for folder in (root(filled, ref), root(filled, ref) / "v1"):
        folder.chmod(0o755)
        inventory = folder / "inventory.json"
        text = inventory.read_text("utf-8").replace(old, new)
        document = json.loads(text)
        document["fixity"] = {}
        for file in (inventory, folder / "inventory.json.sha512"):
            file.chmod(0o644)
        inventory.write_text(json.dumps(document), "utf-8")
        digest = hashlib.sha512(inventory.read_bytes()).hexdigest()
        (folder / "inventory.json.sha512").write_text(f"{digest} inventory.json\n")
    assert (ref, "inventory") in {(one.ref, one.problem) for one in look(filled).damaged}


def test_object_nobody_promised_is_named(filled: Here) -> None:
    from shicheng.kernel import clock
    from shicheng.storage.types import DraftFile, ObjectDraft

    filled.store.put_objects([ObjectDraft("urn:uuid:strange", clock.now(), "x", "x", [DraftFile("a", b"a")])])
    assert [(one.ref, one.problem) for one in look(filled).damaged] == [("urn:uuid:strange", "extra")]


def test_harm_in_the_papers_of_a_transfer_is_named(filled: Here) -> None:
    from shicheng.ingest.models import Transfer

    transfer = Transfer.objects.get()
    path = filled.settings.store_path / object_path(transfer.object_id) / "v1/content/attempt-1/receipt.pdf"
    path.parent.chmod(0o755)
    flip(path)
    (found,) = look(filled).damaged
    assert found.ref == transfer.object_id
    assert found.path.endswith("receipt.pdf")


def test_damage_is_kept_and_its_mending_too(filled: Here) -> None:
    from shicheng.audit.models import Entry
    from shicheng.storage.models import FoundDamage

    path = content(filled, refs()[0])
    sound = path.read_bytes()
    flip(path)
    look(filled)
    look(filled)
    assert FoundDamage.objects.filter(mended_at__isnull=True).count() == 1
    path.write_bytes(sound)
    assert look(filled).intact
    assert not FoundDamage.objects.filter(mended_at__isnull=True).exists()
    events = list(Entry.objects.filter(event__startswith="storage.").values_list("event", flat=True))
    assert len([event for event in events if "damage" in event]) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'nobody' WHERE position = 3",
        "UPDATE audit_entry SET details = '{}' WHERE position = 2",
        "DELETE FROM audit_entry WHERE position = 2",
        "DELETE FROM audit_entry WHERE position = (SELECT max(position) FROM audit_entry)",
    ],
)
def test_log_changed_by_hand_is_noticed(filled: Here, statement: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(statement)
            for _name, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
            cursor.execute(statement)
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    said = look(filled)
    assert said.damaged == []
    assert not said.audit_intact
    assert not said.intact
