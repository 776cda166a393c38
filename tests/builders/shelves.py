"""Small archives with people, records and real files, as the pages of both doors are tested on."""

from __future__ import annotations

import io
import tempfile
import wave
from pathlib import Path
from uuid import UUID

from builders.batches import pdf_file, png_file
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.formats.ofd.writer import write_ofd
from shicheng.holdings import events
from shicheng.holdings import services as holdings
from shicheng.holdings.models import Item
from shicheng.holdings.types import NewFile, NewItem
from shicheng.kernel import clock
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes
from shicheng.kernel.identifiers import new_id
from shicheng.people.models import User
from shicheng.people.services import SYSTEM, create_user
from shicheng.people.types import Role
from shicheng.settings import current
from shicheng.storage.services import open_store, register_objects
from shicheng.storage.types import DraftFile, ObjectDraft

# Where gathered static files would lie; the server that finds them elsewhere warns when it is not there.
(current().cache_path / "static").mkdir(parents=True, exist_ok=True)

PASSWORD = "lancheng-archive-1"
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'so'"


def make_user(name: str, *roles: Role, fonds: str = "") -> User:
    """Make an account with the password above."""
    return create_user(
        actor=SYSTEM, username=name, full_name=f"{name} 某", password=PASSWORD, roles=list(roles), fonds=fonds
    )


def wav_file(seconds: float = 1.0) -> bytes:
    """Return a silent recording."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(16000 * seconds)))
    return stream.getvalue()


def ofd_file(words: str = "澜城县人民代表大会常务委员会公告") -> bytes:
    """Return a one-page OFD."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.ofd"
        write_ofd(path, title=words, pages=[[words]])
        return path.read_bytes()


# name, type, bytes, text drawn from it
FILES: list[tuple[str, str, bytes, str | None]] = [
    ("正文.pdf", "application/pdf", pdf_file("正文"), "正文"),
    ("扫描.png", "image/png", png_file(), None),
    ("公告.ofd", "application/ofd", ofd_file(), "公告"),
    ("说明.txt", "text/plain", f"说明 {HOSTILE}\n".encode() * 40, f"说明 {HOSTILE}\n" * 40),
    ("录音.wav", "audio/x-wav", wav_file(), None),
    ("数据.bin", "application/octet-stream", bytes(range(256)) * 8, None),
]


def shelve(
    ref: str,
    title: str = "澜城县养犬管理条例",
    *,
    openness: str = "开放",
    secrecy: str = "公开",
    fonds: str = "L012",
    files: list[tuple[str, str, bytes, str | None]] | None = None,
) -> Item:
    """Put an item with its files into the store and register it, as intake does."""
    identifier = new_id()
    chosen = FILES if files is None else files
    drafts, rows = [], []
    for order, (name, mime, content, text) in enumerate(chosen, start=1):
        digests = {algorithm: digest_bytes(content, algorithm) for algorithm in STORE_ALGORITHMS}
        path = f"content/{order:04d}/{name}"
        drafts.append(DraftFile(logical_path=path, source=content, digests=digests))
        rows.append(
            NewFile(
                order=order, draft_state="正本" if order == 1 else "附件", name=name, raw_name=b"", logical_path=path,
                size=len(content), mime=mime, text=text, encoding="UTF-8" if mime == "text/plain" else "",
                pages=1 if mime in ("application/pdf", "image/png") else None, **digests,
            )
        )  # fmt: skip
    drafts.append(DraftFile(logical_path="metadata/note.txt", source=b"of a test"))
    object_id = f"urn:uuid:{identifier}"
    stored = open_store(current()).put_objects(
        [ObjectDraft(object_id=object_id, created=clock.now(), user="test", message=ref, files=drafts)]
    )
    elements = {"title": title, "author": "县人大常委会", "date": "20170602", "openness": openness, "secrecy": secrecy}
    with atomic():
        where = holdings.found_fonds(actor=SYSTEM, code=fonds, name="澜城县人民代表大会常务委员会")
        new = NewItem(
            id=identifier, ref=ref, elements=elements, extra={"盒号": HOSTILE}, process=[], transfer="2026-0001",
            object_id=object_id, files=tuple(rows),
        )  # fmt: skip
        holdings.register_items(actor=SYSTEM, fonds=where, new_items=[new])
        register_objects(stored, kind="item")
        audit.append(SYSTEM, events.ITEM_REGISTERED, ("item", str(identifier)), {"ref": ref, "title": title})
    return Item.objects.get(pk=identifier)


def file_ids(item: Item) -> dict[str, UUID]:
    """Ids of an item's files by name."""
    return dict(item.files.values_list("name", "pk"))
