"""All layouts by name, and the one function that writes a table of events in any of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from coder.errors import InputError, OptionsError
from coder.export import gdelt, icews, phoenix, polecat
from coder.export.context import Context
from coder.export.layouts import Layout
from coder.export.native import FORMATS, write_native
from coder.export.output import line_writer, text_output
from coder.export.source import Groups, Source, open_source
from coder.ontology import SCORE_COLUMNS, load_ontology
from coder.resources import shipped_dictionaries
from coder.tables import STATUSES

LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        gdelt.GDELT1,
        gdelt.GDELT2,
        gdelt.MENTIONS,
        icews.ICEWS,
        phoenix.PHOENIX,
        phoenix.CLINE,
        polecat.POLECAT,
        phoenix.PETRARCH,
    )
}
ALIASES = {
    "gdelt2": "gdelt",
    "mentions": "gdelt-mentions",
    "gdelt_mentions": "gdelt-mentions",
    "cline-phoenix": "cline",
    "stata": "dta",
    "ndjson": "jsonl",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Args:
        lines: lines of the file, without a header.
        events: events of the table that are in them.
        left_out: events of the status asked for that the layout has no line for.
    """

    lines: int
    events: int
    left_out: int = 0


def layout_names() -> tuple[str, ...]:
    return (*LAYOUTS, *FORMATS)


def resolve(name: str) -> str:
    """The name of a layout, after its aliases.

    Raises:
        OptionsError: there is no such layout.
    """
    name = ALIASES.get(name.lower(), name.lower())
    if name not in layout_names():
        raise OptionsError(f'no layout "{name}"', hint=f"choose one of: {', '.join(layout_names())}")
    return name


def export_events(
    paths: Sequence[Path],
    output: Path,
    layout: str,
    *,
    status: str | None = None,
    documents: Path | None = None,
    header: bool | None = None,
    event_texts: Path | None = None,
    key: Path | None = None,
    zero_unknown: bool = False,
) -> Exported:
    """Write tables of events in a layout.

    Args:
        paths: tables or folders of them.
        output: .gz and .zip are compressed.
        layout: a name of `layout_names` or an alias.
        status: a status, or "all"; None for what the dataset has: asserted events in the layouts of others, all in our own.
        documents: documents.parquet, where it is not beside the table.
        header: with or without the names of the columns, None as the original files.
        event_texts: CSV of code and label for ICEWS's Event Text.
        key: CSV to write that tells which events each line stands for.
        zero_unknown: write 0 where a demanded number is not known (`Column.demanded`).

    Raises:
        InputError: a table cannot be read.
        WriteError: a file cannot be written.
        OptionsError: an option means nothing.
    """
    name = resolve(layout)
    if status is not None and status not in (*STATUSES, "all"):
        raise OptionsError(f'no status "{status}"', hint=f"choose one of: {', '.join(STATUSES)}, all")
    source = open_source(paths, documents)
    if output.resolve() in {f.resolve() for f in source.files}:
        raise OptionsError("the output is one of the inputs", path=output, hint="choose another --output")
    if name in FORMATS:
        if key is not None or event_texts is not None:
            raise OptionsError(
                f"layout {name} has no --key and no --event-text: it keeps event_id and code", hint="leave them out"
            )
        if name != "csv" and header is not None:
            raise OptionsError(f"layout {name} has no line of column names", hint="leave out --header and --no-header")
        count = write_native(source, output, name, None if status == "all" else status, header=header is not False)
        return Exported(count, count)
    shape = LAYOUTS[name]
    keep = None if status == "all" else status or shape.status
    with_names = shape.header if header is None else header
    return _write_layout(source, output, shape, keep, header=with_names, texts=event_texts, key=key, zero=zero_unknown)


def _write_layout(
    source: Source,
    output: Path,
    layout: Layout,
    keep: str | None,
    *,
    header: bool,
    texts: Path | None,
    key: Path | None,
    zero: bool,
) -> Exported:
    demanded = [i for i, column in enumerate(layout.columns) if zero and column.demanded]
    groups = Groups(source, keep, layout.needs)
    scores = source.metadata.get("eventcoder.scores", "gdelt")
    context = Context(
        groups,
        icews_scores=load_ontology(shipped_dictionaries() / "ontology", scores="icews")
        if scores in SCORE_COLUMNS
        else None,
        event_texts=_event_texts(texts) if texts else {},
        version=source.metadata.get("eventcoder.version", ""),
    )
    lines = events = left_out = 0
    with ExitStack() as stack:
        write = line_writer(stack.enter_context(text_output(output)), layout)
        keys = csv.writer(stack.enter_context(text_output(key)), lineterminator="\n") if key else None
        if keys:
            keys.writerow([layout.names[0], "event_id", "daily_id", "document_id", "sentence_index"])
        if header:
            write(layout.names)
        for row in source.rows(keep):
            if layout.needs and not row[layout.needs]:
                left_out += 1
                continue
            events += 1
            context.line = groups.number(row) if layout.unit == "event" else events
            if context.line > lines:
                cells = list(layout.row(row, context))
                for place in demanded:
                    cells[place] = 0 if cells[place] is None else cells[place]
                write(cells)
                lines += 1
            if keys:
                named = cells[0] if layout.unit == "mention" else layout.row(row, context)[0]
                keys.writerow([named, row["event_id"], row.get("daily_id"), row["document_id"], row["sentence_index"]])
    return Exported(lines, events, left_out)


def _event_texts(path: Path) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.reader(stream) if any(row)]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read: {error}", path=path, hint="a CSV in UTF-8 with the columns code,label"
        ) from error
    if rows and rows[0][:2] == ["code", "label"]:
        rows = rows[1:]
    for number, row in enumerate(rows, 2):
        if len(row) < 2 or not row[0].isdigit():
            raise InputError(
                "not a code and its label", path=path, line=number, hint='write lines like 042,"Make a visit"'
            )
    return {row[0]: row[1] for row in rows}
