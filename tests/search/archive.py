"""The invented records as rows of the database, registered as intake does it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events
from shicheng.holdings import services as holdings
from shicheng.holdings.cataloguing import CatalogueRecord, put_records
from shicheng.holdings.types import IndexDocument, NewFile, NewItem
from shicheng.kernel import clock
from shicheng.people.services import SYSTEM


def register(documents: Iterable[IndexDocument]) -> list[UUID]:
    """Register records with their audit entries, all in one transaction; returns their ids."""
    listed = list(documents)
    with atomic():
        for code in sorted({one.fonds for one in listed}):
            fonds = holdings.found_fonds(
                actor=SYSTEM, code=code, name=next(one.fonds_name for one in listed if one.fonds == code)
            )
            items = [_new_item(one) for one in listed if one.fonds == code]
            holdings.register_items(actor=SYSTEM, fonds=fonds, new_items=items)
        audit.append_many(SYSTEM, [(events.ITEM_REGISTERED, ("item", str(one.id)), {"ref": one.ref}) for one in listed])
    return [one.id for one in listed]


def _new_item(one: IndexDocument) -> NewItem:
    sha256 = hashlib.sha256(one.id.bytes).hexdigest()
    elements = {
        **one.elements, "author": one.author, "document_number": one.document_number, "department": one.department,
        "year": str(one.year or ""), "retention": one.retention, "secrecy": one.secrecy, "openness": one.openness,
        "date": one.date,
    }  # fmt: skip
    if one.secrecy in ("confidential", "secret", "top_secret"):
        elements["secrecy"] = {"confidential": "秘密", "secret": "机密", "top_secret": "绝密"}[one.secrecy]
    file = NewFile(
        order=1, draft_state="正本", name=f"正文.{one.formats[0]}", raw_name=b"", logical_path="content/0001/a",
        size=10, sha512=sha256 * 2, sha256=sha256, sm3=sha256, text=one.text or None,
    )  # fmt: skip
    return NewItem(
        id=one.id, ref=one.ref, elements=elements, extra={}, process=[], transfer=one.transfer,
        object_id=f"urn:uuid:{one.id}", files=(file,),
    )  # fmt: skip


def put_catalogue(origin: UUID, rows: range) -> None:
    """Put rows of one catalogue into the holdings in one batch, with the audit entry an import writes for it."""
    made = [
        CatalogueRecord(
            row, f"{origin.int ^ row:032x}", f"Q777-CAT-{origin.hex[-6:]}{row}", "Q777", {"title": f"第{row}号"}, {}
        )
        for row in rows
    ]
    with atomic():
        fonds = {"Q777": holdings.found_fonds(actor=SYSTEM, code="Q777", name="目录全宗")}
        result = put_records(
            actor=SYSTEM, origin=origin, number="C2026-0001", fonds=fonds, records=made, at=clock.now()
        )
        details = {
            "import": "C2026-0001", "id": str(origin), "rows": [rows[0], rows[-1]], "created": result.created,
            "updated": result.updated, "unchanged": result.unchanged, "refused": 0,
        }  # fmt: skip
        audit.append(SYSTEM, "cataloguing.import.batch", ("import", str(origin)), details)
