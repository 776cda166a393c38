"""The pool: loose files, the items formed of them, their classes and numbers, and filing them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.pool import (
    ClassIn,
    CollectIn,
    DescribeIn,
    FileIn,
    FilingOut,
    FormIn,
    GroupsIn,
    NumberIn,
    PlanOut,
    PoolFileOut,
    PoolItemOut,
    PoolItemPage,
    PoolOut,
    ProposedOut,
)
from shicheng.arranging import (
    classifying,
    collecting,
    filing,
    forming,
    forming_all,
    numbering,
    policies,
    selectors,
    steps,
)
from shicheng.arranging.grouping import propose_groups
from shicheng.arranging.models import PoolFile
from shicheng.arranging.parting import part_of
from shicheng.people.types import Actor
from shicheng.settings import current

router = Router(tags=["pool"])
Fonds = Annotated[str, Path(max_length=40)]
Year = Annotated[int, Path(ge=1000, le=9999)]
Part = Annotated[int, Query(ge=1, le=100_000)]
_MOST = 2000  # files listed together


@router.get("", response=list[PoolOut], auth=needs(policies.READ))
def list_pools(request: HttpRequest) -> list[PoolOut]:
    """Every pool, the newest year first."""
    return [PoolOut.of(one) for one in selectors.pools(actor_of(request))]


@router.post("/{fonds}/{year}/collect", response={202: PoolOut}, auth=needs(policies.READ, policies.COLLECT))
def collect_upload(request: HttpRequest, fonds: Fonds, year: Year, body: CollectIn) -> Any:
    """Take the files of a finished folder upload (see /uploads) into the pool; a job looks at them."""
    actor = actor_of(request)
    collecting.collect_upload(
        actor=actor, upload_id=body.upload, fonds=fonds, year=year, settings=current(), unit=body.unit
    )
    return Status(202, PoolOut.of(selectors.pool(actor, fonds, year)))


@router.get("/{fonds}/{year}/files", response=list[PoolFileOut], auth=needs(policies.READ))
def list_loose_files(
    request: HttpRequest, fonds: Fonds, year: Year, left_out: bool = False, part: Part = 1
) -> list[PoolFileOut]:
    """Files that belong to no item, in parts of about 200; nothing behind the last part. Left out: the first 2,000."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    if left_out:
        return [PoolFileOut.of(one) for one in selectors.loose_files(actor, fonds, year, left_out=True)[:_MOST]]
    return [PoolFileOut.of(one) for one in _rows(actor, fonds, year, part)]


@router.get("/{fonds}/{year}/proposals", response=list[ProposedOut], auth=needs(policies.READ))
def list_proposals(request: HttpRequest, fonds: Fonds, year: Year, part: Part = 1) -> list[ProposedOut]:
    """Which loose files of a part seem to make one item, and why (DA/T 22-2015, 5.1). None reaches beyond its part."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    return [ProposedOut.of(one) for one in propose_groups(map(collecting.loose_file, _rows(actor, fonds, year, part)))]


@router.get("/{fonds}/{year}/items", response=PoolItemPage, auth=needs(policies.READ))
def list_pool_items(
    request: HttpRequest, fonds: Fonds, year: Year,
    stage: Literal["", "formed", "classified", "numbered", "returned", "filing", "closed"] = "", text: Filter = "",
    cursor: Cursor = "", limit: Limit = 50,
) -> PoolItemPage:  # fmt: skip
    """Items that are not filed yet, or those at one stage."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    rows = selectors.pool_items(actor, fonds, year, stage=stage, text=text)
    found, following = page(
        rows, name=f"pool {fonds} {year} {stage} {text}", cursor=cursor, limit=limit, column="formed_at", down=False
    )
    return PoolItemPage(items=[PoolItemOut.of(one) for one in found], next=following)


@router.post("/{fonds}/{year}/items", response={201: list[PoolItemOut]}, auth=needs(policies.READ, policies.ARRANGE))
def form_items(request: HttpRequest, fonds: Fonds, year: Year, body: GroupsIn) -> Any:
    """Make an item of each group of loose files; they are put into the order of the norm."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    made = forming.form_items(actor=actor, fonds=fonds, year=year, groups=body.groups)
    return Status(201, [PoolItemOut.of(one) for one in made])


@router.post(
    "/{fonds}/{year}/form-proposed", response={201: list[PoolItemOut], 202: PoolOut},
    auth=needs(policies.READ, policies.ARRANGE),
)  # fmt: skip
def form_proposed(request: HttpRequest, fonds: Fonds, year: Year, body: FormIn) -> Any:
    """Form every item the rules are sure of; of more than 400 loose files by a job (202)."""
    actor = actor_of(request)
    pool = selectors.pool(actor, fonds, year)
    if pool.loose > forming_all.AT_ONCE:
        forming_all.begin_forming(actor=actor, fonds=fonds, year=year, singles=body.singles)
        return Status(202, PoolOut.of(pool))
    made = forming_all.form_proposed(actor=actor, fonds=fonds, year=year, singles=body.singles)
    return Status(201, [PoolItemOut.of(one) for one in made])


@router.patch("/items/{item_id}", response=PoolItemOut, auth=needs(policies.READ, policies.ARRANGE))
def describe_pool_item(request: HttpRequest, item_id: UUID, body: DescribeIn) -> PoolItemOut:
    """Change what describes an item; what is not named stays. 409 if it was changed since `version`."""
    one = forming.describe(actor=actor_of(request), item=item_id, values=body.values, version=body.version)
    return PoolItemOut.of(one)


@router.post("/{fonds}/{year}/classify", response=PoolOut, auth=needs(policies.READ, policies.ARRANGE))
def classify_items(request: HttpRequest, fonds: Fonds, year: Year, body: ClassIn) -> PoolOut:
    """Give items a class; what had a number loses it, which was one of its old class."""
    actor = actor_of(request)
    classifying.classify(
        actor=actor, items=body.items, category=body.category, department=body.department, retention=body.retention
    )
    return PoolOut.of(selectors.pool(actor, fonds, year))


@router.post("/{fonds}/{year}/classify-proposed", response=PoolOut, auth=needs(policies.READ, policies.ARRANGE))
def classify_as_proposed(request: HttpRequest, fonds: Fonds, year: Year) -> PoolOut:
    """Give every item without a class the best one proposed for it."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    classifying.take_proposals(actor=actor, fonds=fonds, year=year)
    return PoolOut.of(selectors.pool(actor, fonds, year))


@router.get("/{fonds}/{year}/numbers", response=PlanOut, auth=needs(policies.READ, policies.NUMBER))
def preview_numbers(
    request: HttpRequest, fonds: Fonds, year: Year, template: Filter = "", again: bool = False
) -> PlanOut:
    """The codes that would be given, old beside new, and what stands against them."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    return PlanOut.of(numbering.preview(actor, fonds, year, template=template, again=again))


@router.post("/{fonds}/{year}/numbers", response=PlanOut, auth=needs(policies.READ, policies.NUMBER))
def give_numbers(request: HttpRequest, fonds: Fonds, year: Year, body: NumberIn) -> PlanOut:
    """Give the codes of the plan with this mark, all at once. 409 if it would be another plan by now."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    plan = numbering.apply(
        actor=actor, fonds=fonds, year=year, mark=body.mark, template=body.template, again=body.again
    )
    return PlanOut.of(plan)


@router.get("/{fonds}/{year}/filings", response=list[FilingOut], auth=needs(policies.READ))
def list_filings(request: HttpRequest, fonds: Fonds, year: Year) -> list[FilingOut]:
    """What was handed over from this pool, newest first, and what became of it."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    return [FilingOut.of(one) for one in selectors.filings(actor, fonds, year)[:200]]


@router.post("/{fonds}/{year}/filings", response={202: list[FilingOut]}, auth=needs(policies.READ, policies.FILE))
def file_items(request: HttpRequest, fonds: Fonds, year: Year, body: FileIn) -> Any:
    """Hand items over; each transfer is checked and decided on like any other.

    What came back from a transfer goes again under its number, all else as one transfer of its own.
    """
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    begun = filing.begin_filing(actor=actor, fonds=fonds, year=year, items=body.items, agency=body.agency)
    return Status(202, [FilingOut.of(one) for one in begun])


@router.post("/{fonds}/{year}/undo", response=PoolOut, auth=needs(policies.READ, policies.ARRANGE))
def undo_step(request: HttpRequest, fonds: Fonds, year: Year) -> PoolOut:
    """Undo the last step of the pool."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    steps.undo(actor=actor, fonds=fonds, year=year)
    return PoolOut.of(selectors.pool(actor, fonds, year))


def _rows(actor: Actor, fonds: str, year: int, wanted: int) -> list[PoolFile]:
    part = part_of(actor, fonds, year, wanted)
    return part.rows if part.number == wanted else []
