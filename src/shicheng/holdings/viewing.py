"""The tree of the holdings and one item, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from shicheng.holdings import policies, rendering, selectors
from shicheng.holdings.errors import ItemNotFound
from shicheng.holdings.models import File, Item
from shicheng.holdings.types import Branch
from shicheng.holdings.words import OPENNESS, SECRECY, branch_label, retention_label
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import ELEMENTS
from shicheng.people.types import Actor
from shicheng.settings.types import Settings

TEXT_SHOWN = 400_000  # characters; the rest is in the download


@dataclass(frozen=True, slots=True)
class Node:
    """A branch of the tree with the branches below it where it is open."""

    branch: Branch
    label: str
    is_open: bool
    is_here: bool
    below: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileView:
    """The chosen file of an item and how it is shown: pages, drawing, text, audio, video or none."""

    file: File
    kind: str
    page: int = 1
    pages: int = 0
    text: str = ""
    is_cut: bool = False
    seals: list[dict[str, Any]] = field(default_factory=list)
    problem: ShichengError | None = None


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
        label = branch_label(branch.level, branch.key, branch.label)
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
        "elements": elements_of(one),
        "openness": OPENNESS.get(one.openness, one.openness),  # type: ignore[call-overload]  # stored as plain text
        "secrecy": SECRECY.get(one.secrecy, one.secrecy),  # type: ignore[call-overload]  # stored as plain text
        "retention": retention_label(one.retention) if one.retention else "",
        "category": branch_label("category", one.category, one.category),
        "is_open": policies.is_open(one),
        "before": before,
        "after": after,
    }


def view_file(one: File, query: Mapping[str, str], settings: Settings) -> FileView:
    """Decide how a file is shown; what can't be shown is still there to be downloaded."""
    kind = _kind(one)
    try:
        if kind in ("pages", "drawing"):
            pages = rendering.pages(one, settings)
            seals = rendering.seals(one, settings) if kind == "drawing" else []
            return FileView(one, kind, page=_page(query, pages), pages=pages, seals=seals)
    except ShichengError as error:
        return FileView(one, "none", problem=error)
    if kind == "text":
        text = selectors.file_text(one) or ""
        return FileView(one, kind, text=text[:TEXT_SHOWN], is_cut=len(text) > TEXT_SHOWN)
    return FileView(one, kind)


def require_file(actor: Actor, file_id: UUID, *kinds: str) -> File:
    """One file the actor may see and that is shown in one of these ways; raises `ItemNotFound`."""
    one = selectors.file(actor, file_id)
    if kinds and _kind(one) not in kinds:
        raise ItemNotFound(_("The file %(name)s has no such view.", name=one.name))
    return one


def elements_of(one: Item) -> list[tuple[str, str, str]]:
    """Number, label and value of every element of the description, then what the scheme does not know."""
    chinese = (get_language() or "").startswith("zh")
    shown = [
        (each.number or "", each.label_zh if chinese else each.label_en, str(one.elements[each.name]))
        for each in ELEMENTS
        if one.elements.get(each.name) and each.name != "title"
    ]
    return shown + [("", name, str(value)) for name, value in one.extra.items() if value]


def _kind(one: File) -> str:
    if one.mime == "application/pdf" or (one.mime.startswith("image/") and one.mime != "image/svg+xml"):
        return "pages"
    if rendering.is_ofd(one):
        return "drawing"
    if one.mime.startswith(("audio/", "video/")):
        return one.mime.partition("/")[0]
    return "text" if hasattr(one, "text") else "none"


def _page(query: Mapping[str, str], pages: int) -> int:
    text = query.get("page", "1")
    return max(1, min(int(text), pages)) if text.isdecimal() and len(text) < 7 else 1
