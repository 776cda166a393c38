"""Which files make one item, where items belong and how they are numbered: rules as tables, no database."""

from __future__ import annotations

import datetime
from dataclasses import replace
from itertools import groupby
from uuid import UUID, uuid4

import pytest

from shicheng.arranging.classing import propose_classes
from shicheng.arranging.clusters import cut_into_parts, find_clusters
from shicheng.arranging.grouping import find_doubles, order_files, propose_groups, propose_one
from shicheng.arranging.naming import find_numbers, find_secrecy, read_name
from shicheng.arranging.planning import in_order, plan_numbers
from shicheng.arranging.types import Described, LooseFile, Numbered, Part, Rule
from shicheng.kernel.reference_codes import DEFAULT_TEMPLATES

NOTICE = "澜人办发〔2024〕3号\n关于印发2024年工作要点的通知\n附件：2024年工作要点\n2024年1月5日"


def group(files: dict[str, str]) -> list[tuple[bool, list[tuple[str, str]], str]]:
    """Proposed groups as names with parts, and the reasons in one text."""
    loose = [LooseFile(uuid4(), path, text) for path, text in files.items()]
    names = {one.key: one.path.rpartition("/")[2] for one in loose}
    return [
        (one.is_sure, [(names[key], part.value) for key, part in one.files], " ".join(map(str, one.reasons)))
        for one in propose_groups(loose)
    ]


@pytest.mark.parametrize(
    ("files", "expected", "why"),
    [
        pytest.param(
            {"澜人办发〔2024〕3号通知（定稿）.docx": "", "澜人办发[2024]3号通知.pdf": ""},
            [("澜人办发[2024]3号通知.pdf", "main"), ("澜人办发〔2024〕3号通知（定稿）.docx", "final_draft")],
            "澜人办发〔2024〕3号", id="original before final draft, by one number",
        ),
        pytest.param(
            {"通知.pdf": NOTICE, "2024年工作要点.docx": "一、总体要求"},
            [("通知.pdf", "main"), ("2024年工作要点.docx", "annex")],
            "names it as its annex", id="annex named by the text",
        ),
        pytest.param(
            {"a/附件2 名单.xlsx": "", "a/附件1 议程.docx": "", "a/关于召开会议的通知.pdf": "", "b/其他材料.pdf": ""},
            [("关于召开会议的通知.pdf", "main"), ("附件1 议程.docx", "annex"), ("附件2 名单.xlsx", "annex")],
            "one folder", id="annexes in one folder with a single text, by their numbers",
        ),
        pytest.param(
            {"关于人事任免的决定 发文稿纸.pdf": "", "关于人事任免的决定.pdf": "",
             "关于人事任免的决定（草稿）.docx": ""},
            [("关于人事任免的决定.pdf", "main"), ("关于人事任免的决定（草稿）.docx", "draft"),
             ("关于人事任免的决定 发文稿纸.pdf", "drafting_sheet")],
            "Their names differ only", id="drafts and drafting sheet after the original",
        ),
        pytest.param(
            {"关于防汛工作的通知.pdf": "", "关于防汛工作的通知 收文处理单.pdf": ""},
            [("关于防汛工作的通知 收文处理单.pdf", "incoming_sheet"), ("关于防汛工作的通知.pdf", "main")],
            "Their names differ only", id="handling sheet before what was received",
        ),
        pytest.param(
            {"关于转发《关于加强档案工作的意见》的通知.pdf": "", "关于加强档案工作的意见.pdf": ""},
            [("关于转发《关于加强档案工作的意见》的通知.pdf", "main"), ("关于加强档案工作的意见.pdf", "forwarded")],
            "forwards the other", id="forwarding before forwarded",
        ),
        pytest.param(
            {"友好城市协议书.pdf": "", "友好城市协议书（英文版）.pdf": "", "友好城市协议书（复印件）.pdf": ""},
            [("友好城市协议书.pdf", "main"), ("友好城市协议书（英文版）.pdf", "translation"),
             ("友好城市协议书（复印件）.pdf", "copy")],
            "Their names differ only", id="original, translation, copy",
        ),
        pytest.param(
            {"扫描/0002.jpg": "", "扫描/0001.jpg": "", "扫描/0003.jpg": ""},
            [("0001.jpg", "main"), ("0002.jpg", "main"), ("0003.jpg", "main")],
            "pages of one document", id="pictures of pages in their order",
        ),
    ],
)  # fmt: skip
def test_files_that_belong_together(files: dict[str, str], expected: list[tuple[str, str]], why: str) -> None:
    [(is_sure, found, reasons)] = group(files)
    assert is_sure and found == expected and why in reasons


@pytest.mark.parametrize(
    "files",
    [
        {"第一季度统计报表.xlsx": "", "第二季度统计报表.xlsx": ""},
        {"关于甲的通知.pdf": "澜人办发〔2024〕3号", "关于乙的通知.pdf": "澜人办发〔2024〕4号"},
        {"澜人办发〔2024〕3号关于甲事项的通知.pdf": "", "澜人办发〔2024〕3号关于乙工作的报告.pdf": ""},
        {"0001.jpg": "", "0003.jpg": ""},
        {"简报第1期.pdf": "", "简报第2期.pdf": ""},
        {"会议纪要.pdf": "", "工作总结.pdf": "", "通讯录.xlsx": ""},
    ],
)
def test_files_that_stay_apart(files: dict[str, str]) -> None:
    assert group(files) == []


def test_reply_and_incoming_are_two_items_unless_a_person_joins_them() -> None:
    request = "澜人办〔2024〕5号\n关于解决办公经费的请示"
    reply = "澜财〔2024〕9号\n你单位《关于解决办公经费的请示》（澜人办〔2024〕5号）收悉"
    [(is_sure, found, why)] = group({"关于解决办公经费的请示.pdf": request, "关于解决办公经费的批复.pdf": reply})
    assert not is_sure and "number of the document it answers" in why
    assert found == [("关于解决办公经费的批复.pdf", "reply"), ("关于解决办公经费的请示.pdf", "incoming")]


def test_what_a_name_and_a_text_say() -> None:
    named = read_name("收文/澜人办发[2024]03号关于印发要点的通知_20240105.pdf", NOTICE)
    assert (named.number, named.date, named.part) == ("澜人办发〔2024〕3号", "20240105", None)
    assert find_numbers("根据国发〔2023〕12号和省政办发（2024）7号文件") == ("国发〔2023〕12号", "省政办发〔2024〕7号")
    assert [find_secrecy(text) for text in ("机密★5年", "秘密\n通知", "保密工作", "关于秘密的说明")] == [
        "机密", "秘密", "", "",
    ]  # fmt: skip
    one = propose_one(LooseFile(UUID(int=1), "12. 关于开展检查的通知（定稿）.docx"))
    assert (one.title, one.files[0][1]) == ("关于开展检查的通知", Part.FINAL_DRAFT)
    doubles = find_doubles([LooseFile(UUID(int=n), f"{n}.pdf", digest="a" if n < 3 else "b") for n in (1, 2, 3)])
    assert doubles == [(UUID(int=1), UUID(int=2))]
    chosen = order_files([LooseFile(UUID(int=1), "附件.pdf"), LooseFile(UUID(int=2), "正本.pdf")])
    assert chosen.keys == (UUID(int=2), UUID(int=1))


def test_classes_are_proposed_with_their_reasons_the_best_first() -> None:
    rules = [
        Rule("prefix", "澜人办发", "WS", "BGS", "D30", row="r1", label="3.1 本机关发文"),
        Rule("words", "决定、任免", "WS", "RSS", "Y", row="r2"),
        Rule("author", "财政局", department="CJW"),
        Rule("words", "决算", retention="Y"),
    ]
    decided = Described("关于人事任免的决定", "澜人办发〔2024〕3号", "县人大常委会", category="WS")
    first, second = propose_classes(decided, rules)
    assert (first.department, first.row, first.weight > second.weight) == ("BGS", "r1", True)
    assert "3.1 本机关发文" in str(first.reasons[0]) and "决定、任免" in str(second.reasons[0])
    [best, *_rest] = propose_classes(Described("县本级决算", "", "县财政局", category="KU"), rules)
    assert (best.category, best.department, best.retention) == ("KU", "CJW", "Y")  # what one leaves open another says
    before = {"澜人办函": {("WS", "BGS", "D10"): 9, ("WS", "BGS", "D30"): 1}}
    held = propose_classes(Described("关于某事的函", "澜人办函〔2025〕1号"), [], before)
    assert [one.retention for one in held] == ["D10", "D30"] and "9" in str(held[0].reasons[0])
    assert propose_classes(Described("无题"), rules) == []


def item(number: int, *, date: str = "", importance: int = 5, set_name: str = "", **parts: str) -> Numbered:
    day = datetime.date.fromisoformat(date) if date else None
    own = {"fonds": "Z109", "category": "WS", "year": "2024", "retention": "Y", "department": "BGS", **parts}
    return Numbered(UUID(int=number), own, day, importance, set_name, f"第{number}件", "")


def test_order_is_by_importance_and_time_and_sets_stay_together() -> None:
    items = [
        item(1, date="2024-05-01"), item(2, date="2024-01-01"), item(3), item(4, date="2024-12-31", importance=1),
        item(5, date="2024-02-02", set_name="十次会议"), item(6, date="2024-09-09", set_name="十次会议"),
    ]  # fmt: skip
    assert [one.key.int for one in in_order(items)] == [4, 2, 5, 6, 1, 3]


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("DA/T 22-2015", "Z109-WS·2024-Y-BGS-0042"),
        ("DA/T 13-2022 by item", "Z109-WS·2024·Y·BGS-0042"),
        ("DA/T 13-2022 by item, retention before year", "Z109-WS·Y·2024·BGS-0042"),
        ("DA/T 13-2022 by item, year only", "Z109-WS·2024-0042"),
    ],
)
def test_numbers_run_in_the_scope_of_the_template_behind_the_last_one_given(template: str, code: str) -> None:
    chosen = [one for one in DEFAULT_TEMPLATES if one.name == template]
    highest = {code[: code.rindex("-")]: 41}
    plan = plan_numbers(
        [item(1)], templates=chosen, fonds="Z109", highest=lambda group: highest.get(group, 0), taken=lambda codes: ()
    )
    assert [line.new for line in plan.lines] == [code] and plan.runs == ((code[: code.rindex("-")], 42, 42),)
    taken = plan_numbers([item(1)], templates=chosen, fonds="Z109", highest=lambda group: 41, taken=lambda codes: codes)
    assert len(taken.faults) == 1 and code in str(taken.faults[0].fault)


def test_what_can_not_be_numbered_says_why_and_classes_run_apart() -> None:
    plan = plan_numbers(
        [item(1), item(2, department="CJW"), item(3, category="XX"), item(4, retention="五年")],
        templates=DEFAULT_TEMPLATES, fonds="Z109", highest=lambda group: 0, taken=lambda codes: (),
    )  # fmt: skip
    assert sorted(line.new for line in plan.lines if line.new) == ["Z109-WS·2024-Y-BGS-0001", "Z109-WS·2024-Y-CJW-0001"]
    assert len(plan.faults) == 2 and all(str(line.fault) for line in plan.faults)
    same = plan_numbers([item(1)], templates=DEFAULT_TEMPLATES, fonds="Z109", highest=lambda _: 0, taken=lambda _: ())
    assert same.mark != plan.mark


def test_a_pool_looked_at_in_parts_is_proposed_the_same_as_whole() -> None:
    # Folders of every size, annexes named across a crowded one, numbers and titles that meet from far apart.
    texts = {}
    for n in range(1, 61):
        texts[f"{n:02d}/澜人办发〔2024〕{n}号关于第{n}项工作的通知.txt"] = (
            f"关于第{n}项工作的通知\n附件：第{n}项工作任务分解表"
        )
        texts[f"{n:02d}/附件1 任务分解.txt"] = ""
        texts[f"定稿/关于第{n}项工作的通知（定稿）.docx"] = ""
        texts[f"大堂/澜人办函〔2024〕{n}号关于第{n}号请示的批复.txt"] = (
            f"收到《关于第{n}号事项的请示》（澜府办〔2024〕{n}号）"
        )
        texts[f"大堂/第{n}号事项实施方案和责任清单.txt"] = ""
        texts[f"大堂/关于印发第{n}号方案的函.txt"] = f"现印发给你们。附件：第{n}号事项实施方案和责任清单"
        texts[f"来文/澜府办〔2024〕{n}号关于第{n}号事项的请示.pdf"] = ""
        texts[f"扫描/{n:02d}/第{n}卷_1.jpg"] = texts[f"扫描/{n:02d}/第{n}卷_2.jpg"] = ""
    given = [LooseFile(uuid4(), path, text, digest="same" if "责任" in path else path) for path, text in texts.items()]
    found = find_clusters(lambda: given)
    given = [replace(one, crowd=found[one.key].crowd) for one in given]
    given.sort(key=lambda one: (found[one.key].cluster, one.path))
    sizes = [len(list(ones)) for _name, ones in groupby(given, key=lambda one: found[one.key].cluster)]
    cuts = list(cut_into_parts(sizes, 70))
    assert sum(size for _start, size in cuts) == len(given) == 540 and len(cuts) > 4
    assert [start for start, _size in cuts] == [sum(size for _start, size in cuts[:at]) for at in range(len(cuts))]

    def told(files: list[LooseFile]) -> set[tuple[object, ...]]:
        return {(frozenset(one.keys), one.title, one.is_sure) for one in propose_groups(files)}

    whole = told(given)
    assert whole == {one for start, size in cuts for one in told(given[start : start + size])}
    assert sum(sure for _keys, _title, sure in whole) >= 120 and not all(sure for _keys, _title, sure in whole)
    wide = [(0, 1), (1, 100), (101, 100), (201, 100), (301, 200), (501, 3)]
    assert list(cut_into_parts([1, 500, 3], 100)) == wide
    assert list(cut_into_parts([], 100)) == []
