"""Suggestions from a document's own text: what is found in documents of each layout, and where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shicheng.describing.extraction import Source, Suggestion, suggest

RED_HEAD = """000012
机密★10年
特急

云 山 市 人 民 政 府 文 件

云政发〔2024〕12号　　　　签发人：张　三  李四四

云山市人民政府关于印发《云山市
档案工作办法（试行）》的通知

各县（市、区）人民政府，市政府各部门、
各直属机构：
　　现将《办法》印发给你们，请认真贯彻执行。
　　附件：云山市档案工作办法（试行）

　　　　　　　　　云山市人民政府
　　　　　　　　　二〇二四年三月五日
（此件公开发布）
— 1 —
抄送：市委各部门，市人大常委会办公室，
市政协办公室。
云山市人民政府办公室　　2024年3月6日印发
"""


def values(text: str, name: str = "") -> dict[str, str]:
    """The suggested values by element."""
    return {one.element: one.value for one in suggest(text, name=name)}


def by_element(text: str) -> dict[str, Suggestion]:
    """The suggestions by element."""
    return {one.element: one for one in suggest(text)}


def test_all_elements_of_a_document_with_a_red_head_are_found() -> None:
    assert values(RED_HEAD) == {
        "title": "云山市人民政府关于印发《云山市档案工作办法（试行）》的通知",
        "document_number": "云政发〔2024〕12号",
        "author": "云山市人民政府",
        "date": "20240305",
        "genre": "通知",
        "addressee": "各县（市、区）人民政府，市政府各部门、各直属机构",
        "copied_to": "市委各部门，市人大常委会办公室，市政协办公室",
        "urgency": "特急",
        "secrecy": "机密",
        "secrecy_term": "10年",
        "signer": "张三；李四四",
    }


def test_the_spot_of_a_suggestion_shows_it_in_the_text() -> None:
    found = by_element(RED_HEAD)
    spots = {name: RED_HEAD[one.start : one.end] for name, one in found.items()}
    assert spots["date"] == "二〇二四年三月五日"
    assert spots["title"] == "云山市人民政府关于印发《云山市\n档案工作办法（试行）》的通知"
    assert spots["secrecy_term"] == "10年"
    assert found["date"].line == 18
    assert all(str(one.reason) and 0 < one.confidence < 1 for one in found.values())


def test_an_order_has_its_head_as_title_and_its_own_number() -> None:
    text = (
        "中华人民共和国国务院令\n第 772 号\n《某某条例》已经2023年12月1日国务院第21次常务会议通过，现予公布，"
        "自2024年5月1日起施行。\n总理  李强生\n2024年1月12日\n某某条例\n第一条 为了……\n"
    )
    assert values(text) == {
        "title": "中华人民共和国国务院令", "document_number": "第772号", "author": "中华人民共和国国务院",
        "date": "20240112", "genre": "命令（令）", "signer": "李强生",
    }  # fmt: skip


def test_the_note_of_a_regulation_gives_its_body_and_its_last_change() -> None:
    text = (
        "云山市燃气条例\n（2011年11月17日云山市第十三届人民代表大会常务委员会第三十\n次会议通过 根据2020年5月14日"
        "云山市第十五届人民代表大会常务委员会第二十一次会议《关于修改部分法规的决定》修正）\n第一章 总则\n"
        "第一条 为了加强管理，制定本条例。\n第二条 本条例自2012年1月1日起施行。"
    )
    assert values(text) == {
        "title": "云山市燃气条例", "author": "云山市第十三届人民代表大会常务委员会", "date": "20200514",
        "genre": "条例",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("二〇二四年三月五日", "20240305"),
        ("二○二四年十二月三十一日", "20241231"),
        ("二O一九年十月一日", "20191001"),
        ("2 0 2 4 年 3 月 5 日", "20240305"),
        ("２０２４年３月５日", "20240305"),
        ("2024-03-05", "20240305"),
        ("2024.3.5", "20240305"),
        ("一九八〇年廿日", None),
        ("2024年13月5日", None),
    ],
)
def test_dates_are_read_as_documents_write_them(written: str, value: str | None) -> None:
    text = f"关于开会的通知\n\n各科室：\n定于下周开会。\n\n云山市档案局\n{written}\n"
    assert values(text).get("date") == value


@pytest.mark.parametrize(
    "number",
    ["云政办发〔2024〕3号", "云政办发[2024]3号", "云政〔2024〕第3号", "云人常〔1998〕115号", "(80)云革发12号",
     "云政函2009年12号"],
)  # fmt: skip
def test_document_numbers_are_known_in_all_their_brackets(number: str) -> None:
    assert values(f"{number}\n关于开会的通知\n各科室：\n定于下周开会。")["document_number"] == number
    assert values(f"关于开会的通知\n（{number}）\n各科室：\n定于下周开会。")["document_number"] == number


def test_a_table_above_the_text_is_read_by_its_names_and_the_signature_still_gives_the_date() -> None:
    text = (
        "索引号：0000-12\n发布机构：云山市人民政府\n发文日期：2023-05-08\n标题：云山市人民政府关于加强消防工作的意见\n"
        "发文字号：云政发〔2023〕10号\n云山市人民政府关于加强消防工作的意见\n各县人民政府：\n提出如下意见。\n"
    )
    found = values(text)
    assert found["title"] == "云山市人民政府关于加强消防工作的意见" and found["genre"] == "意见"
    assert (found["document_number"], found["addressee"]) == ("云政发〔2023〕10号", "各县人民政府")
    assert found["date"] == "20230508"
    assert values(text + "云山市人民政府\n2023年5月6日\n")["date"] == "20230506"


def test_joint_documents_name_all_who_issued_them() -> None:
    text = (
        "云山市教育局\n云山市公安局文件\n云山市交通局\n云教发〔2020〕7号\n关于加强校车安全管理的通知\n各县区教育局、公安局：\n"
        "现通知如下。\n2020年4月1日\n"
    )
    assert values(text)["author"] == "云山市教育局；云山市公安局；云山市交通局"
    titled = "云山市教育局、云山市公安局关于加强校车安全管理的通知\n各县区：\n现通知如下。"
    assert values(titled)["author"] == "云山市教育局；云山市公安局"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("云山县革命委员会文件\n云革发（1975）12号\n毛主席语录\n备战、备荒、为人民。\n关于春耕生产的通知\n各公社：\n…",
         "关于春耕生产的通知"),
        ("情况反映\n（第3期）\n云山市委政策研究室　编　　　2018年6月1日\n按：现反映如下。", "情况反映（第3期）"),
        ("云山市人大常委会主任会议纪要\n第12次\n云山市人大常委会办公室　　2022年8月15日\n会议听取了……",
         "云山市人大常委会主任会议纪要"),
        ("云山市实施《中华人民共和国档案法》\n办法\n第一条 为了……", "云山市实施《中华人民共和国档案法》办法"),
    ],
)  # fmt: skip
def test_titles_end_where_something_else_begins(text: str, title: str) -> None:
    assert values(text)["title"] == title


def test_numbers_and_dates_that_only_the_text_speaks_of_are_not_its_own() -> None:
    text = "关于开会的通知\n各科室：\n根据云政发〔2020〕3号文件和2020年1月2日的会议，定于下周开会。"
    assert values(text) == {"title": "关于开会的通知", "genre": "通知", "addressee": "各科室"}


def test_a_scan_without_text_takes_its_title_from_the_name_of_its_file() -> None:
    (title, genre) = suggest("", name="卷/0001 云山市档案局关于开会的通知.tif")
    assert (title.value, title.source) == ("云山市档案局关于开会的通知", Source.NAME)
    assert (genre.value, genre.source) == ("通知", Source.NAME)


def test_a_title_the_file_is_named_after_is_surer() -> None:
    plain, named = suggest("关于开会的通知\n开会。")[0], suggest("关于开会的通知\n开会。", name="关于开会的通知.txt")[0]
    assert (plain.element, plain.value) == (named.element, named.value) == ("title", "关于开会的通知")
    assert named.confidence > plain.confidence


_PIECES = st.sampled_from(
    [*RED_HEAD.split("\n"), "附件：", "第一条", "　", "\x00", "\ufeff", "\ud800", "签发人：",
     "抄送：", "（", "年月日", "令", "第号",
     "〔〕号", "9999年99月99日", "印发", "主任", "《", "————", "1/2", "\u2028", "〇〇〇〇年〇月〇日", "：", "\x0c"]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(_PIECES | st.text(max_size=20), max_size=30).map("\n".join), st.text(max_size=30))
def test_any_text_is_read_and_every_spot_lies_in_it(text: str, name: str) -> None:
    found = suggest(text, name=name)
    assert len({one.element for one in found}) == len(found)
    for one in found:
        place = name if one.source is Source.NAME else text
        assert 0 <= one.start < one.end <= len(place)
        assert one.value and 0 < one.confidence <= 1
        if one.source is Source.TEXT:
            assert text[one.start :][:1].strip() and one.line >= 1


def test_a_long_text_without_any_line_ends_is_read_at_its_ends_only() -> None:
    text = "关于开会的通知\n" + "会" * 3_000_000 + "\n云山市档案局\n2024年3月5日"
    assert values(text)["date"] == "20240305"
