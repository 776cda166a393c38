"""Names of authorities where they meet people: in the description of a record, and in what is searched for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from shicheng.describing import linking, policies
from shicheng.describing.authorities import fold_name
from shicheng.describing.errors import AuthorityNotFound
from shicheng.describing.linking import BETWEEN, naming
from shicheng.describing.models import KINDS, Authority, AuthorityLink, AuthorityName
from shicheng.holdings.models import Item
from shicheng.holdings.types import Piece
from shicheng.kernel.messages import message as _
from shicheng.people.policies import allows
from shicheng.people.services import ANONYMOUS
from shicheng.people.types import Actor
from shicheng.schemes.fields import ADDED, is_added

PUBLIC: Final = ("body", "place", "subject")
"""Kinds whose names are nobody's secret; what else a person was called is told only to those who keep authorities."""

_SIGNS: Final = re.compile(f"({BETWEEN.pattern})")
# Seconds after it was seen that there are no authorities at all, or some; a search need not ask each time.
_NONE, _SOME = 1.0, 60.0
_seen: tuple[float, bool] = (0.0, True)  # until when it holds, whether there are none


def pointers(actor: Actor, item: Item) -> dict[str, list[Piece]]:
    """The values of a description that name authorities, each name with the address of its page."""
    if not allows(actor, policies.READ_AUTHORITIES) or _is_empty():
        return {}
    return pieces_of(item, lambda key: reverse("describing:authority", args=[key]))


def pieces_of(item: Item, address: Callable[[UUID], str], *, kinds: Sequence[str] = KINDS) -> dict[str, list[Piece]]:
    """The same with addresses of one's own, for names of some kinds or all."""
    values = {name: text for name in naming(item.category) if (text := _value(item, name))}
    spoken = {fold_name(part) for text in values.values() for part in _parts(text)}
    known: dict[str, dict[str, UUID]] = {}
    found = AuthorityName.objects.filter(kind__in=kinds, folded__in=spoken, authority__merged_into=None)
    for kind, folded, key in found.values_list("kind", "folded", "authority_id"):
        known.setdefault(folded, {})[kind] = key
    if not known:
        return {}
    named = naming(item.category)
    cut = {name: list(_pieces(text, named[name], known, address)) for name, text in values.items()}
    return {name: pieces for name, pieces in cut.items() if any(one.address for one in pieces)}


def public_pieces(item: Item, address: Callable[[UUID], str]) -> dict[str, list[Piece]]:
    """The values of an opened record whose names have a page for everyone."""
    if _is_empty():
        return {}
    linked = set(AuthorityLink.objects.filter(item=item).values_list("authority_id", flat=True))
    return pieces_of(item, lambda key: address(key) if key in linked else "", kinds=PUBLIC) if linked else {}


def public_authority(key: UUID) -> Authority:
    """An authority everyone may see: of a public kind, and named by a record that is open to all.

    Raises `AuthorityNotFound`, so that nobody learns which names only closed records hold.
    """
    found = Authority.objects.filter(pk=key, kind__in=PUBLIC, merged_into=None).first()
    if found is None or not linking.records(ANONYMOUS, found).exists():
        raise AuthorityNotFound(_("There is no such name here."), hint=_("Search for it instead."))
    return found


def other_names(actor: Actor, words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For those of some words that are names of authorities, the other names of the same."""
    if _is_empty():
        return {}
    folded = {word: fold_name(word) for word in words}
    rows = _open_to(actor).filter(folded__in=set(folded.values())).values_list("folded", "authority_id")
    keys: dict[str, set[UUID]] = {}
    for one, key in rows:
        keys.setdefault(one, set()).add(key)
    if not keys:
        return {}
    names: dict[UUID, list[tuple[str, str]]] = {}
    listed = AuthorityName.objects.filter(authority_id__in={key for each in keys.values() for key in each})
    for key, name, one in listed.order_by("-is_main", "name").values_list("authority_id", "name", "folded"):
        names.setdefault(key, []).append((name, one))
    return {
        word: tuple(dict.fromkeys(
            name for key in sorted(keys.get(own, ()), key=str) for name, one in names.get(key, ())
            if one != own and len(one) > 1
        ))
        for word, own in folded.items()
    }  # fmt: skip


def forget() -> None:
    """Look again whether there are authorities: some were written down."""
    global _seen
    _seen = (0.0, True)


def _is_empty() -> bool:
    """Tell whether there are no authorities at all."""
    global _seen
    now = time.monotonic()
    if now >= _seen[0]:
        is_empty = not AuthorityName.objects.exists()
        _seen = (now + (_NONE if is_empty else _SOME), is_empty)
    return _seen[1]


def _open_to(actor: Actor) -> QuerySet[AuthorityName]:
    kinds = KINDS if allows(actor, policies.READ_AUTHORITIES) else PUBLIC
    return AuthorityName.objects.filter(kind__in=kinds, authority__merged_into=None)


def _value(item: Item, name: str) -> str:
    return str(item.extra.get(name.removeprefix(ADDED), "") if is_added(name) else item.elements.get(name, ""))


def _parts(text: str) -> Iterable[str]:
    yield text
    yield from BETWEEN.split(text)


def _pieces(
    text: str, kinds: Sequence[str], known: Mapping[str, Mapping[str, UUID]], address: Callable[[UUID], str]
) -> Iterable[Piece]:
    """The value in pieces: the whole if it is one name, else its names and what stands between them."""

    def key_of(part: str) -> UUID | None:
        meant = known.get(fold_name(part), {})
        return next((meant[kind] for kind in kinds if kind in meant), None)

    whole = key_of(text)
    if whole is not None:
        yield Piece(text, address(whole))
        return
    for part in _SIGNS.split(text):
        key = key_of(part) if part.strip() else None
        if part:
            yield Piece(part, address(key) if key is not None else "")
