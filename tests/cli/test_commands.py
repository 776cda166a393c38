"""The commands as scripts and people meet them: shapes, exit codes, plain words, nothing but the answer in a pipe."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.batches import docx_file
from ingest.archives import PROGRAM, Archive, clean_environment, small_batch, text_batch

pytestmark = pytest.mark.slow
# The others ask nothing a database could answer in its own way.
on_both_databases = pytest.mark.django_db(databases=[])

PROPERTIES = {"authenticity", "integrity", "usability", "security"}


def shape(value: Any) -> Any:
    """The form of a JSON value: keys and types."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def faulty_batch(folder: Path, *, fonds: str = "T001") -> Path:
    batch = text_batch(4, fonds=fonds)
    batch.item(2).files[0].digest = "0" * 64
    return batch.write(folder)


@on_both_databases
def test_shapes_scripts_depend_on(archive: Archive, tmp_path: Path) -> None:
    sound, faulty = small_batch(tmp_path / "sound", 3), faulty_batch(tmp_path / "faulty", fonds="T002")
    checked = archive.ask("check", faulty, code=1)
    assert {key: type(value) for key, value in checked.items()} == {
        "kind": str, "items": int, "files": int, "bytes": int, "verdict": str, "findings": list, "checks": list,
    }  # fmt: skip
    assert checked["verdict"] == "fail"
    for one in checked["findings"]:
        assert list(one) == ["check", "property", "level", "ref", "path", "message"]
        assert one["property"] in PROPERTIES
        assert one["level"] in {"error", "warning", "manual"}
    assert {one["ref"] for one in checked["findings"] if one["level"] == "error"} == {"T002-WS·2020-Y-FGW-0001"}
    for one in checked["checks"]:
        assert list(one) == ["check", "title", "result", "seconds"]
        assert one["result"] in {"pass", "fail", "manual", "not_checked"}
        assert isinstance(one["seconds"], float)
    assert archive.ask("check", sound)["verdict"] in {"pass", "review"}

    said = archive.ask("ingest", sound)
    assert shape(said) == {
        "transfer": "str", "state": "str", "accepted": "int", "held": "int", "files": "int", "bytes": "int",
        "seconds": "float", "report": "str",
    }  # fmt: skip
    assert (said["state"], said["accepted"], said["held"], said["files"]) == ("stored", 3, 0, 4)
    held = archive.ask("ingest", faulty, code=1)
    assert list(held) == list(said)
    assert (held["state"], held["accepted"], held["held"]) == ("failed", 0, 4)
    part = archive.ask("ingest", faulty, "--accept-passing", "--reason", "急用", code=1)
    assert (part["transfer"], part["state"], part["accepted"], part["held"]) == (held["transfer"], "stored", 3, 1)

    found = archive.ask("find", "*")
    assert shape(found) == {
        "total": "int", "seconds": "float",
        "hits": [{
            "ref": "str", "title": "str", "creator": "str", "date": "str", "year": "int", "fonds": "str",
            "score": "float", "snippet": "str",
        }],
    } or set(found["hits"][0]) == {"ref", "title", "creator", "date", "year", "fonds", "score", "snippet"}  # fmt: skip
    assert found["total"] == 6
    assert list(found) == ["total", "seconds", "hits"]
    verified = archive.ask("verify")
    assert list(verified) == ["objects", "files", "bytes", "damaged", "audit"]
    assert list(verified["audit"]) == ["entries", "intact"]
    assert verified["damaged"] == []
    damaged = next(path for path in (archive.home / "store").rglob("关于第1号*.txt"))
    damaged.chmod(0o644)
    damaged.write_text("x")
    verified = archive.ask("verify", code=1)
    assert [list(one) for one in verified["damaged"]] == [["ref", "path", "problem"]]
    assert verified["damaged"][0]["ref"] in {"T001-WS·2020-Y-BGS-0001", "T002-WS·2020-Y-BGS-0001"}


def test_finding_by_every_option(archive: Archive, tmp_path: Path) -> None:
    archive.ask("ingest", small_batch(tmp_path / "one", 3))
    older = text_batch(2, fonds="T002")
    for item in older.items:
        item.elements.update(year=2018, reference_code=item.ref.replace("2020", "2018"), date="20180305")
        item.elements["document_number"] = str(item.elements["document_number"]).replace("2020", "2018")
        for file in item.files:
            file.ref, file.path = item.ref, file.path.replace("2020", "2018")
    archive.ask("ingest", older.write(tmp_path / "two"))

    def refs(*arguments: object) -> list[str]:
        return [hit["ref"] for hit in archive.ask("find", *arguments)["hits"]]

    assert len(refs("*")) == 5
    assert len(refs("*", "--fonds", "T002")) == 2
    assert refs("*", "--year-to", 2019) == refs("*", "--fonds", "T002")
    assert len(refs("*", "--year-from", 2019)) == 3
    by_code = refs("*", "--sort", "code")
    assert by_code == sorted(by_code)
    assert refs("*", "--sort", "code", "--limit", 2, "--offset", 2) == by_code[2:4]
    assert refs("*", "--sort", "date")[0].startswith("T002")
    assert refs("*", "--sort", "-date")[0].startswith("T001")
    assert refs('题名:"第1号事项"', "--fonds", "T001") == ["T001-WS·2020-Y-BGS-0001"]
    assert archive.ask("find", "*", "--limit", 0) | {"seconds": 0} == {"total": 5, "seconds": 0, "hits": []}


def test_check_needs_neither_archive_nor_database(tmp_path: Path) -> None:
    batch = small_batch(tmp_path / "batch")
    nowhere = tmp_path / "nowhere"
    place = tmp_path / "place"
    place.mkdir()
    done = subprocess.run(
        [*PROGRAM, "check", str(batch), "--json"], capture_output=True, text=True, cwd=place,
        env=clean_environment(SHICHENG_HOME=str(nowhere)), timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["items"] == 3
    assert not nowhere.exists()
    assert list(place.iterdir()) == []


def test_pipe_holds_nothing_but_the_answer(archive: Archive, tmp_path: Path) -> None:
    batch = small_batch(tmp_path / "batch")
    for arguments in (["check", batch], ["ingest", batch], ["verify"], ["reindex"], ["rebuild"], ["find", "*"]):
        said = archive.run(*arguments)
        assert said.err == "", arguments
        assert "\x1b" not in said.out, arguments
        assert "\r" not in said.out, arguments
        assert archive.run(*arguments, "--json").err == ""


def test_bar_is_shown_on_a_terminal(archive: Archive, tmp_path: Path) -> None:
    batch = small_batch(tmp_path / "batch", 60)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "check", str(batch), "--json"], stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL,
        env={**archive.environment, "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    out, _err = process.communicate(timeout=120)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass
    os.close(ours)
    assert json.loads(out)["items"] == 60  # --json keeps the terminal free of bars too
    assert b"Checking" not in shown


def test_home_comes_by_option_or_variable(archive: Archive, tmp_path: Path) -> None:
    other = subprocess.run(
        [*PROGRAM, "find", "*", "--json"], capture_output=True, text=True, check=False, timeout=60,
        env={**archive.environment, "SHICHENG_HOME": str(archive.home)},
    )  # fmt: skip
    assert json.loads(other.stdout)["total"] == 0
    missing = subprocess.run(
        [*PROGRAM, "find", "*", "--home", str(tmp_path / "none")], capture_output=True, text=True, check=False,
        env={**archive.environment, "SHICHENG_HOME": str(archive.home)}, timeout=60,
    )  # fmt: skip
    assert missing.returncode == 2
    assert "shicheng init" in missing.stderr
    assert not (tmp_path / "none").exists()


def test_unknown_settings_are_refused_by_name(archive: Archive) -> None:
    with (archive.home / "shicheng.toml").open("a", encoding="utf-8") as file:
        file.write('colour = "red"\n')
    said = archive.run("find", "*", code=2)
    assert "colour" in said.err
    assert "archive_name" in said.err  # the known ones are listed
    lines = (archive.home / "shicheng.toml").read_text("utf-8").replace('colour = "red"\n', "")
    (archive.home / "shicheng.toml").write_text(lines, "utf-8")
    archive.environment["SHICHENG_COLOUR"] = "red"
    assert "SHICHENG_COLOUR" in archive.run("find", "*", code=2).err
    del archive.environment["SHICHENG_COLOUR"]
    archive.environment["SHICHENG_PORT"] = "many"
    assert "port" in archive.run("find", "*", code=2).err


def test_settings_file_that_is_no_toml_is_named(archive: Archive) -> None:
    (archive.home / "shicheng.toml").write_text("archive_name = \n", "utf-8")
    said = archive.run("verify", "--json", code=2)
    assert said.json["error"] == "settings.file.bad"
    assert "shicheng.toml" in said.err


@on_both_databases
def test_init_twice_keeps_what_is_there(archive: Archive, tmp_path: Path) -> None:
    archive.ask("ingest", small_batch(tmp_path / "batch"))
    before = {path: path.read_bytes() for path in (archive.home / "keys").iterdir()}
    settings = (archive.home / "shicheng.toml").read_bytes()
    said = archive.run("init", "--json", "--name", "别的名字").json
    assert said["new"] is False
    assert {path: path.read_bytes() for path in (archive.home / "keys").iterdir()} == before
    assert (archive.home / "shicheng.toml").read_bytes() == settings
    assert archive.ask("find", "*")["total"] == 3
    assert (archive.home / "keys").stat().st_mode & 0o077 == 0


def test_init_says_the_name_and_asks_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "新档案馆", "", clean_environment(SHICHENG_FREE_BYTES="0"))
    said = archive.run("init", "--name", '澜城县"档案馆"\\', "--json").json
    assert (said["new"], said["archive_name"], said["database"]) == (True, '澜城县"档案馆"\\', "sqlite")
    assert archive.ask("find", "*")["total"] == 0


@on_both_databases
def test_doctor_names_what_is_wrong(archive: Archive) -> None:
    said = archive.ask("doctor")
    assert said["healthy"] is True
    levels = {one["name"]: one["level"] for one in said["findings"]}
    assert {"python", "sm3", "sm2", "archive", "disk.home", "clock", "database", "store"} <= set(levels)
    assert all(list(one) == ["name", "level", "message", "advice"] for one in said["findings"])
    assert all(one["advice"] for one in said["findings"] if one["level"] != "ok")
    (archive.home / "keys").chmod(0o755)
    archive.environment["SHICHENG_FREE_BYTES"] = str(1 << 60)
    said = archive.ask("doctor", code=1)
    levels = {one["name"]: one["level"] for one in said["findings"]}
    assert said["healthy"] is False
    assert levels["keys"] == "warning"
    assert levels["disk.home"] == "error"


def test_doctor_without_an_archive_says_how_to_make_one(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "none")
    said = archive.ask("doctor", code=1)
    (found,) = [one for one in said["findings"] if one["name"] == "archive"]
    assert "shicheng init" in found["advice"]


@on_both_databases
def test_accounts_are_made_with_roles_and_strong_passwords(archive: Archive, tmp_path: Path) -> None:
    made = archive.ask("add-user", "li", "--role", "archivist", "--fonds", "T001")
    assert made["username"] == "li"
    assert len(made["password"]) >= 12
    assert archive.run("add-user", "li", code=1).err  # taken
    word = tmp_path / "word"
    word.write_text("12345\n")
    assert "password" in archive.run("add-user", "wu", "--password-file", word, code=1).err
    word.write_text("海内存知己天涯若比邻啊\n", "utf-8")
    assert "password" not in archive.ask("add-user", "wu", "--password-file", word, "--role", "system_administrator")
    assert archive.run("add-user", "x", "--role", "emperor", code=2).err


@on_both_databases
def test_partial_acceptance_needs_its_reason(archive: Archive, tmp_path: Path) -> None:
    batch = faulty_batch(tmp_path / "batch")
    for reason in ([], ["--reason", "  "]):
        assert "--reason" in archive.run("ingest", batch, "--accept-passing", *reason, code=2).err
    assert archive.sql("SELECT count(*) FROM ingest_transfer") == [(0,)]


@on_both_databases
def test_same_batch_taken_in_twice_at_once(archive: Archive, tmp_path: Path) -> None:
    batch = small_batch(tmp_path / "batch", 200)
    both = [archive.start("ingest", batch, "--json") for _time in range(2)]
    ends = [(process.communicate(timeout=120), process.returncode) for process in both]
    said = [json.loads(out) for (out, _err), _code in ends]
    assert [code for _said, code in ends] == [0, 0], ends
    assert {(one["transfer"], one["state"], one["accepted"]) for one in said} == {(said[0]["transfer"], "stored", 200)}
    assert archive.sql("SELECT count(*) FROM holdings_item") == [(200,)]
    assert archive.sql("SELECT count(*) FROM ingest_transfer WHERE state = 'stored'") == [(1,)]
    assert archive.ask("verify")["damaged"] == []
    assert archive.ask("find", "*", "--limit", 1)["total"] == 200


@on_both_databases
def test_showing_a_record(archive: Archive, tmp_path: Path) -> None:
    batch = text_batch(3)
    archive.ask("ingest", batch.write(tmp_path / "batch"))
    said = archive.ask("show", batch.item(3).ref)
    assert said["ref"] == batch.item(3).ref
    assert said["title"] == batch.item(3).elements["title"]
    assert [Path(one["path"]).read_bytes() for one in said["files"]] == [one.content for one in batch.item(3).files]
    assert [one["event"] for one in said["events"]] == ["ingest.item.stored"]
    assert archive.ask("show", said["id"])["ref"] == said["ref"]
    unknown = archive.run("show", "T001-WS·2020-Y-BGS-9999", "--json", code=1)
    assert unknown.json["error"] == "holdings.item.unknown"


def test_exports_in_every_form(archive: Archive, tmp_path: Path) -> None:
    import bagit

    batch = text_batch(3)
    batch.item(2).files[0].path = batch.item(2).files[0].path.replace(".txt", ".docx")
    batch.item(2).files[0].content = docx_file("第二件")
    archive.ask("ingest", batch.write(tmp_path / "batch"))
    for form, items in {"bagit": 3, "eep": 3, "da93": 3, "csv": 3}.items():
        target = tmp_path / f"out-{form}"
        said = archive.ask("export", form, target)
        assert (said["form"], said["items"]) == (form, items)
        assert target.exists()
        if form == "csv":
            assert batch.item(1).ref in target.read_text("utf-8-sig")
            continue
        if form == "bagit":
            assert bagit.Bag(str(target)).validate(processes=1)
        assert archive.ask("check", target, code=None)["items"] == 3
        assert archive.run("export", form, target, code=None).code != 0  # never over what is there
    one = archive.ask("export", "csv", tmp_path / "one.csv", "--query", '题名:"第2号"')
    assert one["items"] == 1
    assert archive.run("export", "csv", tmp_path / "none.csv", "--query", "没有这样的词", code=1).err
    assert archive.run("export", "docx", tmp_path / "x", code=2).err
    assert not (tmp_path / "none.csv").exists()


@on_both_databases
def test_backup_and_restore_drill(new: Callable[..., Archive], tmp_path: Path) -> None:
    archive = new()
    archive.ask("ingest", small_batch(tmp_path / "one", 3))
    archive.ask("backup", tmp_path / "backup")
    archive.ask("ingest", small_batch(tmp_path / "two", 2, fonds="T002"))
    archive.ask("add-user", "li", "--role", "archivist")
    archive.ask("backup", tmp_path / "backup")
    hits = archive.ask("find", "*")["hits"]
    restored = Archive(tmp_path / "restored", archive.database, archive.environment)
    if archive.database:
        from ingest.archives import make_database

        make_database(archive.database)
    restored.ask("restore", tmp_path / "backup")
    assert restored.ask("find", "*")["hits"] == hits
    verified = restored.ask("verify")
    assert verified["damaged"] == []
    assert verified["audit"]["intact"]
    assert restored.sql("SELECT username FROM people_user") == [("li",)]
    assert restored.ask("ingest", small_batch(tmp_path / "three", 1, fonds="T003"))["transfer"].endswith("-0003")
    harmed = next(path for path in (tmp_path / "backup").rglob("关于第1号*") if path.is_file())
    harmed.chmod(0o644)
    harmed.write_bytes(b"x")
    again = Archive(tmp_path / "again", "", archive.environment)
    assert again.run("restore", tmp_path / "backup", code=None).code != 0


@on_both_databases
def test_restore_over_an_archive_is_refused(archive: Archive, tmp_path: Path) -> None:
    archive.ask("backup", tmp_path / "backup")
    assert archive.run("restore", tmp_path / "backup", code=None).code != 0
    assert archive.ask("find", "*")["total"] == 0


@on_both_databases
def test_log_is_exported_and_verified_offline(archive: Archive, tmp_path: Path) -> None:
    archive.ask("ingest", small_batch(tmp_path / "batch"))
    target = tmp_path / "log.jsonl"
    count = archive.ask("audit", "export", target)["entries"]
    assert archive.ask("audit", "verify", target) == {"entries": count, "intact": True, "problems": []}
    text = target.read_text("utf-8").replace("T001", "T009", 1)
    target.write_text(text, "utf-8")
    assert archive.ask("audit", "verify", target, code=1)["intact"] is False


def test_help_names_every_command() -> None:
    said = subprocess.run([*PROGRAM, "--help"], capture_output=True, text=True, env=clean_environment(), check=True)
    for command in (
        "init", "serve", "worker", "check", "ingest", "find", "show", "verify", "rebuild", "reindex", "backup",
        "restore", "export", "audit", "doctor", "add-user",
    ):  # fmt: skip
        assert command in said.stdout


@on_both_databases
def test_grants_are_given_and_explained_and_administrators_made_at_the_command_line(archive: Archive) -> None:
    made = archive.ask("init", "--accounts")["accounts"]
    assert [one["role"] for one in made] == [
        "system_administrator", "security_administrator", "auditor", "archivist",
    ]  # fmt: skip
    grant = archive.ask("grant", "give", "archivist", "filing_clerk", "--fonds", "L012", "--unit", "BGS")
    assert grant["limits"] == ["fonds L012", "unit BGS"]
    refused = archive.ask("why", "archivist", "people.grant.give")
    assert refused["allowed"] is False and "does not have this permission" in refused["grants"][-1]
