"""Papers about fonds: the register sheet 全宗单, the guide, and the list of volumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.db.models import Count, Min, Sum
from django.db.models import Max as Most

from shicheng.holdings import fonds as holdings_fonds
from shicheng.holdings import policies, selectors
from shicheng.holdings.fonds_types import FONDS_EVENTS, FONDS_KINDS, PAPER_KINDS
from shicheng.holdings.models import DossierPaper, Fonds, FondsEvent, Volume
from shicheng.holdings.words import retention_label
from shicheng.kernel.messages import message as _
from shicheng.kernel.openness import OPENNESS, Openness
from shicheng.kernel.quantities import format_bytes
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.people.types import Actor
from shicheng.printing.lists import Listed
from shicheng.printing.rows import Column
from shicheng.printing.setting import merge, set_short

# GB/T 13967-2026, Annex B.
_REGISTER: Final = (
    Column("row", _("No."), 11, "center"), Column("code", _("Fonds code"), 18, "center"),
    Column("name", _("Name of the fonds")),
    Column("kind", _("Kind"), 26), Column("years", _("From, to"), 25, "center"), Column("count", _("Quantity"), 34),
    Column("place", _("Location"), 30), Column("changes", _("Changes and relations"), 48),
    Column("note", _("Remarks"), 18),
)  # fmt: skip
_WORDS: Final = ("introduction", "guide")  # papers of the dossier whose text the guide takes over
_VOLUMES: Final = (
    Column("row", _("No."), 11, "center"), Column("code", _("Volume no."), 48),
    Column("title", _("Title of the record")),
    Column("years", _("From, to"), 32, "center"), Column("retention", _("Retention"), 18, "center"),
    Column("items", _("Items"), 13, "center"), Column("pages", _("Pages"), 13, "center"),
    Column("note", _("Remarks"), 24),
)  # fmt: skip


def register_sheet(actor: Actor, code: str, title: str) -> Listed:
    """The register sheet of all fonds the actor may see, or of one; raises `UnknownFonds`."""
    if code:
        holdings_fonds.find_fonds(actor, code)
    return Listed(title, _REGISTER, lambda: _register_rows(actor, code))


def volume_list(actor: Actor, code: str, title: str) -> Listed:
    """The list of the volumes of one fonds; raises `UnknownFonds`."""
    fonds = holdings_fonds.find_fonds(actor, code)
    facts = [(str(_("Fonds code")), fonds.code), (str(_("Name of the fonds")), fonds.name)]
    return Listed(title, _VOLUMES, lambda: _volume_rows(actor, fonds), facts)


def set_guide(actor: Actor, code: str, target: Path, base: Mapping[str, Any]) -> int:
    """The guide to a fonds, from what is recorded of it; raises `UnknownFonds`. Returns the number of pages."""
    fonds = holdings_fonds.find_fonds(actor, code)
    kinds = policies.visible_tallies(actor).filter(fonds=fonds)
    shares = {
        one["openness"]: one["n"]
        for one in kinds.order_by().values("openness").annotate(n=Sum("items")) if one["n"]
    }  # fmt: skip
    papers = DossierPaper.objects.filter(fonds=fonds).order_by("-category", "title", "-version")
    totals = selectors.totals(actor, {"fonds": code})
    data = {
        **base,
        "name": f"{fonds.code} {fonds.name}",
        "facts": [
            [str(_("Creating agency")), fonds.agency or fonds.name],
            [str(_("Kind")), str(FONDS_KINDS.get(fonds.kind, fonds.kind))],
            [str(_("From, to")), _span(fonds)],
            [str(_("Quantity")), _quantity(totals)],
            [str(_("Location")), fonds.location],
        ],
        "words": [
            {"title": str(PAPER_KINDS[one.category]), "paragraphs": list(filter(str.strip, one.text.splitlines()))}
            for one in _newest(papers)
            if one.category in _WORDS and one.text.strip()
        ],
        "history_title": str(_("What happened to the fonds")),
        "history": [_event(one) for one in FondsEvent.objects.filter(fonds=fonds)],
        "content_title": str(_("What is in it")),
        "content_heads": [str(_("Category")), str(_("Retention")), str(_("Years")), str(_("Items")), str(_("Files"))],
        "content": list(_content(actor, fonds)),
        "access_title": str(_("Who may see it")),
        "access": [f"{OPENNESS[Openness(state)]}: {number:,}" for state, number in sorted(shares.items())],
        "papers_title": str(_("Papers of the fonds dossier")),
        "papers": [
            f"{PAPER_KINDS.get(one.category, one.category)}: {one.title} ({one.at:%Y-%m-%d})"
            for one in _newest(papers)
        ],
        "nothing": str(_("Nothing is recorded.")),
    }  # fmt: skip
    return merge([set_short("fonds_guide", data)], target, title=str(base["title"]))


def _register_rows(actor: Actor, code: str) -> Iterator[list[str]]:
    listed = holdings_fonds.listed_fonds(actor)
    for number, one in enumerate(listed.filter(code=code) if code else listed, start=1):
        told = "；".join(_event(event) for event in FondsEvent.objects.filter(fonds=one))
        kind = str(FONDS_KINDS.get(one.kind, one.kind))
        count = _quantity(selectors.totals(actor, {"fonds": one.code}))
        yield [str(number), one.code, one.name, kind, _span(one), count, one.location, told, ""]


def _volume_rows(actor: Actor, fonds: Fonds) -> Iterator[list[str]]:
    volumes = Volume.objects.filter(fonds=fonds).order_by("code", "title", "id")
    for number, one in enumerate(volumes.iterator(chunk_size=500), start=1):
        seen = policies.visible(actor).filter(volume_entries__volume=one)
        sums = seen.order_by().aggregate(n=Count("pk"), p=Sum("pages"), a=Min("date_from"), b=Most("date_to"))
        first, last = (f"{day:%Y%m%d}" if day else "" for day in (sums["a"], sums["b"]))
        span = first if first == last else f"{first}–{last}"
        retention = retention_label(one.retention) if one.retention else ""
        yield [str(number), one.code, one.title, span, retention, str(sums["n"]), str(sums["p"] or ""), one.note]


def _content(actor: Actor, fonds: Fonds) -> Iterator[list[str]]:
    kinds = policies.visible_tallies(actor).filter(fonds=fonds).order_by()
    rows = kinds.values("category", "retention").annotate(
        n=Sum("items"), f=Sum("files"), a=Min("year"), b=Most("year")
    )  # fmt: skip
    for one in sorted(rows, key=lambda row: (row["category"], row["retention"])):
        if not one["n"]:
            continue
        years = f"{one['a'] or ''}" if one["a"] == one["b"] else f"{one['a']}–{one['b']}"
        category = CATEGORIES.get(one["category"])
        name = f"{one['category']} {category}" if category else one["category"]
        yield [name, retention_label(one["retention"]), years, f"{one['n']:,}", f"{one['f']:,}"]


def _quantity(totals: Mapping[str, int]) -> str:
    return str(
        _("%(items)s items, %(files)s files, %(size)s", items=f"{totals['items']:,}", files=f"{totals['files']:,}",
          size=format_bytes(totals["bytes"]))
    )  # fmt: skip


def _span(fonds: Fonds) -> str:
    begins = f"{fonds.began_on:%Y-%m-%d}" if fonds.began_on else ""
    ends = f"{fonds.closed_on:%Y-%m-%d}" if fonds.closed_on else ""
    return f"{begins} – {ends}" if begins or ends else ""


def _event(one: FondsEvent) -> str:
    others = f" ({'、'.join(str(code) for code in one.others)})" if one.others else ""
    return f"{one.on:%Y-%m-%d} {FONDS_EVENTS.get(one.kind, one.kind)}{others}, {one.decision}"


def _newest(papers: Sequence[DossierPaper] | Any) -> list[DossierPaper]:
    found: dict[Any, DossierPaper] = {}
    for one in papers:
        found.setdefault(one.paper, one)
    return list(found.values())
