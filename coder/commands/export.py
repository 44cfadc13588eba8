"""`eventcoder export`: a table of events in the layout of another dataset or program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coder.commands.shared import say

LAYOUT_HELP = "gdelt (2.0 events), gdelt1, gdelt-mentions, icews, phoenix, cline, polecat, petrarch; or all columns of ours: csv, jsonl, dta."


def register(app: typer.Typer) -> None:
    app.command(
        "export", epilog="Example: eventcoder export output/events.parquet --layout gdelt -o 20240531.export.CSV.zip"
    )(export)


def export(
    events: Annotated[
        list[Path], typer.Argument(metavar="EVENTS...", help="events.parquet, several, or a folder of them.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write; compressed where it ends in .gz or .zip.")
    ],
    layout: Annotated[str, typer.Option("--layout", "-l", help=LAYOUT_HELP)] = "phoenix",
    status: Annotated[
        str | None,
        typer.Option(
            help="asserted, intended, hypothetical, negated or all. Default: asserted for other datasets' layouts, else all."
        ),
    ] = None,
    documents: Annotated[
        Path | None,
        typer.Option(help="documents.parquet with outlets and addresses; else the one beside the events is used."),
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option("--header/--no-header", help="With or without column names; default as the original files."),
    ] = None,
    event_text: Annotated[
        Path | None, typer.Option(help="CSV (code,label) of your own words for ICEWS's Event Text.")
    ] = None,
    zero_unknown: Annotated[
        bool,
        typer.Option(
            "--zero-unknown", help="Write 0 for numbers that strict GDELT readers demand and that are not known (tone)."
        ),
    ] = False,
    key: Annotated[
        Path | None, typer.Option(help="Write a CSV too that tells which events each line stands for.")
    ] = None,
) -> None:
    """Write events in the layout that another dataset's readers expect, or as CSV, JSONL or Stata file."""
    from coder.export.registry import export_events

    done = export_events(
        events,
        output,
        layout,
        status=status,
        documents=documents,
        header=header,
        event_texts=event_text,
        key=key,
        zero_unknown=zero_unknown,
    )
    of = f" of {done.events} reports" if done.events != done.lines else ""
    say(f"{done.lines} events{of} -> {output}")
    if done.left_out:
        say(f"{done.left_out} events left out: codes without a PLOVER event, such as public remarks (root 01)")
