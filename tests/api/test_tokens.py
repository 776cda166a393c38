"""Tokens: cut down to scopes and fonds, expired, revoked, never stored as they are."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from api.conftest import Program, make_program
from builders.shelves import make_user
from shicheng.audit import services as audit
from shicheng.audit.models import Entry
from shicheng.holdings.models import Item
from shicheng.kernel import clock
from shicheng.people import tokens
from shicheng.people.errors import BadToken, NotPermitted
from shicheng.people.models import ApiToken, User
from shicheng.people.services import SYSTEM, actor_for
from shicheng.people.types import Role

pytestmark = pytest.mark.django_db(transaction=True)


def test_token_beyond_its_scope_is_refused(shelf: dict[str, Item]) -> None:
    reading = make_program("read")
    assert reading.get("/items").status_code == 200
    assert len(reading.get("/items").json()["items"]) == 3
    for path, body in (("/verifications", None), ("/exports", {"form": "csv"}), ("/transfers?name=a.zip", b"x")):
        refused = reading.post(path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "people.permission.denied"), path
    assert ApiToken.objects.count() == 1


def test_single_permission_lets_only_that_be_done(shelf: dict[str, Item]) -> None:
    only = make_program("storage.store.read")
    assert only.get("/store").status_code == 200
    assert only.get("/items").json()["items"] == []
    assert only.get(f"/items/{shelf['open'].pk}").status_code == 404
    assert only.get("/transfers").status_code == 403
    assert only.get("/me").json()["permissions"] == ["storage.store.read"]


def test_writing_token_works_with_records_and_not_with_accounts(here: object) -> None:
    may = set(make_program("write").get("/me").json()["permissions"])
    assert {"ingest.transfer.accept", "holdings.item.read", "exchange.records.export"} <= may
    assert not {"people.account.manage", "people.token.manage", "api.webhook.manage"} & may


def test_token_limited_to_a_fonds_sees_that_fonds(shelf: dict[str, Item]) -> None:
    limited = make_program("read", fonds=["L999"])
    refs = {one["ref"] for one in limited.get("/items").json()["items"]}
    assert refs == {shelf["open"].reference_code, shelf["other"].reference_code}
    assert limited.get("/audit/export").status_code == 403


def test_token_of_a_person_never_does_more_than_they_may(shelf: dict[str, Item]) -> None:
    make_user("zhao", Role.ARCHIVIST, fonds="L999")
    program = make_program("admin", fonds=["L999", "L012"], username="zhao")
    assert program.get(f"/items/{shelf['closed'].pk}").status_code == 404
    assert program.get("/me").json()["fonds"] == ["L999"]
    User.objects.filter(username="zhao").update(is_active=False)
    assert program.get("/me").status_code == 401


def test_expired_and_revoked_tokens_open_nothing(here: object) -> None:
    expires = clock.now() + timedelta(days=1)
    token, secret = tokens.create_token(actor=SYSTEM, name="x", scopes=["read"], log=audit.append, expires=expires)
    program = Program(secret)
    assert program.get("/me").status_code == 200
    with time_machine.travel(expires + timedelta(seconds=1)):
        assert program.get("/me").json()["code"] == "api.token.refused"
    tokens.revoke_token(actor=SYSTEM, token_id=token.pk, log=audit.append)
    refused = program.get("/health")
    assert (refused.status_code, refused.headers["WWW-Authenticate"][:6]) == (401, "Bearer")


def test_secret_is_neither_stored_nor_logged(here: object) -> None:
    token, secret = tokens.create_token(actor=SYSTEM, name="x", scopes=["read"], log=audit.append)
    assert secret not in json.dumps({name: str(value) for name, value in vars(token).items()})
    tokens.revoke_token(actor=SYSTEM, token_id=token.pk, log=audit.append)
    logged = list(Entry.objects.filter(subject_kind="token").order_by("position"))
    assert [one.event for one in logged] == ["people.token.created", "people.token.revoked"]
    assert all(secret not in one.details_text for one in logged)


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"name": " "}, {"username": "nobody"},
              {"expires": clock.now() - timedelta(days=1)}],
)  # fmt: skip
def test_token_that_makes_no_sense_is_not_made(here: object, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        tokens.create_token(**{"actor": SYSTEM, "name": "x", "scopes": ["read"], "log": audit.append, **wrong})
    assert not ApiToken.objects.exists()


def test_only_administrators_make_and_revoke_tokens(here: object) -> None:
    archivist = actor_for(make_user("chen", Role.ARCHIVIST))
    with pytest.raises(NotPermitted):
        tokens.create_token(actor=archivist, name="x", scopes=["read"], log=audit.append)
    with pytest.raises(NotPermitted):
        tokens.revoke_token(actor=archivist, token_id=UUID(int=1), log=audit.append)
    assert list(tokens.tokens(archivist)) == []
