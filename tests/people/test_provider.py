"""Signing in by a provider: a real server on this machine, real tokens, and every lie it could tell."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from builders.pages import faults
from builders.provider import Provider, serve_provider
from builders.shelves import PASSWORD, make_user
from builders.signing import change_settings, is_in, sign_in
from shicheng.audit.models import Entry
from shicheng.cli.diagnosis_of_sign_in import look
from shicheng.people.models import Grant, User
from shicheng.people.signing import provider as client_side
from shicheng.people.signing.models import OutsideIdentity
from shicheng.people.types import Role
from shicheng.settings import Settings, current

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with serve_provider() as provider:
        yield provider


@pytest.fixture
def provider(server: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The provider telling the truth, and the archive told of it."""
    server.claims, server.document, server.kid, server.algorithm = {}, {}, "k1", "RS256"
    server.published = [("k1", server.key.public_key())]
    client_side.forget_known()
    change_settings(
        monkeypatch, oidc_issuer=server.issuer, oidc_client_id="shicheng", oidc_client_secret="s/ecret",
        oidc_name="统一认证",
    )  # fmt: skip
    return server


def leave(browser: Client, **query: str) -> str:
    answer = browser.get(reverse("people:provider"), query)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def come_back(browser: Client, query: dict[str, str]) -> Any:
    return browser.get(reverse("people:provider_back"), query)


def test_somebody_links_their_account_and_signs_in_by_subject(provider: Provider, client: Client) -> None:
    chen = make_user("chen", Role.ARCHIVIST)
    page = client.get(reverse("people:sign_in"))
    assert "统一认证" in page.content.decode()
    assert faults(page) == []
    stranger = come_back(client, provider.authorise(leave(client), "u-7", username="chen"))
    assert stranger.status_code == 403  # the same name at the provider is nobody's here
    assert faults(stranger) == []
    assert User.objects.count() == 1

    sign_in(client, "chen")
    assert client.post(reverse("people:begin_link"), {"old": "wrong"}).headers["Location"] == reverse("people:me")
    assert faults(client.post(reverse("people:begin_link"), {"old": PASSWORD})) == []
    answer = come_back(client, provider.authorise(leave(client, link=""), "u-7"))
    assert answer.headers["Location"] == reverse("people:me")
    assert faults(client.get(reverse("people:me"))) == []

    browser = Client()
    address = leave(browser, next=reverse("ingest:transfers"))
    answer = come_back(browser, provider.authorise(address, "u-7", username="someone-else"))
    assert answer.headers["Location"] == reverse("ingest:transfers")
    assert is_in(browser)
    events = list(Entry.objects.order_by("position").values_list("event", flat=True))
    assert events[-2:] == ["people.identity.linked", "people.session.begun"]

    liu = make_user("liu", Role.ARCHIVIST)  # what is linked is nobody else's
    other = Client()
    sign_in(other, "liu")
    other.post(reverse("people:begin_link"), {"old": PASSWORD})
    assert come_back(other, provider.authorise(leave(other, link=""), "u-7")).status_code == 400
    assert OutsideIdentity.objects.get().user_id == chen.pk != liu.pk

    User.objects.filter(pk=chen.pk).update(is_active=False)
    assert come_back(Client(), {"state": "x", "code": "y"}).status_code == 403
    out = Client()
    assert come_back(out, provider.authorise(leave(out), "u-7")).status_code == 403
    assert not is_in(out)


def test_an_account_is_made_only_where_the_setting_says_so_and_never_with_a_role(
    provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("zhao", Role.ARCHIVIST)
    change_settings(monkeypatch, oidc_create=True)
    answer = come_back(client, provider.authorise(leave(client), "u-8", username="zhao"))
    assert answer.status_code == 302
    made = User.objects.get(username="zhao-2")
    assert not Grant.objects.filter(user=made).exists()
    assert not made.has_usable_password()
    assert client.get(reverse("desk:home")).status_code == 403
    again = Client()
    come_back(again, provider.authorise(leave(again), "u-8", username="renamed"))
    assert User.objects.count() == 2


def test_a_state_counts_once_and_in_its_own_browser_only(provider: Provider, client: Client) -> None:
    chen = make_user("chen", Role.ARCHIVIST)
    OutsideIdentity.objects.create(user=chen, issuer=provider.issuer, subject="u-7")
    back = provider.authorise(leave(client), "u-7")
    thief = Client()
    assert come_back(thief, back).status_code == 403
    assert not is_in(thief)
    assert come_back(client, {**back, "iss": "https://evil.example"}).status_code == 403
    assert come_back(client, back).status_code == 403  # used up by the lie before
    back = provider.authorise(leave(client), "u-7")
    assert come_back(client, back).status_code == 302
    assert come_back(client, back).status_code == 403
    denied = leave(client)
    state = provider.authorise(denied, "u-7")["state"]
    assert come_back(client, {"state": state, "error": "access_denied"}).status_code == 403
    fresh = provider.authorise(leave(client), "u-7")
    assert come_back(client, {**fresh, "code": "another"}).status_code == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"aud": "another-program"}},
        {"claims": {"aud": ["shicheng", "another"], "azp": "another"}},
        {"claims": {"aud": ["shicheng", "another"]}},
        {"claims": {"exp": 1_600_000_000}},
        {"claims": {"exp": None}},
        {"claims": {"iat": 4_000_000_000, "exp": 4_000_000_300}},
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"algorithm": "HS256"},
        {"algorithm": "none"},
        {"kid": "unknown"},
        {"published": "another key"},
        {"document": {"issuer": "https://evil.example"}},
        {"document": {"token_endpoint": "http://evil.example/token"}},
    ],
    ids=str,
)
def test_a_token_that_can_t_be_believed_lets_nobody_in(provider: Provider, client: Client, lie: dict[str, Any]) -> None:
    chen = make_user("chen", Role.ARCHIVIST)
    OutsideIdentity.objects.create(user=chen, issuer=provider.issuer, subject="u-7")
    back = provider.authorise(leave(client), "u-7")
    if lie.get("published"):
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        provider.published = [("k1", other.public_key())]
    else:
        for name, value in lie.items():
            setattr(provider, name, value)
    client_side.forget_known()
    assert come_back(client, back).status_code == 403
    assert not is_in(client)


def test_new_keys_of_the_provider_are_taken_up(provider: Provider, client: Client) -> None:
    chen = make_user("chen", Role.ARCHIVIST)
    OutsideIdentity.objects.create(user=chen, issuer=provider.issuer, subject="u-7")
    back = provider.authorise(leave(client), "u-7")
    provider.kid, provider.published = "k2", [("k2", provider.key.public_key())]
    _age_what_is_known()
    assert come_back(client, back).status_code == 302
    provider.asked.clear()
    browser = Client()
    provider.kid = "forged"
    assert come_back(browser, provider.authorise(leave(browser), "u-7")).status_code == 403
    assert provider.asked.count("/keys") == 0  # not asked again within seconds


def test_a_provider_that_is_away_is_said_to_be(
    provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("chen", Role.ARCHIVIST)
    change_settings(monkeypatch, oidc_issuer="http://127.0.0.1:9")
    answer = client.get(reverse("people:provider"))
    assert answer.status_code == 503
    assert faults(answer) == []
    assert [(one.name, one.level) for one in look(current())] == [("provider", "error")]
    change_settings(monkeypatch, oidc_issuer=provider.issuer, host="0.0.0.0")
    assert [(one.name, one.level) for one in look(current())] == [("https", "warning"), ("provider", "ok")]
    change_settings(monkeypatch, oidc_issuer="")
    assert client.get(reverse("people:provider")).status_code == 404


def test_the_second_factor_is_asked_for_unless_the_provider_asks(
    provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    wang = make_user("wang", Role.SYSTEM_ADMINISTRATOR)
    OutsideIdentity.objects.create(user=wang, issuer=provider.issuer, subject="u-9")
    change_settings(monkeypatch, second_factor_roles=["system_administrator"])
    answer = come_back(client, provider.authorise(leave(client), "u-9"))
    assert answer.headers["Location"] == reverse("people:enrol")
    assert not is_in(client)
    change_settings(monkeypatch, oidc_second_factor=True)
    answer = come_back(client, provider.authorise(leave(client), "u-9"))
    assert answer.headers["Location"] == reverse("desk:home")


@pytest.mark.parametrize("address", ["http://login.example", "ftp://login.example", "login.example", "https://"])
def test_a_provider_without_https_is_refused_by_the_settings(address: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Settings(home=current().home, oidc_issuer=address)


def _age_what_is_known() -> None:
    for issuer, (_at, document, keys) in list(client_side._known.items()):
        client_side._known[issuer] = (time.monotonic() - 60, document, keys)
