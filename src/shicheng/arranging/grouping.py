"""Which loose files make one item 件, and why: the rules of DA/T 22-2015, 5.1. No database here.

Files are joined where two of them say that they belong together: by document number, title, folder, numbers of
pages, what the one quotes of the other. Nothing is decided: a person takes a proposal, or part of it, or none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar
from uuid import UUID

from shicheng.arranging.naming import Named, fold, read_name
from shicheng.arranging.types import ORDER, LooseFile, Part, Proposed
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

T = TypeVar("T")
LEAST: Final = 6  # signs of a title that can join files
MOST_IN_FOLDER: Final = 12
REPLIES: Final = ("批复", "复函", "回复", "答复")
_REQUESTS: Final = ("请示", "来函", "建议", "提案", "询问")
FORWARDING: Final = ("转发", "批转", "印发")
_SIDE: Final = frozenset({Part.ANNEX, Part.FINAL_DRAFT, Part.DRAFT, Part.DRAFTING_SHEET, Part.INCOMING_SHEET,
                          Part.TRANSLATION, Part.COPY})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file with what its name and its text say."""

    file: LooseFile
    named: Named

    @property
    def part(self) -> Part:
        """What its name says it is."""
        return self.named.part or Part.MAIN

    @property
    def is_text(self) -> bool:
        """Tell whether it can stand alone: no annex, draft or sheet."""
        return self.part not in _SIDE

    @property
    def can_be_annex(self) -> bool:
        """Tell whether a text can name it as its annex."""
        return len(self.named.core) >= LEAST and self.named.part in (None, Part.ANNEX)


class _Groups:
    """Files joined into groups, each join with its reason."""

    def __init__(self, files: Sequence[ReadFile]) -> None:
        self._above = {one.file.key: one.file.key for one in files}
        self._reasons: dict[UUID, list[Message]] = defaultdict(list)

    def root(self, key: UUID) -> UUID:
        while self._above[key] != key:
            self._above[key] = self._above[self._above[key]]
            key = self._above[key]
        return key

    def join(self, one: ReadFile, other: ReadFile, why: Message) -> None:
        first, second = self.root(one.file.key), self.root(other.file.key)
        if first == second:
            return
        self._above[second] = first
        self._reasons[first] += [*self._reasons.pop(second, []), why]

    def reasons(self, key: UUID) -> list[Message]:
        return self._reasons[self.root(key)]

    def same(self, one: ReadFile, other: ReadFile) -> bool:
        return self.root(one.file.key) == self.root(other.file.key)


def propose_groups(files: Iterable[LooseFile]) -> list[Proposed]:
    """Propose which files make one item; only groups of two and more, in the order of their first file.

    A file is in one sure group at most. Groups that are not sure come last and may name files of sure ones: they
    say that two items may be one.
    """
    read = [ReadFile(one, read_name(one.path, one.text)) for one in files]
    groups = _Groups(read)
    for join in (_by_number, _by_title, _by_pages, _by_forwarding, _by_annex_named, _by_folder):
        for one, other, why in join(read, groups):
            groups.join(one, other, why)
    members: dict[UUID, list[ReadFile]] = defaultdict(list)
    for one in read:
        members[groups.root(one.file.key)].append(one)
    sure = [_proposed(each, groups.reasons(each[0].file.key)) for each in members.values() if len(each) > 1]
    return sure + list(_replies(list(members.values())))


def propose_one(file: LooseFile) -> Proposed:
    """What a file is that makes an item by itself."""
    return _proposed([ReadFile(file, read_name(file.path, file.text))], [])


def order_files(files: Iterable[LooseFile]) -> Proposed:
    """Put files that were chosen for one item into the order of the norm."""
    return _proposed([ReadFile(one, read_name(one.path, one.text)) for one in files], [])


def find_doubles(files: Iterable[LooseFile]) -> list[tuple[UUID, ...]]:
    """Files with the very same bytes: 重份, of which one is filed."""
    same: dict[str, list[UUID]] = defaultdict(list)
    for one in files:
        if one.digest:
            same[one.digest].append(one.key)
    return [tuple(keys) for keys in same.values() if len(keys) > 1]


Join = Iterator[tuple[ReadFile, ReadFile, Message]]


def _by_number(read: list[ReadFile], groups: _Groups) -> Join:
    """Files that carry one document number."""
    same: dict[str, list[ReadFile]] = defaultdict(list)
    for one in read:
        if one.named.number:
            same[one.named.number].append(one)
    for number, ones in same.items():
        texts = [one for one in ones if one.is_text]
        # Two texts of one number and different titles are rather a mistake in one of them than one item.
        if len(texts) > 1 and len({one.named.core for one in texts}) > 1 and not _one_says_all(texts):
            continue
        for one, other in pairwise(ones):
            yield one, other, _("Both carry the document number %(number)s.", number=number)


def _one_says_all(texts: list[ReadFile]) -> bool:
    cores = [one.named.core for one in texts]
    longest = max(cores, key=len)
    return all(core in longest for core in cores)


def _by_title(read: list[ReadFile], groups: _Groups) -> Join:
    """A text and its drafts, annexes, translations, copies: one title but for what says the part."""
    same: dict[str, list[ReadFile]] = defaultdict(list)
    for one in read:
        if len(one.named.core) >= LEAST:
            same[one.named.core].append(one)
    for ones in same.values():
        first = next((one for one in ones if one.is_text), ones[0])
        for one in ones:
            if one is first or (one.is_text and one.named.number != first.named.number):
                continue
            if one.is_text and one.named.extension == first.named.extension and one.named.page is None:
                continue  # two texts of one title and form: the report of two quarters, rather than one item
            yield first, one, _("Their names differ only in what part of it they are: %(title)s.",
                                title=first.named.title)  # fmt: skip


def _by_pages(read: list[ReadFile], groups: _Groups) -> Join:
    """Pictures of the pages of one document, numbered through."""
    same: dict[tuple[str, str], list[ReadFile]] = defaultdict(list)
    for one in read:
        if one.named.page is not None:
            same[one.named.folder, one.named.core].append(one)
    for (_folder, core), ones in same.items():
        ones.sort(key=lambda one: one.named.page or 0)
        numbers = [one.named.page or 0 for one in ones]
        running = all(later - earlier == 1 for earlier, later in pairwise(numbers))
        if not running or numbers[0] > 1 or (not core and not ones[0].named.folder):
            continue
        for one, other in pairwise(ones):
            yield one, other, _("They are numbered as pages of one document.")


def _by_forwarding(read: list[ReadFile], groups: _Groups) -> Join:
    """A text that forwards another, and that other."""
    by_title = {one.named.core: one for one in read if len(one.named.core) >= LEAST}
    for one in read:
        if not any(word in one.named.title for word in FORWARDING):
            continue
        for quoted in one.named.quoted:
            other = by_title.get(quoted)
            if other is not None and other is not one and other.named.part in (None, Part.FORWARDED):
                yield one, other, _("The one forwards the other: 《%(title)s》.", title=other.named.title)


def _by_annex_named(read: list[ReadFile], groups: _Groups) -> Join:
    """Annexes whose title the text names as one."""
    folders: dict[str, list[tuple[str, ReadFile]]] = defaultdict(list)
    for one in read:
        if one.can_be_annex:
            folders[one.named.folder].append((one.named.core, one))
    named = {folder: find_named_annexes(listed) for folder, listed in folders.items()}
    for one in read:
        if one.is_text and "附件" in one.file.text and one.named.folder in named:
            for other in named[one.named.folder](after_annexes(one.file.text)):
                if other is not one:
                    name = other.file.path.rpartition("/")[2]
                    yield one, other, _("The text names it as its annex: %(title)s.", title=name)


def after_annexes(text: str) -> str:
    """What stands in a text where annexes are listed, folded: after the first and after the last 附件."""
    return fold(text.rpartition("附件")[2])[:400] + fold(text.partition("附件")[2])[:400]


def find_named_annexes(listed: Iterable[tuple[str, T]]) -> Callable[[str], Iterator[T]]:
    """Prepare to find those of many folded titles that stand in a text; each is given once, in the order listed."""
    by_head: dict[str, list[tuple[int, str, T]]] = defaultdict(list)
    for place, (core, one) in enumerate(listed):
        by_head[core[:LEAST]].append((place, core, one))

    def find(after: str) -> Iterator[T]:
        hits: dict[int, T] = {}
        for start in range(len(after) - LEAST + 1):
            for place, core, one in by_head.get(after[start : start + LEAST], ()):
                if after.startswith(core, start):
                    hits[place] = one
        for place in sorted(hits):
            yield hits[place]

    return find


def _by_folder(read: list[ReadFile], groups: _Groups) -> Join:
    """Annexes, drafts and sheets that lie in one folder with a single text."""
    folders: dict[str, list[ReadFile]] = defaultdict(list)
    for one in read:
        folders[one.named.folder].append(one)
    for folder, ones in folders.items():
        texts = [one for one in ones if one.is_text]
        heads = {groups.root(one.file.key) for one in texts}
        crowd = max(len(ones), *(one.file.crowd for one in ones))
        if not folder or crowd > MOST_IN_FOLDER or len(heads) != 1 or len(ones) < 2:
            continue
        for one in ones:
            if one is not texts[0] and not groups.same(one, texts[0]):
                yield texts[0], one, _("They lie in one folder with a single text: %(folder)s.",
                                       folder=folder.rpartition("/")[2])  # fmt: skip


def _replies(members: list[list[ReadFile]]) -> Iterator[Proposed]:
    """Replies and what they answer: two items as a rule, one where the unit files them so."""
    texts = [(each, one) for each in members for one in each if one.is_text]
    by_number = {one.named.number: each for each, one in texts if one.named.number}
    by_title = {one.named.core: each for each, one in texts if len(one.named.core) >= LEAST}
    for each, one in texts:
        if not any(word in one.named.title for word in REPLIES):
            continue
        asked = next((by_number[number] for number in one.named.mentioned if number in by_number), None)
        why = _("The reply names the number of the document it answers.")
        if asked is None:
            asked = next((by_title[title] for title in one.named.quoted if title in by_title), None)
            why = _("The reply names the title of the document it answers.")
        if asked is None or asked is each:
            continue
        if not any(word in other.named.title for word in _REQUESTS for other in asked):
            continue
        proposed = _proposed([*each, *asked], [why], incoming={other.file.key for other in asked if other.is_text})
        yield Proposed(
            proposed.files, one.named.title, one.named.number, proposed.date, proposed.reasons, is_sure=False
        )


def _proposed(ones: list[ReadFile], reasons: list[Message], *, incoming: set[UUID] | None = None) -> Proposed:
    parts = {one.file.key: Part.INCOMING if one.file.key in (incoming or ()) else _part_of(one, ones) for one in ones}

    def place(one: ReadFile) -> tuple[int, int, int, str]:
        # 正本 before 定稿; annexes by their numbers, pages by theirs.
        return ORDER[parts[one.file.key]], max(one.named.annex, 0), one.named.page or 0, one.file.path

    ordered = sorted(ones, key=place)
    head = next((one for one in ordered if parts[one.file.key] in (Part.REPLY, Part.MAIN)), ordered[0])
    number = head.named.number or next((one.named.number for one in ordered if one.named.number), "")
    return Proposed(
        files=tuple((one.file.key, parts[one.file.key]) for one in ordered),
        title=head.named.title,
        document_number=number,
        date=head.named.date,
        reasons=_once(reasons),
    )


def _part_of(one: ReadFile, ones: list[ReadFile]) -> Part:
    """What a file is among these: what its name says, else what the others make of it."""
    if one.named.part is not None:
        return one.named.part
    texts = [each for each in ones if each.named.part is None]
    for each in texts:
        if each is one:
            continue
        if one.named.core in each.named.quoted and any(word in each.named.title for word in FORWARDING):
            return Part.FORWARDED
        after = fold(each.file.text.partition("附件")[2]) if "附件" in each.file.text else ""
        if len(one.named.core) >= LEAST and one.named.core in after:
            return Part.ANNEX
    if any(word in one.named.title for word in REPLIES) and len(texts) > 1:
        return Part.REPLY
    return Part.MAIN


def _once(reasons: Iterable[Message]) -> tuple[Message, ...]:
    """Each reason once; messages have no hash."""
    found: list[Message] = []
    for one in reasons:
        if one not in found:
            found.append(one)
    return tuple(found)
