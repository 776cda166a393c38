"""Pages of files as pictures: drawn once in a child process, kept in the cache under the digest of the file."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shicheng.holdings import cache, children
from shicheng.holdings.errors import CannotShow
from shicheng.holdings.models import File
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.settings.types import Settings
from shicheng.storage.services import open_store

WIDTHS = (240, 480, 960, 1440, 1920)
SECONDS = 30.0  # a person waits for a page no longer
OFFICE = "office.pdf"  # name in the cache of an office document as PDF
_AT_ONCE = threading.BoundedSemaphore(2)  # children of this web server drawing at the same time
OFD_MIMES = frozenset({"application/ofd", "application/x-ofd", "application/vnd.ofd"})


def page_png(one: File, page: int, width: int, settings: Settings) -> Path:
    """Return the picture of a page of a PDF, an image or an office document; raises `CannotShow`."""
    wide = next((known for known in WIDTHS if known >= width), WIDTHS[-1])
    task = {"kind": "png", "page": page, "width": wide, "mime": one.mime}
    return _cached(one, f"{page}-{wide}.png", task, settings)


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
    if office_pdf(one, settings) is None:
        if one.pages:
            return one.pages
        if is_ofd(one):
            return 1
    return int(json.loads(_cached(one, "count.json", {"kind": "count", "mime": one.mime}, settings).read_bytes()))


def is_ofd(one: File) -> bool:
    """Tell whether a file is a document in the national fixed-layout format (GB/T 33190)."""
    return one.mime in OFD_MIMES or one.name.lower().endswith(".ofd")


def office_pdf(one: File, settings: Settings) -> Path | None:
    """Where the PDF lies that was made of an office document, None if there is none."""
    path = cache.place(one.sha512, OFFICE, settings)
    return path if path.exists() else None


def overlay(one: File, over: Path, place: tuple[float, float], target: Path, settings: Settings) -> None:
    """Write a copy of a PDF, or of the PDF made of an office document, with a small page on its first one.

    `place` is the share of the free width and the millimetres from the top; raises `CannotShow`.
    """
    derived = office_pdf(one, settings)
    with local(one, settings) if derived is None else _as_is(derived) as path:
        task = {
            "kind": "overlay", "path": str(path), "out": str(target), "over": str(over), "place": list(place),
            "memory": settings.inspect_memory, "scratch": str(cache.scratch(settings)),
        }  # fmt: skip
        children.draw(task, one.name, seconds=SECONDS)


def _cached(one: File, name: str, task: dict[str, Any], settings: Settings) -> Path:
    target = cache.place(one.sha512, name, settings)
    if cache.is_there(target):
        return target
    derived = office_pdf(one, settings)
    if derived is not None:
        task = {**task, "mime": "application/pdf"}
    seconds = min(SECONDS, settings.inspect_seconds)
    if not _AT_ONCE.acquire(timeout=seconds):
        raise CannotShow(
            _("Too many pages are being drawn at this moment."), hint=_("Wait a moment, then load the page again.")
        )
    try:
        with cache.writing(target) as part, local(one, settings) if derived is None else _as_is(derived) as path:
            whole = {
                **task, "path": str(path), "out": str(part), "memory": settings.inspect_memory,
                "scratch": str(cache.scratch(settings)),
            }  # fmt: skip
            children.draw(whole, one.name, seconds=seconds)
    finally:
        _AT_ONCE.release()
    return target


@contextmanager
def _as_is(path: Path) -> Iterator[Path]:
    yield path


@contextmanager
def local(one: File, settings: Settings) -> Iterator[Path]:
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
