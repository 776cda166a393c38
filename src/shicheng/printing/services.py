"""Printing: what was ordered, as one file of PDF or xlsx, as far as whoever ordered it may see the records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import translation

from shicheng.audit import selectors as audit_log
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.printing import events, fonds_papers, lists, sheets
from shicheng.printing.batches import batches_of, items_of
from shicheng.printing.errors import BadOption, NothingToPrint, UnknownPrintout
from shicheng.printing.policies import PRINT
from shicheng.printing.stamps import set_stamped
from shicheng.printing.types import KINDS, Kind, Order, Subject
from shicheng.search.choosing import Chosen
from shicheng.settings import Settings

LANGUAGES = ("zh-hans", "en")
MOST_ON_PAPER = 100_000  # rows of one PDF: some five thousand pages


@dataclass(frozen=True, slots=True)
class Printed:
    """What a printout came to: its rows (records, boxes, labels) and its pages or sheets."""

    kind: str
    form: str
    target: Path
    rows: int
    pages: int

    def to_json(self) -> dict[str, Any]:
        """For `--json` and the row of a job."""
        return {"kind": self.kind, "form": self.form, "target": str(self.target), "rows": self.rows,
                "pages": self.pages}  # fmt: skip


def print_order(
    *, actor: Actor, order: Order, target: Path, settings: Settings, job: UUID | None = None,
    progress: Callable[..., None] = lambda done, total=None, note="": None,
) -> Printed:  # fmt: skip
    """Write a printout to `target`. The log tells of it once for each `job`.

    Raises `UnknownPrintout`, `BadOption`, `NothingToPrint`, `UnknownFonds`, `NotPermitted`.
    """
    require(actor, PRINT)
    kind = check_order(order)
    with translation.override(order.language):
        rows, pages = _write(actor, kind, order, target, settings, progress)
    with atomic():
        if job is None or not audit_log.has_entry(events.PRINTED, ("printout", job)):
            details = {
                "kind": kind.code, "form": order.form, "rows": rows, "fonds": order.fonds,
                "query": order.selection.query or "*", "boxes": len(order.boxes), "volumes": len(order.volumes),
                "chosen": len(order.selection.ids), "filters": dict(order.selection.filters),
            }  # fmt: skip
            audit.append(actor, events.PRINTED, ("printout", job) if job else None, details)
    return Printed(kind.code, order.form, target, rows, pages)


def check_order(order: Order) -> Kind:
    """Raise `UnknownPrintout` or `BadOption` unless this can be printed; returns its kind."""
    kind = KINDS.get(order.kind)
    if kind is None:
        raise UnknownPrintout(
            _("There is no printout named %(kind)s.", kind=order.kind[:40]),
            hint=_("Use one of: %(kinds)s.", kinds=", ".join(KINDS)),
        )
    if order.form not in kind.forms:
        raise UnknownPrintout(
            _("%(kind)s can't be had as %(form)s.", kind=kind.label, form=order.form[:20]),
            hint=_("Use one of: %(forms)s.", forms=", ".join(kind.forms)),
        )
    unknown = sorted(set(order.options) - set(kind.options))
    if unknown:
        raise BadOption(
            _("%(kind)s has no option %(name)s.", kind=kind.label, name=unknown[0][:40]),
            hint=_("Leave it out, or choose another printout."),
        )
    if order.language not in LANGUAGES:
        raise BadOption(
            _("There are no forms in this language."), hint=_("Use one of: %(forms)s.", forms=", ".join(LANGUAGES))
        )
    if kind.code in ("volume-list", "fonds-guide") and not order.fonds:
        raise BadOption(_("%(kind)s is made for one fonds.", kind=kind.label), hint=_("Name the fonds by its code."))
    return kind


def _write(
    actor: Actor, kind: Kind, order: Order, target: Path, settings: Settings, progress: Callable[..., None]
) -> tuple[int, int]:
    chinese = order.language.startswith("zh")
    base = {
        "title": str(kind.label), "archive": settings.archive_name, "lang": "zh" if chinese else "en",
        "region": "CN" if chinese else "GB", "words": str(_("ARCHIVES")),
    }  # fmt: skip
    if kind.subject is Subject.FONDS:
        return _write_of_fonds(actor, kind, order, target, base, progress)
    chosen = Chosen(actor, order.selection, settings.index_path) if not (order.boxes or order.volumes) else None
    batches = batches_of(actor, boxes=order.boxes, volumes=order.volumes, chosen=None)
    total = chosen.total if chosen is not None else sum(one.items for one in batches)
    named = len(batches) if chosen is None and kind.code in ("end-sheet", "spine", "box-cover") else total
    _require_some(kind, named, total, most=kind.most if order.form == "xlsx" else min(kind.most, MOST_ON_PAPER))

    def report(done: int) -> None:
        progress(done, max(done, total))

    match kind.code:
        case "item-list" | "transfer-list" | "contents":
            return _write_lists(actor, kind, order, chosen, batches, target, base, report)
        case "end-sheet" | "spine" | "box-cover":
            batches = batches or batches_of(actor, boxes=(), volumes=(), chosen=chosen)
            if kind.code == "spine":
                pages = sheets.set_spines(batches, target, base, order.options)
            elif kind.code == "end-sheet":
                pages = sheets.set_end_sheets(batches, target, base)
            else:
                pages = sheets.set_covers(batches, target, base)
            return len(batches), pages
    if chosen is not None:
        items = (item for part in chosen.parts() for item in part)
    else:
        items = (item for batch in batches for item in items_of(actor, batch))
    if kind.code == "labels":
        return sheets.set_labels(items, target, base, order.options, report)
    return set_stamped(items, target, base, settings, report)


def _write_lists(
    actor: Actor, kind: Kind, order: Order, chosen: Chosen | None, batches: list[Any], target: Path,
    base: dict[str, Any], report: Callable[[int], None],
) -> tuple[int, int]:  # fmt: skip
    title = str(kind.label)
    if kind.code == "contents":
        made = lists.content_lists(actor, batches, chosen, title)
    elif chosen is None:
        made = lists.batch_lists(actor, batches, kind.code, title)
    elif kind.code == "item-list":
        made = lists.item_lists(actor, chosen, title, order.options)
    else:
        made = [lists.transfer_list(chosen, title)]
    return lists.write_lists(made, order.form, target, base, report)


def _write_of_fonds(
    actor: Actor, kind: Kind, order: Order, target: Path, base: dict[str, Any], progress: Callable[..., None]
) -> tuple[int, int]:
    title = str(kind.label)
    if kind.code == "fonds-guide":
        return 1, fonds_papers.set_guide(actor, order.fonds, target, base)
    listed = (
        fonds_papers.volume_list(actor, order.fonds, title)
        if kind.code == "volume-list"
        else fonds_papers.register_sheet(actor, order.fonds, title)
    )
    return lists.write_lists([listed], order.form, target, base, lambda done: progress(done))


def _require_some(kind: Kind, named: int, total: int, *, most: int) -> None:
    if not named:
        raise NothingToPrint(
            _("There is nothing to print: no record fits, or you may see none of them."),
            hint=_("Choose records in the list of items, or another query."),
        )
    if total > most:
        raise BadOption(
            _("%(kind)s takes at most %(most)d records at once; these are %(total)d.", kind=kind.label, most=most,
              total=total),
            hint=_("Narrow the selection, and print part by part."),
        )  # fmt: skip
