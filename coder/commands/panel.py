"""`eventcoder panel`: counts of events by dyad, country, role or root code and period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coder.commands.shared import say
from coder.errors import EventCoderError

if TYPE_CHECKING:
    from coder.panel import Panel

Fill = Literal["all", "seen", "none"]


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: eventcoder panel output -o panel.parquet --by dyad --period week --actors USA,RUS,CHN")(panel)


def panel(
    events: Annotated[list[Path], typer.Argument(metavar="EVENTS...", help="Folders of builds, or tables of events.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="panel.parquet, .csv, .jsonl or .dta.")],
    by: Annotated[Literal["dyad", "country", "role", "root"], typer.Option(help="What a row is about.")] = "dyad",
    period: Annotated[
        Literal["day", "week", "month", "quarter", "year"], typer.Option(help="Its period; weeks are ISO weeks, Monday to Sunday.")
    ] = "month",
    actors: Annotated[
        list[str] | None,
        typer.Option(help="Codes or their beginnings (USA,SYRGOV,IGOUNO), or a file with one a line; none: the countries in the data."),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", help="First period: 2024, 2024-05, 2024-Q2, 2024-W07 or 2024-05-31.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last period, written the same way.")] = None,
    span: Annotated[
        Literal["events", "documents"], typer.Option(help="Without --from or --to: from the first to the last event, or document.")
    ] = "events",
    undirected: Annotated[bool, typer.Option("--undirected", help="A to B and B to A together; a mirrored pair counts once.")] = False,
    side: Annotated[Literal["source", "target"], typer.Option(help="By country, role or root: of whoever acts or is acted upon.")] = "source",
    status: Annotated[list[str] | None, typer.Option(help="asserted (default), intended, hypothetical, negated or all; several times.")] = None,
    count: Annotated[
        Literal["events", "daily", "reports", "stories"],
        typer.Option(help="Every row of events, one a day, the documents that report it, or their stories (near-duplicates once)."),
    ] = "events",
    imprecise: Annotated[
        Literal["drop", "first"], typer.Option(help="Events dated less exactly than the period: leave out, or count on their first day.")
    ] = "drop",
    fill: Annotated[
        Fill | None,
        typer.Option(help="Rows of zeros for all units, those seen in the data, or none; default: all with --actors, else seen."),
    ] = None,
    domestic: Annotated[bool, typer.Option("--domestic/--no-domestic", help="By dyad: events within one actor too.")] = True,
    documents: Annotated[list[Path] | None, typer.Option(help="documents.parquet, where it is not beside the events.")] = None,
    max_rows: Annotated[int, typer.Option(min=1, help="Refuse to write a larger panel.")] = 5_000_000,
) -> None:
    """Count events by dyad, country, role or root code and period, with zeros where nothing is reported."""
    from coder.panel import PanelOptions, check_options, make_panel, needed_columns
    from coder.panel_input import file_metadata, read_events, read_volume
    from coder.panel_output import check_ending, write_panel
    from coder.periods import parse_bound

    check_ending(output)
    options = PanelOptions(
        by=by, period=period, actors=read_actors(actors or []), undirected=undirected, side=side, count=count, imprecise=imprecise,
        first=parse_bound(first) if first else None, last=parse_bound(last, last=True) if last else None, span=span,
        status=read_statuses(status or ["asserted"]), fill=fill, domestic=domestic, max_rows=max_rows,
    )  # fmt: skip
    check_options(options)
    volume = read_volume(events, documents or [])
    made = make_panel(read_events(events, needed_columns(options)), volume, options)
    write_panel(made, options, output, file_metadata(events))
    for line in account(made, known_volume=volume is not None):
        say(line)
    say(f"{made.table.num_rows} rows -> {output}")


def account(made: Panel, *, known_volume: bool) -> list[str]:
    """What a user should know of a panel: what counts, what does not and why, which zeros mean nothing."""
    lines = [f"{made.counted} of {made.rows} rows of events count"]
    lines += [f"  left out: {number} {reason}" for reason, number in made.left_out.items()]
    lines += [f"  counted once with another: {number} {reason}" for reason, number in made.merged.items()]
    if made.unseen:
        lines.append(f"warning: no event names {', '.join(made.unseen)}")
    if not known_volume:
        lines.append("no documents.parquet beside the events: documents_published stays empty (--documents gives it)")
    elif made.uncovered:
        lines.append(f"note: in {made.uncovered} of the periods no document was published: their zeros say nothing (--span documents)")
    return lines


def read_actors(given: Sequence[str]) -> tuple[str, ...]:
    """Codes from the command line: separated by commas, or in files (one a line, # begins a remark).

    Raises:
        EventCoderError: something is neither a code nor a file.
    """
    found: list[str] = []
    for item in given:
        path = Path(item)
        if path.is_file():
            lines = [line.partition("#")[0] for line in path.read_text(encoding="utf-8-sig").splitlines()]
        else:
            lines = [item]
        for code in re.split(r"[,;\s]+", " ".join(lines).strip()):
            if not re.fullmatch(r"[A-Za-z0-9]{3,}", code):
                raise EventCoderError(f'--actors: "{code or item}" is neither a code nor a file', hint="write USA,RUS or name a file of codes")
            found.append(code.upper())
    return tuple(sorted(set(found)))


def read_statuses(given: Sequence[str]) -> tuple[str, ...]:
    """Raises EventCoderError where one is no status; none where all count."""
    from coder.tables import STATUSES

    wanted = [word for item in given for word in item.split(",")]
    unknown = [word for word in wanted if word not in (*STATUSES, "all")]
    if unknown:
        raise EventCoderError(f'no status "{unknown[0]}"', hint=f"choose one of: {', '.join(STATUSES)}, all")
    return () if "all" in wanted else tuple(s for s in STATUSES if s in wanted)
