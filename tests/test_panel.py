"""Panels against tables worked out by hand, and against counting one event after the other."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from coder.cli import app
from coder.commands.panel import read_actors, read_statuses
from coder.errors import EventCoderError, InputError
from coder.event_files import event_files
from coder.panel import MAX_ROWS, Panel, PanelOptions, PanelTooLarge, make_panel, needed_columns
from coder.panel_columns import ROOTS, panel_schema
from coder.panel_input import read_events, read_volume
from coder.panel_output import DYAD_MONTH, write_dyad_month
from coder.periods import PERIODS
from coder.tables import DocumentRow, EventRow, arrow_schema, group_daily, split_code, write_table

GOLDSTEIN = {"01": 0.0, "04": 1.0, "05": 3.5, "06": 6.0, "11": -2.0, "14": -6.5, "19": -10.0}
QUAD = {"01": 1, "04": 1, "05": 1, "06": 2, "11": 3, "14": 4, "19": 4}


def event(source: str, code: str, target: str | None, day: str | date | None, end: str | None = None, **more: Any) -> dict[str, Any]:
    """A row of events.parquet; what matters not here is filled in."""
    first = date.fromisoformat(day) if isinstance(day, str) else day
    last = date.fromisoformat(end) if end else first
    root = code[:2]
    row: dict[str, Any] = dict.fromkeys(EventRow.model_fields) | {
        "document_id": "d1", "sentence_index": 0, "publication_date": first, "event_date": first, "event_date_end": last,
        "date_precision": "day", "date_basis": "explicit", "source": source, "target": target,
        "source_text": source, "source_start": 0, "source_end": 3, "target_text": target, "target_start": 10, "target_end": 13,
        "code": code, "base_code": code[:3], "root_code": root, "code_label": "", "quad_class": QUAD[root],
        "goldstein": GOLDSTEIN[root], "status": "asserted", "reciprocal": False, "trigger_text": "", "trigger_start": 5,
        "trigger_end": 8, "pattern_id": "p", "sentence_text": "", "daily_id": "", "reports": 0, "story_id": "", "stories": 0,
    }  # fmt: skip
    row["source_country"], row["source_role"] = split_code(source)
    row["target_country"], row["target_role"] = split_code(target)
    return row | more


def mirrored(a: str, code: str, b: str, day: str, other: str | None = None, **more: Any) -> list[dict[str, Any]]:
    """The two rows of a reciprocal event; `other` is the code of the second where it has its own (043 of 042)."""
    there = event(a, code, b, day, reciprocal=True, **more)
    back = event(b, other or code, a, day, reciprocal=True, **more)
    return [there, back | {"source_start": there["target_start"], "target_start": there["source_start"]}]


def frame(rows: list[dict[str, Any]], stories: dict[str, str] | None = None) -> pd.DataFrame:
    for number, row in enumerate(rows):
        row["event_id"] = row.get("event_id") or f"e{number}"
    group_daily(rows, stories)
    schema = arrow_schema(EventRow)
    return pa.table({f.name: pa.array([r[f.name] for r in rows], f.type) for f in schema}).to_pandas(date_as_object=False)


def volume(*days: str | None, copies: int = 0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "document_id": [f"v{i}" for i in range(len(days))],
            "publication_date": pd.to_datetime(pd.Series(days, dtype=object)),
            "duplicate_of": ["v0" if 0 < i <= copies else None for i in range(len(days))],
        }
    )


def panel(rows: list[dict[str, Any]], documents: pd.DataFrame | None = None, stories: dict[str, str] | None = None, **options: Any) -> Panel:
    made = make_panel(frame(rows, stories), documents, PanelOptions(**options))
    assert made.counted + sum(made.left_out.values()) + sum(made.merged.values()) == made.rows == len(rows)
    return made


def cells(made: Panel, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[c] for c in columns) for row in made.table.to_pylist()]


FRA_DEU = [event("FRA", "040", "DEU", "2020-02-29"), event("FRAGOV", "190", "DEUMIL", "2020-02-29"), event("DEU", "111", "FRA", "2020-04-01")]


def test_every_column_of_a_small_panel() -> None:
    """February: a meeting (+1) and a fight (-10) of France to Germany; April: one accusation the other way."""
    made = panel(FRA_DEU, volume("2020-02-29", "2020-03-01", "2020-03-01", None, copies=2))
    rows = {(r["source"], r["target"], r["period"]): r for r in made.table.to_pylist()}
    assert list(rows) == [(a, b, f"2020-0{m}") for a, b in (("DEU", "FRA"), ("FRA", "DEU")) for m in (2, 3, 4)]
    february = rows["FRA", "DEU", "2020-02"]
    assert february == dict.fromkeys([f"quad_{q}" for q in (2, 3)] + [f"root_{r}" for r in ROOTS], 0) | dict.fromkeys(
        [f"quad_{q}_share" for q in (2, 3)] + [f"root_{r}_share" for r in ROOTS], 0.0
    ) | {
        "source": "FRA", "target": "DEU", "period": "2020-02", "period_start": date(2020, 2, 1), "period_end": date(2020, 2, 29),
        "events": 2, "goldstein_sum": -9.0, "goldstein_mean": -4.5,
        "quad_1": 1, "quad_1_share": 0.5, "quad_1_goldstein_sum": 1.0, "quad_1_goldstein_mean": 1.0,
        "quad_2_goldstein_sum": 0.0, "quad_2_goldstein_mean": None, "quad_3_goldstein_sum": 0.0, "quad_3_goldstein_mean": None,
        "quad_4": 1, "quad_4_share": 0.5, "quad_4_goldstein_sum": -10.0, "quad_4_goldstein_mean": -10.0,
        "root_04": 1, "root_04_share": 0.5, "root_19": 1, "root_19_share": 0.5, "documents_published": 1, "stories_published": 1,
    }  # fmt: skip
    march = rows["FRA", "DEU", "2020-03"]
    assert (march["events"], march["goldstein_sum"], march["goldstein_mean"], march["quad_1_share"], march["root_04_share"]) == (0, 0, None, None, None)
    assert (march["documents_published"], march["stories_published"]) == (2, 0)
    april = rows["DEU", "FRA", "2020-04"]
    assert (april["events"], april["quad_3"], april["root_11"], april["goldstein_mean"], april["documents_published"]) == (1, 1, 1, -2, 0)
    assert made.uncovered == 1
    assert made.table.schema == panel_schema()


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("day", [("2020-02-28", 1), ("2020-02-29", 1), ("2020-03-01", 1)]),
        ("week", [("2020-W09", 3)]),
        ("month", [("2020-02", 2), ("2020-03", 1)]),
        ("quarter", [("2020-Q1", 3)]),
        ("year", [("2020", 3)]),
    ],
)
def test_leap_day(period: str, expected: list[tuple[str, int]]) -> None:
    rows = [event("FRA", "040", "DEU", day) for day in ("2020-02-28", "2020-02-29", "2020-03-01")]
    assert cells(panel(rows, period=period), "period", "events") == expected


def test_week_53_lies_in_two_years() -> None:
    rows = [event("FRA", "040", "DEU", day) for day in ("2020-12-27", "2020-12-28", "2021-01-03", "2021-01-11")]
    assert cells(panel(rows, period="week"), "period", "period_start", "events") == [
        ("2020-W52", date(2020, 12, 21), 1), ("2020-W53", date(2020, 12, 28), 2), ("2021-W01", date(2021, 1, 4), 0),
        ("2021-W02", date(2021, 1, 11), 1),
    ]  # fmt: skip
    rows = [event("FRA", "040", "DEU", day) for day in ("2020-12-31", "2021-01-01")]
    assert cells(panel(rows, period="year"), "period", "events") == [("2020", 1), ("2021", 1)]


def test_quarter_borders() -> None:
    rows = [event("FRA", "040", "DEU", day) for day in ("2023-12-31", "2024-01-01", "2024-03-31", "2024-04-01")]
    assert cells(panel(rows, period="quarter"), "period", "events") == [("2023-Q4", 1), ("2024-Q1", 2), ("2024-Q2", 1)]


MEETING = mirrored("USA", "040", "RUS", "2021-06-16")
VISIT = mirrored("TURGOV", "042", "RUSGOV", "2021-06-20", other="043")
BLAME = [event("USA", "111", "RUS", "2021-06-01"), event("RUS", "111", "USA", "2021-06-01")]


@pytest.mark.parametrize(
    ("by", "undirected", "expected"),
    [
        ("dyad", False, {("RUS", "TUR"): 1, ("RUS", "USA"): 2, ("TUR", "RUS"): 1, ("USA", "RUS"): 2}),
        ("dyad", True, {("RUS", "TUR"): 1, ("RUS", "USA"): 3}),
        ("country", False, {("RUS",): 3, ("TUR",): 1, ("USA",): 2}),
        ("country", True, {("RUS",): 4, ("TUR",): 1, ("USA",): 3}),
        ("role", False, {("(none)",): 4, ("GOV",): 2}),
        ("role", True, {("(none)",): 3, ("GOV",): 1}),
        ("root", False, {("04",): 4, ("11",): 2}),
        ("root", True, {("04",): 2, ("11",): 2}),
    ],
)
def test_mirrored_pairs_count_once_where_undirected(by: str, undirected: bool, expected: dict[tuple[str, ...], int]) -> None:
    """A meeting and a visit are a pair of rows each; that two blame each other are two events."""
    made = panel(MEETING + VISIT + BLAME, by=by, undirected=undirected, fill="none")
    names = made.table.schema.names[: made.table.schema.names.index("period")]
    assert {row[:-1]: row[-1] for row in cells(made, *names, "events")} == expected


def test_the_visit_stands_for_the_pair_not_its_reception() -> None:
    rows = mirrored("TUR", "0421", "RUS", "2021-06-20", other="0431")
    rows[0]["goldstein"], rows[1]["goldstein"] = 1.9, 2.8
    assert cells(panel(rows, undirected=True), "actor_a", "actor_b", "goldstein_sum") == [("RUS", "TUR", 1.9)]
    assert cells(panel(rows[::-1], undirected=True), "goldstein_sum") == [(1.9,)]
    assert cells(panel(rows[1:], undirected=True), "goldstein_sum") == [(2.8,)]  # its mirror is not in the table


def test_a_meeting_of_three_is_three_undirected_dyads() -> None:
    rows = [
        row
        for (a, at), (b, bt) in ((("FRA", 0), ("DEU", 10)), (("FRA", 0), ("POL", 20)), (("DEU", 10), ("POL", 20)))
        for row in mirrored(a, "040", b, "2024-05-27", source_start=at, target_start=bt)
    ]
    assert cells(panel(rows, undirected=True), "actor_a", "actor_b", "events") == [("DEU", "FRA", 1), ("DEU", "POL", 1), ("FRA", "POL", 1)]


def test_an_event_within_a_country_counts_once_for_it() -> None:
    rows = [event("SYRGOV", "190", "SYRREB", "2016-01-05")]
    assert cells(panel(rows, by="country", undirected=True), "actor", "events") == [("SYR", 1)]
    assert cells(panel(rows), "source", "target", "events") == [("SYR", "SYR", 1)]
    made = panel(rows, domestic=False)
    assert (made.table.num_rows, made.left_out) == (0, {"within one actor": 1})


def reported() -> list[dict[str, Any]]:
    """One meeting in three documents (two are copies), twice in the first; a second meeting on the next day in one."""
    rows = [event("FRA", "040", "DEU", "2020-02-29", document_id=d, sentence_index=s) for d, s in (("d1", 0), ("d1", 4), ("d2", 0), ("d3", 0))]
    return [*rows, event("FRA", "040", "DEU", "2020-03-01", document_id="d3")]


@pytest.mark.parametrize(("count", "expected"), [("events", [4, 1]), ("daily", [1, 1]), ("reports", [3, 1]), ("stories", [2, 1])])
def test_what_is_counted(count: str, expected: list[int]) -> None:
    made = panel(reported(), stories={"d2": "d1"}, count=count)
    assert [n for (n,) in cells(made, "events")] == expected


def test_one_a_day_of_mirrored_pairs_in_two_documents() -> None:
    rows = mirrored("USA", "040", "RUS", "2021-06-16") + mirrored("RUS", "040", "USA", "2021-06-16", document_id="d2")
    assert cells(panel(rows, count="daily"), "source", "target", "events") == [("RUS", "USA", 1), ("USA", "RUS", 1)]
    assert cells(panel(rows, count="daily", undirected=True), "actor_a", "actor_b", "events") == [("RUS", "USA", 1)]
    assert cells(panel(rows, count="reports", undirected=True), "events") == [(2,)]


@pytest.mark.parametrize(("a", "b"), [("USA", "RUS"), ("RUS", "USA")])
@pytest.mark.parametrize(("code", "other", "single"), [("040", "040", "040"), ("042", "043", "042")])
def test_one_a_day_where_one_document_tells_a_pair_and_another_one_side(a: str, b: str, code: str, other: str, single: str) -> None:
    pair = mirrored(a, code, b, "2021-06-16", other=other)
    for alone in (event(a, single, b, "2021-06-16", document_id="d2"), event(b, other, a, "2021-06-16", document_id="d2")):
        rows = [dict(r) for r in (*pair, alone)]
        assert cells(panel(rows, count="daily", undirected=True), "events") == [(1,)]
        assert cells(panel(rows, count="reports", undirected=True), "events") == [(2,)]
        assert cells(panel(rows, undirected=True), "events") == [(2,)]


@pytest.mark.parametrize(
    ("status", "expected"), [(("asserted",), 1), (("negated", "hypothetical"), 2), (("intended",), 0), ((), 3)]
)
def test_status(status: tuple[str, ...], expected: int) -> None:
    rows = [event("FRA", "040", "DEU", "2020-02-29", status=s) for s in ("asserted", "negated", "hypothetical")]
    made = panel(rows, status=status, first=date(2020, 2, 1), last=date(2020, 2, 1), actors=("FRA", "DEU"), domestic=False)
    assert cells(made, "source", "events") == [("DEU", 0), ("FRA", expected)]


IN_MARCH = ("2020-03-01", "2020-03-31")


@pytest.mark.parametrize(
    ("precision", "dates", "period", "dropped", "first"),
    [
        ("day", ("2020-03-05", None), "day", "2020-03-05", "2020-03-05"),
        ("week", ("2020-02-27", "2020-03-04"), "day", None, "2020-02-27"),
        ("week", ("2020-02-27", "2020-03-04"), "month", "2020-02", "2020-02"),
        ("month", IN_MARCH, "day", None, "2020-03-01"),
        ("month", IN_MARCH, "week", None, "2020-W09"),
        ("month", IN_MARCH, "month", "2020-03", "2020-03"),
        ("month", IN_MARCH, "year", "2020", "2020"),
        ("quarter", ("2020-01-01", "2020-03-31"), "month", None, "2020-01"),
        ("year", ("2020-01-01", "2020-12-31"), "quarter", None, "2020-Q1"),
        ("year", ("2020-01-01", "2020-12-31"), "year", "2020", "2020"),
        ("unknown", ("2019-03-05", "2020-03-05"), "year", None, "2019"),
    ],
)
def test_dates_less_exact_than_the_period(precision: str, dates: tuple[str, str | None], period: str, dropped: str | None, first: str) -> None:
    rows = [event("FRA", "040", "DEU", *dates, date_precision=precision)]
    assert cells(panel(rows, period=period), "period", "events") == ([(dropped, 1)] if dropped else [])
    assert cells(panel(rows, period=period, imprecise="first"), "period", "events") == [(first, 1)]


def test_what_does_not_count_is_told() -> None:
    rows = [
        event("FRA", "040", "DEU", "2020-02-29"),
        event("FRA", "040", "DEU", None),
        event("FRA", "040", None, "2020-02-29"),
        event("REB", "190", "FRA", "2020-02-29"),
        event("FRA", "040", "DEU", "2020-02-29", status="negated"),
        event("FRA", "040", "DEU", "2019-01-01"),
        event("FRA", "040", "DEU", "2020-02-29", event_id="e0"),
    ]
    made = panel(rows, first=date(2020, 1, 1))
    assert made.counted == 1
    assert made.left_out == {"other status": 1, "no date": 1, "no target": 1, "actor without a country": 1, "outside the span": 1}
    assert made.merged == {"event_id read twice": 1}


def test_chosen_actors_by_the_longest_beginning_of_the_code() -> None:
    rows = [
        event("SYRGOVMIL", "190", "SYRREB", "2016-01-05"),
        event("SYR", "111", "TUR", "2016-01-05"),
        event("RUSMIL", "190", "SYRREB", "2016-01-05"),
    ]
    made = panel(rows, actors=("SYR", "SYRGOV", "TUR", "ZAF"), fill="seen")
    assert cells(made, "source", "target", "events") == [("SYR", "TUR", 1), ("SYRGOV", "SYR", 1)]
    assert made.left_out == {"not among the actors": 1}
    assert made.unseen == ("ZAF",)


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({"fill": "all"}, 9), ({"fill": "all", "domestic": False}, 6), ({"fill": "all", "undirected": True}, 6),
        ({"fill": "all", "undirected": True, "domestic": False}, 3), ({"fill": "seen"}, 2), ({"fill": "none"}, 2), ({}, 9),
        ({"by": "country"}, 3), ({"by": "country", "side": "target"}, 3), ({"by": "root"}, 20), ({"by": "role"}, 1),
    ],
)  # fmt: skip
def test_units_of_a_zero_filled_panel(options: dict[str, Any], rows: int) -> None:
    chosen = {"actors": ("DEU", "FRA", "POL"), "first": date(2020, 1, 1), "last": date(2020, 12, 31), "period": "year"}
    made = panel([event("FRA", "040", "DEU", "2020-02-29"), event("DEU", "040", "POL", "2020-02-29")], **(chosen | options))
    assert made.table.num_rows == rows
    assert sum(n for (n,) in cells(made, "events")) == 2


def test_a_span_without_events() -> None:
    span = {"first": date(2019, 11, 30), "last": date(2020, 2, 1)}
    made = panel([], volume("2020-01-05"), actors=("FRA", "DEU"), domestic=False, **span)
    assert cells(made, "source", "target", "period", "events", "goldstein_mean", "documents_published") == [
        (a, b, period, 0, None, int(period == "2020-01"))
        for a, b in (("DEU", "FRA"), ("FRA", "DEU"))
        for period in ("2019-11", "2019-12", "2020-01", "2020-02")
    ]
    later = panel(FRA_DEU, by="root", first=date(2031, 1, 1), last=date(2031, 1, 31), period="day")
    assert later.table.num_rows == 20 * 31
    assert later.left_out == {"outside the span": 3}
    assert set(cells(later, "events", "share")) == {(0, None)}


@pytest.mark.parametrize("by", ["dyad", "country", "role", "root"])
@pytest.mark.parametrize("fill", ["all", "seen", "none", None])
def test_no_event_and_no_span_is_an_empty_table(by: str, fill: str | None) -> None:
    made = panel([], volume(), by=by, fill=fill)
    assert made.table.num_rows == 0
    assert made.table.schema == panel_schema(by)


def test_by_root_code_shares_are_of_the_period() -> None:
    made = panel(FRA_DEU, by="root", period="month")
    february = {r: (n, s) for r, p, n, s in cells(made, "root_code", "period", "events", "share") if p == "2020-02"}
    assert february == {r: ((1, 0.5) if r in ("04", "19") else (0, 0.0)) for r in ROOTS}


def test_a_root_code_of_the_users_own() -> None:
    rows = [event("FRA", "040", "DEU", "2020-02-29"), event("FRA", "040", "DEU", "2020-02-29") | {"code": "210", "root_code": "21"}]
    made = panel(rows, by="root")
    assert [c for c, n in cells(made, "root_code", "events") if n] == ["04", "21"]
    assert cells(panel(rows), "events", "root_04") == [(2, 1)]


def test_span_of_the_documents() -> None:
    rows = [event("USA", "190", "JPN", "1945-08-06"), event("USA", "040", "JPN", "2016-05-27")]
    assert panel(rows).table.num_rows == (2016 - 1945) * 12 - 3 + 1
    made = panel(rows, volume("2016-05-28", "2016-07-01"), span="documents")
    assert cells(made, "period", "events") == [("2016-05", 1), ("2016-06", 0), ("2016-07", 0)]
    assert made.left_out == {"outside the span": 1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"first": date(2021, 1, 1), "last": date(2020, 1, 1)}, "before it begins"),
        ({"first": date(2031, 1, 1)}, "--to"),
        ({"span": "documents"}, "--documents"),
        ({"side": "target"}, "--side"),
        ({"by": "root", "domestic": False}, "--no-domestic"),
        ({"period": "day", "max_rows": 10}, "--max-rows"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], words: str) -> None:
    with pytest.raises(EventCoderError) as caught:
        panel(FRA_DEU, **options)
    assert words in str(caught.value)


def test_a_panel_of_all_pairs_of_all_actors_is_refused_before_it_is_made() -> None:
    actors = tuple(f"{a}{b}{c}" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJ" for c in "ABCDEFGHIJ")
    with pytest.raises(PanelTooLarge, match="12,000,000 rows"):
        panel(FRA_DEU, actors=actors, first=date(2020, 1, 1), last=date(2020, 12, 31))


ACTORS = st.sampled_from(["FRA", "FRAGOV", "DEU", "DEUMIL", "SYRGOV", "SYRREB", "REB", "IGOUNO"])


@st.composite
def corpora(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 12))):
        a, b, root = draw(ACTORS), draw(ACTORS), draw(st.sampled_from(sorted(GOLDSTEIN)))
        day = date(2019, 12, 1) + timedelta(draw(st.integers(0, 500)))
        more = {
            "document_id": draw(st.sampled_from(["d1", "d2", "d3"])), "sentence_index": number,
            "status": draw(st.sampled_from(["asserted", "asserted", "asserted", "negated"])),
            "date_precision": draw(st.sampled_from(["day", "day", "day", "month", "unknown"])),
        }  # fmt: skip
        if draw(st.booleans()):
            rows += mirrored(a, f"{root}0", b, day.isoformat(), **more)
        else:
            rows.append(event(a, f"{root}0", draw(st.sampled_from([b, b, b, None])), day, **more))
    return rows


@settings(max_examples=60, deadline=None)
@given(
    corpora(), st.sampled_from(["dyad", "country", "role", "root"]), st.sampled_from(PERIODS), st.booleans(),
    st.sampled_from(["events", "daily", "reports", "stories"]), st.sampled_from(["all", "seen", "none"]), st.sampled_from(["drop", "first"]),
)  # fmt: skip
def test_sums_are_those_of_the_events(
    rows: list[dict[str, Any]], by: str, period: str, undirected: bool, count: str, fill: str, imprecise: str
) -> None:
    made = panel(rows, by=by, period=period, undirected=undirected, count=count, fill=fill, imprecise=imprecise)
    table = made.table.to_pandas()
    total = int(table["events"].sum())
    if by in ("dyad", "root") or not undirected:
        assert total == made.counted
    else:
        assert made.counted <= total <= 2 * made.counted
    if by != "root":
        for part in ("quad", "root"):
            columns = [c for c in table.columns if c.startswith(part) and c.count("_") == 1]
            assert (table[columns].sum(axis=1) == table["events"]).all()
        assert table[[f"quad_{q}_goldstein_sum" for q in (1, 2, 3, 4)]].sum(axis=1).to_numpy() == pytest.approx(table["goldstein_sum"].to_numpy())
    assert table["goldstein_mean"].isna().eq(table["events"] == 0).all()
    assert not table.duplicated([c for c in table.columns[:3] if c != "period_start"]).any()

    # against one event after the other, for rows of events by directed dyad
    if by == "dyad" and not undirected and count == "events":
        by_hand: Counter[tuple[str, str]] = Counter()
        for row in rows:
            exact = row["date_precision"] == "day" or (row["date_precision"] == "month" and period in ("month", "quarter", "year"))
            if row["status"] == "asserted" and (exact or imprecise == "first") and row["source_country"] and row["target_country"]:
                by_hand[row["source_country"], row["target_country"]] += 1
        assert {k: int(v) for k, v in table.groupby(["source", "target"])["events"].sum().items() if v} == by_hand


# Files and the command


def build_folder(folder: Path, rows: list[dict[str, Any]], days: list[date]) -> Path:
    frame(rows)
    write_table(rows, EventRow, folder / "events.parquet", {"eventcoder.version": "1", "eventcoder.corpus": folder.name})
    documents = [
        dict.fromkeys(DocumentRow.model_fields) | {
            "document_id": f"{folder.name}{i}", "publication_date": day, "date_inferred": False, "characters": 1, "sentences": 1,
            "events": 0, "sha256": "", "outcome": "rejected" if i == 0 else "coded", "story_id": "",
        }
        for i, day in enumerate(days)
    ]  # fmt: skip
    write_table(documents, DocumentRow, folder / "documents.parquet")
    return folder


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["panel", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build_folder(tmp_path / "one", [dict(r) for r in FRA_DEU], [date(2020, 2, 1), date(2020, 2, 2), date(2020, 4, 30)])


def test_the_command_and_its_formats(folder: Path, tmp_path: Path) -> None:
    tables = {}
    for ending in ("parquet", "csv", "jsonl", "dta"):
        output = tmp_path / f"panel.{ending}"
        shown = run(folder, "-o", output, "--actors", "FRA,DEU", "--from", "2020-01", "--to", "2020-Q2", "--no-domestic")
        assert "3 of 3 rows of events count" in shown
        first = output.read_bytes()
        run(folder, "-o", output, "--actors", "DEU", "--actors", "FRA", "--from", "2020", "--to", "2020-06", "--no-domestic")
        assert output.read_bytes() == first
    tables["parquet"] = pd.read_parquet(tmp_path / "panel.parquet")
    tables["csv"] = pd.read_csv(tmp_path / "panel.csv", parse_dates=["period_start", "period_end"])
    tables["jsonl"] = pd.read_json(tmp_path / "panel.jsonl", lines=True, dtype=False)
    tables["dta"] = pd.read_stata(tmp_path / "panel.dta")
    for name, table in tables.items():
        assert len(table) == 2 * 6, name
        assert list(table.columns) == panel_schema().names
        assert pd.to_datetime(table["period_end"]).dt.strftime("%Y-%m-%d").tolist()[:2] == ["2020-01-31", "2020-02-29"]
        assert table["events"].tolist() == [0, 0, 0, 1, 0, 0] + [0, 2, 0, 0, 0, 0]
        assert table["goldstein_mean"].fillna(99).tolist() == [99, 99, 99, -2, 99, 99] + [99, -4.5, 99, 99, 99, 99]
        assert table["documents_published"].tolist()[:6] == [0, 1, 0, 1, 0, 0]  # what could not be coded does not count
    in_duckdb = duckdb.sql(f"SELECT sum(events), count(goldstein_mean) FROM '{tmp_path / 'panel.parquet'}'").fetchall()
    assert in_duckdb == [(3, 2)]
    about = pq.read_schema(tmp_path / "panel.parquet").metadata
    assert about[b"eventcoder.corpus"] == b"one"
    assert json.loads(about[b"eventcoder.panel"])["actors"] == ["DEU", "FRA"]
    assert json.loads(about[b"eventcoder.panel_rows"]) == {"rows": 3, "counted": 3, "left_out": {}, "merged": {}}
    with pd.io.stata.StataReader(tmp_path / "panel.dta") as reader:
        assert reader.variable_labels()["quad_4"] == "events of quad class 4"


def test_several_builds_and_part_files(folder: Path, tmp_path: Path) -> None:
    other = build_folder(tmp_path / "two", [event("POL", "040", "FRA", "2020-03-01", event_id="x")], [date(2020, 3, 1), date(2020, 3, 2)])
    output = tmp_path / "panel.parquet"
    run(folder, other, "-o", output)
    both = pd.read_parquet(output)
    assert both["events"].sum() == 4
    assert both.drop_duplicates("period")["documents_published"].tolist() == [1, 1, 1]
    assert b"eventcoder.corpus" not in pq.read_schema(output).metadata  # they differ in it
    parts = tmp_path / "parts"
    parts.mkdir()
    for i, part in enumerate((folder, other)):
        (part / "events.parquet").rename(parts / f"part-{i}.parquet")
    (parts / "_SUCCESS.parquet").write_text("")
    assert len(event_files([parts])) == 2
    assert "documents_published stays empty" in run(parts, "-o", output)
    assert pd.read_parquet(output)["documents_published"].isna().all()
    assert "documents_published stays empty" not in run(parts, "-o", output, "--documents", folder, "--documents", other)
    assert pd.read_parquet(output).drop_duplicates("period")["documents_published"].tolist() == [1, 1, 1]
    documents = tmp_path / "documents"
    documents.mkdir()
    for i, part in enumerate((folder, other)):
        (part / "documents.parquet").rename(documents / f"part-{i}.parquet")
    run(parts, "-o", output, "--documents", documents)
    assert pd.read_parquet(output).drop_duplicates("period")["documents_published"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_events_as_text(folder: Path, tmp_path: Path, ending: str) -> None:
    from coder.inputs import write_events

    write_events([r | {"issues": None} for r in pq.read_table(folder / "events.parquet").to_pylist()], tmp_path / f"events.{ending}", {})
    read = read_events([tmp_path / f"events.{ending}"], ["event_id", "root_code", "event_date", "source", "goldstein", "reciprocal"])
    expected = read_events([folder], list(read.columns))
    pd.testing.assert_frame_equal(read, expected)


def test_volume_is_unknown_where_a_table_has_no_documents_beside_it(folder: Path, tmp_path: Path) -> None:
    (folder / "documents.parquet").unlink()
    assert read_volume([folder]) is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda f: f / "nowhere", "no such file"),
        (lambda f: f, "no table of events"),
        (lambda f: (f / "x.parquet", (f / "x.parquet").write_text("no table"))[0], "cannot be read"),
        (lambda f: (f / "y.parquet", pq.write_table(pa.table({"a": [1]}), f / "y.parquet"))[0], "has no column event_id"),
    ],
)
def test_what_is_no_table_of_events(tmp_path: Path, make: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_events([make(tmp_path)], ["event_id"])


def test_actors_from_the_command_line_and_from_files(tmp_path: Path) -> None:
    (tmp_path / "g7.txt").write_text("# the G7\nUSA\nCAN, GBR  # and so on\n\n")
    assert read_actors(["fra,DEU", "SYRGOV"]) == ("DEU", "FRA", "SYRGOV")
    assert read_actors([str(tmp_path / "g7.txt"), "FRA"]) == ("CAN", "FRA", "GBR", "USA")
    for wrong in ("nowhere.txt", "US", "USA;;;RU"):
        with pytest.raises(EventCoderError, match="neither a code nor a file"):
            read_actors([wrong])


def test_statuses() -> None:
    assert read_statuses(["negated,asserted"]) == ("asserted", "negated")
    assert read_statuses(["all"]) == ()
    with pytest.raises(EventCoderError, match="sure"):
        read_statuses(["sure"])


def test_a_name_that_tells_no_format(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["panel", str(folder), "-o", str(tmp_path / "panel.xlsx")])
    assert result.exit_code != 0
    assert isinstance(result.exception, EventCoderError)
    assert ".csv" in str(result.exception)


def test_the_panel_of_a_build_is_that_of_the_command(folder: Path, tmp_path: Path) -> None:
    write_dyad_month(folder, {"eventcoder.version": "1", "eventcoder.corpus": "one"})
    run(folder, "-o", tmp_path / "panel.parquet")
    assert (folder / DYAD_MONTH).read_bytes() == (tmp_path / "panel.parquet").read_bytes()


@pytest.mark.parametrize(("most", "periods"), [(10_000, 904), (10, 5), (2, 3)])
def test_the_panel_of_a_build_gets_smaller_where_it_would_be_too_large(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, most: int, periods: int
) -> None:
    """Two dyads; an event of 1945 makes 904 months, the documents span five, three have events."""
    rows = [event("FRA", "040", "DEU", day) for day in ("1945-01-01", "2020-02-29", "2020-02-29")]
    build_folder(folder, [*rows, event("DEU", "111", "FRA", "2020-04-01")], [date(2020, 2, 1), date(2019, 12, 31), date(2020, 4, 30)])
    monkeypatch.setattr("coder.panel_output.MAX_ROWS", most)
    write_dyad_month(folder, {})
    made = pd.read_parquet(folder / DYAD_MONTH)
    assert made["period"].nunique() == periods
    told = json.loads(pq.read_schema(folder / DYAD_MONTH).metadata[b"eventcoder.panel"])
    assert (told["span"], told["fill"]) == {904: ("events", None), 5: ("documents", None), 3: ("events", "none")}[periods]
    assert len(caplog.records) == {904: 0, 5: 1, 3: 2}[periods]


def scattered(actors: int, events: int, first_year: int) -> list[dict[str, Any]]:
    """Events of all dyads from the first year on, some of which do not count."""
    chance = random.Random(7)
    names = [f"{chr(65 + i // 26)}{chr(65 + i % 26)}X" for i in range(actors)]
    rows = []
    for number in range(events):
        source, target = names[number % actors], chance.choice([*names, None])
        day = date(first_year, 1, 1) + timedelta(days=chance.randrange((2020 - first_year) * 365))
        status = chance.choice(["asserted", "asserted", "negated"])
        rows.append(event(source, chance.choice([*GOLDSTEIN]) + "0", target, day, status=status, goldstein=chance.choice([3.4, -0.1, 7.0])))
    return sorted(rows, key=lambda row: row["event_date"])


@pytest.mark.parametrize(("most", "fill"), [(MAX_ROWS, None), (100, "none")])
@pytest.mark.parametrize("group", [50, 1000])
def test_the_panel_of_a_build_part_by_part(folder: Path, monkeypatch: pytest.MonkeyPatch, most: int, fill: Any, group: int) -> None:
    """The rows of the panel made all at once, whatever the size of the row groups, of the batches read and of the parts."""
    build_folder(folder, scattered(6, 500, 2010), [date(2012, 2, 1), date(2012, 2, 2), date(2019, 4, 30)])
    for name, value in (("panel_stream.ROW_GROUP", group), ("panel_output.ROW_GROUP", group), ("panel_stream.PARTS", 5)):
        monkeypatch.setattr(f"coder.{name}", value)
    monkeypatch.setattr("coder.panel_input.BATCH", 64)
    monkeypatch.setattr("coder.panel_output.MAX_ROWS", most)
    write_dyad_month(folder, {})
    options = PanelOptions(fill=fill)
    whole = make_panel(read_events([folder], needed_columns(options)), read_volume([folder]), options)
    made = pq.ParquetFile(folder / DYAD_MONTH)
    assert made.read().equals(whole.table)
    assert [made.metadata.row_group(i).num_rows for i in range(made.num_row_groups - 1)] == [group] * ((len(whole.table) - 1) // group)
    told = json.loads(made.schema_arrow.metadata[b"eventcoder.panel_rows"])
    assert told == {"rows": whole.rows, "counted": whole.counted, "left_out": whole.left_out, "merged": {}}


def test_the_memory_of_a_builds_panel_does_not_grow(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python and NumPy hold at most; the whole table would take ten times as much."""
    for name, value in (("panel_stream.ROW_GROUP", 2000), ("panel_output.ROW_GROUP", 2000), ("panel_input.BATCH", 256)):
        monkeypatch.setattr(f"coder.{name}", value)
    rows, peaks = [], []
    for events, first_year in ((400, 2005), (400, 2005), (4000, 1870)):  # the first time modules are loaded
        build_folder(folder, scattered(10, events, first_year), [date(2012, 2, 1), date(2012, 2, 2)])
        tracemalloc.start()
        try:
            write_dyad_month(folder, {})
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        rows.append(pq.read_metadata(folder / DYAD_MONTH).num_rows)
    assert rows[2] > 9 * rows[1]
    assert peaks[2] < 1.5 * peaks[1], f"{peaks[1]:,} bytes for {rows[1]:,} rows, {peaks[2]:,} for {rows[2]:,}"
