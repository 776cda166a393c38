"""Every address of every room and every operation of the API, and every role: a table says who is let in.

An address without a row fails, and so does a row without an address. What an address asks for is read from its guard;
that the guard does what it says is tried by asking as a stranger, an archivist of a fonds and a clerk of a unit, and as
each administrator where they are let in; by everybody with `EVERY_ROLE=1`, which takes a minute. An address without a
guard is always asked by everybody. Nobody who may not see a
closed record of another unit finds a word of it anywhere, by whatever address.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from ninja.constants import NOT_SET

from builders.shelves import shelve
from ingest.fixtures import Here
from shicheng.api.house import api
from shicheng.api.rates import buckets
from shicheng.arranging.models import Batch, PoolFile, PoolItem
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings.models import Fonds
from shicheng.kernel import clock
from shicheng.people.granting import Limits, put_grant
from shicheng.people.models import User
from shicheng.people.policies import allows
from shicheng.people.services import SYSTEM
from shicheng.people.tokens import create_token
from shicheng.people.types import Actor, Role

TABLE = Path(__file__).with_name("addresses.txt")
MARK = "乙处机要"  # stands in the title and the text of the record nobody here may see
EVERY_ROLE = bool(os.environ.get("EVERY_ROLE"))
FAKE = UUID("01a204df-0000-7000-8000-000000000000")
UNIT = "BGS"
# Everybody who asks, by the short name the table has for them.
ROLES = {
    "sys": Role.SYSTEM_ADMINISTRATOR, "sec": Role.SECURITY_ADMINISTRATOR, "aud": Role.AUDITOR, "arc": Role.ARCHIVIST,
    "cat": Role.CATALOGUER, "app": Role.APPRAISER, "rev": Role.REVIEWER, "clk": Role.CLERK, "dig": Role.DIGITISER,
    "lea": Role.LEADER, "fil": Role.FILING_CLERK, "rea": Role.READER,
}  # fmt: skip
ALL = ("non", *ROLES)  # non: nobody signed in
# Whoever works with records is of another fonds, unit or year than the marked record, so that nobody may see it.
LIMITS = {
    "arc": Limits(fonds="L777"), "cat": Limits(fonds="L777"), "app": Limits(year_to=2000),
    "rev": Limits(ceiling="public"), "dig": Limits(category="KJ"), "lea": Limits(fonds="L012", unit=UNIT),
    "fil": Limits(fonds="L012", unit=UNIT),
}  # fmt: skip
# The log tells the security administrator what users did to which record.
TOLD = {("audit:log", "sec"), ("api:list_entries", "sec"), ("api:export_log", "sec")}


def names() -> dict[str, tuple[dict[str, Any], Any]]:
    """Every address outside the API, with the converters of its parts and its view."""
    found: dict[str, tuple[dict[str, Any], Any]] = {}

    def walk(resolver: URLResolver, room: str, kinds: dict[str, Any]) -> None:
        for one in resolver.url_patterns:
            more = {**kinds, **one.pattern.converters}
            if isinstance(one, URLPattern):
                found[f"{room}:{one.name}".lstrip(":")] = (more, one.callback)
            elif (inner := ":".join(filter(None, (room, one.namespace)))) != "api":
                walk(one, inner, more)

    walk(get_resolver(), "", {})
    return found


def operations() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Every operation of the API with its method, its path and what its guard asks for."""
    guards: dict[str, tuple[str, ...]] = {}
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for one in view.operations:
                guard = one.auth_param if one.auth_param is not NOT_SET else router.auth
                guards[one.operation_id or one.view_func.__name__] = tuple(guard.permissions)
    found = {}
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, one in methods.items():
            found[f"api:{one['operationId']}"] = (method.upper(), path, guards[one["operationId"]])
    return found


def table() -> dict[str, set[str]]:
    """Who is let in, by address: a line is the name and the roles, `all` for everybody."""
    rows: dict[str, set[str]] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        name, *who = line.split() or [""]
        if name and name != "#":
            rows[name] = set(ALL) if who == ["all"] else set(who)
    return rows


class Asked:
    """One prepared archive and everybody who asks."""

    def __init__(self, here: Here) -> None:
        self.record = shelve(
            "L999-WS·2017-Y-RSC-0001", f"{MARK}会议纪要", openness="未审核", secrecy="内部", fonds="L999"
        )
        shelve(f"L012-WS·2017-Y-{UNIT}-0001", "办公室的通知", openness="未审核", fonds="L012", files=[])
        shelve(
            "L012-WS·2017-Y-RSC-0002", f"{MARK}本全宗他处", openness="未审核", secrecy="内部", fonds="L012", files=[]
        )
        self.file = self.record.files.order_by("order").first()
        self.pool = _pool_of_another_unit()
        self.clients = {"non": Client(raise_request_exception=False)}
        self.secrets = {"non": ""}
        for short, role in ROLES.items():
            user = User(username=short, full_name=short)
            user.set_unusable_password()
            with atomic():
                user.save()
                put_grant(actor=SYSTEM, user=user, role=role, limits=LIMITS.get(short, Limits()))
            self.clients[short] = Client(raise_request_exception=False)
            self.clients[short].force_login(get_user_model().objects.get(pk=user.pk))
            _token, self.secrets[short] = create_token(
                actor=SYSTEM, name=short, scopes=["admin"], username=short, log=audit.append
            )
        from shicheng.search.follower import follow_once

        follow_once(here.settings.index_path)

    def values(self, name: str, kinds: dict[str, Any]) -> dict[str, Any]:
        """Values for an address: of the marked record or pool where it names one, else of nothing there is."""
        assert self.file is not None
        known: dict[str, Any] = {"item_id": self.record.pk, "file_id": self.file.pk, "page": 1}
        if name.startswith("arranging:"):
            known = self.pool
        return {name: known.get(name, _VALUES[_kind(kind)]) for name, kind in kinds.items()}

    def page(self, name: str, kinds: dict[str, Any], who: str) -> tuple[int, str]:
        answer = self.clients[who].get(reverse(name, kwargs=self.values(name, kinds)))
        to_door = answer.status_code == 302 and reverse("people:sign_in") in answer.headers["Location"]
        return (401 if to_door and name != "people:set_up" else answer.status_code), _text(answer)

    def operation(self, method: str, path: str, who: str) -> tuple[int, str]:
        buckets._buckets.clear()
        assert self.file is not None
        known: dict[str, Any] = {"key": self.record.pk, "file_id": self.file.pk, "item_id": self.record.pk}
        for part, value in {**known, **(self.pool if "/pools/" in path else {})}.items():
            path = path.replace(f"{{{part}}}", str(value))
        while "{" in path:
            path = path[: path.index("{")] + str(FAKE) + path[path.index("}") + 1 :]
        headers = {"Authorization": f"Bearer {self.secrets[who]}"} if self.secrets[who] else {}
        query = "?q=*&name=a.zip" if method == "GET" else "?name=a.zip"
        answer = self.clients["non"].generic(
            method, path + query, b"", content_type="application/json", headers=headers
        )
        return answer.status_code, _text(answer)


def _pool_of_another_unit() -> dict[str, Any]:
    """A marked item and a loose file in the pool of the fonds, of another unit; their ids as addresses name them."""
    home = Fonds.objects.get(code="L012")
    given: dict[str, Any] = {"fonds": home, "unit": "RSC", "year": 2017}
    now = clock.now()
    batch = Batch.objects.create(**given, name=f"{MARK}一批", state="here", added_by="t", added_at=now)
    item = PoolItem.objects.create(**given, title=f"{MARK}的请示", category="WS", retention="Y", formed_at=now)
    rows = [
        PoolFile(
            **given, batch=batch, path=f"{MARK}.txt", local=name, size=1, sha512="", sha256="", sm3=name, text=MARK
        )
        for name in ("a", "b")
    ]
    rows[0].item = item
    PoolFile.objects.bulk_create(rows)
    return {"item_id": item.pk, "file_id": rows[1].pk, "fonds": "L012", "year": 2017}


_VALUES: dict[str, Any] = {"uuid": FAKE, "int": 1, "str": "2026-0001", "slug": "x", "path": "x"}


def _kind(converter: object) -> str:
    kind = type(converter).__name__.removesuffix("Converter").replace("String", "str").lower()
    return kind if kind in _VALUES else "str"


def _text(answer: Any) -> str:
    if getattr(answer, "streaming", False):
        content = b"".join(answer.streaming_content)
        answer.close()
    else:
        content = answer.content
    return content.decode("utf-8", "replace")


def declared(name: str, pages: dict[str, Any], calls: dict[str, Any]) -> tuple[str, ...] | None:
    """What the guard of an address asks for; None where there is none."""
    if name in pages:
        return getattr(pages[name][1], "permissions", None)
    found: tuple[str, ...] = calls[name][2]
    return found


def let_in(permissions: tuple[str, ...]) -> set[str]:
    """The roles that have every one of some permissions."""
    actors = {who: Actor("user", who, FAKE, frozenset({role, Role.READER})) for who, role in ROLES.items()}
    return {who for who, actor in actors.items() if all(allows(actor, one) for one in permissions)}


@pytest.mark.skipif(
    os.environ.get("SHICHENG_TEST_DATABASE") == "postgresql",
    reason="guards ask no database, and what lists are narrowed to is tried on both by other tests",
)
@pytest.mark.django_db(transaction=True)
def test_every_address_lets_in_whom_the_table_names_and_tells_nobody_of_records_beyond(here: Here) -> None:
    pages, calls, rows = names(), operations(), table()
    asked = Asked(here)
    wrong: list[str] = []
    for name in sorted({*pages, *calls, *rows}):
        if name not in pages and name not in calls:
            wrong.append(f"{name} has a row in {TABLE.name}, but there is no such address")
            continue
        permissions = declared(name, pages, calls)
        seen = set(ALL) if permissions == () else let_in(permissions or ())
        let = seen & {"sys", "sec", "aud"} if seen != set(ALL) else set()
        for who in ALL if permissions is None or EVERY_ROLE else ("non", "fil", "arc", *let):
            status, text = (
                asked.page(name, pages[name][0], who) if name in pages else asked.operation(*calls[name][:2], who)
            )
            (seen.add if status not in (401, 403) else seen.discard)(who)
            if status >= 500:
                wrong.append(f"{name} breaks for {who}: {status}")
            if MARK in text and (name, who) not in TOLD:
                wrong.append(f"{name} tells {who} of a record they may not see")
        if seen != rows.get(name):
            told = " ".join(who for who in ALL if who in seen) if seen != set(ALL) else "all"
            wrong.append(f"{name} lets in: {told}, which is not what its row in {TABLE.name} says")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
