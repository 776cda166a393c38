"""This season's loose documents of the standing committee's office: what its clerks bring into the pool."""

# ruff: noqa: E501  # Chinese letters count double, and texts read worse when cut
from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from demo.people_and_places import (
    COMMITTEE,
    COMMITTEE_OFFICE,
    COUNTY,
    GOVERNMENT,
    TOPICS,
    TOWNS,
    chinese_number,
    person,
    persons,
)
from demo.records import Document, chinese_date
from demo.writing import Writer

YEAR: Final = 2025
FINANCE: Final = "澜城县财政局"
DEPUTIES: Final = "澜城县人大常委会代表人事委员会"


@dataclass(frozen=True, slots=True)
class Loose:
    """One loose document: where it lies, its name without extension, its kind and its text."""

    folder: str
    name: str
    kind: str
    title: str
    lines: tuple[str, ...]
    head: str
    day: date


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a unit brings in at once."""

    name: str
    unit: str
    documents: tuple[Loose, ...]
    double: tuple[str, str] = ("", "")  # a document, and the name under which it came a second time


def bundles() -> list[Bundle]:
    """Everything the units bring in this season; the same texts every time."""
    rng = Random(YEAR)
    return [
        Bundle("办公室2025年第一批", "BGS", (*_session(rng, 20, 2, 5), *_decision(rng), *_opinion(), *_plan(), *_sport())),
        Bundle(
            "办公室2025年第二批", "BGS",
            (*_session(rng, 21, 4, 12), *_budget(), *_scanned(rng), *_study(), *_letter(rng), *_summary(rng)),
            double=("调研/关于养老服务体系建设情况的调研报告.docx", "调研/关于养老服务体系建设情况的调研报告（副本）.docx"),
        ),
        Bundle("代表人事委2025年建议办理", "DBW", tuple(_suggestions(rng))),
    ]  # fmt: skip


def write_season(target: Path) -> list[tuple[Bundle, Path]]:
    """Write every bundle that is not there yet; a folder appears under its name only when it is complete."""
    found = []
    for bundle in bundles():
        folder = target / bundle.name
        found.append((bundle, folder))
        if folder.exists():
            continue
        part = target / f".{bundle.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        writer = Writer(Random(bundle.name))
        for one in bundle.documents:
            place = part / one.folder
            place.mkdir(parents=True, exist_ok=True)
            state = "正本" if "号关于" in one.name else ""
            writer.write(
                Document(one.name, state, one.kind, one.title, list(one.lines)), place, head=one.head, day=one.day
            )
        if bundle.double[0] and (part / bundle.double[0]).exists():
            shutil.copyfile(part / bundle.double[0], part / bundle.double[1])
        part.rename(folder)
    return found


def _signed(head: str, day: date, *lines: str) -> tuple[str, ...]:
    return (*lines, "", head, chinese_date(day))


def _session(rng: Random, number: int, month: int, document: int) -> list[Loose]:
    day = date(YEAR, month, 24)
    folder = f"常委会第{chinese_number(number)}次会议"
    meeting = f"{COUNTY}第十八届人大常委会第{chinese_number(number)}次会议"
    names = "、".join(persons(rng, 6))
    topic, other = rng.sample(TOPICS, 2)
    notice = f"关于召开{meeting}的通知"
    minutes = f"{meeting}纪要"
    told = _signed(
        COMMITTEE, day,
        f"{chinese_date(day)}，{meeting}在县人大常委会会议室举行。{names}等出席会议。",
        f"一、会议听取和审议了{GOVERNMENT}关于{topic[0]}工作情况的报告。会议认为，{topic[2][0]}；同时指出，{topic[2][1]}。",
        f"二、会议书面审议了关于{other[0]}情况的报告。", f"三、会议要求：{'；'.join(topic[3])}。",
    )  # fmt: skip
    sent = date(YEAR, month, 14)
    return [
        Loose(folder, f"澜人常〔{YEAR}〕{document}号{notice}", "docx", notice, _signed(
            COMMITTEE, sent, f"澜人常〔{YEAR}〕{document}号", "常委会组成人员：",
            f"经主任会议决定，{meeting}定于{chinese_date(day)}举行，会期一天。请准时出席。",
            "附件：1. 会议议程（草案）  2. 列席人员名单"), COMMITTEE, sent),
        Loose(folder, "附件1 会议议程（草案）", "docx", "会议议程（草案）", (
            f"一、听取和审议关于{topic[0]}工作情况的报告", f"二、书面审议关于{other[0]}情况的报告", "三、人事任免"), COMMITTEE, sent),
        Loose(folder, "附件2 列席人员名单", "txt", "列席人员名单", (names,), COMMITTEE, sent),
        Loose("", minutes, "pdf", minutes, told, COMMITTEE, day),
        Loose("", f"{minutes}（定稿）", "docx", minutes, told, COMMITTEE, day),
    ]  # fmt: skip


def _decision(rng: Random) -> list[Loose]:
    day = date(YEAR, 2, 24)
    first, second, third = persons(rng, 3)
    title = f"{COMMITTEE}关于{first}等同志职务任免的决定"
    lines = _signed(
        COMMITTEE,
        day,
        f"（{chinese_date(day)}通过）",
        f"任命{first}为县水利局局长；",
        f"任命{second}为县人民法院副院长；",
        f"免去{third}的县林业局局长职务。",
    )
    return [
        Loose("", f"关于{first}等同志职务任免的决定", "ofd", title, lines, COMMITTEE, day),
        Loose("", f"关于{first}等同志职务任免的决定 发文稿纸", "txt", title, ("拟稿、核稿、签发齐备。", f"签发：{person(rng)}"), COMMITTEE, day),
    ]  # fmt: skip


def _opinion() -> list[Loose]:
    topic, day = TOPICS[0], date(YEAR, 3, 3)
    title = f"关于{topic[0]}工作情况报告的审议意见"
    return [
        Loose(f"{topic[0]}", f"澜人常〔{YEAR}〕7号{title}", "docx", title, _signed(
            COMMITTEE, day, f"澜人常〔{YEAR}〕7号", f"{GOVERNMENT}：", "常委会听取和审议了报告，提出如下审议意见：",
            *(f"{number}. {text}。" for number, text in enumerate(topic[3], 1)), "请在三个月内报告办理情况。",
            f"附件：关于{topic[0]}工作情况的报告"), COMMITTEE, day),
        Loose(f"{topic[0]}", f"附件 关于{topic[0]}工作情况的报告", "pdf", f"关于{topic[0]}工作情况的报告", (
            f"{topic[2][0]}。", f"存在的问题：{topic[2][1]}；{topic[2][2]}。"), GOVERNMENT, day),
    ]  # fmt: skip


def _plan() -> list[Loose]:
    day = date(YEAR, 1, 16)
    title = f"关于印发{COUNTY}人大常委会{YEAR}年工作要点的通知"
    return [
        Loose("工作要点", f"澜人办发〔{YEAR}〕1号{title}", "pdf", title, _signed(
            COMMITTEE_OFFICE, day, f"澜人办发〔{YEAR}〕1号", "各乡镇人大、县人大各委员会：",
            f"《{COUNTY}人大常委会{YEAR}年工作要点》已经主任会议讨论通过，现印发给你们。"), COMMITTEE_OFFICE, day),
        Loose("工作要点", f"附件 {COUNTY}人大常委会{YEAR}年工作要点", "docx", f"{YEAR}年工作要点", (
            "一、依法行使监督权", "二、做好代表工作", "三、加强自身建设"), COMMITTEE_OFFICE, day),
    ]  # fmt: skip


def _sport() -> list[Loose]:
    day = date(YEAR, 4, 28)
    title = "关于举办机关职工登山活动的通知"
    return [Loose("", title, "txt", title, _signed(COMMITTEE_OFFICE, day, "定于五月第一个周六在枫林镇举办登山活动，请各委室组织参加。"), COMMITTEE_OFFICE, day)]  # fmt: skip


def _budget() -> list[Loose]:
    asked, answered = date(YEAR, 8, 6), date(YEAR, 8, 21)
    title = f"关于调整{YEAR}年县级预算的请示"
    reply = f"关于{YEAR}年县级预算调整有关事项的复函"
    return [
        Loose("预算调整", f"澜财字〔{YEAR}〕18号{title}", "pdf", title, _signed(
            FINANCE, asked, f"澜财字〔{YEAR}〕18号", f"{COMMITTEE}：", "因上级新增专项债券额度，拟调整县级预算，请审查批准。"), FINANCE, asked),
        Loose("预算调整", f"澜财字〔{YEAR}〕18号{title} 收文处理单", "txt", title, ("拟办：请财经委研提意见。", "批示：同意。"), COMMITTEE_OFFICE, asked),
        Loose("复函", f"澜人办函〔{YEAR}〕9号{reply}", "docx", reply, _signed(
            COMMITTEE_OFFICE, answered, f"澜人办函〔{YEAR}〕9号", f"{FINANCE}：",
            f"你局《{title}》（澜财字〔{YEAR}〕18号）收悉。经常委会会议审查，同意调整方案。"), COMMITTEE_OFFICE, answered),
    ]  # fmt: skip


def _scanned(rng: Random) -> list[Loose]:
    day = date(YEAR, 5, 9)
    title = "第十八届人大常委会第三十次主任会议记录"
    pages = (
        ("时间：二〇二五年五月九日", "主持：" + person(rng), "议题：常委会第二十二次会议建议议程"),
        ("发言要点：", "会议讨论了专题询问的组织工作，要求提前调研。"),
        ("议定事项：", "同意建议议程，提请常委会会议决定。"),
    )
    return [Loose("扫描件", f"{title}_{number}", "tif", title, lines, COMMITTEE, day) for number, lines in enumerate(pages, 1)]  # fmt: skip


def _study() -> list[Loose]:
    topic, day = TOPICS[7], date(YEAR, 6, 18)
    title = f"关于{topic[0]}情况的调研报告"
    return [Loose("调研", title, "docx", title, _signed(COMMITTEE, day, f"{topic[2][0]}。", f"{topic[2][1]}，{topic[2][2]}。", f"建议：{'；'.join(topic[3])}。"), COMMITTEE, day)]  # fmt: skip


def _letter(rng: Random) -> list[Loose]:
    day = date(YEAR, 7, 2)
    town = rng.choice(TOWNS)
    title = f"关于{town}群众反映道路积水问题的信访处理情况"
    return [Loose("信访", title, "txt", title, _signed(COMMITTEE_OFFICE, day, f"{town}群众来信反映道路积水。已转县住房和城乡建设局办理，并回复来信人。"), COMMITTEE_OFFICE, day)]  # fmt: skip


def _summary(rng: Random) -> list[Loose]:
    day = date(YEAR, 12, 29)
    title = f"{COMMITTEE}{YEAR}年工作总结"
    return [Loose("", title, "pdf", title, _signed(COMMITTEE, day, f"{YEAR}年，县人大常委会召开常委会会议六次，听取审议专项工作报告{rng.randint(9, 15)}项。"), COMMITTEE, day)]  # fmt: skip


def _suggestions(rng: Random) -> list[Loose]:
    made = []
    for number, (wish, bureau) in enumerate(
        (("为松坪镇增设卫生服务点", "县卫生健康局"), ("疏浚青溪河下游河道", "县水利局")), 1
    ):
        mover, asked, answered = person(rng), date(YEAR, 1, 10), date(YEAR, 4, 8 + number)
        title = f"关于{wish}的建议"
        folder = f"第{number}号建议"
        made += [
            Loose(folder, title, "docx", title, _signed(f"{mover}代表", asked, "多年来群众盼望此事，建议列入年度计划。"), f"{mover}代表", asked),
            Loose(folder, f"附件 {bureau}对第{number}号建议的答复", "pdf", f"{bureau}对第{number}号建议的答复", _signed(bureau, answered, f"{mover}代表：", "建议收悉，已列入本年度计划。"), bureau, answered),
        ]  # fmt: skip
    day = date(YEAR, 1, 22)
    title = f"关于交办{COUNTY}第十八届人大第五次会议代表建议的通知"
    made.append(Loose("", f"澜人办发〔{YEAR}〕3号{title}", "ofd", title, _signed(DEPUTIES, day, f"澜人办发〔{YEAR}〕3号", "各承办单位：", "现将代表建议交给你们，请在三个月内答复代表。"), DEPUTIES, day))  # fmt: skip
    return made
