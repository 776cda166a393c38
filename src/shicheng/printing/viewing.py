"""An order as an address says it, and what the page that makes one shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from shicheng.holdings import policies
from shicheng.holdings.models import Box, Volume
from shicheng.kernel.messages import Message, message
from shicheng.people.types import Actor
from shicheng.printing.sheets import LABEL_SHEETS, WIDTHS
from shicheng.printing.types import KINDS, Kind, Order, Subject
from shicheng.search.asking import describe, selection_of

MOST_NAMED: Final = 500  # boxes or volumes named one by one
FORMS: Final[dict[str, Message]] = {"pdf": message("PDF, to be printed"), "xlsx": message("Excel workbook (xlsx)")}


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a printout as the form shows it: a choice of values with their words."""

    name: str
    label: str
    values: list[tuple[str, str]]


def options_of(kind: Kind) -> list[Option]:
    """The options of a printout, the usual value first."""
    known: dict[str, tuple[str, list[tuple[str, str]]]] = {
        "cover": (_("Cover"), [("yes", _("with a cover")), ("no", _("without"))]),
        "split": (
            _("Lists"), [("no", _("one list")), ("yes", _("one for each year, retention period and department"))],
        ),
        "width": (
            _("Width of the box"), [("", _("as each box is")), *((str(width), f"{width} mm") for width in WIDTHS)],
        ),
        "sheet": (
            _("Paper"),
            [("exact", _("each on a page of its size")), ("a3", _("side by side on A3, with cutting marks"))],
        ),
        "labels": (
            _("Sheet of labels"),
            [
                (name, f"{one.columns} × {one.rows}: {one.width:g} × {one.height:g} mm")
                for name, one in LABEL_SHEETS.items()
            ],
        ),
        "skip": (_("Labels used up on the first sheet"), [(str(number), str(number)) for number in range(40)]),
    }  # fmt: skip
    return [Option(name, *known[name]) for name in kind.options]


def order_of(actor: Actor, query: QueryDict, posted: Mapping[str, str], kind: Kind) -> Order:
    """The order a form sends; the records are those of the address it stood at."""
    options = {name: posted.get(name, "")[:40] for name in kind.options if posted.get(name)}
    form = posted.get("form", "")
    language = posted.get("language", "")
    return Order(
        kind=kind.code, form=form if form in kind.forms else kind.forms[0], selection=selection_of(query),
        boxes=_boxes(actor, query), volumes=_ids(query, "volume"), fonds=query.get("fonds", "")[:40]
        if kind.subject is Subject.FONDS else "", options=options,
        language=language if language in ("zh-hans", "en") else own_language(),
    )  # fmt: skip


def kinds_for(query: QueryDict) -> list[Kind]:
    """The printouts that can be made of what an address names."""
    if query.get("of") == "fonds":
        return [kind for kind in KINDS.values() if kind.subject is Subject.FONDS]
    return [kind for kind in KINDS.values() if kind.subject is Subject.RECORDS]


def meant(actor: Actor, query: QueryDict) -> list[str]:
    """What an address names, in words of the present language."""
    if query.get("of") == "fonds":
        code = query.get("fonds", "")[:40]
        return [code] if code else [_("All fonds")]
    fonds = policies.visible_fonds(actor)
    if boxes := _boxes(actor, query):
        number = Box.objects.filter(pk__in=boxes, fonds__in=fonds).count()
        return [ngettext("%(n)s box", "%(n)s boxes", number) % {"n": number}]
    if volumes := _ids(query, "volume"):
        number = Volume.objects.filter(pk__in=volumes, fonds__in=fonds).count()
        return [ngettext("%(n)s volume", "%(n)s volumes", number) % {"n": number}]
    return describe(selection_of(query))


def own_language() -> str:
    """The language the form is set in unless another is chosen."""
    return "zh-hans" if (get_language() or "").startswith("zh") else "en"


def _boxes(actor: Actor, query: QueryDict) -> tuple[UUID, ...]:
    """The boxes an address names, one by one or all of a fonds; none that is meant must not mean everything."""
    code = query.get("boxes_of", "")
    if not code:
        return _ids(query, "box")
    rows = Box.objects.filter(fonds__in=policies.visible_fonds(actor), fonds__code=code[:40]).order_by("number")
    return tuple(rows.values_list("pk", flat=True)[:MOST_NAMED]) or (UUID(int=0),)


def _ids(query: QueryDict, name: str) -> tuple[UUID, ...]:
    found = []
    for value in query.getlist(name)[:MOST_NAMED]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return tuple(found) or ((UUID(int=0),) if name in query else ())
