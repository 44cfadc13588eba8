"""`eventcoder report`: the events of a build as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coder.commands.shared import AddedOption, DictionariesOption, load, say


def report(
    output: Annotated[Path, typer.Option("--output", help="Folder of a build.")] = Path("output"),
    page: Annotated[Path | None, typer.Option("-o", "--page", help="The page; report.html in the folder when not given.")] = None,
    max_trees: Annotated[int, typer.Option(min=0, help="Dependency trees for so many sentences, in the order of the events.")] = 5000,
    max_events: Annotated[int, typer.Option(min=1, help="Hold the latest so many events.")] = 250_000,
    dictionaries: DictionariesOption = None,
    add_dictionaries: AddedOption = None,
) -> None:
    """Write the events of a build as one HTML page: plots, filters, and each event's sentence, tree and pattern.

    The page needs no network and no server. Give the dictionaries that the build was given, so that patterns are shown.
    """
    from coder.report import write_report
    from coder.staging import finish_interrupted

    finish_interrupted(output)
    resources = load(dictionaries, add_dictionaries)
    target = page or output / "report.html"
    count = write_report(output, resources, target, max_events=max_events, max_trees=max_trees)
    say(f"{count} events -> {target} ({target.stat().st_size / 1e6:.1f} MB)")


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: eventcoder report --output my-events -o report.html")(report)
