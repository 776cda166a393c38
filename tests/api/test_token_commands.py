"""Tokens made, listed and revoked at the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from ingest.archives import Archive

PROGRAM = """
import sys, typer
from shicheng.cli import tokens
app = typer.Typer()
tokens.add_to(app)
app.callback()(lambda: None)
app(sys.argv[1:])
"""


def run(archive: Archive, *words: str, code: int = 0) -> Any:
    """Run a token command as `shicheng` does."""
    command = [sys.executable, "-c", PROGRAM, "token", *words, "--home", str(archive.home), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=archive.environment, timeout=60, check=False)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def test_token_is_made_listed_and_revoked(new: Callable[..., Archive]) -> None:
    archive = new()
    archive.init()
    made = run(archive, "create", "office system", "--scope", "read", "--fonds", "B012", "--days", "90")
    assert made["secret"].startswith("sct_")
    (listed,) = run(archive, "list")
    assert (listed["id"], listed["state"], listed["fonds"]) == (made["id"], "good", ["B012"])
    assert "secret" not in listed
    assert run(archive, "revoke", made["id"])["state"] == "revoked"
    assert "BadToken" in run(archive, "create", "x", "--scope", "everything", code=1)
    assert archive.ask("audit", "verify")["entries"] == 2
