"""Editing a description from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.archives import Archive, text_batch

pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases=[])]

REF = "T001-WS·2020-Y-BGS-0001"


def test_edit_show_versions_and_restore(archive: Archive, tmp_path: Path) -> None:
    archive.ask("ingest", text_batch(2).write(tmp_path / "batch"))
    title = archive.ask("show", REF)["title"]
    said = archive.ask("edit", REF, "题名=命令行改的题名", "Note=甲=乙", "--reason", "核对", "--version", 1)
    assert (said["version"], said["new"], said["elements"]["note"]) == (2, True, "甲=乙")
    assert archive.ask("find", "命令行改的题名")["total"] == 1
    listed = archive.ask("show", REF, "--versions")["versions"]
    assert [(one["version"], one["reason"], one["changed"]) for one in listed] == [
        (2, "核对", ["title", "note"]), (1, "", []),
    ]  # fmt: skip
    shown = archive.run("show", REF, "--versions").out
    assert f"{title} → 命令行改的题名" in shown
    late = archive.run("edit", REF, "note=别的", "--reason", "核对", "--version", 1, code=3)
    assert "2" in late.err and "T001" in late.err
    wrong = archive.run("edit", REF, "日期=某日", "colour=red", "--reason", "核对", code=2)
    assert "某日" in wrong.err and "colour" in wrong.err
    assert archive.run("edit", REF, "note", code=2).err
    back = archive.ask("edit", REF, "--restore", 1, "--reason", "改错了")
    assert (back["version"], back["elements"]["title"], "note" in back["elements"]) == (3, title, False)
