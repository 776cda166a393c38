"""What the pages of this room show."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language

from shicheng.audit import selectors as audit
from shicheng.collecting import policies, receipts, selectors
from shicheng.collecting.client import ADDRESS
from shicheng.collecting.document import FilingDocument
from shicheng.collecting.models import Attempt, Push, System
from shicheng.collecting.states import SYSTEM
from shicheng.collecting.types import NOT_FILED, Act, Standing
from shicheng.collecting.words import ACTIONS, KINDS, OUTSIDE, ROLES, STANDINGS, STATES, SYSTEMS
from shicheng.jobs import policies as job_policies
from shicheng.jobs import selectors as jobs
from shicheng.jobs.errors import JobMissing
from shicheng.kernel import clock
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import BY_NAME
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.schemes import selectors as schemes
from shicheng.settings import Settings

PAGE: Final = 30
_SHOWN_ATTEMPTS: Final = 20
_RECENT: Final = timedelta(days=30)
TONES: Final = {"filed": "ok", "returned": "bad", "came_back": "bad", "left_out": "warn", "superseded": ""}


def view_systems(actor: Actor, text: str, settings: Settings) -> dict[str, Any]:
    """The list of systems with what waits, what failed and whose token ends."""
    counts, last = selectors.counts(actor), selectors.last_pushes(actor)
    since = clock.now() - _RECENT
    refused: dict[UUID, int] = {}
    rows = selectors.attempts(actor, refused=True).filter(is_trial=False, at__gte=since)
    for identity in rows.order_by().values_list("system", flat=True):
        refused[identity] = refused.get(identity, 0) + 1
    lines = [
        {
            "it": one, "state": SYSTEMS[one.state], "kind": KINDS.get(one.kind, one.kind), "last": last.get(one.pk),
            "waiting": sum(counts.get(one.pk, {}).get(state, 0) for state in ("received", "pooled")),
            "filed": counts.get(one.pk, {}).get("filed", 0), "refused": refused.get(one.pk, 0),
            "token": _token_of(one, settings),
        }
        for one in selectors.systems(actor, text=text)
    ]  # fmt: skip
    return {"lines": lines, "text": text, "total": policies.visible(actor).count(),
            "may_write": allows(actor, policies.MANAGE)}  # fmt: skip


def view_system(actor: Actor, one: System, settings: Settings, *, state: str = "", number: str = "") -> dict[str, Any]:
    """One system: what it pushed, what failed and why, its trials, its months, who it is."""
    contents = policies.reads_contents(actor, one)
    rows = selectors.states_of_pushes(actor, system=one, state=state if state in STATES else "")
    page = Paginator(rows, PAGE).get_page(number)
    told = receipts.standings(list(page.object_list))
    attempts = selectors.attempts(actor, system=one)
    counts = selectors.counts(actor).get(one.pk, {})
    return {
        "one": one, "contents": contents, "state_words": SYSTEMS[one.state], "kind": KINDS.get(one.kind, one.kind),
        "page": page, "state": state, "total": sum(counts.values()),
        "states": [(code, label, counts[code]) for code, label in STATES.items() if counts.get(code)],
        "lines": [_line(each, told[each.pk]) for each in page.object_list],
        "refused": [_tried(each) for each in attempts.filter(is_trial=False)[:_SHOWN_ATTEMPTS]],
        "trials": [_tried(each) for each in attempts.filter(is_trial=True)[:_SHOWN_ATTEMPTS]],
        "months": list(reversed(selectors.months(actor, one.code))), "words": STATES,
        "token": _token_of(one, settings), "outside": OUTSIDE.get(one.outside, ""), "not_filed": NOT_FILED,
        "verbs": {
            move.verb for move in SYSTEM.moves
            if one.state in move.sources and policies.may(actor, move.permission or policies.MANAGE, one)
        },
        "may_write": policies.may(actor, policies.MANAGE, one), "may_token": policies.may(actor, policies.TOKEN, one),
        "address": ADDRESS, "schema": "/api/v1/filing/schema",
        "history": audit.history(actor, ("system", one.pk)),
    }  # fmt: skip


def view_push(actor: Actor, one: Push) -> dict[str, Any]:
    """One pushed document: what became of it, its process as a timeline, its files, its receipt and its revisions."""
    document = FilingDocument.model_validate(one.metadata)
    standing = receipts.standings([one])[one.pk]
    revisions = selectors.pushes(actor, system=one.system).filter(document=one.document).order_by("-revision")
    return {
        "one": one, "system": one.system, "standing": standing, "standing_words": STANDINGS[standing.state],
        "tone": TONES.get(standing.state, "info"), "timeline": timeline(one, document),
        "elements": [(_label(name), text) for name, text in document.described.items() if name != "title"],
        "sheet": document.process.handling_sheet,
        "files": [(each, ROLES.get(each["role"], each["role"])) for each in one.files],
        "receipt": json.loads(one.receipt), "revisions": [(each, STATES[each.state]) for each in revisions],
        "judged": one.judged, "reasons": [Message.from_json(each) for each in one.judged.get("reasons", ())],
        "may_return": one.state == "pooled" and policies.may(actor, policies.RETURN, one.system)
        and standing.state in ("in_pool", "in_item", "came_back"),
        "job": _job(actor, one), "history": audit.history(actor, ("push", one.pk)),
    }  # fmt: skip


def timeline(one: Push, document: FilingDocument) -> list[Act]:
    """The acts of the process in the order of time, the arrival here last of what is done, what is planned behind."""
    names = {each.part: each.name for each in document.files}
    acts = []
    for each in document.process.acts:
        words = "；".join(
            filter(None, (each.opinion, each.mandate, "、".join(names.get(part, part) for part in each.files)))
        )
        acts.append(
            Act(
                what=each.name or str(ACTIONS[each.action]), who=" ".join(filter(None, (each.agency, each.agent))),
                when=each.time, moment=_moment(each.time), words=" · ".join(filter(None, (each.step, words))),
                is_planned=each.status == "planned",
            )
        )  # fmt: skip
    acts.sort(key=lambda act: (act.is_planned, act.when))
    done = [act for act in acts if not act.is_planned]
    arrived = Act(
        what=str(_("Pushed to the archive")), who=one.system.name, when=one.received_at.isoformat(),
        moment=one.received_at, words=one.number,
    )  # fmt: skip
    return [*done, arrived, *acts[len(done) :]]


def view_form(actor: Actor, one: System | None, values: dict[str, Any]) -> dict[str, Any]:
    """What the form of a system offers."""
    units = [unit for unit in schemes.units(actor, closed=False) if _may_manage(actor, unit)]
    return {
        "one": one, "values": values, "kinds": KINDS.items(), "outsides": OUTSIDE.items(), "units": units,
        "levels": _levels(),
    }  # fmt: skip


def _may_manage(actor: Actor, unit: Any) -> bool:
    return policies.may_in(actor, policies.MANAGE, fonds=unit.fonds_code, unit=unit.code)


def _label(name: str) -> str:
    element = BY_NAME[name]
    return element.label_zh if (get_language() or "").startswith("zh") else element.label_en


def _levels() -> list[str]:
    from shicheng.checks.selectors import refused_levels
    from shicheng.collecting.types import LEVELS

    above = refused_levels()
    return [one for one in LEVELS if one not in above]


def _line(one: Push, standing: Standing) -> dict[str, Any]:
    codes = "、".join(each.code for each in standing.items if each.code)
    return {"it": one, "standing": STANDINGS[standing.state], "tone": TONES.get(standing.state, "info"), "codes": codes,
            "reason": standing.reason}  # fmt: skip


def _tried(one: Attempt) -> dict[str, Any]:
    return {"it": one, "faults": one.faults, "message": one.message}


def _token_of(one: System, settings: Settings) -> dict[str, Any]:
    now = clock.now()
    token = one.token
    if token is None or token.revoked is not None:
        return {"state": "none", "label": _("no token"), "tone": "" if one.state == "stopped" else "warn"}
    if token.expires <= now:
        return {"state": "ended", "label": _("ended"), "tone": "bad", "until": token.expires}
    soon = token.expires <= now + timedelta(days=settings.token_warning_days)
    return {"state": "good", "label": _("ends soon") if soon else _("good"), "tone": "warn" if soon else "ok",
            "until": token.expires, "used": token.last_used}  # fmt: skip


def _job(actor: Actor, one: Push) -> Any:
    if one.state != "received" or one.job is None or not allows(actor, job_policies.READ):
        return None
    try:
        return jobs.job(actor, one.job)
    except JobMissing:
        return None


def _moment(text: str) -> datetime | None:
    moment = parse_datetime(text) if "T" in text else None
    if moment is not None and timezone.is_naive(moment):
        return timezone.make_aware(moment)
    return moment
