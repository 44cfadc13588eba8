"""What the commands share: options used by several, progress, messages."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from coder.errors import EventCoderError

DictionariesOption = Annotated[
    list[Path] | None,
    typer.Option("--dictionaries", help="Dictionary file or folder in place of the shipped ones (several times)."),
]
AddedOption = Annotated[
    list[Path] | None,
    typer.Option("--add-dictionaries", help="Folder laid over the dictionaries: adds, replaces, removes (several times)."),
]
ModelOption = Annotated[str | None, typer.Option("--model", help="Folder of Stanza models, or an installed package such as en.")]
ThreadsOption = Annotated[int | None, typer.Option("--threads", min=1, help="Threads for parsing, of each process.")]
ProcessesOption = Annotated[
    int | None,
    typer.Option(
        "--processes",
        min=1,
        help="Processes that parse, with one thread each unless --threads says otherwise (1.1 GB of memory each), and that code "
        "stored parses (0.3 GB each). "
        "Default: one for few documents, otherwise up to one a core.",
    ),
]
DeviceOption = Annotated[
    str | None,
    typer.Option("--device", help="Where to parse: cpu, cuda or cuda:1; otherwise $EVENTCODER_DEVICE, or a GPU where there is one."),
]
ScoresOption = Annotated[str, typer.Option("--scores", help="Goldstein scores: gdelt, icews or a CSV file (code,goldstein).")]
QuadOption = Annotated[str, typer.Option("--quad-classes", help="gdelt, or phoenix (root 16 is verbal conflict).")]
MonadicOption = Annotated[bool, typer.Option("--monadic", help="Code events without a target too.")]
StorySimilarityOption = Annotated[
    float,
    typer.Option("--story-similarity", min=0, max=1, help="Documents as alike as this (0 to 1) are one story; 0 looks for none."),
]
StoryWindowOption = Annotated[
    int, typer.Option("--story-window", min=0, help="Days that the documents of a story may be apart from its first.")
]

LegacyConfigOption = Annotated[
    Path | None,
    typer.Option("--legacy-config", help="PETR_config.ini whose comma_*, new_actor_length and require_dyad count (legacy dictionaries)."),
]


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[str, int], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda stage, done: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f} documents"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda stage, done: bar.update(task, completed=done)


def load(
    dictionaries: list[Path] | None, added: list[Path] | None, legacy_config: Path | None = None, **options: Any
) -> Any:
    from coder.options import Options
    from coder.resources import load_resources

    if legacy_config is not None:
        from coder.legacy.config import read_config

        given = read_config(legacy_config)
        given["monadic"] = given.get("monadic", False) or options.get("monadic", False)
        options |= given
    return load_resources(dictionaries or [], added or [], Options(**options))


def say(text: str) -> None:
    typer.echo(text, err=True)


def report_rejects(rejects: list[Any]) -> None:
    for reject in rejects[:20]:
        where = ":".join(str(p) for p in (reject.path or reject.document_id, reject.line) if p)
        say(f"not coded: {where}: {reject.reason}: {reject.detail}")
    if len(rejects) > 20:
        say(f"… and {len(rejects) - 20} more")


def parse_date(value: str | None) -> dt.date | None:
    """The day of an option.

    Raises:
        EventCoderError: it is none, or out of the range of days that documents may have.
    """
    from coder.read.dates import parse_date as parse

    if value is None:
        return None
    day, problem = parse(value)
    if day is None:
        what = problem.partition(" (write ")[0] or f'"{value}" is not a date'
        raise EventCoderError(what, hint="write it as 2024-05-31")
    return day
