"""Dates: every form a catalogue uses, exact where it is exact, refused by name where it is wrong."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel.dates import DateError, Period, Precision, parse_date
from shicheng.kernel.eras import BY_NAME, ERAS, year_of
from shicheng.kernel.numerals import read_numeral

DAYS = st.dates(date(1000, 1, 1), date(2199, 12, 31))
CHINESE_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("20240101", "2024-01-01"),
        ("2024-01-01", "2024-01-01"),
        ("2024-1-5", "2024-01-05"),
        ("2024/1/5", "2024-01-05"),
        (" ２０２４．１．５ ", "2024-01-05"),
        ("2024年1月1日", "2024-01-01"),
        ("2024 年 1 月 1 日", "2024-01-01"),
        ("二〇二四年十二月三十一日", "2024-12-31"),
        ("一九四五年八月十五日", "1945-08-15"),
        ("二○○三年", "2003"),
        ("公元1949年10月", "1949-10"),
        ("2024.1", "2024-01"),
        ("202401", "2024-01"),
        ("20240100", "2024-01"),
        ("20240000", "2024"),
        ("2024", "2024"),
        ("2024-02-29 13:05:00", "2024-02-29"),
        ("2024-02-29T13:05:00+08:00", "2024-02-29"),
        ("[19450815]", "1945-08-15?"),
        ("［1945］", "1945?"),
        ("1945[0815]", "1945-08-15?"),
        ("〔19450800〕", "1945-08?"),
        ("1945年?", "1945?"),
        ("约1945年", "1945?"),
        ("1998-2003", "1998/2003"),
        ("1998—2003", "1998/2003"),
        ("1998年至2003年", "1998/2003"),
        ("199801-199805", "1998-01/1998-05"),
        ("20240115-20240120", "2024-01-15/2024-01-20"),
        ("2024-01-15 - 2024-01-20", "2024-01-15/2024-01-20"),
        ("2024.1.5~2024.2.6", "2024-01-05/2024-02-06"),
        ("2024年1月30日至2月3日", "2024-01-30/2024-02-03"),
        ("2024年1月1日至3日", "2024-01-01/2024-01-03"),
        ("2024年1月—3月", "2024-01/2024-03"),
        ("2024年1月1日至2024年3月", "2024-01-01/2024-03-31"),
        ("[1945]-[1946]", "1945/1946?"),
        ("民国三十四年八月十五日", "1945-08-15"),
        ("民國34年", "1945"),
        ("中华民国元年1月1日", "1912-01-01"),
        ("康德九年二月", "1942-02"),
        ("清光绪二十三年", "1897~"),
        ("光緒廿三年腊月初八", "1897~"),
        ("同治元年闰八月", "1862~"),
        ("光绪元年至光绪三年", "1875~/1877~"),
        ("宣统三年至民国十年", "1911/1921"),
    ],
)
def test_forms_of_catalogues_are_read(text: str, iso: str) -> None:
    period = parse_date(text)
    assert period.iso == str(period) == iso
    assert period.text == text
    assert parse_date(period.iso).iso == iso


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("20181345", "no month 13"),
        ("20180230", "no day 30"),
        ("2023-02-29", "no day 29"),
        ("20180005", "no month 00"),
        ("0999", "1000"),
        ("民国零年", "民国"),
        ("光绪四十年", "光绪"),
        ("光绪三年十三月", "lunar"),
        ("2003-1998", "before it begins"),
        ("2024年3月5日至2日", "before it begins"),
        ("98.5.3", "known forms"),
        ("2024-01.05", "known forms"),
        ("20240", "known forms"),
        ("不详", "known forms"),
        ("", "known forms"),
        ("1998至2月", "known forms"),
    ],
)
def test_what_is_no_date_is_refused_by_name_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(text)
    assert f"“{text}”" in str(caught.value)
    assert reason in str(caught.value)


def test_a_part_of_a_date_is_all_its_days() -> None:
    assert parse_date("2024.2") == Period(date(2024, 2, 1), date(2024, 2, 29), "2024.2", Precision.MONTH)
    year = parse_date("[1945]")
    assert (year.start, year.end) == (date(1945, 1, 1), date(1945, 12, 31))
    assert (year.precision, year.uncertain) == (Precision.YEAR, True)


def test_a_lunar_year_reaches_into_the_next_one() -> None:
    lunar = parse_date("光绪二十三年")
    assert lunar.start < date(1897, 2, 2)  # the lunar new year of 1897
    assert lunar.end > date(1898, 1, 21)  # the last day of that lunar year


@given(DAYS)
def test_a_day_reads_the_same_in_every_form(day: date) -> None:
    chinese = f"{str(day.year).translate(CHINESE_DIGITS)}年{day.month}月{day.day}日"
    for text in (f"{day:%Y%m%d}", day.isoformat(), f"{day.year}.{day.month}.{day.day}", chinese):
        period = parse_date(text)
        assert (period.start, period.end, period.iso) == (day, day, day.isoformat())
        assert parse_date(f"[{text}]").uncertain


@given(DAYS, st.integers(1, 5000), st.sampled_from(["-", "至", "—", "~"]))
def test_ranges_read_back(first: date, length: int, sign: str) -> None:
    last = min(first + timedelta(length), date(2199, 12, 31))
    if first == last:
        return
    period = parse_date(f"{first:%Y%m%d}{sign}{last:%Y%m%d}")
    assert (period.start, period.end) == (first, last)
    again = parse_date(period.iso)
    assert (again.start, again.end, again.precision) == (first, last, period.precision)
    with pytest.raises(DateError):
        parse_date(f"{last:%Y%m%d}{sign}{first:%Y%m%d}")


@given(st.text(st.characters() | st.sampled_from("0123456789年月日[]-.至民国光绪元十")))
def test_any_text_is_a_period_or_refused(text: str) -> None:
    try:
        period = parse_date(text)
    except DateError:
        return
    assert period.start <= period.end
    assert parse_date(period.iso).iso == period.iso


@given(st.integers(1, 87))
def test_years_of_the_republic_begin_with_1912(number: int) -> None:
    assert parse_date(f"民国{number}年").start == date(1911 + number, 1, 1)


def test_reign_years_of_the_qing_follow_each_other_without_a_gap() -> None:
    reigns = [era for era in ERAS if era.lunar and era.first_year >= 1644]
    for earlier, later in pairwise(reigns):
        assert earlier.years is not None
        assert earlier.first_year + earlier.years == later.first_year
    assert year_of(BY_NAME["宣統"], 3) == 1911
    assert year_of(BY_NAME["宣统"], 4) is None
    assert year_of(BY_NAME["民国"], 1) == 1912


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("元", 1),
        ("正", 1),
        ("十", 10),
        ("十五", 15),
        ("三十四", 34),
        ("廿三", 23),
        ("卅一", 31),
        ("初八", 8),
        ("一百零五", 105),
        ("二〇二四", 2024),
        ("34", 34),
        ("〇", 0),
        ("初", None),
        ("十十", None),
        ("三廿", None),
        ("甲", None),
        ("", None),
    ],
)
def test_numerals(text: str, value: int | None) -> None:
    assert read_numeral(text) == value


@given(st.integers(1, 99))
def test_every_numeral_below_a_hundred_reads(value: int) -> None:
    signs = "〇一二三四五六七八九"
    tens, ones = divmod(value, 10)
    written = ("" if tens == 0 else "十" if tens == 1 else signs[tens] + "十") + (signs[ones] if ones else "")
    assert read_numeral(written) == value
