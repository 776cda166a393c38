"""What comes to the demo from elsewhere: an office system's push, the filing watch, a donation, a major event.

Like the desk's furniture it goes through the services, looks first at what is there, and may be cut off anywhere.
"""

# ruff: noqa: E501  # Chinese letters count double
from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from shicheng.people.types import Actor
    from shicheng.settings import Settings

FONDS: Final = "L012"
SYSTEM: Final = "LCOA"
EVENT: Final = "澜城县第十八届人民代表大会第五次会议"
OFFER: Final = "民国时期澜江船工号子手抄本及老照片"


def furnish(settings: Settings, actor_of: Callable[[str], Actor]) -> None:
    """Let all of it come; done already, nothing changes."""
    archivist = actor_of("demo")
    push_from_office(settings, archivist)
    write_event(archivist)
    take_offer(archivist)
    begin_plan(archivist)
    watch(archivist)


def push_from_office(settings: Settings, actor: Actor) -> None:
    """Admit the office's system and push two documents with their process, by the address any system uses."""
    from shicheng.collecting import systems
    from shicheng.collecting.client import push, read_parcel
    from shicheng.collecting.models import Push, System

    if Push.objects.filter(system__code=SYSTEM, state="taken").count() >= 2:
        return
    if not System.objects.filter(code=SYSTEM).exists():
        systems.write_system(
            actor=actor, code=SYSTEM, name="澜城协同办公系统", unit="BGS", keeper="县大数据中心",
            kinds=[{"name": "发文", "row": ""}, {"name": "会议通知", "row": ""}],
            contacts=[{"name": "祝映雪", "duty": "兼职档案员", "phone": "0000-6021"}],
        )  # fmt: skip
    systems.move_system(actor=actor, code=SYSTEM, verb="admit")
    _token, secret = systems.give_token(actor=actor, code=SYSTEM, days=90)
    for folder in write_parcels(settings.home / "season" / "office-system"):
        answer = push(read_parcel(folder / "metadata.json"), to="http://127.0.0.1", token=secret, send=_here)
        if not answer.is_taken:
            raise SystemExit(f"{folder.name}: {answer.status} {answer.content}")


def write_parcels(target: Path) -> list[Path]:
    """Write the documents the office's system hands over, each with its description in a folder of its own."""
    from demo.records import Document
    from demo.writing import Writer

    folders = []
    for number, (title, symbol, day, lines) in enumerate((
        ("关于征集下一年度监督议题的通知", "澜人办发〔2025〕21号", date(2025, 9, 12), ("各委员会：", "请于九月三十日前报送下一年度监督议题建议。")),
        ("关于做好国庆期间值班工作的通知", "澜人办发〔2025〕23号", date(2025, 9, 26), ("机关各委室：", "国庆期间实行领导带班制度，请按值班表到岗。")),
    ), 1):  # fmt: skip
        folder = target / f"{number}"
        folders.append(folder)
        if folder.exists():
            continue
        part = folder.with_name(f".{number}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        writer = Writer(Random(symbol))
        main = writer.write(
            Document("正文", "正本", "ofd", title, [symbol, *lines]), part, head="县人大常委会办公室", day=day
        )
        sheet = writer.write(
            Document("发文稿纸", "", "txt", f"{title} 发文稿纸", ["拟稿：顾雨禾", "签发：虞景行"]),
            part,
            head="县人大常委会办公室",
            day=day,
        )
        acts = [
            {"action": "draft", "time": f"{day}T09:10:00+08:00", "agent": "顾雨禾", "agency": "办公室", "files": ["sheet"]},
            {"action": "approve", "time": f"{day}T15:40:00+08:00", "agent": "虞景行", "step": "领导签发", "opinion": "同意，印发。"},
        ]  # fmt: skip
        described: dict[str, Any] = {
            "id": f"OA-2025-{number:04d}", "revision": 1, "kind": "发文",
            "elements": {"title": title, "date": day.isoformat(), "document_number": symbol, "author": "澜城县人大常委会办公室"},
            "files": [{"part": "main", "name": main.name, "role": "main"}, {"part": "sheet", "name": sheet.name, "role": "drafting_sheet"}],
            "process": {"acts": acts, "handling_sheet": [{"name": "紧急程度", "value": "平件"}]},
        }  # fmt: skip
        (part / "metadata.json").write_text(json.dumps(described, ensure_ascii=False, indent=1), "utf-8")
        part.rename(folder)
    return folders


def _here(address: str, headers: dict[str, str], body: Iterable[bytes], length: int) -> tuple[int, bytes]:
    """Send to the archive in this process, by the same address a system would use over the network."""
    from django.test import Client

    parts = urlsplit(address)
    answer = Client(SERVER_NAME="127.0.0.1").generic(
        "POST", f"{parts.path}?{parts.query}", b"".join(body), content_type=headers["Content-Type"], headers=headers
    )
    return answer.status_code, answer.content


def write_event(actor: Actor) -> None:
    """Write a session of the congress down as a major event, with what each unit is to file of it."""
    from shicheng.acquiring import majors
    from shicheng.acquiring.event_models import MajorEvent
    from shicheng.acquiring.types import Happening, Wanted

    made = MajorEvent.objects.filter(name=EVENT).first() or majors.write_event(
        actor=actor, happening=Happening(
            EVENT, FONDS, kind="meeting", level="county", begins=date(2025, 1, 8), ends=date(2025, 1, 11),
            place="县人民会堂", organiser="澜城县人大常委会", words=("第十八届人大第五次会议", "代表建议"),
        ),
    )  # fmt: skip
    if not made.lines.exists():
        for wanted in (
            Wanted("会议文件、决议和公报", "text", FONDS, "BGS", 30, date(2025, 6, 30)),
            Wanted("代表建议及答复", "text", FONDS, "DBW", 2, date(2025, 12, 31)),
            Wanted("开幕式和选举照片", "photo", FONDS, "BGS", 40, date(2025, 3, 31)),
        ):
            majors.write_line(actor=actor, number=made.number, wanted=wanted)


def take_offer(actor: Actor) -> None:
    """Note an offer from society, and have it looked at by two people who know."""
    from shicheng.acquiring import offers
    from shicheng.acquiring.models import Acquisition
    from shicheng.acquiring.types import Giver, Offered

    if Acquisition.objects.filter(title=OFFER).exists():
        return
    made = offers.note_offer(
        actor=actor,
        offered=Offered(
            OFFER, way="donation", fonds=FONDS, about="手抄号子词谱一册，船工合影十一帧。", period="1936–1949", quantity=12,
            condition="册页有虫蛀，照片泛黄", provenance="家传", noted_on=date(2025, 11, 3),
        ),
        giver=Giver("褚石泉", contacts={"phone": "0000-7788"}),
    )  # fmt: skip
    offers.add_opinion(
        actor=actor, number=made.number, person="柏含章", post="县文化馆研究馆员", verdict="accept",
        text="词谱为目前所见最早的抄本，建议接收。", on=date(2025, 11, 18),
    )  # fmt: skip


def begin_plan(actor: Actor) -> None:
    """Begin the plan of accessions of the next year from the forecast."""
    from shicheng.planning import plans
    from shicheng.planning.models import Plan

    if not Plan.objects.filter(year=2027).exists():
        plans.begin_plan(actor=actor, year=2027)


def watch(actor: Actor) -> None:
    """Look what the units should have filed by now."""
    from shicheng.planning.watching import watch as look

    look(actor=actor)
