"""Calendar arithmetic on intervals: weeks, months, quarters, seasons, holidays, and the nearest one that fits a tense.

In: numbers and dates. Out: `Span`s, never changed once made (see `coder.records`). Nothing here knows words or trees; what falls outside the calendar is a ValueError
or an OverflowError, which the reader of phrases turns into "no date".
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter  # type: ignore[import-untyped]

BACKGROUND_DAYS: Final = 365  # how far back an undated earlier event is looked for
DAY: Final = timedelta(days=1)


@dataclass(slots=True, unsafe_hash=True, init=False)
class Span:
    """First and last day, with the precision and the basis of `EventDate`.

    `unit` is the calendar unit the words named ("weekday", "month", …); it decides which spans can be joined.
    """

    start: date
    end: date
    precision: str
    basis: str
    unit: str = ""

    def __init__(self, start: date, end: date, precision: str, basis: str, unit: str = "") -> None:
        self.start = start
        self.end = end
        self.precision = precision
        self.basis = basis
        self.unit = unit

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(slots=True, unsafe_hash=True, init=False)
class Clock:
    """What a phrase is read against.

    Args:
        today: the publication date.
        direction: "past", "future" or "near", as the tense of the clause tells.
        perfect: whether the clause stands in the present perfect ("has ruled for three years").
        reference: the date told last, which "the next day" and "that year" count from.
        within: a wider date of the same clause ("In 2011 … in March").
    """

    today: date | None
    direction: str = "past"
    perfect: bool = False
    reference: Span | None = None
    within: Span | None = None

    def __init__(
        self, today: date | None, direction: str = "past", perfect: bool = False, reference: Span | None = None, within: Span | None = None,
    ) -> None:  # fmt: skip
        self.today = today
        self.direction = direction
        self.perfect = perfect
        self.reference = reference
        self.within = within


def length_precision(start: date, end: date) -> str:
    """Precision of an interval that is no calendar unit: the smallest unit as long as it."""
    days = (end - start).days + 1
    for limit, name in ((1, "day"), (7, "week"), (31, "month"), (92, "quarter"), (366, "year")):
        if days <= limit:
            return name
    return "unknown"


def interval(start: date, end: date, basis: str, precision: str = "", unit: str = "") -> Span:
    """From start to end, the ends put in order."""
    if end < start:
        start, end = end, start
    return Span(start, end, precision or length_precision(start, end), basis, unit)


def day_span(day: date, basis: str, unit: str = "day") -> Span:
    return Span(day, day, "day", basis, unit)


def week_span(day: date, basis: str) -> Span:
    """The week, Monday to Sunday, that holds the day."""
    monday = day - timedelta(days=day.weekday())
    return Span(monday, monday + timedelta(days=6), "week", basis, "week")


def month_span(year: int, month: int, basis: str) -> Span:
    last = calendar.monthrange(year, month)[1]
    return Span(date(year, month, 1), date(year, month, last), "month", basis, "month")


def quarter_span(year: int, quarter: int, basis: str) -> Span:
    first = month_span(year, 3 * quarter - 2, basis)
    return Span(first.start, month_span(year, 3 * quarter, basis).end, "quarter", basis, "quarter")


def half_span(year: int, half: int, basis: str) -> Span:
    return Span(date(year, 6 * half - 5, 1), month_span(year, 6 * half, basis).end, "year", basis, "half")


def year_span(year: int, basis: str) -> Span:
    return Span(date(year, 1, 1), date(year, 12, 31), "year", basis, "year")


def years_span(first: int, last: int, basis: str, unit: str) -> Span:
    """A decade or a century, clipped to the calendar."""
    return Span(date(max(first, 1), 1, 1), date(min(last, 9999), 12, 31), "unknown", basis, unit)


SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def season_span(name: str, year: int, basis: str) -> Span:
    """The meteorological season of the northern half; the winter of a year begins in its December."""
    first = SEASONS[name]
    last_year, last_month = (year + 1, 2) if name == "winter" else (year, first + 2)
    return Span(date(year, first, 1), month_span(last_year, last_month, basis).end, "quarter", basis, "season")


def add_months(day: date, months: int) -> date:
    """The same day of another month, the last one where that month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shift(day: date, count: int, unit: str) -> date:
    """The day `count` units later (earlier if negative)."""
    if unit in ("second", "minute", "hour"):
        return day
    if unit in ("day", "night", "evening", "afternoon", "morning"):
        return day + timedelta(days=count)
    if unit in ("week", "weekend"):
        return day + timedelta(weeks=count)
    if unit == "fortnight":
        return day + timedelta(weeks=2 * count)
    return add_months(day, count * {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}[unit])


def unit_span(day: date, unit: str, basis: str) -> Span:
    """The calendar unit that holds the day."""
    if unit in ("week", "fortnight"):
        return week_span(day, basis)
    if unit == "weekend":
        saturday = day - timedelta(days=day.weekday()) + timedelta(days=5)
        return Span(saturday, saturday + DAY, "week", basis, "weekend")
    if unit == "month":
        return month_span(day.year, day.month, basis)
    if unit == "quarter":
        return quarter_span(day.year, (day.month + 2) // 3, basis)
    if unit == "year":
        return year_span(day.year, basis)
    if unit == "decade":
        return years_span(day.year // 10 * 10, day.year // 10 * 10 + 9, basis, "decade")
    if unit == "century":
        first = (day.year - 1) // 100 * 100 + 1
        return years_span(first, first + 99, basis, "century")
    return day_span(day, basis)


def part_of(span: Span, part: str) -> Span:
    """The early, middle or late third of a span, or one of its halves; of a week and shorter, the span itself."""
    if part in ("first half", "second half"):
        if span.unit == "year":
            return half_span(span.start.year, 1 if part == "first half" else 2, span.basis)
        cut = span.start + timedelta(days=span.days // 2)
        start, end = (span.start, cut - DAY) if part == "first half" else (cut, span.end)
    elif span.unit == "year":
        month = {"early": 1, "mid": 5, "late": 9}[part]
        start, end = date(span.start.year, month, 1), month_span(span.start.year, month + 3, "").end
    elif span.unit == "month":
        first, last = {"early": (1, 10), "mid": (11, 20), "late": (21, span.end.day)}[part]
        start, end = span.start.replace(day=first), span.start.replace(day=last)
    elif span.unit == "decade":
        first, last = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}[part]
        start, end = date(span.start.year + first, 1, 1), date(span.start.year + last, 12, 31)
    elif span.days <= 7:
        return span
    else:
        third = timedelta(days=span.days // 3)
        start = {"early": span.start, "mid": span.start + third, "late": span.end - third}[part]
        end = {"early": span.start + third, "mid": span.end - third, "late": span.end}[part]
    return Span(start, end, length_precision(start, end), span.basis, span.unit + " part")


def nearest(candidates: Iterable[Span], clock: Clock) -> Span | None:
    """The candidate that the tense points to: the latest begun, the first not over, or the closest."""
    spans = list(candidates)
    inside = clock.within
    if inside is not None:
        held = [s for s in spans if inside.start <= s.start and s.end <= inside.end]
        if held:
            return held[0]
    today = clock.today
    if today is None:
        return None
    if clock.direction == "past":
        begun = [s for s in spans if s.start <= today]
        return max(begun, key=lambda s: s.start) if begun else None
    if clock.direction == "future":
        ahead = [s for s in spans if s.end >= today]
        return min(ahead, key=lambda s: s.start) if ahead else None
    return min(spans, key=lambda s: (abs((s.start - today).days), s.start), default=None)


def nearest_year(make: Callable[[int], Span], clock: Clock, reach: int = 1) -> Span | None:
    """`nearest` over the years around today (and those of the wider date), years without that date left out.

    Args:
        make: the span of a year; a ValueError for 29 February and the like.
        reach: how many years each way.
    """
    years: set[int] = set()
    if clock.today is not None:
        years.update(range(clock.today.year - reach, clock.today.year + reach + 1))
    if clock.within is not None and clock.within.days <= 3700:
        years.update(range(clock.within.start.year, clock.within.end.year + 1))
    spans = []
    for year in sorted(years):
        try:
            spans.append(make(year))
        except (ValueError, OverflowError):
            continue
    return nearest(spans, clock)


def weekday_span(weekday: int, clock: Clock, *, strict: bool = False) -> Span | None:
    """The nearest such weekday, today's included unless `strict`."""
    inside = clock.within
    if inside is not None and inside.days <= 14:
        first = inside.start + timedelta(days=(weekday - inside.start.weekday()) % 7)
        if first <= inside.end:
            return day_span(first, inside.basis, "weekday")
    today = clock.today
    if today is None:
        return None
    back = (today.weekday() - weekday) % 7
    if back == 0 and not strict:
        return day_span(today, "relative", "weekday")
    back = back or 7
    ahead = 7 - back if back < 7 else 7
    if clock.direction == "past" or (clock.direction == "near" and back <= ahead):
        return day_span(today - timedelta(days=back), "relative", "weekday")
    return day_span(today + timedelta(days=ahead), "relative", "weekday")


FIXED_HOLIDAYS: Final[dict[str, tuple[int, int]]] = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "new year 's eve": (12, 31),
    "new year 's day": (1, 1),
    "new year 's": (1, 1),
    "valentine 's day": (2, 14),
    "international women 's day": (3, 8),
    "st patrick 's day": (3, 17),
    "nowruz": (3, 20),
    "may day": (5, 1),
    "victory day": (5, 9),
    "fourth of july": (7, 4),
    "bastille day": (7, 14),
    "halloween": (10, 31),
    "armistice day": (11, 11),
    "veterans day": (11, 11),
    "human rights day": (12, 10),
    "orthodox christmas": (1, 7),
    "inauguration day": (1, 20),
}
# Days from Easter Sunday.
EASTER_HOLIDAYS: Final[dict[str, int]] = {
    "palm sunday": -7,
    "maundy thursday": -3,
    "good friday": -2,
    "holy saturday": -1,
    "easter sunday": 0,
    "easter monday": 1,
    "easter": 0,
    "ascension day": 39,
    "pentecost": 49,
    "orthodox easter": 0,
}
# Month, weekday, which one of the month (-1 the last).
FLOATING_HOLIDAYS: Final[dict[str, tuple[int, int, int]]] = {
    "thanksgiving day": (11, 3, 4),
    "thanksgiving": (11, 3, 4),
    "labor day": (9, 0, 1),
    "memorial day": (5, 0, -1),
    "martin luther king day": (1, 0, 3),
    "presidents day": (2, 0, 3),
    "columbus day": (10, 0, 2),
}
HOLIDAYS = (*FIXED_HOLIDAYS, *EASTER_HOLIDAYS, *FLOATING_HOLIDAYS)


def holiday_span(name: str, year: int) -> Span:
    """The day of a holiday in a year."""
    if name in FIXED_HOLIDAYS:
        return day_span(date(year, *FIXED_HOLIDAYS[name]), "explicit", "holiday")
    if name in EASTER_HOLIDAYS:
        method = EASTER_ORTHODOX if name.startswith("orthodox") else EASTER_WESTERN
        sunday: date = easter(year, method)
        return day_span(sunday + timedelta(days=EASTER_HOLIDAYS[name]), "explicit", "holiday")
    month, weekday, which = FLOATING_HOLIDAYS[name]
    days = [w[weekday] for w in calendar.monthcalendar(year, month) if w[weekday]]
    return day_span(date(year, month, days[which if which < 0 else which - 1]), "explicit", "holiday")


def before(day: date, basis: str) -> Span:
    """An undated event some time up to the day."""
    start = date.fromordinal(max(1, day.toordinal() - BACKGROUND_DAYS))
    return Span(start, day, "unknown", basis, "background")


def days_up_to(day: date, count: int) -> Span:
    """Some time in the days up to one, that one included."""
    return interval(date.fromordinal(max(1, day.toordinal() - count + 1)), day, "tense", unit="background")


def since(span: Span, today: date | None) -> Span | None:
    """From a date up to today."""
    if today is None:
        return None
    if today < span.start:
        return span
    return interval(span.start, today, span.basis, unit="range")


def until(span: Span, clock: Clock) -> Span:
    """Up to the end of a date: from today where that is ahead, from an unknown beginning where it is past."""
    if clock.today is not None and clock.today <= span.end:
        return interval(clock.today, span.end, span.basis, unit="range")
    return replace(before(span.end, span.basis), unit="range")


def hull(first: Span, last: Span) -> Span:
    """The interval that holds both."""
    return interval(min(first.start, last.start), max(first.end, last.end), first.basis, unit="range")


def offset_span(base: Span, count: int, unit: str) -> Span | None:
    """The date `count` units from another one, as precise as the coarser of the two."""
    moved = shift(base.start if count <= 0 else base.end, count, unit)
    order = ("day", "week", "month", "quarter", "year")
    coarse = max(
        unit if unit in order else "day", base.precision if base.precision in order else "year", key=order.index
    )
    return unit_span(moved, coarse, "relative")
