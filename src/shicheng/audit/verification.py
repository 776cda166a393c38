"""Verifying the log in the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shicheng.audit import chain, keys
from shicheng.audit.models import Entry, Head, SignedHead
from shicheng.audit.reading import ChainFollower
from shicheng.audit.types import ChainReport
from shicheng.kernel.messages import message as _

_CHUNK = 2000
_FIELDS = (
    "position", "at", "actor_kind", "actor_name", "actor_id", "event", "subject_kind", "subject_id", "details_text",
    "previous", "hash",
)  # fmt: skip


def verify_chain(progress: Callable[[int, int], None] | None = None, *, keys_path: Path | None = None) -> ChainReport:
    """Verify every entry, the head and all signed heads; reads in parts and holds no lock.

    `progress` is called with entries done and in all. With `keys_path`, signed heads must be
    signed by a key whose public half lies there. Entries appended meanwhile are left for next time.
    """
    trusted = keys.known_public_keys(keys_path) if keys_path is not None else {}
    follower = ChainFollower(trusted=trusted)
    head = Head.objects.filter(pk=1).first() or Head()
    heads = list(SignedHead.objects.filter(position__lte=head.position).order_by("position", "id"))
    wanted = {signed.position for signed in heads}
    hashes: dict[int, str] = {}
    while rows := list(
        Entry.objects.filter(position__gt=follower.position, position__lte=head.position)
        .order_by("position").values_list(*_FIELDS)[:_CHUNK]
    ):  # fmt: skip
        for row in rows:
            position, at, kind, name, identity, event, about, about_id, details, previous, digest = row
            content = chain.entry_bytes(
                position=position, at=chain.write_time(at), actor=(kind, name, identity), event=event,
                subject=(about, about_id), details=details, previous=previous,
            )  # fmt: skip
            follower.take(position, previous, digest, content)
            if position in wanted:
                hashes[position] = digest
        if progress is not None:
            progress(follower.entries, head.position)
    _check_end(follower, head)
    for signed in heads:
        follower.take_head(
            position=signed.position, digest=signed.hash, at=chain.write_time(signed.at), signature=signed.signature,
            public_key=signed.public_key.encode(), known=hashes.get(signed.position, ""),
        )  # fmt: skip
    if keys_path is not None and follower.heads_unproved:
        follower.findings.add(
            None,
            _("%(count)s signed heads were signed by a key that does not lie in %(path)s.",
              count=follower.heads_unproved, path=keys_path),
        )  # fmt: skip
    return follower.report()


def _check_end(follower: ChainFollower, head: Head) -> None:
    if (follower.position, follower.hash) != (head.position, head.hash):
        follower.findings.add(
            follower.position + 1,
            _("The log ends at entry %(last)s, but its head says %(head)s: the last entries were cut off.",
              last=follower.position, head=head.position),
        )  # fmt: skip
    # The newest signed head is a lower bound that an intruder in the database alone can't forge.
    ahead = SignedHead.objects.filter(position__gt=head.position).order_by("position").first()
    if ahead is not None and not Head.objects.filter(position__gte=ahead.position).exists():
        follower.findings.add(
            head.position + 1,
            _("The head was signed at entry %(signed)s, but the log ends at %(head)s: the last entries were cut off.",
              signed=ahead.position, head=head.position),
        )  # fmt: skip
