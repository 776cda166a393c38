"""Reading business systems, what they pushed, and how it fared; always within what the actor may see."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from shicheng.collecting import policies
from shicheng.collecting.errors import BadPeriod, UnknownPush, UnknownSystem
from shicheng.collecting.models import Attempt, Push, System
from shicheng.collecting.types import Month
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor


def systems(actor: Actor, *, text: str = "") -> QuerySet[System]:
    """The business systems the actor may see, by code."""
    found = policies.visible(actor).select_related("token")
    if text:
        found = found.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(unit__icontains=text))
    return found.order_by("code")


def system(actor: Actor, code: str) -> System:
    """One business system by its code; raises `UnknownSystem`."""
    found = systems(actor).filter(code=code).first()
    if found is None:
        raise UnknownSystem(
            _("There is no business system %(code)s here, or it is not open to you.", code=code),
            hint=_("Look it up in the list of business systems."),
        )
    return found


def pushes(actor: Actor, *, system: System | None = None, state: str = "", text: str = "") -> QuerySet[Push]:
    """Pushed documents the actor may see with what they say, the newest first."""
    found = _narrowed(policies.visible_pushes(actor), system, state)
    if text:
        found = found.filter(Q(number__icontains=text) | Q(document__icontains=text))
    return found.order_by("-received_at", "-id")


def states_of_pushes(actor: Actor, *, system: System | None = None, state: str = "") -> QuerySet[Push]:
    """Pushed documents the actor may know of, the newest first; what they say is not theirs to see."""
    return _narrowed(policies.visible_states(actor), system, state).order_by("-received_at", "-id")


def push(actor: Actor, key: str | UUID) -> Push:
    """One pushed document by its id or the number of its receipt; raises `UnknownPush`."""
    found = policies.visible_pushes(actor)
    try:
        one = found.filter(pk=UUID(str(key))).first()
    except ValueError:
        one = found.filter(number=str(key)).first()
    if one is None:
        raise UnknownPush(
            _("There is no receipt %(key)s here, or it is not open to you.", key=str(key)[:60]),
            hint=_("Take its number from the answer the system got."),
        )
    return one


def attempts(actor: Actor, *, system: System | None = None, refused: bool | None = None) -> QuerySet[Attempt]:
    """Trials and refusals the actor may know of, the newest first."""
    found = policies.visible_attempts(actor)
    if system is not None:
        found = found.filter(system=system)
    if refused is not None:
        found = found.filter(is_refused=refused)
    return found.order_by("-at", "-id")


def counts(actor: Actor) -> dict[UUID, dict[str, int]]:
    """For each system the actor may see, how many of its documents are in which state."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = policies.visible_states(actor).order_by().values_list("system", "state").annotate(Count("pk"))
    for identity, state, count in rows:
        found[identity][state] = count
    return dict(found)


def last_pushes(actor: Actor) -> dict[UUID, datetime]:
    """When each system the actor may see last pushed something that was taken."""
    rows = policies.visible_states(actor).order_by().values_list("system").annotate(Max("received_at"))
    return dict(rows)


def troubles(actor: Actor, *, days: int = 14) -> list[tuple[System, list[Attempt]]]:
    """Systems in service with what was refused of them lately and has not come through since, the oldest first."""
    since = clock.now() - timedelta(days=days)
    rows = policies.visible_attempts(actor).filter(is_refused=True, is_trial=False, at__gte=since)
    found: dict[UUID, tuple[System, list[Attempt]]] = {}
    for one in rows.filter(system__state="in_service").order_by("system__code", "at", "id"):
        found.setdefault(one.system_id, (one.system, []))[1].append(one)
    told = []
    for system, refused in found.values():
        taken = dict(
            Push.objects.filter(system=system, document__in={one.document for one in refused})
            .order_by("received_at")
            .values_list("document", "received_at")
        )
        left = [one for one in refused if not (one.document in taken and taken[one.document] > one.at)]
        if left:
            told.append((system, left))
    return told


def months(actor: Actor, code: str, *, first: date | None = None, last: date | None = None) -> list[Month]:
    """What was taken from a system month by month between two days (the last twelve months), for reconciling 对账.

    The digest of a month is the SM3 over a line for each receipt in the order of arrival: the system's identifier of
    the document, its revision and the SM3 of the receipt, with tabs between them and a line feed behind.
    """
    one = system(actor, code)
    today = timezone.localdate()
    last = last or today
    first = first or date(last.year - 1, last.month, 1)
    if first > last or (last - first).days > 3700:
        raise BadPeriod(
            _("Between %(first)s and %(last)s nothing can be counted.", first=str(first), last=str(last)),
            hint=_("Give the earlier day first; at most ten years are counted at once."),
        )
    rows = policies.visible_states(actor).filter(
        system=one, received_at__gte=_midnight(first), received_at__lt=_midnight(last + timedelta(days=1))
    )
    names = ("received_at", "document", "revision", "digest", "files_count", "bytes", "state")
    return _by_month(rows.order_by("position").values_list(*names).iterator(chunk_size=2000))


def _by_month(rows: Iterable[tuple[datetime, str, int, str, int, int, str]]) -> list[Month]:
    digests: dict[str, hashlib._Hash] = {}
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for at, document, revision, digest, files, size, state in rows:
        month = f"{timezone.localtime(at):%Y-%m}"
        digests.setdefault(month, hashlib.new("sm3")).update(f"{document}\t{revision}\t{digest}\n".encode())
        totals[month].update({"documents": 1, "files": files, "bytes": size})
        states[month][state] += 1
    return [
        Month(
            month, totals[month]["documents"], totals[month]["files"], totals[month]["bytes"],
            digests[month].hexdigest(), dict(states[month]),
        )
        for month in sorted(digests)
    ]  # fmt: skip


def _narrowed(found: QuerySet[Push], system: System | None, state: str) -> QuerySet[Push]:
    if system is not None:
        found = found.filter(system=system)
    return found.filter(state=state) if state else found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
