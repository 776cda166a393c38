"""Business systems from the command line, and pushing as one of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import typer
from django.test import Client
from typer.testing import CliRunner

from collecting.parcels import FILES, described, found
from shicheng.api.rates import buckets
from shicheng.cli import collecting
from shicheng.collecting import client
from shicheng.collecting.models import Push

if TYPE_CHECKING:
    from ingest.fixtures import Here


def through_the_door(address: str, headers: dict[str, str], body: Iterable[bytes], length: int) -> tuple[int, bytes]:
    """Send to the archive in this process."""
    parts = urlsplit(address)
    sent = b"".join(body)
    assert len(sent) == length
    kind = headers["Content-Type"]
    answer = Client().generic("POST", f"{parts.path}?{parts.query}", sent, content_type=kind, headers=headers)
    return answer.status_code, answer.content


@pytest.mark.skipif(
    os.environ.get("SHICHENG_TEST_DATABASE") == "postgresql",
    reason="commands ask the database for nothing that is not tried on both by other tests",
)
@pytest.mark.django_db(transaction=True)
def test_a_system_is_written_down_admitted_and_pushes_a_folder(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buckets._buckets.clear()
    for name in ("open_archive", "prepare"):
        monkeypatch.setattr(collecting, name, lambda home: here.settings)
    monkeypatch.setattr(client, "_send", through_the_door)
    app = typer.Typer()
    collecting.add_to(app)
    found(here)

    def run(*words: object, code: int = 0) -> str:
        done = CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.stdout

    def ask(*words: object, code: int = 0) -> Any:
        return json.loads(run(*words, "--json", code=code))

    assert "No business system" in run("system", "list")
    given = ("--name", "办公自动化", "--unit", "BGS", "--sends", "发文=3", "--sends", "便函=-")
    made = ask("system", "write", "OA", *given)
    assert (made["state"], made["kinds"][1]) == ("trying", {"name": "便函", "row": "-"})
    assert ask("system", "state", "OA", "admit")["state"] == "in_service" and "OA" in run("system", "list")
    secret = ask("system", "token", "OA", "--days", 5)["secret"]
    for number, kind in ((1, "发文"), (2, "便函")):
        folder = tmp_path / f"doc{number}"
        folder.mkdir()
        told = described(f"OA-{number}", kind=kind)
        for file in told["files"]:
            (folder / file["name"]).write_bytes(FILES[file["part"]])
            del file["size"], file["digest"]
        (folder / "metadata.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    to = ("--to", "http://archive", "--token", secret)
    tried = ask("push", tmp_path / "doc1", *to, "--trial")
    assert tried[0]["receipt"]["trial"] and Push.objects.count() == 0
    first, second = ask("push", tmp_path, *to, code=1)
    assert first["receipt"]["number"] == Push.objects.get().number and second["errors"][0]["pointer"] == "/kind"
    said = run("push", tmp_path, *to, code=1)
    assert f"receipt {first['receipt']['number']}" in said and "outside of the filing scope" in said
    [listed] = ask("system", "list")
    assert (listed["documents"], listed["unit"]) == ({"received": 1}, "BGS")
    monkeypatch.setattr(client, "_send", lambda *_args: (0, b"{}"))
    monkeypatch.setattr(client, "TRIES", 1)
    assert run("push", tmp_path / "doc1", *to, code=3).startswith("✗")
