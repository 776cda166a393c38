"""Views of the table of items that people keep, and the columns they want."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events, policies
from shicheng.holdings.errors import BadView, ViewMissing
from shicheng.holdings.models import ColumnChoice, TableView
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import allows, require
from shicheng.people.types import Actor

MOST_VIEWS: Final = 100  # of one person


def views(actor: Actor) -> list[TableView]:
    """The actor's own views and those shared with everyone, by name; none that names a fonds beyond their reach."""
    if not allows(actor, policies.BROWSE):
        return []
    found = TableView.objects.filter(Q(owner_id=actor.user_id) | Q(is_shared=True)).order_by("name", "id")
    return [one for one in found if _reaches(actor, one)]


def save_view(
    *, actor: Actor, name: str, filters: Mapping[str, str], order: str, columns: Sequence[str], shared: bool = False
) -> TableView:
    """Keep a view of the table; one of the same name is replaced. Raises `BadView`."""
    require(actor, policies.BROWSE)
    if shared:
        require(actor, policies.SHARE_VIEW)
    plain = " ".join(name.split())
    if not plain or len(plain) > 80 or "\x00" in plain:
        raise BadView(_("A view needs a name of at most 80 signs."), hint=_("Give it a short name and save it again."))
    owner = _owner(actor)
    with atomic():
        own = TableView.objects.filter(owner_id=owner)
        if own.exclude(name=plain).count() >= MOST_VIEWS:
            raise BadView(_("You keep %(most)s views already.", most=MOST_VIEWS), hint=_("Remove one first."))
        values = {
            "owner_name": actor.name[:200], "filters": dict(filters), "order": order, "columns": list(columns),
            "is_shared": shared, "saved": clock.now(),
        }  # fmt: skip
        kept, _made = TableView.objects.update_or_create(owner_id=owner, name=plain, defaults=values)
        audit.append(actor, events.VIEW_SAVED, ("view", kept.pk), {"name": plain, "shared": shared})
    return kept


def forget_view(*, actor: Actor, view: UUID) -> None:
    """Remove a view of one's own; raises `ViewMissing`. Removed already is no error."""
    require(actor, policies.BROWSE)
    owner = _owner(actor)
    with atomic():
        kept = TableView.objects.filter(pk=view).first()
        if kept is None:
            return
        if kept.owner_id != owner:
            raise ViewMissing(_("This view is not yours."), hint=_("Ask %(name)s to remove it.", name=kept.owner_name))
        kept.delete()
        audit.append(actor, events.VIEW_REMOVED, ("view", view), {"name": kept.name})


def columns_of(actor: Actor, known: Container[str]) -> tuple[str, ...]:
    """The columns the actor chose, () if they never did."""
    if actor.user_id is None:
        return ()
    chosen = ColumnChoice.objects.filter(pk=actor.user_id).values_list("columns", flat=True).first()
    return tuple(name for name in chosen or () if name in known)


def choose_columns(*, actor: Actor, columns: Sequence[str]) -> None:
    """Keep which columns the actor wants; none means the usual ones. It is a liking, and no matter of the log."""
    require(actor, policies.BROWSE)
    ColumnChoice.objects.update_or_create(owner_id=_owner(actor), defaults={"columns": list(columns)})


def _owner(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise BadView(_("Only people keep views."), hint=_("Sign in at the desk."))
    return actor.user_id


def _reaches(actor: Actor, one: TableView) -> bool:
    fonds = one.filters.get("fonds")
    return one.owner_id == actor.user_id or not fonds or allows(actor, policies.READ, fonds=fonds)
