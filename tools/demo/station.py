"""Records of the TV station: scripts, running orders, schedules, photographs, sound and film."""

# ruff: noqa: E501  # Chinese letters count double, and texts read worse when cut
from __future__ import annotations

from datetime import date
from random import Random
from typing import Final

from demo.people_and_places import COUNTY, RIVERS, STATION, TOPICS, TOWNS, VILLAGES, person, persons
from demo.records import Document, Record, chinese_date

_FILMS: Final = ("澜江号子", "渡口人家", "白石窑火", "云岭茶事", "青溪古桥", "柳河秋收", "松坪守林人", "一座县城的早晨")
_EVENTS: Final = (
    "春耕现场", "澜江龙舟赛", "县人民代表大会开幕", "茶园采摘节", "防汛演练", "中学生运动会", "古樟树普查", "新大桥通车",
    "敬老院联欢", "非遗展演",
)  # fmt: skip
_SCENES: Final = ("全景", "主席台", "现场群众", "特写")


def station_year(year: int, rng: Random) -> list[Record]:
    """Return the station's documents of one year."""
    numbers = iter(range(1, 60))
    made: list[Record] = []

    def add(kind: str, when: date, *, retention: str, department: str, title: str, lines: list[str], openness: str,
            numbered: bool = False, note: str = "", author: str = STATION) -> None:  # fmt: skip
        record = Record("L047", year, retention, department, "WS", title, author, when, openness, note=note)
        if numbered:
            record.number_text = f"澜广发〔{year}〕{next(numbers)}号"
        record.documents.append(Document(title, "正本", kind, title, [*lines, "", author, chinese_date(when)]))
        made.append(record)

    for month in (3, 9):
        when = date(year, month, rng.randint(2, 27))
        stories = []
        for order in range(1, 7):
            topic = rng.choice(TOPICS)
            stories.append(
                f"{order:02d}　{rng.choice(TOWNS)}：{topic[3][order % 3]}　{rng.randint(40, 150)}秒　记者 {person(rng)}"
            )
        add(rng.choice(("txt", "docx")), when, retention="D30", department="XWB",
            title=f"《澜城新闻》{chinese_date(when)}播出串联单",
            lines=["片头　15秒", *stories, "片尾　20秒", f"责任编辑：{person(rng)}　审片：{person(rng)}"], openness="开放")  # fmt: skip
    film = _FILMS[year % len(_FILMS)]
    writer, camera = persons(rng, 2)
    day = date(year, 10, rng.randint(3, 26))
    add(rng.choice(("pdf", "ofd", "docx")), day, retention="Y", department="ZTB", title=f"专题片《{film}》解说词（播出稿）",
        lines=[f"撰稿：{writer}　摄像：{camera}",
               f"【{rng.choice(RIVERS)}清晨，薄雾】天刚亮，{rng.choice(VILLAGES)}的炊烟就升了起来。",
               f"【同期声】村民{person(rng)}：我在这里住了六十年，水清了，鱼也回来了。",
               f"【航拍】从{rng.choice(TOWNS)}到{rng.choice(TOWNS)}，四十里水路，一半是故事，一半是号子。",
               "【字幕】谨以此片，献给在这片土地上劳作的人们。"], openness="开放", note=f"专题部编号ZT{year}-01，片长18分钟")  # fmt: skip
    add(rng.choice(("pdf", "tif" if year < 2019 else "ofd")), date(year, 12, rng.randint(22, 29)), retention="D30",
        department="ZBS", title=f"{STATION}{year + 1}年第一季度节目播出安排表",
        lines=["07:00　《澜城早读》", "12:00　《午间茶座》", "19:35　《澜城新闻》首播", "20:10　《澜江岸边》专题（周六）",
               "22:00　《澜城新闻》重播"], openness="开放")  # fmt: skip
    leader, *others = persons(rng, 5)
    add(rng.choice(("docx", "ofd")), date(year, 6, rng.randint(3, 27)), retention="Y", department="ZBS",
        title=f"{STATION}编辑委员会{year}年第六次会议纪要",
        lines=[f"会议由台长{leader}主持，{'、'.join(others)}参加。",
               f"会议确定下半年重点选题：{rng.choice(TOPICS)[0]}、{rng.choice(TOPICS)[0]}，由新闻部、专题部分别组织拍摄。",
               "会议要求各部门播后十日内将成片、文稿和素材场记移交档案室。"], openness="未审核", numbered=True)  # fmt: skip
    add("txt", date(year, 4, rng.randint(3, 25)), retention="D10", department="JSB", title="关于发射机房停机检修的通知",
        lines=["各部门：", f"定于4月{rng.randint(26, 29)}日零时至五时对发射机房进行停机检修，期间停止播出，请提前做好准备。"],
        openness="开放", numbered=True)  # fmt: skip
    add("docx", date(year, 12, 30), retention="Y", department="BGS", title=f"{STATION}{year}年工作总结",
        lines=[f"全年播出《澜城新闻》{rng.randint(296, 313)}期，制作专题片{rng.randint(9, 16)}部，完成县人民代表大会等重大活动直播"
               f"{rng.randint(3, 8)}场，设备完好率达到百分之九十九。"], openness="开放", numbered=True)  # fmt: skip
    add("pdf", date(year, 8, rng.randint(4, 26)), retention="Y", department="BGS",
        title=f"关于《{film}》著作权归属和使用范围的决定",
        lines=[f"一、专题片《{film}》著作权归{STATION}所有。", "二、台外单位使用素材须经总编室书面同意并注明来源。"],
        openness="控制" if year > 2020 else "开放", numbered=True)  # fmt: skip
    return made


def station_pictures(years: range, rng: Random) -> list[Record]:
    """Return photographs, sound recordings and films of several years."""
    made: list[Record] = []
    for year in years:
        for event in rng.sample(_EVENTS, 2):
            place = rng.choice(TOWNS)
            when = date(year, rng.randint(2, 11), rng.randint(1, 28))
            photographer = person(rng)
            for at in range(rng.randint(2, 4)):
                made.append(_recorded(
                    "ZP", "jpg", when, f"{event}{_SCENES[at]}（{place}）", photographer,
                    note=f"事由：{event}；时间：{when:%Y%m%d}；地点：{COUNTY}{place}；摄影者：{photographer}",
                    group=event, openness="开放" if event != "敬老院联欢" else "控制",
                ))  # fmt: skip
        when = date(year, rng.randint(2, 11), rng.randint(1, 28))
        singer = person(rng)
        made.append(_recorded(
            "LY", "wav", when, f"澜江号子采录：{singer}演唱", STATION, seconds=rng.randint(3, 6),
            note=f"采录地点：{rng.choice(TOWNS)}{rng.choice(VILLAGES)}；采录者：{person(rng)}",
        ))  # fmt: skip
        if year % 2 == 0:
            film = _FILMS[year % len(_FILMS)]
            made.append(_recorded(
                "LX", "mp4", date(year, 10, 28), f"专题片《{film}》片头", STATION, seconds=4,
                note="播出频道：澜城综合；成片片头，标清代理",
            ))  # fmt: skip
    return made


def _recorded(category: str, kind: str, when: date, title: str, author: str, *, note: str, group: str = "",
              seconds: int = 0, openness: str = "开放") -> Record:  # fmt: skip
    record = Record("L047", when.year, "Y", "", category, title, author, when, openness, note=note, group=group)
    record.documents.append(Document(title, "正本", kind, title, [note], seconds=seconds))
    return record
