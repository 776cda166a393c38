"""The chain itself: how an entry is written and what its hash is. Pure, so that it can be checked anywhere."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from shicheng.kernel.canonical import NotCanonical, canonical_json
from shicheng.kernel.messages import Message

ALGORITHM: Final = "sm3"
START: Final = "0" * 64
"""The `previous` of the first entry."""

HEAD_KIND: Final = "shicheng.audit.head"
SEGMENT_KIND: Final = "shicheng.audit.segment"
WITHHELD_KIND: Final = "shicheng.audit.withheld"

_quote = json.JSONEncoder(ensure_ascii=False).encode


def entry_bytes(
    *,
    position: int,
    at: str,
    actor: tuple[str, str, str],
    event: str,
    subject: tuple[str, str],
    details: str,
    previous: str,
) -> bytes:
    """Return the canonical JSON of an entry, which its hash is taken over.

    `details` is canonical JSON already and goes in as it is stored: a stored text that was
    changed in any way, even by a space, no longer gives the stored hash. `actor` is kind, name
    and id; `subject` kind and id, two empty texts if there is none.
    """
    kind, name, identity = actor
    return (
        f'{{"actor":{{"id":{_quote(identity)},"kind":{_quote(kind)},"name":{_quote(name)}}},'
        f'"at":{_quote(at)},"details":{details},"event":{_quote(event)},"position":{position},'
        f'"previous":{_quote(previous)},"subject":{{"id":{_quote(subject[1])},"kind":{_quote(subject[0])}}}}}'
    ).encode("utf-8", "surrogatepass")


def entry_hash(content: bytes) -> str:
    """Return the SM3 of an entry's canonical JSON, in hexadecimal."""
    return hashlib.new(ALGORITHM, content).hexdigest()


def with_hash(content: bytes, digest: str) -> bytes:
    """Return an entry's canonical JSON with its hash in it: one line of an exported segment, without the line end."""
    # The keys stay sorted: "hash" comes after "event" and before "position".
    value = json.loads(content)
    value["hash"] = digest
    return canonical_json(value)


def head_bytes(*, position: int, digest: str, at: str) -> bytes:
    """Return what is signed when the head of the log is signed."""
    return canonical_json({"at": at, "hash": digest, "kind": HEAD_KIND, "position": position})


def write_time(moment: datetime) -> str:
    """Return a moment in the one form the log knows: UTC with six digits of a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_time(text: str) -> datetime:
    """Read what `write_time` wrote; raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def write_details(details: dict[str, Any]) -> str:
    """Return the details of an entry as canonical JSON.

    Identifiers, dates, paths, messages and floats become text; half characters, as they occur
    in byte-exact file names, become `\\udcXX` written out.
    """
    try:
        return canonical_json(details).decode()
    except NotCanonical:
        return canonical_json(_plain(details)).decode()


def clean_text(text: str) -> str:
    """Return text that every database and UTF-8 can hold."""
    if "\x00" in text:
        text = text.replace("\x00", "\\x00")
    return text.encode("utf-8", "backslashreplace").decode()


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case str():
            return str(value).encode("utf-8", "backslashreplace").decode()
        case UUID() | PurePath():
            return _plain(str(value))
        case date():
            return write_time(value) if isinstance(value, datetime) else value.isoformat()
        case float():
            return repr(value)
        case Message():
            return _plain(value.to_json())
        case dict():
            return {_plain(str(key)): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case set() | frozenset():
            return sorted(_plain(inner) for inner in value)
    return value  # left for canonical_json to refuse by name
