"""Tables written row by row: what is in memory is one row group, whatever the length; the bytes are those of `write_table`.

    with TableWriter(DocumentRow, Path("documents.parquet"), metadata) as table:
        table.add(values)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from coder.files import replacing
from coder.tables import PARQUET, ROW_GROUP, Row, arrow_schema

BATCH_ROWS = 2048


class TableWriter:
    """A Parquet table under a temporary name, which is renamed when the block ends without an error.

    Args:
        model: of its rows.
        path: of the file.
        metadata: file metadata, written in the order of its keys.
        tally: called with each batch of rows before it is written.
    """

    def __init__(
        self, model: type[Row], path: Path, metadata: Mapping[str, str], tally: Callable[[pa.RecordBatch], None] | None = None
    ) -> None:
        self._schema = arrow_schema(model).with_metadata({k: metadata[k] for k in sorted(metadata)})
        self._path = path
        self._tally = tally
        self._rows: list[Sequence[Any]] = []
        self._columns: list[list[pa.Array]] = [[] for _ in self._schema]
        self._stack = ExitStack()
        self.rows = 0

    def __enter__(self) -> TableWriter:
        with ExitStack() as stack:
            temporary = stack.enter_context(replacing(self._path))
            self._writer = stack.enter_context(pq.ParquetWriter(temporary, self._schema, **PARQUET))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self._stack.__exit__(kind, error, trace)
            return
        with self._stack:
            self._flush()
            if self.rows % ROW_GROUP or not self.rows:
                self._write_group()

    def add(self, values: Sequence[Any]) -> None:
        """Add a row: the values of its columns, in their order."""
        self._rows.append(values)
        if len(self._rows) == BATCH_ROWS:
            self._flush()

    def add_all(self, rows: Iterable[Sequence[Any]]) -> int:
        """Add rows; how many the table now has."""
        for row in rows:
            self.add(row)
        return self.rows + len(self._rows)

    def _flush(self) -> None:
        if not self._rows:
            return
        arrays = [pa.array(column, type=f.type) for column, f in zip(zip(*self._rows, strict=True), self._schema, strict=True)]
        self.rows += len(self._rows)
        self._rows = []
        if self._tally is not None:
            self._tally(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        for parts, array in zip(self._columns, arrays, strict=True):
            parts.append(array)
        if self.rows % ROW_GROUP == 0:
            self._write_group()

    def _write_group(self) -> None:
        """Each column in one piece: where a dictionary grows too large, the bytes depend on the pieces."""
        whole = []
        for parts, field in zip(self._columns, self._schema, strict=True):
            whole.append(pa.concat_arrays(parts) if parts else pa.array([], type=field.type))
            parts.clear()
        self._writer.write_table(pa.Table.from_arrays(whole, schema=self._schema), row_group_size=ROW_GROUP)
        del whole
        pa.default_memory_pool().release_unused()
