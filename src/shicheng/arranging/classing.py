"""Proposing the class of an item, with the reasons. No database here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from shicheng.arranging.naming import fold, prefix_of
from shicheng.arranging.types import Described, Proposal, Rule
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

# A number says more than who wrote it, and that more than a word; what was filed before says least.
_WEIGHTS: Final = {"prefix": 8, "author": 5, "words": 4}
_MOST: Final = 3
Class = tuple[str, str, str]  # category, department, retention


def propose_classes(
    one: Described, rules: Sequence[Rule], precedents: Mapping[str, Mapping[Class, int]] | None = None
) -> list[Proposal]:
    """Propose where an item belongs, the best first.

    `precedents` tells for a prefix of document numbers how many records of each class are held already. A rule that
    leaves a part of the class open is filled up by those that name it.
    """
    hits = [(rule, why) for rule in rules if (why := _hit(one, rule)) is not None]
    found: dict[Class, tuple[int, str, list[Message]]] = {}
    for rule, why in hits:
        category = rule.category or one.category
        klass = (
            category,
            rule.department or _best(hits, "department", rule),
            rule.retention or _best(hits, "retention", rule),
        )
        weight = _WEIGHTS[rule.kind] * 10 + min(len(rule.value), 9)
        so_far, row, reasons = found.get(klass, (0, "", []))
        found[klass] = (so_far + weight, row or rule.row, [*reasons, why])
    before = (precedents or {}).get(prefix_of(one.document_number), {})
    total = sum(before.values())
    for klass, count in before.items():
        why = _("Of %(total)s records with numbers of %(prefix)s held already, %(count)s stand there.",
                total=total, prefix=prefix_of(one.document_number), count=count)  # fmt: skip
        so_far, row, reasons = found.get(klass, (0, "", []))
        found[klass] = (so_far + 20 * count // total, row, [*reasons, why])
    proposals = [
        Proposal(category, department, retention, row, weight, tuple(reasons))
        for (category, department, retention), (weight, row, reasons) in found.items()
    ]
    return sorted(proposals, key=lambda each: (-each.weight, each.department, each.retention))[:_MOST]


def _hit(one: Described, rule: Rule) -> Message | None:
    """Why a rule holds for an item; None if it doesn't."""
    said = {"rule": rule.label or rule.value}
    if rule.kind == "prefix":
        if one.document_number and fold(prefix_of(one.document_number)) == fold(rule.value):
            return _("Its number begins with %(value)s (%(rule)s).", value=rule.value, **said)
        return None
    if rule.kind == "author":
        if rule.value and fold(rule.value) in fold(one.author):
            return _("It was issued by %(value)s (%(rule)s).", value=rule.value, **said)
        return None
    words = [word for word in rule.value.replace("，", "、").replace(" ", "、").split("、") if word]
    title = fold(one.title)
    if words and all(fold(word) in title for word in words):
        return _("Its title has “%(value)s” (%(rule)s).", value="、".join(words), **said)
    return None


def _best(hits: Iterable[tuple[Rule, Message]], part: str, rule: Rule) -> str:
    """What the other rules that hold say of a part this one leaves open."""
    told = Counter[str]()
    for other, _why in hits:
        value = getattr(other, part)
        if other is not rule and value:
            told[value] += _WEIGHTS[other.kind]
    return told.most_common(1)[0][0] if told else ""
