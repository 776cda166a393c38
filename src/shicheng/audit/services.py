"""Appending to the log, signing its head, and remembering how far followers have read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from shicheng.audit import chain, keys, registry
from shicheng.audit.errors import ChainBroken, NoTransaction
from shicheng.audit.models import Entry, FollowerPosition, Head, SignedHead
from shicheng.audit.types import ACTING_AS, EMERGENCY, side_of
from shicheng.base.bulk_rows import insert_objects
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor

Subject = tuple[str, str | UUID] | None


def append(actor: Actor, event: str, subject: Subject, details: dict[str, Any] | None = None) -> int:
    """Append one entry and return its position. See `append_many`."""
    return append_many(actor, [(event, subject, details or {})])[0]


def append_many(actor: Actor, entries: Iterable[tuple[str, Subject, dict[str, Any]]]) -> range:
    """Append entries in order, by one actor and at one moment, and return their positions.

    To be called inside `atomic()` and last in it: the head of the log is locked until the
    transaction ends, so positions are given in the order of commits, and a follower that has
    seen one position never finds a smaller one later. Raises `UnknownEvent`, `NoTransaction`.
    """
    if not connection.in_atomic_block:
        raise NoTransaction(_("An audit entry must be part of the transaction of the change it tells of."))
    listed = list(entries)
    for code in {code for code, _subject, _details in listed}:
        registry.find_event(code)
    head = lock_head()
    first, previous, at = head.position + 1, head.hash, clock.now()
    who = (actor.kind, chain.clean_text(actor.name)[:200], str(actor.user_id or ""))
    marks = _marks(actor)
    rows = []
    for position, (event, subject, told) in enumerate(listed, first):
        details = {**told, **marks} if marks else told
        row = _entry(position, at, who, event, subject, chain.write_details(details), previous)
        row.side = side_of(kind=actor.kind, event=event, details=details)
        rows.append(row)
        previous = row.hash
    if rows:
        insert_objects(rows)
        Head.objects.filter(pk=1).update(position=first + len(rows) - 1, hash=previous)
    return range(first, first + len(rows))


def lock_head() -> Head:
    """Lock and return the end of the chain; SQLite's write lock was taken when the transaction began."""
    head = Head.objects.select_for_update().filter(pk=1).first()
    if head is None:
        if Entry.objects.exists():
            raise ChainBroken(
                _("The audit log has entries, but the row that marks its end is missing."),
                hint=_("Someone changed the database by hand. Restore it from a backup or rebuild it from the store."),
            )
        Head.objects.bulk_create([Head()], ignore_conflicts=True)
        head = Head.objects.select_for_update().get(pk=1)
    return head


def sign_head(*, keys_path: Path) -> SignedHead | None:
    """Sign the present end of the log and keep the signature; None if the log is empty or signed already.

    Raises `KeyMissing` if there is no key in `keys_path` or this machine can't sign with SM2.
    """
    key = keys.load_signing_key(keys_path)
    with atomic():
        head = lock_head()
        if head.position == 0:
            return None
        if SignedHead.objects.filter(position=head.position, key_id=key.key_id).exists():
            return None
        at = clock.now()
        signature = key.sign(chain.head_bytes(position=head.position, digest=head.hash, at=chain.write_time(at)))
        return SignedHead.objects.create(
            position=head.position, hash=head.hash, at=at, signature=signature.hex(),
            key_id=key.key_id, public_key=key.public_key.decode("ascii"),
        )  # fmt: skip


def follower_position(name: str) -> int:
    """Return how far a follower has read, 0 if it never did."""
    return FollowerPosition.objects.filter(pk=name).values_list("position", flat=True).first() or 0


def set_follower_position(name: str, position: int) -> None:
    """Remember how far a follower has read; to be set after what it read is safe on its side."""
    FollowerPosition.objects.update_or_create(pk=name, defaults={"position": position, "updated": clock.now()})


def _marks(actor: Actor) -> dict[str, str]:
    """What is noted of an administrator, and of whoever acts under emergency powers, in every entry they make."""
    marks = {}
    if actor.kind != "operator" and actor.administers:
        marks[ACTING_AS] = actor.administers
    if actor.emergency_id:
        marks[EMERGENCY] = actor.emergency_id
    return marks


def _entry(
    position: int,
    at: datetime,
    who: tuple[str, str, str],
    event: str,
    subject: Subject,
    details: str,
    previous: str,
) -> Entry:
    about = ("", "") if subject is None else (subject[0], chain.clean_text(str(subject[1])))
    content = chain.entry_bytes(
        position=position, at=chain.write_time(at), actor=who, event=event, subject=about, details=details,
        previous=previous,
    )  # fmt: skip
    return Entry(
        position=position, at=at, actor_kind=who[0], actor_name=who[1], actor_id=who[2], event=event,
        subject_kind=about[0], subject_id=about[1], details_text=details, previous=previous,
        hash=chain.entry_hash(content),
    )  # fmt: skip
