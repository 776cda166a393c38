"""Reading the pool. Whatever lists anything starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from shicheng.arranging import policies
from shicheng.arranging.errors import BadSelection, ChangedMeanwhile, UnknownPool
from shicheng.arranging.models import Batch, Filing, PoolFile, PoolItem
from shicheng.base.db import chunked
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor

STAGES = ("formed", "classified", "numbered", "returned")


@dataclass(frozen=True, slots=True)
class Pool:
    """What is to be filed of one fonds in one year, and how far it is."""

    fonds: str
    fonds_name: str
    year: int
    loose: int
    left_out: int
    formed: int  # items that have no class yet
    classified: int  # that have no number yet
    numbered: int
    filing: int
    closed: int
    arriving: int

    @property
    def waiting(self) -> int:
        """Files and items that somebody has to do something with."""
        return self.loose + self.formed + self.classified + self.numbered


def pools(actor: Actor, *, fonds: str = "", year: int | None = None) -> list[Pool]:
    """Every pool the actor may see, the newest year first."""
    found: dict[tuple[str, str, int], dict[str, int]] = {}

    def count(rows: Iterable[dict[str, object]]) -> None:
        for row in rows:
            named = dict(row)
            key = (str(named.pop("fonds__code")), str(named.pop("fonds__name")), int(str(named.pop("year"))))
            for name, value in named.items():
                entry = found.setdefault(key, {})
                entry[name] = entry.get(name, 0) + int(str(value))

    place = ("fonds__code", "fonds__name", "year")
    chosen = Q()
    if fonds:
        chosen &= Q(fonds__code=fonds)
    if year is not None:
        chosen &= Q(year=year)
    open_, has_class = Q(state="open"), ~Q(category="") & ~Q(retention="")
    files = policies.visible_files(actor).filter(chosen, item=None).order_by()
    count(
        files.values(*place).annotate(
            loose=Count("pk", filter=Q(is_left_out=False)), left_out=Count("pk", filter=Q(is_left_out=True))
        )
    )
    items = policies.visible_items(actor).filter(chosen).order_by()
    count(
        items.values(*place).annotate(
            formed=Count("pk", filter=open_ & Q(reference_code=None) & ~has_class),
            classified=Count("pk", filter=open_ & Q(reference_code=None) & has_class),
            numbered=Count("pk", filter=open_ & ~Q(reference_code=None)),
            filing=Count("pk", filter=Q(state="filing")),
            closed=Count("pk", filter=Q(state="closed")),
        )
    )
    batches = policies.visible_batches(actor).filter(chosen).exclude(state__in=["here", "cleared"]).order_by()
    count(batches.values(*place).annotate(arriving=Count("pk")))
    names = ("loose", "left_out", "formed", "classified", "numbered", "filing", "closed", "arriving")
    listed = [
        Pool(code, name, when, **{each: counts.get(each, 0) for each in names})
        for (code, name, when), counts in found.items()
    ]
    return sorted(listed, key=lambda one: (-one.year, one.fonds))


def pool(actor: Actor, fonds: str, year: int) -> Pool:
    """One pool; an empty one for a fonds the actor may see. Raises `UnknownPool`."""
    from shicheng.holdings import fonds as all_fonds

    found = pools(actor, fonds=fonds, year=year)
    if found:
        return found[0]
    home = policies.open_fonds(actor).filter(code=fonds).first()
    if home is None and policies.sees_fonds(actor, fonds):
        home = all_fonds.named_fonds(fonds)
    if home is None:
        raise UnknownPool(
            _("There is no pool of the fonds %(fonds)s here, or it is not open to you.", fonds=fonds),
            hint=_("Look it up in the list of pools."),
        )
    return Pool(home.code, home.name, year, 0, 0, 0, 0, 0, 0, 0, 0)


def loose_files(actor: Actor, fonds: str, year: int, *, left_out: bool = False) -> QuerySet[PoolFile]:
    """Files that belong to no item yet, or those left out of filing, by their places."""
    found = policies.visible_files(actor).filter(fonds__code=fonds, year=year, item=None, is_left_out=left_out)
    return found.select_related("batch").order_by("path", "id")


def pool_items(actor: Actor, fonds: str, year: int, *, stage: str = "", text: str = "") -> QuerySet[PoolItem]:
    """Items of a pool that are not filed yet, or those at one stage, with their files."""
    found = policies.visible_items(actor).filter(fonds__code=fonds, year=year)
    has_class = ~Q(category="") & ~Q(retention="")
    found = found.filter(state=stage if stage in ("filing", "closed") else "open")
    if stage == "formed":
        found = found.filter(~has_class)
    elif stage == "classified":
        found = found.filter(has_class, reference_code=None)
    elif stage == "numbered":
        found = found.exclude(reference_code=None)
    elif stage == "returned":
        found = found.exclude(returned="")
    if text:
        found = found.filter(
            Q(title__icontains=text) | Q(document_number__icontains=text) | Q(reference_code__icontains=text)
        )
    files = Prefetch("files", PoolFile.objects.defer("text").order_by("order", "path", "id"))
    return found.select_related("fonds", "filing").prefetch_related(files).order_by("code_sort", "formed_at", "id")


def pool_item(actor: Actor, key: UUID) -> PoolItem:
    """One item of the pool; raises `UnknownPool`."""
    found = policies.visible_items(actor).select_related("fonds", "filing").filter(pk=key).first()
    if found is None:
        raise _unknown()
    return found


def pool_file(actor: Actor, key: UUID) -> PoolFile:
    """One file of the pool; raises `UnknownPool`."""
    found = policies.visible_files(actor).select_related("batch", "item", "fonds").filter(pk=key).first()
    if found is None:
        raise _unknown()
    return found


def chosen_items(actor: Actor, keys: Sequence[UUID]) -> list[PoolItem]:
    """These items in this order; raises `UnknownPool` if one is not there."""
    found: dict[UUID, PoolItem] = {}
    for part in chunked(list(dict.fromkeys(keys)), 500):
        found.update({one.pk: one for one in policies.visible_items(actor).select_related("fonds").filter(pk__in=part)})
    if set(keys) - set(found):
        raise _unknown()
    return [found[key] for key in dict.fromkeys(keys)]


def chosen_files(actor: Actor, keys: Sequence[UUID]) -> list[PoolFile]:
    """These files in this order; raises `UnknownPool` if one is not there."""
    found: dict[UUID, PoolFile] = {}
    for part in chunked(list(dict.fromkeys(keys)), 500):
        rows = policies.visible_files(actor).select_related("batch", "item", "fonds").filter(pk__in=part)
        found.update({one.pk: one for one in rows})
    if set(keys) - set(found):
        raise _unknown()
    return [found[key] for key in dict.fromkeys(keys)]


def locked_items(actor: Actor, keys: Iterable[UUID], *, version: int | None = None) -> list[PoolItem]:
    """Items that are open, locked until the transaction ends, in the order given.

    Raises `UnknownPool`, `BadSelection` if one is being filed, `ChangedMeanwhile` if one is not at `version`.
    """
    wanted = list(dict.fromkeys(keys))
    found: dict[UUID, PoolItem] = {}
    for part in chunked(sorted(wanted), 500):
        rows = policies.visible_items(actor).select_related("fonds").select_for_update(of=("self",))
        found.update({one.pk: one for one in rows.filter(pk__in=part)})
    if set(wanted) - set(found):
        raise _unknown()
    for one in found.values():
        if one.state != "open":
            raise BadSelection(
                _("“%(title)s” is being filed or is filed, and can't be changed here.", title=one.title),
                hint=_("Wait for its transfer; what is returned comes back into the pool."),
            )
        if version is not None and one.version != version:
            raise ChangedMeanwhile(
                _("Somebody changed “%(title)s” since you opened it.", title=one.title),
                hint=_("Load it again and put in your changes once more."),
            )
    return [found[key] for key in wanted]


def batches(actor: Actor, fonds: str, year: int) -> QuerySet[Batch]:
    """What came into a pool, the newest first."""
    return policies.visible_batches(actor).filter(fonds__code=fonds, year=year).order_by("-added_at", "-id")


def filings(actor: Actor, fonds: str = "", year: int | None = None) -> QuerySet[Filing]:
    """Filings, the newest first; of one fonds and year, or all."""
    found = policies.visible_filings(actor).select_related("fonds")
    if fonds:
        found = found.filter(fonds__code=fonds)
    if year is not None:
        found = found.filter(year=year)
    return found.order_by("-begun_at", "-id")


def filing(actor: Actor, key: UUID) -> Filing:
    """One filing; raises `UnknownPool`."""
    found = policies.visible_filings(actor).select_related("fonds").filter(pk=key).first()
    if found is None:
        raise _unknown()
    return found


def _unknown() -> UnknownPool:
    return UnknownPool(
        _("There is no such file, item or filing in the pool, or it is not open to you."),
        hint=_("Load the page again: somebody may have changed the pool."),
    )
