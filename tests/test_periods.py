"""Days into days, ISO weeks, months, quarters and years: leap years, week 53, borders."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import EventCoderError
from coder.periods import PERIODS, Period, parse_bound, period_ends, period_labels, period_numbers, period_starts


def days(*values: date | str) -> np.ndarray:
    return np.array(values, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("day", "period", "label", "start", "end"),
    [
        ("2020-02-29", "day", "2020-02-29", "2020-02-29", "2020-02-29"),
        ("2020-02-29", "week", "2020-W09", "2020-02-24", "2020-03-01"),
        ("2020-02-29", "month", "2020-02", "2020-02-01", "2020-02-29"),
        ("2020-02-29", "quarter", "2020-Q1", "2020-01-01", "2020-03-31"),
        ("2020-02-29", "year", "2020", "2020-01-01", "2020-12-31"),
        ("2100-02-28", "month", "2100-02", "2100-02-01", "2100-02-28"),
        ("2000-02-28", "month", "2000-02", "2000-02-01", "2000-02-29"),
        ("2020-12-31", "week", "2020-W53", "2020-12-28", "2021-01-03"),
        ("2021-01-03", "week", "2020-W53", "2020-12-28", "2021-01-03"),
        ("2021-01-04", "week", "2021-W01", "2021-01-04", "2021-01-10"),
        ("2016-01-01", "week", "2015-W53", "2015-12-28", "2016-01-03"),
        ("2018-12-31", "week", "2019-W01", "2018-12-31", "2019-01-06"),
        ("2019-12-29", "week", "2019-W52", "2019-12-23", "2019-12-29"),
        ("1969-12-28", "week", "1969-W52", "1969-12-22", "1969-12-28"),
        ("1969-12-29", "week", "1970-W01", "1969-12-29", "1970-01-04"),
        ("1969-12-31", "quarter", "1969-Q4", "1969-10-01", "1969-12-31"),
        ("2024-03-31", "quarter", "2024-Q1", "2024-01-01", "2024-03-31"),
        ("2024-04-01", "quarter", "2024-Q2", "2024-04-01", "2024-06-30"),
        ("2024-12-31", "quarter", "2024-Q4", "2024-10-01", "2024-12-31"),
        ("1914-06-28", "year", "1914", "1914-01-01", "1914-12-31"),
    ],
)
def test_period_of_a_day(day: str, period: Period, label: str, start: str, end: str) -> None:
    number = period_numbers(days(day), period)
    assert period_labels(number, period) == [label]
    assert (period_starts(number, period)[0], period_ends(number, period)[0]) == (days(start)[0], days(end)[0])


@given(st.dates(min_value=date(1600, 1, 1), max_value=date(2400, 12, 31)), st.sampled_from(PERIODS))
def test_periods_leave_no_gap_and_do_not_overlap(day: date, period: Period) -> None:
    number = period_numbers(days(day), period)
    (start,), (end,) = period_starts(number, period).astype(object), period_ends(number, period).astype(object)
    assert start <= day <= end
    after = period_numbers(days(end + timedelta(1)), period)
    assert after[0] == number[0] + 1
    assert period_starts(after, period).astype(object)[0] == end + timedelta(1)
    assert period_labels(after, period)[0] > period_labels(number, period)[0]
    if period == "week":
        year, week, _ = day.isocalendar()
        assert period_labels(number, period) == [f"{year}-W{week:02}"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-05-31", "2024-05-31", "2024-05-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-Q1", "2023-01-01", "2023-03-31"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2024", "2024-01-01", "2024-12-31"),
    ],
)
def test_bounds(text: str, first: str, last: str) -> None:
    assert (parse_bound(text).isoformat(), parse_bound(text, last=True).isoformat()) == (first, last)


@pytest.mark.parametrize("text", ["2021-W53", "2023-02-29", "2023-13", "2023-Q5", "31.5.2024", "May", "", "2024-5-1"])
def test_what_is_no_bound(text: str) -> None:
    with pytest.raises(EventCoderError, match="is no date"):
        parse_bound(text)
