"""What codebook and data statement count, batch by batch as the tables are written: counts stay, rows do not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_origin

import pyarrow as pa
import pyarrow.compute as pc

from coder.tables import EVENT_SCHEMA, DocumentRow, EventRow, arrow_schema

# Columns whose values are counted, besides the Literal columns of EventRow.
COUNTED = (
    "quad_class", "root_code", "reciprocal", "source_country", "source_role", "target_country", "target_role", "plover_event",
    "plover_mode", "plover_context", "attributed_to", "location_country", "issues",
)  # fmt: skip
NONE = "(none)"
Rows = Iterable[Mapping[str, Any]]


def categorical_columns() -> list[str]:
    """Columns of events.parquet whose values are counted, in the order of the schema."""
    return [n for n, f in EventRow.model_fields.items() if n in COUNTED or get_origin(f.annotation) is Literal]


@dataclass(slots=True)
class Days:
    """Days counted by year; the first and the last."""

    years: Counter[int] = field(default_factory=Counter)
    first: dt.date | None = None
    last: dt.date | None = None

    def add(self, days: pa.Array) -> None:
        """Nulls do not count."""
        self.years.update(_counts(pc.year(days.drop_null())))
        ends = pc.min_max(days)
        if ends["min"].is_valid:
            low, high = ends["min"].as_py(), ends["max"].as_py()
            self.first = low if self.first is None else min(self.first, low)
            self.last = high if self.last is None else max(self.last, high)

    @property
    def count(self) -> int:
        return self.years.total()


@dataclass(slots=True)
class EventTally:
    """Counts over events.parquet.

    Args:
        groups: distinct `daily_id`s.
        empty: nulls of each column.
        values: of each of `categorical_columns`, how often each value stands; a cell of several counts for each.
        codes: rows of each code.
        described: label, Goldstein score and quad class of each code as the rows have them.
    """

    rows: int = 0
    groups: int = 0
    empty: Counter[str] = field(default_factory=Counter)
    values: dict[str, Counter[str]] = field(default_factory=lambda: {c: Counter() for c in categorical_columns()})
    codes: Counter[str] = field(default_factory=Counter)
    described: dict[str, tuple[str, float, int]] = field(default_factory=dict)
    dates: Days = field(default_factory=Days)
    asserted: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, rows: Rows) -> EventTally:
        """Of rows of events.parquet."""
        listed = list(rows)
        tally = cls(groups=len({row["daily_id"] for row in listed}))
        tally.add(pa.RecordBatch.from_pylist([dict(row) for row in listed], schema=EVENT_SCHEMA))
        return tally

    def add(self, batch: pa.RecordBatch) -> None:
        """Count a batch of rows; `groups` is the caller's to set."""
        self.rows += batch.num_rows
        for name in batch.schema.names:
            self.empty[name] += batch[name].null_count
        for name, counts in self.values.items():
            column = batch[name]
            if pa.types.is_list(column.type):
                several = pc.greater(pc.fill_null(pc.list_value_length(column), 0), 0)
                counts.update({NONE: batch.num_rows - (pc.sum(several).as_py() or 0)})
                column = column.flatten()
            for value, number in _counts(column).items():
                for part in [NONE] if value is None else str(value).split(";"):
                    counts[part] += number
        codes = _counts(batch["code"])
        self.codes.update(codes)
        for code in codes.keys() - self.described.keys():
            at = pc.index(batch["code"], code).as_py()
            label, score, quad = (batch[name][at].as_py() for name in ("code_label", "goldstein", "quad_class"))
            self.described[code] = label, score, quad
        self.dates.add(batch["event_date"])
        asserted = batch["event_date"].filter(pc.equal(batch["status"], "asserted"))
        self.asserted.update(_counts(pc.year(asserted.drop_null())))


@dataclass(slots=True)
class DocumentTally:
    """Counts over documents.parquet; `year_events`: events by year of publication."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    characters: int = 0
    inferred: int = 0
    repeats: int = 0
    dates: Days = field(default_factory=Days)
    publishers: Counter[str | None] = field(default_factory=Counter)
    languages: Counter[str | None] = field(default_factory=Counter)
    year_events: Counter[int | None] = field(default_factory=Counter)

    @classmethod
    def of(cls, rows: Rows) -> DocumentTally:
        """Of rows of documents.parquet."""
        tally = cls()
        tally.add(pa.RecordBatch.from_pylist([dict(row) for row in rows], schema=arrow_schema(DocumentRow)))
        return tally

    def add(self, batch: pa.RecordBatch) -> None:
        """Count a batch of rows."""
        self.rows += batch.num_rows
        self.outcomes.update(_counts(batch["outcome"]))
        self.sentences += pc.sum(batch["sentences"]).as_py() or 0
        self.characters += pc.sum(batch["characters"]).as_py() or 0
        self.inferred += pc.sum(batch["date_inferred"]).as_py() or 0
        self.repeats += batch.num_rows - batch["duplicate_of"].null_count
        self.dates.add(batch["publication_date"])
        self.publishers.update(_counts(batch["publisher"]))
        self.languages.update(_counts(batch["language"]))
        by_year = pa.table({"year": pc.year(batch["publication_date"]), "events": batch["events"]}).group_by("year").aggregate([("events", "sum")])
        for year, events in zip(by_year["year"].to_pylist(), by_year["events_sum"].to_pylist(), strict=True):
            self.year_events[year] += events


class RejectTally(Counter[str]):
    """Rows of rejects.parquet by reason."""

    @classmethod
    def of(cls, rows: Rows) -> RejectTally:
        """Of rows of rejects.parquet."""
        return cls(str(row["reason"]) for row in rows)

    def add(self, batch: pa.RecordBatch) -> None:
        """Count a batch of rows."""
        self.update(_counts(batch["reason"]))


def _counts(column: pa.Array) -> dict[Any, int]:
    found = pc.value_counts(column)
    return dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))
