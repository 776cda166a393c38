"""Receipts: what a system is given for what it pushed, signed with the archive's key; and what became of it since."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final

from shicheng.audit.errors import KeyMissing
from shicheng.audit.keys import SigningKey, load_signing_key
from shicheng.collecting.models import Push
from shicheng.collecting.types import RECEIPT, Became, Standing
from shicheng.ingest import pool_watch
from shicheng.kernel import sm2
from shicheng.kernel.canonical import canonical_json
from shicheng.settings import Settings

_ENDED: Final = ("superseded", "returned", "received")


def body_of(push: Push, settings: Settings) -> dict[str, Any]:
    """What is signed of a receipt. It never changes: what becomes of the document later is its standing."""
    names = ("part", "name", "role", "size", "sm3", "sha256")
    return {
        "receipt": RECEIPT,
        "number": push.number,
        "archive": {"name": settings.archive_name, "code": settings.archive_code},
        "system": push.system.code,
        "unit": push.system.unit,
        "fonds": push.system.fonds_code,
        "document": push.document,
        "revision": push.revision,
        "year": push.year,
        "filing_row": str(push.judged.get("key", "")),
        "files": [{name: one[name] for name in names} for one in push.files],
        "digest": {"algorithm": "SM3", "value": push.digest},
        "supersedes": push.supersedes.number if push.supersedes else "",
        "state": "received",
        "received_at": push.received_at.isoformat(timespec="microseconds"),
    }


def signing_key(settings: Settings) -> SigningKey | None:
    """The key receipts are signed with, if the archive has one."""
    try:
        return load_signing_key(settings.keys_path)
    except KeyMissing:
        return None


def sign(content: bytes, key: SigningKey | None) -> dict[str, str] | None:
    """The SM2 signature over the canonical JSON of a receipt."""
    if key is None:
        return None
    value = base64.b64encode(key.sign(content)).decode("ascii")
    return {"algorithm": "SM2 with SM3", "key": key.key_id, "value": value}


def is_signed_by(body: dict[str, Any], signature: dict[str, str], public_key: bytes) -> bool:
    """Tell whether a receipt is as the owner of a public key signed it."""
    return sm2.verify(public_key, canonical_json(body), base64.b64decode(signature["value"]))


def standings(pushes: Sequence[Push]) -> dict[Any, Standing]:
    """What became of some pushes by now, by their ids: asked of the pool at once for all of them."""
    found = {one.pk: Standing(one.state, reason=one.reason) for one in pushes if one.state in _ENDED}
    asked = [one for one in pushes if one.pk not in found]
    told = pool_watch.standings([(one.system.fonds_code, one.key) for one in asked]) if asked else {}
    for one in asked:
        now = told.get((one.system.fonds_code, one.key))
        found[one.pk] = _standing(now) if now is not None else Standing("filed" if one.state == "filed" else "in_pool")
    return found


def _standing(told: pool_watch.PoolStanding) -> Standing:
    items = tuple(Became(one.item, one.state, one.code, one.held_item, one.returned) for one in told.items)
    if items and all(one.state == "closed" for one in items) and not told.loose:
        return Standing("filed", items)
    back = next((one.returned for one in items if one.returned and one.state == "open"), "")
    if back:
        return Standing("came_back", items, back)
    if items:
        return Standing("filing" if all(one.state != "open" for one in items) else "in_item", items)
    return Standing("left_out" if told.left_out and not told.loose else "in_pool")
