"""What the home page of the desk shows: numbers that lead to their lists, and cost no more with more records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shicheng.approvals import policies as approvals
from shicheng.arranging import policies as arranging_policies
from shicheng.arranging import selectors as arranging
from shicheng.audit import policies as audit_policies
from shicheng.audit.looking import counts_since, fault_at_end
from shicheng.audit.registry import find_event
from shicheng.holdings import policies as holding_policies
from shicheng.holdings import selectors as holdings
from shicheng.ingest import policies as transfer_policies
from shicheng.ingest import selectors as transfers
from shicheng.ingest.models import Transfer
from shicheng.ingest.words import STATES
from shicheng.jobs import selectors as jobs
from shicheng.jobs.models import Job
from shicheng.jobs.types import JobFilters, State
from shicheng.kernel import clock
from shicheng.kernel.quantities import format_bytes
from shicheng.people import policies as people_policies
from shicheng.people.policies import allows
from shicheng.people.troubles import all_troubles
from shicheng.people.types import Actor
from shicheng.search import selectors as search
from shicheng.settings import Settings
from shicheng.storage import policies as storage_policies
from shicheng.storage import selectors as store
from shicheng.storage.errors import StorageError

RECENT: Final = 8
DAYS: Final = 7
# Events the week is told in, for those who may read the log.
WEEK: Final = (
    "ingest.transfer.received", "ingest.transfer.stored", "cataloguing.import.done", "holdings.item.edited",
    "exchange.records.exported", "storage.copy.verified",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts and the address of the list it counts."""

    label: str
    number: int
    address: str
    is_least: bool = False
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something wrong, and where to look."""

    sentence: object
    address: str = ""
    is_bad: bool = False


def view_today(actor: Actor, settings: Settings) -> dict[str, Any]:
    """What waits for this actor, what is wrong, the newest transfers and the last seven days in numbers."""
    first = timezone.localdate() - timedelta(days=DAYS - 1)
    reads = allows(actor, holding_policies.READ)
    index = search.health(settings.index_path)
    counts = jobs.counts_by_state(actor)
    last_run = store.runs(actor).first()
    return {
        "now": clock.now(),
        "sees_transfers": allows(actor, transfer_policies.READ),
        "sees_store": allows(actor, storage_policies.READ),
        "doors": _doors(actor),
        "waiting": _waiting(actor, counts),
        "alarms": _alarms(actor, settings, index),
        "recent": _with_jobs(actor, list(transfers.transfers(actor)[:RECENT])),
        "words": STATES,
        "failures": jobs.failures(actor, limit=3),
        "running": counts[State.RUNNING],
        "queued": counts[State.WAITING],
        "week": _week(actor, first.isoformat(), reads=reads),
        "first_day": first,
        "totals": holdings.totals(actor) if reads else None,
        "last_run": last_run,
        "free_bytes": _free(actor, settings)[0],
        "index": index,
        # How much there is in all is nothing for whoever sees a part of it.
        "tells_index": not reads or people_policies.whole_fonds(actor, holding_policies.READ) is None,
    }


def _waiting(actor: Actor, counts: dict[str, int]) -> list[Figure]:
    found = []
    if allows(actor, transfer_policies.READ):
        by_state = transfers.counts(actor)
        listed = reverse("ingest:transfers")
        held = transfers.transfers(actor, state="held").count()
        found += [
            Figure(_("Transfers to accept"), by_state.get("checked", 0), f"{listed}?state=checked"),
            Figure(_("Transfers with faults"), by_state.get("failed", 0), f"{listed}?state=failed"),
            Figure(_("Transfers with items held back"), held, f"{listed}?state=held"),
        ]
    if allows(actor, approvals.READ):
        asked = approvals.waiting_for(actor).count()
        found.append(Figure(_("Requests for you to decide"), asked, reverse("approvals:requests")))
    if allows(actor, arranging_policies.READ):
        loose = sum(one.waiting for one in arranging.pools(actor))
        found.append(Figure(_("Files and items to arrange"), loose, reverse("arranging:pools")))
    for state, label in ((State.FAILED, _("Jobs that failed")), (State.DEAD, _("Jobs that were given up"))):
        found.append(Figure(label, counts[state], f"{reverse('jobs:jobs')}?state={state}", is_bad=counts[state] > 0))
    return found


def _alarms(actor: Actor, settings: Settings, index: Any) -> list[Alarm]:
    found = []
    health = reverse("storage:health")
    damaged = store.objects(actor).filter(state__in=("damaged", "missing")).count()
    if damaged:
        sentence = _("Objects damaged or missing: %(count)s. Put them back from a backup and verify again.")
        found.append(Alarm(sentence % {"count": damaged}, f"{health}#damages", is_bad=True))
    free, problem = _free(actor, settings)
    if problem is not None:
        found.append(Alarm(_("The store does not answer.") + f" {problem}", health, is_bad=True))
    elif free is not None and free < 2 * settings.free_bytes:
        sentence = _("Only %(free)s are free where the records lie; at %(least)s nothing more is taken in.")
        numbers = {"free": format_bytes(free), "least": format_bytes(settings.free_bytes)}
        found.append(Alarm(sentence % numbers, health, is_bad=free < settings.free_bytes))
    fault = fault_at_end(actor)
    if fault is not None:
        found.append(Alarm(fault, reverse("audit:log"), is_bad=True))
    if not index.is_well:
        found.append(Alarm(index.message))
    found += [Alarm(one.sentence, reverse(one.address) if one.address else "") for one in all_troubles(actor)]
    return found


def _week(actor: Actor, day: str, *, reads: bool) -> list[Figure]:
    found = []
    if reads:
        filters = {"since": day}
        taken = holdings.count(holdings.select(actor, filters), actor, filters)
        address = f"{reverse('holdings:items')}?since={day}&order=-registered"
        found.append(Figure(_("Records taken in"), taken.items, address, is_least=taken.is_least))
    moment, may_list = holdings.first_moment(day), allows(actor, audit_policies.READ)
    assert moment is not None
    if may_list or reads:
        for code, number in counts_since(actor, WEEK, moment).items():
            address = f"{reverse('audit:log')}?event={code}&since={day}" if may_list else ""
            found.append(Figure(str(find_event(code).label), number, address))
    return found


def _doors(actor: Actor) -> list[tuple[str, object]]:
    """Addresses and names of what those look after who don't work with records."""
    doors = (
        (people_policies.MANAGE, "people:accounts", _("Accounts")),
        (people_policies.GRANT, "people:grants", _("Grants")),
        (people_policies.READ_EMERGENCIES, "people:emergencies", _("Emergency powers")),
        (storage_policies.READ, "storage:health", _("Store")),
        (audit_policies.READ, "audit:log", _("Log")),
    )
    return [(reverse(address), label) for permission, address, label in doors if allows(actor, permission)]


def _free(actor: Actor, settings: Settings) -> tuple[int | None, Exception | None]:
    """Free bytes of the store, None where there is no limit or the actor may not know; and why it can't be told."""
    if not allows(actor, storage_policies.READ):
        return None, None
    try:
        return store.free_bytes(settings), None
    except (StorageError, OSError) as error:
        return None, error


def _with_jobs(actor: Actor, found: list[Transfer]) -> list[tuple[Transfer, Job | None]]:
    """Each transfer with the job that works on it now."""
    running = {row.pk: row for row in jobs.jobs(actor, JobFilters(state=State.RUNNING))}
    return [(one, running.get(one.job) if one.job else None) for one in found]
