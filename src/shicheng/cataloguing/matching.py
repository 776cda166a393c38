"""Which record a file belongs to: by a code in its path, or by a pattern of its path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shicheng.cataloguing.errors import BadPattern
from shicheng.holdings.cataloguing import MADE_CODE, Found, find_records
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import fold_reference_code
from shicheng.people.types import Actor

_FIELDS: Final = {
    "reference_code": "", "fonds_code": "fonds__code", "year": "year", "item_number": "number",
    "volume_number": "volume", "document_number": "document_number", "title": "title", "category": "category",
    "department": "department", "retention": "retention",
}  # fmt: skip
_TOKEN: Final = re.compile(r"\{([a-z_]+)\}|(\*\*/?|\*|\?)")
_PAGE: Final = re.compile(r"(?:[-_ .]+[0-9]{1,4}|[-_ ]*[(（][0-9]{1,4}[)）])$")
_NOISE: Final = frozenset({"thumbs.db", ".ds_store", "desktop.ini"})
_TOGETHER: Final = 500


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern such as `{reference_code}/*` or `{fonds_code}/{year}/{item_number}.pdf`."""

    regex: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read a pattern; raises `BadPattern`."""
        written, place, names = "", 0, set()
        for token in _TOKEN.finditer(text):
            written += re.escape(text[place : token.start()])
            place = token.end()
            name, wild = token.groups()
            if name is None:
                written += {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}[wild]
            elif name not in _FIELDS or name in names:
                raise BadPattern(
                    _("The pattern names “%(name)s”, which is unknown or comes twice.", name=name),
                    hint=_("Use one of: %(names)s.", names=", ".join(_FIELDS)),
                )
            else:
                names.add(name)
                written += f"(?P<{name}>[^/]+?)"
        if not names:
            raise BadPattern(
                _("The pattern “%(pattern)s” names no part of a record.", pattern=text[:100]),
                hint=_("Write for example {reference_code}/* for folders named by reference code."),
            )
        return cls(re.compile(written + re.escape(text[place:])))


@dataclass(slots=True)
class Candidate:
    """A file and what its path says of its record."""

    path: Path
    relative: str
    codes: list[str] = field(default_factory=list)  # most likely first
    values: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)


def walk(folder: Path) -> Iterator[Path]:
    """Every ordinary file below a folder, in the order of names; links and what systems leave behind are left out."""
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.is_symlink() or path.name.casefold() in _NOISE or path.name.startswith("~$"):
            continue
        if path.is_dir():
            yield from walk(path)
        elif path.is_file():
            yield path


def match(
    actor: Actor, folder: Path, paths: Iterable[Path], *, pattern: Pattern | None, fonds: str
) -> Iterator[Candidate]:
    """Find the records of files; a candidate with no record has none, one with several has them all."""
    waiting: list[Candidate] = []
    for path in paths:
        waiting.append(_candidate(folder, path, pattern))
        if len(waiting) == _TOGETHER:
            yield from _look_up(actor, waiting, fonds)
            waiting = []
    yield from _look_up(actor, waiting, fonds)


def _candidate(folder: Path, path: Path, pattern: Pattern | None) -> Candidate:
    relative = path.relative_to(folder).as_posix()
    one = Candidate(path, relative)
    if pattern is None:
        stem = path.stem if path.suffix else path.name
        one.codes = [stem, _PAGE.sub("", stem), *reversed(relative.split("/")[:-1])]
        return one
    found = pattern.regex.fullmatch(relative)
    if found is not None:
        one.values = {name: value for name, value in found.groupdict().items() if value}
        if "reference_code" in one.values:
            code = one.values.pop("reference_code")
            one.codes = [code, _PAGE.sub("", code)]
    return one


def _look_up(actor: Actor, candidates: Sequence[Candidate], fonds: str) -> Iterator[Candidate]:
    codes = {code for one in candidates for code in one.codes}
    keys = {key_of_code(code): code for code in codes}
    made = [code.upper() for code in codes if MADE_CODE in code.upper()]
    by_code: dict[str, Found] = {}
    for found in find_records(actor, keys=list(keys), refs=made, fonds=fonds):
        by_code[keys.get(found.key, found.ref)] = found
        by_code[found.ref] = found
    for one in candidates:
        hit = next((by_code[code] for code in one.codes if code in by_code), None) or next(
            (by_code[code.upper()] for code in one.codes if code.upper() in by_code), None
        )
        if hit is not None:
            one.found = [hit]
        elif one.values:
            filters = {_FIELDS[name]: value for name, value in one.values.items()}
            one.found = find_records(actor, filters=filters, fonds=fonds)
        yield one


def key_of_code(code: str) -> str:
    """The stable key of a record that has this reference code, however its separators are written."""
    return hashlib.sha256(f"code\n{fold_reference_code(code)}".encode("utf-8", "surrogatepass")).digest()[:16].hex()
