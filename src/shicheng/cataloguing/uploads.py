"""What the browser sends: a catalogue, beside it the memo file of a dBase table; or files to attach."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest

from shicheng.cataloguing.errors import UnreadableCatalogue
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes
from shicheng.settings import Settings

_MEMOS: Final = (".dbt", ".fpt")


def require_room(request: HttpRequest, settings: Settings) -> None:
    """Refuse an upload that is too large or has no room, before a byte of its body is read."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    length = int(text) if text.isdecimal() else 0
    if length > settings.upload_bytes:
        raise UnreadableCatalogue(
            _("The catalogue is larger than %(most)s, the most this archive takes by the web.",
              most=format_bytes(settings.upload_bytes)),
            hint=_("Put it on a disk of the server and run `shicheng import-catalogue` there."),
        )  # fmt: skip
    if shutil.disk_usage(settings.staging_path).free - 2 * length < settings.free_bytes:
        raise UnreadableCatalogue(
            _("The disk of the archive is full; the catalogue was not taken in."),
            hint=_("Ask the administrator to make room, then send it again."),
        )


@contextmanager
def received_catalogue(request: HttpRequest, settings: Settings) -> Iterator[tuple[Path, str]]:
    """The catalogue by a path with its own ending, memo files beside it, and its name; cleared away afterwards."""
    files = request.FILES.getlist("catalogue")
    main = next((file for file in files if _ending(file) not in _MEMOS), None)
    if main is None or not main.name:
        raise UnreadableCatalogue(_("No catalogue was sent."), hint=_("Choose a file and send it."))
    folder = settings.staging_path / "uploads" / str(new_id())
    folder.mkdir(parents=True)
    try:
        path = folder / f"catalogue{_ending(main)}"
        _put(main, path)
        for memo in files:
            if _ending(memo) in _MEMOS:
                _put(memo, folder / f"catalogue{_ending(memo)}")
        yield path, main.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def received_files(request: HttpRequest, settings: Settings) -> Iterator[tuple[Path, str]]:
    """Files to attach, as one archive file or as a folder, and the name of either; cleared away afterwards.

    `paths` is the JSON list of the inner paths of a folder's files, in their order; without it they have their names.
    """
    archive, files = request.FILES.get("archive"), request.FILES.getlist("files")
    if archive is None and not files:
        raise UnreadableCatalogue(_("No files were sent."), hint=_("Choose a folder or an archive file and send it."))
    folder = settings.staging_path / "uploads" / str(new_id())
    folder.mkdir(parents=True)
    try:
        if isinstance(archive, UploadedFile):
            path = folder / f"archive{_ending(archive)}"
            _put(archive, path)
            yield path, archive.name or path.name
        else:
            inner = folder / "files"
            paths = _inner_paths(request.POST.get("paths", ""), files)
            for file, path in zip(files, paths, strict=True):
                target = inner / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    _put(file, target)
            yield inner, request.POST.get("folder", "").strip() or paths[0].name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _inner_paths(text: str, files: list[UploadedFile[bytes]]) -> list[Path]:
    """Where each file goes inside the folder; the folder's own name is left out."""
    try:
        given = json.loads(text) if text else [file.name for file in files]
    except (ValueError, RecursionError):
        given = []
    if not isinstance(given, list) or len(given) != len(files):
        raise UnreadableCatalogue(
            _("The list of paths of the upload can't be read."),
            hint=_("Load the page again and send the folder once more."),
        )
    paths = []
    for one in given:
        parts = str(one).replace("\\", "/").split("/")
        if not all(parts) or any(part in (".", "..") or "\x00" in part for part in parts):
            raise UnreadableCatalogue(
                _("The path %(path)s is not one inside the folder.", path=one),
                hint=_("Rename the file, or pack the folder as a zip and send that."),
            )
        paths.append(Path(*(parts[1:] if text and len(parts) > 1 else parts)))
    return paths


def _ending(file: UploadedFile[bytes]) -> str:
    ending = Path(file.name or "").suffix.lower()
    return ending if ending.isascii() and len(ending) < 9 else ""


def _put(file: UploadedFile[bytes], path: Path) -> None:
    if isinstance(file, TemporaryUploadedFile):
        try:
            os.link(file.temporary_file_path(), path)
        except OSError:  # another file system
            shutil.copyfile(file.temporary_file_path(), path)
        return
    with path.open("xb") as out:
        for piece in file.chunks():
            out.write(piece)
