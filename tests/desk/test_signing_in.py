"""Setting up, signing in and out, accounts."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from builders.pages import faults
from builders.shelves import PASSWORD, make_user
from shicheng.people.models import Grant, User
from shicheng.people.signing.models import Gate
from shicheng.people.types import Role

FIRST = {"full_name": "陈静", "username": "chen", "password": PASSWORD, "again": PASSWORD}
pytestmark = pytest.mark.django_db


def _sign_in(client: Client, name: str = "chen", password: str = PASSWORD, **more: str) -> object:
    return client.post(reverse("people:sign_in"), {"username": name, "password": password, **more})


def test_a_new_archive_asks_for_its_first_account(client: Client) -> None:
    assert client.get(reverse("people:sign_in")).headers["Location"] == reverse("people:set_up")
    assert faults(client.get(reverse("people:set_up"))) == []


def test_setting_up_makes_an_archivist_who_is_signed_in_and_three_administrators(client: Client) -> None:
    answer = client.post(reverse("people:set_up"), FIRST)
    assert faults(answer) == []
    held = dict(Grant.objects.values_list("role", "user__username"))
    assert held == {Role.ARCHIVIST: "chen", "system_administrator": "system", "security_administrator": "security",
                    "auditor": "auditor"}  # fmt: skip
    assert all(name in answer.content.decode() for name in held.values() if name != "chen")
    assert client.get(reverse("desk:home")).status_code == 200


def test_set_up_is_closed_for_good_once_anybody_has_an_account(client: Client) -> None:
    make_user("chen", Role.READER)
    for answer in (client.get(reverse("people:set_up")), client.post(reverse("people:set_up"), FIRST)):
        assert answer.headers["Location"] == reverse("people:sign_in")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"again": "another-password-2"}, "The two passwords differ"),
        ({"password": "short", "again": "short"}, "too weak"),
    ],
)
def test_a_bad_password_is_said_beside_the_form(client: Client, changed: dict[str, str], said: str) -> None:
    answer = client.post(reverse("people:set_up"), {**FIRST, **changed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert faults(answer) == []
    assert not User.objects.exists()


def test_signing_in_leads_to_where_one_wanted_to_go(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    answer = _sign_in(client, next=reverse("ingest:transfers"))
    assert answer.headers["Location"] == reverse("ingest:transfers")


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_host(client: Client, target: str) -> None:
    make_user("chen", Role.ARCHIVIST)
    assert _sign_in(client, next=target).headers["Location"] == reverse("desk:home")


def test_a_wrong_password_does_not_tell_which_names_exist(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    wrong, unknown = _sign_in(client, password="wrong-password"), _sign_in(client, name="nobody")
    assert wrong.status_code == unknown.status_code == 422
    said = "Name and password do not match"
    assert said in wrong.content.decode()
    assert said in unknown.content.decode()


def test_after_five_failures_even_the_right_password_waits(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    for _again in range(5):
        assert _sign_in(client, password="wrong-password").status_code == 422
    answer = _sign_in(client)
    assert answer.status_code == 429
    assert "Wait 30 minutes" in answer.content.decode()


def test_failures_are_forgotten_when_one_signs_in(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    _sign_in(client, password="wrong-password")
    _sign_in(client)
    assert not Gate.objects.filter(kind="name").exists()
    assert Gate.objects.get(kind="address").failures == 1


def test_signing_out_needs_a_post_and_ends_the_session(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    _sign_in(client)
    assert client.get(reverse("people:sign_out")).status_code == 405
    assert client.get(reverse("desk:home")).status_code == 200
    client.post(reverse("people:sign_out"))
    assert client.get(reverse("desk:home")).status_code == 302


def test_one_administrator_makes_an_account_and_another_gives_it_its_role(client: Client) -> None:
    client.force_login(make_user("wang", Role.SYSTEM_ADMINISTRATOR))
    assert client.post(reverse("people:accounts"), {**FIRST, "username": "zhao"}).status_code == 302
    zhao = User.objects.get(username="zhao")
    assert not zhao.grants.exists()
    given = {"user": "zhao", "role": "archivist", "fonds": "L012", "purpose": "work"}
    assert client.post(reverse("people:grants"), given).status_code == 403
    client.force_login(make_user("zhou", Role.SECURITY_ADMINISTRATOR))
    assert client.post(reverse("people:grants"), given).status_code == 302
    assert list(zhao.grants.values_list("role", "fonds")) == [("archivist", "L012")]


def test_a_taken_name_is_refused_beside_the_form(client: Client) -> None:
    client.force_login(make_user("wang", Role.SYSTEM_ADMINISTRATOR))
    answer = client.post(reverse("people:accounts"), {**FIRST, "username": "wang", "role": "reader"})
    assert answer.status_code == 422
    assert "is taken" in answer.content.decode()


def test_nobody_switches_off_their_own_account(client: Client) -> None:
    me = make_user("wang", Role.SYSTEM_ADMINISTRATOR)
    client.force_login(me)
    assert client.post(reverse("people:switch_account", args=[me.pk]), {"active": "no"}).status_code == 400
    me.refresh_from_db()
    assert me.is_active


def test_an_archivist_may_not_manage_accounts(client: Client) -> None:
    client.force_login(make_user("chen", Role.ARCHIVIST))
    assert client.get(reverse("people:accounts")).status_code == 403
    assert client.post(reverse("people:accounts"), {**FIRST, "role": "administrator"}).status_code == 403
