"""Filing units and their tables from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from shicheng.cli import schemes
from shicheng.kernel.errors import ShichengError


@pytest.mark.django_db
def test_a_table_is_taken_checked_exported_and_submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemes, "open_archive", lambda home: None)  # that of the tests is open
    app = typer.Typer()
    schemes.add_to(app)
    app.command("other")(lambda: None)  # a program of one group alone would have no name for it

    def run(*words: object, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["schemes", *map(str, words)], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.stdout

    def ask(*words: object, code: int = 0) -> Any:
        return json.loads(run(*words, "--json", code=code))

    assert {"name": "peoples-congress", "open_terms": 0}.items() <= ask("list", "--presets")[1].items()
    run("unit", "B012", "--name", "县人大常委会", "--fonds", "B012")
    with pytest.raises(ShichengError, match="no table yet"):
        run("check", "B012")
    assert ask("take", "B012", "livelihood") == {"unit": "B012", "version": 1, "rows": 12}
    assert {one["code"] for one in ask("check", "B012", code=1)} == {"no_retention", "no_date", "recalled"}
    path = tmp_path / "table.xlsx"
    run("export", "accounting", path)
    assert ask("take", "B012", path)["rows"] == 8
    run("take", "B012", tmp_path / "none.xlsx", code=2)
    assert ask("submit", "B012", "--from", "2027-01-01")["request"].startswith("Q")
    [unit] = ask("list")
    assert [(one["standing"], one["from"]) for one in unit["versions"]] == [("submitted", "2027-01-01")]
    assert "B012" in run("list") and "accounting" in run("list", "--presets")
    run("export", "B012", tmp_path / "again.xlsx", "--version", 1)
    assert (tmp_path / "again.xlsx").stat().st_size > 1000
