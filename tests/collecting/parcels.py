"""Documents as a business system pushes them, for tests."""

from __future__ import annotations

import datetime
import io
import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.test.client import encode_multipart

from shicheng.collecting import systems
from shicheng.holdings import fonds as all_fonds
from shicheng.kernel import clock
from shicheng.kernel.digests import digest_bytes
from shicheng.schemes.models import FilingClass, FilingRow, Schedule, Unit

if TYPE_CHECKING:
    from ingest.fixtures import Here

BOUNDARY = "a-boundary-of-tests"
FILES = {
    "main": "关于召开会议的通知\n澜人办发〔2024〕8号\n2024年5月6日\n".encode(),
    "draft1": "关于召开会议的通知（初稿）\n".encode(),
    "sheet": "发文稿纸\n".encode(),
}
ROLES = {"main": "main", "draft1": "draft", "sheet": "drafting_sheet"}
NAMES = {"main": "正文.txt", "draft1": "初稿.txt", "sheet": "发文稿纸.txt"}
ACTS: list[dict[str, Any]] = [
    {"action": "approve", "time": "2024-05-06T09:30:00+08:00", "agent": "陈静", "step": "领导签发",
     "opinion": "同意，印发。", "mandate": "公文处理办法"},
    {"action": "draft", "time": "2024-05-05", "agent": "李明", "agency": "办公室", "files": ["draft1"]},
    {"action": "dispose", "name": "到期鉴定", "status": "planned", "time": "2054-12-31"},
]  # fmt: skip


def described(document: str = "OA-1", **changes: Any) -> dict[str, Any]:
    """A description that has no fault."""
    made = {
        "schema": "shicheng-filing/1", "id": document, "kind": "发文",
        "elements": {"title": "关于召开会议的通知", "date": "2024-05-06", "document_number": "澜人办发〔2024〕8号",
                     "author": "澜城县人大常委会办公室"},
        "files": [
            {"part": part, "name": NAMES[part], "role": ROLES[part], "size": len(content),
             "digest": {"algorithm": "SM3", "value": digest_bytes(content, "sm3")}}
            for part, content in FILES.items()
        ],
        "process": {"acts": deepcopy(ACTS), "handling_sheet": [{"name": "紧急程度", "value": "特急"}]},
    }  # fmt: skip
    return {**made, **changes}


class Sender:
    """A business system with its token."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def push(
        self, metadata: Any, files: dict[str, bytes] | None = None, *, query: str = "", cut: int = 0, **headers: str
    ) -> Any:
        body = form(metadata, FILES if files is None else files)
        named = {
            "Authorization": f"Bearer {self.secret}",
            **{key.replace("_", "-"): one for key, one in headers.items()},
        }
        cut_off: Any = {"wsgi.input": io.BytesIO(body[: len(body) - cut])} if cut else {}
        return Client().generic(
            "POST", f"/api/v1/filing/documents{query}", body,
            content_type=f"multipart/form-data; boundary={BOUNDARY}", headers=named, **cut_off,
        )  # fmt: skip

    def get(self, path: str) -> Any:
        return Client().get(f"/api/v1/filing{path}", headers={"Authorization": f"Bearer {self.secret}"})


def form(metadata: Any, files: dict[str, bytes]) -> bytes:
    """The body of a push."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    told = metadata if isinstance(metadata, str) else json.dumps(metadata, ensure_ascii=False)
    parts: dict[str, Any] = {} if metadata is None else {"metadata": told}
    parts |= {part: SimpleUploadedFile(part, content) for part, content in files.items()}
    return encode_multipart(BOUNDARY, parts)


def found(here: Here, code: str = "L012", unit: str = "BGS") -> None:
    """A fonds, a filing unit of it and its table in force."""
    all_fonds.record_event(
        actor=here.operator, code=code, kind="founded", on=datetime.date(1980, 1, 1), decision="澜编〔1980〕1号",
        name="澜城县人大常委会", agency="澜城县人大常委会",
    )  # fmt: skip
    one = Unit.objects.create(code=unit, name="办公室", fonds_code=code, created=clock.now())
    table = Schedule.objects.create(
        unit=one, version=1, state="approved", effective_from=datetime.date(2020, 1, 1), rows_count=1, made_by="x",
        made_at=clock.now(),
    )  # fmt: skip
    FilingClass.objects.create(schedule=table, order=1, code="BGS", name="办公室", kind="department")
    FilingRow.objects.create(
        schedule=table, order=1, key="3", category="WS", klass="BGS", scope="会议通知", retention="D30", words=["会议"]
    )


def admitted(here: Here, code: str = "OA", unit: str = "BGS", **options: Any) -> Sender:
    """A business system that is in service."""
    systems.write_system(actor=here.operator, code=code, name="办公自动化", unit=unit, **options)
    systems.move_system(actor=here.operator, code=code, verb="admit")
    return Sender(systems.give_token(actor=here.operator, code=code, days=30)[1])
