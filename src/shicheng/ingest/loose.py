"""Loose files on their way into the pool 预归档库 of a room above: the door for rooms that may not know that room.

The room that arranges registers what takes documents in; who has documents to hand over calls `add_documents`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.ingest import arriving, events, policies, ports, selectors
from shicheng.ingest.errors import UploadIncomplete
from shicheng.ingest.models import Upload
from shicheng.ingest.states import UPLOAD
from shicheng.ingest.upload_files import files_of
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings


def add_documents(
    *, actor: Actor, fonds: str, year: int, documents: Sequence[dict[str, Any]], settings: Settings, unit: str = "",
    name: str = "", key: str = "",
) -> list[UUID]:  # fmt: skip
    """Hand documents over to the pool; each becomes an item there. The same `key` comes once.

    A document is `{"elements": {name: text}, "files": [{"path": Path, "name": text, "part": text}], "process":
    [{"status": …, "action": …, "time": …, "mandate": …, "description": …, "agent": …}], "source": text, "class":
    {"category": …, "department": …, "retention": …, "row": id of the row that judged it, "reasons": […]}}`. Its bytes
    are durable in the staging area when this returns. Slow: never to be called inside a transaction.
    """
    return ports.pool()(
        actor=actor, fonds=fonds, year=year, documents=documents, settings=settings, unit=unit, name=name, key=key
    )


def find_documents(
    *, actor: Actor, keys: Sequence[UUID] | None = None, fonds: str = "", words: Sequence[str] = (),
    first: date | None = None, last: date | None = None, most: int = 1000,
) -> list[ports.PoolDocument]:  # fmt: skip
    """Documents of the pool the actor may see: those named, or those that have a word and lie between two days.

    Those named are given also when they became items of the holdings; the others are still in the pool.
    """
    return ports.pool_reader()(actor=actor, keys=keys, fonds=fonds, words=words, first=first, last=last, most=most)


def hand_over(*, actor: Actor, upload_id: UUID, settings: Settings) -> tuple[Upload, Path]:
    """Say that all files of an upload were sent and are for the pool; returns where its batch will lie.

    To be called inside `atomic()` by who takes it from there; safe to run twice. Raises `UploadIncomplete`.
    """
    require(actor, policies.SEND)
    upload = selectors.locked_upload(actor, upload_id)
    root = arriving.folder_of(upload.pk, settings) / "batch"
    if upload.state == "sent" and upload.transfer is None:
        return upload, root
    arriving.require_open(upload)
    found = [standing for _key, standing in files_of(arriving.parts_of(upload, settings))]
    whole = [one for one in found if one.is_whole]
    if len(whole) < upload.files or sum(one.size for one in whole) < upload.bytes:
        raise UploadIncomplete(
            _("%(here)s of %(files)s files of the upload are here whole.", here=len(whole), files=upload.files),
            hint=_("Send what is missing, then finish the upload again."),
        )
    upload.state = UPLOAD.next(upload.state, "finish")
    upload.save(update_fields=["state"])
    audit.append(
        actor, events.UPLOAD_SENT, ("upload", str(upload.pk)),
        {"name": upload.name, "files": upload.files, "bytes": upload.bytes},
    )  # fmt: skip
    return upload, root
