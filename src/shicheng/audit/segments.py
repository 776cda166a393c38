"""Writing the log out in parts that stand outside the database, and reading them back.

A segment is lines of canonical JSON: one that says what it holds, the entries with their
hashes, and the signed heads among them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet

from shicheng.audit import chain, events, keys
from shicheng.audit.errors import BadSegment, ChainBroken
from shicheng.audit.models import Entry, Head, SignedHead
from shicheng.audit.reading import ChainFollower, parse_line, split_entry
from shicheng.audit.services import append, lock_head
from shicheng.audit.types import side_of
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor

SEGMENT_ENTRIES = 50_000
_ROWS = 2000


def export_segment(
    after_position: int,
    *,
    limit: int = SEGMENT_ENTRIES,
    keys_path: Path | None = None,
    shown: QuerySet[Entry] | None = None,
) -> bytes:
    """Return the entries after a position as a segment; empty if there are none.

    Of entries that are not among those `shown` only the links of the chain are written: it can be proved all the same.

    At most `limit` entries, so that it fits into memory; call again with the last position
    (`last_position`). With `keys_path` the segment's last entry is signed. Raises `KeyMissing`.
    """
    entries = list(Entry.objects.filter(position__gt=after_position).order_by("position")[:limit])
    if not entries:
        return b""
    first, last = entries[0], entries[-1]
    header = {
        "first": first.position, "kind": chain.SEGMENT_KIND, "last": last.position, "previous": first.previous,
        "version": 1,
    }  # fmt: skip
    lines = [canonical_json(header)]
    between = Q(position__gte=first.position, position__lte=last.position)
    told = None if shown is None else set(shown.filter(between).values_list("position", flat=True))
    lines += [
        chain.with_hash(entry.content(), entry.hash) if told is None or entry.position in told else _link(entry)
        for entry in entries
    ]
    heads = SignedHead.objects.filter(position__gte=first.position, position__lte=last.position)
    lines += [_head_line(signed) for signed in heads.order_by("position", "id")]
    if keys_path is not None:
        key = keys.load_signing_key(keys_path)
        if not heads.filter(position=last.position, key_id=key.key_id).exists():
            at = clock.now()
            content = chain.head_bytes(position=last.position, digest=last.hash, at=chain.write_time(at))
            lines.append(
                _head_line(
                    SignedHead(
                        position=last.position, hash=last.hash, at=at, signature=key.sign(content).hex(),
                        key_id=key.key_id, public_key=key.public_key.decode("ascii"),
                    )
                )
            )  # fmt: skip
    return b"\n".join(lines) + b"\n"


def write_log(target: Path, *, keys_path: Path) -> int:
    """Write the whole log as segments, one behind the other, to a new file; return how many entries it has."""
    position = entries = 0
    part = target.with_name(target.name + ".part")
    with part.open("wb") as file:
        while segment := export_segment(position, keys_path=keys_path):
            file.write(segment)
            last = last_position(segment)
            entries += last - position
            position = last
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    return entries


def last_position(segment: bytes) -> int:
    """Return the position of the last entry of a segment; raises `BadSegment`."""
    return int(_header(segment)["last"])


def import_segments(segments: Iterable[bytes], *, actor: Actor | None = None) -> int:
    """Append the entries of segments, in order, to the log; return how many were new.

    To be done before anything else is logged: what was logged since would stand where imported
    entries belong. With `actor`, the import itself is logged at the end if it brought anything.

    Entries the log has already are compared and left. Each segment is taken whole or not at
    all. Raises `BadSegment` if one can't be read, `ChainBroken` if one does not continue the log.
    """
    fresh = sum(_import(segment) for segment in segments)
    if actor is not None and fresh:
        with atomic():
            append(actor, events.IMPORTED, None, {"entries": fresh})
    return fresh


def _import(segment: bytes) -> int:
    values = _parse(segment)
    entries = [value for value in values if "kind" not in value]
    heads = [value for value in values if value.get("kind") == chain.HEAD_KIND]
    if any(value.get("kind") == chain.WITHHELD_KIND for value in values):
        raise BadSegment(
            _("In this part of the audit log entries are withheld; the log can't be made from it."),
            hint=_("Take a part that was exported by the operator, or a copy of the store."),
        )
    with atomic():
        head = lock_head()
        _compare([value for value in entries if value["position"] <= head.position])
        fresh = [value for value in entries if value["position"] > head.position]
        follower = ChainFollower(position=head.position, hash=head.hash)
        for value in fresh:
            content, digest = split_entry(value)
            follower.take(value["position"], value["previous"], digest, content)
        known = {value["position"]: value["hash"] for value in entries}
        for value in heads:
            follower.take_head(
                position=value["position"], digest=value["hash"], at=value["at"], signature=value["signature"],
                public_key=value["public_key"].encode(), known=known.get(value["position"], ""),
            )  # fmt: skip
        report = follower.report()
        if not report.intact:
            raise ChainBroken(
                report.problems[0],
                hint=_("Nothing of this part was imported. Take it from another copy of the store."),
            )
        Entry.objects.bulk_create([_row(value) for value in fresh], batch_size=_ROWS)
        _keep_heads(heads)
        Head.objects.filter(pk=1).update(position=follower.position, hash=follower.hash)
    return len(fresh)


def _parse(segment: bytes) -> list[dict[str, Any]]:
    header = _header(segment)
    values = []
    for number, line in enumerate(segment.splitlines(), 1):
        try:
            values.append(parse_line(line))
        except ValueError as error:
            raise BadSegment(
                _("Line %(number)s of a part of the audit log can't be read: %(reason)s.", number=number, reason=error),
                hint=_("Take it from another copy of the store."),
            ) from error
    entries = [value["position"] for value in values if value.get("kind") in (None, chain.WITHHELD_KIND)]
    if entries != list(range(header["first"], header["last"] + 1)):
        raise BadSegment(
            _("A part of the audit log does not hold the entries %(first)s to %(last)s that it promises.",
              first=header["first"], last=header["last"]),
            hint=_("Take it from another copy of the store."),
        )  # fmt: skip
    return values


def _header(segment: bytes) -> dict[str, Any]:
    try:
        header = parse_line(segment.partition(b"\n")[0])
    except ValueError as error:
        header, reason = {}, str(error)
    else:
        reason = "its first line is not the header"
    if header.get("kind") != chain.SEGMENT_KIND:
        raise BadSegment(
            _("This is no part of an audit log: %(reason)s.", reason=reason),
            hint=_("Give files that were exported from the audit log."),
        )
    return header


def _compare(values: list[dict[str, Any]]) -> None:
    stored = dict(
        Entry.objects.filter(
            position__gte=values[0]["position"], position__lte=values[-1]["position"]
        ).values_list("position", "hash")
        if values else ()
    )  # fmt: skip
    for value in values:
        content, digest = split_entry(value)
        if stored.get(value["position"]) != digest or chain.entry_hash(content) != digest:
            raise ChainBroken(
                _("Entry %(position)s of the part differs from the entry in the log.", position=value["position"]),
                hint=_("They belong to two different archives, or one was changed. Verify both before going on."),
            )


def _row(value: dict[str, Any]) -> Entry:
    actor, subject = value["actor"], value["subject"]
    return Entry(
        position=value["position"], at=chain.read_time(value["at"]), actor_kind=actor["kind"],
        actor_name=actor["name"], actor_id=actor["id"], event=value["event"], subject_kind=subject["kind"],
        subject_id=subject["id"], details_text=canonical_json(value["details"]).decode(),
        previous=value["previous"], hash=value["hash"],
        side=side_of(kind=actor["kind"], event=value["event"], details=value["details"]),
    )  # fmt: skip


def _link(entry: Entry) -> bytes:
    return canonical_json(
        {"hash": entry.hash, "kind": chain.WITHHELD_KIND, "position": entry.position, "previous": entry.previous}
    )


def _head_line(signed: SignedHead) -> bytes:
    return canonical_json(
        {
            "at": chain.write_time(signed.at), "hash": signed.hash, "key_id": signed.key_id, "kind": chain.HEAD_KIND,
            "position": signed.position, "public_key": signed.public_key, "signature": signed.signature,
        }
    )  # fmt: skip


def _keep_heads(values: list[dict[str, Any]]) -> None:
    stored = set(
        SignedHead.objects.filter(position__in=[value["position"] for value in values])
        .values_list("position", "signature")
    )  # fmt: skip
    SignedHead.objects.bulk_create(
        [
            SignedHead(
                position=value["position"], hash=value["hash"], at=chain.read_time(value["at"]),
                signature=value["signature"], key_id=value["key_id"], public_key=value["public_key"],
            )
            for value in values
            if (value["position"], value["signature"]) not in stored
        ]
    )  # fmt: skip
