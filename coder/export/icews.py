"""The layout of the ICEWS event files on Dataverse (doi:10.7910/DVN/28075), 20 columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from coder.export.codes import country, split_actor
from coder.export.context import Context, actor_name, day_of, written
from coder.export.layouts import Cell, Layout, columns
from coder.export.places import town_and_province

# Sectors of ICEWS's actor dictionary for roles that have one there; other roles stay empty.
SECTORS = {
    "GOV": "Government",
    "MIL": "Government,Military",
    "COP": "Government,Police",
    "JUD": "Government,Judicial",
    "LEG": "Government,Legislative / Parliamentary",
    "REB": "Dissident,Rebel",
    "SEP": "Dissident",
    "INS": "Dissident",
    "UAF": "Unidentified Forces",
    "PTY": "Parties",
    "BUS": "Business,Social",
    "EDU": "Social,Education",
    "CVL": "General Population / Civilian / Social,Social",
    "ELI": "Elite",
    "IGO": "International Government Organization",
}

COLUMNS = columns(
    ("Event ID", "integer", "number of the line, from 1 (ICEWS readers take 32-bit integers)"),
    ("Event Date", "date", "first day of the event, else the day of publication"),
    ("Source Name", "string", "canonical name of the source, else the words that name it"),
    ("Source Sectors", "string", "ICEWS sectors of the roles, as far as they have one there"),
    ("Source Country", "string", "name of the country in ICEWS files"),
    ("Event Text", "string", "label of the code in EventCoder's words, or yours (--event-text)"),
    ("CAMEO Code", "string", "CAMEO code"),
    ("Intensity", "number", "Goldstein score of ICEWS's own table, or of the run's where it used a scale of its own"),
    ("Target Name", "string", "as Source Name"),
    ("Target Sectors", "string", "as Source Sectors"),
    ("Target Country", "string", "as Source Country"),
    ("Story ID", "integer", "number of the document in the table, from 1"),
    ("Sentence Number", "integer", "sentence of the document, counted from 1"),
    ("Publisher", "string", "the outlet, else the site of the address"),
    ("City", "string", "name of the place, where it is a town"),
    ("District", "string", ""),
    ("Province", "string", "name of the place, where it is a region or a US state"),
    ("Country", "string", "country of the place, as ICEWS names it"),
    ("Latitude", "number", "latitude"),
    ("Longitude", "number", "longitude"),
)


@cache
def sectors(code: str | None) -> str | None:
    """The sectors of an actor code, without repeats."""
    found = [s for role in split_actor(code).roles for s in SECTORS.get(role, "").split(",") if s]
    return ",".join(dict.fromkeys(found)) or None


def country_name(letters: str | None) -> str | None:
    """A country's name in ICEWS files; None for regions and organisations."""
    land = country(letters)
    return (land.icews or land.name) if land else None


def intensity(row: Mapping[str, Any], context: Context) -> str | None:
    entry = context.icews_scores.get(row["code"]) if context.icews_scores else None
    value = entry.goldstein if entry else row["goldstein"]
    return None if value is None else f"{round(value, 1):g}"


def _actor(row: Mapping[str, Any], side: str) -> tuple[Cell, ...]:
    code = row[side]
    if not code or code == "---":
        return (None, None, None)
    return (actor_name(row, side), sectors(code), country_name(split_actor(code).country))


def icews_event(row: Mapping[str, Any], context: Context) -> tuple[Cell, ...]:
    report = context.report(row)
    day = day_of(row)
    town, province = town_and_province(row)
    return (
        context.line, written(day), *_actor(row, "source"), context.event_texts.get(row["code"], row["code_label"]),
        row["code"], intensity(row, context), *_actor(row, "target"), report.number, row["sentence_index"] + 1, report.outlet,
        town, None, province, country_name(row.get("location_country")),
        row.get("latitude"), row.get("longitude"),
    )  # fmt: skip


ICEWS = Layout("icews", "ICEWS events", COLUMNS, icews_event, header=True, suffix=".tab")
