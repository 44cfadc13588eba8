"""`eventcoder verify`: is the output still what its manifest says, and is it of this corpus?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coder.commands.shared import say


def verify(
    output: Annotated[Path, typer.Option(help="Folder of a build.")] = Path("output"),
    corpus: Annotated[Path | None, typer.Option(help="Folder (or file) that was coded; corpus/ for output/.")] = None,
    show: Annotated[int, typer.Option(min=1, help="List this many differences.")] = 50,
) -> None:
    """Hash again everything that manifest.json names and say what differs; exit status 1 where something does."""
    from coder.verify import verify_build

    if corpus is None and output == Path("output") and Path("corpus").exists():  # what `build` takes without options
        corpus = Path("corpus")
    result = verify_build(output, corpus)
    for difference in result.differences[:show]:
        typer.echo(str(difference))
    if len(result.differences) > show:
        typer.echo(f"… and {len(result.differences) - show} more")
    if result.beside:
        say(f"beside the build: {', '.join(result.beside[:20])}" + (" …" if len(result.beside) > 20 else ""))
    if corpus is None:
        say("the corpus was not compared (give --corpus)")
    say(f"{result.files} files compared, {len(result.differences)} differ")
    if result.differences:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: eventcoder verify --output output --corpus corpus")(verify)
