"""Steps of arranging, each of which can be undone as long as nothing it touched was changed since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.utils.dateparse import parse_datetime

from shicheng.arranging import events, policies
from shicheng.arranging.errors import BadSelection, ChangedMeanwhile
from shicheng.arranging.models import PoolFile, PoolItem, Step, plain
from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.holdings import fonds as all_fonds
from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor, Place

FILE_COLUMNS: Final = ("item_id", "order", "part", "is_left_out", "step")
ITEM_COLUMNS: Final = (
    "unit", "year", "title", "document_number", "author", "date", "pages", "elements", "process", "source",
    "category", "department", "retention", "scope_row", "judged_by", "importance", "set_name", "reference_code",
    "code_sort", "returned", "faults", "mends", "version", "step", "formed_at", "formed_by",
)  # fmt: skip
CLASS_COLUMNS: Final = ("category", "department", "retention", "scope_row", "judged_by", "version", "step")
NUMBER_COLUMNS: Final = ("reference_code", "code_sort", "version", "step")
_KEPT: Final = 200  # steps of a pool


class Change:
    """One step while it is made: what it is about to touch is written down before."""

    def __init__(self, actor: Actor, fonds: Any, year: int, verb: str, label: Message) -> None:
        self.id = new_id()
        self._actor, self._fonds, self._year, self._verb, self._label = actor, fonds, year, verb, label
        self._files: dict[str, dict[str, Any]] = {}
        self._items: dict[str, dict[str, Any] | None] = {}
        self._touched: list[PoolFile | PoolItem] = []

    def files(self, files: Iterable[PoolFile]) -> None:
        """Files that are about to change; their rows are the caller's to save, with `step`."""
        for one in files:
            self._files.setdefault(str(one.pk), plain(one, FILE_COLUMNS))
            self._touched.append(one)
            one.step = self.id

    def items(self, items: Iterable[PoolItem], columns: tuple[str, ...] = ITEM_COLUMNS) -> None:
        """Items that are about to change or go; their rows are the caller's to save, with `step` and `version`."""
        for one in items:
            if str(one.pk) not in self._items:
                self._items[str(one.pk)] = plain(one, columns)
                one.version += 1
            self._touched.append(one)
            one.step = self.id

    def made(self, item: PoolItem) -> None:
        """An item that this step makes."""
        self._items[str(item.pk)] = None
        item.step = self.id

    def keep(self) -> Step:
        """Write the step down. To be called inside `atomic()`."""
        units = {one.unit for one in self._touched}
        step = Step.objects.create(
            id=self.id, fonds=self._fonds, year=self._year, unit=units.pop() if len(units) == 1 else "",
            verb=self._verb, label_json=self._label.to_json(), by=self._actor.name[:200],
            user=self._actor.user_id, at=clock.now(), before={"files": self._files, "items": self._items},
        )  # fmt: skip
        old = Step.objects.filter(fonds=self._fonds, year=self._year).order_by("-at", "-id")[_KEPT:]
        Step.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
        return step


def last_step(actor: Actor, fonds: str, year: int) -> Step | None:
    """The newest step of a pool that was not undone; for who sees a part of it, the newest one within that part."""
    found = Step.objects.filter(fonds__code=fonds, year=year, undone_at=None)
    if not policies.sees_fonds(actor, fonds):
        units = policies.own_units(actor, policies.ARRANGE, fonds, year) or []
        found = found.filter(unit__in=[unit for unit in units if unit])
    return found.order_by("-at", "-id").first()


def undo(*, actor: Actor, fonds: str, year: int, step_id: UUID | None = None) -> Step:
    """Undo the newest step of a pool; `step_id` says which one the page showed. Raises `ChangedMeanwhile`."""
    require(actor, policies.ARRANGE)
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        step = last_step(actor, fonds, year)
        if step is None:
            raise BadSelection(_("There is nothing to undo."), hint=_("Go on arranging."))
        if step_id is not None and step.pk != step_id:
            raise ChangedMeanwhile(
                _("Somebody took another step since: %(words)s.", words=step.label),
                hint=_("Look at the pool as it is now, then decide."),
            )
        files, items = _touched(step)
        require(actor, policies.ARRANGE, place=Place(fonds=fonds, year=year, unit=step.unit))
        _restore_items(home, step, items)
        _restore_files(step, files)
        made = [key for key, before in step.before["items"].items() if before is None]
        PoolItem.objects.filter(pk__in=made).delete()
        step.undone_at = clock.now()
        step.save(update_fields=["undone_at"])
        audit.append(
            actor, events.UNDONE, ("fonds", str(home.pk)),
            {"fonds": fonds, "year": year, "words": str(step.label), "step": str(step.pk)},
        )  # fmt: skip
    return step


def _touched(step: Step) -> tuple[dict[str, PoolFile], dict[str, PoolItem]]:
    """The rows a step touched, if none of them was changed since; raises `ChangedMeanwhile`."""
    files: dict[str, PoolFile] = {}
    for part in chunked(list(step.before["files"]), 500):
        files.update({str(one.pk): one for one in PoolFile.objects.select_for_update().filter(pk__in=part)})
    items: dict[str, PoolItem] = {}
    for part in chunked(list(step.before["items"]), 500):
        items.update({str(one.pk): one for one in PoolItem.objects.select_for_update().filter(pk__in=part)})
    changed = any(one.step != step.pk for one in files.values()) or any(one.step != step.pk for one in items.values())
    if changed or any(one.state != "open" for one in items.values()):
        raise ChangedMeanwhile(
            _("What this step touched was changed or filed since, so it can't be undone."),
            hint=_("Change it by hand where it is to be another way."),
        )
    return files, items


def _restore_items(home: Any, step: Step, items: dict[str, PoolItem]) -> None:
    with_code = [key for key, before in step.before["items"].items() if before and "reference_code" in before]
    for part in chunked(with_code, 500):  # codes may change places
        PoolItem.objects.filter(pk__in=part).update(reference_code=None)
    back: list[PoolItem] = []
    again: list[PoolItem] = []
    columns: set[str] = set()
    for key, before in step.before["items"].items():
        if before is None:
            continue
        row = items.get(key)
        if row is None:  # the step had taken it away
            row = PoolItem(id=UUID(key), fonds=home)
            again.append(row)
        else:
            back.append(row)
        for name, value in before.items():
            setattr(row, name, _value(name, value))
        columns |= set(before)
    PoolItem.objects.bulk_create(again)
    if back:
        PoolItem.objects.bulk_update(back, sorted(columns), batch_size=200)


def _restore_files(step: Step, files: dict[str, PoolFile]) -> None:
    for key, before in step.before["files"].items():
        for name, value in before.items():
            if key in files:
                setattr(files[key], name, _value(name, value))
    if files:
        PoolFile.objects.bulk_update(list(files.values()), ["item", "order", "part", "is_left_out", "step"],
                                     batch_size=200)  # fmt: skip


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in ("item_id", "step"):
        return UUID(value)
    return parse_datetime(value) if name == "formed_at" else value
