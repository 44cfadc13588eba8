"""The schema of events.parquet, one-a-day groups, atomic and byte-stable writing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coder.coded import Coded
from coder.gathered import Gathered
from coder.records import Document
from coder.stories import Fingerprint
from coder.tables import (
    EVENT_SCHEMA,
    DailyRow,
    DocumentRow,
    EventRow,
    UnresolvedRow,
    arrow_schema,
    group_daily,
    sort_events,
    split_code,
    stable_id,
    write_table,
)

COLUMNS = """event_id document_id sentence_index publication_date event_date event_date_end date_precision date_basis source
target source_country source_role target_country target_role source_name target_name source_text source_start source_end
target_text target_start target_end code base_code root_code code_label quad_class goldstein plover_event plover_mode
plover_context status attributed_to attributed_text reciprocal trigger_text trigger_start trigger_end pattern_id
sentence_text location_name location_country latitude longitude geoname_id issues daily_id reports story_id stories""".split()

TYPES = {
    "sentence_index": pa.int32(), "publication_date": pa.date32(), "event_date": pa.date32(), "event_date_end": pa.date32(),
    "source_start": pa.int32(), "quad_class": pa.int8(), "goldstein": pa.float32(), "reciprocal": pa.bool_(),
    "issues": pa.list_(pa.string()), "code": pa.string(), "reports": pa.int32(), "geoname_id": pa.int64(),
    "latitude": pa.float64(), "target_start": pa.int32(),
}  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    day = dt.date(2020, 1, 2)
    base = dict.fromkeys(COLUMNS) | {
        "event_id": "a", "document_id": "d1", "sentence_index": 0, "event_date": day, "event_date_end": day,
        "date_precision": "day", "date_basis": "explicit", "source": "FRA", "target": "DEU", "source_text": "France",
        "source_start": 0, "source_end": 6, "code": "040", "base_code": "040", "root_code": "04", "code_label": "x",
        "quad_class": 1, "goldstein": 1.0, "status": "asserted", "reciprocal": False, "trigger_text": "met",
        "trigger_start": 7, "trigger_end": 10, "pattern_id": "p", "sentence_text": "s", "daily_id": "", "reports": 0,
        "story_id": "d1", "stories": 0,
    }  # fmt: skip
    return base | changes


def test_columns_and_types() -> None:
    assert EVENT_SCHEMA.names == COLUMNS
    assert {name: EVENT_SCHEMA.field(name).type for name in TYPES} == TYPES


def test_a_row_is_valid() -> None:
    EventRow.model_validate(row())


@pytest.mark.parametrize("change", [{"quad_class": 5}, {"goldstein": 11.0}, {"status": "sure"}, {"unknown": 1}])
def test_a_wrong_row_is_not(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        EventRow.model_validate(row(**change))


@pytest.mark.parametrize(
    ("code", "parts"),
    [("SYRGOV", ("SYR", "GOV")), ("RUS", ("RUS", None)), ("COP", (None, "COP")), ("IGOUNO", ("IGO", "UNO")), (None, (None, None))],
)
def test_split_code(code: str | None, parts: tuple[str | None, str | None]) -> None:
    assert split_code(code) == parts


def daily_rows(rows: list[dict[str, Any]], *, copies: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Rows of events_daily.parquet as a build makes them; `group_daily` must have told the same of the events."""
    by_document: dict[str, list[dict[str, Any]]] = {}
    for one in rows:
        by_document.setdefault(one["document_id"], []).append(one)
    with Gathered() as gathered:
        for number, (name, events) in enumerate(by_document.items(), 1):
            about: dict[str, Any] = dict.fromkeys(DocumentRow.model_fields) | {"document_id": name, "outcome": "coded"}
            shingles = np.array([0 if name in copies else number], dtype=np.uint32)
            gathered.add(Coded(Document(name, ""), events, [], 1, []), about, Fingerprint(name, None, 100, shingles))
        gathered.find_stories(0.5, 3)
        told = list(gathered.events())
    assert {e["event_id"]: e for e in (dict(zip(EventRow.model_fields, v, strict=True)) for v, _ in told)} == {r["event_id"]: r for r in rows}
    return [dict(zip(DailyRow.model_fields, first, strict=True)) for _, first in told if first]


def test_daily_groups_count_documents_not_sentences() -> None:
    rows = [row(event_id="a"), row(event_id="b", sentence_index=1), row(event_id="c", document_id="d2"), row(event_id="d", code="041")]
    group_daily(rows)
    assert [r["reports"] for r in rows] == [2, 2, 2, 1]
    assert [(d["code"], d["reports"], d["mentions"]) for d in daily_rows(rows)] == [("040", 2, 3), ("041", 1, 1)]


MARCH = {"event_date": dt.date(2020, 3, 1), "event_date_end": dt.date(2020, 3, 31), "date_precision": "month"}
UNDATED = {"event_date": None, "event_date_end": None, "date_precision": "unknown"}


@pytest.mark.parametrize(
    ("first", "second", "reports"),
    [
        ({}, {}, [2, 2]),
        ({}, {"status": "negated"}, [1, 1]),
        ({}, {"code": "041"}, [1, 1]),
        ({}, {"target": None}, [1, 1]),
        ({"reciprocal": True}, {"source": "DEU", "target": "FRA", "reciprocal": True}, [1, 1]),
        ({}, {"event_date_end": dt.date(2020, 1, 3)}, [1, 1]),
        (MARCH, MARCH, [2, 2]),
        (MARCH, {"event_date": dt.date(2020, 3, 1), "event_date_end": dt.date(2020, 3, 1)}, [1, 1]),
        (UNDATED, UNDATED, [1, 1]),
    ],
    ids=["same", "status", "code", "monadic", "mirrored", "lasts longer", "same month", "month and its first day", "undated"],
)
def test_what_is_one_group_of_two_documents(first: dict[str, Any], second: dict[str, Any], reports: list[int]) -> None:
    rows = [row(event_id="a", **first), row(event_id="b", **({"document_id": "d2"} | second))]
    group_daily(rows)
    assert [r["reports"] for r in rows] == reports
    assert len({r["daily_id"] for r in rows}) == len(daily_rows(rows)) == 3 - reports[0]


def test_undated_events_of_one_document_are_one_group() -> None:
    rows = [row(event_id="a", **UNDATED), row(event_id="b", sentence_index=1, **UNDATED)]
    group_daily(rows)
    assert [(d["reports"], d["mentions"]) for d in daily_rows(rows)] == [(1, 2)]


def test_copies_of_a_report_are_reports_of_one_story() -> None:
    rows = [row(event_id=str(i), document_id=f"d{i}") for i in range(4)]
    group_daily(rows, {"d0": "d0", "d1": "d0", "d2": "d0"})
    assert [(r["story_id"], r["reports"], r["stories"]) for r in rows] == [(s, 4, 2) for s in ("d0", "d0", "d0", "d3")]
    (daily,) = daily_rows(rows, copies=("d0", "d1", "d2"))
    assert (daily["reports"], daily["stories"], daily["mentions"]) == (4, 2, 4)


def test_a_group_is_reciprocal_where_one_of_its_events_is() -> None:
    rows = [row(event_id="a"), row(event_id="b", document_id="d2", reciprocal=True)]
    group_daily(rows)
    assert [d["reciprocal"] for d in daily_rows(rows)] == [True]


def test_order_puts_undated_events_last() -> None:
    rows = [row(event_id="z", event_date=None), row(event_id="b"), row(event_id="a"), row(event_id="c", event_date=dt.date(2019, 1, 1))]
    sort_events(rows)
    assert [r["event_id"] for r in rows] == ["c", "a", "b", "z"]


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    rows = [row(event_id=str(i), issues=["oil"] if i % 2 else None) for i in range(100)]
    for name in ("one.parquet", "two.parquet"):
        write_table(rows, EventRow, tmp_path / name, {"b": "2", "a": "1"})
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    table = pq.read_table(tmp_path / "one.parquet")
    assert table.to_pylist() == rows
    assert table.schema.metadata[b"a"] == b"1"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    write_table([row()], EventRow, path)
    before = path.read_bytes()
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        write_table([row(sentence_index="not a number")], EventRow, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["events.parquet"]


def test_empty_tables_keep_their_columns(tmp_path: Path) -> None:
    write_table([], UnresolvedRow, tmp_path / "u.parquet")
    assert pq.read_schema(tmp_path / "u.parquet").names == list(UnresolvedRow.model_fields)


def test_ids_are_stable() -> None:
    assert stable_id("a", 1, None) == stable_id("a", "1", "")
    assert stable_id("a", "b") != stable_id("ab")


def test_daily_schema_has_its_columns() -> None:
    assert arrow_schema(DailyRow).names[:3] == ["daily_id", "event_date", "event_date_end"]
