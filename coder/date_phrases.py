"""Date phrases: where they stand in a sentence and which days they mean.

In: the words of a parsed sentence. Out: `Phrase`s, each read later against a `Clock` (publication date, tense, dates
told before), since "on Tuesday" means another day in each clause. Which phrase dates which event is not decided here.

    >>> [p.text for p in find_phrases(tree)]

Written-out numeric dates go through dateparser, read day first and month first: where the two readings differ and the
tense does not rule one out, the year alone is certain. Everything else is read by the rules below, since words like
"on Wednesday" or "last week" mean the nearest one that the tense allows, the day of publication included.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from dateparser.date import DateDataParser

from coder.date_spans import (
    DAY,
    HOLIDAYS,
    Clock,
    Span,
    add_months,
    before,
    day_span,
    half_span,
    holiday_span,
    hull,
    interval,
    length_precision,
    month_span,
    nearest,
    nearest_year,
    part_of,
    quarter_span,
    season_span,
    shift,
    since,
    unit_span,
    until,
    week_span,
    weekday_span,
    year_span,
    years_span,
)
from coder.grammar import Tree

Reader = Callable[["re.Match[str]", Clock], Span | None]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        1,
    )
} | {"a": 1, "an": 1, "the": 1, "half a": 1, "half an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
     "a hundred": 100, "a dozen": 12, "a couple of": 2, "a couple": 2, "couple of": 2}  # fmt: skip
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "final": 4, "last": 4}
CENTURIES = {"eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty - first": 21}
DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90}

MON = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DOW = r"(?P<dow>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
YEAR = r"(?P<year>1\d{3}|20\d{2})"
TAIL = rf"(?:(?: of| ,)? {YEAR}\b|(?: of)? (?P<yref>last|this|next|that|the same|the following|the previous) year\b)?"
DAYNUM = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
HOUR = r"(?: (?:morning|afternoon|evening|night|noon|lunchtime|midnight|overnight))?"
UNIT = r"(?P<unit>second|minute|hour|day|night|weekend|week|fortnight|month|quarter|year|decade|century|centurie)"
VAGUE_COUNT = r"several|a few|few|many|some|dozens of|a number of|a handful of"
COUNT = rf"(?P<n>\d{{1,4}}|half an?|a hundred|a dozen|a couple of|a couple|couple of|{VAGUE_COUNT}|an?|{'|'.join(NUMBERS)})"
COUNT = COUNT.replace("|half a|half an|", "|")
PART = (
    r"(?:(?P<part>early|earlier|mid|middle|late|later|(?:the |its |very )*(?:beginning|start|outset|end|close|turn|middle"
    r"|first half|second half|first days|last days|final days|first months|last months|first weeks|last weeks)(?= of))(?: -)?(?: (?:in|on|of))? )"
)
SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A date phrase at tokens first … last (inclusive), not yet read against a clock.

    Args:
        lead: the preposition before it ("since", "until", …), "" for none.
        kind: the rule that found it.
        offset: signed count and unit of "two days after …", whose other end is a phrase or a clause.
        joined: the other end of a range.
    """

    first: int
    last: int
    text: str
    kind: str
    lead: str = ""
    read_words: Callable[[Clock], Span | None] | None = None
    offset: tuple[int, str] | None = None
    joined: Phrase | None = None

    @property
    def vague(self) -> bool:
        return self.kind == "vague"

    def span(self, clock: Clock) -> Span | None:
        """The days it means, lead included; None where they cannot be told."""
        try:
            span = self.bare(clock)
            if span is None:
                return None
            return span if self.joined else _apply_lead(self, span, clock)
        except (ValueError, OverflowError):
            return None

    def bare(self, clock: Clock) -> Span | None:
        """The days it means, without its lead ("since", "after")."""
        try:
            if self.joined is not None:
                return _range(self, self.joined, clock)
            return self.read_words(clock) if self.read_words else None
        except (ValueError, OverflowError):
            return None


# ---- readers: a match and a clock to a span ------------------------------------------------------------------------


def _month_of(match: re.Match[str]) -> int:
    return MONTHS.index(match["month"][:3]) + 1


def _count(text: str | None) -> int | None:
    if not text or re.fullmatch(VAGUE_COUNT, text):
        return None
    return int(text) if text.isdecimal() else NUMBERS.get(text)


def _unit(match: re.Match[str]) -> str:
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


def _toward(word: str | None, clock: Clock) -> Clock:
    """The clock turned by "last", "next", "this coming" …; a reference date is counted from where the words say so."""
    if word in ("the previous", "the following") and clock.reference is not None:
        base = clock.reference.start - DAY if word == "the previous" else clock.reference.end + DAY
        return replace(clock, today=base, direction="past" if word == "the previous" else "future", within=None)
    turned = {"last": "past", "this past": "past", "past": "past", "the previous": "past", "the last": "past", "previous": "past"}
    turned |= {"next": "future", "this coming": "future", "coming": "future", "the following": "future", "the next": "future"}
    return replace(clock, direction=turned[word], within=None) if word in turned else clock


def _narrow(part: str | None, span: Span | None, clock: Clock) -> Span | None:
    """ "early", "mid", "the end of" … of a span; "earlier this month" ends today, "later this month" begins today."""
    if not part or span is None:
        return span
    word = re.sub(r"^(?:the |its |very )+", "", part)
    today = clock.today
    if word in ("earlier", "later") and today and span.start <= today <= span.end:
        start, end = (span.start, today) if word == "earlier" else (today, span.end)
        return Span(start, end, span.precision if span.days > 1 else "day", span.basis, span.unit + " part")
    if word in ("beginning", "start", "outset", "end", "close", "turn") and span.unit == "year":
        return replace(month_span(span.start.year, 12 if word in ("end", "close") else 1, span.basis), unit="year part")
    for name, words in (
        ("early", ("early", "earlier", "beginning", "start", "outset", "turn", "first days", "first months", "first weeks")),
        ("late", ("late", "later", "end", "close", "last days", "final days", "last months", "last weeks")),
        ("mid", ("mid", "middle")),
    ):
        if word in words:
            return part_of(span, name)
    return part_of(span, word)


def _calendar_day(match: re.Match[str], clock: Clock) -> Span | None:
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


def _days_of_month(match: re.Match[str], clock: Clock) -> Span | None:
    """ "3-5 April", "July 3 and 4, 2014"."""
    month = _month_of(match)
    year = _year_of(match, clock)
    first, last = int(match["day"]), int(match["day2"])

    def make(candidate: int) -> Span:
        return interval(date(candidate, month, first), date(candidate, month, last), "explicit", unit="days")

    return make(year) if year is not None else nearest_year(make, clock)


def _month(match: re.Match[str], clock: Clock) -> Span | None:
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


def _year(match: re.Match[str], clock: Clock) -> Span | None:
    return _narrow(match["part"], year_span(int(match["year"]), "explicit"), clock)


def _decade(match: re.Match[str], clock: Clock) -> Span | None:
    first = int(match["decade"]) if match["decade"] else 1900 + DECADES[match["word"]]
    return _narrow(match["part"], years_span(first, first + 9, "explicit", "decade"), clock)


def _century(match: re.Match[str], clock: Clock) -> Span | None:
    nth = CENTURIES.get(match["nth"]) or int(re.sub(r"\D", "", match["nth"]))
    return years_span(nth * 100 - 99, nth * 100, "explicit", "century")


def _quarter(match: re.Match[str], clock: Clock) -> Span | None:
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


def _half(number: int, year: int) -> Span:
    return half_span(year, number, "explicit")


def _quarter_in(number: int, year: int) -> Span:
    return quarter_span(year, number, "explicit")


def _this_year(clock: Clock, said: str | None) -> Span | None:
    return year_span(clock.today.year, "relative") if said and clock.today else None


def _season(match: re.Match[str], clock: Clock) -> Span | None:
    name = match["season"]
    year = _year_of(match, clock)
    if year is not None:
        return _narrow(match["part"], season_span(name, year, "explicit"), clock)
    turned = _toward(match["which"], clock)
    if turned.today is not None and match["which"] in ("last", "next"):
        ends = [season_span(name, y, "relative") for y in range(max(1, turned.today.year - 2), min(9998, turned.today.year + 2))]
        last = match["which"] == "last"
        fit = [s for s in ends if (s.end < turned.today if last else s.start > turned.today)]
        chosen = (fit[-1] if last else fit[0]) if fit else None
        return _narrow(match["part"], chosen, clock)
    span = nearest_year(lambda y: season_span(name, y, "relative"), turned, 2)
    return _narrow(match["part"], span, clock)


def _holiday(match: re.Match[str], clock: Clock) -> Span | None:
    year = _year_of(match, clock)
    name = match["holiday"]
    if year is not None:
        return holiday_span(name, year)
    turned = _toward(match["which"], clock)
    return nearest_year(lambda y: holiday_span(name, y), turned)


def _near_day(match: re.Match[str], clock: Clock) -> Span | None:
    today = clock.today
    if today is None:
        return None
    word = match["word"]
    if word == "overnight":
        return Span(today - DAY, today, "day", "relative", "day") if clock.direction != "future" else day_span(today, "relative")
    moved = {"yesterday": -1, "tomorrow": 1, "the day before yesterday": -2, "the day after tomorrow": 2}
    days = moved.get(word, -1 if word.startswith("last") else 0)
    return day_span(today + timedelta(days=days), "relative")


def _weekday(match: re.Match[str], clock: Clock) -> Span | None:
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


def _weekend(match: re.Match[str], clock: Clock) -> Span | None:
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


def _unit_reference(match: re.Match[str], clock: Clock) -> Span | None:
    """ "last week", "earlier this month", "the end of the year", "that day", "the following year"."""
    which, unit, today = match["which"], _unit(match), clock.today
    if which in ("that", "the same", "that same", "the following", "the previous", "the preceding", "the next") and (
        clock.reference is not None
    ):
        steps = {"the following": 1, "the next": 1, "the previous": -1, "the preceding": -1}.get(which, 0)
        base = clock.reference.start if steps <= 0 else clock.reference.end
        return _narrow(match["part"], unit_span(shift(base, steps, unit), unit, "relative"), clock)
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
    return {"night": "day", "hour": "day", "minute": "day", "fortnight": "month", "decade": "unknown", "century": "unknown"}.get(unit, unit)


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


def _rolling(match: re.Match[str], clock: Clock) -> Span | None:
    """ "the past three years", "recent weeks", "the next two days"."""
    today, unit, count = clock.today, _unit(match), _count(match["n"])
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
    precision = "day" if unit == "day" and count == 1 else ""
    return interval(today, other, "relative", precision, "rolling")


def _ago(match: re.Match[str], clock: Clock) -> Span | None:
    today, unit, count = clock.today, _unit(match), _count(match["n"])
    if today is None:
        return None
    if count is None:
        near, far = _back(today, _reach(unit, 0)), _back(today, _reach(unit, 1))
        return interval(far, near, "relative", "day" if unit in ("minute", "hour", "second") and far == near else "unknown", "rolling")
    if match["n"].startswith("half") and unit in ("year", "century"):
        count, unit = (6, "month") if unit == "year" else (50, "year")
    if unit in ("decade", "century"):
        return unit_span(shift(today, -count, unit), "year" if unit == "decade" else "decade", "relative")
    return unit_span(shift(today, -count, unit), unit, "relative")


def _ahead(match: re.Match[str], clock: Clock) -> Span | None:
    """ "three days from now"."""
    count = _count(match["n"])
    if clock.today is None or count is None:
        return None
    unit = _unit(match)
    return unit_span(shift(clock.today, count, unit), unit, "relative")


def _offset(match: re.Match[str], clock: Clock) -> Span | None:
    """ "two days later", "a year earlier", counted from the date told last."""
    if clock.reference is None:
        return None
    return offset_span(clock.reference, _signed(match), _unit(match))


def _signed(match: re.Match[str]) -> int:
    count = _count(match["n"] or "")
    forward = match["way"] in ("later", "after", "afterwards", "afterward", "following")
    return (count or 0) * (1 if forward else -1)


def offset_span(base: Span, count: int, unit: str) -> Span | None:
    """The date `count` units from another one, as precise as the coarser of the two."""
    moved = shift(base.start if count <= 0 else base.end, count, unit)
    order = ("day", "week", "month", "quarter", "year")
    coarse = max(unit if unit in order else "day", base.precision if base.precision in order else "year", key=order.index)
    return unit_span(moved, coarse, "relative")


def _duration(match: re.Match[str], clock: Clock) -> Span | None:
    """ "in three days" (ahead), "within a week" (ahead), "for three years" (has …); else no date."""
    today, lead, unit, count = clock.today, match["lead"], _unit(match), _count(match["n"])
    if today is None:
        return None
    if lead == "for":
        if not clock.perfect:
            return None
        if count is None:
            return interval(_back(today, _reach(unit, 1)), today, "relative", "unknown", "rolling")
        return interval(shift(today, -count, unit), today, "relative", unit="rolling")
    if clock.direction != "future" or count is None:
        return None
    if lead == "in":
        return unit_span(shift(today, count, unit), unit, "relative")
    return interval(today, shift(today, count, unit), "relative", unit="rolling")


def _vague(match: re.Match[str], clock: Clock) -> Span | None:
    today = clock.today
    if today is None:
        return None
    if match["word"] in ("recently", "lately", "of late", "not long ago", "newly", "just recently"):
        return interval(_back(today, timedelta(days=30)), today, "relative", "unknown", "vague")
    return before(today, "relative")


def _reference(match: re.Match[str], clock: Clock) -> Span | None:
    """ "(since) then"."""
    return clock.reference


def _september_11(match: re.Match[str], clock: Clock) -> Span | None:
    return day_span(date(2001, 9, 11), "explicit")


_DAY_FIRST, _MONTH_FIRST = (
    DateDataParser(languages=["en"], settings={"DATE_ORDER": order, "STRICT_PARSING": True, "PREFER_LOCALE_DATE_ORDER": False})
    for order in ("DMY", "MDY")
)


def _numeric(match: re.Match[str], clock: Clock) -> Span | None:
    """ "2026-01-28", "12/03/2024", "28-Jan-2026": both orders tried, what they share is certain."""
    text = match[0].replace(" ", "")
    iso = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text)
    if iso:
        return day_span(date(int(iso[1]), int(iso[2]), int(iso[3])), "explicit")
    found: set[date] = set()
    for parser in (_DAY_FIRST, _MONTH_FIRST):
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


_HOLIDAY = "|".join(sorted(map(re.escape, HOLIDAYS), key=len, reverse=True)).replace(r"\ ", " ")
_WHICH = r"(?:(?P<which>this past|this coming|the previous|the following|last|this|next|every|each|past|coming|the) )?"

# kind, pattern, reader. At each place the longest match wins, the earlier of two as long.
PATTERNS: tuple[tuple[str, re.Pattern[str], Reader], ...] = tuple(
    (kind, re.compile(pattern), reader)
    for kind, pattern, reader in (
        ("numeric", r"(?:\d{4}(?: - |[/.])\d{1,2}(?: - |[/.])\d{1,2}|\d{1,2}(?: - |[/.])(?:\d{1,2}|[a-z]{3})(?: - |[/.])\d{4})\b", _numeric),
        ("9/11", r"9/11\b", _september_11),
        (
            "days",
            rf"{DAYNUM} (?:-|–|to|and|or|through|until) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MON}\b{TAIL}",
            _days_of_month,
        ),
        (
            "days",
            rf"{MON} {DAYNUM} (?:-|–|to|and|or|through|until) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?! {MON.replace('month', 'm2')}){TAIL}",
            _days_of_month,
        ),
        ("date", rf"(?:{DOW}{HOUR}(?: ,)?(?: the)? )?{DAYNUM}(?: of)? {MON}\b{TAIL}", _calendar_day),
        ("date", rf"(?:{DOW}{HOUR}(?: ,)? )?{MON} (?:the )?{DAYNUM}{TAIL}", _calendar_day),
        ("month", rf"{PART}?{_WHICH}{MON}\b{TAIL}", _month),
        ("year", rf"(?P<lead>the year )?{PART}?(?:the year )?{YEAR}\b", _year),
        ("decade", rf"(?:the )?{PART}?(?:the )?(?:(?P<decade>(?:1\d|20)\d0) ?'?s\b|(?P<word>{'|'.join(DECADES)})\b)", _decade),
        ("century", rf"(?:the )?{PART}?(?:the )?(?P<nth>\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(CENTURIES)}) century\b", _century),
        (
            "quarter",
            rf"(?:the )?(?P<nth>{'|'.join(ORDINALS)}) (?:quarter|(?P<half>half))(?: of (?P<the_year>the year)\b|{TAIL})",
            _quarter,
        ),
        ("quarter", rf"(?:the )?q(?P<q>[1-4])\b{TAIL}", _quarter),
        ("season", rf"{PART}?{_WHICH}{SEASON}\b{TAIL}", _season),
        ("holiday", rf"{_WHICH}(?P<holiday>{_HOLIDAY})\b{TAIL}", _holiday),
        (
            "near day",
            rf"(?:early |late |earlier |later )?(?P<word>the day before yesterday|the day after tomorrow|today|tonight|yesterday|tomorrow"
            rf"|overnight|this (?:morning|afternoon|evening)|last (?:night|evening)){HOUR}\b",
            _near_day,
        ),
        (
            "weekday",
            rf"(?:(?:early|earlier|late|later) (?:on )?)?{_WHICH}{DOW}\b(?: (?:early|late))?{HOUR}(?: (?:of )?(?P<week>last|this|next) week\b)?",
            _weekday,
        ),
        ("weekend", rf"{PART}?(?P<which>this past|this coming|the same|last|this|next|that|the|past) weekend\b", _weekend),
        (
            "unit",
            rf"{PART}?(?P<which>this past|this coming|the past|the last|the next|the coming|the previous|the preceding|the following"
            rf"|the same|that same|that|last|this|next|the) {UNIT}\b",
            _unit_reference,
        ),
        ("rolling", rf"(?:the )?(?P<side>past|last|previous|preceding|recent|coming|next|upcoming|following)(?: {COUNT})? {UNIT}s\b", _rolling),
        ("ago", rf"(?:{COUNT} )?{UNIT}s? ago\b", _ago),
        ("ahead", rf"{COUNT} {UNIT}s? (?:from now|hence)\b", _ahead),
        (
            "offset",
            rf"(?:{COUNT} )?{UNIT}s? (?P<way>earlier|later|before|after|afterwards?|prior to|prior|following|ahead of)\b",
            _offset,
        ),
        ("duration", rf"(?P<lead>in|within|for) (?:about |around |nearly |almost |at least |more than |over |just |roughly )?(?:{COUNT} )?{UNIT}s?\b", _duration),
        ("then", r"(?<=since )then\b", _reference),
        (
            "vague",
            r"(?P<word>just recently|recently|lately|of late|newly|previously|formerly|not long ago|long ago|earlier|in the past|last)\b",
            _vague,
        ),
    )
)  # fmt: skip

_CORE = re.compile(
    rf"(?:{MON}|{DOW}|{UNIT}s?|{SEASON}|{'|'.join(DECADES)}|today|tonight|yesterday|tomorrow|overnight|morning|afternoon|evening|century"
    r"|half|recently|lately|late|newly|previously|formerly|ago|earlier|past|last|then|christmas|easter|thanksgiving|halloween|nowruz|pentecost"
    r"|eve|q[1-4]|\d{4}s?|\d{1,4}[/.]\d{1,2}(?:[/.]\d{1,4})?|\d{1,4}-\w+-\d{1,4})"
)
_HYPHEN = re.compile(r"[-–—]")
_REACH_BACK = 6  # words that may stand before the telling one ("the first half of this year")


def is_temporal_word(word: str) -> bool:
    """Whether a lower-cased word may belong to a date phrase: the cheap check before any reading."""
    return word in _PLAIN_WORDS or (("0" <= word[:1] <= "9" or "-" in word or "–" in word or word[-1:] == ".") and _telling(word))


def _telling(word: str) -> bool:
    if _CORE.fullmatch(word):
        return True
    return any(p in _PLAIN_WORDS or _CORE.fullmatch(p) for p in re.split(r"[-–—.]", word) if p)


_PLAIN_WORDS = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun second minute hour day night week weekend "
    "fortnight month quarter year decade century seconds minutes hours days nights weeks weekends months quarters years decades centuries spring summer "
    "autumn fall winter today tonight yesterday tomorrow overnight morning afternoon evening recently lately newly previously formerly ago "
    "earlier past last then christmas easter thanksgiving halloween nowruz pentecost eve half q1 q2 q3 q4".split()
) | frozenset(DECADES)  # fmt: skip


# ---- finding -------------------------------------------------------------------------------------------------------


def find_phrases(tree: Tree) -> list[Phrase]:
    """All date phrases of a sentence in text order; ranges joined, figures that are no dates left out."""
    core = [i for i, word in enumerate(tree.lower) if is_temporal_word(word)]
    if not core:
        return []
    text, starts, owners = _lay_out(tree)
    ends = {start + len(word): k for k, (start, word) in enumerate(zip(starts, text.split(" "), strict=True))}
    telling = sorted({k for i in core for k, o in enumerate(owners) if o == i})
    tries = sorted({k for t in telling for k in range(max(0, t - _REACH_BACK), t + 1)})
    found: list[Phrase] = []
    position = 0
    for k in tries:
        if k < position:
            continue
        best: tuple[int, str, re.Match[str], Reader] | None = None
        for kind, pattern, reader in PATTERNS:
            match = pattern.match(text, starts[k])
            if match is None or match.end() not in ends or (best and match.end() <= best[0]):
                continue
            last = owners[ends[match.end()]]
            if _is_date(tree, kind, match, owners[k], last):
                best = (match.end(), kind, match, reader)
        if best is None:
            continue
        end, kind, match, reader = best
        position = ends[end] + 1
        found.append(_phrase(tree, kind, match, reader, owners[k], owners[ends[end]]))
    return _join(tree, found)


def _lay_out(tree: Tree) -> tuple[str, list[int], list[int]]:
    """The words in lower case with hyphens spaced out, the offset of each and the token it belongs to."""
    words: list[str] = []
    owners: list[int] = []
    for i, word in enumerate(tree.lower):
        word = word.replace("’", "'").replace("–", "-").replace("—", "-")
        if len(word) > 2 and word[-1] == "." and word[:-1] in _PLAIN_WORDS:
            word = word[:-1]
        pieces = [p for p in re.split(r"(-)", word) if p] if "-" in word else [word]
        pieces = pieces or [word or "_"]
        words += [p.replace(" ", "_") for p in pieces]
        owners += [i] * len(pieces)
    starts: list[int] = []
    at = 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    return " ".join(words), starts, owners


def _phrase(tree: Tree, kind: str, match: re.Match[str], reader: Reader, first: int, last: int) -> Phrase:
    if kind == "year" and match["lead"]:
        lead = _lead(tree, first)
    elif kind == "duration":
        lead, first = match["lead"], first + 1
    else:
        lead = _lead(tree, first)
    offset = None
    if kind == "offset" and match["way"] not in ("earlier", "later", "afterwards", "afterward", "prior") and _has_complement(tree, last):
        offset = (_signed(match), _unit(match))
    return Phrase(first, last, match[0], kind, lead, partial(reader, match), offset)


def _has_complement(tree: Tree, last: int) -> bool:
    return last + 1 < tree.n and tree.upos[last + 1] not in ("PUNCT", "CCONJ", "ADP", "AUX")


_LEADS = {
    "since": "since", "until": "until", "till": "until", "by": "by", "before": "before", "after": "after", "following": "after", "from": "from",
    "starting": "from", "in": "in", "on": "on", "during": "during", "over": "over", "within": "in", "between": "between", "for": "for",
    "throughout": "during", "through": "until", "of": "of", "at": "at", "to": "to", "postponed": "", "pre": "before", "post": "after",
}  # fmt: skip
_LEAD_FILLERS = frozenset("about around roughly nearly almost approximately late early the at least just only some more than back sometime as soon -".split())
_LEAD_PAIRS = {("prior", "to"): "before", ("ahead", "of"): "before", ("up", "to"): "until", ("as", "of"): "from", ("anniversary", "of"): "anniversary"}


def _lead(tree: Tree, first: int) -> str:
    """The preposition before a phrase, in a handful of classes."""
    i = first - 1
    steps = 0
    while i >= 0 and tree.lower[i] in _LEAD_FILLERS and tree.lower[i] not in ("over",) and steps < 3:
        i, steps = i - 1, steps + 1
    if i < 0:
        return ""
    word = tree.lower[i]
    pair = _LEAD_PAIRS.get((tree.lower[i - 1], word)) if i else None
    return pair or _LEADS.get(word, "")


def _is_date(tree: Tree, kind: str, match: re.Match[str], first: int, last: int) -> bool:
    """Whether words that look like a date are one: no surnames, modals, counts, article numbers."""
    groups = match.groupdict()
    if groups.get("month"):
        return _is_month(tree, kind, match, first, last)
    check = _CHECKS.get(kind)
    return check(tree, match, first, last) if check else True


def _is_month(tree: Tree, kind: str, match: re.Match[str], first: int, last: int) -> bool:
    groups = match.groupdict()
    name = groups["month"]
    token = next((i for i in range(first, last + 1) if tree.lower[i].rstrip(".").endswith(name)), first)
    if not any(c.isupper() for c in tree.forms[token]) or tree.upos[token] in ("AUX", "VERB"):
        return False
    if kind in ("date", "days"):
        if groups.get("day") and not 1 <= int(groups["day"]) <= 31:
            return False
        in_month = first and tree.lower[first - 1] == "in" and not groups.get("year") and tree.lower[first].startswith(name)
        return not in_month
    if groups.get("year") or groups.get("yref") or groups.get("part") or groups.get("which") not in (None, "the"):
        return True
    if _lead(tree, first) in ("in", "since", "until", "by", "before", "after", "from", "during", "over", "between", "to", "of", "anniversary"):
        return not (name == "may" and tree.relation(token) == "flat")
    if len(name) <= 3 or name in ("march", "august", "april", "june"):
        return tree.relation(token) in ("compound", "nmod", "obl") and name != "may"
    return tree.upos[token] == "PROPN" and tree.relation(token) not in ("flat", "nsubj")


_COUNTED = frozenset("person people man woman child soldier civilian troop death casualty case vote seat dollar euro fighter member refugee migrant km mile meter metre percent page word kilogram ton tonne".split())


def _is_year(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    following = last + 1
    after = tree.lower[following] if following < tree.n else ""
    previous = tree.lower[first - 1] if first else ""
    if after in ("gmt", "hours", "hrs", "utc", "local", "%", "percent") or previous in ("$", "€", "£", "at", "article", "resolution", "no.", "number", "nos.", "#", "section", "flight", "room", "usd"):
        return False
    if match["part"] or match["lead"]:
        return True
    head = tree.heads[last]
    lead = _lead(tree, first)
    counted = tree.deprels[last] == "nummod" and head > last and tree.upos[head] in ("NOUN", "SYM", "PROPN")
    if counted:
        determined = previous in ("the", "'s", "’s", "its", "his", "her", "their", "'", "a", "this", "that", "-") or first == 0 or bool(
            first and tree.upos[first - 1] in ("ADJ", "DET", "PRON")
        )
        return determined and tree.lemmas[head].lower() not in _COUNTED and head - last <= 3
    if lead:
        return lead not in ("at", "to", "of", "for", "over") or (
            lead in ("to", "of", "over") and (tree.upos[last] == "NUM" and not tree.children[last] or bool(tree.children[last]))
        ) and (head < 0 or tree.upos[head] != "VERB" or lead == "to")
    if head >= 0 and tree.upos[head] == "PROPN" and head < last:
        return False  # "Resolution 2254", "Agenda 2030"
    return tree.relation(last) in ("obl", "compound", "nmod") or (first > 0 and previous in (",", "(", "and"))


def _is_weekday(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    name = match["dow"]
    token = next((i for i in range(first, last + 1) if tree.lower[i].rstrip(".").endswith(name)), first)
    if not tree.forms[token][:1].isupper() or tree.upos[token] in ("VERB", "ADJ", "AUX"):
        return False
    if first and tree.lower[first - 1] in ("black", "bloody", "palm", "good", "easter", "super", "cyber"):
        return False
    if last + 1 < tree.n and tree.lower[last + 1] in ("times", "mirror", "telegraph", "mail", "express", "post", "star"):
        return False
    return len(name) > 5 or tree.forms[token].endswith(".") or tree.upos[token] == "PROPN"


def _is_season(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    token = next(i for i in range(first, last + 1) if tree.lower[i].endswith(match["season"]))
    if tree.upos[token] not in ("NOUN", "PROPN"):
        return False
    if match["year"] or match["yref"] or match["part"] or match["which"] not in (None, "the"):
        return True
    lone = tree.relation(token) not in ("compound", "nsubj", "obj", "flat") and not (
        last + 1 < tree.n and tree.lower[last + 1] == "of"
    )
    return lone and _lead(tree, first) in ("in", "during", "over", "since", "by", "until", "before", "after")


def _is_unit(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    which, unit = match["which"], match["unit"]
    if which == "the":
        return bool(match["part"])
    if unit in ("second", "minute", "hour"):
        return False
    if unit == "quarter" and which in ("the last", "that"):
        return False
    if which == "that":  # "said that year-round …": the determiner alone
        token = next((i for i in range(first, last + 1) if tree.lower[i] == "that"), first)
        return tree.upos[token] == "DET"
    return not (unit == "day" and which in ("this", "last") and match["part"] is None and tree.lower[first - 1 if first else 0] == "to")


def _is_offset(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    return match["n"] is not None or tree.lower[first] == match["unit"] + "s"


def _is_duration(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    if tree.lower[first] not in ("in", "within", "for"):
        return False
    return match["n"] is not None or match["lead"] == "for" and tree.lower[last].endswith("s")


def _is_vague(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    word = match["word"]
    if word == "last":
        return tree.upos[first] == "ADV" and tree.deprels[first] == "advmod" and tree.heads[first] == last + 1 and tree.upos[last + 1] == "VERB"
    if word == "earlier":
        return tree.deprels[first] == "advmod" and tree.heads[first] >= 0 and tree.upos[tree.heads[first]] in ("VERB", "AUX")
    return True


def _is_quarter(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    groups = match.groupdict()
    told = groups.get("year") or groups.get("yref") or groups.get("the_year")
    if groups.get("q"):
        return True
    if groups.get("half") or match["nth"] in ("last", "final"):
        return bool(told)
    return bool(told) or _lead(tree, first) in ("in", "during", "since", "by", "until", "for", "of")


_CHECKS: dict[str, Callable[[Tree, re.Match[str], int, int], bool]] = {
    "year": _is_year,
    "weekday": _is_weekday,
    "season": _is_season,
    "unit": _is_unit,
    "offset": _is_offset,
    "duration": _is_duration,
    "vague": _is_vague,
    "quarter": _is_quarter,
}


# ---- leads and ranges ----------------------------------------------------------------------------------------------

_CONNECTORS = frozenset({"to", "until", "till", "through", "and", "-", "–", "or", "into"})
_RANGE_KINDS = {"days": "date", "near day": "weekday"}


def _join(tree: Tree, phrases: list[Phrase]) -> list[Phrase]:
    """ "from X to Y", "between X and Y", "X-Y", "on X and Y" as one phrase."""
    joined: list[Phrase] = []
    for phrase in phrases:
        previous = joined[-1] if joined else None
        if previous is not None and previous.joined is None and _connected(tree, previous, phrase):
            text = f"{previous.text} … {phrase.text}"
            joined[-1] = replace(previous, last=phrase.last, text=text, joined=phrase, read_words=previous.read_words)
        else:
            joined.append(phrase)
    return joined


def _connected(tree: Tree, left: Phrase, right: Phrase) -> bool:
    gap = [tree.lower[i] for i in range(left.last + 1, right.first)]
    words = [w for w in gap if w not in ("in", "on", "early", "late", "the", ",", "again", "'s")]
    if "vague" in (left.kind, right.kind) or left.offset or right.offset:
        return False
    if not words:
        touching = left.last == right.first and left.kind == right.kind == "year"
        return touching or (left.last + 1 == right.first and tree.forms[left.last][-1:] in "-–")
    if len(words) != 1 or words[0] not in _CONNECTORS:
        return False
    if words[0] in ("and", "or") and left.lead != "between":
        kinds = {_RANGE_KINDS.get(left.kind, left.kind), _RANGE_KINDS.get(right.kind, right.kind)}
        return len(kinds) == 1 and not kinds & {"unit", "duration", "rolling", "ago", "then"} and len(gap) <= 3
    if words[0] == "to" and left.lead not in ("from", "between", "since") and left.kind not in ("weekday", "date", "month", "year"):
        return False
    return right.kind not in ("duration", "rolling", "ago", "offset")


def _range(left: Phrase, right: Phrase, clock: Clock) -> Span | None:
    alone = replace(left, joined=None)
    told = re.search(r"\d{4}|year", right.text)
    first: Span | None
    last: Span | None
    if clock.direction == "future" and not told:
        first = alone.bare(clock)
        last = right.bare(replace(clock, today=first.start, within=None)) if first else None
    else:
        last = right.bare(clock)
        turned = replace(clock, today=last.end, direction="past", within=clock.within) if last else clock
        first = alone.bare(turned)
    if first is None or last is None:
        return first or last
    if last.start < first.start and clock.direction == "past" and last.unit == first.unit == "weekday":
        first, last = last, first
    return hull(first, last)


def _apply_lead(phrase: Phrase, span: Span, clock: Clock) -> Span | None:
    lead, today = phrase.lead, clock.today
    if phrase.kind in ("rolling", "ago", "duration", "vague", "offset") and lead not in ("since", "until", "before"):
        return span
    if lead == "since":
        return since(span, today)
    if lead == "until":
        return until(span, clock)
    if lead == "by":
        return until(span, clock) if today is not None and today <= span.end and clock.direction != "past" else span
    if lead == "before":
        if today is not None and today < span.start and clock.direction != "past":
            return interval(today, span.start - DAY, span.basis, unit="range")
        return before(span.start - DAY, span.basis)
    if lead == "after":
        return _after(span, today)
    if lead == "anniversary":
        return _anniversary(span, clock)
    return span


def _after(span: Span, today: date | None) -> Span | None:
    """After a date: open to today, which tells nothing where the date is fresh (then the tense dates the event)."""
    if today is None or today <= span.end:
        return Span(span.end, span.end, "unknown", span.basis, "range")
    if (today - span.end).days <= 14:
        return None
    return Span(span.end, today, "unknown", span.basis, "range")


def _anniversary(span: Span, clock: Clock) -> Span | None:
    """The same day of another year; an anniversary of a month or a year tells no day."""
    if span.precision != "day" or clock.today is None:
        return None
    return nearest_year(lambda y: day_span(span.start.replace(year=y), span.basis), replace(clock, within=None))


__all__ = ["Clock", "Phrase", "Span", "find_phrases", "is_temporal_word", "length_precision", "offset_span"]
