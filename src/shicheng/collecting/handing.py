"""What a pushed document is to the pool: its elements, its files with their parts, the acts of its process.

The acts are kept as the business entities of DA/T 46 (M80 to M84) and go with the item into its archival package, the
last of them being that it was pushed. The words are Chinese, as the rest of what is kept of a record.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from shicheng.collecting.document import ActForm, FilingDocument
from shicheng.collecting.models import Push, System
from shicheng.collecting.receiving import folder_of
from shicheng.kernel.retention import parse_retention
from shicheng.people.types import Actor, Reach, Role
from shicheng.settings import Settings

RECORDED: Final = {
    "draft": "拟稿", "review": "审核", "countersign": "会签", "approve": "签发", "number": "编号", "print": "印制",
    "send": "分发", "receive": "收文", "register": "登记", "propose": "拟办", "instruct": "批办", "circulate": "传阅",
    "handle": "承办", "reply": "答复", "close": "办结", "file": "归档", "dispose": "处置", "other": "其他",
}  # fmt: skip
STATUSES: Final = {"done": "历史行为", "planned": "计划任务"}
PUSHED: Final = "推送归档"
SHEET: Final = "处理单"
_CLASS: Final = ("category", "department", "retention")
_PARTS: Final = {"handling_sheet": "incoming_sheet"}  # the others are called the same in the pool


def acting_for(system: System) -> Actor:
    """Who hands the system's documents over: as a filing clerk of its unit, and nothing but that."""
    reach = Reach(role=Role.FILING_CLERK, fonds=frozenset({system.fonds_code}), unit=system.unit)
    return Actor(
        kind="program", name=f"{system.name} ({system.code})"[:200], user_id=system.pk,
        roles=frozenset({Role.FILING_CLERK}), reaches=(reach,),
        scopes=frozenset(
            {"arranging.pool.read", "arranging.pool.collect", "arranging.pool.arrange", "schemes.unit.read"}
        ),
    )  # fmt: skip


def pool_document(push: Push, settings: Settings) -> dict[str, Any]:
    """A pushed document as `ingest.loose.add_documents` takes it."""
    document = FilingDocument.model_validate(push.metadata)
    folder = folder_of(push.pk, settings)
    elements = {name: text for name, text in document.described.items() if name not in _CLASS}
    local = {one["part"]: folder / one["local"] for one in push.files}
    return {
        "elements": elements,
        "files": [
            {"path": local[one.part], "name": one.name, "part": _PARTS.get(one.role, one.role)}
            for one in document.files
        ],
        "process": [*process_of(document), _pushed(push)],
        "source": f"{push.system.code}:{push.document}"[:200],
        "class": _class_of(document, push.judged),
    }


def process_of(document: FilingDocument) -> list[dict[str, str]]:
    """The acts of the process and the handling sheet, in the order of time, as they are kept with the record."""
    acts = sorted(document.process.acts, key=lambda act: act.time)
    told = [_entry(act, document) for act in acts]
    if document.process.handling_sheet:
        words = "；".join(f"{one.name}：{one.value}" for one in document.process.handling_sheet)
        time = acts[-1].time if acts else document.element("date")
        told.append({"status": STATUSES["done"], "action": SHEET, "time": time, "description": words})
    return told


def _entry(act: ActForm, document: FilingDocument) -> dict[str, str]:
    names = {one.part: one.name for one in document.files}
    words = [
        act.opinion,
        f"步骤：{act.step}" if act.step else "",
        f"文件：{'、'.join(names.get(one, one) for one in act.files)}" if act.files else "",
    ]
    entry = {
        "status": STATUSES[act.status], "action": act.name or RECORDED[act.action], "time": act.time,
        "mandate": act.mandate, "description": "；".join(filter(None, words)),
        "agent": " ".join(filter(None, (act.agency, act.agent))),
    }  # fmt: skip
    return {name: text for name, text in entry.items() if text}


def _pushed(push: Push) -> dict[str, str]:
    """How the record came: so much of the receipt stays with it for ever."""
    at: datetime = push.received_at
    words = f"业务系统文件标识：{push.document}；版次：{push.revision}；SM3：{push.digest}"
    return {
        "status": STATUSES["done"], "action": PUSHED, "time": at.isoformat(timespec="seconds"),
        "mandate": f"归档回执 {push.number}", "description": words, "agent": push.system.name,
    }  # fmt: skip


def _class_of(document: FilingDocument, judged: dict[str, Any]) -> dict[str, Any]:
    """The class by the row of the filing table; where none judged it, by what the system says itself."""
    if judged.get("row"):
        return {**{name: judged[name] for name in _CLASS}, "row": judged["row"], "reasons": judged["reasons"]}
    told = {name: document.element(name) for name in _CLASS}
    if not (told["category"] and told["retention"]):
        return {}
    return {**told, "retention": parse_retention(told["retention"]).code}
