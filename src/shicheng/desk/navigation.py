"""What the navigation offers to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from shicheng.acquiring import policies as acquiring
from shicheng.acquiring import words as acquiring_words
from shicheng.approvals import policies as approvals
from shicheng.arranging import policies as arranging
from shicheng.audit import policies as audit
from shicheng.cataloguing import policies as cataloguing
from shicheng.collecting import policies as collecting
from shicheng.describing import policies as describing
from shicheng.desk import policies as desk
from shicheng.holdings import motions
from shicheng.holdings import policies as holdings
from shicheng.ingest import policies as ingest
from shicheng.ingest import selectors as transfers
from shicheng.jobs import policies as job_policies
from shicheng.jobs import selectors as jobs
from shicheng.people import policies as people
from shicheng.people.types import Actor
from shicheng.planning import policies as planning
from shicheng.schemes import policies as schemes
from shicheng.storage import policies as storage

_MOTIONS: Final = frozenset({"holdings:motions", "holdings:write_motion", "holdings:import_motions"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the navigation; `count` is what waits there."""

    address: str
    label: str
    icon: str
    is_here: bool
    count: int = 0
    count_means: str = ""


def entries(actor: Actor, here: str) -> list[Entry]:
    """The places this actor may go to, `here` being the name of the present page's address."""
    may = people.allows
    found = [_entry("desk:home", _("Desk"), "home", here), _entry("desk:work", _("My work"), "flag", here)]
    if may(actor, ingest.READ):
        waiting = transfers.waiting(actor).count()
        found.append(_entry("ingest:transfers", _("Transfers"), "in", here, waiting, _("wait for a decision")))
    if may(actor, arranging.READ):
        found.append(_entry("arranging:pools", _("Arranging"), "sort", here))
    if may(actor, collecting.READ):
        found.append(_entry("collecting:systems", _("Business systems"), "in", here))
    if may(actor, acquiring.READ):
        inside = here.startswith("acquiring:") and here not in acquiring_words.EVENT_PAGES
        found.append(_entry("acquiring:acquisitions", _("Acquisition"), "in", here, is_here=inside))
    if may(actor, acquiring.READ_EVENTS):
        inside = here in acquiring_words.EVENT_PAGES
        found.append(_entry("acquiring:events", _("Major events"), "flag", here, is_here=inside))
    if may(actor, planning.READ):
        found.append(_entry("planning:overview", _("Filing watch"), "flag", here))
    if may(actor, cataloguing.READ):
        found.append(_entry("cataloguing:imports", _("Catalogues"), "folder", here))
    if may(actor, describing.CHANGE):
        found.append(_entry("describing:changes", _("Batch changes"), "sliders", here, own=True))
    if may(actor, describing.READ_AUTHORITIES):
        found.append(_entry("describing:authorities", _("Authorities"), "people", here, own=True))
    if may(actor, schemes.READ):
        found.append(_entry("schemes:units", _("Schemes"), "table", here))
    if may(actor, holdings.BROWSE):
        is_motion = here in _MOTIONS
        found.append(_entry("holdings:items", _("Holdings"), "list", "" if is_motion else here))
        if motions.any_motion(actor):
            found.append(_entry("holdings:motions", _("Motions"), "flag", "holdings:motions" if is_motion else ""))
        found.append(_entry("search:page", _("Search"), "find", here))
    if may(actor, ingest.CHECK):
        found.append(_entry("checks:catalogue", _("Checks"), "check", here))
    if may(actor, approvals.READ):
        asked = approvals.waiting_for(actor).count()
        found.append(_entry("approvals:requests", _("Requests"), "stamp", here, asked, _("wait for your decision")))
    if may(actor, job_policies.READ):
        failed = len(jobs.failures(actor, limit=100))
        found.append(_entry("jobs:jobs", _("Jobs"), "gear", here, failed, _("ended with an error")))
    if may(actor, storage.READ):
        found.append(_entry("storage:health", _("Store"), "shield", here))
    if may(actor, audit.READ):
        found.append(_entry("audit:log", _("Log"), "book", here))
    if may(actor, people.MANAGE):
        found.append(_entry("people:accounts", _("Accounts"), "people", here, own=True))
    if may(actor, people.READ_GRANTS):
        found.append(_entry("people:grants", _("Grants"), "people", here, own=True))
    if may(actor, people.READ_DUTIES):
        found.append(_entry("people:duties", _("Responsibilities"), "people", here, own=True))
    if may(actor, people.ASK_EMERGENCY):
        found.append(_entry("people:emergencies", _("Emergency powers"), "shield", here, own=True))
    if may(actor, people.OWN_TOKENS):
        found.append(_entry("desk:tokens", _("Tokens"), "key", here))
    if may(actor, desk.READ_SETTINGS):
        found.append(_entry("desk:settings", _("Settings"), "sliders", here))
    return found


def _entry(
    name: str, label: str, icon: str, here: str, count: int = 0, means: str = "", *, own: bool = False,
    is_here: bool | None = None,
) -> Entry:  # fmt: skip
    """One place; with `own` it is one of several of its room."""
    room = name.partition(":")[0]
    if is_here is None:
        is_here = name == here if own or room == "desk" else room == here.partition(":")[0]
    return Entry(reverse(name), label, icon, is_here, count, means)
