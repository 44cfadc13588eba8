"""Calendar periods as consecutive whole numbers: days, ISO weeks, months, quarters, years.

>>> spot = period_numbers(np.array(["2021-01-03"], dtype="datetime64[D]"), "week")
>>> period_labels(spot, "week"), period_starts(spot, "week")
(['2020-W53'], array(['2020-12-28'], dtype='datetime64[D]'))
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from coder.errors import EventCoderError

Period = Literal["day", "week", "month", "quarter", "year"]
PERIODS: tuple[Period, ...] = get_args(Period)
Days = NDArray[np.datetime64]
Numbers = NDArray[np.int64]

_MONDAY = 3  # 1970-01-01 was a Thursday: week 0 begins three days before it


def period_numbers(days: Days, period: Period) -> Numbers:
    """The number of the period that each day is in; neighbouring periods have neighbouring numbers.

    Weeks are those of ISO 8601: from Monday to Sunday, so a week can lie in two years.
    """
    if period == "day":
        return days.astype("datetime64[D]").astype(np.int64)
    if period == "week":
        return (days.astype("datetime64[D]").astype(np.int64) + _MONDAY) // 7
    months = days.astype("datetime64[M]").astype(np.int64)
    return months // {"month": 1, "quarter": 3, "year": 12}[period]


def period_starts(numbers: Numbers, period: Period) -> Days:
    """The first day of each period."""
    if period == "day":
        return numbers.astype("datetime64[D]")
    if period == "week":
        return (numbers * 7 - _MONDAY).astype("datetime64[D]")
    months = numbers * {"month": 1, "quarter": 3, "year": 12}[period]
    return months.astype("datetime64[M]").astype("datetime64[D]")


def period_ends(numbers: Numbers, period: Period) -> Days:
    """The last day of each period."""
    ends: Days = period_starts(numbers + 1, period) - np.timedelta64(1, "D")
    return ends


def period_labels(numbers: Numbers, period: Period) -> list[str]:
    """2024-02-29, 2020-W53 (the ISO year), 2024-02, 2024-Q1 or 2024."""
    days: list[Any] = period_starts(numbers, period).astype(object).tolist()
    return [_label(day, period) for day in days]


def _label(day: date, period: Period) -> str:
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if period == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[period]]


def parse_bound(value: str, *, last: bool = False) -> date:
    """A day, or the first (or last) day of a month, quarter, ISO week or year: 2024-05-31, 2024-05, 2024-Q2, 2024-W07, 2024.

    Raises:
        EventCoderError: it is none of these.
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?|-Q([1-4])|-W(\d\d))?", value.strip())
    try:
        if match is None:
            raise ValueError(value)
        year, month, day, quarter, week = (int(g) if g else None for g in match.groups())
        assert year is not None
        period: Period = "day" if day else "week" if week else "quarter" if quarter else "month" if month else "year"
        first = date.fromisocalendar(year, week, 1) if week else date(year, month or (quarter or 1) * 3 - 2, day or 1)
    except ValueError as error:
        raise EventCoderError(f'"{value}" is no date', hint="write 2024-05-31, 2024-05, 2024-Q2, 2024-W07 or 2024") from error
    number = period_numbers(np.array([first], dtype="datetime64[D]"), period)
    bound: date = (period_ends(number, period) if last else period_starts(number, period)).astype(object)[0]
    return bound
