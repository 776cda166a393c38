"""Searches people keep, with what is new since they last looked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings.policies import BROWSE
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import allows, require
from shicheng.people.types import Actor
from shicheng.search import events
from shicheng.search.errors import BadSavedSearch, SavedSearchMissing
from shicheng.search.models import SavedSearch
from shicheng.search.viewing import count_hits

MOST: Final = 30  # of one person: each is asked anew when the list is shown
LONGEST: Final = 4000  # of an address


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """A kept search with what it finds now, and how many more than when it was last looked at."""

    row: SavedSearch
    total: int
    new: int


def saved_searches(actor: Actor, index_path: Path) -> list[KeptSearch]:
    """The searches the actor keeps, by name, each counted now as far as the actor may see."""
    found = []
    for row in _own(actor):
        total = count_hits(actor, QueryDict(row.address), index_path)
        found.append(KeptSearch(row, total, max(0, total - row.seen_total)))
    return found


def save_search(*, actor: Actor, name: str, address: str, index_path: Path) -> SavedSearch:
    """Keep a search; one of the same name is replaced. Raises `BadSavedSearch`."""
    require(actor, BROWSE)
    plain = " ".join(name.split())
    if not plain or len(plain) > 80 or "\x00" in plain + address or len(address) > LONGEST:
        raise BadSavedSearch(
            _("A search is kept under a name of at most 80 signs."), hint=_("Give it a short name and keep it again.")
        )
    if actor.user_id is None:
        raise BadSavedSearch(_("Only people keep searches."), hint=_("Sign in at the desk."))
    total = count_hits(actor, QueryDict(address), index_path)
    with atomic():
        if _own(actor).exclude(name=plain).count() >= MOST:
            raise BadSavedSearch(_("You keep %(most)s searches already.", most=MOST), hint=_("Remove one first."))
        values = {"address": address, "seen_total": total, "seen_at": clock.now()}
        row, _made = SavedSearch.objects.update_or_create(owner_id=actor.user_id, name=plain, defaults=values)
        audit.append(actor, events.SEARCH_KEPT, ("search", row.pk), {"name": plain})
    return row


def look_at(*, actor: Actor, search: UUID, index_path: Path) -> SavedSearch:
    """Note that the actor sees the search now: what comes later is new. Raises `SavedSearchMissing`."""
    require(actor, BROWSE)
    row = _own(actor).filter(pk=search).first()
    if row is None:
        raise SavedSearchMissing(_("You keep no such search."), hint=_("Choose one of your list."))
    row.seen_total = count_hits(actor, QueryDict(row.address), index_path)
    row.seen_at = clock.now()
    # A liking of one person, and no matter of the log; removed meanwhile, nothing is written.
    SavedSearch.objects.filter(pk=row.pk).update(seen_total=row.seen_total, seen_at=row.seen_at)
    return row


def forget_search(*, actor: Actor, search: UUID) -> None:
    """Remove a kept search; removed already is no error."""
    require(actor, BROWSE)
    with atomic():
        row = _own(actor).filter(pk=search).first()
        if row is None:
            return
        row.delete()
        audit.append(actor, events.SEARCH_REMOVED, ("search", search), {"name": row.name})


def _own(actor: Actor) -> QuerySet[SavedSearch]:
    mine = SavedSearch.objects.filter(owner_id=actor.user_id).order_by("name", "id")
    return mine if actor.user_id is not None and allows(actor, BROWSE) else SavedSearch.objects.none()
