"""The layouts of the GDELT Project: events 1.0 and 2.0, and the mentions table of 2.0.

Columns, their order and meaning: GDELT Event Codebooks 1.0 and 2.0 (https://www.gdeltproject.org/).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from coder.export.codes import Actor, Country, country, split_actor
from coder.export.context import Context, actor_name, added, day_of, number_of, score, written
from coder.export.layouts import Cell, Column, Layout, columns
from coder.export.places import PlaceKind, place_kind

TYPES_IN_COLUMNS = 3
NO_OFFSET = -1
DAY, TIME = "%Y%m%d", "%Y%m%d000000"
GEO_TYPES = {PlaceKind.COUNTRY: 1, PlaceKind.STATE: 2, PlaceKind.TOWN: 4, PlaceKind.REGION: 5}
US_GEO_TYPES = {PlaceKind.TOWN: 3, PlaceKind.REGION: 2}
DEMANDED = frozenset(("NumSources", "AvgTone", "MentionDocLen", "MentionDocTone"))
CITATION = 2
WEB = 1


def _actor_columns(n: int, side: str) -> tuple[Column, ...]:
    a = f"Actor{n}"
    return columns(
        (f"{a}Code", "string", f"the {side}'s actor code, with GDELT's letters for the country"),
        (f"{a}Name", "string", f"canonical name of the {side}, else the words that name it, in capitals"),
        (
            f"{a}CountryCode",
            "string",
            "country or region of the code (ROM, TMP, MTN, IMY where GDELT differs from ISO)",
        ),
        (f"{a}KnownGroupCode", "string", "letters of the code that are in GDELT's list of known groups"),
        (f"{a}EthnicCode", "string", "letters in its list of ethnic groups, in small letters as there"),
        (f"{a}Religion1Code", "string", "letters in its list of religions"),
        (f"{a}Religion2Code", "string", "a second religion"),
        (f"{a}Type1Code", "string", "first role or international class of the code"),
        (f"{a}Type2Code", "string", "second one"),
        (f"{a}Type3Code", "string", "third one"),
    )


def _place_columns(what: str, known: bool, *, adm2: bool) -> tuple[Column, ...]:
    def text(words: str) -> str:
        return words if known else ""

    lines = [
        (f"{what}_Type", "integer", "0 no place, 1 country, 2 state or region of the US, 3 town in the US, 4 town elsewhere, 5 region elsewhere" if known
         else "0: places of the actors are not coded"),
        (f"{what}_FullName", "string", text("name of the place, and of its country after a comma")),
        (f"{what}_CountryCode", "string", text("FIPS 10-4 letters of its country")),
        (f"{what}_ADM1Code", "string", text("for a country its FIPS letters; else empty, as the district is not known")),
        *([(f"{what}_ADM2Code", "string", "")] if adm2 else []),
        (f"{what}_Lat", "number", text("latitude")),
        (f"{what}_Long", "number", text("longitude")),
        (f"{what}_FeatureID", "string", text("for a country its FIPS letters; else empty: GDELT has GNS and GNIS numbers, not GeoNames'")),
    ]  # fmt: skip
    return columns(*lines)  # type: ignore[arg-type]


def _event_columns(*, second: bool) -> tuple[Column, ...]:
    added_as = "YYYYMMDD000000" if second else "YYYYMMDD"
    return (
        *columns(
            ("GLOBALEVENTID", "integer", "first 13 hexadecimal digits of daily_id as a number"),
            ("SQLDATE", "integer", "YYYYMMDD: first day of the event, else the day of publication"),
            ("MonthYear", "integer", "YYYYMM"),
            ("Year", "integer", "YYYY"),
            ("FractionDate", "number", "year + ((month - 1) * 30 + day) / 365, as in GDELT's files"),
        ),
        *_actor_columns(1, "source"),
        *_actor_columns(2, "target"),
        *columns(
            ("IsRootEvent", "integer", "1 where a document reports it in its first sentence"),
            ("EventCode", "string", "CAMEO code"),
            ("EventBaseCode", "string", "its first three digits"),
            ("EventRootCode", "string", "its first two digits"),
            ("QuadClass", "integer", "1 to 4"),
            ("GoldsteinScale", "number", "Goldstein score of the run"),
            ("NumMentions", "integer", "sentences of the corpus that report it"),
            ("NumSources", "integer", "outlets that report it; empty where no outlet is known"),
            ("NumArticles", "integer", "documents that report it"),
            ("AvgTone", "number", ""),
            demanded=DEMANDED,
        ),
        *_place_columns("Actor1Geo", False, adm2=second),
        *_place_columns("Actor2Geo", False, adm2=second),
        *_place_columns("ActionGeo", True, adm2=second),
        *columns(
            ("DATEADDED", "integer", f"{added_as}: publication of its first report"),
            ("SOURCEURL", "string", "address of its first report, else the document's id"),
        ),
    )


MENTION_COLUMNS = columns(
    ("GLOBALEVENTID", "integer", "as in the events table"),
    ("EventTimeDate", "integer", "YYYYMMDD000000: publication of the event's first report"),
    ("MentionTimeDate", "integer", "YYYYMMDD000000: publication of this document"),
    ("MentionType", "integer", "1 where the document has an address, else 2"),
    ("MentionSourceName", "string", "the outlet, else the site of the address"),
    ("MentionIdentifier", "string", "the document's address, else its id"),
    ("SentenceID", "integer", "sentence of the document, counted from 1"),
    ("Actor1CharOffset", "integer", "first character of the source's mention in the document, counted from 0"),
    ("Actor2CharOffset", "integer", "first character of the target's mention; -1 for none"),
    ("ActionCharOffset", "integer", "first character of the trigger"),
    ("InRawText", "integer", "1: offsets point into the text as read"),
    ("Confidence", "integer", ""),
    ("MentionDocLen", "integer", "characters of the document"),
    ("MentionDocTone", "number", ""),
    ("MentionDocTranslationInfo", "string", ""),
    ("Extras", "string", ""),
    demanded=DEMANDED,
)


def fraction_date(year: int, month: int, day: int) -> str:
    """GDELT's fraction of a year: months of 30 days, years of 365 ("2020.2466" for 30 March 2020)."""
    return f"{year + ((month - 1) * 30 + day) / 365:.4f}"


@cache
def actor_letters(code: str | None) -> tuple[str, str, str, str, str, str, str, str, str]:
    """An actor code as GDELT's columns have it, without the name."""
    actor: Actor = split_actor(code)
    land = country(actor.country)
    letters = land.gdelt if land else actor.country
    whole = actor.code
    if land and letters != actor.country:
        at = whole.index(actor.country)
        whole = whole[:at] + letters + whole[at + 3 :]
    religions = (*actor.religions, "", "")[:2]
    roles = (*actor.roles, "", "", "")[:TYPES_IN_COLUMNS]
    return (whole, letters, actor.known_group, actor.ethnic.lower(), *religions, *roles)  # type: ignore[return-value]


def _actor(row: Mapping[str, Any], side: str) -> tuple[Cell, ...]:
    code, *rest = actor_letters(row[side])
    name = actor_name(row, side) if code else None
    return (code, name.upper() if name else None, *rest)


def _place(row: Mapping[str, Any], *, adm2: bool) -> tuple[Cell, ...]:
    kind = place_kind(row)
    if kind is None:
        return (0, *(None,) * (7 if adm2 else 6))
    name = row.get("location_name")
    land: Country | None = country(row.get("location_country"))
    number = GEO_TYPES[kind]
    if land and land.iso3 == "USA":
        number = US_GEO_TYPES.get(kind, number)
    full = name if land is None or name == land.name else f"{name}, {land.name}" if name else land.name
    fips = land.fips if land else ""
    area = fips if kind is PlaceKind.COUNTRY else None
    return (number, full, fips, area, *((None,) if adm2 else ()), row.get("latitude"), row.get("longitude"), area)


def _event(row: Mapping[str, Any], context: Context, *, second: bool) -> tuple[Cell, ...]:
    group = context.group(row)
    day = day_of(row)
    when: tuple[Cell, ...] = (None,) * 4
    if day:
        when = (f"{day:%Y%m%d}", f"{day:%Y%m}", f"{day:%Y}", fraction_date(day.year, day.month, day.day))
    reports = group.reports
    outlets = {r.outlet for r in reports if r.outlet}
    first = added(row, context)
    nowhere: tuple[Cell, ...] = (0, *(None,) * (7 if second else 6))
    return (
        number_of(group.id), *when, *_actor(row, "source"), *_actor(row, "target"),
        int(any(sentence == 0 for _, sentence in group.mentions)), row["code"], row["base_code"], row["root_code"],
        row["quad_class"], score(row["goldstein"]), len(group.mentions), len(outlets) or None, len(reports), None,
        *nowhere, *nowhere, *_place(row, adm2=second),
        written(first, TIME if second else DAY), reports[0].url or reports[0].id,
    )  # fmt: skip


def gdelt1_event(row: Mapping[str, Any], context: Context) -> tuple[Cell, ...]:
    return _event(row, context, second=False)


def gdelt2_event(row: Mapping[str, Any], context: Context) -> tuple[Cell, ...]:
    return _event(row, context, second=True)


def mention(row: Mapping[str, Any], context: Context) -> tuple[Cell, ...]:
    """A line of the mentions table: one event as coded from one sentence."""
    report = context.report(row)
    first, day = added(row, context), report.publication_date
    target = row.get("target_start")
    return (
        number_of(row.get("daily_id") or row["event_id"]), written(first, TIME), written(day, TIME),
        WEB if report.url else CITATION, report.outlet, report.url or report.id, row["sentence_index"] + 1, row["source_start"],
        NO_OFFSET if target is None else target, row["trigger_start"], 1, None, report.characters, None, None, None,
    )  # fmt: skip


GDELT1 = Layout(
    "gdelt1",
    "GDELT 1.0 events",
    _event_columns(second=False),
    gdelt1_event,
    header=False,
    unit="event",
    suffix=".export.CSV",
)
GDELT2 = Layout(
    "gdelt",
    "GDELT 2.0 events",
    _event_columns(second=True),
    gdelt2_event,
    header=False,
    unit="event",
    suffix=".export.CSV",
)
MENTIONS = Layout(
    "gdelt-mentions", "GDELT 2.0 mentions", MENTION_COLUMNS, mention, header=False, suffix=".mentions.CSV"
)
