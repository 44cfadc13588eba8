"""The layout of POLECAT's event files (ngecEvents.DV.*.txt, doi:10.7910/DVN/AJGVIT), 40 columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from coder.export.codes import country, split_actor
from coder.export.context import Context, actor_name, day_of, score, written
from coder.export.layouts import Cell, Column, Layout, columns
from coder.export.places import town_and_province

# The sixteen classes of POLECAT have two for our YIELD: taking back one's hand in material conflict is RETREAT.
RETREAT_BASES = frozenset(("087",))
QUAD_CODES = {
    **dict.fromkeys(("AGREE", "CONSULT", "SUPPORT", "CONCEDE"), "VERBAL COOPERATION"),
    **dict.fromkeys(("COOPERATE", "AID", "RETREAT"), "MATERIAL COOPERATION"),
    **dict.fromkeys(("REQUEST", "ACCUSE", "REJECT", "THREATEN"), "VERBAL CONFLICT"),
    **dict.fromkeys(("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), "MATERIAL CONFLICT"),
}


def _side_columns(side: str, ours: str, primary: str) -> tuple[Column, ...]:
    return columns(
        (f"{side} Name", "string", f"canonical name of the {ours}"),
        (f"{side} Country", "string", "ISO 3166, three letters; IGO for organisations of states"),
        (f"{side} COW", "integer", "Correlates of War number of the country"),
        (primary, "string", "first role of the actor code"),
        (f"{side} Sectors", "string", "all its roles, ; between"),
        (f"{side} Title", "string", ""),
        (f"{side} Name Raw", "string", f"the words that name the {ours}"),
        (f"Wikipedia {side} ID", "string", ""),
    )


COLUMNS = (
    *columns(
        ("Event ID", "string", "event_id"),
        ("Event Date", "date", "first day of the event, else the day of publication"),
        (
            "Event Type",
            "string",
            "PLOVER event; YIELD is RETREAT for codes 087x and CONCEDE for the other codes of root 08",
        ),
        ("Event Mode", "string", "PLOVER mode"),
        ("Intensity", "number", "Goldstein score of the run, also -10 to +10; not PLOVER's own table"),
        ("Quad Code", "string", "quad class of the PLOVER event"),
        ("Contexts", "string", "PLOVER contexts, ; between"),
    ),
    *_side_columns("Actor", "source", "Primary Actor Sector"),
    *_side_columns("Recipient", "target", "Primary Recipient Sector"),
    *columns(
        ("Placename", "string", "name of the place"),
        ("City", "string", "name of the place, where it is a town"),
        ("District", "string", ""),
        ("Province", "string", "name of the place, where it is a region or a US state"),
        ("Country", "string", "country of the place, ISO 3166, three letters"),
        ("Latitude", "number", "latitude"),
        ("Longitude", "number", "longitude"),
        ("GeoNames ID", "integer", "GeoNames number"),
        ("Raw Placename", "string", ""),
        ("Feature Type", "string", ""),
        ("Source", "string", "the outlet, else the site of the address"),
        ("Publication Date", "date", "day of publication"),
        ("Story People", "string", ""),
        ("Story Organizations", "string", ""),
        ("Story Locations", "string", ""),
        ("Language", "string", "of the document, where documents.parquet tells it"),
        ("Version", "string", "EventCoder and its version"),
    ),
)


def event_type(row: Mapping[str, Any]) -> str:
    """POLECAT's event type of a row with a PLOVER event."""
    plover = str(row["plover_event"])
    if plover == "YIELD":
        return "RETREAT" if row["base_code"] in RETREAT_BASES else "CONCEDE"
    return plover


@cache
def _codes(code: str | None) -> tuple[Cell, Cell, Cell, Cell]:
    actor = split_actor(code)
    land = country(actor.country)
    letters = land.iso3 if land else "IGO" if "IGO" in actor.roles else None
    roles = actor.roles
    return letters, land.cow if land else None, roles[0] if roles else None, "; ".join(roles)


def _side(row: Mapping[str, Any], side: str) -> tuple[Cell, ...]:
    code = row[side]
    if not code or code == "---":
        return (None,) * 8
    return (actor_name(row, side), *_codes(code), None, row.get(f"{side}_text"), None)


def polecat_event(row: Mapping[str, Any], context: Context) -> tuple[Cell, ...]:
    report = context.report(row)
    day, published = day_of(row), report.publication_date or row.get("publication_date")
    kind = event_type(row)
    land = country(row.get("location_country"))
    town, province = town_and_province(row)
    return (
        row["event_id"], written(day), kind, row["plover_mode"], score(row["goldstein"]), QUAD_CODES[kind],
        (row["plover_context"] or "").replace(";", "; "), *_side(row, "source"), *_side(row, "target"), row.get("location_name"),
        town, None, province, land.iso3 if land else row.get("location_country"), row.get("latitude"), row.get("longitude"),
        row.get("geoname_id"), None, None, report.outlet, written(published), None, None, None, report.language,
        f"EventCoder {context.version}".strip(),
    )  # fmt: skip


POLECAT = Layout(
    "polecat", "POLECAT events", COLUMNS, polecat_event, header=True, quoted=True, null="None", needs="plover_event"
)
