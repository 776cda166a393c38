"""Suggestions for held items from the texts of their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shicheng.describing.extraction import Source, Suggestion, suggest
from shicheng.holdings import selectors
from shicheng.holdings.models import File, Item
from shicheng.holdings.types import Advice
from shicheng.people.types import Actor

AROUND: Final = 24  # signs shown on each side of a spot
_ANNEXES: Final = ("附件", "处理单", "发文稿纸", "收文")


@dataclass(frozen=True, slots=True)
class Found:
    """A suggestion, the file it was read from, and what stands around its spot."""

    suggestion: Suggestion
    file: File
    words: str
    before: str
    after: str


def suggestions(actor: Actor, key: object) -> list[Found]:
    """What an item the actor may see says of itself, read from its main file; raises `ItemNotFound`."""
    return read_item(selectors.item(actor, str(key)))


def read_item(item: Item) -> list[Found]:
    """Read the main file of an item: the first with text, annexes and handling sheets last."""
    files = sorted(
        item.files.select_related("text"), key=lambda one: (_is_annex(one), not hasattr(one, "text"), one.order)
    )
    if not files:
        return []
    main = files[0]
    text = selectors.file_text(main) or ""
    return [_found(one, main, text) for one in suggest(text, name=main.name)]


def advise(item: Item) -> list[Advice]:
    """The same for the form of the holdings (`holdings.ports`)."""
    return [
        Advice(
            element=one.suggestion.element, value=one.suggestion.value, reason=one.suggestion.reason,
            confidence=one.suggestion.confidence, origin=one.file.name, line=one.suggestion.line, words=one.words,
            before=one.before, after=one.after,
        )
        for one in read_item(item)
    ]  # fmt: skip


def _found(one: Suggestion, file: File, text: str) -> Found:
    place = file.name if one.source is Source.NAME else text
    before = place[max(0, one.start - AROUND) : one.start]
    after = place[one.end : one.end + AROUND]
    cut_before, cut_after = one.start > AROUND, one.end + AROUND < len(place)
    return Found(
        one, file, " ".join(place[one.start : one.end].split()),
        ("…" if cut_before else "") + " ".join(before.split()), " ".join(after.split()) + ("…" if cut_after else ""),
    )  # fmt: skip


def _is_annex(one: File) -> bool:
    return one.draft_state in _ANNEXES or one.name.startswith("附件")
