"""Verifying the chain, signing its head, and taking it out and back in."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from shicheng.audit import chain, keys, offline, registry, segments, selectors, services, triggers
from shicheng.audit.errors import BadSegment, ChainBroken, KeyExists, KeyMissing
from shicheng.audit.models import Entry, Head, SignedHead
from shicheng.audit.verification import verify_chain
from shicheng.base.db import atomic
from shicheng.kernel import sm2
from shicheng.kernel.messages import message as _
from shicheng.people.services import SYSTEM

HAPPENED = registry.event("test.thing.counted", _("A thing was counted"))
pytestmark = pytest.mark.django_db


def append(count: int) -> range:
    with atomic():
        return services.append_many(
            SYSTEM, [(HAPPENED, ("thing", str(n)), {"n": n, "title": "关于\n“档案”的通知"}) for n in range(count)]
        )


def forge(**changes: object) -> None:
    """Change entry 3 as an intruder with all rights in the database could."""
    with triggers.lifted(connection):
        Entry.objects.filter(position=3).update(**changes)


def empty() -> None:
    """Lose the database, as before a rebuild."""
    with triggers.lifted(connection):
        Entry.objects.all().delete()
        SignedHead.objects.all().delete()
    Head.objects.all().delete()


def test_untouched_log_is_intact(tmp_path: Path) -> None:
    keys.create_signing_key(tmp_path)
    append(5)
    services.sign_head(keys_path=tmp_path)
    append(2)
    services.sign_head(keys_path=tmp_path)
    seen: list[tuple[int, int]] = []
    report = verify_chain(lambda done, total: seen.append((done, total)), keys_path=tmp_path)
    assert (report.entries, report.intact, report.heads_checked, report.heads_unproved) == (7, True, 2, 0)
    assert seen == [(7, 7)]


def test_empty_log_is_intact(tmp_path: Path) -> None:
    keys.create_signing_key(tmp_path)
    assert services.sign_head(keys_path=tmp_path) is None
    assert verify_chain().intact


@pytest.mark.parametrize(
    "changes",
    [
        {"actor_name": "somebody else"},
        {"details_text": '{"n":99}'},
        {"details_text": '{"n": 2,"title":"关于\\n“档案”的通知"}'},  # the same to a reader, but for a space
        {"event": "test.thing.happened"},
        {"subject_id": "9"},
        {"hash": "0" * 64},
        {"previous": "0" * 64},
        {"at": chain.read_time("2001-01-01T00:00:00.000000Z")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_changed_entry_is_found(changes: dict[str, object]) -> None:
    append(6)
    forge(**changes)
    report = verify_chain()
    assert not report.intact
    assert report.first_bad == 3
    assert "3" in str(report.problems[0])


def test_change_with_the_hashes_made_to_fit_breaks_the_signed_head(tmp_path: Path) -> None:
    keys.create_signing_key(tmp_path)
    append(4)
    services.sign_head(keys_path=tmp_path)
    forge(actor_name="somebody else")
    previous = Entry.objects.get(position=2).hash
    with triggers.lifted(connection):
        for entry in Entry.objects.filter(position__gte=3):
            entry.previous = previous
            previous = entry.hash = chain.entry_hash(entry.content())
            entry.save()
        Head.objects.update(hash=previous)
    report = verify_chain(keys_path=tmp_path)
    assert [str(problem) for problem in report.problems] == ["The signed head at 4 does not fit the entry there."]


def test_missing_entries_are_found() -> None:
    append(6)
    with triggers.lifted(connection):
        Entry.objects.filter(position__in=[3, 4]).delete()
    report = verify_chain()
    assert report.first_bad == 3
    assert len(report.problems) == 1


def test_entries_cut_off_the_end_are_found(tmp_path: Path) -> None:
    keys.create_signing_key(tmp_path)
    append(6)
    services.sign_head(keys_path=tmp_path)
    with triggers.lifted(connection):
        Entry.objects.filter(position__gt=4).delete()
    assert verify_chain().first_bad == 5
    Head.objects.update(position=4, hash=Entry.objects.get(position=4).hash)
    report = verify_chain()  # the head was made to fit, the signature was not
    assert report.first_bad == 5


def test_head_signed_by_a_strange_key_is_found(tmp_path: Path) -> None:
    keys.create_signing_key(tmp_path / "ours")
    keys.create_signing_key(tmp_path / "strange")
    append(3)
    services.sign_head(keys_path=tmp_path / "strange")
    assert verify_chain().heads_unproved == 1
    assert not verify_chain(keys_path=tmp_path / "ours").intact


def test_head_is_signed_once(tmp_path: Path) -> None:
    made = keys.create_signing_key(tmp_path)
    append(1)
    signed = services.sign_head(keys_path=tmp_path)
    assert signed is not None and signed.key_id == made.key_id
    assert services.sign_head(keys_path=tmp_path) is None
    content = chain.head_bytes(position=1, digest=signed.hash, at=chain.write_time(signed.at))
    assert sm2.verify(made.public_key, content, bytes.fromhex(signed.signature))


def test_key_is_private_and_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with pytest.raises(KeyMissing):
        services.sign_head(keys_path=folder)
    keys.create_signing_key(folder)
    assert (folder / "audit.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyExists):
        keys.create_signing_key(folder)


def test_segments_go_out_and_come_back(tmp_path: Path) -> None:
    keys.create_signing_key(tmp_path)
    append(5)
    services.sign_head(keys_path=tmp_path)
    append(4)
    before = list(Entry.objects.values_list())
    parts = []
    while part := segments.export_segment(
        segments.last_position(parts[-1]) if parts else 0, limit=4, keys_path=tmp_path
    ):
        parts.append(part)
    assert [segments.last_position(part) for part in parts] == [4, 8, 9]
    empty()
    assert segments.import_segments(parts) == 9
    assert list(Entry.objects.values_list()) == before
    assert segments.import_segments(parts) == 0  # again
    assert SignedHead.objects.count() == 4  # one of the log's own, one for each part
    report = verify_chain(keys_path=tmp_path)
    assert report.intact and report.heads_checked == 4
    append(1)
    assert selectors.head_position() == 10


def test_import_is_logged_if_someone_is_named() -> None:
    append(2)
    part = segments.export_segment(0)
    empty()
    assert segments.import_segments([part], actor=SYSTEM) == 2
    assert Entry.objects.get(position=3).event == "audit.log.imported"


def test_broken_segment_is_refused_whole() -> None:
    append(6)
    part = segments.export_segment(0)
    empty()
    for broken in (
        part.replace(b'"n":2', b'"n":7'),
        part.replace(b'"kind":"system"', b'"kind":"user"', 1),
    ):
        assert broken != part
        with pytest.raises(ChainBroken):
            segments.import_segments([broken])
    for broken in (
        b"",
        b"hello\n",
        part[: len(part) // 2],
        b"\n".join(part.split(b"\n")[1:]),
        b"\n".join(line for line in part.split(b"\n") if b'"n":3' not in line),
        part.replace(b'"n":2', b'"n": 2'),
        part.replace(b'"version":1', b'"version":2'),
        b"[" * 200_000 + b"\n",
    ):
        with pytest.raises(BadSegment):
            segments.import_segments([broken])
    assert not Entry.objects.exists()


def test_segment_with_a_gap_or_of_another_log_is_refused() -> None:
    append(6)
    first, second = segments.export_segment(0, limit=2), segments.export_segment(4)
    empty()
    with pytest.raises(ChainBroken):
        segments.import_segments([first, second])
    assert selectors.head_position() == 2  # what could be taken was
    empty()
    append(2)
    with pytest.raises(ChainBroken):
        segments.import_segments([first])


def exported(tmp_path: Path) -> Path:
    keys.create_signing_key(tmp_path / "keys")
    append(6)
    path = tmp_path / "log.jsonl"
    path.write_bytes(
        segments.export_segment(0, limit=3, keys_path=tmp_path / "keys")
        + segments.export_segment(3, keys_path=tmp_path / "keys")
    )
    return path


def test_offline_verifier_agrees(tmp_path: Path) -> None:
    path = exported(tmp_path)
    public = (tmp_path / "keys" / "audit.pub").read_bytes()
    report = offline.verify_file(path, public)
    assert (report.entries, report.intact, report.heads_checked, report.heads_unproved) == (6, True, 2, 0)
    assert offline.verify_file(path).heads_unproved == 2
    later = tmp_path / "later.jsonl"
    later.write_bytes(segments.export_segment(4))
    assert offline.verify_file(later).entries == 2  # a part from the middle


FORGERIES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "changed": (lambda lines: [line.replace(b'"n":4', b'"n":8') for line in lines], 5),
    "left out": (lambda lines: [line for line in lines if b'"n":4' not in line], 5),
    "doubled": (lambda lines: [*lines[:3], lines[2], *lines[3:]], 3),
    "garbage": (lambda lines: [*lines[:3], b'{"a":1}\n', *lines[3:]], 3),
    "cut off": (lambda lines: lines[:-2], 6),
    "signature": (lambda lines: [line.replace(b'"signature":"30', b'"signature":"31') for line in lines], 3),
    "no signature": (lambda lines: [line.replace(b'"signature":"30', b'"signature":"xx') for line in lines], 3),
    "key": (lambda lines: [line.replace(b"BEGIN PUBLIC", b"BEGIN PUBIIC") for line in lines], 3),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_offline_verifier_finds_forgeries(tmp_path: Path, forgery: str) -> None:
    path = exported(tmp_path)
    change, first_bad = FORGERIES[forgery]
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    report = offline.verify_file(path)
    assert (report.intact, report.first_bad) == (False, first_bad), report


def test_offline_verifier_knows_the_archive_key(tmp_path: Path) -> None:
    path = exported(tmp_path)
    stranger = keys.create_signing_key(tmp_path / "stranger")
    report = offline.verify_file(path, stranger.public_key)
    assert report.heads_unproved == 2


def test_offline_verifier_runs_without_django(tmp_path: Path) -> None:
    path = exported(tmp_path)
    program = (
        "import sys, runpy\n"
        "sys.modules['django'] = None\n"
        f"sys.argv = ['offline', {str(path)!r}, '--public-key', {str(tmp_path / 'keys' / 'audit.pub')!r}]\n"
        "runpy.run_module('shicheng.audit.offline', run_name='__main__')\n"
    )
    source = str(Path(offline.__file__).parents[2])
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": source})
    assert ran.stdout == "6 entries, 2 signed heads, 2 of them by the key given: intact\n", ran.stderr
    assert ran.returncode == 0
    path.write_bytes(path.read_bytes().replace(b'"n":1', b'"n":5'))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": source})
    assert ran.returncode == 1 and "Entry 2 was changed" in ran.stdout


@pytest.mark.django_db(transaction=True)
def test_follower_never_skips_an_entry_that_commits_late() -> None:
    """Several writers keep their transactions open for different times while a follower reads on."""
    writers, each = 4, 12
    seen: list[int] = []
    over = threading.Event()

    def write(number: int) -> None:
        for turn in range(each):
            with atomic():
                services.append_many(SYSTEM, [(HAPPENED, None, {"n": number})] * 2)
                time.sleep(0.002 * ((number + turn) % 4))  # the lock is held until the commit
        connection.close()

    def follow() -> None:
        position = 0
        while True:
            last = over.is_set()
            for entry in selectors.entries_after(position, 5):
                seen.append(entry.position)
                position = entry.position
            if last and position == selectors.head_position():
                break
        connection.close()

    follower = threading.Thread(target=follow)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    follower.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    follower.join()
    assert seen == list(range(1, writers * each * 2 + 1))
    assert verify_chain().intact


@pytest.mark.django_db(transaction=True)
def test_entry_of_a_transaction_that_fails_leaves_no_gap() -> None:
    append(1)
    with pytest.raises(RuntimeError), atomic():
        services.append(SYSTEM, HAPPENED, None, {})
        raise RuntimeError
    append(1)
    assert [entry.position for entry in selectors.entries_after(0)] == [1, 2]
    assert verify_chain().intact


def test_verification_is_quick() -> None:
    append(4000)
    start = time.perf_counter()
    assert verify_chain().entries == 4000
    assert 4000 / (time.perf_counter() - start) > 4000  # 10,000 and more on an idle machine
