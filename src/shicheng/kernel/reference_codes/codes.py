"""Reference codes read, written and put in order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes.defaults import DEFAULT_TEMPLATES
from shicheng.kernel.reference_codes.templates import PART, Template

Unit = Literal["item", "volume", "page"]

_SHOWN: Final = 100  # of a text that may be anything
_DIGIT_RUNS: Final = re.compile("([0-9]+)")
_DOTS: Final = re.compile("[.•‧∙⋅・]")
_NUMBERS: Final[tuple[Unit, ...]] = ("volume", "item", "page")


class ReferenceCodeError(ShichengError):
    """A text that is no reference code, or parts that make none."""

    code = "kernel.reference_code.invalid"
    http_status = 422


@dataclass(frozen=True, slots=True)
class ReferenceCode:
    """A reference code and its parts as they stand in it, zeros and all (not to be changed)."""

    text: str
    template: str
    parts: dict[str, str] = field(hash=False)

    def __str__(self) -> str:
        return self.text

    @property
    def fonds(self) -> str:
        """The fonds code 全宗号."""
        return self.parts["fonds"]

    @property
    def category(self) -> str | None:
        """The record category 门类; None in codes with a catalogue number."""
        return self.parts.get("category")

    @property
    def year(self) -> int | None:
        """The filing year 年度."""
        year = self.parts.get("year")
        return None if year is None else int(year)

    @property
    def retention(self) -> str | None:
        """The retention period 保管期限: Y, D30, D10 …"""
        return self.parts.get("retention")

    @property
    def department(self) -> str | None:
        """The department or subject 机构（问题）."""
        return self.parts.get("department")

    @property
    def volume(self) -> str | None:
        """The volume number 案卷号 as written."""
        return self.parts.get("volume")

    @property
    def unit(self) -> Unit:
        """What the code stands for: an item, a volume, or the page where an item begins."""
        return next(name for name in reversed(_NUMBERS) if name in self.parts)

    @property
    def number(self) -> int | None:
        """The running number of the item or volume in its `group`; None for a page, which runs not by one."""
        unit = self.unit
        return None if unit == "page" else int(self.parts[unit])

    @property
    def group(self) -> str:
        """Everything before the running number: the scope in which it may not come twice."""
        return self.text[: self.text.rindex("-")]

    @property
    def sort_key(self) -> str:
        """A text of hexadecimal digits that puts codes in order under any collation.

        By fonds, then part by part: numbers by value, Y before D30 before D10 (the longer first),
        names by code point, a volume before its items.
        """
        parts = self.parts
        key = _natural(parts["fonds"])
        for name, value in parts.items():
            if name == "year":
                key += "1" + value
            elif name == "retention":
                key += f"2{0 if value == 'Y' else 9999 - int(value[1:]):04d}"
            elif name != "fonds" and name not in _NUMBERS:
                key += "3" + _natural(value)
        return key + "0" + "".join(parts[name].zfill(8) for name in _NUMBERS if name in parts)


def parse_reference_code(text: str, templates: Sequence[Template] = DEFAULT_TEMPLATES) -> ReferenceCode:
    """Read `text` by the first template it fits exactly.

    Raises `ReferenceCodeError` that names the place and what was expected there. Nothing is put
    right silently: a look-alike of a separator is an error with a suggestion.
    """
    code = find_reference_code(text, templates)
    if code is None:
        raise _explain(text, templates)
    return code


def find_reference_code(text: str, templates: Sequence[Template] = DEFAULT_TEMPLATES) -> ReferenceCode | None:
    """Read `text` as `parse_reference_code` does, without looking for the reason where it can't."""
    for template in templates:
        found = template.regex.fullmatch(text)
        if found is not None:
            parts = {name: part for name, part in found.groupdict().items() if part is not None}
            return ReferenceCode(text, template.name, parts)
    return None


def format_reference_code(template: Template, **parts: object) -> str:
    """Write a reference code; whole numbers are padded to the width of their part.

    Raises `ReferenceCodeError` for a part that is missing, unknown or unfit.
    """
    unknown = sorted(parts.keys() - {one.name for one in template.fields})
    if unknown:
        raise ReferenceCodeError(
            _("Codes of the form “%(form)s” have no part “%(part)s”.", form=template.name, part=unknown[0])
        )
    text = ""
    for separator, part, pattern in template.steps:
        value = parts.get(part.name)
        if value is None or value == "":
            if part.optional:
                continue
            raise ReferenceCodeError(
                _(
                    "Codes of the form “%(form)s” need the part “%(part)s”, and it is missing.",
                    form=template.name,
                    part=part.name,
                )
            )
        written = part.write(value)
        if not pattern.fullmatch(written):
            raise ReferenceCodeError(
                _(
                    "The part “%(part)s” of the reference code cannot be “%(value)s”: %(expected)s is expected.",
                    part=part.name,
                    value=written,
                    expected=part.expected,
                )
            )
        text += separator + written
    return text


@lru_cache(maxsize=8192)  # the same few fonds, categories and departments stand in thousands of codes
def _natural(value: str) -> str:
    """Return a key that sorts texts with the numbers in them by value; `00` ends it."""
    key = ""
    for place, run in enumerate(_DIGIT_RUNS.split(value)):
        if place % 2:
            digits = run.lstrip("0")
            key += f"2{len(digits):02d}{digits}"
        else:
            key += "".join(f"{ord(c):02x}" if c < "\x7f" else f"e{ord(c):06x}" for c in run)
    return key + "00"


def _explain(text: str, templates: Sequence[Template]) -> ReferenceCodeError:
    """Find the place up to which the best template could read, and what it expected there."""
    if not text.strip():
        return ReferenceCodeError(_("The reference code is empty."), hint=_hint(text, templates))
    reaches = [(*_read_far(text, template), template) for template in templates]
    furthest = max((place for place, _expected, _template in reaches), default=0)
    nearest = [template for place, _expected, template in reaches if place == furthest]
    expectations = list[Message]()
    for place, expected, _template in reaches:
        if place == furthest:
            expectations += [one for one in expected if one not in expectations]
    wanted = expectations[0] if expectations else _("a reference code")
    for other in expectations[1:3]:
        wanted = _("%(one)s or %(other)s", one=wanted, other=other)
    if furthest >= len(text):
        fault = _(
            "The reference code “%(text)s” ends too early: %(expected)s is expected after it.",
            text=text[:_SHOWN],
            expected=wanted,
        )
    else:
        fault = _(
            "The reference code “%(text)s” is wrong at character %(place)d (“%(found)s”): "
            "%(expected)s is expected there.",
            text=text[:_SHOWN],
            place=furthest + 1,
            found=text[furthest : furthest + 12],
            expected=wanted,
        )
    return ReferenceCodeError(fault, hint=_hint(text, nearest))


def _read_far(text: str, template: Template) -> tuple[int, list[Message]]:
    """Return how far `template` can read `text` and what it expects at that place."""
    furthest, expected = 0, list[Message]()

    def note(place: int, what: Message) -> None:
        nonlocal furthest, expected
        if place > furthest:
            furthest, expected = place, []
        if place == furthest and what not in expected:
            expected.append(what)

    steps = template.steps
    waiting = [(0, 0)]
    while waiting:
        place, step = waiting.pop()
        if step == len(steps):
            note(place, _("the end of the code"))
            continue
        separator, part, pattern = steps[step]
        if part.optional:
            waiting.append((place, step + 1))
        if not text.startswith(separator, place):
            note(place, _("“%(sign)s”", sign=separator))
        elif found := pattern.match(text, place + len(separator)):
            waiting.append((found.end(), step + 1))
        else:
            note(place + len(separator), part.expected)
    return furthest, expected


def _hint(text: str, templates: Sequence[Template]) -> Message | None:
    """Suggest the code that was probably meant, or show one that is right."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    meanings = [
        format_reference_code(template, **found.groupdict())
        for template in templates
        if (found := template.lenient_regex.fullmatch(plain))
    ]
    if meanings:
        # Forms differ in their separators alone: a dot was rather meant as a dot than as a dash.
        dotted = _DOTS.sub(PART, plain)
        meant = max(meanings, key=lambda one: sum(a == b for a, b in zip(one, dotted, strict=False)))
        return _("Probably “%(meant)s” is meant: correct the list and send it again.", meant=meant)
    examples = [template.example for template in templates if template.example]
    return _("A code that reads well is “%(example)s”.", example=examples[0]) if examples else None
