"""The pool for programs: collect, form, describe, classify, number, file; what others changed is met."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.conftest import make_program
from arranging.test_pool_to_holdings import found, write
from shicheng.arranging import collecting

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_program_arranges_a_pool(here: Here, tmp_path: Path) -> None:
    found(here)
    files = {"a/关于甲的通知.txt": "2024年1月2日", "a/附件1 名单.txt": "", "关于乙的决定.txt": "2024年3月4日"}
    collecting.collect_path(
        actor=here.operator, path=write(tmp_path / "in", files), fonds="L012", year=2024, settings=here.settings
    )
    scopes = [f"arranging.pool.{verb}" for verb in ("read", "arrange", "number", "file", "collect")]
    program = make_program(*scopes)
    base = "/pools/L012/2024"
    assert [one["loose"] for one in program.get("/pools").json()] == [3]
    [proposed] = program.get(f"{base}/proposals").json()
    assert [one["part"] for one in proposed["files"]] == ["main", "annex"] and proposed["reasons"]
    assert program.get(f"{base}/proposals?part=2").json() == [] and len(program.get(f"{base}/files").json()) == 3
    made = program.post(f"{base}/items", {"groups": [[one["file"] for one in proposed["files"]]]})
    assert made.status_code == 201 and len(made.json()[0]["files"]) == 2
    again = program.post(f"{base}/items", {"groups": [[proposed["files"][0]["file"]]]})
    assert again.status_code == 422 and again.json()["code"] == "arranging.pool.bad_selection"
    assert program.post(f"{base}/form-proposed", {"singles": True}).status_code == 201
    item = program.get(f"{base}/items").json()["items"][0]
    changed = {"values": {"author": "办公室"}, "version": item["version"]}
    assert program.ask("PATCH", f"/pools/items/{item['id']}", changed).json()["author"] == "办公室"
    stale = program.ask("PATCH", f"/pools/items/{item['id']}", changed)
    assert stale.status_code == 409 and stale.json()["code"] == "arranging.pool.changed_meanwhile"
    keys = [one["id"] for one in program.get(f"{base}/items").json()["items"]]
    given = {"items": keys, "category": "WS", "department": "BGS", "retention": "永久"}
    assert program.post(f"{base}/classify", given).json()["without_number"] == 2
    plan = program.get(f"{base}/numbers").json()
    assert [line["new"] for line in plan["lines"]] == [f"L012-WS·2024-Y-BGS-000{n}" for n in (1, 2)]
    assert program.post(f"{base}/numbers", {"mark": "x"}).status_code == 409
    assert program.post(f"{base}/numbers", {"mark": plan["mark"]}).status_code == 200
    assert program.post(f"{base}/undo").json()["ready"] == 0
    assert program.post(f"{base}/numbers", {"mark": plan["mark"]}).status_code == 200
    filed = program.post(f"{base}/filings", {})
    assert filed.status_code == 202 and [(one["items"], one["attempt"]) for one in filed.json()] == [(2, 1)]
    here.run_jobs()
    assert program.get(f"{base}/filings").json()[0]["transfer"]
    assert program.get("/pools/L999/2024/items").status_code == 404
    elsewhere = make_program(*scopes, fonds=["L999"])
    assert elsewhere.get("/pools").json() == [] and elsewhere.get(f"{base}/items").status_code == 404
    assert elsewhere.post(f"{base}/filings", {}).status_code in (403, 404)
    assert make_program("arranging.pool.read").post(f"{base}/undo").status_code == 403
