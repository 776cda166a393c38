"""XML, SVG and HTML: parsed without network, DTD or entities; text; scripts and outside references."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from shicheng.formats.encodings import SAMPLE, detect_encoding, shown
from shicheng.formats.findings import Findings, Subject, TextKeeper
from shicheng.formats.types import FileProblemKind
from shicheng.formats.zipped import hardened_parser
from shicheng.kernel.messages import message as _

_CHUNK = 1 << 20
_HTML_MOST = 64 << 20
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_DECLARED = re.compile(rb"""(?:encoding=|charset=)["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_OUTSIDE = ("http://", "https://", "//", "ftp://", "file:")


def look(subject: Subject, findings: Findings) -> None:
    """Parse to the end with a hardened parser."""
    findings.tool = "lxml"
    if subject.identification.family == "html":
        _look_at_html(subject, findings)
    else:
        _look_at_xml(subject, findings)


class _Collector:
    """A parser target that keeps text in document order and looks at elements as they pass."""

    def __init__(self, keeper: TextKeeper) -> None:
        self.keeper = keeper
        self.scripts = 0
        self.outside = 0
        self.root = ""
        self.silent = 0
        self.external_dtd = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = str(tag).rpartition("}")[2].lower()
        self.root = self.root or str(tag)
        self.scripts += local == "script" or any(key.lower().startswith("on") for key in attributes)
        if local in ("script", "style"):
            self.silent += 1
        if local in ("image", "img", "use", "script", "link", "include", "import"):
            self.outside += any(
                value.lower().startswith(_OUTSIDE)
                for key, value in attributes.items()
                if key.rpartition("}")[2] in ("href", "src", "schemaLocation")
            )

    def end(self, tag: str) -> None:
        if str(tag).rpartition("}")[2].lower() in ("script", "style"):
            self.silent -= 1

    def data(self, data: str) -> None:
        if not self.silent and not self.keeper.cut:
            self.keeper.add(data)

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        self.external_dtd = bool(system)

    def close(self) -> None:
        return None


def _look_at_xml(subject: Subject, findings: Findings) -> None:
    keeper = TextKeeper(subject.budget.text if subject.want_text else 0)
    target = _Collector(keeper)
    with subject.path.open("rb") as source:
        head = source.read(SAMPLE)
        findings.encoding = _declared(head)
        opening = head.decode(detect_encoding(head, whole=subject.size <= SAMPLE).name or "latin-1", "replace")
        if _ENTITY.search(opening):
            findings.add(
                FileProblemKind.XML,
                _("The XML file %(name)s declares entities; they were not expanded.", name=subject.name),
                fatal=False,
            )
        parser: Any = hardened_parser(target)
        source.seek(0)
        try:
            while chunk := source.read(_CHUNK):
                parser.feed(chunk)
            parser.close()
        except etree.XMLSyntaxError as error:
            findings.add(
                FileProblemKind.XML,
                _(
                    "The XML file %(name)s is not well formed: %(reason)s.",
                    name=subject.name,
                    reason=str(error.msg)[:200],
                ),
            )
    findings.technical["root"] = target.root
    _note_contents(
        subject, findings, scripts=target.scripts and subject.identification.family == "svg", outside=target.outside
    )
    if target.external_dtd:
        findings.add(
            FileProblemKind.XML,
            _("The XML file %(name)s names a DTD outside itself; it was not loaded.", name=subject.name),
            fatal=False,
        )
    if subject.want_text:
        keeper.hand_over(findings)


def _look_at_html(subject: Subject, findings: Findings) -> None:
    from lxml import html

    with subject.path.open("rb") as source:
        raw = source.read(_HTML_MOST)
    if len(raw) < subject.size:
        findings.notes.append(_("Only the first %(bytes)s bytes were checked; the file is longer.", bytes=len(raw)))
    encoding = detect_encoding(raw, whole=len(raw) == subject.size)
    if not encoding.name:
        findings.add(
            FileProblemKind.ENCODING,
            _("The file %(name)s holds bytes that are no text in UTF-8, UTF-16, GB18030 or Big5.", name=subject.name),
        )
        return
    findings.encoding = shown(encoding.name)
    source_text = re.sub(r"^\s*<\?xml[^>]*\?>", "", raw.decode(encoding.name, "replace").lstrip("\ufeff"))
    if encoding.cut:
        findings.add(
            FileProblemKind.TRUNCATED,
            _("The text %(name)s stops in the middle of a character; its end is missing.", name=subject.name),
        )
    if not source_text.strip():
        findings.add(
            FileProblemKind.EMPTY, _("The file %(name)s is empty; nothing is in it to be read.", name=subject.name)
        )
        return
    root: Any = html.document_fromstring(source_text.replace("\x00", ""), parser=html.HTMLParser(no_network=True))
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    scripts = sum(e.tag == "script" or any(str(key).lower().startswith("on") for key in e.attrib) for e in elements)
    outside = sum(
        str(e.get("src") or (e.get("href") if e.tag == "link" else "") or "").lower().startswith(_OUTSIDE)
        for e in elements
    )
    _note_contents(subject, findings, scripts=scripts, outside=outside)
    if subject.want_text:
        keeper = TextKeeper(subject.budget.text)
        for element in root.xpath("//script|//style"):
            element.drop_tree()
        keeper.add("\n".join(line.strip() for line in str(root.text_content()).splitlines() if line.strip()))
        keeper.hand_over(findings)


def _note_contents(subject: Subject, findings: Findings, *, scripts: int | bool, outside: int) -> None:
    if scripts:
        findings.add(FileProblemKind.SCRIPT, _("The file %(name)s holds scripts.", name=subject.name), fatal=False)
    if outside:
        findings.add(
            FileProblemKind.EXTERNAL,
            _("The file %(name)s needs content from outside the file to be shown.", name=subject.name),
            fatal=False,
        )


def _declared(head: bytes) -> str:
    found = _DECLARED.search(head[:1024])
    return found[1].decode("ascii").upper() if found else "UTF-8"
