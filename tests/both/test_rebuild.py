"""The database and the index are lost: the store alone gives back everything that was accepted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.batches import docx_file, pdf_file
from ingest.archives import Archive, make_database, text_batch

pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases=[])]

# What each table says, but for what is about this machine's work: which job, when looked at last, row numbers.
TABLES = {
    "holdings_fonds": "id, code, name, agency, founded",
    "holdings_item": "*",
    "holdings_itemversion": "item_id, version, elements, extra, at, by, reason",
    "holdings_file": "*",
    "holdings_filetext": "*",
    "ingest_transfer": (
        "id, number, attempt, state, name, source, kind, container, agency, fonds_code, fonds_name, category, items, "
        "files, bytes, content_digest, report, accepted, held, reason, decided_by, announced_at, received_at, "
        "decided_at, stored_at"
    ),
    "checks_storedreport": "id, subject_kind, subject_id, transfer, run, made_at, record",
    "storage_promisedobject": "object_id, kind, version, files, bytes, inventory_digest",
    "audit_entry": "*",
    "audit_signedhead": "position, hash, at, signature, key_id, public_key",
}


def dump(archive: Archive) -> dict[str, list[str]]:
    """Everything the database says, table by table, in an order of its own."""
    return {
        table: sorted(map(plain, archive.sql(f"SELECT {columns} FROM {table}"))) for table, columns in TABLES.items()
    }


def plain(row: tuple[Any, ...]) -> str:
    """A row as text that is the same for the same values."""
    return repr(tuple(plain_value(value) for value in row))


def plain_value(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, dict | list) else value


def fill(archive: Archive, tmp_path: Path) -> None:
    """Take in a whole batch, one in two parts, and one that goes back to the office."""
    whole = text_batch(4, fonds="T001")
    whole.item(2).files[0].path = whole.item(2).files[0].path.replace(".txt", ".docx")
    whole.item(2).files[0].content = docx_file("第二件的正文")
    whole.item(3).files[0].path = whole.item(3).files[0].path.replace(".txt", ".pdf")
    whole.item(3).files[0].content = pdf_file("第三件")
    archive.ask("ingest", whole.write(tmp_path / "whole"))
    parted = text_batch(5, fonds="T002")
    right = parted.item(2).files[0].content
    parted.item(2).files[0].digest = "0" * 64
    said = archive.ask(
        "ingest", parted.write(tmp_path / "part"), "--accept-passing", "--reason", "其余各件急用", code=1
    )
    assert (said["accepted"], said["held"]) == (4, 1)
    parted.item(2).files[0].digest = None
    parted.item(2).files[0].content = right
    mended = parted.write(tmp_path / "mended")
    said = archive.ask("ingest", mended, "--resubmit", said["transfer"])
    assert (said["state"], said["accepted"], said["held"]) == ("stored", 5, 0)
    faulty = text_batch(3, fonds="T003")
    faulty.item(1).files[0].digest = "0" * 64
    said = archive.ask("ingest", faulty.write(tmp_path / "faulty"), code=1)
    assert said["state"] == "failed"
    again = text_batch(2, fonds="T001", word="再")
    for item in again.items:
        item.elements["reference_code"] = item.ref.replace("2020", "2021")
        item.elements["year"] = 2021
        for file in item.files:
            file.path = file.path.replace("2020", "2021")
            file.ref = item.ref
    archive.ask("ingest", again.write(tmp_path / "again"))


def lose_database(archive: Archive) -> None:
    archive.drop_database()
    shutil.rmtree(archive.home / "index")
    if archive.database:
        make_database(archive.database)
    archive.run("init")


def test_store_alone_gives_back_all_that_was_accepted(new: Callable[..., Archive], tmp_path: Path) -> None:
    archive = new(LOGNAME="wang")
    fill(archive, tmp_path)
    before = dump(archive)
    hits = archive.ask("find", "*", "--limit", 100)["hits"]
    lose_database(archive)
    assert archive.sql("SELECT count(*) FROM holdings_item") == [(0,)]

    archive.environment["LOGNAME"] = "somebody-else"
    made = archive.ask("rebuild")
    assert made == {"transfers": 3, "items": 11, "audit_entries": made["audit_entries"], "imports": 0, "unknown": 0}
    after = dump(archive)
    kept = dict(before)
    # A transfer of which nothing was accepted is with the office, and in the log.
    kept["ingest_transfer"] = [row for row in before["ingest_transfer"] if "'failed'" not in row]
    kept["checks_storedreport"] = [row for row in before["checks_storedreport"] if "T003" not in row]
    log_before, log_after = kept.pop("audit_entry"), after.pop("audit_entry")
    heads_before, heads_after = kept.pop("audit_signedhead"), after.pop("audit_signedhead")
    for table, rows in kept.items():
        assert after[table] == rows, table
    assert set(log_before) - set(log_after) == set(), "entries of the log are lost"
    assert [row for row in log_after if row not in log_before and "ingest.archive.rebuilt" not in row] == []
    assert set(heads_before) <= set(heads_after)
    assert archive.ask("find", "*", "--limit", 100)["hits"] == hits
    verified = archive.ask("verify")
    assert verified["damaged"] == [] and verified["audit"]["intact"]

    # A second run finds nothing to do and changes nothing.
    made = archive.ask("rebuild")
    assert made == {"transfers": 0, "items": 0, "audit_entries": 0, "imports": 0, "unknown": 0}
    second = dump(archive)
    for table, rows in kept.items():
        assert second[table] == rows, table

    # The archive goes on: numbers go on behind the last one given, also that of the batch that was not accepted.
    said = archive.ask("ingest", text_batch(2, fonds="T009").write(tmp_path / "later"))
    assert said["transfer"].endswith("-0005")
    assert archive.ask("audit", "verify")["intact"]


def test_rebuild_mends_a_database_that_lost_some_rows(new: Callable[..., Archive], tmp_path: Path) -> None:
    archive = new()
    archive.ask("ingest", text_batch(3).write(tmp_path / "batch"))
    before = dump(archive)
    for table in ("holdings_filetext", "holdings_file", "holdings_itemversion", "holdings_item"):
        archive.sql(f"DELETE FROM {table}")
    assert archive.run("show", "T001-WS·2020-Y-BGS-0001", code=1).err
    assert archive.ask("rebuild")["items"] == 3
    after = dump(archive)
    for table in ("holdings_filetext", "holdings_file", "holdings_itemversion", "holdings_item", "ingest_transfer"):
        assert after[table] == before[table], table
    assert archive.ask("find", "*")["total"] == 3
