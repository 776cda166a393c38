"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shicheng.holdings import cache, editing, renditions, renumbering, tallies
from shicheng.holdings.models import File
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current


@job("holdings.make_rendition", lease=120, tries=2, label=_("Prepare a file for viewing"))
def make_rendition(run: Run, *, file_id: str, kind: str, page: int = 1) -> dict[str, bool]:
    """Make a rendition of a file in the cache; one that is there is left as it is."""
    one = File.objects.select_related("item").filter(pk=UUID(file_id)).first()
    if one is None:  # its item was taken back since
        return {"made": False}
    made = renditions.make(one, renditions.Kind(kind), current(), page=page, watch=run.check_cancelled)
    return {"made": made}


@scheduled(every=timedelta(hours=1))
@job("holdings.tidy_cache", lease=120, tries=3, label=_("Keep the cache of renditions within its bound"))
def tidy_cache(run: Run) -> dict[str, int]:
    """Remove the renditions that were unused for longest, until the cache is within the setting `cache_bytes`."""
    done = cache.tidy(current(), watch=run.check_cancelled)
    return {"files": done.files, "bytes": done.bytes, "removed": done.removed, "freed": done.freed}


@scheduled(every=timedelta(minutes=5))
@job("holdings.finish_edits", lease=120, tries=5, label=_("Finish edits that were cut off"))
def finish_cut_off(run: Run) -> dict[str, int]:
    """Take edits of descriptions that a crash left half way to their end; nothing to do is the rule."""
    return {"finished": editing.finish_edits(current())}


@scheduled(every=timedelta(hours=1))
@job("holdings.fold_tallies", lease=120, tries=3, label=_("Put the numbers of items together"))
def fold_tallies(run: Run) -> dict[str, int]:
    """Put rows together that stand for the same kind of items; their sums stay the same, so it is safe twice."""
    return {"folded": tallies.fold(least=1000)}


@job("holdings.renumber", lease=120, tries=5, label=_("Give items new codes"))
def renumber(run: Run, *, renumbering_id: str) -> dict[str, int]:
    """Give each item of a renumbering its new code, as an edit with its reason."""
    return renumbering.carry_out(run, renumbering_id=UUID(renumbering_id), settings=current())
