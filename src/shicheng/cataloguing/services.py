"""Taking catalogues in, undoing that, and deciding what columns mean. Slow work is in `importing` and `undoing`."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.cataloguing import events, policies
from shicheng.cataloguing.arriving import (
    choose_fonds,
    folder_of,
    next_number,
    require_columns,
    source_name,
    stage,
)
from shicheng.cataloguing.errors import ImportNotFound
from shicheng.cataloguing.models import CatalogueImport, Mapping
from shicheng.cataloguing.states import IMPORT, UNFINISHED
from shicheng.jobs import services as jobs
from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.kernel.states import ReasonMissing
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings


def receive_catalogue(
    *, actor: Actor, path: Path, settings: Settings, name: str = "", fonds: str = "", mapping: str = "",
    sheet: str = "",
) -> CatalogueImport:  # fmt: skip
    """Copy a catalogue to safety, give the import its number and enqueue its job.

    `name` is the file's own name where `path` is a temporary one, `fonds` the code for rows that name none,
    `mapping` the name its columns are known under (else the file's name), `sheet` the one of a workbook. The same
    file whose import was cut off is taken up again. Raises `NotPermitted`, `UnreadableCatalogue`, `BadMapping`.
    """
    require(actor, policies.IMPORT, fonds=fonds or None)
    name = (name or path.name)[:300]
    source = (mapping.strip() or source_name(name))[:200]
    identity = new_id()
    arrived = stage(path, folder_of(settings, identity))
    for attempt in (1, 2, 3):
        try:
            with atomic():
                return _announce(actor, identity, name, source, fonds, sheet[:200], arrived.digest, arrived.size)
        except IntegrityError:  # another import took the number
            if attempt == 3:
                raise
    raise AssertionError("not reached")


def _announce(
    actor: Actor, identity: UUID, name: str, source: str, fonds: str, sheet: str, digest: str, size: int
) -> CatalogueImport:
    waiting = CatalogueImport.objects.select_for_update().filter(
        digest=digest, source=source, sheet=sheet, state__in=UNFINISHED
    )
    found = waiting.filter(fonds_code=fonds).first() if fonds else waiting.first()
    if found is None:
        code, fonds_name = choose_fonds(source, fonds)
        require(actor, policies.IMPORT, fonds=code)
        found = CatalogueImport.objects.create(
            pk=identity, number=next_number(), name=name, source=source, sheet=sheet, fonds_code=code,
            fonds_name=fonds_name, digest=digest, bytes=size, received_by=actor.name[:200], received_at=clock.now(),
        )  # fmt: skip
        _log(actor, events.RECEIVED, found, {"name": name, "fonds": code, "bytes": size, "sm3": digest})
    else:
        require(actor, policies.IMPORT, fonds=found.fonds_code)
    return _enqueue(actor, found)


def _enqueue(actor: Actor, catalogue: CatalogueImport) -> CatalogueImport:
    from shicheng.cataloguing.work import import_catalogue

    job = jobs.enqueue(
        import_catalogue, actor=actor, unique_key=f"cataloguing.import:{catalogue.pk}", import_id=str(catalogue.pk)
    )
    catalogue.job = job.pk
    catalogue.save(update_fields=["job"])
    return catalogue


def undo_import(*, actor: Actor, number: str, reason: str) -> CatalogueImport:
    """Decide that an import is to be undone, and enqueue the job; one being undone already goes on.

    Raises `ImportNotFound`, `IllegalMove`, `ReasonMissing`, `NotPermitted`.
    """
    from shicheng.cataloguing.work import undo_catalogue

    with atomic():
        catalogue = policies.visible(actor).select_for_update().filter(number=number).first()
        if catalogue is None:
            raise ImportNotFound(
                _("There is no catalogue import %(number)s here, or it is not open to you.", number=number),
                hint=_("Look it up in the list of imports."),
            )
        require(actor, policies.UNDO, fonds=catalogue.fonds_code)
        if catalogue.state != "undoing":
            if not reason.strip():
                raise ReasonMissing(_("An import is not undone without a reason."), hint=_("Say why; it is kept."))
            catalogue.state = IMPORT.next(catalogue.state, "undo")
            catalogue.undo, catalogue.undone_at, catalogue.undone_by = new_id(), clock.now(), actor.name[:200]
            catalogue.reason, catalogue.part, catalogue.line = reason.strip(), 0, 0
            catalogue.save()
            _log(actor, events.UNDO_STARTED, catalogue, {"reason": catalogue.reason, "undo": str(catalogue.undo)})
        job = jobs.enqueue(
            undo_catalogue, actor=actor, unique_key=f"cataloguing.undo:{catalogue.pk}", import_id=str(catalogue.pk)
        )
        catalogue.job = job.pk
        catalogue.save(update_fields=["job"])
    return catalogue


def save_mapping(*, actor: Actor, name: str, columns: MappingType[str, str]) -> Mapping:
    """Keep what the columns of a source mean: header → element, "" for an extra column. Raises `BadMapping`."""
    require(actor, policies.MAP)
    checked = require_columns(dict(columns))
    with atomic():
        row, _made = Mapping.objects.update_or_create(
            pk=name[:200], defaults={"columns": checked, "saved_by": actor.name[:200], "saved_at": clock.now()}
        )
        audit.append(actor, events.MAPPING_SAVED, ("mapping", row.pk), {"columns": checked})
    return row


def _log(actor: Actor, event: str, catalogue: CatalogueImport, details: dict[str, Any]) -> None:
    audit.append(actor, event, ("import", catalogue.pk), {"import": catalogue.number, **details})
