"""The panel of a build, by dyad and month, a row group at a time: what is in memory does not grow with events or rows.

    with ParquetWriter(path, schema) as writer:
        for table in PanelStream(folder, options).groups(): writer.write_table(table)

The tables of the build are read twice, for the units and the span, then for the counts; what is counted waits in a
temporary file, sorted roughly. `coder.panel` makes the same rows of any panel, all at once.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from coder.panel import (
    ENTRY,
    Ints,
    PanelOptions,
    PanelRows,
    belonging,
    entries,
    event_periods,
    keep,
    needed_columns,
    too_large,
    with_unit,
)
from coder.panel_columns import panel_schema
from coder.panel_input import build_batches
from coder.periods import period_numbers
from coder.tables import ROW_GROUP

PARTS = 256  # of the temporary file, at most, where rows of zeros are left out


class PanelStream:
    """A directed panel by dyad of the countries in a build, every event counted; rows of zeros for the dyads seen, or none.

    Args:
        folder: of the build.
        options: `period`, `status`, `imprecise`, `span`, `fill`, `domestic` and `max_rows` count.

    Raises:
        PanelTooLarge: the panel would have more than `max_rows` rows.
    """

    def __init__(self, folder: Path, options: PanelOptions) -> None:
        self._folder = folder
        self._options = options
        self.schema = panel_schema()
        self.rows = self.counted = 0
        self.left_out: dict[str, int] = {}
        self._documents: Counter[int] = Counter()
        self._stories: Counter[int] = Counter()
        self._count_documents()
        first, last = self._span()
        self._first, self._periods = first, last - first + 1
        pairs: set[tuple[str, str]] = set()
        for events, _ in self._events(first, last, self.left_out):
            self.counted += len(events)
            pairs.update(zip(events["_source"], events["_target"], strict=True))
        self._pairs = sorted(pairs)
        self._size = len(pairs) * self._periods
        if options.fill != "none" and self._size > options.max_rows:
            raise too_large(self._size, options)

    def groups(self) -> Iterator[pa.Table]:
        """The rows, `ROW_GROUP` at a time; one empty table where there are none."""
        every = range(self._first, self._first + self._periods)
        published = {
            name: np.array([counts[n] for n in every], dtype=np.int32)
            for name, counts in (("documents_published", self._documents), ("stories_published", self._stories))
        }
        made = PanelRows(tuple(zip(*self._pairs, strict=True)) or ((), ()), self._first, every.stop - 1, published, self._options)
        shown: Ints = np.zeros(0, dtype=np.int64)
        held = np.zeros(0, dtype=ENTRY)
        empty = True
        with tempfile.TemporaryFile(dir=self._folder) as file:
            for cells, counted in self._parts(file):
                shown, held = np.concatenate([shown, cells]), np.concatenate([held, counted])
                while len(shown) >= ROW_GROUP:
                    now = held["cell"] <= shown[ROW_GROUP - 1]
                    yield made.table(shown[:ROW_GROUP], held[now])
                    shown, held, empty = shown[ROW_GROUP:], held[~now], False
            if len(shown) or empty:
                yield made.table(shown, held)

    def _parts(self, file: IO[bytes]) -> Iterator[tuple[Ints, NDArray[Any]]]:
        """Cells to be shown, in order, and the events in them, in theirs."""
        fewest = self._options.fill == "none"
        width = max(ROW_GROUP, -(-self._size // PARTS) if fewest else 0)
        sorted_roughly = _Parts(file, width)
        number = {pair: i for i, pair in enumerate(self._pairs)}
        for events, periods in self._events(self._first, self._first + self._periods - 1, {}):
            counted = entries(events)
            units: Ints = np.array([number[p] for p in zip(events["_source"], events["_target"], strict=True)], dtype=np.int64)
            counted["cell"] = units * self._periods + (periods - self._first)
            sorted_roughly.add(counted)
        for part, start in enumerate(range(0, self._size, width)):
            counted = sorted_roughly.read(part)
            yield np.unique(counted["cell"]) if fewest else np.arange(start, min(start + width, self._size), dtype=np.int64), counted

    def _batches(self, left_out: dict[str, int]) -> Iterator[tuple[pd.DataFrame, Ints]]:
        """Events that count wherever the span ends, and their periods."""
        for batch in build_batches(self._folder / "events.parquet", _columns()):
            self.rows += len(batch)
            events = with_unit(belonging(batch, self._options, left_out), self._options, left_out)
            yield events, event_periods(events, self._options)

    def _events(self, first: int, last: int, left_out: dict[str, int]) -> Iterator[tuple[pd.DataFrame, Ints]]:
        self.rows = 0
        for events, periods in self._batches(left_out):
            inside = (periods >= first) & (periods <= last)
            yield keep(events, inside, "outside the span", left_out), periods[inside]

    def _count_documents(self) -> None:
        for batch in build_batches(self._folder / "documents.parquet", ("publication_date", "duplicate_of", "outcome")):
            dated = batch[(batch["outcome"] != "rejected") & batch["publication_date"].notna()]
            for counts, some in ((self._documents, dated), (self._stories, dated[dated["duplicate_of"].isna()])):
                counts.update(period_numbers(some["publication_date"].to_numpy().astype("datetime64[D]"), self._options.period).tolist())

    def _span(self) -> tuple[int, int]:
        """The first and the last period; there is none between them where nothing counts."""
        if self._options.span == "documents" and self._documents:
            return min(self._documents), max(self._documents)
        ends = [(int(p.min()), int(p.max())) for _, p in self._batches({}) if len(p)]
        return (min(a for a, _ in ends), max(b for _, b in ends)) if ends else (0, -1)


def _columns() -> Sequence[str]:
    return [name for name in needed_columns(PanelOptions()) if name != "event_id"]  # a build gives each id once


class _Parts:
    """Events in a file by ranges of cells; those of a range come back in the order in which they were added.

    Args:
        file: to be written and read.
        width: cells of a range.
    """

    def __init__(self, file: IO[bytes], width: int) -> None:
        self._file = file
        self._width = width
        self._places: dict[int, list[tuple[int, int]]] = {}
        self._end = 0

    def add(self, counted: NDArray[Any]) -> None:
        part = counted["cell"] // self._width
        order = np.argsort(part, kind="stable")
        numbers, sizes = np.unique(part, return_counts=True)
        self._file.write(counted[order].tobytes())
        for number, size in zip(numbers.tolist(), (sizes * ENTRY.itemsize).tolist(), strict=True):
            self._places.setdefault(number, []).append((self._end, size))
            self._end += size

    def read(self, part: int) -> NDArray[Any]:
        pieces = []
        for start, size in self._places.get(part, ()):
            self._file.seek(start)
            pieces.append(self._file.read(size))
        return np.frombuffer(b"".join(pieces), dtype=ENTRY)
