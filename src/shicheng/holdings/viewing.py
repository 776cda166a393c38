"""The tree of the holdings and one item, as pages show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, pgettext

from shicheng.holdings import policies, ports, selectors
from shicheng.holdings.file_views import view_file
from shicheng.holdings.models import Item
from shicheng.holdings.types import FILING_ROW, Branch, Piece
from shicheng.holdings.words import OPENNESS, SECRECY, branch_label, retention_label
from shicheng.packages.elements import ADDED, ELEMENTS
from shicheng.people.types import Actor
from shicheng.schemes.fields import label_of
from shicheng.settings.types import Settings


@dataclass(frozen=True, slots=True)
class Node:
    """A branch of the tree with the branches below it where it is open."""

    branch: Branch
    label: str
    is_open: bool
    is_here: bool
    below: list[Node] = field(default_factory=list)


def tree(actor: Actor, filters: Mapping[str, str]) -> list[Node]:
    """The tree opened along `filters`, one level read at a time."""
    path = {name: filters[name] for name in selectors.TREE if filters.get(name)}
    # Open only as far as the path has no gap: a year without its category is a filter, not a place in the tree.
    known: dict[str, str] = {}
    for name in selectors.TREE:
        if name not in path:
            break
        known[name] = path[name]
    return _level(actor, {}, known)


def _level(actor: Actor, above: dict[str, str], path: dict[str, str]) -> list[Node]:
    nodes = []
    for branch in selectors.branches(actor, above):
        is_open = bool(branch.key) and path.get(branch.level) == branch.key
        below = _level(actor, branch.filters, path) if is_open and len(above) < len(selectors.TREE) - 1 else []
        known = branch.key != selectors.WITHOUT
        label = branch_label(branch.level, branch.key, branch.label) if known else pgettext("no value", "without")
        nodes.append(Node(branch, label, is_open, is_open and branch.filters == path, below))
    return nodes


def view_item(actor: Actor, one: Item, query: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """Everything both doors show of an item."""
    files = list(one.files.all())
    chosen = next((each for each in files if str(each.pk) == query.get("file")), files[0] if files else None)
    if chosen is not None:
        chosen.item = one
    before, after = selectors.neighbours(actor, one)
    return {
        "item": one,
        "files": files,
        "view": view_file(chosen, query, settings) if chosen else None,
        "elements": elements_of(one, ports.pieces(actor, one)),
        "openness": OPENNESS.get(one.openness, one.openness),  # type: ignore[call-overload]  # stored as plain text
        "secrecy": SECRECY.get(one.secrecy, one.secrecy),  # type: ignore[call-overload]  # stored as plain text
        "retention": retention_label(one.retention) if one.retention else "",
        "category": branch_label("category", one.category, one.category),
        "is_open": policies.is_open(one),
        "before": before,
        "after": after,
    }


def elements_of(one: Item, pieces: Mapping[str, list[Piece]]) -> list[tuple[str, str, list[Piece]]]:
    """Number, label and value of every element of the description, then what the scheme does not know.

    Values are in pieces; some lead somewhere.
    """
    elements = {name: one.elements[name] for name in one.elements if name != "title"}
    return [
        (number, label, pieces.get(name) or [Piece(value)]) for name, number, label, value in _told(elements, one.extra)
    ]


def elements_of_values(elements: Mapping[str, str], extra: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The same of a description that is not the present one, its title too, each value whole."""
    return [(number, label, value) for _name, number, label, value in _told(elements, extra)]


def _told(elements: Mapping[str, str], extra: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    chinese = (get_language() or "").startswith("zh")
    for each in ELEMENTS:
        if elements.get(each.name):
            label = each.label_zh if chinese else each.label_en
            yield each.name, each.number or "", label, str(elements[each.name])
    for label, value in extra.items():
        if value and label != FILING_ROW:
            yield f"{ADDED}{label}", "", label_of(f"{ADDED}{label}"), str(value)
