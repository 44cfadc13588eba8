"""The table of events with all its own columns: CSV, JSONL and Stata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from coder.errors import OptionsError
from coder.export.output import binary_output, text_output
from coder.export.source import Source
from coder.export.stata import write_dta
from coder.files import replacing
from coder.tables import EventRow

FORMATS = {
    "csv": "comma-separated, with a header, texts in double quotes",
    "jsonl": "one JSON object a line",
    "dta": "Stata 14 and later: labels, dates as %td, long texts as strL",
}
QUAD_CLASSES = {1: "verbal cooperation", 2: "material cooperation", 3: "verbal conflict", 4: "material conflict"}


def native_batches(source: Source, keep: str | None, names: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of all files with the columns of the first one; a column that a later file lacks is null there."""
    schema = pq.read_schema(source.files[0])
    if names is not None:
        schema = pa.schema([schema.field(n) for n in names])
    for batch in source.batches():
        if keep is not None:
            batch = batch.filter(pc.equal(batch.column("status"), keep))
        have = batch.schema.names
        columns = [
            batch.column(f.name).cast(f.type) if f.name in have else pa.nulls(batch.num_rows, f.type) for f in schema
        ]
        yield pa.RecordBatch.from_arrays(columns, names=schema.names)


def flat_schema(source: Source) -> pa.Schema:
    """The columns of the first file, lists as text."""
    return pa.schema(
        [pa.field(f.name, pa.string() if pa.types.is_list(f.type) else f.type) for f in pq.read_schema(source.files[0])]
    )


def flat(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Lists of texts as one text with ; between."""
    columns = [pc.binary_join(c, ";") if pa.types.is_list(c.type) else c for c in batch.columns]
    return pa.RecordBatch.from_arrays([c.cast(f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def write_native(source: Source, output: Path, form: str, keep: str | None, *, header: bool = True) -> int:
    """Write the table with its own columns; how many events.

    Args:
        form: one of `FORMATS`.
        keep: a status, None for all.
        header: whether a CSV begins with the names of the columns.

    Raises:
        OptionsError: a compressed .dta is asked for.
    """
    if form == "dta":
        return _write_dta(source, output, keep)
    return _write_csv(source, output, keep, header=header) if form == "csv" else _write_jsonl(source, output, keep)


def _write_csv(source: Source, output: Path, keep: str | None, *, header: bool) -> int:
    schema = flat_schema(source)
    count = 0
    options = pa_csv.WriteOptions(include_header=header)
    with binary_output(output) as stream, pa_csv.CSVWriter(stream, schema, write_options=options) as writer:
        for batch in native_batches(source, keep):
            writer.write_batch(flat(batch, schema))
            count += batch.num_rows
    return count


def _write_jsonl(source: Source, output: Path, keep: str | None) -> int:
    count = 0
    short = [f.name for f in pq.read_schema(source.files[0]) if f.type == pa.float32()]
    with text_output(output) as stream:
        for batch in native_batches(source, keep):
            for row in batch.to_pylist():
                for name in short:
                    row[name] = row[name] if row[name] is None else float(f"{row[name]:.7g}")
                stream.write(json.dumps(row, default=str, ensure_ascii=False) + "\n")
            count += batch.num_rows
    return count


def _categories() -> dict[str, tuple[str, ...]]:
    """Columns of events.parquet with a fixed set of texts."""
    fields: dict[str, Any] = {name: f.annotation for name, f in EventRow.model_fields.items()}
    return {name: get_args(kind) for name, kind in fields.items() if get_origin(kind) is Literal}


def _write_dta(source: Source, output: Path, keep: str | None) -> int:
    if output.suffix in (".gz", ".zip"):
        raise OptionsError("Stata does not read compressed .dta files", hint="give --output a name that ends in .dta")
    schema = flat_schema(source)
    version = source.metadata.get("eventcoder.version", "")
    with replacing(output) as temporary:
        return write_dta(
            temporary,
            schema,
            lambda: (flat(b, schema) for b in native_batches(source, keep)),
            title=f"Political events coded by EventCoder {version}".strip(),
            labels={name: f.description or "" for name, f in EventRow.model_fields.items()},
            value_labels={"quad_class": QUAD_CLASSES},
            categories={name: values for name, values in _categories().items() if name in schema.names},
        )
