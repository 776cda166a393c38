"""Texts for people and their translations, without the gettext programs.

`compile` makes the .mo files that are missing or old; `update` brings the .po files up to the texts of the code;
`check` fails if a text has no Chinese, is fuzzy, would be added by `update`, or loses a placeholder.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "shicheng"
LOCALES = SOURCE / "locale"
LANGUAGE = "zh_Hans"  # English is the language of the code itself
NO_FORMAT = "xgettext:no-python-format"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "message": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_NAMED = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?([a-zA-Z])")
_POSITIONAL = re.compile(r"(?<!%)(?:%%)*%[sdrf]")
_DYNAMIC = re.compile(r""":[\w.-]+\s*=\s*"\s*_\('([^']+)'\)\s*"|:[\w.-]+\s*=\s*'\s*_\("([^"]+)"\)\s*'""")

Found = tuple[Any, list[str], str | None]


def extract(source: Path = SOURCE) -> Catalog:
    """Return every text of the code and the templates as a catalogue without translations."""
    catalog = Catalog(locale=LANGUAGE, project="Shicheng", charset="utf-8")
    for path in sorted(source.rglob("*.py")):
        if "migrations" not in path.parts:
            _add(catalog, _from_python(path.read_bytes()), path)
    for path in sorted([*source.rglob("*.html"), *source.rglob("templates/**/*.txt")]):
        _add(catalog, _from_template(path.read_text("utf-8"), str(path)), path)
    return catalog


def _from_python(content: bytes) -> Iterator[Found]:
    options = {"encoding": "utf-8"}
    for _line, function, texts, comments in extract_python(
        io.BytesIO(content), KEYWORDS, ["Translators:", "xgettext:"], options
    ):
        found = _texts(function, texts)
        if found is not None:
            yield found[0], list(comments), found[1]


def _from_template(text: str, origin: str) -> Iterator[Found]:
    from django.utils.translation.template import templatize

    code = templatize(text, origin=origin)
    # What is left of the page are runs of letters; their indentation means nothing.
    lines = "\n".join(line.lstrip() for line in code.split("\n")) + "\n"
    yield from _from_python(lines.encode())
    for match in _DYNAMIC.finditer(text):  # attributes of components that are computed
        yield match[1] or match[2], [], None


def _texts(function: str, texts: Any) -> tuple[Any, str | None] | None:
    """Return the message id (two for plurals) and the context of one call, None if it is no literal text."""
    parts = texts if isinstance(texts, tuple) else (texts,)
    context: str | None = None
    if "pgettext" in function:
        if not isinstance(parts[0], str):
            return None
        context, parts = parts[0], parts[1:]
    wanted = parts[:2] if function.startswith(("ngettext", "npgettext")) else parts[:1]
    if not all(isinstance(part, str) and part for part in wanted):
        return None
    return (tuple(wanted) if len(wanted) == 2 else wanted[0]), context


def _add(catalog: Catalog, found: Iterator[Found], path: Path) -> None:
    for text, comments, context in found:
        if context is None and text in ("", ("", "")):
            continue
        told = [comment.removeprefix("Translators:").strip() for comment in comments if comment != NO_FORMAT]
        catalog.add(text, locations=[(path.name, 0)], auto_comments=told, context=context)
        stored = catalog.get(text[0] if isinstance(text, tuple) else text, context)
        if stored is not None and NO_FORMAT in comments:
            stored.flags.discard("python-format")
            stored.flags.add("no-python-format")


def compile_all(locales: Path = LOCALES) -> int:
    """Make every .mo that is missing or older than its .po; return how many were made."""
    made = 0
    for po in sorted(locales.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        catalog = read_catalog(po)
        part = mo.with_suffix(".mo.part")
        with part.open("wb") as stream:
            write_mo(stream, catalog)
        part.replace(mo)
        made += 1
    return made


def read_catalog(po: Path) -> Catalog:
    """Read a .po file."""
    with po.open("rb") as stream:
        return read_po(stream, locale=po.parts[-3])


def update(po: Path, source: Path = SOURCE) -> tuple[int, int]:
    """Bring a .po file up to the texts of the code; return how many were added and dropped."""
    template = extract(source)
    catalog = read_catalog(po) if po.exists() else Catalog(locale=LANGUAGE, project="Shicheng", charset="utf-8")
    before = {_key(message) for message in catalog if message.id}
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    for message in template:  # flags and comments come from the code alone
        kept = catalog.get(message.id[0] if isinstance(message.id, tuple) else message.id, message.context)
        if kept is not None and message.id:
            kept.flags = set(message.flags) | ({"fuzzy"} & set(kept.flags))
            kept.auto_comments = list(message.auto_comments)
    catalog.fuzzy = False
    catalog.header_comment = "# Chinese texts of Shicheng 史宬. New texts are added by: make messages"
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # no line changes without a cause
    po.parent.mkdir(parents=True, exist_ok=True)
    part = po.with_suffix(".po.part")
    with part.open("wb") as stream:
        write_po(stream, catalog, width=110, no_location=True, sort_output=True)
    part.replace(po)
    after = {_key(message) for message in catalog if message.id}
    return len(after - before), len(before - after)


def check(po: Path, source: Path = SOURCE) -> list[str]:
    """Return what is wrong with the texts and their Chinese, one line each."""
    template = extract(source)
    if not po.exists():
        return [f"{po.name} of {LANGUAGE} does not exist; make it with: make messages"]
    catalog = read_catalog(po)
    known = {_key(message): message for message in catalog if message.id}
    wrong = []
    for message in template:
        if not message.id:
            continue
        wrong += [f"placeholder without a name: {text!r}" for text in _ids(message) if _POSITIONAL.search(text)]
        translated = known.pop(_key(message), None)
        name = _ids(message)[0]
        if translated is None:
            wrong.append(f"not in the catalogue: {name!r}")
        elif not all(_strings(translated)):
            wrong.append(f"not translated: {name!r}")
        elif translated.fuzzy:
            wrong.append(f"fuzzy: {name!r}")
        elif "no-python-format" not in message.flags:
            wrong += _placeholders(message, translated)
    wrong += [f"no longer in the code: {_ids(message)[0]!r}" for message in known.values()]
    return wrong


def _placeholders(message: Message, translated: Message) -> list[str]:
    wanted = set().union(*(set(_NAMED.findall(text)) for text in _ids(message)))
    if not wanted and "python-format" not in message.flags:
        return []
    # A singular may leave its number out; a translation may not invent or lose one.
    least = set.intersection(*(set(_NAMED.findall(text)) for text in _ids(message)))
    lines = []
    for text in _strings(translated):
        have = set(_NAMED.findall(text))
        if not least <= have <= wanted:
            lines.append(f"placeholders differ: {_ids(message)[0]!r} → {text!r}")
    return lines


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, _ids(message)[0]


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, list | tuple) else (str(message.id),)


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string or ""),)


def main(arguments: list[str]) -> int:
    """Run one of the three commands."""
    po = LOCALES / LANGUAGE / "LC_MESSAGES" / "django.po"
    if arguments == ["compile"]:
        made = compile_all()
        if made:
            print(f"{made} message catalogues compiled.")
        return 0
    if arguments == ["update"]:
        added, dropped = update(po)
        compile_all()
        print(f"{po.relative_to(ROOT)}: {added} texts added, {dropped} dropped.")
        return 0
    if arguments == ["check"]:
        wrong = check(po)
        for line in wrong[:200]:
            print(line, file=sys.stderr)
        if wrong:
            print(f"{len(wrong)} faults in the messages. Add texts with: make messages", file=sys.stderr)
        return 1 if wrong else 0
    print("usage: messages.py compile|update|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
