"""What the codes of held items say to who numbers new ones. Codes in use, once in use, or promised count alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Count, Max

from shicheng.base.db import chunked
from shicheng.holdings import policies
from shicheng.holdings.models import FormerCode, Item, Renumbered
from shicheng.holdings.selectors import existing_reference_codes
from shicheng.kernel.reference_codes import find_reference_code
from shicheng.people.types import Actor

_MOST_CLASSES = 12


def highest_number(fonds: str, group: str) -> int:
    """The highest running number ever given below `group`, the part of a code before its last dash; 0 for none.

    For numbering: it tells nothing of any one item.
    """
    start = f"{group}-"
    held = Item.objects.filter(fonds__code=fonds, reference_code__startswith=start)
    found = held.order_by().aggregate(most=Max("number"))["most"] or 0
    others = [
        *FormerCode.objects.filter(code__startswith=start).values_list("code", flat=True),
        *Renumbered.objects.filter(new__startswith=start, done_at=None, problem__isnull=True).values_list(
            "new", flat=True
        ),
    ]
    numbers = [int(code[len(start) :]) for code in others if code[len(start) :].isdecimal() and len(code) < 200]
    return max([found, *numbers])


def given_codes(codes: Collection[str]) -> set[str]:
    """Those of some codes that an item has, had, or is promised. For numbering, as above."""
    found = existing_reference_codes(codes)
    for part in chunked(list(codes), 500):
        promised = Renumbered.objects.filter(new__in=part, done_at=None, problem__isnull=True)
        found.update(promised.values_list("new", flat=True))
    return found


def ids_of_codes(transfer: str, codes: Collection[str]) -> dict[str, UUID]:
    """Ids of the items that came with a transfer, by the codes they came with. For who sent it."""
    found: dict[str, UUID] = {}
    for part in chunked(list(codes), 500):
        found.update(
            Item.objects.filter(transfer=transfer, reference_code__in=part).values_list("reference_code", "pk")
        )
        former = FormerCode.objects.filter(code__in=part, item__transfer=transfer)
        found.update(former.values_list("code", "item_id"))
    return found


def classes_of_prefixes(
    actor: Actor, fonds: str, prefixes: Sequence[str]
) -> dict[str, dict[tuple[str, str, str], int]]:
    """Of the held items whose document number begins with a prefix: how many stand in which class.

    A class is category, department as it stands in codes, retention; only what the actor may see counts.
    """
    found: dict[str, dict[tuple[str, str, str], int]] = {}
    held = policies.visible(actor).filter(fonds__code=fonds).order_by()
    for prefix in prefixes[:50]:
        rows = held.filter(document_number__startswith=f"{prefix}〔").values("category", "department", "retention")
        counts = Counter[tuple[str, str, str]]()
        for row in rows.annotate(count=Count("pk"), code=Max("reference_code")):
            read = find_reference_code(row["code"])  # descriptions name the department, codes have its sign
            department = (read.department if read is not None else "") or row["department"]
            counts[row["category"], department, row["retention"]] += row["count"]
        if counts:
            found[prefix] = dict(counts.most_common(_MOST_CLASSES))
    return found
