"""Programs with tokens, and an archive with two open records and one closed one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from builders.shelves import make_user, shelve
from ingest.fixtures import Here
from shicheng.api.rates import buckets
from shicheng.audit import services as audit
from shicheng.people.services import SYSTEM
from shicheng.people.tokens import create_token
from shicheng.people.types import Role

BASE = "/api/v1"


@dataclass
class Program:
    """A caller of the API with its token, or without one."""

    secret: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask for something; bytes are sent as they are, anything else as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            named.setdefault("Authorization", f"Bearer {self.secret}")
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Client().generic(method, BASE + path, sent, content_type=kind, headers=named)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)


def make_program(*scopes: str, fonds: list[str] | None = None, username: str = "") -> Program:
    """A program with a new token."""
    _token, secret = create_token(
        actor=SYSTEM, name="a program", scopes=scopes, log=audit.append, fonds=fonds, username=username
    )
    return Program(secret)


@pytest.fixture(autouse=True)
def _full_buckets() -> Iterator[None]:
    """No test is slowed by the requests of another."""
    buckets._buckets.clear()
    yield
    buckets._buckets.clear()


@pytest.fixture
def stranger() -> Program:
    """Nobody known."""
    return Program()


@pytest.fixture
def program(here: Here) -> Program:
    """A program that may do everything with records."""
    return make_program("write")


@pytest.fixture
def watcher(here: Here) -> Program:
    """A program that reads in the log what users do."""
    return make_program("audit.log.read", "audit.users.read", "audit.log.export", "audit.chain.prove")


@pytest.fixture
def administration(here: Here) -> Program:
    """A program that administers the system."""
    return make_program("admin")


@pytest.fixture
def people(here: Here) -> dict[str, Program]:
    """Everyone the table of permissions tells apart."""
    make_user("reader", Role.READER)
    make_user("limited", Role.ARCHIVIST, fonds="L999")
    make_user("archivist", Role.ARCHIVIST)
    make_user("administrator", Role.SYSTEM_ADMINISTRATOR)
    names = ("reader", "limited", "archivist", "administrator")
    return {"stranger": Program(), **{name: make_program("admin", username=name) for name in names}}


@pytest.fixture
def shelf(here: Here) -> dict[str, Any]:
    """An open record of L012 and closed ones of L012 and L999."""
    return {
        "open": shelve("L012-WS·2017-Y-FGW-0001", "养犬管理条例"),
        "closed": shelve("L012-WS·2017-Y-FGW-0002", "关于预算的决定", openness="未审核"),
        "other": shelve("L999-WS·2017-Y-FGW-0001", "别的全宗", openness="未审核", fonds="L999"),
    }


@pytest.fixture
def batch(tmp_path: Path) -> Callable[..., bytes]:
    """Makes batches as zip files."""
    from builders.batches import make_batch

    def make(count: int = 3, fault: bool = False, **options: Any) -> bytes:
        import io
        import zipfile

        made = make_batch(count, **options)
        if fault:
            made.item(1).files[0].digest = "0" * 64
        folder = made.write(tmp_path / f"batch-{count}-{fault}")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, str(path.relative_to(folder.parent)))
        return stream.getvalue()

    return make
