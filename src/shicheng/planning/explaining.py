"""Explaining what is missing: void, not for filing, kept elsewhere; and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.planning import events, policies, selectors
from shicheng.planning.errors import BadExplanation, NothingChosen
from shicheng.planning.models import Finding
from shicheng.planning.states import FINDING
from shicheng.planning.types import EXPLANATIONS

MOST = 5000  # at once


@dataclass(frozen=True, slots=True)
class Preview:
    """What an explanation would close, and what it would leave as it is."""

    open: int
    missing: int
    left: int  # chosen, but not open or not for this actor to explain
    units: tuple[str, ...]


def preview(actor: Actor, *, keys: Sequence[UUID] = (), given: Mapping[str, str] | None = None) -> Preview:
    """Count what would be explained of the findings that are named, or of all that a list shows."""
    chosen = _chosen(actor, keys, given)
    named = len(set(keys)) if given is None else selectors.findings(actor, given).count()
    return Preview(
        len(chosen), sum(one.missing for one in chosen), max(0, named - len(chosen)),
        tuple(sorted({one.unit.code for one in chosen})),
    )  # fmt: skip


def explain(
    *, actor: Actor, why: str, reason: str, keys: Sequence[UUID] = (), given: Mapping[str, str] | None = None
) -> int:
    """Explain open findings that are named by id, or all that a list narrowed by `given` shows; returns how many.

    Those that are no longer open stay as they are. Raises `BadExplanation`, `NothingChosen`, `NotPermitted`.
    """
    require(actor, policies.EXPLAIN)
    words = " ".join(reason.split())
    if why not in EXPLANATIONS or not words or len(words) > 2000:
        raise BadExplanation(
            _("What is missing needs a kind of explanation and a reason."),
            hint=_("Choose one of the kinds and say in a sentence what happened."),
        )
    ids = [one.pk for one in _chosen(actor, keys, given)]
    now, done = clock.now(), 0
    for part in chunked(sorted(ids), 500):
        with atomic():
            locked = list(
                policies.visible(actor, policies.EXPLAIN)
                .select_related("unit")
                .select_for_update(of=("self",))
                .filter(pk__in=part, state="open")
            )
            for one in locked:
                one.state = FINDING.follow(one.state, "explain", reason=words)
                one.explained_as, one.explanation = why, words
                one.explained_by, one.explained_at = actor.name[:200], now
            Finding.objects.bulk_update(
                locked, ["state", "explained_as", "explanation", "explained_by", "explained_at"], batch_size=100
            )
            audit.append_many(
                actor,
                [(events.EXPLAINED, ("finding", one.pk), {**_told(one), "as": why, "reason": words}) for one in locked],
            )
            done += len(locked)
    if not done:
        raise NothingChosen(
            _("None of what was chosen is open and yours to explain."),
            hint=_("Choose open lines; what is explained already can be taken back first."),
        )
    return done


def reopen(*, actor: Actor, key: UUID, reason: str) -> Finding:
    """Take an explanation back. Raises `FindingUnknown`, `IllegalMove`, `ReasonMissing`, `NotPermitted`."""
    require(actor, policies.EXPLAIN)
    selectors.finding(actor, key)
    with atomic():
        own = policies.visible(actor, policies.EXPLAIN).select_related("unit")
        one = own.select_for_update(of=("self",)).filter(pk=key).first()
        if one is None:
            seen = selectors.finding(actor, key)
            require(actor, policies.EXPLAIN, fonds=seen.fonds_code)
            raise NothingChosen(_("This is not yours to explain."), hint=_("Ask the archive."))
        one.state = FINDING.follow(one.state, "reopen", reason=reason)
        one.explained_as = one.explanation = one.explained_by = ""
        one.explained_at = None
        one.save()
        details = {**_told(one), "reason": " ".join(reason.split())[:2000]}
        audit.append(actor, events.REOPENED, ("finding", one.pk), details)
    return one


def _chosen(actor: Actor, keys: Sequence[UUID], given: Mapping[str, str] | None) -> list[Finding]:
    """Open findings the actor may explain, of those named or of a list."""
    if given is not None:
        return list(selectors.findings(actor, {**given, "state": "open"}, permission=policies.EXPLAIN)[:MOST])
    found: list[Finding] = []
    for part in chunked(list(dict.fromkeys(keys))[:MOST], 500):
        own = policies.visible(actor, policies.EXPLAIN).select_related("unit")
        found += own.filter(pk__in=part, state="open")
    return found


def _told(one: Finding) -> dict[str, object]:
    return {"unit": one.unit.code, "year": one.year, "kind": one.kind, "key": one.key, "name": one.name}
