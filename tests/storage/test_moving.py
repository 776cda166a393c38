"""The parts of a move: who is present, what the settings file says, values in both databases, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from shicheng.settings import presence
from shicheng.storage.errors import MoveRefused
from shicheng.storage.moving import configuration, values
from shicheng.storage.moving.journal import Goal, Journal, one_at_a_time
from shicheng.storage.moving.objects import carry_objects
from shicheng.storage.moving.types import shown
from shicheng.storage.ocfl.local import LocalStore
from storage.drafts import draft

HOLDER = """
import sys
from pathlib import Path
from shicheng.settings import presence
presence.be_present(Path(sys.argv[1]))
print("here", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that works on the archive."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    yield process
    process.communicate()


def test_nobody_has_an_archive_alone_while_others_work_on_it(tmp_path: Path, somebody: subprocess.Popen[str]) -> None:
    with pytest.raises(presence.ArchiveBusy), presence.alone(tmp_path):
        pytest.fail("it is not alone")
    assert [one.pid for one in presence.others(tmp_path)] == [somebody.pid]
    somebody.kill()
    somebody.wait()
    with presence.alone(tmp_path):
        other = subprocess.run(
            [sys.executable, "-c", HOLDER, str(tmp_path)], input="", capture_output=True, text=True, check=False
        )
        assert "ArchiveBusy" in other.stderr and other.stdout == ""
    assert not presence.is_used(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '# How it runs\narchive_name = "史宬"  # ours\nstore = "old"\nallowed_hosts = [\n  "a",\n  "b",\n]\n',
        'database = "postgresql://a"\nport = 80',
        'store = """\nold"""\nport = 80\n',
        '"store" = "old"\n  database   = "x"\n',
    ],
)
def test_the_settings_file_changes_in_what_moves_and_nothing_else(text: str) -> None:
    before = tomllib.loads(text)
    changed = configuration.rewrite(text, {"database": "", "store": 's3://bücket/"a\\'})
    after = {key: value for key, value in before.items() if key != "database"} | {"store": 's3://bücket/"a\\'}
    assert tomllib.loads(changed) == after
    if "# How it runs" in text:
        assert changed.startswith("# How it runs\n") and "# ours" in changed


def test_switching_is_one_step_and_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "shicheng.toml"
    path.write_text("port = 80\n", "utf-8")
    kept = configuration.keep_old_file(path)
    configuration.switch(path, {"database": "postgresql://a"})
    assert kept.read_text("utf-8") == "port = 80\n"
    assert tomllib.loads(path.read_text("utf-8")) == {"port": 80, "database": "postgresql://a"}
    assert path.stat().st_mode & 0o777 == kept.stat().st_mode & 0o777 == 0o600


def test_passwords_are_not_shown() -> None:
    assert shown("postgresql://me:secret@db.example:5432/a?sslmode=require&password=secret") == (
        "postgresql://me@db.example:5432/a?sslmode=require"
    )


def test_every_table_is_known_and_stands_behind_those_it_points_at() -> None:
    tables = values.tables()
    names = [table.name for table in tables]
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    assert sorted(names) == sorted(models)
    for table in tables:
        for field in models[table.name]._meta.local_concrete_fields:
            if field.related_model is not None and field.related_model._meta.db_table != table.name:
                assert names.index(field.related_model._meta.db_table) < names.index(table.name)
    assert {table.name for table in tables if table.is_log} == {"audit_entry", "audit_signedhead"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_the_same_json_in_any_spelling_is_the_same(value: object) -> None:
    spelled = [json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1), json.dumps(value, sort_keys=True)]
    assert len({values.same_json(text) for text in spelled}) == 1
    assert json.loads(values.same_json(spelled[0])) == value


def test_different_values_have_different_lines() -> None:
    columns = (values.Column("a", "text"), values.Column("b", "json"), values.Column("c", "bytes"))
    rows = [("1", "1", b"1"), ("1", '"1"', b"1"), (None, "1", b"1"), ("", "1", b"1"), ("1", None, b"1"),
            ("1", "1", b"11"), ("1", "2", b"1"), ('1","', "1", b"1")]  # fmt: skip
    assert len({values.row_line(columns)(row) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("k", "a\x00b", 1, "{}"), "NUL"),
        (("k", "a" * 11, 1, "{}"), "longer than 10"),
        (("k", "a", 1 << 31, "{}"), "too large"),
        (("k", "a", 1, '{"a": "\\u0000"}'), "NUL"),
        (("k", "a", 1, '{"a": ["\\ud83d"]}'), "half a character"),
        (("k", "字" * 10, (1 << 31) - 1, '{"a": "\\\\u0000 \\ud83d\\ude00"}'), None),
        (("k", None, None, None), None),
    ],
)
def test_what_postgresql_can_not_hold_is_named_before_anything_is_copied(
    row: tuple[object, ...], reason: str | None
) -> None:
    columns = (
        values.Column("key", "text"),
        values.Column("word", "text", limit=10),
        values.Column("count", "integer", range=(-(1 << 31), (1 << 31) - 1)),
        values.Column("extra", "json"),
    )
    fault = values.misfits(values.Table("a_table", columns, columns[0]))(row)
    assert (fault is None) if reason is None else (reason in str(fault) and "a_table" in str(fault))


def test_a_journal_goes_on_with_the_same_move_and_forgets_another(tmp_path: Path) -> None:
    folder = tmp_path / "moving"
    with one_at_a_time(folder):
        with pytest.raises(presence.ArchiveBusy), one_at_a_time(folder):
            pytest.fail("there are two")
        journal = Journal(folder)
        assert not journal.begin(Goal("postgresql://a", "s3://b"))
        first = journal.move_id
        journal.note([("urn:x:1", "d1"), ("urn:x:2", "d2")])
        journal.close()
        journal = Journal(folder)
        assert journal.begin(Goal("postgresql://a", "s3://b"))
        assert (journal.move_id, journal.verified(["urn:x:2", "urn:x:3"])) == (first, {"urn:x:2": "d2"})
        assert not journal.begin(Goal("postgresql://other", "s3://b"))  # what lies in the store still lies there
        assert (journal.count(), journal.move_id == first) == (2, False)
        assert not journal.begin(Goal("postgresql://other", "s3://c"))
        assert journal.count() == 0
        journal.remove()
    assert not folder.exists()


def carry(source: LocalStore, target: LocalStore, folder: Path) -> tuple[int, int, int, list[str]]:
    folder.mkdir(exist_ok=True)
    journal = Journal(folder / "moving")
    try:
        made = carry_objects(
            source, target, journal, workers=2, scratch=folder / "moving" / "scratch", total=0,
            on_progress=lambda done, total, note: None,
        )  # fmt: skip
        return made.copied, made.verified, made.skipped, [f"{one.problem} {one.path}" for one in made.damaged]
    finally:
        journal.close()


def test_objects_are_copied_once_and_versions_follow(tmp_path: Path) -> None:
    source, target = LocalStore(tmp_path / "one"), LocalStore(tmp_path / "two")
    source.create()
    source.put_objects([draft(number) for number in range(70)])
    assert carry(source, target, tmp_path) == (70, 70, 0, [])
    source.put_objects([draft(3, {"new": b"version"}, base=1), draft(100)])
    assert carry(source, target, tmp_path) == (2, 2, 69, [])
    assert target.inventory(draft(3).object_id).head == 2
    # Without the journal everything is read back again, and nothing is copied.
    assert carry(source, target, tmp_path / "again") == (0, 71, 0, [])
    assert sorted(target.iter_objects()) == sorted(source.iter_objects())
    assert list(target.iter_strays()) == []
    assert target.local_path(draft(3).object_id, "new").stat().st_mode & 0o222 == 0


def test_damage_stays_where_it_is_and_strangers_are_refused(tmp_path: Path) -> None:
    source, target = LocalStore(tmp_path / "one"), LocalStore(tmp_path / "two")
    source.create()
    source.put_objects([draft(number) for number in range(5)])
    path = source.local_path(draft(2).object_id, "metadata/description.xml")
    path.chmod(0o644)
    path.write_bytes(b"changed")
    copied, _verified, _skipped, damaged = carry(source, target, tmp_path)
    assert (copied, damaged) == (4, ["changed v1/content/metadata/description.xml"])
    assert not target.has(draft(2).object_id)
    # What was copied is damaged on its new disk: without the journal it is read again, and named.
    path = target.local_path(draft(1).object_id, "metadata/description.xml")
    path.chmod(0o644)
    path.write_bytes(b"changed")
    with pytest.raises(MoveRefused, match="did not arrive whole"):
        carry(source, target, tmp_path / "again")
    target.put_objects([draft(50)])
    with pytest.raises(MoveRefused, match="not of this archive"):
        carry(source, target, tmp_path / "again")
    other = LocalStore(tmp_path / "three")
    other.create()
    other.put_objects([draft(1, {"quite": b"other"})])
    with pytest.raises(MoveRefused, match="another object"):
        carry(source, other, tmp_path / "third")
