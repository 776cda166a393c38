"""Batch changes and authorities without pages: by the API, at the command line, in a Python program."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from api.conftest import make_program
from describing.shelf import shelve_rows
from shicheng.cli import authorities as authority_commands
from shicheng.cli import describing as change_commands
from shicheng.describing import driving, names
from shicheng.describing.errors import AuthorityNotFound, BadAuthority, BadOperation
from shicheng.door.archive import Archive
from shicheng.holdings.models import Item
from shicheng.jobs.worker import run_until_done

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)

CODES = [f"B012-WS·2016-Y-CXW-{n:04d}" for n in range(1, 5)]
AUTHORS = ("县政府", "县人民政府", "县委", "县府、王明")


@pytest.fixture
def records(here: Here, monkeypatch: pytest.MonkeyPatch) -> Here:
    """Four records that name bodies; jobs run in this process."""
    monkeypatch.setattr(driving, "run_until_done", partial(run_until_done, inline=True))
    for commands in (change_commands, authority_commands):
        monkeypatch.setattr(commands, "open_archive", lambda home: here.settings)  # that of the tests is open
    names.forget()
    shelve_rows(
        here,
        [
            {"reference_code": code, "title": f"第{n}件", "year": "2016", "author": author}
            for n, (code, author) in enumerate(zip(CODES, AUTHORS, strict=True), 1)
        ],
    )
    return here


def notes() -> list[str]:
    return [one.elements.get("note", "") for one in Item.objects.order_by("code_sort")]


def test_a_program_changes_many_and_undoes_it(records: Here) -> None:
    here, program = records, make_program("write")
    asked = {"element": "附注", "verb": "append", "value": "已核", "between": "；", "query": "县政府 OR 县委"}
    told = program.post("/changes/preview", asked).json()
    assert (told["total"], told["changed"], told["faulty"]) == (2, 2, 0)
    assert told["lines"][0] == {"id": told["lines"][0]["id"], "ref": CODES[0], "before": "", "after": "已核"}
    assert program.post("/changes/preview", {**asked, "element": "颜色"}).status_code == 422
    assert program.post("/changes", asked).status_code == 422  # without a reason
    sent = {**asked, "reason": "与原件核对", "expected": 2}
    made = program.post("/changes", sent, Idempotency_Key="k1")
    assert made.status_code == 202 and made.json()["state"] == "promised"
    assert program.post("/changes", sent, Idempotency_Key="k1").json()["id"] == made.json()["id"]
    here.run_jobs()
    address = f"/changes/{made.json()['id']}"
    done = program.get(address).json()
    assert (done["state"], done["chosen"], done["changed"], done["number"][:1]) == ("done", 2, 2, "B")
    assert notes() == ["已核", "", "已核", ""]
    wrong = {"element": "date", "verb": "set", "value": "某日", "reason": "试", "items": [told["lines"][0]["id"]]}
    faulty = program.post("/changes", wrong).json()["id"]
    here.run_jobs()
    first = program.get(f"/changes/{faulty}/left?limit=1").json()
    assert [one["ref"] for one in first["items"]] == [CODES[0]] and first["next"] == ""
    assert first["items"][0]["faults"][0]["element"] == "date"
    listed = program.get("/changes?limit=1").json()
    assert [one["id"] for one in listed["items"]] == [faulty]
    assert program.get(f"/changes?limit=1&cursor={listed['next']}").json()["items"][0]["id"] == done["id"]
    undone = program.post(f"{address}/undo", {"reason": "做错了"})
    assert undone.status_code == 202 and undone.json()["undoes"] == done["number"]
    here.run_jobs()
    assert notes() == [""] * 4 and program.get(address).json()["state"] == "undone"
    elsewhere = make_program("write", fonds=["T001"])
    assert elsewhere.get(address).status_code == 404 and elsewhere.get("/changes").json()["items"] == []
    assert elsewhere.post("/changes/preview", {**asked, "query": ""}).json()["total"] == 0
    assert make_program("read").post("/changes/preview", asked).status_code == 403


def test_a_program_keeps_authorities(records: Here) -> None:
    here, program = records, make_program("write")
    body = {"kind": "body", "name": "县人民政府", "variants": ["县政府", "县府"], "dates": "1950-"}
    made = program.post("/authorities", body)
    assert made.status_code == 201
    kept = made.json()
    assert (kept["variants"], kept["revision"]) == (["县府", "县政府"], 1)
    assert program.post("/authorities", body).json()["code"] == "describing.authority.bad"
    assert program.post("/authorities", {**body, "kind": "ship"}).status_code == 422
    other = program.post("/authorities", {"kind": "body", "name": "县委"}).json()
    here.run_jobs()
    address = f"/authorities/{kept['id']}"
    named = program.get(f"{address}/records?limit=2").json()
    assert (named["total"], [one["ref"] for one in named["items"]]) == (3, CODES[:2])
    assert [one["ref"] for one in program.get(f"{address}/records?cursor={named['next']}").json()["items"]] == CODES[3:]
    change = {"name": "县人民政府", "variants": ["县政府"], "note": "附注", "revision": 1}
    assert program.ask("PUT", address, change).json()["revision"] == 2
    assert program.ask("PUT", address, change).status_code == 422  # somebody changed it meanwhile
    assert [one["name"] for one in program.get("/authorities?kind=body&limit=1").json()["items"]] == ["县人民政府"]
    assert program.get("/authorities?text=县政&kind=person").json()["items"] == []
    assert program.get("/authorities/suggestions?kind=body&text=县").json()["names"] == ["县人民政府", "县委"]
    merged = program.post(f"/authorities/{other['id']}/merge", {"into": kept["id"], "reason": "试"}).json()
    assert merged["variants"] == ["县委", "县政府"]
    assert program.get(f"/authorities/{other['id']}").json()["merged_into"] == kept["id"]
    assert program.post(f"/authorities/{other['id']}/split", {"reason": "两个机构"}).json()["variants"] == []
    elsewhere = make_program("write", fonds=["T001"])
    assert elsewhere.get(f"{address}/records").json() == {"total": 0, "items": [], "next": ""}
    assert elsewhere.get("/authorities").status_code == 200
    assert make_program("describing.authority.read").post("/authorities", body).status_code == 403


def test_commands_and_python_do_the_same(records: Here, tmp_path: Path) -> None:
    here, app = records, typer.Typer()
    change_commands.add_to(app)
    authority_commands.add_to(app)

    def run(*words: object, code: int = 0) -> str:
        done = CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.stdout

    def ask(*words: object, code: int = 0) -> Any:
        return json.loads(run(*words, "--json", code=code))

    told = ask("change", "run", "Note", "set", "核", "--query", "第1件", "--dry-run")
    assert (told["total"], told["lines"]) == (1, [{"ref": CODES[0], "before": "", "after": "核"}])
    assert "Records meant: 1." in run("change", "run", "附注", "set", "核", "--query", "第1件", "--dry-run")
    done = ask("change", "run", "附注", "set", "核", "--query", "第1件", "--reason", "核对")
    assert (done["state"], done["changed"], done["left_out"]) == ("done", 1, []) and notes()[0] == "核"
    wrong = ask("change", "run", "日期", "set", "某日", "--fonds", "B012", "--reason", "试", code=1)
    assert (wrong["faulty"], wrong["left_out"][3]["ref"]) == (4, CODES[3])
    assert [one["number"] for one in ask("change", "list")] == [wrong["number"], done["number"]]
    assert "can't take" not in run("change", "list", "--state", "done", "--text", "核对")
    assert CODES[2] in run("change", "show", wrong["number"])
    assert ask("change", "undo", done["number"].lower(), "--reason", "错了")["undoes"] == done["number"]
    with pytest.raises(BadOperation):
        run("change", "run", "附注", "set", "核")

    made = ask("authorities", "add", "body", "县人民政府", "--variant", "县政府", "--note", "附注")
    assert ask("authorities", "change", "县政府", "--variant", "县府", "--dates", "1950-")["note"] == "附注"
    ask("authorities", "add", "body", "县政府")
    merged = ask("authorities", "merge", "县政府", made["id"], "--reason", "试")
    assert (merged["id"], merged["variants"]) == (made["id"], ["县府", "县政府"])
    here.run_jobs()
    shown = ask("authorities", "show", "县府")
    assert (shown["total"], shown["records"][0]["ref"]) == (3, CODES[0])
    run("authorities", "export", tmp_path / "out.csv", "--kind", "body")
    assert "县人民政府" in (tmp_path / "out.csv").read_text("utf-8-sig")
    (tmp_path / "in.csv").write_text("kind,name\nperson,王明\nship,某\n", "utf-8")
    taken = ask("authorities", "take", tmp_path / "in.csv", code=1)
    assert (taken["made"], taken["left_out"][0]["row"]) == (1, 3)
    assert [one["name"] for one in ask("authorities", "list", "王")] == ["王明"]
    with pytest.raises(AuthorityNotFound):
        run("authorities", "show", "没有")

    archive = Archive(here.settings, here.operator)
    assert archive.preview_change("note", "set", "x", fonds="B012").changed == 4
    changed = archive.change_many("note", "set", "程序", query="第2件", reason="核对")
    assert (changed.changed, changed.left_out, notes()[1]) == (1, (), "程序")
    assert archive.undo_change(changed.number, reason="错了").changed == 1
    person = archive.authorities(kind="person")[0]
    saved = archive.save_authority("person", "王明", variants=["小王"], id=person.id, revision=person.revision)
    assert (saved.variants, saved.merged_into) == (("小王",), "")
    archive.save_authority("subject", "王明")
    with pytest.raises(BadAuthority):
        archive.records_naming("王明")
    assert [hit.ref for hit in archive.records_naming("县府")] == [CODES[0], CODES[1], CODES[3]]
    assert (
        archive.merge_authorities(archive.save_authority("person", "小明").id, person.id, reason="同").id == person.id
    )
