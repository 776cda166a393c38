"""Headers and values of old catalogues, by the rules kept as data."""

from __future__ import annotations

import pytest

from shicheng.cataloguing.headers import propose, taken
from shicheng.cataloguing.normalising import Normaliser


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2023-09-26", "2023-09-26"),
        ("20230926", "2023-09-26"),
        ("2023/9/26", "2023-09-26"),
        ("2023.9.26.", "2023-09-26"),
        ("２０２３年９月２６日", "2023-09-26"),
        ("二〇二三年九月二十六日", "2023-09-26"),
        ("45195", "2023-09-26"),  # as spreadsheets count days
        ("45195.0", "2023-09-26"),
        ("2023-09-26 00:00:00", "2023-09-26"),
        ("2023/9/26 15:30:00", "2023-09-26"),
        ("202309", "2023-09"),
        ("2023年9月", "2023-09"),
        ("2023", "2023"),
        ("Sep 26, 2023", "2023-09-26"),
        ("26 September 2023", "2023-09-26"),
        ("26/9/2023", "2023-09-26"),
        ("20230926-20230930", "2023-09-26/2023-09-30"),
        ("2023年9月26日 星期二", "2023-09-26"),
        ("85.3.12", "1985-03-12"),
        ("19450800", "1945-08"),
        ("[19450815]", "1945-08-15?"),
        ("民国34年8月15日", "1945-08-15"),
        ("0000-00-00", ""),
        ("不详", ""),
    ],
)
def test_dates_become_one_form(given: str, meant: str) -> None:
    value = Normaliser("date")(given)
    assert value.is_read
    assert value.text == meant


@pytest.mark.parametrize("given", ["2023-02-30", "3/4/2023", "99999", "去年春天", "20231301", "x" * 5000])
def test_a_date_that_cannot_be_read_is_kept_as_it_was(given: str) -> None:
    value = Normaliser("date")(given)
    assert (value.is_read, value.text) == (False, given)


@pytest.mark.parametrize(
    ("element", "given", "meant"),
    [
        ("retention", "长期", "30年"),
        ("retention", "短期", "10年"),
        ("retention", "Y", "永久"),
        ("retention", "D30", "30年"),
        ("retention", "30", "30年"),
        ("retention", "10 years", "10年"),
        ("retention", "permanent", "永久"),
        ("retention", "定期30年", "30年"),
        ("secrecy", "普通", "公开"),
        ("secrecy", "秘密★10年", "秘密★10年"),
        ("secrecy", "Top Secret", "绝密"),
        ("openness", "是", "开放"),
        ("openness", "不开放", "控制"),
        ("document_number", "沪府发[2023]4号", "沪府发〔2023〕4号"),
        ("document_number", "沪府发（2023） 第4号", "沪府发〔2023〕4号"),
        ("document_number", "沪府发【2023】4号", "沪府发〔2023〕4号"),
        ("document_number", "国家税务总局公告2015年第41号", "国家税务总局公告2015年第41号"),
        ("document_number", "无", ""),
        ("pages", "共 12 页", "12"),
        ("pages", "1,204", "1204"),
        ("pages", "12.0", "12"),
        ("year", "2023年度", "2023"),
        ("item_number", "12.0", "12"),
        ("item_number", "0012", "0012"),
        ("title", "两行\n题名", "两行 题名"),
        ("note", "NULL", ""),
    ],
)
def test_terms_and_numbers_become_one_form(element: str, given: str, meant: str) -> None:
    value = Normaliser(element)(given)
    assert value.is_read
    assert value.text == meant


@pytest.mark.parametrize(
    ("element", "given"), [("retention", "很久"), ("secrecy", "？"), ("pages", "十来页"), ("year", "今年")]
)
def test_unknown_terms_are_kept_and_marked(element: str, given: str) -> None:
    value = Normaliser(element)(given)
    assert (value.is_read, value.text) == (False, given)


def test_plain_headers_in_both_languages_are_known() -> None:
    english = propose(["issuer", "title", "doc_number", "date_issued", "date_published"])
    assert [taken(one) for one in english] == ["author", "title", "document_number", "date", "fallback:date"]
    chinese = propose(["责任者", "题名", "文号", "成文日期", "发布日期"])
    assert [taken(one) for one in chinese] == ["author", "title", "document_number", "date", "fallback:date"]


def test_decorated_headers_are_taken_and_similar_ones_only_proposed() -> None:
    columns = propose(["＊题 名（必填）", "页数(含附件)", "文件题名补充", "仓位"])
    assert [taken(one) for one in columns] == ["title", "pages", "", ""]
    assert (columns[2].element, columns[2].reason) in {("title", "similar"), ("", "repeated")}
    assert columns[3].reason == "none"


def test_of_two_columns_for_one_element_the_surer_has_it() -> None:
    columns = propose(["题名(备查)", "题名"])
    assert [taken(one) for one in columns] == ["", "title"]


def test_a_saved_mapping_goes_before_the_rules() -> None:
    columns = propose(["标题", "栏A"], {"标题": "", "栏A": "title"})
    assert [taken(one) for one in columns] == ["", "title"]
