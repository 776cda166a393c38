"""Batch changes: looking at what one would do, having it done, undoing it. Slow work is in `engine`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.describing import events, policies
from shicheng.describing.changing import Refused, changeable
from shicheng.describing.errors import BadOperation, ChangeSetNotFound, NotUndoable
from shicheng.describing.lines import make_lines, read_items
from shicheng.describing.models import ChangeSet, who
from shicheng.describing.operations import Operation, checked_operation
from shicheng.holdings.changing import Change
from shicheng.holdings.editing import LONGEST_REASON
from shicheng.jobs import services as jobs
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.search.choosing import Chosen
from shicheng.search.selections import Selection
from shicheng.settings import Settings

LOOKED_AT: Final = 1000  # records the preview reads
SHOWN: Final = 20


@dataclass(slots=True)
class Preview:
    """What a batch change would do, as far as the first records show it."""

    total: int
    looked_at: int = 0
    changed: int = 0
    faulty: int = 0
    same: int = 0
    lines: list[tuple[Change, str]] = field(default_factory=list)  # the first, with codes
    refused: list[Refused] = field(default_factory=list)


def preview_change(*, actor: Actor, selection: Selection, operation: Operation, settings: Settings) -> Preview:
    """Tell how many records a batch change would be tried on, and what it makes of the first of them."""
    require(actor, policies.CHANGE)
    operation = checked_operation(operation, changeable())
    ids = Chosen(actor, selection, settings.index_path).ids()
    items = read_items(actor, ids[:LOOKED_AT])
    lines, refused = make_lines(actor, items, operation)
    return Preview(
        total=len(ids), looked_at=len(items), changed=len(lines), faulty=len(refused),
        same=len(items) - len(lines) - len(refused), lines=lines[:SHOWN], refused=refused[:SHOWN],
    )  # fmt: skip


def begin_change(
    *, actor: Actor, selection: Selection, operation: Operation, reason: str, expected: int, settings: Settings,
    key: UUID | None = None,
) -> ChangeSet:  # fmt: skip
    """Promise a batch change and enqueue its job; `key` makes one of a form that is sent twice.

    `expected` is the number of records the preview told. Raises `BadOperation`, `NotPermitted`.
    """
    require(actor, policies.CHANGE)
    operation = checked_operation(operation, changeable())
    act = {"operation": operation.to_json(), "selection": selection.to_json()}
    return _promise(actor, "batch", act, checked_reason(reason), expected=expected, key=key)


def promise_sheet(*, actor: Actor, key: UUID, name: str, digest: str, reason: str) -> ChangeSet:
    """Promise what a filled workbook changes and enqueue the job; `key` makes one of a workbook sent twice."""
    require(actor, policies.GRID)
    require(actor, policies.CHANGE)
    return _promise(actor, "sheet", {"name": name, "digest": digest}, checked_reason(reason), expected=0, key=key)


def undo_change(*, actor: Actor, change_id: UUID, reason: str) -> ChangeSet:
    """Promise to undo a batch change by another one and enqueue its job; asked for twice it is the same one.

    Raises `ChangeSetNotFound`, `NotUndoable`, `BadOperation`, `NotPermitted`.
    """
    require(actor, policies.UNDO)
    reason = checked_reason(reason)
    with atomic():
        changes = policies.visible(actor).select_for_update().filter(pk=change_id).exclude(kind="grid").first()
        if changes is None:
            raise ChangeSetNotFound(
                _("There is no batch change here that you may undo."), hint=_("Look it up in the list.")
            )
        begun = changes.undoings.exclude(state="failed").first()
        if begun is not None:
            return begun
        if changes.state != "done":
            raise NotUndoable(
                _("The batch change %(number)s can't be undone now.", number=changes.number),
                hint=_("Wait until it is done; one that was undone is not undone again, but its undoing can be."),
            )
        made = _promise(actor, "undo", {}, reason, expected=changes.changed, undoes=changes, key=None)
        details = {"change": changes.number, "undo": made.number, "reason": reason}
        audit.append(actor, events.UNDONE, ("change", changes.pk), details)
    return made


def change_set(actor: Actor, change_id: UUID) -> ChangeSet:
    """One batch change the actor may see; raises `ChangeSetNotFound`."""
    found = policies.visible(actor).exclude(kind="grid").filter(pk=change_id).first()
    if found is None:
        raise ChangeSetNotFound(_("There is no such batch change here."), hint=_("Look it up in the list."))
    return found


def checked_reason(reason: str) -> str:
    """The reason in one line; raises `BadOperation` where there is none that could be kept."""
    plain = " ".join(reason.split())
    if not plain or len(plain) > LONGEST_REASON or not plain.isprintable():
        raise BadOperation(
            _("Descriptions are not changed without a reason of at most %(most)s characters.", most=LONGEST_REASON),
            hint=_("Write in a few words why the descriptions change; it stays with every version."),
        )
    return plain


def _promise(
    actor: Actor, kind: str, act: Mapping[str, Any], reason: str, *, expected: int, key: UUID | None,
    undoes: ChangeSet | None = None,
) -> ChangeSet:  # fmt: skip
    from shicheng.describing.work import run_change

    for attempt in (1, 2, 3):
        try:
            with atomic():
                there = ChangeSet.objects.filter(pk=key).first() if key else None
                if there is not None:
                    return there
                made = ChangeSet(
                    number=next_number(), kind=kind, act=dict(act), reason=reason, expected=expected, undoes=undoes,
                    made_by=actor.name[:200], actor=who(actor), user_id=actor.user_id, made_at=clock.now(),
                )  # fmt: skip
                if key is not None:
                    made.pk = key
                made.save(force_insert=True)
                details = {"change": made.number, "chosen": expected, "reason": reason, **act}
                audit.append(actor, events.BEGUN, ("change", made.pk), _short(details))
                job = jobs.enqueue(
                    run_change, actor=actor, unique_key=f"describing.change:{made.pk}", change_id=str(made.pk)
                )
                made.job = job.pk
                made.save(update_fields=["job"])
                return made
        except IntegrityError:  # another one took the number
            if attempt == 3:
                raise
    raise AssertionError("not reached")


def _short(details: dict[str, Any]) -> dict[str, Any]:
    """Details for the log: records named one by one are counted."""
    selection = details.get("selection")
    if isinstance(selection, dict) and "ids" in selection:
        details["selection"] = {**selection, "ids": len(selection["ids"])}
    return details


def next_number() -> str:
    """The next number of a batch change, by year."""
    beginning = f"B{timezone.localdate().year}-"
    there = ChangeSet.objects.filter(number__startswith=beginning).values_list("number", flat=True)
    last = max((int(number.removeprefix(beginning)) for number in there if number), default=0)
    return f"{beginning}{last + 1:04d}"
