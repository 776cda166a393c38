"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shicheng.acquiring import deliveries, keeping, linking
from shicheng.acquiring.models import Acquisition
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.errors import TryLater
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current
from shicheng.storage.errors import ObjectConflict


@job("acquiring.keep", label=_("Keep an acquisition in the store"))
def keep_acquisition(run: Run, *, acquisition_id: str) -> dict[str, object]:
    """Bring the object of an acquisition up to what is written of it, donor and costs too."""
    one = Acquisition.objects.select_related("donor").get(pk=UUID(acquisition_id))
    try:
        keeping.keep(one, current(), user=run.actor.name)
    except ObjectConflict as error:
        raise TryLater(_("Another change of %(number)s is being kept.", number=one.number), seconds=5) from error
    return {"number": one.number}


@job("acquiring.take_in", lease=300, tries=3, label=_("Bring files of an acquisition into the pool"))
def take_in(run: Run, *, delivery_id: str) -> dict[str, object]:
    """Hand files over to the pool, where they are arranged; the acquisition is then in the holdings."""
    made = deliveries.take_in(actor=run.actor, delivery_id=UUID(delivery_id), settings=current())
    return {"documents": len(made.documents), "files": made.files}


@job("acquiring.link", lease=300, tries=3, label=_("Link records with a major event"))
def link_found(run: Run, *, number: str, finding: dict[str, object], line: str = "") -> dict[str, object]:
    """Link everything that is found, as far as whoever asked may see it."""
    return {"records": linking.link_all(run, number=number, finding=finding, line=line)}


@scheduled(every=timedelta(hours=6), when=linking.anything_to_follow)
@job("acquiring.follow", lease=300, tries=3, label=_("Link new records with major events"))
def follow_rules(run: Run) -> dict[str, object]:
    """Link what the words of open events find, and let documents of the pool become the items that they became."""
    return {"settled": linking.settle(), "linked": linking.follow(run)}
