"""Phoenix (daily files), the Cline Center's Historical Phoenix, and the lines of PETRARCH.

Rules for the parts of actor codes and the quad classes: phoenix_pipeline (Open Event Data Alliance, MIT).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from coder.export.codes import countries, country
from coder.export.context import Context, day_of, score, written
from coder.export.layouts import Cell, Column, Layout, columns, joined

ENTITIES = frozenset(("IGO", "NGO", "IMG", "MNC"))
AGENTS = frozenset(("GOV", "MIL", "REB", "OPP", "PTY", "COP", "JUD", "SPY", "MED", "EDU", "BUS", "CRM", "CVL"))
# Phoenix counts roots 01 and 02 as neither cooperation nor conflict, and 16 as verbal conflict.
QUAD_CLASSES = {
    **dict.fromkeys(("01", "02"), 0),
    **dict.fromkeys(("03", "04", "05"), 1),
    **dict.fromkeys(("06", "07", "08"), 2),
    **dict.fromkeys(("09", "10", "11", "12", "13", "16"), 3),
    **dict.fromkeys(("14", "15", "17", "18", "19", "20"), 4),
}

QUAD_TEXT = "0 for roots 01 and 02, 1 verbal cooperation, 2 material cooperation, 3 verbal conflict (root 16 too), 4 material conflict"
ISSUES_TEXT = "issues with the number of mentions about each: name,n;name,n"


def _actor_columns(names: tuple[str, str, str, str], side: str) -> tuple[Column, ...]:
    whole, entity, role, others = names
    return columns(
        (whole, "string", f"the {side}'s actor code"),
        (entity, "string", "its first three letters where they are a country, IGO, NGO, IMG or MNC"),
        (role, "string", f"its next three where they are one of {', '.join(sorted(AGENTS))}"),
        (others, "string", "all other letters, three by three, with ; between"),
    )


PHOENIX_COLUMNS = (
    *columns(
        ("EventID", "string", "number of the line, from 1"),
        ("Date", "integer", "YYYYMMDD: first day of the event, else the day of publication"),
        ("Year", "integer", "four digits"),
        ("Month", "integer", "two digits"),
        ("Day", "integer", "two digits"),
    ),
    *_actor_columns(("SourceActorFull", "SourceActorEntity", "SourceActorRole", "SourceActorAttribute"), "source"),
    *_actor_columns(("TargetActorFull", "TargetActorEntity", "TargetActorRole", "TargetActorAttribute"), "target"),
    *columns(
        ("EventCode", "string", "CAMEO code"),
        ("EventRootCode", "string", "its first two digits"),
        ("QuadClass", "integer", QUAD_TEXT),
        ("GoldsteinScore", "number", "Goldstein score of the run"),
        ("Issues", "string", ISSUES_TEXT),
        ("Lat", "number", "latitude"),
        ("Lon", "number", "longitude"),
        ("LocationName", "string", "name of the place"),
        ("StateName", "string", ""),
        ("CountryCode", "string", "country of the place, ISO 3166, three letters"),
        ("SentenceID", "string", "document and sentence (from 0) of every report: id_sentence;id_sentence"),
        ("URLs", "string", "addresses of the reports, ; between"),
        ("NewsSources", "string", "outlets of the reports, ; between"),
    ),
)

CLINE_COLUMNS = (
    *columns(
        ("eid", "integer", "number of the line, from 1"),
        ("story_date", "string", "MM/DD/YYYY: first day of the event, else the day of publication"),
        ("year", "integer", "year"),
        ("month", "integer", "month"),
        ("day", "integer", "day"),
    ),
    *_actor_columns(("source", "source_root", "source_agent", "source_others"), "source"),
    *_actor_columns(("target", "target_root", "target_agent", "target_others"), "target"),
    *columns(
        ("code", "string", "CAMEO code"),
        ("root_code", "string", "its first two digits"),
        ("quad_class", "integer", QUAD_TEXT),
        ("goldstein", "number", "Goldstein score of the run"),
        ("joined_issues", "string", ISSUES_TEXT.replace("the number of mentions about each", "a count of 1")),
        ("lat", "number", "latitude"),
        ("lon", "number", "longitude"),
        ("placename", "string", "name of the place"),
        ("statename", "string", ""),
        ("countryname", "string", "country of the place, ISO 3166, three letters"),
        ("aid", "integer", "number of the document in the table, from 1"),
        ("process", "string", ""),
    ),
)

PETRARCH_COLUMNS = columns(
    ("date", "integer", "YYYYMMDD: first day of the event, else the day of publication"),
    ("source", "string", "the source's actor code"),
    ("target", "string", "the target's actor code, --- for none"),
    ("code", "string", "CAMEO code"),
    ("sentence", "string", "document and sentence (from 0): id_sentence"),
)


@cache
def actor_parts(code: str | None) -> tuple[str, str, str, str]:
    """An actor code as Phoenix cuts it: the whole, country or class, agent, other letters."""
    if not code or code == "---":
        return "", "", "", ""
    root, agent = code[:3], code[3:6]
    entity = root if root in ENTITIES or root in countries() else ""
    role = agent if agent in AGENTS else ""
    rest = code[6:] if role else code[3:]
    return code, entity, role, ";".join(rest[i : i + 3] for i in range(0, len(rest), 3))


def _place(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Latitude, longitude, name, state and country; countries and regions have no point."""
    land = country(row.get("location_country"))
    letters = land.iso3 if land else row.get("location_country")
    return (row.get("latitude"), row.get("longitude"), row.get("location_name"), None, letters)


def _issues(counts: Mapping[str, int]) -> str | None:
    return ";".join(f"{name},{count}" for name, count in counts.items()) or None


def phoenix_event(row: Mapping[str, Any], context: Context) -> tuple[Cell, ...]:
    group = context.group(row)
    day = day_of(row)
    when: tuple[Cell, ...] = (f"{day:%Y%m%d}", f"{day:%Y}", f"{day:%m}", f"{day:%d}") if day else (None,) * 4
    return (
        context.line, *when, *actor_parts(row["source"]), *actor_parts(row["target"]), row["code"], row["root_code"],
        QUAD_CLASSES.get(row["root_code"]), score(row["goldstein"]), _issues(group.issues), *_place(row),
        joined((f"{report.id}_{sentence}" for report, sentence in group.mentions), ";"),
        joined((report.url for report in group.reports), ";"), joined((report.outlet for report in group.reports), ";"),
    )  # fmt: skip


def cline_event(row: Mapping[str, Any], context: Context) -> tuple[Cell, ...]:
    day = day_of(row)
    when: tuple[Cell, ...] = (f"{day:%m/%d/%Y}", day.year, day.month, day.day) if day else (None,) * 4
    return (
        context.line, *when, *actor_parts(row["source"]), *actor_parts(row["target"]), row["code"], row["root_code"],
        QUAD_CLASSES.get(row["root_code"]), score(row["goldstein"]), _issues(dict.fromkeys(row.get("issues") or (), 1)),
        *_place(row), context.report(row).number, None,
    )  # fmt: skip


def petrarch_line(row: Mapping[str, Any], context: Context) -> tuple[Cell, ...]:
    day = day_of(row)
    return (
        written(day, "%Y%m%d"),
        row["source"],
        row["target"] or "---",
        row["code"],
        f"{row['document_id']}_{row['sentence_index']}",
    )


PHOENIX = Layout("phoenix", "Phoenix daily files", PHOENIX_COLUMNS, phoenix_event, header=False, unit="event")
CLINE = Layout(
    "cline",
    "Cline Center Historical Phoenix",
    CLINE_COLUMNS,
    cline_event,
    header=True,
    separator=",",
    quoted=True,
    suffix=".csv",
)
PETRARCH = Layout("petrarch", "lines of PETRARCH", PETRARCH_COLUMNS, petrarch_line, header=False)
