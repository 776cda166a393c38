"""Furnishes the demo's desk: people of the units, tables, this season's pool, motions, volumes, boxes, authorities.

`python tools/demo/desk.py HOME` in an archive that holds the demo's transfers. Everything goes through the services the
pages call, in the name of the person who would do it. Each step looks first at what is there, so that a run that was
killed goes on and a second one changes nothing.
"""

# ruff: noqa: E501  # Chinese letters count double
from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo import sources  # after its folder is on the path

if TYPE_CHECKING:
    from shicheng.people.types import Actor
    from shicheng.schemes.types import TableDraft
    from shicheng.settings import Settings

FONDS: Final = "L012"
STATION: Final = "L047"
WHOLE: Final = "LCRD"  # the unit that keeps the table of the whole office
# name, full name, role, unit
PEOPLE: Final = (
    ("leader", "虞景行", "leader", ""),
    ("clerk", "祝映雪", "filing_clerk", "BGS"),
    ("clerk2", "阮知秋", "filing_clerk", "DBW"),
)
UNITS: Final = (
    (WHOLE, "澜城县人大常委会机关", FONDS),
    ("BGS", "澜城县人大常委会办公室", FONDS),
    ("DBW", "澜城县人大代表人事委员会", FONDS),
    ("CJW", "澜城县人大财政经济委员会", FONDS),
    ("XWB", "澜城县广播电视台新闻部", STATION),
)
# The proposal for congresses has subjects; this office files by departments, as its codes have it since 2015.
DEPARTMENT_OF: Final = {
    "DBH": "BGS", "CWH": "BGS", "ZRH": "BGS", "DZH": "BGS", "XFL": "BGS", "JGS": "BGS", "LFL": "FZW", "BAS": "FZW",
    "JDJ": "FZW", "JDF": "FZW", "JDZ": "CJW", "XJR": "DBW", "DBG": "DBW", "YAJ": "DBW", "ZWH": "CXW",
}  # fmt: skip
OWN_WORDS: Final = {"10.1": ("任免 决定",), "12.1": ("的建议",), "15.2": ("工作要点",), "13.2": ("信访 情况",)}
AUTHORITIES: Final = (
    ("body", "澜城县人民代表大会常务委员会", ("澜城县人大常委会", "县人大常委会"), "1980–", "县级国家权力机关的常设机关。"),
    ("body", "澜城县广播电视台", ("县广播电视台", "澜城电视台"), "1991–", ""),
    ("place", "青溪镇", ("青溪乡",), "", "一九九六年撤乡建镇。"),
)  # fmt: skip


def furnish(settings: Settings, password: str) -> None:
    """Furnish the desk of an opened archive; done already, nothing changes."""
    make_people(password)
    found_fonds()
    write_units()
    assign_duties()
    write_tables()
    fill_pool(settings)
    write_motions()
    keep_authorities()
    gather_and_box()
    sources.furnish(settings, _actor)


def make_people(password: str) -> None:
    """Make the accounts of the leader and the filing clerks, each with a grant as far as their work goes."""
    from shicheng.people.granting import Limits, give_grant
    from shicheng.people.models import User
    from shicheng.people.services import create_user

    for name, full_name, role, unit in PEOPLE:
        user = User.objects.filter(username=name).first() or create_user(
            actor=_operator(), username=name, full_name=full_name, password=password, roles=[]
        )
        give_grant(actor=_operator(), user_id=user.pk, role=role, limits=Limits(fonds=FONDS, unit=unit))


def found_fonds() -> None:
    """Tell since when the two fonds are, and by which decision."""
    from shicheng.holdings import fonds
    from shicheng.holdings.models import FondsEvent

    for code, on, decision in (
        (FONDS, date(1980, 6, 1), "澜编〔1980〕12号"),
        (STATION, date(1991, 3, 8), "澜编〔1991〕5号"),
    ):
        if not FondsEvent.objects.filter(fonds__code=code).exists():
            home = fonds.named_fonds(code)
            assert home is not None
            fonds.record_event(
                actor=_actor("demo"), code=code, kind="founded", on=on, decision=decision, name=home.name,
                agency=home.agency,
            )  # fmt: skip


def write_units() -> None:
    """Write the filing units down, with their contacts and the systems they use."""
    from shicheng.schemes.models import Unit
    from shicheng.schemes.units import write_unit

    names = {unit: full_name for _name, full_name, _role, unit in PEOPLE}
    for code, name, fonds in UNITS:
        if Unit.objects.filter(code=code).exists():
            continue
        contacts = [{"name": names[code], "duty": "兼职档案员", "phone": "0000-6021"}] if code in names else []
        systems = [{"name": "澜城协同办公", "use": "公文流转", "since": "2021"}] if fonds == FONDS else []
        write_unit(
            actor=_actor("demo"), code=code, name=name, fonds_code=fonds, contacts=contacts, systems=systems
        )  # fmt: skip


def assign_duties() -> None:
    """Say who answers for what."""
    from shicheng.people.duties import assign_duty

    given: tuple[dict[str, str], ...] = (
        {"part": "leader", "username": "leader"},
        {"part": "department", "name": "办公室", "task": "filing"},
        {"part": "handler", "username": "clerk", "task": "filing"},
        {"part": "handler", "username": "demo", "task": "arranging"},
        {"part": "joint", "name": "代表人事委员会", "task": "collecting"},
    )
    for one in given:
        assign_duty(actor=_actor("demo"), fonds=FONDS, **one)


def write_tables() -> None:
    """Write the table of the office, approved; and the draft of a department, which waits for approval."""
    from shicheng.schemes.preset_files import preset

    table = by_departments(preset("peoples-congress").table)
    _submit(WHOLE, "demo", table, date(2025, 1, 1), "按部门分类，依提案修订。")
    _approve(WHOLE, "leader")
    own = replace(
        table,
        classes=tuple(one for one in table.classes if one.code == "DBW"),
        rows=tuple(one for one in table.rows if one.klass == "DBW"),
    )
    _submit("DBW", "clerk2", own, date(2026, 1, 1), "代表工作单列，请审批。")


def by_departments(table: TableDraft) -> TableDraft:
    """The proposed table with the departments this office files by instead of subjects, and a few words of its own."""
    from demo.people_and_places import DEPARTMENTS
    from shicheng.schemes.types import ClassDraft

    classes = tuple(ClassDraft(code, name, kind="department") for code, name in DEPARTMENTS[FONDS].items())
    used = set(DEPARTMENT_OF.values())
    rows = tuple(
        replace(row, klass=DEPARTMENT_OF[row.klass], words=(*row.words, *OWN_WORDS.get(row.key, ())))
        for row in table.rows
    )
    return replace(table, classes=tuple(one for one in classes if one.code in used), rows=rows, origin="")


def _submit(unit: str, who: str, table: TableDraft, first: date, note: str) -> None:
    from shicheng.schemes import services
    from shicheng.schemes.models import Schedule

    actor = _actor(who)
    newest = Schedule.objects.filter(unit__code=unit).exclude(state="discarded").order_by("-version").first()
    if newest is not None and newest.state != "draft":
        return
    if newest is None:
        services.begin_draft(actor=actor, unit=unit, preset_name="peoples-congress")
    services.replace_draft(actor=actor, unit=unit, table=table)
    services.set_terms(actor=actor, unit=unit, first=first, templates=dict(table.templates))
    services.submit_schedule(actor=actor, unit=unit, note=note)


def _approve(unit: str, who: str) -> None:
    from shicheng.approvals.models import ApprovalRequest
    from shicheng.approvals.services import approve_request

    waiting = ApprovalRequest.objects.filter(payload__unit=unit, state="waiting").first()
    if waiting is not None:
        approve_request(actor=_actor(who), number=waiting.number, reason="同意，自二〇二五年起施行。")


def fill_pool(settings: Settings) -> None:
    """Collect what the units bring in; the first bundle becomes items that wait for numbers, the others lie loose."""
    from demo.season import YEAR, write_season
    from shicheng.arranging import classifying, collecting, forming_all
    from shicheng.arranging.errors import BadSelection
    from shicheng.arranging.models import Batch, PoolItem

    clerks = {unit: name for name, _full_name, _role, unit in PEOPLE}
    for number, (bundle, folder) in enumerate(write_season(settings.home / "season")):
        actor = _actor(clerks[bundle.unit])
        batch = Batch.objects.filter(fonds__code=FONDS, year=YEAR, name=bundle.name).first()
        if batch is None:
            collecting.collect_path(
                actor=actor, path=folder, fonds=FONDS, year=YEAR, settings=settings, unit=bundle.unit, name=bundle.name
            )
        elif batch.state == "arriving":
            collecting.take_batch(actor=actor, batch_id=batch.pk, settings=settings)
        if number == 0 and not PoolItem.objects.filter(fonds__code=FONDS, year=YEAR).exists():
            forming_all.form_proposed(actor=actor, fonds=FONDS, year=YEAR, singles=True)
            try:
                classifying.take_proposals(actor=actor, fonds=FONDS, year=YEAR)
            except BadSelection:  # classified by a run before
                pass


def write_motions() -> None:
    """Write the suggestions of two sessions down with their deputies and answers, and those of this year, half open."""
    from shicheng.holdings.entities import document_entity
    from shicheng.holdings.models import Entity
    from shicheng.holdings.motions import answer_motion, write_motion

    actor = _actor("demo")
    for motion, answer, code in _motions():
        made = write_motion(actor=actor, fonds=FONDS, motion=motion)
        if code:
            document_entity(actor=actor, entity=made, key=code, role="motion")
        if answer is not None and not Entity.objects.filter(kind="answer", fonds_code=FONDS, links_out__second=made):
            answer_motion(actor=actor, motion=made, answer=answer)


def _motions() -> Iterator[tuple[Any, Any, str]]:
    from demo.batches import make_batches
    from shicheng.holdings.motions import Answer, Motion

    rng = Random(1534)
    for record in make_batches()[1].records:
        found = re.search(r"第(\d+)号建议，承办单位：(.+)", record.note)
        if found is None or record.year < 2022:
            continue
        number, bureau = found.groups()
        day = record.date
        session = f"第{'一二三四'[record.year - 2022]}次会议"
        motion = Motion(
            number, record.title, term="第十八届", session=session, deputies=(record.author.removesuffix("代表"),),
            handling_units=(bureau,), received=day.isoformat(), handed_over=(day + timedelta(days=20)).isoformat(),
            due=(day + timedelta(days=110)).isoformat(), topic="民生实事",
        )  # fmt: skip
        answer = Answer(
            bureau, day=(day + timedelta(days=rng.randint(70, 130))).isoformat(), number=f"澜建答〔{record.year}〕{number}号",
            result=rng.choice(("已经解决", "正在解决", "列入计划")), satisfaction=rng.choice(("满意", "满意", "基本满意")),
            record=record.code,
        )  # fmt: skip
        yield motion, answer, record.code
    for number, (title, bureau, deputies) in enumerate((
        ("关于为松坪镇增设卫生服务点的建议", ("县卫生健康局",), ("顾立群", "柏云舒")),
        ("关于疏浚青溪河下游河道的建议", ("县水利局", "县农业农村局"), ("许安澜",)),
        ("关于完善望江镇路灯照明的建议", ("县住房和城乡建设局",), ("宋知秋",)),
    ), 1):  # fmt: skip
        motion = Motion(
            str(number), title, term="第十八届", session="第五次会议", deputies=deputies, handling_units=bureau,
            received="2025-01-10", handed_over="2025-01-22", due="2025-04-22", topic="民生实事",
            priority="重点督办" if number == 2 else "",
        )  # fmt: skip
        half = Answer(
            bureau[0],
            day="2025-04-10",
            number="澜建答〔2025〕2号",
            result="正在解决",
            satisfaction="不满意",
            feedback="请说明开工日期。",
        )
        yield motion, half if number == 2 else None, ""


def keep_authorities() -> None:
    """Keep authorities for names that stand in many records under several forms."""
    from shicheng.describing.authorities import named, save_authority

    for kind, name, variants, dates, note in AUTHORITIES:
        if named(kind, name) is None:
            save_authority(actor=_actor("demo"), kind=kind, name=name, variants=variants, dates=dates, note=note)


def gather_and_box() -> None:
    """Gather the suggestions of a year in a virtual volume, and put the paper of a year into boxes."""
    from shicheng.holdings import boxes, volumes
    from shicheng.holdings.models import Item, Volume

    actor = _actor("demo")
    title = "第十八届人大第二次会议代表建议及答复"
    if not Volume.objects.filter(fonds__code=FONDS, title=title).exists():
        found = Item.objects.filter(fonds__code=FONDS, reference_code__contains="·2023-Y-DBW-", title__endswith="建议")
        volumes.make(
            actor=actor, fonds=FONDS, title=title, items=list(found.order_by("code_sort").values_list("pk", flat=True))
        )
    for filters in ({"year": "2015"}, {"year": "2016", "retention": "Y"}):
        plan = boxes.preview(actor, FONDS, width=30, filters=filters)
        if plan.boxes:
            boxes.fill(actor=actor, fonds=FONDS, width=30, filters=filters, mark=plan.mark)


def _actor(name: str) -> Actor:
    """Somebody with an account, with what their grants give them."""
    from shicheng.people.models import User
    from shicheng.people.services import actor_for

    return actor_for(User.objects.get(username=name))


def _operator() -> Actor:
    from shicheng.cli.setup import operator

    return operator()


def main() -> None:
    """Open the archive and furnish its desk."""
    from shicheng.cli.setup import open_archive

    home = Path(sys.argv[1])
    settings = open_archive(home)
    furnish(settings, (home / "demo-sign-in.txt").read_text("utf-8").strip())


if __name__ == "__main__":
    main()
