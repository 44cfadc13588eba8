"""Events and documents for panels, read from Parquet, CSV or JSONL: files, folders of a build, folders of part files.

>>> events = read_events([Path("output")], ["event_date", "source", "target"])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from coder.errors import InputError
from coder.event_files import document_files, event_files
from coder.tables import DocumentRow, EventRow, Row, arrow_schema, run_metadata

TEXT_TABLES = (".csv", ".jsonl", ".ndjson")
BATCH = 16384
VOLUME_COLUMNS = ("document_id", "publication_date", "duplicate_of", "outcome")


def read_events(paths: Sequence[Path], columns: Sequence[str]) -> pd.DataFrame:
    """Columns of one table of events from all the files; dates as datetime64.

    Raises:
        InputError: a file cannot be read or has no such columns.
    """
    return _read(event_files(paths), columns, EventRow)


def read_volume(paths: Sequence[Path], documents: Sequence[Path] = ()) -> pd.DataFrame | None:
    """The documents behind the events, without those that could not be coded, each once.

    Args:
        paths: the events, beside whose files documents.parquet is looked for.
        documents: tables of documents to take instead.

    Returns:
        None where a table of events has no documents.parquet beside it.
    """
    files = [file for p in documents for file in document_files(p)]
    if not files:
        files = list(dict.fromkeys(p.with_name("documents.parquet") for p in event_files(paths)))
        if not all(p.is_file() for p in files):
            return None
    table = _read(files, VOLUME_COLUMNS, DocumentRow, missing=("duplicate_of", "outcome"))
    coded = table["outcome"].fillna("") != "rejected"
    return table[coded].drop_duplicates("document_id").drop(columns="outcome")


def build_batches(file: Path, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Rows of a Parquet table of a build, some thousands at a time; texts come as categories."""
    texts = [field.name for field in pq.read_schema(file) if field.name in columns and pa.types.is_string(field.type)]
    for batch in pq.ParquetFile(file, read_dictionary=texts).iter_batches(BATCH, columns=list(columns), use_threads=False):
        yield batch.to_pandas(date_as_object=False)


def file_metadata(paths: Sequence[Path]) -> dict[str, str]:
    """The file metadata that all tables of events agree on."""
    agreed: dict[str, str] | None = None
    for file in event_files(paths):
        if file.suffix in TEXT_TABLES:
            return {}
        told = run_metadata(pq.read_schema(file))
        agreed = told if agreed is None else {k: v for k, v in agreed.items() if told.get(k) == v}
    return agreed or {}


def _read(files: Sequence[Path], columns: Sequence[str], model: type[Row], missing: Sequence[str] = ()) -> pd.DataFrame:
    schema = pa.schema([arrow_schema(model).field(name).with_nullable(True) for name in columns])
    tables = []
    for file in files:
        try:
            table = _table(file, schema)
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"cannot be read as a table: {error}".splitlines()[0], path=file, hint="give a Parquet, CSV or JSONL table") from error
        lacking = [name for name in columns if name not in table.column_names]
        if set(lacking) - set(missing):
            raise InputError(f"has no column {', '.join(lacking)}", path=file, hint="give a table that `eventcoder build` or `code` wrote")
        for name in lacking:
            table = table.append_column(schema.field(name), pa.nulls(len(table), schema.field(name).type))
        try:
            tables.append(table.select(list(columns)).cast(schema))
        except pa.ArrowException as error:
            raise InputError(f"a column has another type: {error}".splitlines()[0], path=file, hint="give a table that `eventcoder` wrote") from error
    frame: pd.DataFrame = pa.concat_tables(tables).to_pandas(date_as_object=False)
    return frame


def _table(file: Path, schema: pa.Schema) -> pa.Table:
    if file.suffix == ".csv":
        options = pa_csv.ConvertOptions(column_types=schema, strings_can_be_null=True)
        return pa_csv.read_csv(file, convert_options=options)
    if file.suffix in (".jsonl", ".ndjson"):
        written = pa.schema([pa.field(f.name, pa.string() if pa.types.is_date(f.type) else f.type) for f in schema])
        return pa_json.read_json(file, parse_options=pa_json.ParseOptions(explicit_schema=written, unexpected_field_behavior="ignore"))
    present = set(pq.read_schema(file).names)
    return pq.read_table(file, columns=[n for n in schema.names if n in present], partitioning=None)
