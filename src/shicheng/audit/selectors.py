"""Reading the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from shicheng.audit import policies
from shicheng.audit.models import Entry, Head, SignedHead
from shicheng.audit.types import EntryFilters
from shicheng.people.policies import allows
from shicheng.people.types import Actor


def entries_after(position: int, limit: int = 1000) -> list[Entry]:
    """Return the next entries for a follower, oldest first.

    None is ever skipped: positions are given under a lock that lasts to the end of the
    transaction, so when a position can be seen, all smaller ones can be seen too.
    """
    return list(Entry.objects.filter(position__gt=position).order_by("position")[:limit])


def head_position() -> int:
    """Return the position of the last entry, 0 if there is none."""
    return Head.objects.values_list("position", flat=True).filter(pk=1).first() or 0


def head() -> tuple[int, str]:
    """Return position and hash of the last entry: two logs that end alike are the same log."""
    row = Head.objects.filter(pk=1).first() or Head()
    return row.position, row.hash


def history(actor: Actor, subject: tuple[str, str | UUID], *, limit: int = 500) -> list[Entry]:
    """Return what happened to one subject, oldest first; nothing for those who may not read histories.

    The caller has made sure that the actor may see the subject itself.
    """
    if not allows(actor, policies.READ_HISTORY):
        return []
    kind, identity = subject
    about = Entry.objects.filter(subject_kind=kind, subject_id=str(identity))
    return list(about.order_by("position")[:limit])


def entries_about(kind: str, identities: Sequence[str], event: str) -> list[Entry]:
    """Return the entries of one event about some subjects, for work that reads the log back; never for people."""
    about = Entry.objects.filter(subject_kind=kind, subject_id__in=identities, event=event)
    return list(about.order_by("position"))


def entries_of(events: Sequence[str]) -> Iterator[Entry]:
    """Return every entry of some events, oldest first, for work that reads the log back; never for people."""
    yield from Entry.objects.filter(event__in=events).order_by("position").iterator(chunk_size=500)


def has_entry(event: str, subject: tuple[str, str | UUID]) -> bool:
    """Tell whether something was logged of a subject, for work that may be done twice and is told once."""
    return Entry.objects.filter(subject_kind=subject[0], subject_id=str(subject[1]), event=event).exists()


def recent(actor: Actor, filters: EntryFilters | None = None) -> list[Entry]:
    """Return entries the actor may list, newest first."""
    chosen = filters or EntryFilters()
    entries = policies.visible(actor)
    if chosen.event:
        entries = entries.filter(event=chosen.event)
    if chosen.subject_kind:
        entries = entries.filter(subject_kind=chosen.subject_kind)
    if chosen.subject_id:
        entries = entries.filter(subject_id=chosen.subject_id)
    if chosen.actor_name:
        entries = entries.filter(actor_name=chosen.actor_name)
    if chosen.since is not None:
        entries = entries.filter(at__gte=chosen.since)
    if chosen.until is not None:
        entries = entries.filter(at__lt=chosen.until)
    if chosen.before is not None:
        entries = entries.filter(position__lt=chosen.before)
    return list(entries.order_by("-position")[: chosen.limit])


def signed_heads(actor: Actor, *, limit: int = 50) -> list[SignedHead]:
    """Return the newest signed heads; nothing for those who may not verify the log."""
    if not policies.may_prove(actor):
        return []
    return list(SignedHead.objects.order_by("-position", "-id")[:limit])
