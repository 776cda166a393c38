"""Words that are a name of somebody or something found by every other name of it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.search.expressions import And, Expression, Not, Or, Word
from shicheng.search.language import Reading
from shicheng.search.ports import known_variants

MOST: Final = 20  # other names of one word
_NAMING: Final = frozenset({"author", "e_addressee", "e_copied_to", "e_agency", "e_persons", "e_subjects"})


def with_variants(actor: Actor, reading: Reading) -> Reading:
    """Take the other names of what a query asks for into it, and say so. What stands in quotes is left as it is."""
    words = list(dict.fromkeys(word.text for word in _words(reading.expression)))
    if not words:
        return reading
    found: dict[str, tuple[str, ...]] = {}
    for variants in known_variants:
        for text, others in variants(actor, words).items():
            found[text] = (*found.get(text, ()), *others)[:MOST]
    found = {text: others for text, others in found.items() if others}
    if not found:
        return reading
    notes = [
        _(
            "“%(word)s” was searched for as %(others)s too: names of the same. In quotation marks it is searched for "
            "by itself.",
            word=text, others="、".join(others),
        )
        for text, others in found.items()
    ]  # fmt: skip
    return Reading(_widened(reading.expression, found), [*reading.notes, *notes])


def _may_be_name(word: Word) -> bool:
    if word.quoted or "*" in word.text or "＊" in word.text or len(word.text) < 2:
        return False
    return word.field is None or word.field.name in _NAMING or bool(word.field.labels)


def _words(expression: Expression) -> list[Word]:
    match expression:
        case Word():
            return [expression] if _may_be_name(expression) else []
        case Not(part):
            return _words(part)
        case And(parts) | Or(parts):
            return [word for part in parts for word in _words(part)]
    return []


def _widened(expression: Expression, found: Mapping[str, tuple[str, ...]]) -> Expression:
    match expression:
        case Word():
            others = found.get(expression.text, ()) if _may_be_name(expression) else ()
            further = [replace(expression, text=one, quoted=True) for one in others]
            return Or((expression, *further)) if further else expression
        case Not(part):
            return Not(_widened(part, found))
        case And(parts):
            return And(tuple(_widened(part, found) for part in parts))
        case Or(parts):
            return Or(tuple(_widened(part, found) for part in parts))
    return expression
