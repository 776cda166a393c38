"""Reading catalogue imports."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.db.models import Count, QuerySet

from shicheng.audit import selectors as audit
from shicheng.audit.models import Entry
from shicheng.cataloguing import policies
from shicheng.cataloguing.errors import ImportNotFound
from shicheng.cataloguing.models import CatalogueImport, Mapping
from shicheng.cataloguing.preparing import REJECTED, SUSPECTS
from shicheng.cataloguing.types import Column, Summary
from shicheng.cataloguing.workbook import Line, write_workbook
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage

_NAME: Final = 80


def imports(actor: Actor, *, state: str = "", text: str = "") -> QuerySet[CatalogueImport]:
    """Imports the actor may see, newest first."""
    found = policies.visible(actor)
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(name__icontains=text) | found.filter(number__icontains=text)
    return found.order_by("-number")


def counts(actor: Actor) -> dict[str, int]:
    """How many imports the actor may see in each state."""
    return dict(policies.visible(actor).order_by().values_list("state").annotate(Count("pk")))


def catalogue_import(actor: Actor, number: str) -> CatalogueImport:
    """One import by its number."""
    found = policies.visible(actor).filter(number=number).first()
    if found is None:
        raise ImportNotFound(
            _("There is no catalogue import %(number)s here, or it is not open to you.", number=number),
            hint=_("Look it up in the list of imports."),
        )
    return found


def columns(actor: Actor, number: str) -> list[Column]:
    """What the columns of an import were taken for, with the confidence."""
    stored = catalogue_import(actor, number).summary
    return Summary.from_json(stored).columns if "columns" in stored else []


def mappings(actor: Actor) -> QuerySet[Mapping]:
    """Every mapping that was saved, by name; nothing for those who may not see imports."""
    return Mapping.objects.order_by("name") if allows(actor, policies.READ) else Mapping.objects.none()


def history(actor: Actor, number: str) -> list[Entry]:
    """What the log tells of an import: for the page of the import, and for the timelines of its items.

    An item names its import in `transfer`, a version made by one in `reason`.
    """
    found = policies.visible(actor).filter(number=number).first()
    return audit.history(actor, ("import", found.pk)) if found is not None else []


def suspects(
    actor: Actor, number: str, settings: Settings, *, start: int = 0, limit: int = 200
) -> list[dict[str, Any]]:
    """Pairs of rows of an import that may be one record."""
    catalogue = catalogue_import(actor, number)
    return list(itertools.islice(_lines(catalogue, SUSPECTS, settings), start, start + limit))


def rejected(actor: Actor, number: str, settings: Settings, *, start: int = 0, limit: int = 200) -> list[Line]:
    """Rows of an import that did not come in, with their reasons."""
    catalogue = catalogue_import(actor, number)
    return list(itertools.islice(_rejected(catalogue, settings), start, start + limit))


def errors_workbook(actor: Actor, number: str, settings: Settings) -> Path | None:
    """The workbook of rejected rows, made if it is not there; None if no row was rejected."""
    catalogue = catalogue_import(actor, number)
    if not catalogue.rejected:
        return None
    target = workbook_path(settings, catalogue.source, catalogue.number)
    if not target.exists():
        write_workbook(target, Summary.from_json(catalogue.summary).header, _rejected(catalogue, settings))
    return target


def workbook_path(settings: Settings, source: str, number: str) -> Path:
    """Where such a workbook lies; its name leads back to the source when it is sent again."""
    plain = "".join(sign if sign.isalnum() or sign in "-_ ." else "_" for sign in source)[:_NAME]
    return settings.cache_path / "catalogue-errors" / f"{plain}.errors-{number}.xlsx"


def rejected_line(line: dict[str, Any]) -> Line:
    """A kept line of a rejected row."""
    return line["row"], Message.from_json(line["reason"]), line["cells"]


def _rejected(catalogue: CatalogueImport, settings: Settings) -> Iterator[Line]:
    yield from map(rejected_line, _lines(catalogue, REJECTED, settings))
    for refusal in catalogue.refusals.order_by("row").iterator():
        yield refusal.row, Message.from_json(refusal.reason), refusal.cells


def _lines(catalogue: CatalogueImport, name: str, settings: Settings) -> Iterator[dict[str, Any]]:
    store = storage.open_store(settings)
    if catalogue.state in ("received", "failed") or name not in store.inventory(catalogue.object_id).state():
        return
    with store.open(catalogue.object_id, name) as stream:
        for line in stream:
            yield json.loads(line)
