"""The operator's commands for somebody who can't get in any more; each stands in the log."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from builders.shelves import make_user
from builders.signing import add_program, is_in, sign_in
from shicheng.audit.models import Entry
from shicheng.cli import accounts
from shicheng.people.errors import BadAccount
from shicheng.people.types import Role


@pytest.mark.django_db
def test_the_operator_helps_somebody_back_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "open_archive", lambda home: None)  # that of the tests is open
    app = typer.Typer()
    accounts.add_to(app)
    app.command("other")(lambda: None)  # a program of one group alone would have no name for it

    def ask(*words: str) -> Any:
        done = CliRunner().invoke(app, ["account", *words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    make_user("chen", Role.ARCHIVIST)
    sign_in(client, "chen")
    add_program(client)
    for _again in range(5):
        sign_in(Client(), "chen", "wrong")
    assert sign_in(Client(), "chen").status_code == 429

    assert ask("open", "chen") == {"key": "chen", "opened": ["name"]}
    assert ask("open", "chen")["opened"] == []
    listed = ask("sessions", "chen")
    assert [one["username"] for one in listed] == ["chen"]
    assert ask("end-sessions", "chen")["ended"] == 1
    assert not is_in(client)
    assert ask("remove-factors", "chen")["removed"] == 1
    given = ask("reset-password", "chen")["password"]
    answer = sign_in(client, "chen", given)
    assert answer.headers["Location"] == reverse("people:must_change")
    with pytest.raises(BadAccount):
        ask("reset-password", "nobody")
    told = Entry.objects.filter(actor_name__endswith="@cli").order_by("position").values_list("event", flat=True)
    assert list(told) == [
        "people.sign_in.opened", "people.sessions.ended", "people.factor.removed", "people.password.reset",
    ]  # fmt: skip
    assert given not in "".join(Entry.objects.values_list("details_text", flat=True))
