"""News for other programs: signed, tried again, cut off, and never sent to where it may not go."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine

from api.conftest import Program
from shicheng.api import addresses, news, webhooks, work
from shicheng.api.addresses import find_target
from shicheng.api.configuration import Configuration
from shicheng.api.errors import WebhookNotAllowed
from shicheng.api.models import Delivery, Subscription
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events
from shicheng.jobs.errors import TryLater
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id
from shicheng.people.services import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
LOCAL = Configuration(webhook_hosts=("127.0.0.1",), webhook_private=True)


@dataclass
class Receiver:
    """A program that takes news, or does what `behave` says instead."""

    port: int = 0
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/news"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.taken.append((dict(self.headers.items()), body))
            if made.behave is not None:
                made.behave(self)
                return
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def subscribe(url: str, *wanted: str, algorithm: str = "sha256") -> Subscription:
    return webhooks.subscribe(actor=SYSTEM, url=url, wanted=wanted or ["*"], algorithm=algorithm, allowed=LOCAL)


def happen(event: str = events.ITEM_REGISTERED, **details: Any) -> int:
    with atomic():
        return audit.append(SYSTEM, event, ("item", "x"), details)


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_news_is_signed_and_sent_once(here: object, receiver: Receiver, algorithm: str) -> None:
    happen()  # before anyone asked: no news
    made = subscribe(receiver.url, "holdings.*", algorithm=algorithm)
    position = happen(ref="L012-WS·2017-0001")
    happen("jobs.job.cancelled", name="x")
    assert (news.follow(), news.follow()) == (1, 0)
    assert (news.deliver_due(LOCAL), news.deliver_due(LOCAL)) == (1, 0)
    ((headers, body),) = receiver.taken
    signed = hmac.new(made.secret.encode(), f"{headers['Shicheng-Timestamp']}.".encode() + body,
                      lambda: hashlib.new(algorithm)).hexdigest()  # fmt: skip
    assert headers["Shicheng-Signature"] == f"{algorithm}={signed}"
    told = json.loads(body)
    assert (told["position"], told["event"], told["details"]) == (
        position, "holdings.item.registered", {"ref": "L012-WS·2017-0001"},
    )  # fmt: skip
    row = Delivery.objects.get()
    assert (row.state, str(row.pk)) == ("delivered", headers["Shicheng-Delivery"])


def test_receiver_that_fails_is_tried_again_until_it_is_dead(
    here: object, receiver: Receiver, administration: Program
) -> None:
    def fail(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302 if len(receiver.taken) == 1 else 500)
        handler.send_header("Location", "http://127.0.0.1:1/elsewhere")
        handler.end_headers()

    receiver.behave = fail
    made = subscribe(receiver.url)
    happen()
    news.follow()
    now = clock.now()
    for wait in (0, *news.BACKOFF):
        now += timedelta(seconds=wait + 1)
        with time_machine.travel(now, tick=False):
            waiting = Delivery.objects.filter(state="waiting", event=events.ITEM_REGISTERED)
            waiting.exclude(pk=waiting.first().pk).delete()
            Delivery.objects.exclude(event=events.ITEM_REGISTERED).delete()
            assert news.deliver_due(LOCAL) == 0
            assert news.deliver_due(LOCAL) == 0  # not before its time
    assert len(receiver.taken) == 1 + len(news.BACKOFF)
    (dead,) = administration.get(f"/webhooks/{made.pk}/deliveries?state=dead").json()["items"]
    assert (dead["attempts"], dead["last_answer"][:3]) == (9, "500")
    receiver.behave = None
    assert administration.post(f"/webhooks/{made.pk}/deliveries/{dead['id']}/retry").json()["state"] == "waiting"
    assert news.deliver_due(LOCAL) == 1


def _hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def _drip(handler: BaseHTTPRequestHandler) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60:
        try:
            handler.wfile.write(bytes([letter]))
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


@pytest.mark.parametrize("behave", [_hang, _drip])
def test_receiver_that_hangs_is_cut(here: object, receiver: Receiver, behave: Any) -> None:
    receiver.behave = behave
    subscribe(receiver.url, events.ITEM_REGISTERED)
    happen()
    happen()
    news.follow()
    begun = time.monotonic()
    assert news.deliver_due(LOCAL, seconds=0.5) == 0
    assert time.monotonic() - begun < 2.5
    assert len(receiver.taken) == 1  # the second one was not even tried in this round
    row = Delivery.objects.get(attempts=1)
    assert (row.state, row.last_answer) == ("waiting", "no answer within 0.5 s")


def test_nobody_listens_is_noted(here: object) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    subscribe(f"http://127.0.0.1:{port}/", events.ITEM_REGISTERED)
    happen()
    news.follow()
    assert news.deliver_due(LOCAL) == 0
    assert "refused" in Delivery.objects.get().last_answer


def test_job_waits_in_its_row_while_anyone_wants_news(here: object, receiver: Receiver) -> None:
    run = Run(job_id=new_id(), actor=SYSTEM)
    assert work.send_news(run) == {"sent": 0}
    made = subscribe(receiver.url)
    with pytest.raises(TryLater):
        work.send_news(run)
    webhooks.unsubscribe(actor=SYSTEM, subscription_id=made.pk)
    assert work.send_news(run) == {"sent": 0}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("ftp://example.org/", "93.184.215.14"),
        ("file:///etc/passwd", ""),
        ("http://user:pass@example.org/", "93.184.215.14"),
        ("http://exa mple.org/", "93.184.215.14"),
        ("http://example.org:0/", "93.184.215.14"),
        ("http://example.org:99999/", "93.184.215.14"),
        ("http://elsewhere.net/", "93.184.215.14"),
        ("http://example.org.evil.net/", "93.184.215.14"),
        *[
            ("https://example.org/", one)
            for one in (
                "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
                "224.0.0.1", "::1", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
                "2002:7f00:1::", "64:ff9b::7f00:1", "::",
            )
        ],
    ],
)  # fmt: skip
def test_address_that_is_not_allowed_is_refused(monkeypatch: pytest.MonkeyPatch, url: str, found: str) -> None:
    _answer(monkeypatch, found)
    with pytest.raises(WebhookNotAllowed):
        find_target(url, Configuration(webhook_hosts=("example.org", "*.example.org")))


@pytest.mark.parametrize("found", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "fe80::1", "0.0.0.0"])
def test_cloud_secrets_are_out_of_reach_even_where_private_addresses_are_allowed(
    monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    _answer(monkeypatch, found)
    with pytest.raises(WebhookNotAllowed):
        find_target("http://example.org/", Configuration(webhook_hosts=("*",), webhook_private=True))


def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, "93.184.215.14", "127.0.0.1")
    with pytest.raises(WebhookNotAllowed):
        find_target("https://example.org/", Configuration(webhook_hosts=("*",)))


def test_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, "93.184.215.14")
    target = find_target("https://www.example.org:8443/a?b=c", Configuration(webhook_hosts=("*.example.org",)))
    assert (target.ip, target.host, target.port, target.path) == ("93.184.215.14", "www.example.org", 8443, "/a?b=c")


def test_without_the_setting_no_news_goes_anywhere(here: object, administration: Program) -> None:
    answer = administration.post("/webhooks", {"url": "https://example.org/", "events": ["*"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "api.webhook.address_not_allowed")
    assert not Subscription.objects.exists()


def test_unknown_event_is_refused(here: object, administration: Program) -> None:
    answer = administration.post("/webhooks", {"url": "https://example.org/", "events": ["ingest.transfer.eaten"]})
    assert answer.json()["code"] == "api.webhook.bad"


def _answer(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Let the name service give these addresses."""
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **kwargs: answers)
