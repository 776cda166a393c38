"""Many rows are read by two processes, and give what one gives."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cataloguing.catalogues import PLAIN, plain_rows, write_csv
from shicheng.cataloguing import sharing
from shicheng.cataloguing.preparing import Task, prepare
from shicheng.cataloguing.rows import RowReader
from shicheng.cataloguing.sharing import Helper, HelperEnded
from shicheng.cataloguing.types import Column, Summary


def _read(path: Path, folder: Path) -> tuple[Summary, dict[str, bytes]]:
    summary = prepare(Task(str(path), path.name, str(folder), "CAT001"))
    return summary, {one.name: one.read_bytes() for one in folder.iterdir() if one.name != "summary.json"}


def test_two_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = plain_rows(400)
    rows[7:7] = [[""] * len(PLAIN), ["", *rows[3][1:]], rows[5], [*rows[9], "one too many"]]
    rows += [rows[20], rows[21]]
    path = write_csv(tmp_path / "c.csv", [PLAIN, *rows], encoding="utf-8")
    alone = _read(path, tmp_path / "alone")
    monkeypatch.setattr(sharing, "ALONE", 30)
    monkeypatch.setattr(sharing, "_CHUNK", 10)
    helped, take = [], Helper.take

    def noting(self: Helper) -> list[tuple[Any, ...]]:
        helped.append(take(self))
        return helped[-1]

    monkeypatch.setattr(Helper, "take", noting)
    assert _read(path, tmp_path / "together") == alone
    assert helped
    summary, files = alone
    assert summary.rejected >= 2
    assert summary.suspects >= 3
    told = [json.loads(line) for line in files["rejected.jsonl"].splitlines()]
    assert told[0]["cells"][1:] == rows[8][1:]


def test_a_helper_that_died_is_noticed() -> None:
    column = Column("题名", "title", 100)
    with Helper(partial(RowReader, [column], fonds="CAT001", delimiter="")) as helper:
        helper.give([(1, ["甲"]), (2, [""])])
        read, rejected = helper.take()
        assert (len(read), len(rejected)) == (11, 1)
        helper._process.kill()
        helper._process.join()
        with pytest.raises(HelperEnded):
            helper.give([(3, ["乙"])])
            helper.take()
