"""Panels to Parquet, CSV, JSONL or Stata, by the ending of the file name; written under another name, then renamed."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from coder.errors import EventCoderError
from coder.export.stata import write_dta
from coder.files import replacing
from coder.panel import MAX_ROWS, Panel, PanelOptions, PanelTooLarge
from coder.panel_columns import panel_model
from coder.panel_stream import PanelStream
from coder.tables import PARQUET, ROW_GROUP, write_parquet

log = logging.getLogger(__name__)

DYAD_MONTH = "panel_dyad_month.parquet"
ENDINGS = (".parquet", ".csv", ".jsonl", ".dta")


def panel_metadata(panel: Panel | PanelStream, options: PanelOptions, about: Mapping[str, str]) -> dict[str, str]:
    """File metadata: that of the events, the options, and what became of the rows that are not in the panel."""
    merged = panel.merged if isinstance(panel, Panel) else {}
    rows = {"rows": panel.rows, "counted": panel.counted, "left_out": panel.left_out, "merged": merged}
    told = dict(about) | {"eventcoder.panel": options.model_dump_json(), "eventcoder.panel_rows": json.dumps(rows, sort_keys=True)}
    return {k: told[k] for k in sorted(told)}


def check_ending(path: Path) -> None:
    """Raises EventCoderError where the name ends otherwise than a format that can be written."""
    if path.suffix not in ENDINGS:
        raise EventCoderError(f'"{path.name}" names no format', hint=f"let the name end in {', '.join(ENDINGS)}")


def write_panel(panel: Panel, options: PanelOptions, path: Path, about: Mapping[str, str] | None = None) -> None:
    """Write a panel.

    Args:
        about: metadata of the events, for Parquet.

    Raises:
        EventCoderError: the ending of the name is of no format.
    """
    check_ending(path)
    told = panel_metadata(panel, options, about or {})
    table = panel.table
    if path.suffix == ".parquet":
        write_parquet(table.replace_schema_metadata(told), path)
    elif path.suffix == ".csv":
        with replacing(path) as temporary:
            pa_csv.write_csv(table, temporary, pa_csv.WriteOptions(quoting_style="needed"))
    elif path.suffix == ".jsonl":
        with replacing(path) as temporary:
            _jsonl(table, temporary)
    else:
        with replacing(path) as temporary:
            _stata(table, options, temporary)


def write_dyad_month(folder: Path, about: Mapping[str, str]) -> None:
    """panel_dyad_month.parquet beside the events.parquet and documents.parquet of a build.

    Where events of long ago make it too large, its span is that of the documents; where that is too large too, it has
    no rows of zeros. The options in the file's metadata tell.
    """
    path = folder / DYAD_MONTH
    whole = PanelOptions(max_rows=MAX_ROWS)
    for options in (whole, whole.model_copy(update={"span": "documents"}), whole.model_copy(update={"fill": "none"})):
        try:
            panel = PanelStream(folder, options)
        except PanelTooLarge as error:
            log.warning("%s: %s; made with %s instead", DYAD_MONTH, error.message, "--span documents" if options.span == "events" else "--fill none")
        else:
            break
    schema = panel.schema.with_metadata(panel_metadata(panel, options, about))
    with replacing(path) as temporary, pq.ParquetWriter(temporary, schema, **PARQUET) as writer:
        for table in panel.groups():
            writer.write_table(table, row_group_size=ROW_GROUP)
            pa.default_memory_pool().release_unused()


def _jsonl(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for batch in table.to_batches(max_chunksize=65536):
            stream.writelines(json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in batch.to_pylist())


def _stata(table: pa.Table, options: PanelOptions, path: Path) -> None:
    labels = {name: f.description or "" for name, f in panel_model(options.by, options.undirected).model_fields.items()}
    write_dta(path, table.schema, table.to_batches, title=f"Panel of {options.by} coded by EventCoder", labels=labels, value_labels={}, categories={})
