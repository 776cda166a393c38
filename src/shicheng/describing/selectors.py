"""Reading batch changes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db.models import Count, QuerySet

from shicheng.describing import papers, policies
from shicheng.describing.models import ChangeSet
from shicheng.holdings.selectors import Number
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.search.choosing import count
from shicheng.search.selections import Selection
from shicheng.settings import Settings
from shicheng.storage import services as storage

ORDERS = {"": "-made_at", "old": "made_at", "changed": "-changed", "number": "number"}


def change_sets(actor: Actor, *, state: str = "", text: str = "", order: str = "") -> QuerySet[ChangeSet]:
    """Batch changes the actor may see; saves of the grid are in the histories of their records."""
    found = policies.visible(actor).exclude(kind="grid").select_related("undoes")
    if state:
        found = found.filter(state=state)
    if text:
        found = (
            found.filter(number__icontains=text)
            | found.filter(reason__icontains=text)
            | found.filter(made_by__icontains=text)
        )
    return found.order_by(ORDERS.get(order, "-made_at"), "-id")


def counts(actor: Actor) -> dict[str, int]:
    """How many batch changes the actor may see in each state."""
    found = policies.visible(actor).exclude(kind="grid").order_by()
    return dict(found.values_list("state").annotate(Count("pk")))


def count_selection(actor: Actor, selection: Selection, settings: Settings) -> Number:
    """How many records a selection has."""
    return count(actor, selection, settings.index_path)


def left_out(changes: ChangeSet, settings: Settings) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Records a set left out: their codes, and element and reason of each fault. The caller asked who may see it."""
    store = storage.open_store(settings)
    if not store.has(changes.object_id):
        return
    for fault in papers.read_faults(store, changes.object_id):
        yield fault["ref"], [(one["element"], _words(one)) for one in fault["faults"]]
    left = set(changes.left_rows)
    if left:
        moved = str(_("Somebody changed the record while the batch change was under way. Look at it, and try again."))
        for line in papers.read_lines(store, changes.object_id):
            if line["row"] in left:
                yield line["ref"], [("", moved)]


def first_changed(
    changes: ChangeSet, settings: Settings, most: int
) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """The first records a set changed, and its values: id, code, element with old and new. The caller asked."""
    store = storage.open_store(settings)
    if changes.state in ("promised", "failed"):
        return []
    left = set(changes.left_rows)
    lines = (line for line in papers.read_lines(store, changes.object_id) if line["row"] not in left)
    return [
        (line["id"], line["ref"], [(name, *pair) for name, pair in line["changed"].items()])
        for line in islice(lines, most)
    ]


def _words(fault: dict[str, object]) -> str:
    reason = Message.from_json(fault["reason"])  # type: ignore[arg-type]  # as it was written
    advice = Message.from_json(fault["advice"]) if fault["advice"] else ""  # type: ignore[arg-type]  # as above
    return f"{reason} {advice}".strip()
