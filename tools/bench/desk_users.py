"""People at the desk: each opens a page, reads a while, opens the next. Measures what they wait for."""

from __future__ import annotations

import http.cookiejar
import json
import os
import random
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.measuring import SHICHENG, BenchFailed, run

PASSWORD = "Lan-Cheng-1534-archive!"  # of an account that lives as long as the bench
_START = 60  # seconds
_READING = 1.0  # seconds between two pages of one person, on average
_HREF = re.compile(r'href="(/desk/holdings/items/[0-9a-f-]{36})"')


@dataclass(slots=True)
class Waits:
    """Milliseconds waited for each kind of page, and what went wrong."""

    by_kind: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def p95(self, kind: str) -> float:
        """What 95 of 100 pages of a kind took at most, in milliseconds."""
        ordered = sorted(self.by_kind[kind])
        return ordered[max(0, -(-95 * len(ordered) // 100) - 1)]


@dataclass(frozen=True, slots=True)
class Desk:
    """A served archive."""

    address: str
    account: str

    def person(self) -> urllib.request.OpenerDirector:
        """Somebody signed in."""
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        opener.addheaders = [("Accept-Language", "en"), ("Referer", self.address)]
        page = f"{self.address}/people/sign-in"
        opener.open(page, timeout=60).read()
        token = next(cookie.value for cookie in jar if "csrf" in cookie.name)
        form = {"username": self.account, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/desk/"}
        answer = opener.open(page, urllib.parse.urlencode(form).encode(), timeout=60)
        if "sign-in" in answer.geturl():
            raise BenchFailed(f"Nobody could sign in: {answer.geturl()}")
        return opener


@contextmanager
def served(home: Path) -> Iterator[Desk]:
    """Serve an archive as an operator would, with an archivist's account."""
    account = f"bench-{os.urandom(3).hex()}"
    add = [SHICHENG, "add-user", account, "--role", "archivist", "--password-file", "-", "--home", home]
    run(add, text=PASSWORD)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SHICHENG_", "DJANGO_"))}
    command = [str(SHICHENG), "serve", "--port", str(port), "--home", str(home)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _START
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                if time.monotonic() > until or server.poll() is not None:
                    raise BenchFailed("The server does not start.") from None
                time.sleep(0.2)
        yield Desk(f"http://127.0.0.1:{port}", account)
    finally:
        server.terminate()
        server.wait(60)


def browse(desk: Desk, *, people: int, seconds: float, words: Sequence[str]) -> Waits:
    """Let so many people browse for so long: the table of items, a search, a record, in turn."""
    openers = [desk.person() for _number in range(people)]
    for opener in openers[:2]:  # warm
        _visit(desk, opener, random.Random(0), words, Waits(), {}, pause=0, rounds=2)
    waits, until = Waits(), time.monotonic() + seconds
    lock = threading.Lock()

    def person(number: int) -> None:
        own = Waits()
        _rest(random.Random(number), _READING)  # nobody begins at the same moment
        _visit(desk, openers[number], random.Random(number), words, own, {}, pause=_READING, until=until)
        with lock:
            waits.errors += own.errors
            for kind, times in own.by_kind.items():
                waits.by_kind.setdefault(kind, []).extend(times)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def _visit(
    desk: Desk, opener: urllib.request.OpenerDirector, choice: random.Random, words: Sequence[str], waits: Waits,
    seen: dict[str, None], *, pause: float, until: float | None = None, rounds: int = 0,
) -> None:  # fmt: skip
    done = 0
    while (until is not None and time.monotonic() < until) or done < rounds:
        order = choice.choice(("code", "-date", "title", "-year"))
        table = _open(
            desk, opener, "item table", f"/desk/holdings/?order={order}&year={choice.randint(2004, 2023)}", waits
        )
        seen.update(dict.fromkeys(_HREF.findall(table)))
        _rest(choice, pause)
        word = urllib.parse.quote(choice.choice(words))
        found = _open(desk, opener, "search page", f"/desk/search/?q={word}&sort=-date", waits)
        seen.update(dict.fromkeys(_HREF.findall(found)))
        _rest(choice, pause)
        if seen:
            _open(desk, opener, "item page", choice.choice(list(seen)), waits)
            _rest(choice, pause)
        done += 1


def _rest(choice: random.Random, pause: float) -> None:
    if pause:
        time.sleep(choice.expovariate(1 / pause))


def _open(desk: Desk, opener: urllib.request.OpenerDirector, kind: str, address: str, waits: Waits) -> str:
    began = time.perf_counter()
    try:
        with opener.open(desk.address + address, timeout=120) as answer:
            page: str = answer.read().decode()
            if "sign-in" in answer.geturl():
                raise BenchFailed("Somebody was signed out.")
    except (OSError, urllib.error.HTTPError) as error:
        waits.errors.append(f"{kind} {address}: {error}")
        return ""
    waits.by_kind.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
    return page


def prepare_words(home: Path, count: int) -> list[str]:
    """Words that stand in titles of the archive."""
    found = json.loads(run([SHICHENG, "find", "*", "--home", home, "--json", "--limit", "200"]).output)
    choice = random.Random(7)
    words = []
    for one in found["hits"]:
        title = str(one["title"])
        start = choice.randrange(max(1, len(title) - 4))
        words.append(title[start : start + choice.choice((2, 3, 4))])
    return words[:count] or ["通知"]
