"""Readers of date phrases: what a matched phrase means on a given day and in a given tense.

In: a match of one of the patterns and a `Clock`. Out: a `Span`, None where the words tell no day there; dates that
are not in the calendar are a ValueError or an OverflowError, caught where phrases are read.

Numeric dates go through dateparser, read day first and month first: where the two readings differ and the tense does
not rule one out, the year alone is certain. Everything else is read by the rules below, since "on Wednesday" or
"last week" mean the nearest one that the tense allows, the day of publication included.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, Final

from coder.date_spans import (
    DAY,
    Clock,
    Span,
    add_months,
    before,
    day_span,
    half_span,
    holiday_span,
    interval,
    length_precision,
    month_span,
    nearest,
    nearest_year,
    offset_span,
    part_of,
    quarter_span,
    season_span,
    shift,
    unit_span,
    week_span,
    weekday_span,
    year_span,
    years_span,
)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "a": 1, "an": 1, "the": 1, "half a": 1, "half an": 1, "a hundred": 100, "a dozen": 12,
    "a couple of": 2, "a couple": 2, "couple of": 2,
}  # fmt: skip
ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "final": 4,
    "last": 4,
}
CENTURIES = {"eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty - first": 21}
DECADES = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
VAGUE_COUNT = r"several|a few|few|many|some|dozens of|a number of|a handful of"


def _month_of(match: re.Match[str]) -> int:
    return MONTHS.index(match["month"][:3]) + 1


def _count(text: str | None) -> int | None:
    if not text or re.fullmatch(VAGUE_COUNT, text):
        return None
    return int(text) if text.isdecimal() else NUMBERS.get(text)


def unit_name(match: re.Match[str]) -> str:
    return "century" if match["unit"] == "centurie" else match["unit"]


def _year_of(match: re.Match[str], clock: Clock) -> int | None:
    """The year that the words give beside a month, a quarter or a season."""
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    word = groups.get("yref")
    if not word:
        return None
    if word in ("that", "the same", "the following", "the previous"):
        if clock.reference is None:
            return None
        return clock.reference.start.year + {"the following": 1, "the previous": -1}.get(word, 0)
    return clock.today.year + {"last": -1, "this": 0, "next": 1}[word] if clock.today else None


_TURNED: Final = {
    "last": "past", "this past": "past", "past": "past", "the previous": "past", "the last": "past", "previous": "past",
    "next": "future", "this coming": "future", "coming": "future", "the following": "future", "the next": "future",
}  # fmt: skip


def _toward(word: str | None, clock: Clock) -> Clock:
    """The clock turned by "last", "next", "this coming" …; a reference date is counted from where the words say so."""
    if word in ("the previous", "the following") and clock.reference is not None:
        base = clock.reference.start - DAY if word == "the previous" else clock.reference.end + DAY
        return replace(clock, today=base, direction="past" if word == "the previous" else "future", within=None)
    direction = None if word is None else _TURNED.get(word)
    return clock if direction is None else replace(clock, direction=direction, within=None)


def _narrow(part: str | None, span: Span | None, clock: Clock) -> Span | None:
    """ "early", "mid", "the end of" … of a span; "earlier this month" ends today, "later this month" begins today."""
    if not part or span is None:
        return span
    word = re.sub(r"^(?:the |its |very )+", "", part)
    today = clock.today
    told = clock.reference.start if clock.reference else None
    if today and not span.start <= today <= span.end and told and span.start <= told <= span.end:
        today = told  # "later that year"
    if word in ("earlier", "later") and today and span.start <= today <= span.end:
        start, end = (span.start, today) if word == "earlier" else (today, span.end)
        return Span(start, end, span.precision if span.days > 1 else "day", span.basis, span.unit + " part")
    if word in ("beginning", "start", "outset", "end", "close", "turn") and span.unit == "year":
        return replace(month_span(span.start.year, 12 if word in ("end", "close") else 1, span.basis), unit="year part")
    for name, words in (
        (
            "early",
            ("early", "earlier", "beginning", "start", "outset", "turn", "first days", "first months", "first weeks"),
        ),
        ("late", ("late", "later", "end", "close", "last days", "final days", "last months", "last weeks")),
        ("mid", ("mid", "middle")),
    ):
        if word in words:
            return part_of(span, name)
    return part_of(span, word)


def read_calendar_day(match: re.Match[str], clock: Clock) -> Span | None:
    """ "Wednesday, July 24", "28 January 2026": a weekday beside it picks the year in which the two agree."""
    month, day = _month_of(match), int(match["day"])
    year = _year_of(match, clock)
    if year is not None:
        return day_span(date(year, month, day), "explicit")
    weekday = WEEKDAYS.index(match["dow"][:3]) if match["dow"] else None

    def make(candidate: int) -> Span:
        made = date(candidate, month, day)
        if weekday is not None and made.weekday() != weekday:
            raise ValueError("another weekday")
        return day_span(made, "explicit")

    found = nearest_year(make, clock, 1 if (month, day) != (2, 29) else 8) if weekday is None else None
    if weekday is not None:
        found = nearest_year(make, clock, 11)
        if found is None or (clock.today and abs((found.start - clock.today).days) > 800):
            weekday = None
            found = nearest_year(make, clock, 8)
    return found


def read_days_of_month(match: re.Match[str], clock: Clock) -> Span | None:
    """ "3-5 April", "July 3 and 4, 2014"."""
    month = _month_of(match)
    year = _year_of(match, clock)
    first, last = int(match["day"]), int(match["day2"])

    def make(candidate: int) -> Span:
        return interval(date(candidate, month, first), date(candidate, month, last), "explicit", unit="days")

    return make(year) if year is not None else nearest_year(make, clock)


def read_around(match: re.Match[str], clock: Clock) -> Span | None:
    """ "the week of July 13"."""
    month, day, year = _month_of(match), int(match["day"]), _year_of(match, clock)

    def make(candidate: int) -> Span:
        return unit_span(date(candidate, month, day), unit_name(match), "explicit")

    return make(year) if year is not None else nearest_year(make, clock)


def read_month(match: re.Match[str], clock: Clock) -> Span | None:
    month = _month_of(match)
    year = _year_of(match, clock)
    if year is not None:
        return _narrow(match["part"], month_span(year, month, "explicit"), clock)
    turned = _toward(match["which"], clock)
    if match["which"] in ("last", "next") and turned.today is not None:
        same = turned.today.month == month  # "last March" said in March is not this month
        moved = add_months(turned.today, -1 if match["which"] == "last" else 1) if same else turned.today
        turned = replace(turned, today=moved)
    span = nearest_year(lambda y: month_span(y, month, "explicit"), turned)
    return _narrow(match["part"], span, clock)


def read_year(match: re.Match[str], clock: Clock) -> Span | None:
    return _narrow(match["part"], year_span(int(match["year"]), "explicit"), clock)


def read_decade(match: re.Match[str], clock: Clock) -> Span | None:
    first = int(match["decade"]) if match["decade"] else 1900 + DECADES[match["word"]]
    return _narrow(match["part"], years_span(first, first + 9, "explicit", "decade"), clock)


def read_century(match: re.Match[str], clock: Clock) -> Span | None:
    nth = CENTURIES.get(match["nth"]) or int(re.sub(r"\D", "", match["nth"]))
    return years_span(nth * 100 - 99, nth * 100, "explicit", "century")


def read_quarter(match: re.Match[str], clock: Clock) -> Span | None:
    groups = match.groupdict()
    number = int(groups["q"]) if groups.get("q") else ORDINALS[match["nth"]]
    year = _year_of(match, clock)
    if groups.get("half"):
        make = partial(_half, min(number, 2))
    else:
        make = partial(_quarter_in, number)
    if year is not None:
        return make(year)
    return nearest_year(make, replace(clock, within=clock.within or _this_year(clock, groups.get("the_year"))))


def read_months_of_year(match: re.Match[str], clock: Clock) -> Span | None:
    """ "the first three months of the year"."""
    count = _count(match["n"])
    year = _year_of(match, clock) or (clock.today.year if clock.today is not None else None)
    if count is None or year is None or not 1 <= count <= 11:
        return None
    first, last = (1, count) if match["which"] == "first" else (13 - count, 12)
    return interval(month_span(year, first, "explicit").start, month_span(year, last, "explicit").end, "explicit", unit="range")


def read_military(match: re.Match[str], clock: Clock) -> Span | None:
    """ "09JUN2024", "091530Z JUN 24"."""
    month, day = _month_of(match), int(match["day"])
    if match["year"]:
        year = int(match["year"])
        return day_span(date(year if year > 99 else 2000 + year, month, day), "explicit")
    return nearest_year(lambda y: day_span(date(y, month, day), "explicit"), clock)


def _half(number: int, year: int) -> Span:
    return half_span(year, number, "explicit")


def _quarter_in(number: int, year: int) -> Span:
    return quarter_span(year, number, "explicit")


def _this_year(clock: Clock, said: str | None) -> Span | None:
    return year_span(clock.today.year, "relative") if said and clock.today else None


def read_season(match: re.Match[str], clock: Clock) -> Span | None:
    name = match["season"]
    year = _year_of(match, clock)
    if year is not None:
        return _narrow(match["part"], season_span(name, year, "explicit"), clock)
    turned = _toward(match["which"], clock)
    if turned.today is not None and match["which"] in ("last", "next"):
        ends = [
            season_span(name, y, "relative")
            for y in range(max(1, turned.today.year - 2), min(9998, turned.today.year + 2))
        ]
        last = match["which"] == "last"
        fit = [s for s in ends if (s.end < turned.today if last else s.start > turned.today)]
        chosen = (fit[-1] if last else fit[0]) if fit else None
        return _narrow(match["part"], chosen, clock)
    span = nearest_year(lambda y: season_span(name, y, "relative"), turned, 2)
    return _narrow(match["part"], span, clock)


def read_holiday(match: re.Match[str], clock: Clock) -> Span | None:
    year = _year_of(match, clock)
    name = match["holiday"]
    if year is not None:
        return holiday_span(name, year)
    turned = _toward(match["which"], clock)
    return nearest_year(lambda y: holiday_span(name, y), turned)


def read_near_day(match: re.Match[str], clock: Clock) -> Span | None:
    today = clock.today
    if today is None:
        return None
    word = match["word"]
    if match[0] == "the night" and clock.reference is not None and (today - clock.reference.end).days > 1:
        return None  # of some earlier day
    if word == "overnight" or word == "night":
        return (
            Span(today - DAY, today, "day", "relative", "day")
            if clock.direction != "future"
            else day_span(today, "relative")
        )
    moved = {"yesterday": -1, "tomorrow": 1, "the day before yesterday": -2, "the day after tomorrow": 2}
    days = moved.get(word, -1 if word.startswith("last") else 0)
    return day_span(today + timedelta(days=days), "relative")


def read_weekday(match: re.Match[str], clock: Clock) -> Span | None:
    which, weekday = match["which"], WEEKDAYS.index(match["dow"][:3])
    if which in ("every", "each"):
        return None
    if match["week"]:
        if clock.today is None:
            return None
        week = week_span(shift(clock.today, {"last": -1, "this": 0, "next": 1}[match["week"]], "week"), "relative")
        return day_span(week.start + timedelta(days=weekday), "relative", "weekday")
    strict = which in ("last", "next")
    return weekday_span(weekday, _toward(which, clock), strict=strict)


def read_weekend(match: re.Match[str], clock: Clock) -> Span | None:
    which = match["which"]
    if which in ("that", "the same"):
        return unit_span(clock.reference.start, "weekend", "relative") if clock.reference else None
    turned = _toward(which, clock)
    today = turned.today
    if today is None:
        return None
    here = unit_span(today, "weekend", "relative")
    spans = [unit_span(today + timedelta(weeks=w), "weekend", "relative") for w in (-1, 0, 1) if _fits(today, w)]
    if which in ("last", "next"):
        spans = [s for s in spans if s.start > here.start or s.end < here.start or today < here.start]
        if which == "last":
            spans = [s for s in spans if s.end < today]
        elif today < here.start:
            spans = [s for s in spans if s.start > today]
    return _narrow(match["part"], nearest(spans, turned), clock)


def _fits(day: date, weeks: int) -> bool:
    return 10 < day.toordinal() + 7 * weeks < date.max.toordinal() - 10


def read_unit_reference(match: re.Match[str], clock: Clock) -> Span | None:
    """ "last week", "earlier this month", "the end of the year", "that day", "the following year"."""
    which, unit, today = match["which"], unit_name(match), clock.today
    if which in ("that", "the same", "that same", "the following", "the previous", "the preceding", "the next") and (
        clock.reference is not None
    ):
        steps = {"the following": 1, "the next": 1, "the previous": -1, "the preceding": -1}.get(which, 0)
        base = clock.reference.start if steps <= 0 else clock.reference.end
        return _narrow(match["part"], unit_span(shift(base, steps, unit), unit, "relative"), clock)
    if which in ("the previous", "the preceding") and today is not None and clock.direction == "past":
        return unit_span(shift(today, -1, unit), unit, "relative")  # no date told before: counted from the news
    if which == "the" and unit == "day" and match["part"] in ("earlier", "later") and clock.reference is not None:
        return day_span(clock.reference.start, "relative") if clock.reference.precision == "day" else None  # "later in the day"
    if today is None or which in ("that", "the same", "that same", "the following", "the preceding", "the previous"):
        return None
    if which in ("the past", "the last", "this past", "past"):
        return interval(shift(today, -1, unit), today, "relative", _rolling_precision(unit), "rolling")
    if which in ("the next", "the coming", "this coming", "coming"):
        if unit in ("day", "night"):
            return day_span(today + DAY, "relative") if clock.direction == "future" else None
        return interval(today, shift(today, 1, unit), "relative", _rolling_precision(unit), "rolling")
    steps = {"last": -1, "next": 1}.get(which, 0)
    span = unit_span(shift(today, steps, unit), unit, "relative")
    return _narrow(match["part"], span, clock)


def _rolling_precision(unit: str) -> str:
    return {
        "night": "day",
        "hour": "day",
        "minute": "day",
        "fortnight": "month",
        "decade": "unknown",
        "century": "unknown",
    }.get(unit, unit)


# How far vague counts reach ("recent weeks", "years ago"): nearest and farthest, in days.
VAGUE_REACH = {
    "second": (0, 0), "minute": (0, 0), "hour": (0, 1), "day": (1, 7), "night": (1, 7), "weekend": (1, 31), "week": (7, 42),
    "fortnight": (14, 60), "month": (31, 183), "quarter": (90, 365), "year": (365, 1826), "decade": (3652, 18262),
    "century": (36500, 180000),
}  # fmt: skip


def _reach(unit: str, which: int) -> timedelta:
    return timedelta(days=VAGUE_REACH[unit][which])


def _back(day: date, by: timedelta) -> date:
    return date.fromordinal(max(1, day.toordinal() - by.days))


def reach_of(then: Span, unit: str, ahead: bool = False) -> Span:
    """When what came "hours", "days", "weeks" before a date happened, or after it."""
    if ahead:
        first, last = then.start + _reach(unit, 0), then.end + _reach(unit, 1)
    else:
        first, last = _back(then.start, _reach(unit, 1)), _back(then.end, _reach(unit, 0))
    return Span(first, last, "day" if unit in ("second", "minute", "hour") and then.precision == "day" else "unknown", "relative", "vague")


def read_rolling(match: re.Match[str], clock: Clock) -> Span | None:
    """ "the past three years", "recent weeks", "the next two days"."""
    today, unit, count = clock.today, unit_name(match), _count(match["n"])
    if today is None:
        return None
    ahead = match["side"] in ("coming", "next", "upcoming", "following")
    if count is None:
        if ahead:
            return interval(today, today + _reach(unit, 1), "relative", "unknown", "rolling")
        return interval(_back(today, _reach(unit, 1)), today, "relative", "unknown", "rolling")
    if unit == "hour":
        count, unit = max(1, round(count / 24)), "day"
    other = shift(today, count if ahead else -count, unit)
    return _rolled(today, other)


def _rolled(one: date, other: date) -> Span:
    """The stretch between today and another day: "the past week" is seven days long."""
    start, end = min(one, other), max(one, other)
    precision = length_precision(start + DAY, end) if start < end else "day"
    return Span(start, end, precision, "relative", "rolling")


def read_ago(match: re.Match[str], clock: Clock) -> Span | None:
    today, unit, count = clock.today, unit_name(match), _count(match["n"])
    if today is None:
        return None
    if count is None:
        near, far = _back(today, _reach(unit, 0)), _back(today, _reach(unit, 1))
        return interval(
            far,
            near,
            "relative",
            "day" if unit in ("minute", "hour", "second") and far == near else "unknown",
            "rolling",
        )
    if match["n"].startswith("half") and unit in ("year", "century"):
        count, unit = (6, "month") if unit == "year" else (50, "year")
    if unit in ("decade", "century"):
        return unit_span(shift(today, -count, unit), "year" if unit == "decade" else "decade", "relative")
    return unit_span(shift(today, -count, unit), unit, "relative")


def read_ahead(match: re.Match[str], clock: Clock) -> Span | None:
    """ "three days from now"."""
    count = _count(match["n"])
    if clock.today is None or count is None:
        return None
    unit = unit_name(match)
    return unit_span(shift(clock.today, count, unit), unit, "relative")


def read_offset(match: re.Match[str], clock: Clock) -> Span | None:
    """ "two days later", "a year earlier", counted from the date told last."""
    count = signed_count(match)
    told = clock.reference if clock.reference is not None and clock.reference.precision == "day" else None
    base = told.start if told is not None else clock.today if clock.direction == "past" else None
    if not count and base is not None and match["way"] in ("earlier", "before") and match["unit"] in ("hour", "minute", "day", "week"):
        unit = unit_name(match)
        if unit in ("hour", "minute"):  # "hours earlier"
            return day_span(base, "relative")
        return interval(_back(base, _reach(unit, 1)), _back(base, _reach(unit, 0)), "relative", "unknown", "rolling")
    if clock.reference is not None:
        return offset_span(clock.reference, count, unit_name(match))
    if clock.today is None or count >= 0 or clock.direction != "past":
        return None
    return offset_span(day_span(clock.today, "relative"), count, unit_name(match))  # from the news the sentence tells


def signed_count(match: re.Match[str]) -> int:
    count = _count(match["n"] or "")
    forward = match["way"] in ("later", "after", "afterwards", "afterward", "following")
    return (count or 0) * (1 if forward else -1)


def read_nothing(match: re.Match[str], clock: Clock) -> Span | None:
    """ "(on) the eve of …": no day but that of what follows."""
    return None


def read_duration(match: re.Match[str], clock: Clock) -> Span | None:
    """ "in three days" (ahead), "within a week" (ahead), "for three years" (has …); else no date."""
    today, lead, unit, count = clock.today, match["lead"], unit_name(match), _count(match["n"])
    if today is None:
        return None
    if lead == "for":
        if not clock.perfect:
            return None
        if count is None:
            return interval(_back(today, _reach(unit, 1)), today, "relative", "unknown", "rolling")
        return _rolled(shift(today, -count, unit), today)
    if clock.direction != "future" or count is None:
        return None
    if unit == "hour" and count > 24:
        count, unit = round(count / 24), "day"
    if lead == "in":
        return unit_span(shift(today, count, unit), unit, "relative")
    return _rolled(today, shift(today, count, unit))


def read_vague(match: re.Match[str], clock: Clock) -> Span | None:
    today = clock.today
    if today is None:
        return None
    if match["word"] in ("recently", "lately", "of late", "not long ago", "newly", "just recently"):
        return interval(_back(today, timedelta(days=30)), today, "relative", "unknown", "vague")
    return before(today, "relative")


def read_reference(match: re.Match[str], clock: Clock) -> Span | None:
    """ "(since) then"."""
    return clock.reference


def read_september_11(match: re.Match[str], clock: Clock) -> Span | None:
    return day_span(date(2001, 9, 11), "explicit")


@cache
def _numeric_parsers() -> tuple[Any, ...]:
    """Day first, month first; made when the first such date is met."""
    from dateparser.date import DateDataParser

    return tuple(
        DateDataParser(
            languages=["en"], settings={"DATE_ORDER": order, "STRICT_PARSING": True, "PREFER_LOCALE_DATE_ORDER": False}
        )
        for order in ("DMY", "MDY")
    )


def read_numeric(match: re.Match[str], clock: Clock) -> Span | None:
    """ "2026-01-28", "12/03/2024", "28-Jan-2026": both orders tried, what they share is certain."""
    text = match[0].replace(" ", "")
    iso = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:t.*)?", text)
    if iso:
        return day_span(date(int(iso[1]), int(iso[2]), int(iso[3])), "explicit")
    found: set[date] = set()
    for parser in _numeric_parsers():
        read: datetime | None = parser.get_date_data(text).date_obj
        if read is not None:
            found.add(read.date())
    if clock.today is not None and len(found) == 2 and clock.direction in ("past", "future"):
        past = clock.direction == "past"
        found = {d for d in found if (d <= clock.today if past else d >= clock.today)} or found
    if len(found) == 1:
        return day_span(found.pop(), "explicit")
    years = {d.year for d in found}
    return year_span(years.pop(), "explicit") if len(years) == 1 else None
