"""Records of the standing committee: what a county People's Congress makes in a year."""

# ruff: noqa: E501  # Chinese letters count double, and texts read worse when cut
from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from demo.people_and_places import (
    CITY,
    COMMITTEE,
    COMMITTEE_OFFICE,
    COUNTY,
    GOVERNMENT,
    RIVERS,
    TOPICS,
    TOWNS,
    VILLAGES,
    chinese_number,
    person,
    persons,
)
from demo.records import Document, Record, chinese_date

_TERMS: Final = ((2012, 16), (2017, 17), (2022, 18))  # first year of a term of five years
_RULES: Final = (
    "澜江流域保护条例",
    "城市绿化条例",
    "文明行为促进条例",
    "古树名木保护条例",
    "物业管理条例",
    "乡村清洁条例",
)
_POSTS: Final = ("县教育局局长", "县财政局局长", "县水利局局长", "县卫生健康局局长", "县人民法院副院长",
                 "县人民检察院副检察长", "县交通运输局局长", "县农业农村局局长")  # fmt: skip
_WISHES: Final = (
    "修建{place}至县城的公交候车亭", "疏浚{place}段灌溉渠", "在{place}增设卫生服务点", "整治{place}农贸市场周边停车秩序",
    "加固{place}老桥", "为{place}小学增建运动场", "完善{place}路灯照明", "保护{place}古樟树群", "扩建{place}自来水厂",
    "治理{place}养殖尾水", "在{place}设置代表联络点", "提高{place}网络信号覆盖质量",
)  # fmt: skip


def congress_year(year: int, rng: Random) -> list[Record]:
    """Return the records of one year, the numbers of documents running through it."""
    first, term = max(one for one in _TERMS if one[0] <= year)
    numbers = iter(range(1, 100))
    made: list[Record] = []

    def add(
        kind: str, month: int, day: int, *, retention: str, department: str, title: str, lines: list[str],
        openness: str, author: str = COMMITTEE, numbered: bool = True, note: str = "",
        attachments: tuple[tuple[str, str, list[str]], ...] = (),
    ) -> None:  # fmt: skip
        when = date(year, month, day)
        record = Record("L012", year, retention, department, "WS", title, author, when, openness, note=note)
        if numbered:
            record.number_text = f"澜人常〔{year}〕{next(numbers)}号"
        signed = [*lines, "", author, chinese_date(when)]
        record.documents.append(Document(title, "正本", kind, title, signed))
        for name, attached_kind, text in attachments:
            order = len(record.documents)
            record.documents.append(Document(f"附件{order} {name}", "附件", attached_kind, name, text))
        made.append(record)

    def kinds(*choices: str) -> str:
        return rng.choice(choices)

    chair, *members = persons(rng, 9)
    for turn, month in enumerate((2, 4, 6, 8, 10, 12)):
        number = (year - first) * 6 + turn + 1
        session = f"第{chinese_number(term)}届人大常委会第{chinese_number(number)}次会议"
        topic = rng.choice(TOPICS)
        other = rng.choice([one for one in TOPICS if one is not topic])
        day = rng.randint(20, 27)
        minutes = [
            f"{chinese_date(date(year, month, day))}，{COUNTY}{session}在县人大常委会会议室举行。会议由主任{chair}主持，"
            f"副主任{members[0]}、{members[1]}及委员{'、'.join(members[2:])}出席，县人民政府、县监察委员会、县人民法院、"
            "县人民检察院负责人列席会议。",
            f"一、会议听取和审议了{GOVERNMENT}关于{topic[0]}工作情况的报告。会议认为，{topic[2][0]}，工作取得新的成效；"
            f"同时指出，{topic[2][1]}，{topic[2][2]}。会议要求：{'；'.join(topic[3])}。",
            f"二、会议书面审议了关于{other[0]}情况的报告，同意该报告，交{other[1]}研究办理。",
            f"三、会议通过有关人事任免事项。应到组成人员二十九人，实到{rng.randint(24, 29)}人，符合法定人数。",
        ]
        add(kinds("pdf", "docx", "ofd", "tif" if year < 2019 else "ofd"), month, day, retention="Y", department="BGS",
            title=f"{COUNTY}{session}纪要", lines=minutes,
            openness="开放" if year < 2020 and turn % 2 == 0 else "未审核")  # fmt: skip
        if turn in (1, 3, 5):
            named = persons(rng, 3)
            posts = rng.sample(_POSTS, 3)
            add(kinds("ofd", "pdf"), month, day, retention="Y", department="DBW",
                title=f"{COMMITTEE}关于{named[0]}等同志职务任免的决定",
                lines=[f"（{year}年{month}月{day}日{COUNTY}{session}通过）", f"任命{named[0]}为{posts[0]}；",
                       f"任命{named[1]}为{posts[1]}；", f"免去{named[2]}的{posts[2]}职务。"],
                openness="控制" if year > 2020 else "未审核")  # fmt: skip
        if turn in (2, 4):
            add(kinds("docx", "txt", "pdf"), month, day, retention="Y", department=topic[4],
                title=f"{COMMITTEE}关于{topic[0]}工作情况报告的审议意见",
                lines=[f"{GOVERNMENT}：", f"{COUNTY}{session}听取和审议了关于{topic[0]}工作情况的报告，提出如下审议意见：",
                       *(f"{chinese_number(at)}、{text}。" for at, text in enumerate(topic[3], 1)),
                       "请在三个月内将办理情况向县人大常委会报告。"],
                openness="开放", attachments=((f"关于{topic[0]}工作情况的报告", kinds("docx", "txt"), _report(topic, year)),))  # fmt: skip

    budget = rng.randint(240, 420)
    add("ofd", 1, rng.randint(8, 20), retention="Y", department="CJW",
        title=f"{COUNTY}人民代表大会关于{year}年财政预算的决议",
        lines=[f"{COUNTY}第{chinese_number(term)}届人民代表大会会议审查了{GOVERNMENT}提出的{year}年财政预算草案。",
               f"会议同意财政经济委员会的审查结果报告，决定批准{year}年县本级预算，一般公共预算收入安排{budget}00万元，"
               f"支出安排{budget + 160}00万元。"], openness="开放")  # fmt: skip
    add("pdf", 9, rng.randint(2, 9), retention="Y", department="CJW",
        title=f"{COMMITTEE}关于批准{year - 1}年县级财政决算的决议",
        lines=[f"会议结合审计工作报告，对{year - 1}年县级决算草案进行了审查，决定批准{year - 1}年县级决算。",
               "要求县人民政府认真整改审计查出的问题，并将整改结果向县人大常委会报告。"], openness="开放")  # fmt: skip
    rule = f"《{CITY}{_RULES[year % len(_RULES)]}（草案）》"
    add(kinds("ofd", "docx"), 5, rng.randint(6, 19), retention="Y", department="FZW",
        title=f"关于{rule}征求意见情况的说明",
        lines=[f"受{CITY}人大常委会委托，县人大常委会就{rule}在全县征求意见，共收到意见{rng.randint(21, 76)}条。",
               "一、关于立法必要性。各方面普遍认为，制定该条例十分必要，建议尽快出台。",
               f"二、关于适用范围。{rng.choice(TOWNS)}、{rng.choice(TOWNS)}代表建议，将{rng.choice(RIVERS)}支流一并纳入。",
               "三、关于法律责任。建议区分情节，增加责令改正的前置程序，与上位法相衔接。"],
        openness="开放", attachments=((f"{rule}修改意见汇总", "txt", _opinions(rng)),))  # fmt: skip
    law = rng.choice(TOPICS)
    add(kinds("docx", "pdf"), 7, rng.randint(3, 18), retention="D30", department=law[4],
        title=f"{COMMITTEE}执法检查组关于{law[0]}法律法规实施情况的报告", lines=_report(law, year), openness="开放")  # fmt: skip
    for month in (3, 11):
        study = rng.choice(TOPICS)
        add(kinds("docx", "txt", "pdf"), month, rng.randint(3, 25), retention="D30", department=study[4],
            title=f"关于{rng.choice(TOWNS)}等地{study[0]}情况的调研报告", lines=_report(study, year),
            openness="未审核" if month == 11 else "开放", numbered=False)  # fmt: skip
    mover = person(rng)
    motion = rng.choice(TOPICS)
    add("pdf" if year > 2017 else "tif", 1, rng.randint(8, 20), retention="Y", department="DBW", author=f"{mover}等十二名代表",
        title=f"关于加强{motion[0]}的议案",
        lines=[f"案由：{motion[2][1]}，群众反映强烈。", f"案据：{motion[2][0]}；{motion[2][2]}。",
               f"方案：{'；'.join(motion[3])}。", f"领衔代表：{mover}"], openness="开放", numbered=False)  # fmt: skip
    for at, wish in enumerate(rng.sample(_WISHES, 4), 1):
        place = rng.choice(TOWNS) + rng.choice(VILLAGES)
        text = wish.format(place=place)
        bureau = rng.choice(TOPICS)[1]
        deputy = person(rng)
        answered = date(year, 4, 1) + timedelta(days=rng.randint(0, 60))
        add(kinds("docx", "txt"), 1, rng.randint(9, 20), retention="Y", department="DBW", author=f"{deputy}代表",
            title=f"关于{text}的建议", numbered=False, openness="控制" if at == 4 else "开放",
            note=f"第{at}号建议，承办单位：{bureau}",
            lines=[f"{place}有常住人口{rng.randint(420, 3900)}人，多年来群众盼望{text}。", "建议有关部门尽快实地勘察，列入年度计划。"],
            attachments=((f"{bureau}对第{at}号建议的答复", kinds("docx", "ofd"),
                          [f"{deputy}代表：", f"您提出的关于{text}的建议收悉。经研究，现答复如下：",
                           f"我局已组织实地踏勘，计划于{answered.year}年第四季度实施，所需资金{rng.randint(8, 96)}万元已落实来源。",
                           "感谢您对我们工作的关心支持。", "", bureau, chinese_date(answered)]),))  # fmt: skip
    for month, matter in ((1, "开展代表集中视察活动"), (5, "做好汛期安全保障工作"), (9, "报送下一年度监督议题建议")):
        add(kinds("txt", "docx"), month, rng.randint(5, 26), retention="D10", department="BGS", author=COMMITTEE_OFFICE,
            title=f"关于{matter}的通知",
            lines=["各乡镇人大、各街道人大工委，县人大各委员会：", f"根据县人大常委会{year}年工作要点安排，现就{matter}有关事项通知如下。",
                   "一、高度重视，明确专人负责。", f"二、请于{month}月28日前将有关材料报送县人大常委会办公室。"],
            openness="开放" if year < 2022 else "未审核")  # fmt: skip
    add("docx", 12, rng.randint(28, 31), retention="Y", department="BGS", title=f"{COMMITTEE}{year}年工作总结",
        lines=[f"{year}年，县人大常委会共召开常委会会议六次、主任会议{rng.randint(12, 18)}次，听取审议专项工作报告"
               f"{rng.randint(9, 15)}项，作出决议决定{rng.randint(5, 9)}项，任免国家机关工作人员{rng.randint(12, 40)}人次。",
               f"围绕{rng.choice(TOPICS)[0]}、{rng.choice(TOPICS)[0]}开展执法检查和专题调研，办理代表建议{rng.randint(96, 180)}件，"
               "办结率百分之百。"], openness="开放" if year < 2021 else "未审核")  # fmt: skip
    return made


def _report(topic: tuple[str, str, tuple[str, ...], tuple[str, ...], str], year: int) -> list[str]:
    return [
        f"{year}年，{topic[1]}认真贯彻有关法律法规和县人民代表大会决议，扎实推进{topic[0]}各项工作。现将有关情况报告如下：",
        "一、主要做法和成效",
        f"{topic[2][0]}。各乡镇、街道加强组织领导，层层压实责任，{topic[0]}工作机制逐步健全。",
        "二、存在的主要问题",
        f"一是{topic[2][1]}；二是{topic[2][2]}；三是部门之间协调配合仍需加强。",
        "三、下一步打算",
        f"一是{topic[3][0]}；二是{topic[3][1]}；三是{topic[3][2]}。",
    ]


def _opinions(rng: Random) -> list[str]:
    lines = []
    for number in range(1, 8):
        lines.append(
            f"{number}. {rng.choice(TOWNS)}人大：第{rng.randint(3, 40)}条建议修改为“县级以上人民政府应当加强统筹协调”。"
        )
    return lines
