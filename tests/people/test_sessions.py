"""Sessions: listed, ended one by one or all, by oneself or by who manages accounts, and by time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.urls import reverse

from builders.pages import faults
from builders.shelves import PASSWORD, make_user
from builders.signing import is_in, sign_in
from shicheng.audit.models import Entry
from shicheng.kernel import clock
from shicheng.people.signing.models import Session
from shicheng.people.signing.sessions import address_of, device_of
from shicheng.people.types import Role

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "Lancheng-archive-2"


def browsers(count: int, name: str = "chen") -> list[Client]:
    found = [Client(headers={"User-Agent": FIREFOX}) for _one in range(count)]
    for browser in found:
        assert sign_in(browser, name).status_code == 302
    return found


def row_of(browser: Client) -> Session:
    from shicheng.people.signing.store import digest_of

    return Session.objects.get(pk=digest_of(browser.cookies["sessionid"].value))


@pytest.mark.django_db
def test_sessions_are_listed_and_end_at_the_next_request() -> None:
    make_user("chen", Role.ARCHIVIST)
    make_user("liu", Role.ARCHIVIST)
    first, second, third = browsers(3)
    (stranger,) = browsers(1, "liu")
    page = first.get(reverse("people:me"))
    assert faults(page) == []
    text = page.content.decode()
    assert text.count("Firefox, Linux") >= 3
    assert text.count("127.0.0.1") >= 3
    for browser in (first, second, third):  # the database can't be used to be anybody
        key = browser.cookies["sessionid"].value
        assert not Session.objects.filter(pk=key).exists()
        assert key not in text

    address = reverse("people:end_session", args=[row_of(second).pk])
    assert stranger.post(address).status_code == 400  # nobody else's business
    assert is_in(second)
    assert first.post(address).headers["Location"] == reverse("people:me")
    assert not is_in(second)
    assert second.get(reverse("people:me")).headers["Location"].startswith(reverse("people:sign_in"))
    assert first.post(reverse("people:end_others")).status_code == 302
    assert [is_in(one) for one in (first, third, stranger)] == [True, False, True]
    ended = Entry.objects.filter(event="people.sessions.ended").order_by("position")
    assert [one.actor_name for one in ended] == ["chen 某", "chen 某"]


@pytest.mark.django_db
def test_who_manages_accounts_ends_sessions_of_others() -> None:
    chen = make_user("chen", Role.ARCHIVIST)
    make_user("wang", Role.SYSTEM_ADMINISTRATOR)
    first, second = browsers(2)
    (keeper,) = browsers(1, "wang")
    page = keeper.get(reverse("people:signing"))
    assert faults(page) == []
    assert "chen 某" in page.content.decode()
    page = keeper.get(reverse("people:account_signing", args=[chen.pk]))
    assert faults(page) == []
    answer = keeper.post(reverse("people:end_session", args=[row_of(first).pk]))
    assert answer.headers["Location"] == reverse("people:signing")
    assert [is_in(first), is_in(second)] == [False, True]
    assert first.post(reverse("people:end_all_sessions", args=[chen.pk])).status_code == 302  # to the sign-in page
    assert second.post(reverse("people:end_all_sessions", args=[chen.pk])).status_code == 403
    keeper.post(reverse("people:end_all_sessions", args=[chen.pk]))
    assert not is_in(second)
    assert is_in(keeper)


@pytest.mark.django_db
def test_a_changed_password_ends_the_others() -> None:
    make_user("chen", Role.ARCHIVIST)
    first, second = browsers(2)
    address = reverse("people:change_password")
    assert first.post(address, {"old": "wrong", "password": NEW, "again": NEW}).status_code == 422
    assert is_in(second)
    assert first.post(address, {"old": PASSWORD, "password": NEW, "again": NEW}).status_code == 302
    assert [is_in(first), is_in(second)] == [True, False]
    page = first.post(address, {"old": NEW, "password": PASSWORD, "again": PASSWORD})  # one of the last
    assert page.status_code == 422
    assert faults(page) == []


@pytest.mark.django_db
def test_a_session_ends_by_time_unless_somebody_uses_it() -> None:
    make_user("chen", Role.ARCHIVIST)
    with time_machine.travel(clock.now()) as time:
        used, idle, polling = browsers(3)
        for _again in range(3):
            time.shift(timedelta(minutes=20))
            assert is_in(used)
            polling.get(reverse("people:me"), headers={"HX-Poll": "true"})
        assert not is_in(idle)
        assert not is_in(polling)  # a page left open is not somebody at work
        for _again in range(26):
            time.shift(timedelta(minutes=20))
            assert is_in(used)
        time.shift(timedelta(minutes=21))  # ten hours in all
        assert not is_in(used)
        browsers(1)
        assert Session.objects.filter(user__isnull=False).count() == 1  # what has ended is taken away


@pytest.mark.parametrize(
    ("trusted", "passed", "found"),
    [
        ([], "9.9.9.9", "127.0.0.1"),
        (["127.0.0.1"], "9.9.9.9", "9.9.9.9"),
        (["127.0.0.1"], "1.1.1.1, 9.9.9.9", "9.9.9.9"),
        (["127.0.0.0/8", "9.0.0.0/8"], "1.1.1.1, 9.9.9.9", "1.1.1.1"),
        (["127.0.0.1"], "nonsense", "127.0.0.1"),
        (["127.0.0.1"], "", "127.0.0.1"),
        (["127.0.0.1"], "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_proxies_that_are_trusted_say_where_a_request_comes_from(
    trusted: list[str], passed: str, found: str
) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": passed})
    assert address_of(request, trusted) == found


def test_a_device_is_named_as_far_as_it_says_itself() -> None:
    assert device_of(Session(device=FIREFOX)) == "Firefox, Linux"
    assert device_of(Session(device="curl/8")) == "curl/8"
    assert device_of(Session(device="")) == "–"
