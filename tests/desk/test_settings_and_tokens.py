"""Settings told without their secrets, and tokens that never reach further than who makes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from builders.pages import faults
from builders.shelves import make_user
from ingest.fixtures import Here
from shicheng.audit import services as audit
from shicheng.audit.models import Entry
from shicheng.kernel.identifiers import new_id
from shicheng.people.errors import BadToken, NotPermitted
from shicheng.people.models import ApiToken
from shicheng.people.services import SYSTEM, actor_for
from shicheng.people.tokens import PREFIX, create_token, find_token, revoke_token
from shicheng.people.types import Actor, Role
from shicheng.settings import load
from shicheng.settings.describing import HIDDEN, describe_settings, write_value


def test_a_setting_is_told_with_its_value_and_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shicheng.toml").write_text('archive_name = "澜城县档案馆"\nhost = "0.0.0.0"\n', "utf-8")
    monkeypatch.setenv("SHICHENG_HOST", "127.0.0.9")
    found, problem = describe_settings(load(tmp_path, port=9000))
    told = {one.name: one for one in found}
    assert problem == ""
    assert (told["archive_name"].value, told["archive_name"].source) == ("澜城县档案馆", "file")
    assert (told["host"].value, told["host"].source) == ("127.0.0.9", "environment")
    assert (told["port"].value, told["port"].source, told["port"].default) == ("9000", "command", "8321")
    assert told["session_hours"].source == "default"
    assert [one.name for one in found if one.waiting is not None] == []


def test_what_was_changed_since_the_start_is_said_to_wait(tmp_path: Path) -> None:
    running = load(tmp_path)
    (tmp_path / "shicheng.toml").write_text("session_hours = 3\n", "utf-8")
    told = {one.name: one for one in describe_settings(running)[0]}
    assert (told["session_hours"].value, told["session_hours"].waiting) == ("10", "3")
    (tmp_path / "shicheng.toml").write_text("nonsense = 3\n", "utf-8")
    assert "nonsense" in describe_settings(running)[1]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("s3_secret_key", "very-secret", HIDDEN),
        ("s3_access_key", "AKIA", HIDDEN),
        ("database", "postgresql://shi:pass:word@db:5432/x", f"postgresql://shi:{HIDDEN}@db:5432/x"),
        ("s3_secret_key", "", ""),
        ("allowed_hosts", ["a", "b"], '["a", "b"]'),
        ("https", True, "true"),
    ],
)
def test_secrets_are_never_written(name: str, value: object, shown: str) -> None:
    assert write_value(name, value) == shown


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_of_settings_shows_every_setting(administrator: Client, language: str) -> None:
    from shicheng.settings import Settings

    administrator.cookies["shicheng_language"] = language
    answer = administrator.get(reverse("desk:settings"))
    assert faults(answer) == []
    text = answer.content.decode()
    for name in Settings.model_fields:
        assert f'id="{name}"' in text
    assert ("端口" in text) == (language == "zh-hans")


def test_only_administrators_see_settings(limited: Client) -> None:
    assert limited.get(reverse("desk:settings")).status_code == 403


def _secret_in(text: str) -> str:
    found = re.search(rf"{PREFIX}[A-Za-z0-9_-]+", text)
    return found[0] if found else ""


@pytest.mark.django_db
def test_an_archivist_makes_and_revokes_a_token_of_their_own() -> None:
    user = make_user("chen-t", Role.ARCHIVIST)
    client = Client()
    client.force_login(user)
    answer = client.post(reverse("desk:tokens"), {"name": "脚本", "scope": "read", "days": "30"})
    assert answer.status_code == 200
    assert faults(answer) == []
    assert "no-store" in answer.headers["Cache-Control"]
    secret = _secret_in(answer.content.decode())
    token = find_token(secret)
    assert token is not None
    assert (token.user_id, token.name) == (user.pk, "脚本")
    page = client.get(reverse("desk:tokens")).content.decode()
    assert "脚本" in page
    assert _secret_in(page) == ""
    assert secret not in "".join(Entry.objects.values_list("details_text", flat=True))
    client.post(reverse("desk:revoke_token", args=[token.pk]))
    assert find_token(secret) is None
    events = list(Entry.objects.order_by("position").values_list("event", flat=True))
    assert events[-2:] == ["people.token.created", "people.token.revoked"]


@pytest.mark.django_db
def test_nobody_revokes_or_sees_anothers_token_without_leave() -> None:
    token, secret = create_token(actor=SYSTEM, name="另一个", scopes=["read"], log=audit.append)
    client = Client()
    client.force_login(make_user("chen-u", Role.ARCHIVIST))
    assert "另一个" not in client.get(reverse("desk:tokens")).content.decode()
    assert client.post(reverse("desk:revoke_token", args=[token.pk])).status_code == 403
    assert find_token(secret) is not None
    archivist = actor_for(make_user("chen-v", Role.ARCHIVIST))
    with pytest.raises(NotPermitted):
        create_token(actor=archivist, name="x", scopes=["read"], log=audit.append)
    with pytest.raises(NotPermitted):
        revoke_token(actor=archivist, token_id=token.pk, log=audit.append)


@pytest.mark.django_db
def test_an_administrator_reaches_no_records_through_a_token() -> None:
    user = make_user("wang-t", Role.SYSTEM_ADMINISTRATOR)
    make_user("liu-t", Role.ARCHIVIST)
    actor = actor_for(user)
    for scopes, username in ((["read"], ""), (["write"], ""), (["holdings.item.read"], ""), (["read"], "liu-t")):
        with pytest.raises(BadToken):
            create_token(actor=actor, name="x", scopes=scopes, username=username, log=audit.append)
    made, _secret = create_token(actor=actor, name="x", scopes=["jobs.job.read"], log=audit.append)
    assert made.user_id is None
    client = Client()
    client.force_login(user)
    answer = client.post(reverse("desk:tokens"), {"name": "y", "scope": "read", "acts_as": "program", "days": "30"})
    assert answer.status_code == 422
    assert faults(answer) == []
    revoke_token(actor=actor, token_id=made.pk, log=audit.append)
    assert ApiToken.objects.get().revoked is not None


@pytest.mark.django_db
def test_a_person_of_one_fonds_makes_no_program_for_all() -> None:
    # No account holds both roles; what a token may reach does not lean on that.
    roles = frozenset({Role.ARCHIVIST, Role.SYSTEM_ADMINISTRATOR, Role.READER})
    both = Actor("user", "zhao", new_id(), roles, frozenset({"L999"}))
    with pytest.raises(BadToken):
        create_token(actor=both, name="x", scopes=["read"], log=audit.append)
    made, _secret = create_token(actor=both, name="x", scopes=["read"], fonds=["L999"], log=audit.append)
    assert made.fonds == ["L999"]


def test_the_navigation_marks_one_place(archivist: Client, administrator: Client, here: Here) -> None:
    for name in (
        "desk:home",
        "desk:tokens",
        "desk:settings",
        "cataloguing:imports",
        "people:duties",
        "people:accounts",
    ):
        client = administrator if name in ("desk:settings", "people:accounts") else archivist
        assert client.get(reverse(name)).content.decode().count('aria-current="page"') == 1, name
