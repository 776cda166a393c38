"""What an OFD file is and whether it can really be read: every part is unpacked, every page opened."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shicheng.formats.ofd import xml
from shicheng.formats.ofd.container import Container
from shicheng.formats.ofd.document import Document, Page
from shicheng.formats.ofd.errors import UnreadableOfd
from shicheng.formats.ofd.images import open_picture
from shicheng.formats.ofd.signatures import verify_container
from shicheng.formats.ofd.text import page_text
from shicheng.formats.types import (
    Budget,
    FileProblem,
    FileProblemKind,
    Identification,
    Inspection,
    Seal,
    SealState,
)
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

PUID = "cn-fmt/ofd"
MIME = "application/ofd"
PAGE_BREAK = "\f"
_TOOL = "shicheng.formats.ofd"
_SCRIPTS = ("Script", "JavaScript", "JScript", "JS")
_MEDIA_ACTIONS = ("Sound", "Movie")
_EXECUTABLE_NAMES = (".exe", ".dll", ".bat", ".cmd", ".com", ".scr", ".js", ".vbs", ".ps1", ".msi", ".sh", ".jar")
_EXECUTABLE_STARTS = (b"MZ", b"\x7fELF", b"#!")


class _OutOfTime(Exception):
    pass


def inspect(path: Path, *, name: str = "", want_text: bool = True, budget: Budget | None = None) -> Inspection:
    """Look at an OFD file whole: parts, pages, text, pictures, fonts, attachments, scripts and seals.

    Never raises for what is in the file. `readable` is None when the budget of seconds ran out before the end. The text
    has a form feed between pages.
    """
    extension = Path(name or path.name).suffix.lower().lstrip(".")
    look = _Look(budget or Budget())
    try:
        size = path.stat().st_size
        with Container(path) as container:
            identified = _identification(container, extension)
            try:
                look.whole(container, want_text=want_text)
            except _OutOfTime:
                look.add(
                    FileProblemKind.BUDGET, _("The OFD took longer than allowed and was not looked at to the end.")
                )
                look.unfinished = True
            look.problems.extend(problem for problem in container.problems if problem not in look.problems)
    except OSError as error:
        look.add(FileProblemKind.DAMAGED, _("The file can't be read: %(reason)s.", reason=str(error)))
        return Inspection(
            Identification(extension=extension), 0, readable=False, problems=tuple(look.problems), tool=_TOOL
        )
    except UnreadableOfd as error:
        look.add(error.kind, error.message)
        return Inspection(
            Identification(extension=extension), size, readable=False, problems=tuple(look.problems), tool=_TOOL
        )
    fatal = any(problem.fatal for problem in look.problems)
    return Inspection(
        identified,
        size,
        None if look.unfinished else not fatal,
        tuple(look.problems),
        look.pages,
        PAGE_BREAK.join(look.texts) if want_text and not look.unfinished else None,
        technical=look.technical,
        seals=look.seals,
        tool=_TOOL,
    )


def _identification(container: Container, extension: str) -> Identification:
    return Identification(
        PUID,
        "OFD (GB/T 33190)",
        container.root.get("Version", ""),
        MIME,
        "OFD.xml",
        extension,
        ("ofd",),
        extension not in ("", "ofd"),
    )


class _Look:
    """What one look gathers."""

    def __init__(self, budget: Budget) -> None:
        self.problems: list[FileProblem] = []
        self.texts: list[str] = []
        self.pages = 0
        self.technical: dict[str, Any] = {}
        self.seals: tuple[Seal, ...] = ()
        self.unfinished = False
        self._room = budget.text
        self._end = time.monotonic() + budget.seconds

    def add(self, kind: FileProblemKind, text: Message, *, fatal: bool = True) -> None:
        """Remember a problem once."""
        problem = FileProblem(kind, text, fatal)
        if problem not in self.problems:
            self.problems.append(problem)

    def _hurry(self) -> None:
        if time.monotonic() > self._end:
            raise _OutOfTime

    def whole(self, container: Container, *, want_text: bool) -> None:
        """Look at everything, the cheap and the telling first."""
        if any(name.rpartition("/")[2].casefold() == "encryptions.xml" for name in container.names):
            self.add(
                FileProblemKind.ENCRYPTED, _("The OFD is encrypted (GM/T 0099); it can't be read without the key.")
            )
        for name in container.names:
            self._hurry()
            try:
                container.read(name)
            except UnreadableOfd as error:
                self.add(error.kind, error.message)
        documents = container.documents
        for document in documents:
            self._document(document, want_text=want_text)
        if not self.pages:
            self.add(FileProblemKind.DAMAGED, _("The OFD has no page."))
        self._technical(container, documents)
        self._hurry()
        self.seals = verify_container(container)
        for seal in self.seals:
            if seal.state is SealState.INVALID and seal.message is not None:
                self.add(FileProblemKind.SEAL, seal.message, fatal=False)

    def _document(self, document: Document, *, want_text: bool) -> None:
        try:
            pages = document.pages
        except UnreadableOfd as error:
            self.add(error.kind, error.message)
            return
        self._actions(document)
        self._attachments(document)
        decoded: set[str] = set()
        for page in pages:
            self._hurry()
            self.pages += 1
            try:
                text = page_text(page) if want_text else ""
            except UnreadableOfd as error:
                self.add(error.kind, error.message)
                text = ""
            try:
                self._page(page, decoded)
            except UnreadableOfd as error:
                self.add(error.kind, error.message)
            self.texts.append(text[: self._room])
            if len(text) > self._room:
                self.add(FileProblemKind.BUDGET, _("The text is longer than is kept; the rest was cut."), fatal=False)
            self._room -= min(self._room, len(text))

    def _page(self, page: Page, decoded: set[str]) -> None:
        """See whether the pictures a page and its annotations show are there and can be decoded."""
        for layer, owner in page.layers():
            self._pictures(layer, owner, decoded, fatal=True)
        for annotation in page.document.annotations(page):
            # What was laid on the page later is not the record itself.
            self._pictures(annotation, page, decoded, fatal=False)

    def _pictures(self, root: xml.Element, page: Page, decoded: set[str], *, fatal: bool) -> None:
        resources = page.resources
        for element in xml.descendants(root, "ImageObject"):
            number = element.get("ResourceID", "")
            media = resources.media.get(number)
            if media is None or media.part is None:
                shown = media.location if media is not None else number
                text = _("The picture %(part)s that a page of the OFD shows is missing.", part=shown)
                self.add(FileProblemKind.DAMAGED, text, fatal=fatal)
            elif media.part not in decoded:
                self._hurry()
                decoded.add(media.part)
                try:
                    open_picture(page.document.container.read(media.part), media.part)
                except UnreadableOfd as error:
                    self.add(error.kind, error.message, fatal=fatal)

    def _actions(self, document: Document) -> None:
        """Tell of scripts, sounds and addresses outside: what is more than fixed layout."""
        for root in _roots(document):
            for element in xml.descendants(root, *_SCRIPTS):
                self.add(
                    FileProblemKind.SCRIPT,
                    _("The OFD holds a script (%(name)s); it is never run here.", name=xml.local(element)),
                    fatal=False,
                )
            for element in xml.descendants(root, "URI"):
                address = element.get("URI") or (element.text or "").strip()
                self.add(
                    FileProblemKind.EXTERNAL,
                    _("The OFD has a link to an address outside: %(address)s.", address=address[:200]),
                    fatal=False,
                )
            for element in xml.descendants(root, *_MEDIA_ACTIONS):
                self.technical.setdefault("media_actions", []).append(xml.local(element))

    def _attachments(self, document: Document) -> None:
        """See whether all attachments are there and none is a program."""
        listed = self.technical.setdefault("attachments", [])
        try:
            found = document.attachments()
        except UnreadableOfd as error:
            self.add(error.kind, error.message)
            return
        for name, part in found:
            container = document.container
            listed.append({"name": name, "part": part or "", "bytes": container.size(part) if part else None})
            if part is None:
                self.add(FileProblemKind.DAMAGED, _("The attachment %(name)s inside the OFD is missing.", name=name))
                continue
            try:
                start = container.read(part)[:4]
            except UnreadableOfd:
                continue  # told already when all parts were read
            if part.lower().endswith(_EXECUTABLE_NAMES) or start.startswith(_EXECUTABLE_STARTS):
                self.add(
                    FileProblemKind.EMBEDDED,
                    _("The attachment %(name)s inside the OFD is a program.", name=name),
                    fatal=False,
                )

    def _technical(self, container: Container, documents: tuple[Document, ...]) -> None:
        sizes: list[str] = []
        fonts: dict[str, bool] = {}
        for document in documents:
            for page in document.pages:
                try:
                    box = page.box
                except UnreadableOfd:
                    continue
                size = f"{box.width:g}×{box.height:g}"
                if size not in sizes:
                    sizes.append(size)
                self.technical.setdefault("width_mm", box.width)
                self.technical.setdefault("height_mm", box.height)
            for font in document.resources.fonts.values():
                name = font.name or font.family
                fonts[name] = fonts.get(name, False) or font.part is not None
        self.technical["page_sizes_mm"] = sizes
        self.technical["fonts"] = [{"name": name, "embedded": embedded} for name, embedded in sorted(fonts.items())]
        self.technical["fonts_not_embedded"] = sum(1 for embedded in fonts.values() if not embedded)
        self.technical["documents"] = len(documents)
        self.technical["parts"] = len(container.names)
        if documents:
            told = documents[0].properties
            for key, source in _TOLD.items():
                if told.get(source):
                    self.technical[key] = told[source]
            producer = told.get("custom.ofd.producer") or told.get("custom.native-producer")
            if producer:
                self.technical.setdefault("producer", producer)


_TOLD = {
    "document_id": "DocID",
    "title": "Title",
    "author": "Author",
    "producer": "Creator",
    "producer_version": "CreatorVersion",
    "created": "CreationDate",
    "modified": "ModDate",
}


def _roots(document: Document) -> Iterator[xml.Element]:
    yield document.root
    for page in document.pages:
        try:
            yield page.element
        except UnreadableOfd:
            continue  # told when the page itself is looked at
