"""Pages of files as pictures: drawn once in a child process, kept in the cache under the digest of the file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import shicheng
from shicheng.holdings.drawing import COULD_NOT
from shicheng.holdings.models import File
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.settings.types import Settings
from shicheng.storage.services import open_store

WIDTHS = (240, 480, 960, 1440, 1920)
SECONDS = 30.0  # a person waits for a page no longer
_AT_ONCE = threading.BoundedSemaphore(2)  # children of this web server drawing at the same time
OFD_MIMES = frozenset({"application/ofd", "application/x-ofd", "application/vnd.ofd"})


class CannotShow(ShichengError):
    """A page of a file can't be shown; the file itself can still be downloaded."""

    code = "holdings.file.cannot_show"
    http_status = 422


def page_png(one: File, page: int, width: int, settings: Settings) -> Path:
    """Return the picture of a page of a PDF or an image; raises `CannotShow`."""
    wide = next((known for known in WIDTHS if known >= width), WIDTHS[-1])
    return _cached(one, f"{page}-{wide}.png", {"kind": "png", "page": page, "width": wide, "mime": one.mime}, settings)


def page_svg(one: File, page: int, settings: Settings) -> Path:
    """Return a page of an OFD as SVG; raises `CannotShow`."""
    return _cached(one, f"{page}.svg", {"kind": "svg", "page": page}, settings)


def seals(one: File, settings: Settings) -> list[dict[str, Any]]:
    """Return what the signatures and seals in an OFD come to; raises `CannotShow`."""
    found: list[dict[str, Any]] = json.loads(_cached(one, "seals.json", {"kind": "seals"}, settings).read_bytes())
    for seal in found:
        seal["message"] = Message.from_json(seal["message"]) if seal["message"] else None
    return found


def pages(one: File, settings: Settings) -> int:
    """Return the number of pages, counted when the file came in or else now."""
    if one.pages:
        return one.pages
    if is_ofd(one):
        return 1
    return int(json.loads(_cached(one, "count.json", {"kind": "count", "mime": one.mime}, settings).read_bytes()))


def is_ofd(one: File) -> bool:
    """Tell whether a file is a document in the national fixed-layout format (GB/T 33190)."""
    return one.mime in OFD_MIMES or one.name.lower().endswith(".ofd")


def _cached(one: File, name: str, task: dict[str, Any], settings: Settings) -> Path:
    folder = settings.cache_path / "renditions" / one.sha512[:2]
    target = folder / f"{one.sha512}-{name}"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{new_id()}.part"
    try:
        with _local(one, settings) as path:
            _draw({**task, "path": str(path), "out": str(part), "memory": settings.inspect_memory}, one, settings)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _draw(task: dict[str, Any], one: File, settings: Settings) -> None:
    seconds = min(SECONDS, settings.inspect_seconds)
    root = str(Path(shicheng.__file__).resolve().parent.parent)
    environment = {**os.environ, "PYTHONPATH": root}
    if not _AT_ONCE.acquire(timeout=seconds):
        raise CannotShow(
            _("Too many pages are being drawn at this moment."), hint=_("Wait a moment, then load the page again.")
        )
    try:
        # -P keeps the current folder out of the import path. A fresh child for each page: it can't harm the next.
        done = subprocess.run(
            [sys.executable, "-P", "-m", "shicheng.holdings.drawing", json.dumps({**task, "parent": os.getpid()})],
            capture_output=True, timeout=seconds, env=environment, cwd="/", check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise CannotShow(
            _("Drawing a page of %(name)s took longer than %(seconds)s seconds.", name=one.name, seconds=int(seconds)),
            hint=_("Download the file and open it with a program of your own."),
        ) from None
    finally:
        _AT_ONCE.release()
    if done.returncode == 0:
        return
    if done.returncode == COULD_NOT:
        told = json.loads(done.stdout)
        raise CannotShow(
            Message.from_json(told["message"]), hint=Message.from_json(told["hint"]) if told["hint"] else _download()
        )
    raise CannotShow(_("The file %(name)s can't be shown here.", name=one.name), hint=_download())


def _download() -> Message:
    return _("Download the file and open it with a program of your own.")


@contextmanager
def _local(one: File, settings: Settings) -> Iterator[Path]:
    """Give the file's bytes as a file of this machine; from a distant store they are fetched first."""
    store = open_store(settings)
    path = store.local_path(one.item.object_id, one.logical_path)
    if path is not None:
        yield path
        return
    fetched = settings.cache_path / f".{new_id()}.fetched"
    try:
        with store.open(one.item.object_id, one.logical_path) as source, fetched.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        yield fetched
    finally:
        fetched.unlink(missing_ok=True)
