"""The way in: what closes it, what a password must be, second factors, recovery, and what the log says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from builders.pages import faults
from builders.shelves import PASSWORD, make_user
from builders.signing import (
    SoftKey,
    add_program,
    change_settings,
    code_now,
    is_in,
    post_json,
    secret_on,
    sign_in,
)
from shicheng.audit.models import Entry
from shicheng.kernel import clock
from shicheng.people.models import User
from shicheng.people.signing import passwords
from shicheng.people.signing.models import Factor, Gate, PasswordState, RecoveryCode
from shicheng.people.signing.passwords import KindsValidator
from shicheng.people.types import Role
from shicheng.settings import Settings, current
from shicheng.settings.types import RoleName

OTHER = "Lancheng-archive-2"


def events() -> list[str]:
    return list(Entry.objects.order_by("position").values_list("event", flat=True))


@pytest.mark.parametrize(
    ("password", "enough"),
    [
        ("lancheng-archive-1", True), ("Lanchengarchive1", True), ("lanchengarchive1", False), ("LANCHENG", False),
        ("海内存知己天涯若比邻", True), ("海海海海海海海海海海", False), ("lancheng中中中1", True),
    ],
)  # fmt: skip
def test_a_password_needs_several_kinds_of_signs(password: str, enough: bool) -> None:
    if enough:
        KindsValidator(3).validate(password)
    else:
        with pytest.raises(ValidationError):
            KindsValidator(3).validate(password)


def test_every_password_that_is_made_here_keeps_the_rules() -> None:
    for _again in range(50):
        made = passwords.make_password()
        KindsValidator(4).validate(made)
        assert len(made) >= 20


@pytest.mark.django_db
def test_failures_close_a_name_whether_or_not_it_exists(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    wang = make_user("wang", Role.SYSTEM_ADMINISTRATOR)
    with time_machine.travel(clock.now()) as time:
        said = {}
        for name in ("chen", "nobody"):
            assert [sign_in(client, name, "wrong").status_code for _again in range(6)] == [422] * 5 + [429]
            said[name] = sign_in(client, name).content.decode().replace(name, "X")
        assert _sheet(said["chen"]) == _sheet(said["nobody"])
        assert Gate.objects.filter(kind="name", closed_until__gt=clock.now()).count() == 2
        # By its time ...
        time.shift(timedelta(minutes=31))
        assert sign_in(client, "chen").status_code == 302
        assert events()[-3:] == ["people.session.refused", "people.sign_in.opened", "people.session.begun"] or (
            events()[-2:] == ["people.sign_in.opened", "people.session.begun"]
        )
        # ... or by who manages accounts, and by nobody else.
        for _again in range(5):
            sign_in(Client(), "chen", "wrong")
        assert sign_in(Client(), "chen").status_code == 429
        assert client.post(reverse("people:open_gate"), {"kind": "name", "key": "chen"}).status_code == 403
        keeper = Client()
        keeper.force_login(wang)
        page = keeper.get(reverse("people:signing"))
        assert faults(page) == []
        assert "chen" in page.content.decode()
        keeper.post(reverse("people:open_gate"), {"kind": "name", "key": "chen"})
        assert events()[-1] == "people.sign_in.opened"
        assert sign_in(Client(), "chen").status_code == 302
    assert events().count("people.sign_in.closed") == 3


@pytest.mark.django_db
def test_failures_close_an_address_for_every_name(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    for number in range(20):
        assert sign_in(client, f"guess{number}", "wrong").status_code == 422
    assert sign_in(client, "chen").status_code == 429
    assert client.post(
        reverse("people:sign_in"), {"username": "chen", "password": PASSWORD}, REMOTE_ADDR="10.1.2.3"
    ).status_code == 302  # fmt: skip
    assert PASSWORD not in "".join(Entry.objects.values_list("details_text", flat=True))


@pytest.mark.django_db
def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("chen", Role.ARCHIVIST)
    work: list[str] = []
    encode, decode = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a, **k: work.append("hash") or encode(*a, **k))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a, **k: work.append("hash") or decode(*a, **k))
    done = []
    for name in ("chen", "nobody"):
        work.clear()
        sign_in(client, name, "wrong-password")
        done.append(len(work))
    assert done[0] == done[1] > 0


@pytest.mark.django_db
def test_a_password_that_another_knows_must_be_changed_first(client: Client) -> None:
    chen, wang = make_user("chen", Role.ARCHIVIST), make_user("wang", Role.SYSTEM_ADMINISTRATOR)
    keeper = Client()
    keeper.force_login(wang)
    assert sign_in(client, "chen").status_code == 302
    page = keeper.post(reverse("people:reset_password", args=[chen.pk]))
    assert faults(page) == []
    given = page.content.decode().split('data-copy="')[1].split('"')[0]
    assert not is_in(client)  # every session ended
    assert sign_in(client, "chen").status_code == 422
    answer = sign_in(client, "chen", given, next=reverse("people:me"))
    assert answer.headers["Location"] == reverse("people:must_change")
    assert not is_in(client)
    assert faults(client.get(reverse("people:must_change"))) == []
    for refused in (PASSWORD, given, "short-1A"):  # the one before, the present one, too short
        answer = client.post(reverse("people:must_change"), {"password": refused, "again": refused})
        assert answer.status_code == 422
    answer = client.post(reverse("people:must_change"), {"password": OTHER, "again": OTHER})
    assert answer.headers["Location"] == reverse("people:me")
    assert is_in(client)
    assert events()[-2:] == ["people.password.changed", "people.session.begun"]
    assert keeper.post(reverse("people:reset_password", args=[wang.pk])).status_code == 400  # not one's own
    # Nor another administrator's, or one person would be two of the three.
    auditor = make_user("sun", Role.AUDITOR)
    page = keeper.get(reverse("people:account_signing", args=[auditor.pk]))
    assert faults(page) == []
    assert reverse("people:reset_password", args=[auditor.pk]) not in page.content.decode()
    for name in ("reset_password", "remove_all_factors"):
        assert keeper.post(reverse(f"people:{name}", args=[auditor.pk])).status_code == 403


def test_settings_know_every_role_and_no_other() -> None:
    assert set(get_args(RoleName)) == {role.value for role in Role}
    with pytest.raises(ValueError, match="second_factor_roles"):
        Settings(home=current().home, second_factor_roles=["administrators"])  # type: ignore[list-item]


@pytest.mark.django_db
def test_who_only_reads_is_led_to_the_portal(client: Client) -> None:
    make_user("duan", Role.READER)
    assert sign_in(client, "duan").headers["Location"] == reverse("access:home")


@pytest.mark.django_db
def test_an_old_password_must_be_changed(client: Client) -> None:
    chen = make_user("chen", Role.ARCHIVIST)
    PasswordState.objects.filter(user=chen).update(changed=clock.now() - timedelta(days=89))
    assert sign_in(client, "chen").headers["Location"] == reverse("desk:home")
    PasswordState.objects.filter(user=chen).update(changed=clock.now() - timedelta(days=90))
    assert sign_in(Client(), "chen").headers["Location"] == reverse("people:must_change")


@pytest.mark.django_db
def test_codes_of_a_program_let_in_once_and_recovery_codes_too(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    sign_in(client, "chen")
    assert faults(client.get(reverse("people:add_program"))) == []
    wrong = {"name": "x", "code": "000000", "old": PASSWORD}
    assert client.post(reverse("people:add_program"), {**wrong, "old": "wrong"}).status_code == 422
    secret, codes = add_program(client)
    assert len(set(codes)) == 10
    kept = Factor.objects.get()
    assert secret.replace(" ", "") not in kept.secret
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()
    assert faults(client.get(reverse("people:me"))) == []

    other = Client()
    assert sign_in(other, "chen").headers["Location"] == reverse("people:factor")
    assert not is_in(other)
    assert faults(other.get(reverse("people:factor"))) == []
    code = code_now(secret)
    assert other.post(reverse("people:factor"), {"code": "000000"}).status_code in (422,)
    assert other.post(reverse("people:factor"), {"code": code}).headers["Location"] == reverse("desk:home")
    assert is_in(other)
    again = Client()
    sign_in(again, "chen")
    assert again.post(reverse("people:factor"), {"code": code}).status_code == 422  # used before
    assert again.post(reverse("people:factor"), {"code": codes[0].upper()}).status_code == 302
    assert is_in(again)
    third = Client()
    sign_in(third, "chen")
    assert third.post(reverse("people:factor"), {"code": codes[0]}).status_code == 422
    assert "people.recovery_codes.used" in events()

    # Taking it away needs the password; the codes go with the last factor.
    address = reverse("people:remove_factor", args=[kept.pk])
    assert client.post(address, {"old": "wrong"}).status_code == 422
    assert client.post(address, {"old": PASSWORD}).status_code == 302
    assert not RecoveryCode.objects.exists()
    assert sign_in(Client(), "chen").headers["Location"] == reverse("desk:home")


@pytest.mark.django_db
def test_the_right_password_does_not_forget_wrong_codes(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    sign_in(client, "chen")
    secret, _codes = add_program(client)
    statuses = []
    for _again in range(3):  # the password again and again, as one who knows it would to guess codes
        guesser = Client()
        if sign_in(guesser, "chen").status_code == 429:
            break
        statuses += [guesser.post(reverse("people:factor"), {"code": "000000"}).status_code for _two in range(2)]
    assert statuses.count(422) == 5
    assert sign_in(Client(), "chen").status_code == 429
    assert code_now(secret) != "000000"


@pytest.mark.django_db
def test_a_role_that_asks_for_a_second_factor_gets_nobody_in_without(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("wang", Role.SYSTEM_ADMINISTRATOR)
    make_user("chen", Role.ARCHIVIST)
    change_settings(monkeypatch, second_factor_roles=["system_administrator"])
    assert sign_in(Client(), "chen").headers["Location"] == reverse("desk:home")
    assert sign_in(client, "wang").headers["Location"] == reverse("people:enrol")
    assert not is_in(client)
    page = client.get(reverse("people:enrol"))
    assert faults(page) == []
    answer = client.post(reverse("people:enrol"), {"name": "电话", "code": code_now(secret_on(page))})
    assert answer.headers["Location"] == reverse("people:codes")
    assert not is_in(client)
    codes = client.get(reverse("people:codes"))
    assert faults(codes) == []
    assert client.get(reverse("people:codes")).status_code == 302  # shown once
    assert client.post(reverse("people:go_on")).headers["Location"] == reverse("desk:home")
    assert is_in(client)


@pytest.mark.django_db
def test_a_security_key_lets_in_and_its_copy_does_not(client: Client) -> None:
    make_user("chen", Role.ARCHIVIST)
    sign_in(client, "chen")
    key, given = SoftKey(), {"name": "钥匙", "old": PASSWORD}
    assert client.post(reverse("people:ask_new_key"), {**given, "old": "wrong"}).status_code == 422
    assert post_json(client, "people:add_key", {}).status_code == 422  # nothing was asked
    options = client.post(reverse("people:ask_new_key"), given).json()
    elsewhere = SoftKey("http://evil.example").make(options)
    assert post_json(client, "people:add_key", elsewhere).status_code == 422
    options = client.post(reverse("people:ask_new_key"), given).json()
    answer = post_json(client, "people:add_key", key.make(options))
    assert answer.json()["next"] == reverse("people:codes")

    def attempt(used: SoftKey, *, stale: bool = False) -> int:
        browser = Client()
        assert sign_in(browser, "chen").headers["Location"] == reverse("people:factor")
        asked = browser.post(reverse("people:ask_key")).json()
        if stale:
            asked = browser.post(reverse("people:ask_key")).json() and asked
        status: int = post_json(browser, "people:sign_by_key", used.sign(asked)).status_code
        if status == 200:
            assert browser.get(reverse("people:go_on")).headers["Location"] == reverse("desk:home")
            assert is_in(browser)
        else:
            assert not is_in(browser)
        return status

    assert attempt(key) == 200
    assert attempt(key, stale=True) == 422  # an answer to another question
    stranger = SoftKey()
    stranger.identity = key.identity
    assert attempt(stranger) == 422  # another secret under the same name
    assert attempt(key) == 200
    key.count -= 2
    assert attempt(key) == 422  # its count went back, as a copy's would
    assert Client().post(reverse("people:ask_key")).status_code == 403  # nobody on the way in


@pytest.mark.django_db
def test_an_account_switched_off_on_the_way_in_stays_out(client: Client) -> None:
    chen = make_user("chen", Role.ARCHIVIST)
    sign_in(client, "chen")
    secret, _codes = add_program(client)
    late = Client()
    sign_in(late, "chen")
    User.objects.filter(pk=chen.pk).update(is_active=False)
    answer = late.post(reverse("people:factor"), {"code": code_now(secret)})
    assert answer.headers["Location"] == reverse("people:sign_in")
    assert not is_in(late)
    assert not is_in(client)
    with time_machine.travel(clock.now()) as time:
        User.objects.filter(pk=chen.pk).update(is_active=True)
        sign_in(late, "chen")
        time.shift(timedelta(minutes=11))  # too long on the way
        assert late.post(reverse("people:factor"), {"code": code_now(secret)}).status_code == 302
        assert not is_in(late)


def _sheet(page: str) -> str:
    return page.split('role="alert"')[1].split("</form>")[0]
