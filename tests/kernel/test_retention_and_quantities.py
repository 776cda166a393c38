"""Retention periods in all their words; quantities in their units."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel.quantities import (
    Quantity,
    QuantityError,
    Unit,
    format_bytes,
    gigabytes,
    parse_quantities,
    total,
)
from shicheng.kernel.retention import PERMANENT, Retention, RetentionError, parse_retention


@pytest.mark.parametrize("text", ["永久", "Y", "y", " 永 久 ", "永", "Ｙ", "永久保存"])
def test_permanent_has_no_years(text: str) -> None:
    assert parse_retention(text) == PERMANENT == Retention("Y", None)
    assert PERMANENT.is_permanent
    assert PERMANENT.expires_after(2011) is None
    assert str(PERMANENT.label) == "Permanent"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("30年", 30),
        ("D30", 30),
        ("d10", 10),
        ("三十年", 30),
        ("定期30年", 30),
        ("定期（10年）", 10),
        ("10", 10),
        ("5年", 5),
    ],
)
def test_years_are_read(text: str, years: int) -> None:
    period = parse_retention(text)
    assert period == Retention(f"D{years}", years)
    assert period.expires_after(2000) == 2000 + years
    assert str(years) in str(period.label)


def test_old_terms_are_kept_beside_their_reading() -> None:
    assert parse_retention("长期") == Retention("D30", 30, "长期")
    assert parse_retention("短期") == Retention("D10", 10, "短期")
    assert "old" in str(parse_retention("长期").label)


@pytest.mark.parametrize(
    "text", ["", "D", "D0", "0年", "5", "2011", "D999", "永久?", "年", "长", "-30年", "30年以上", "十百年"]
)
def test_what_is_no_retention_period_is_refused_by_name(text: str) -> None:
    with pytest.raises(RetentionError) as caught:
        parse_retention(text)
    assert f"“{text}”" in str(caught.value)
    assert caught.value.hint is not None


@given(st.integers(1, 200))
def test_codes_read_back_and_longer_periods_come_first(years: int) -> None:
    period = parse_retention(f"{years}年")
    assert parse_retention(period.code) == period
    assert PERMANENT.sort_key < period.sort_key
    assert parse_retention("D200").sort_key <= period.sort_key


@given(st.text())
def test_any_text_is_a_period_or_refused(text: str) -> None:
    try:
        assert parse_retention(text).code
    except RetentionError:
        pass


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("12卷", ["12卷"]),
        ("1,204件、56张", ["1204件", "56张"]),
        ("３ 盘 1.250GB", ["3盘", "1.250 GB"]),
        ("2册，8 页；1g", ["2卷", "8页", "1 GB"]),
    ],
)
def test_quantities_are_read(text: str, written: list[str]) -> None:
    assert [str(one) for one in parse_quantities(text)] == written


@pytest.mark.parametrize("text", ["", "12", "卷", "1.5卷", "12卷多", "-1件", "12 boxes"])
def test_what_is_no_quantity_is_refused_by_name(text: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantities(text)
    assert f"“{text}”" in str(caught.value)


QUANTITIES = st.builds(Quantity, st.integers(0, 10**9).map(Decimal), st.sampled_from(Unit))


@given(st.lists(QUANTITIES, min_size=1))
def test_written_quantities_read_back(quantities: list[Quantity]) -> None:
    assert parse_quantities("、".join(map(str, quantities))) == tuple(quantities)


@given(st.lists(QUANTITIES))
def test_totals_keep_the_units_apart(quantities: list[Quantity]) -> None:
    sums = {one.unit: one.amount for one in total(quantities)}
    assert sums == {
        unit: sum(one.amount for one in quantities if one.unit is unit)
        for unit in Unit
        if any(one.unit is unit for one in quantities)
    }


def test_different_units_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="件"):
        Quantity(Decimal(1), Unit.ITEMS) + Quantity(Decimal(1), Unit.VOLUMES)
    with pytest.raises(ValueError, match="half"):
        Quantity(Decimal("0.5"), Unit.ITEMS)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (1_048_575, "1.0 MB"),
        (1_500_000, "1.4 MB"),
        (2**30, "1.0 GB"),
        (2**62, "4096.0 PB"),
    ],
)
def test_byte_counts_for_people(count: int, text: str) -> None:
    assert format_bytes(count) == text


def test_the_transfer_form_has_gigabytes_with_three_decimals() -> None:
    assert str(gigabytes(123_456_789)) == "0.115 GB"
    assert gigabytes(2**30) == Quantity(Decimal("1.000"), Unit.GIGABYTES)
