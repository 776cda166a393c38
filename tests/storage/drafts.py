"""Small objects for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from shicheng.storage.types import DraftFile, ObjectDraft

CREATED = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def draft(number: int | str, files: Mapping[str, bytes | Path] | None = None, **more: object) -> ObjectDraft:
    """Describe an object with the identifier `number` gives."""
    object_id = number if isinstance(number, str) else f"urn:uuid:00000000-0000-7000-8000-{number:012}"
    files = files or {
        "content/0001/关于召开会议的通知.txt": f"第{number}号通知".encode() * 20,
        "metadata/description.xml": f"<item>{number}</item>".encode(),
    }
    drafts = [DraftFile(path, source) for path, source in files.items()]
    return ObjectDraft(object_id, CREATED, "张敏", "接收入库", drafts, **more)  # type: ignore[arg-type]
