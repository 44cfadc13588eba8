"""The patterns of date phrases, each with its reader; one table.

In: lower-cased words joined by blanks, hyphens spaced out. At each place the longest match counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from coder.date_readers import (
    CENTURIES,
    DECADES,
    NUMBERS,
    ORDINALS,
    VAGUE_COUNT,
    read_ago,
    read_ahead,
    read_around,
    read_calendar_day,
    read_century,
    read_days_of_month,
    read_decade,
    read_duration,
    read_holiday,
    read_military,
    read_month,
    read_months_of_year,
    read_near_day,
    read_nothing,
    read_numeric,
    read_offset,
    read_quarter,
    read_reference,
    read_rolling,
    read_season,
    read_september_11,
    read_unit_reference,
    read_vague,
    read_weekday,
    read_weekend,
    read_year,
)
from coder.date_spans import HOLIDAYS, Clock, Span

Reader = Callable[["re.Match[str]", Clock], Span | None]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MON = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
SHORT_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
NTH = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
DOW = r"(?P<dow>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
YEAR = r"(?P<year>1\d{3}|20\d{2})"
TAIL = rf"(?:(?: of| ,)? {YEAR}\b|(?: of)? (?P<yref>last|this|next|that|the same|the following|the previous) year\b)?"
DAYNUM = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
HOUR = r"(?: (?:morning|afternoon|evening|night|noon|lunchtime|midnight|overnight))?"
UNIT = r"(?P<unit>second|minute|hour|day|night|weekend|week|fortnight|month|quarter|year|decade|century|centurie)"
UNIT_OR_PART = UNIT.replace("|night|", "|night|morning|afternoon|evening|")
COUNT = (
    rf"(?P<n>\d{{1,4}}|half an?|a hundred|a dozen|a couple of|a couple|couple of|{VAGUE_COUNT}|an?|{'|'.join(NUMBERS)})"
)
COUNT = COUNT.replace("|half a|half an|", "|")
PART = (
    r"(?:(?P<part>early|earlier|mid|middle|late|later|(?:the |its |very )*(?:beginning|start|outset|end|close|turn|middle"
    r"|first half|second half|first days|last days|final days|first months|last months|first weeks|last weeks)(?= of))(?: -)?(?: (?:in|on|of))? )"
)
SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"

HOLIDAY = "|".join(sorted(map(re.escape, HOLIDAYS), key=len, reverse=True)).replace(r"\ ", " ")
_WHICH = r"(?:(?P<which>this past|this coming|the previous|the following|last|this|next|every|each|past|coming|the) )?"

# kind, pattern, reader. At each place the longest match wins, the earlier of two as long.
PATTERNS: tuple[tuple[str, re.Pattern[str], Reader], ...] = tuple(
    (kind, re.compile(pattern), reader)
    for kind, pattern, reader in (
        ("numeric", r"(?:\d{4}(?: - |[/.])\d{1,2}(?: - |[/.])\d{1,2}(?:t\d{1,2}(?::?\d\d)*z?)?|\d{1,2}(?: - |[/.])(?:\d{1,2}|[a-z]{3})(?: - |[/.])\d{4})\b", read_numeric),
        ("military", rf"(?P<day>\d\d)\d{{4}}z {MON}(?: (?P<year>\d{{4}}|\d\d))?\b", read_military),
        ("military", rf"(?P<day>\d{{1,2}})(?P<month>{SHORT_MONTHS})(?P<year>\d{{4}}|\d\d)\b", read_military),
        ("9/11", r"9/11\b", read_september_11),
        (
            "days",
            rf"{DAYNUM} (?:-|–|to|and|or|through|until) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MON}\b{TAIL}",
            read_days_of_month,
        ),
        (
            "days",
            rf"{MON} {DAYNUM} (?:-|–|to|and|or|through|until) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?! {MON.replace('month', 'm2')}){TAIL}",
            read_days_of_month,
        ),
        ("date", rf"(?:the )?(?:{DOW}{HOUR}(?: ,)?(?: the)? )?{DAYNUM}(?: of)? {MON}\b{TAIL}", read_calendar_day),
        ("date", rf"(?:the )?(?:{DOW}{HOUR}(?: ,)? )?{MON} (?:the )?{DAYNUM}{TAIL}", read_calendar_day),
        ("month", rf"{PART}?{_WHICH.replace('|the)', ')')}{MON}\b{TAIL}", read_month),
        ("days", rf"the (?P<unit>week|weekend) of {MON} {DAYNUM}{TAIL}", read_around),
        ("days", rf"the (?P<unit>week|weekend) of {DAYNUM} {MON}\b{TAIL}", read_around),
        ("year", rf"(?P<lead>the year )?{PART}?(?:the year )?{YEAR}\b", read_year),
        ("decade", rf"(?:the )?{PART}?(?:the )?(?:(?P<decade>(?:1\d|20)\d0) ?'?s\b|(?P<word>{'|'.join(DECADES)})\b)", read_decade),
        ("century", rf"(?:the )?{PART}?(?:the )?(?P<nth>\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(CENTURIES)}) century\b", read_century),
        (
            "quarter",
            rf"(?:the )?(?P<nth>{'|'.join(ORDINALS)}) (?:quarter|(?P<half>half))(?: of (?P<the_year>the year)\b|{TAIL})",
            read_quarter,
        ),
        (
            "months of a year",
            rf"(?:the )?(?P<which>first|last|final) {COUNT} months of (?:{YEAR}|(?P<yref>last|this|next) year|(?P<the_year>the year))\b",
            read_months_of_year,
        ),
        ("quarter", rf"(?:the )?q(?P<q>[1-4])\b{TAIL}", read_quarter),
        ("season", rf"{PART}?{_WHICH}{SEASON}\b{TAIL}", read_season),
        ("holiday", rf"{_WHICH}(?P<holiday>{HOLIDAY})\b{TAIL}", read_holiday),
        (
            "near day",
            rf"(?:early |late |earlier |later )?(?P<word>the day before yesterday|the day after tomorrow|today|tonight|yesterday|tomorrow"
            rf"|overnight|this (?:morning|afternoon|evening)|last (?:night|evening)){HOUR}\b",
            read_near_day,
        ),
        (
            "night",  # "for a third straight night"
            rf"(?:a|the) (?:{'|'.join(NTH)}|\d{{1,2}}(?:st|nd|rd|th)) (?:(?:straight|consecutive|successive) )?(?P<word>night)(?: running| straight| in a row)?\b",
            read_near_day,
        ),
        ("night", r"the (?P<word>night)\b(?! (?:of|to|from|between|that|when|before|after)\b)", read_near_day),
        (
            "weekday",
            rf"(?:(?:early|earlier|late|later) (?:on )?)?{_WHICH}{DOW}\b(?: (?:early|late))?{HOUR}(?: (?:of )?(?P<week>last|this|next) week\b)?",
            read_weekday,
        ),
        ("weekend", rf"{PART}?(?P<which>this past|this coming|the same|last|this|next|that|the|past) weekend\b", read_weekend),
        (
            "unit",
            rf"{PART}?(?P<which>this past|this coming|the past|the last|the next|the coming|the previous|the preceding|the following"
            rf"|the same|that same|that|last|this|next|the) {UNIT}\b",
            read_unit_reference,
        ),
        (
            "unit",
            rf"{PART}?(?P<which>the previous|the preceding|the following|the same|that same) (?P<unit>morning|afternoon|evening)\b",
            read_unit_reference,
        ),
        ("rolling", rf"(?:the )?(?P<side>past|last|previous|preceding|recent|coming|next|upcoming|following)(?: {COUNT})? {UNIT}s\b", read_rolling),
        ("ago", rf"(?:{COUNT} )?{UNIT}s? ago\b", read_ago),
        ("ahead", rf"{COUNT} {UNIT}s? (?:from now|hence)\b", read_ahead),
        (
            "offset",
            rf"(?:{COUNT} )?{UNIT_OR_PART}s? (?P<way>earlier|later|before|after|afterwards?|prior to|prior|following|ahead of)\b",
            read_offset,
        ),
        ("eve", r"(?:the )?eve of\b", read_nothing),
        ("duration", rf"(?P<lead>in|within|for) (?:about |around |nearly |almost |at least |more than |over |just |roughly )?(?:{COUNT} )?{UNIT}s?\b", read_duration),
        ("then", r"(?<=since )then\b", read_reference),
        (
            "vague",
            r"(?P<word>just recently|recently|lately|of late|newly|previously|formerly|not long ago|long ago|earlier|in the past|last)\b",
            read_vague,
        ),
    )
)  # fmt: skip

_CORE = re.compile(
    rf"(?:{MON}|{DOW}|{UNIT}s?|{SEASON}|{'|'.join(DECADES)}|today|tonight|yesterday|tomorrow|overnight|morning|afternoon|evening|century"
    r"|half|recently|lately|late|newly|previously|formerly|ago|earlier|past|last|then|christmas|easter|thanksgiving|halloween|nowruz|pentecost"
    rf"|\d{{1,2}}(?:{SHORT_MONTHS})\d{{2,4}}"
    r"|eve|q[1-4]|\d{4}s?|\d{1,4}[/.]\d{1,2}(?:[/.]\d{1,4})?|\d{1,4}-\w+-\d{1,4})"
)


Pattern = tuple[str, "re.Pattern[str]", Reader]


@cache
def _partial_patterns() -> tuple[Any, ...]:
    """The patterns for a matcher that can tell whether a text could begin a match (`re` cannot)."""
    import regex

    return tuple(regex.compile(pattern.pattern) for _, pattern, _ in PATTERNS)


def patterns_from(word: str) -> tuple[Pattern, ...]:
    """Those of PATTERNS, in their order, that a date phrase beginning with the word may match."""
    text, place = f"since {word} ", len("since ")  # one pattern looks back for "since"
    partial = _partial_patterns()
    return tuple(PATTERNS[n] for n, p in enumerate(partial) if p.match(text, place, partial=True))


@lru_cache(maxsize=1 << 15)
def patterns_from_two(word: str, following: str) -> tuple[Pattern, ...]:
    """Those of PATTERNS, in their order, that a date phrase beginning with two words may match: few even after "the"."""
    text, place = f"since {word} {following} ", len("since ")
    partial = _partial_patterns()
    return tuple(PATTERNS[n] for n, p in enumerate(partial) if p.match(text, place, partial=True))


def is_temporal_word(word: str) -> bool:
    """Whether a lower-cased word may belong to a date phrase."""
    if word in PLAIN_WORDS:
        return True
    return ("0" <= word[:1] <= "9" or "-" in word or "–" in word or word[-1:] == ".") and _telling(word)


def _telling(word: str) -> bool:
    if _CORE.fullmatch(word):
        return True
    return any(p in PLAIN_WORDS or _CORE.fullmatch(p) for p in re.split(r"[-–—.]", word) if p)


PLAIN_WORDS = words(
    "january february march april may june july august september october november december jan feb mar apr jun jul "
    "aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur "
    "thurs fri sat sun second minute hour day night week weekend fortnight month quarter year decade century "
    "seconds minutes hours days nights weeks weekends months quarters years decades centuries spring summer autumn "
    "fall winter today tonight yesterday tomorrow overnight morning afternoon evening recently lately newly "
    "previously formerly ago earlier past last then christmas easter thanksgiving halloween nowruz pentecost eve "
    "half q1 q2 q3 q4"
) | frozenset(DECADES)  # fmt: skip
