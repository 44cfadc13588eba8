"""Publication dates: those that a field states, and those that the head of a report shows in a recognisable place.

A date in the middle of the prose is never taken for the day of publication, and no half of a date is made up.

>>> infer_date("ERBIL, 12 March 2024 (AFP) - Protesters marched.")
datetime.date(2024, 3, 12)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime

FIRST_YEAR, LAST_YEAR = 1800, 2100

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb febr",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?[ \t]*)"

# Every form in which a whole, unambiguous day is written.
DAY = (
    rf"(?:{_WEEKDAY}?(?:"
    r"(?<![\d/.-])(?:1[89]|20|21)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\d|0?[1-9])(?![\d/-])(?:T[\d:.+Z-]+)?"
    rf"|{_MONTH}[ \t]+\d{{1,2}}(?:st|nd|rd|th)?,?[ \t]+\d{{4}}\b"
    rf"|(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?(?:[ \t]+of)?[ \t-]+{_MONTH},?[ \t-]+\d{{4}}\b"
    r"|(?<![\d/.-])\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?![\d/-])"
    r"))"
)
_CLOCK = (
    r"(?:(?:at[ \t]+)?\d{1,2}[:.]\d{2}(?::\d{2})?[ \t]*(?:[ap]\.?m\.?)?|(?:at[ \t]+)?\d{1,2}[ \t]*[ap]\.?m\.?)"
    r"(?:[ \t]*\(?(?:GMT|UTC|[A-Z]{2,4}T|local time|Z)\)?(?:[+-]\d{1,2}(?::?\d\d)?)?|[ \t]*[+-]\d\d:?\d\d)?"
)
_AFTER = rf"(?:,?[ \t]*(?:[-–—|·•][ \t]*)?{_CLOCK})?(?:[ \t]*\(?{_WEEKDAY}\)?)?"

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(?:\d{4}|\d{6})Z?)?$")
_MONTH_FIRST = re.compile(rf"({_MONTH})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+({_MONTH}),?[\s-]+(\d{{4}})\b", re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")

# What may stand before and after the day in a field; anything else, and it is no date.
_FIELD = re.compile(rf"{DAY}(?:[T ,]*{_CLOCK}(?:\.\d+)?(?:[ \t]*[+-]\d\d:?\d\d|Z)?)?{_AFTER}", re.IGNORECASE)


def parse_date(value: object) -> tuple[date | None, str]:
    """The day that a field states.

    Returns:
        The day and "", or None and what is wrong with the value ("" for no value at all).
    """
    if value is None:
        return None, ""
    if isinstance(value, datetime):
        return _in_range(value.date(), value)
    if isinstance(value, date):
        return _in_range(value, value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None, f"the date {_shown(value)} is no text"
    text = " ".join(str(value).split())
    compact = _COMPACT.match(text)
    if compact:
        return _checked(int(compact[1]), int(compact[2]), int(compact[3]), text)
    found = _day_in(text) if _FIELD.fullmatch(text) else None
    if found is None and (moment := _mail_date(text)):
        return _in_range(moment.date(), text)
    if found is None:
        if _NUMERIC.match(text):
            return None, f"the date {_shown(text)} may be day or month first, or is none (write YYYY-MM-DD)"
        if iso := _ISO.match(text):
            return _checked(int(iso[1]), int(iso[2]), int(iso[3]), text)
        return None, f"the date {_shown(text)} is not a day (write YYYY-MM-DD)"
    return _in_range(found, text)


def _mail_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if re.search(r"\d:\d\d", text) else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _checked(year: int, month: int, day: int, shown: object) -> tuple[date | None, str]:
    try:
        return _in_range(date(year, month, day), shown)
    except ValueError:
        return None, f"the date {_shown(shown)} is on no calendar (write YYYY-MM-DD)"


def _in_range(day: date, shown: object) -> tuple[date | None, str]:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day, ""
    return None, f"the date {_shown(shown)} is outside {FIRST_YEAR}–{LAST_YEAR}"


def _day_in(text: str) -> date | None:
    """The day that an expression of the form `DAY` names; None where it is on no calendar or ambiguous."""
    try:
        if iso := _ISO.search(text):
            day = date(int(iso[1]), int(iso[2]), int(iso[3]))
        elif named := _MONTH_FIRST.search(text):
            day = date(int(named[3]), _MONTHS[named[1].lower().rstrip(".")], int(named[2]))
        elif named := _DAY_FIRST.search(text):
            day = date(int(named[3]), _MONTHS[named[2].lower().rstrip(".")], int(named[1]))
        elif numeric := _NUMERIC.search(text):
            first, second, year = int(numeric[1]), int(numeric[3]), int(numeric[4])
            if numeric[2] == "." or first > 12 or first == second:  # dots are day first everywhere
                day = date(year, second, first)
            elif second > 12:
                day = date(year, first, second)
            else:
                return None
        else:
            return None
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


_PUBLISHED = (
    r"(?:(?:first|originally)[ \t]+)?(?:published|posted|issued|released)(?:[ \t]+(?:on|at|date))?"
    r"|publication[ \t]+date|date[ \t]+published|pub(?:lish)?[ \t_-]?date|date[ \t]+posted|dated?|story[ \t]+date"
)
_UPDATED = r"(?:last[ \t]+)?(?:updated|modified|revised)(?:[ \t]+(?:on|at))?"
_SEP = r"[ \t]*[:|–—-]?[ \t]*"
_TIME_FIRST = rf"(?:{_CLOCK},?[ \t]*(?:on[ \t]+)?)?"
_NEXT = rf"[ \t]*(?:$|[|·•;/(–—]|,?[ \t]*-[ \t]|,?[ \t]*(?:last[ \t]+)?(?:updated|modified|by)\b|{_CLOCK})"
_BYLINE = r"by[ \t]+[^|\n.!?]{2,60}?"
_AGENCY = r"(?:\([^()\n]{2,40}\)|/[A-Z][^/\n]{1,30}/|[A-Z]{2,8}\b)"  # (AFP), /TASS/, SANA

_HEAD_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    # "date 2025-03-24 The president ..." as a scraper puts it before the first sentence.
    ("published", re.compile(r"[ \t]*date:?[ \t]+(?P<day>(?:1[89]|20)\d\d-\d\d-\d\d)(?=\s|$)", re.IGNORECASE)),
    (
        "published",
        re.compile(rf"[ \t]*(?:{_PUBLISHED}){_SEP}{_TIME_FIRST}(?P<day>{DAY}){_AFTER}{_NEXT}", re.IGNORECASE),
    ),
    # The whole line is a date, with a clock time, a byline or a label of few words beside it.
    ("published", re.compile(rf"[ \t]*\[?(?P<day>{DAY}){_AFTER}\]?[ \t.]*$", re.IGNORECASE)),
    (
        "published",
        re.compile(
            rf"[ \t]*(?:{_BYLINE}|[^|·•\n.!?]{{2,40}})[ \t]*[|·•][ \t]*(?P<day>{DAY}){_AFTER}"
            r"[ \t]*(?:$|[|·•])",
            re.IGNORECASE,
        ),
    ),
    ("published", re.compile(rf"[ \t]*(?P<day>{DAY}){_AFTER}[ \t]*[|·•][ \t]*[^\n.!?]{{2,60}}$", re.IGNORECASE)),
    (
        "published",
        re.compile(rf"[ \t]*{_BYLINE}(?:,|[ \t][-–—]|[ \t])[ \t]*(?P<day>{DAY}){_AFTER}[ \t.]*$", re.IGNORECASE),
    ),
    # ERBIL, Iraq, 12 March 2024 (AFP) -   Damascus, March 3, 2024 /SANA/   12 March 2024 (Reuters) –
    (
        "published",
        re.compile(
            r"[ \t]*[A-Z][\w'’.-]*(?:[ \t,/]+(?:[A-Z][\w'’.-]*|of|and|de|the|[ae]l[-'’]\w+)){0,7}?"
            rf"(?:(?:,[ \t]*|[ \t]+[-–—][ \t]*)(?P<day>(?i:{DAY})),?"
            rf"|[ \t]+\((?P<bracketed>(?i:{DAY}))\))[ \t]*(?:{_AGENCY}[ \t]*[-–—:]+"
            rf"|/[A-Z][^/\n]{{1,30}}/[-–—:.]*|[-–—:]+)(?=\s)"
        ),
    ),
    ("published", re.compile(rf"[ \t]*(?P<day>(?i:{DAY}))[ \t]*(?:{_AGENCY}[ \t]*)?[-–—]+[ \t]")),
    (
        "published",
        re.compile(
            rf"[ \t]*[A-Z][A-Z'’. -]{{2,30}}(?:,[^\n]{{2,30}}?)?[ \t]*{_AGENCY}[ \t]*[-–—]+[ \t]*"
            rf"(?P<day>(?i:{DAY}))[ \t]*(?:[-–—:]|$)"
        ),
    ),
    ("updated", re.compile(rf"[ \t]*(?:{_UPDATED}){_SEP}{_TIME_FIRST}(?P<day>{DAY}){_AFTER}{_NEXT}", re.IGNORECASE)),
)
_HEAD_LINES = 12
_HEAD_CHARS = 4000
_LINE_CHARS = 240
_PROSE_LINES = 3
_MENU_CHARS = 24


def infer_date(text: str) -> date | None:
    """The day of publication as the head of the text shows it in a dateline, a label or a line of its own.

    A label "published" goes before "updated", else the first one wins. A dateline without a year tells no day.

    Args:
        text: the text of a report.
    """
    updated: date | None = None
    for line in _head_lines(text):
        for kind, rule in _HEAD_RULES:
            match = rule.match(line)
            groups = match.groupdict() if match else {}
            day = _day_in(groups.get("day") or groups.get("bracketed") or "")
            if day is None:
                continue
            if kind == "published":
                return day
            updated = updated or day
    return updated


def _head_lines(text: str) -> Iterator[str]:
    """The first lines, each cut to a length that a dateline keeps to, until the prose has well begun."""
    lines = prose = 0
    for line in filter(None, (line.strip() for line in text[:_HEAD_CHARS].splitlines())):
        if lines >= _HEAD_LINES or prose >= _PROSE_LINES:
            return
        yield line if len(line) <= _LINE_CHARS else line[:_LINE_CHARS].rsplit(" ", 1)[0] + " …"
        # The words of a menu above the report take up no room.
        lines += len(line) > _MENU_CHARS
        prose += len(line) > 120


def is_date_line(line: str) -> bool:
    """Whether the line tells the day of publication or update and nothing else."""
    return bool(_DATE_LINE.fullmatch(line))


_DATE_LINE = re.compile(
    rf"[ \t]*(?:(?:{_PUBLISHED}|{_UPDATED}){_SEP})?{_TIME_FIRST}\[?{DAY}{_AFTER}\]?[ \t.|]*"
    rf"(?:(?:{_UPDATED}){_SEP}{_TIME_FIRST}{DAY}{_AFTER}[ \t.]*)?",
    re.IGNORECASE,
)
