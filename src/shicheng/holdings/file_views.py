"""How a file is shown: as pages, a drawing, text, sound, film, or not at all; the original can always be had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.utils.safestring import SafeString

from shicheng.formats.families import FAMILIES, WPS_FORMATS
from shicheng.formats.recordings import wave_path
from shicheng.holdings import rendering, renditions, selectors, tiles
from shicheng.holdings.errors import ItemNotFound
from shicheng.holdings.marking import mark_text, marked_words
from shicheng.holdings.models import File
from shicheng.holdings.renditions import Kind, Rendition, State
from shicheng.holdings.seals import Signing, told_seals
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.settings.types import Settings

TEXT_SHOWN = 400_000  # characters; the rest is in the download
WAVE = (1200, 96)  # width and height a waveform is drawn in, in its own units
_ZOOMED_WIDTH = 1600  # a picture wider than this has more in it than the page shows
_ZOOMED_BYTES = 1 << 20

_OFFICE = ("ooxml-word", "ooxml-sheet", "ooxml-slides", "odf", "ole-word", "ole-sheet", "ole-slides", "rtf")
OFFICE_EXTENSIONS = frozenset(
    [extension for name in _OFFICE for extension in FAMILIES[name].extensions] + [*WPS_FORMATS, "wpt", "ett", "dpt"]
)
OFFICE_MIMES = frozenset(
    [FAMILIES[name].mime for name in _OFFICE]
    + [mime for _puid, _name, mime in WPS_FORMATS.values()]
    + ["text/rtf", "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.presentation"]
)
_RECORDINGS = {
    "application/mp4": "video",
    "application/mxf": "video",
    "application/vnd.rn-realmedia": "video",
    "application/ogg": "audio",
    "application/x-matroska": "video",
}
# What browsers play, as containers and as what is inside them where that is known.
_FILMS = frozenset({"application/mp4", "video/mp4", "video/webm", "video/ogg", "video/quicktime", "video/x-m4v"})
_FILM_CODECS = frozenset({"h264", "vp8", "vp9", "av1", "theora"})
_SOUNDS = frozenset(
    {
        "audio/mpeg", "audio/x-wav", "audio/wav", "audio/vnd.wave", "audio/flac", "audio/x-flac", "audio/ogg",
        "application/ogg", "audio/aac", "audio/mp4", "audio/x-m4a", "audio/webm", "video/mp4", "video/webm",
        "application/mp4",
    }
)  # fmt: skip
_SOUND_CODECS = frozenset({"mp3", "mp3float", "aac", "flac", "opus", "libopus", "vorbis"})


@dataclass(frozen=True, slots=True)
class Wave:
    """A drawn waveform and the seconds it stands for."""

    path: str
    seconds: float
    width: int = WAVE[0]
    height: int = WAVE[1]
    middle: int = WAVE[1] // 2


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture from along a film."""

    number: int
    second: float
    clock: str


@dataclass(frozen=True, slots=True)
class FileView:
    """The chosen file of an item and how it is shown: pages, drawing, text, audio, video or none."""

    file: File
    kind: str
    page: int = 1
    pages: int = 0
    text: SafeString | str = ""
    is_cut: bool = False
    seals: list[Signing] = field(default_factory=list)
    problem: ShichengError | None = None
    marks: list[str] = field(default_factory=list)
    is_document: bool = False  # its pages are there as PDF for the viewer in the browser
    is_derived: bool = False  # what is shown was made of the file, not the file itself
    is_zoomed: bool = False
    waiting: Rendition | None = None  # what is being made, so that the page has to come again
    notice: Rendition | None = None  # what can't be made, and why
    proxy: Rendition | None = None

    @property
    def marks_json(self) -> str:
        """The words to mark, for the viewer in the browser."""
        return json.dumps(self.marks, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Along:
    """What is drawn beside a player: the waveform, or pictures from along the film."""

    file: File
    wave: Wave | None = None
    frames: list[Frame] = field(default_factory=list)
    is_waiting: bool = False


def kind_of(one: File) -> str:
    """How a file is shown, before anybody tried."""
    if one.mime == "application/pdf" or _is_picture(one):
        return "pages"
    if rendering.is_ofd(one):
        return "drawing"
    if is_office(one):
        return "office"
    if one.mime in _RECORDINGS or one.mime.startswith(("audio/", "video/")):
        if one.technical.get("video_codec"):
            return "video"
        return "audio" if one.technical.get("audio_codec") else _RECORDINGS.get(one.mime, one.mime.partition("/")[0])
    return "text" if hasattr(one, "text") else "none"


def is_office(one: File) -> bool:
    """Tell whether a file is an office document that LibreOffice may turn into pages."""
    extension = one.name.rpartition(".")[2].lower()
    return one.mime in OFFICE_MIMES or (extension in OFFICE_EXTENSIONS and not one.mime.startswith(("text/", "image/")))


def proxy_kind(one: File) -> Kind:
    """Which form of a recording browsers can play."""
    return Kind.FILM if kind_of(one) == "video" else Kind.VOICE


def played_mime(one: File) -> str:
    """The type a player is told, which must be one of sound or film."""
    if one.mime.startswith(("audio/", "video/")):
        return one.mime
    return f"{kind_of(one)}/{'ogg' if one.mime == 'application/ogg' else 'mp4'}"


def needs_proxy(one: File) -> bool:
    """Tell whether browsers can't play a recording as it is."""
    film, sound = one.technical.get("video_codec"), one.technical.get("audio_codec")
    voiced = not sound or sound in _SOUND_CODECS or str(sound).startswith("pcm_")
    if kind_of(one) == "video":
        return one.mime not in _FILMS or not voiced or bool(film and film not in _FILM_CODECS)
    return one.mime not in _SOUNDS or not voiced


def view_file(one: File, query: Mapping[str, str], settings: Settings) -> FileView:
    """Decide how a file is shown; what can't be shown is still there to be downloaded."""
    kind, marks = kind_of(one), marked_words(query)
    try:
        if kind == "pages":
            pages = rendering.pages(one, settings)
            is_pdf = one.mime == "application/pdf"
            return FileView(
                one, kind, page=_page(query, pages), pages=pages, marks=marks, is_document=is_pdf,
                is_zoomed=not is_pdf and _is_large(one),
            )  # fmt: skip
        if kind == "drawing":
            pages = rendering.pages(one, settings)
            return FileView(
                one, kind, page=_page(query, pages), pages=pages, marks=marks,
                seals=told_seals(rendering.seals(one, settings)),
            )  # fmt: skip
        if kind == "office":
            return _view_office(one, query, settings, marks)
    except ShichengError as error:
        return FileView(one, "none", problem=error)
    if kind in ("audio", "video") and needs_proxy(one):
        made = renditions.want(one, proxy_kind(one), settings)
        if made.is_ready:
            return FileView(one, kind, proxy=made, is_derived=True)
        return _unready(FileView(one, "none"), made)
    return _view_text(one, marks) if kind == "text" else FileView(one, kind)


def view_along(one: File, settings: Settings) -> Along:
    """What is drawn beside the player of a recording, as far as it is made."""
    kind = kind_of(one)
    found = renditions.want(one, Kind.FRAMES if kind == "video" else Kind.WAVE, settings)
    if found.path is None:
        return Along(one, is_waiting=found.state is State.MAKING)
    if kind == "video":
        seconds = tiles.frame_seconds(found.path)
        return Along(one, frames=[Frame(number, second, _clock(second)) for number, second in enumerate(seconds)])
    told = json.loads(found.path.read_bytes())
    return Along(one, wave=Wave(wave_path(told["peaks"], *WAVE), told["seconds"]))


def require_file(actor: Actor, file_id: UUID, *kinds: str) -> File:
    """One file the actor may see and that is shown in one of these ways; raises `ItemNotFound`."""
    one = selectors.file(actor, file_id)
    if kinds and kind_of(one) not in kinds:
        raise ItemNotFound(_("The file %(name)s has no such view.", name=one.name))
    return one


def require_picture(actor: Actor, file_id: UUID) -> File:
    """One picture the actor may see; raises `ItemNotFound`."""
    one = selectors.file(actor, file_id)
    if not _is_picture(one):
        raise ItemNotFound(_("The file %(name)s has no such view.", name=one.name))
    return one


def _view_office(one: File, query: Mapping[str, str], settings: Settings, marks: list[str]) -> FileView:
    made = renditions.want(one, Kind.OFFICE, settings)
    if made.is_ready:
        pages = rendering.pages(one, settings)
        return FileView(
            one, "pages", page=_page(query, pages), pages=pages, marks=marks, is_document=True, is_derived=True
        )
    return _unready(_view_text(one, marks) if hasattr(one, "text") else FileView(one, "none"), made)


def _view_text(one: File, marks: list[str]) -> FileView:
    text = selectors.file_text(one) or ""
    shown = mark_text(text[:TEXT_SHOWN], marks)
    return FileView(one, "text", text=shown, is_cut=len(text) > TEXT_SHOWN, marks=marks)


def _unready(view: FileView, made: Rendition) -> FileView:
    """Say with a view that something better is being made, or why it can't be."""
    return replace(view, waiting=made) if made.state is State.MAKING else replace(view, notice=made)


def _is_picture(one: File) -> bool:
    return one.mime.startswith("image/") and one.mime != "image/svg+xml"


def _is_large(one: File) -> bool:
    """Tell whether there is more in a picture than fits on the page."""
    width = one.technical.get("width")
    return width > _ZOOMED_WIDTH if isinstance(width, int) else one.size > _ZOOMED_BYTES


def _clock(second: float) -> str:
    minutes, seconds = divmod(int(second), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _page(query: Mapping[str, str], pages: int) -> int:
    text = query.get("page", "1")
    return max(1, min(int(text), pages)) if text.isdecimal() and len(text) < 7 else 1
