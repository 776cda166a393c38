"""What `shicheng doctor` looks at."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shicheng.formats.converters import find_ffmpeg, find_office
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes
from shicheng.settings import Settings

NETWORK_DISKS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "9p",
    "glusterfs",
    "ceph",
    "fuse.glusterfs",
    "afs",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at: how it is and, if it isn't well, what to do."""

    name: str
    level: str  # "ok", "warning", "error"
    message: Message
    advice: Message | None = None

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.name,
            "level": self.level,
            "message": str(self.message),
            "advice": str(self.advice) if self.advice else None,
        }


def diagnose(settings: Settings) -> list[Diagnosis]:
    """Look at everything the archive needs on this machine."""
    found: list[Diagnosis] = []
    for look in (
        _python,
        _crypto,
        _archive,
        _disk,
        _network_disk,
        _clock,
        _database,
        _store,
        _move,
        _index,
        _fonts,
        _scanner,
        _office,
        _ffmpeg,
        _sign_in,
    ):
        found.extend(look(settings))
    return found


def _python(settings: Settings) -> Iterator[Diagnosis]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Diagnosis("python", "ok", _("Python %(version)s", version=version))


def _crypto(settings: Settings) -> Iterator[Diagnosis]:
    from shicheng.kernel import sm2

    if "sm3" in hashlib.algorithms_available:
        yield Diagnosis("sm3", "ok", _("The SM3 digest is there."))
    else:
        yield Diagnosis(
            "sm3",
            "error",
            _("This Python has no SM3 digest, so nothing can be taken in or verified."),
            _("Use a Python built against OpenSSL 1.1.1 or later with SM3 enabled."),
        )
    if sm2.available():
        yield Diagnosis("sm2", "ok", _("SM2 signatures are there."))
    else:
        yield Diagnosis(
            "sm2",
            "error",
            _("OpenSSL's libcrypto with SM2 was not found: audit heads can't be signed."),
            _("Install libssl3 (Debian: apt-get install libssl3)."),
        )


def _archive(settings: Settings) -> Iterator[Diagnosis]:
    if not settings.settings_path.exists():
        yield Diagnosis(
            "archive",
            "error",
            _("There is no archive in %(home)s.", home=settings.home),
            _("Make one with: shicheng init --home %(home)s", home=settings.home),
        )
        return
    yield Diagnosis("archive", "ok", _("Archive %(name)s in %(home)s", name=settings.archive_name, home=settings.home))
    for path in (settings.home, settings.staging_path, settings.index_path, settings.cache_path, settings.keys_path):
        if path.exists() and not os.access(path, os.W_OK):
            yield Diagnosis(
                "permissions",
                "error",
                _("The folder %(path)s can't be written to.", path=path),
                _("Give the account that runs Shicheng the right to write there."),
            )
    mode = settings.keys_path.stat().st_mode & 0o077 if settings.keys_path.exists() else 0
    if mode:
        yield Diagnosis(
            "keys",
            "warning",
            _("Others on this machine can read the keys in %(path)s.", path=settings.keys_path),
            _("chmod 700 %(path)s", path=settings.keys_path),
        )


def _disk(settings: Settings) -> Iterator[Diagnosis]:
    for name, path in {"home": settings.home, "store": settings.store_path}.items():
        if name == "store" and settings.store.startswith("s3://"):
            continue
        place = path
        while not place.exists():
            place = place.parent
        usage = shutil.disk_usage(place)
        if usage.free < settings.free_bytes:
            yield Diagnosis(
                f"disk.{name}",
                "error",
                _(
                    "Only %(free)s are free for %(path)s; intake stops below %(least)s.",
                    free=format_bytes(usage.free),
                    path=path,
                    least=format_bytes(settings.free_bytes),
                ),
                _("Free some space or move the archive to a larger disk."),
            )
        elif usage.free < usage.total * 0.05:
            yield Diagnosis(
                f"disk.{name}",
                "warning",
                _(
                    "Less than a twentieth of the disk is free for %(path)s: %(free)s.",
                    free=format_bytes(usage.free),
                    path=path,
                ),
                _("Plan a larger disk."),
            )
        else:
            yield Diagnosis(
                f"disk.{name}", "ok", _("%(free)s are free for %(path)s.", free=format_bytes(usage.free), path=path)
            )


def _network_disk(settings: Settings) -> Iterator[Diagnosis]:
    if settings.database:
        return
    kind = _file_system(settings.home)
    if kind in NETWORK_DISKS:
        yield Diagnosis(
            "wal",
            "error",
            _("The database lies on a network disk (%(kind)s), where SQLite's log can damage it.", kind=kind),
            _("Put the archive's folder on a local disk, or use PostgreSQL (setting database)."),
        )
    else:
        yield Diagnosis("wal", "ok", _("The archive's folder is on a local file system (%(kind)s).", kind=kind or "?"))


def _file_system(path: Path) -> str:
    """The kind of file system a path is on, from the longest mount point above it."""
    target = str(path if path.exists() else path.parent)
    best, kind = "", ""
    try:
        for line in Path("/proc/mounts").read_text("utf-8").splitlines():
            _device, place, type_, *_rest = line.split()
            place = place.replace("\\040", " ")
            if (target == place or target.startswith(place.rstrip("/") + "/")) and len(place) >= len(best):
                best, kind = place, type_
    except OSError:
        return ""
    return kind


def _clock(settings: Settings) -> Iterator[Diagnosis]:
    built = Path(__file__).stat().st_mtime
    if time.time() < built - 86400:
        yield Diagnosis(
            "clock",
            "error",
            _("The clock is wrong: it shows a time before this program was installed."),
            _("Set the clock, for example by NTP; every date in the archive would be false."),
        )
        return
    try:
        answer = subprocess.run(
            ["timedatectl", "show", "-p", "NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        answer = ""
    if answer == "yes":
        yield Diagnosis("clock", "ok", _("The clock is kept by a time server."))
    else:
        yield Diagnosis(
            "clock",
            "warning",
            _("Nothing says that the clock is kept by a time server."),
            _("Let systemd-timesyncd or chrony keep it: dates of receipt are evidence."),
        )


def _database(settings: Settings) -> Iterator[Diagnosis]:
    from django.db import DatabaseError, connection

    if not settings.database:
        yield Diagnosis("sqlite", "ok", _("SQLite %(version)s", version=sqlite3.sqlite_version))
        if not settings.database_path.exists():
            return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not settings.database:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA journal_mode")
                mode = str(cursor.fetchone()[0])
            if mode.lower() != "wal":
                yield Diagnosis(
                    "wal.mode",
                    "error",
                    _("The database is not in WAL mode but in %(mode)s.", mode=mode),
                    _("Put the archive's folder on a file system with shared memory (a local disk)."),
                )
                return
        yield Diagnosis("database", "ok", _("The database answers."))
    except DatabaseError as error:
        yield Diagnosis(
            "database",
            "error",
            _("The database does not answer: %(reason)s", reason=error),
            _("Start it, or correct the setting database."),
        )


def _store(settings: Settings) -> Iterator[Diagnosis]:
    if not settings.settings_path.exists():
        return
    from shicheng.storage.services import open_store

    try:
        store = open_store(settings)
        next(iter(store.iter_objects()), None)
        yield Diagnosis("store", "ok", _("The store answers: %(address)s", address=store.address))
    except ShichengError as error:
        yield Diagnosis("store", "error", error.message, error.hint)


def _move(settings: Settings) -> Iterator[Diagnosis]:
    from shicheng.storage.moving import unfinished_goal

    goal = unfinished_goal(settings)
    if goal is not None:
        yield Diagnosis(
            "move",
            "warning",
            _("A move to %(database)s and %(store)s was begun and is not finished.", database=goal[0], store=goal[1]),
            _("Start the same “shicheng move” again; or give it up by removing %(folder)s.", folder=goal[2]),
        )


def _index(settings: Settings) -> Iterator[Diagnosis]:
    if not settings.settings_path.exists():
        return
    from shicheng.search.selectors import health

    found = health(settings.index_path)
    if found.is_well:
        yield Diagnosis("index", "ok", found.message)
    else:
        yield Diagnosis(
            "index",
            "warning",
            found.message,
            _("A worker makes it anew by itself; at once: shicheng reindex --home %(home)s", home=settings.home),
        )


def _fonts(settings: Settings) -> Iterator[Diagnosis]:
    try:
        fonts = subprocess.run(
            ["fc-list", ":lang=zh", "family"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        fonts = ""
    if "Noto Serif CJK" in fonts or "Noto Sans CJK" in fonts or "Source Han" in fonts:
        yield Diagnosis("fonts", "ok", _("Chinese type for forms is there."))
    else:
        yield Diagnosis(
            "fonts",
            "warning",
            _("No Chinese type was found: printed forms would show boxes."),
            _("Install it (Debian: apt-get install fonts-noto-cjk)."),
        )


def _scanner(settings: Settings) -> Iterator[Diagnosis]:
    from shicheng.checks.scanner import find_scanner

    scanner = find_scanner(settings.scanner)
    if scanner is None:
        yield Diagnosis(
            "scanner",
            "warning",
            _("No virus scanner answers: checks for viruses will say “not checked”."),
            _("Install clamav-daemon with current signatures, or name its socket in the setting scanner."),
        )
    else:
        yield Diagnosis("scanner", "ok", _("A virus scanner answers."))


def _office(settings: Settings) -> Iterator[Diagnosis]:
    if find_office():
        yield Diagnosis("office", "ok", _("LibreOffice is there: Office and WPS files are shown and searched."))
    else:
        yield Diagnosis(
            "office",
            "warning",
            _("LibreOffice is not installed: Office and WPS files are not shown, old ones have no text to search."),
            _("Install it if such files come in (Debian: apt-get install libreoffice-nogui)."),
        )


def _ffmpeg(settings: Settings) -> Iterator[Diagnosis]:
    if find_ffmpeg():
        yield Diagnosis("ffmpeg", "ok", _("FFmpeg is there: recordings in old formats can be played."))
    else:
        yield Diagnosis(
            "ffmpeg",
            "warning",
            _("FFmpeg is not installed: recordings that browsers don't know (AVI, MPEG-2, MKV, WMA) are not played."),
            _("Install it if such recordings come in (Debian: apt-get install ffmpeg)."),
        )


def _sign_in(settings: Settings) -> Iterator[Diagnosis]:
    from shicheng.cli.diagnosis_of_sign_in import look

    yield from look(settings)
