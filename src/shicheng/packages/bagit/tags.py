"""Tag files of a bag: bagit.txt, bag-info.txt, fetch.txt and manifests, read as RFC 8493 and its drafts say."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.names import escapes, visible
from shicheng.packages.tree import Tree, read_bytes
from shicheng.packages.types import PackageFile, PackageProblem, ProblemKind

VERSIONS: Final = ((0, 93), (0, 94), (0, 95), (0, 96), (0, 97), (1, 0))
LATEST: Final = (1, 0)
_DECLARATION = re.compile(
    r"BagIt-Version: (?P<major>[0-9]+)\.(?P<minor>[0-9]+)(?:\r\n|\n|\r)"
    r"Tag-File-Character-Encoding: (?P<encoding>[!-~]+)(?:\r\n|\n|\r)?"
)
_LINE_END = re.compile(r"\r\n|\n|\r")
_DIGEST_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+(.+)")
_FETCH_LINE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:[^ \t]+)[ \t]+([0-9]+|-)[ \t]+(.+)")
_ENCODED: Final = {"%0a": "\n", "%0d": "\r", "%25": "%"}
_PERCENT_ALL = re.compile(r"%(?:0[AaDd]|25)")
_PERCENT_LINES = re.compile(r"%0[AaDd]")


@dataclass(slots=True)
class Findings:
    """What is wrong with a bag: `errors` make it invalid, `warnings` are worth knowing."""

    errors: list[PackageProblem] = field(default_factory=list)
    warnings: list[PackageProblem] = field(default_factory=list)

    def error(
        self,
        kind: ProblemKind,
        message: Message,
        path: str | None = None,
        *,
        expected: str | None = None,
        found: str | None = None,
    ) -> None:
        """Note what makes the bag invalid."""
        self.errors.append(PackageProblem(kind, message, path=path, expected=expected, found=found))

    def warn(self, message: Message, path: str | None = None) -> None:
        """Note what is allowed and yet unwise."""
        self.warnings.append(PackageProblem(ProblemKind.NAME, message, path=path))


@dataclass(frozen=True, slots=True)
class Declaration:
    """What bagit.txt says."""

    version: tuple[int, int] = LATEST
    encoding: str = "utf-8"


def read_declaration(tree: Tree, limit: int, findings: Findings) -> Declaration:
    """Read bagit.txt; it must be exactly two lines in UTF-8 without byte-order mark (RFC 8493, 2.1.1)."""
    file = tree.files.get("bagit.txt")
    if file is None:
        findings.error(
            ProblemKind.STRUCTURE,
            _("The bag has no file bagit.txt, which says that it is a bag. Make the bag again."),
            "bagit.txt",
        )
        return Declaration()
    content = read_bytes(file, limit)
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        findings.error(
            ProblemKind.ENCODING,
            _("The file bagit.txt begins with a byte-order mark, which is forbidden. Save it as UTF-8 without mark."),
            "bagit.txt",
        )
        content = content.removeprefix(codecs.BOM_UTF8)
    found = _DECLARATION.fullmatch(content.decode("utf-8", "replace"))
    if found is None:
        findings.error(
            ProblemKind.STRUCTURE,
            _(
                "The file bagit.txt is not the two lines BagIt-Version and Tag-File-Character-Encoding, "
                "each with its colon and one blank. Write it anew."
            ),
            "bagit.txt",
            found=content[:200].decode("utf-8", "replace"),
        )
        return Declaration()
    version = (int(found["major"]), int(found["minor"]))
    if version not in VERSIONS or found["major"] != str(version[0]):
        findings.error(
            ProblemKind.STRUCTURE,
            _("The bag is of version %(found)s, which is not known.", found=f"{found['major']}.{found['minor']}"),
            "bagit.txt",
            expected=", ".join(f"{major}.{minor}" for major, minor in VERSIONS),
            found=f"{found['major']}.{found['minor']}",
        )
        version = LATEST
    try:
        encoding = codecs.lookup(found["encoding"]).name
        "".encode(encoding)
    except (LookupError, TypeError):
        findings.error(
            ProblemKind.ENCODING,
            _("The bag declares the encoding %(name)s, which is not known.", name=found["encoding"]),
            "bagit.txt",
            found=found["encoding"],
        )
        encoding = "utf-8"
    return Declaration(version, encoding)


def read_tag_text(file: PackageFile, encoding: str, limit: int, findings: Findings) -> str:
    """Decode a tag file in the encoding the bag declares; wrong bytes are an error and shown replaced."""
    content = read_bytes(file, limit)
    if encoding == "utf-8" and content.startswith(codecs.BOM_UTF8):
        findings.warn(
            _("The tag file %(path)s begins with a byte-order mark, which was passed over.", path=file.path), file.path
        )
        content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        findings.error(
            ProblemKind.ENCODING,
            _(
                "The tag file %(path)s is not in the encoding %(name)s that the bag declares. "
                "Save it in that encoding.",
                path=visible(file.path),
                name=encoding,
            ),
            file.path,
            expected=encoding,
        )
        return content.decode(encoding, "replace")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines with their numbers; line ends are LF, CR or CRLF."""
    lines = _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    yield from enumerate(lines, start=1)


def read_bag_info(text: str, path: str, version: tuple[int, int], findings: Findings) -> list[tuple[str, str]]:
    """Read the pairs of bag-info.txt, repeated labels and folded lines too (RFC 8493, 2.2.2)."""
    pairs: list[tuple[str, str]] = []
    for number, line in lines_of(text):
        if line[:1] in (" ", "\t") and pairs and line.strip():
            label, value = pairs[-1]
            pairs[-1] = (label, f"{value} {line.strip()}")
            continue
        label, colon, value = line.partition(":")
        strict = version >= LATEST
        if not line.strip() and not strict:
            continue
        if not colon or not label.strip() or (strict and (label != label.strip() or value[:1] not in ("", " ", "\t"))):
            findings.error(
                ProblemKind.STRUCTURE,
                _(
                    "Line %(line)d of %(path)s is not a label, a colon, a blank and a value. Correct it.",
                    line=number,
                    path=path,
                ),
                path,
                found=line[:200],
            )
            continue
        pairs.append((label.strip(), value.strip()))
    return pairs


def read_manifest_lines(text: str, path: str, findings: Findings) -> Iterator[tuple[str, str]]:
    """Give digest (lower case) and path as written of every line that can be read."""
    for number, line in lines_of(text):
        if not line.strip():
            findings.warn(_("Line %(line)d of the manifest %(path)s is empty.", line=number, path=path), path)
            continue
        found = _DIGEST_LINE.fullmatch(line)
        if found is None:
            findings.error(
                ProblemKind.LIST,
                _(
                    "Line %(line)d of the manifest %(path)s is not a digest, a blank and a path. Correct it.",
                    line=number,
                    path=path,
                ),
                path,
                found=line[:200],
            )
            continue
        yield found[1].lower(), found[2]


def read_fetch(text: str, findings: Findings) -> Iterator[tuple[str, int | None, str]]:
    """Give address, length and path of every line of fetch.txt that can be read."""
    for number, line in lines_of(text):
        found = _FETCH_LINE.fullmatch(line)
        if found is None:
            findings.error(
                ProblemKind.LIST,
                _(
                    "Line %(line)d of fetch.txt is not an address, a length and a path. Correct it.",
                    line=number,
                ),
                "fetch.txt",
                found=line[:200],
            )
            continue
        yield found[1], None if found[2] == "-" else int(found[2]), found[3]


def decode_path(written: str, version: tuple[int, int]) -> str:
    """Undo the percent encoding of a path: CR, LF and, from version 1.0 on, % (RFC 8493, 2.1.3)."""
    pattern = _PERCENT_ALL if version >= LATEST else _PERCENT_LINES
    return pattern.sub(lambda m: _ENCODED[m[0].lower()], written)


def encode_path(path: str) -> str:
    """Write a path as version 1.0 wants it."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def leads_away(path: str) -> bool:
    """Tell whether a listed path is absolute, goes up, or stands for somebody's home."""
    return escapes(path) or path.startswith("~")
