"""Renditions that take long: made by a job, kept in the cache, made anew when they were lost.

The original in the store is never touched. What could not be made says why, and is tried again a day later.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shicheng.base.db import atomic
from shicheng.formats import converters
from shicheng.holdings import cache, children, rendering
from shicheng.holdings.errors import CannotShow
from shicheng.holdings.models import File
from shicheng.jobs import selectors as jobs
from shicheng.jobs.services import enqueue
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.services import SYSTEM
from shicheng.settings.types import Settings

MOST_WAITING = 200  # renditions; whoever turns all pages of an archive must not fill its queue
_TRY_AGAIN_SECONDS = 86_400.0


class Kind(StrEnum):
    """What can be made of a file."""

    OFFICE = "office"  # PDF of an office document
    FILM = "film"  # MP4 of a film browsers can't play
    VOICE = "voice"  # MP4 with sound alone
    WAVE = "wave"  # how loud a recording is over time
    FRAMES = "frames"  # pictures from along a film
    TILES = "tiles"  # a large picture for looking into


class State(StrEnum):
    """How far a rendition is."""

    READY = "ready"
    MAKING = "making"
    FAILED = "failed"
    MISSING = "missing"  # the program that would make it is not installed
    BUSY = "busy"  # too many wait already


_ENDINGS = {
    Kind.OFFICE: rendering.OFFICE,
    Kind.FILM: "film.mp4",
    Kind.VOICE: "voice.mp4",
    Kind.WAVE: "wave.json",
    Kind.FRAMES: "frames.zip",
    Kind.TILES: "tiles.zip",
}


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rendition of one file, and what to say of it while there is none."""

    kind: Kind
    state: State
    path: Path | None = None
    message: Message | None = None

    @property
    def is_ready(self) -> bool:
        """Tell whether it can be used."""
        return self.state is State.READY


def want(one: File, kind: Kind, settings: Settings, *, page: int = 1) -> Rendition:
    """Return a rendition if it is there; otherwise see to it that a job makes it, and tell how far that is."""
    target = _target(one, kind, page, settings)
    if cache.is_there(target):
        return Rendition(kind, State.READY, target)
    missing = missing_program(kind)
    if missing is not None:
        return Rendition(kind, State.MISSING, message=missing)
    key = f"rendition:{one.sha512[:48]}:{kind}:{page}"
    if jobs.is_unfinished(key):
        return Rendition(kind, State.MAKING, message=_("It is being prepared; this takes a moment."))
    failed = _failure(target)
    if failed is not None:
        return Rendition(kind, State.FAILED, message=failed)
    if jobs.waiting("holdings.make_rendition") >= MOST_WAITING:
        return Rendition(
            kind, State.BUSY, message=_("Many files are being prepared at this moment; come back to this one later.")
        )
    from shicheng.holdings.work import make_rendition  # the job calls this module

    with atomic():
        enqueue(make_rendition, actor=SYSTEM, unique_key=key, priority=1, file_id=str(one.pk), kind=kind, page=page)
    return Rendition(kind, State.MAKING, message=_("It is being prepared; this takes a moment."))


def missing_program(kind: Kind) -> Message | None:
    """Say what has to be installed on the server before this kind can be made, None if nothing is missing."""
    if kind is Kind.OFFICE and converters.find_office() is None:
        return _("This archive's server has no LibreOffice, so the pages of office documents are not drawn here.")
    if kind in (Kind.FILM, Kind.VOICE) and converters.find_ffmpeg() is None:
        return _("This archive's server has no FFmpeg, so recordings in this format are not played here.")
    return None


def make(one: File, kind: Kind, settings: Settings, *, page: int = 1, watch: Callable[[], None]) -> bool:
    """Make a rendition; False if it was there. Safe twice: it appears as a whole or not at all.

    Raises `CannotShow`; the reason is kept, so that nobody tries again at once.
    """
    target = _target(one, kind, page, settings)
    if cache.is_there(target):
        return False
    cache.folder(settings).mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(cache.folder(settings)).free < settings.free_bytes:
        raise CannotShow(_("The server's disk is too full to prepare the file."), hint=children.download())
    # Written first: if this very process is killed over the file, page after page must not try again.
    note = target.with_name(target.name + cache.FAILED)
    _write_note(note, _("The file %(name)s can't be shown here.", name=one.name))
    try:
        with cache.writing(target) as part, rendering.local(one, settings) as path:
            _MAKERS[kind](one, path, part, page, settings, watch)
    except CannotShow as error:
        _write_note(note, error.message)
        raise
    except BaseException:  # cancelled, handed back, a full disk: no fault of the file
        note.unlink(missing_ok=True)
        raise
    note.unlink(missing_ok=True)
    return True


def _make_office(one: File, path: Path, part: Path, page: int, settings: Settings, watch: Callable[[], None]) -> None:
    program = converters.find_office()
    if program is None:
        raise CannotShow(_("LibreOffice is not installed."))
    with tempfile.TemporaryDirectory(dir=cache.scratch(settings)) as name:
        folder = Path(name)
        source = folder / f"document{Path(one.name).suffix.lower()[:8] or '.bin'}"
        shutil.copyfile(path, source)
        command = converters.office_command(program, source, folder)
        _launch(command, one, settings, watch)
        made = source.with_suffix(".pdf")
        if not made.exists():
            raise CannotShow(
                _("LibreOffice could not read the document %(name)s.", name=one.name), hint=children.download()
            )
        made.replace(part)


def _make_film(one: File, path: Path, part: Path, page: int, settings: Settings, watch: Callable[[], None]) -> None:
    program = converters.find_ffmpeg()
    if program is None:
        raise CannotShow(_("FFmpeg is not installed."))
    _launch(converters.film_command(program, path, part), one, settings, watch)


def _make_voice(one: File, path: Path, part: Path, page: int, settings: Settings, watch: Callable[[], None]) -> None:
    program = converters.find_ffmpeg()
    if program is None:
        raise CannotShow(_("FFmpeg is not installed."))
    _launch(converters.sound_command(program, path, part), one, settings, watch)


def _launch(command: list[str], one: File, settings: Settings, watch: Callable[[], None]) -> None:
    children.launch(
        command, one.name, seconds=settings.rendition_seconds, memory=settings.inspect_memory,
        most_bytes=settings.cache_bytes, watch=watch,
    )  # fmt: skip


def _drawn(kind: str) -> Callable[[File, Path, Path, int, Settings, Callable[[], None]], None]:
    def make_drawn(one: File, path: Path, part: Path, page: int, settings: Settings, watch: Callable[[], None]) -> None:
        task = {
            "kind": kind, "path": str(path), "out": str(part), "page": page, "mime": one.mime,
            "memory": settings.inspect_memory, "scratch": str(cache.scratch(settings)),
        }  # fmt: skip
        children.draw(task, one.name, seconds=settings.rendition_seconds, watch=watch)

    return make_drawn


_MAKERS = {
    Kind.OFFICE: _make_office,
    Kind.FILM: _make_film,
    Kind.VOICE: _make_voice,
    Kind.WAVE: _drawn("sound"),
    Kind.FRAMES: _drawn("frames"),
    Kind.TILES: _drawn("tiles"),
}


def _target(one: File, kind: Kind, page: int, settings: Settings) -> Path:
    name = f"{page}-{_ENDINGS[kind]}" if kind is Kind.TILES else _ENDINGS[kind]
    return cache.place(one.sha512, name, settings)


def _failure(target: Path) -> Message | None:
    note = target.with_name(target.name + cache.FAILED)
    try:
        if time.time() - note.stat().st_mtime > _TRY_AGAIN_SECONDS:
            return None
        return Message.from_json(json.loads(note.read_bytes()))
    except (FileNotFoundError, ValueError):
        return None


def _write_note(note: Path, message: Message) -> None:
    with cache.writing(note) as part:
        part.write_text(json.dumps(message.to_json()), "utf-8")
