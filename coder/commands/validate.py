"""`eventcoder validate`: a sample for human coders, and their sheets made into precision and agreement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coder.commands.shared import say
from coder.errors import OptionsError

validate_app = typer.Typer(no_args_is_help=True, help="Draw a sample for human coders and score their judgements.")


def register(app: typer.Typer) -> None:
    app.add_typer(validate_app, name="validate")


@validate_app.command("sample", epilog="Example: eventcoder validate sample output/events.parquet -n 200 --by root_code --seed 1 -o sheet.html")
def sample(
    events: Annotated[Path, typer.Argument(metavar="EVENTS", help="events.parquet, or the folder of a build.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The sheet: .csv, or .html for a form to fill in in a browser.")],
    n: Annotated[int, typer.Option("-n", min=1, help="How many events to draw.")] = 200,
    by: Annotated[str, typer.Option(help="Column to stratify by.")] = "root_code",
    allocation: Annotated[
        str, typer.Option(help="proportional (strata by size), or equal (as many events from each stratum, for figures by code).")
    ] = "proportional",
    seed: Annotated[int, typer.Option(help="Another seed draws another sample.")] = 1,
    bom: Annotated[bool, typer.Option("--bom/--no-bom", help="CSV with a byte-order mark, by which Excel reads UTF-8 right.")] = True,
) -> None:
    """Draw a stratified sample of events into a sheet for human coders. The same seed draws the same sample everywhere."""
    from coder.tables import write_text
    from coder.validation.form import render_form
    from coder.validation.sample import sample_events
    from coder.validation.sheet import sheet_csv

    if output.suffix.lower() not in (".csv", ".html"):
        raise OptionsError(f'a sheet cannot be "{output.suffix}"', hint="end --output in .csv or .html")
    items = sample_events(events, n, by=by, seed=seed, allocation=allocation)
    text = render_form(items, by) if output.suffix.lower() == ".html" else sheet_csv(items, by, bom=bom)
    write_text(text, output)
    strata = len({item.stratum for item in items})
    population = sum({item.stratum: item.population for item in items}.values())
    say(f"{len(items)} events of {strata} strata ({by}, {allocation}, seed {seed}), drawn from {population} -> {output}")
    if len(items) < n:
        say(f"the table has no more than {len(items)} events")


@validate_app.command("score", epilog="Example: eventcoder validate score sheet-anna.csv sheet-ben.csv --md table.md")
def score(
    sheets: Annotated[list[Path], typer.Argument(metavar="SHEET...", help="Filled-in sheets (CSV), one a coder.")],
    csv: Annotated[Path | None, typer.Option("--csv", help="Write every figure, unrounded, as CSV.")] = None,
    md: Annotated[Path | None, typer.Option("--md", help="Write the tables as Markdown.")] = None,
    tex: Annotated[Path | None, typer.Option("--tex", help="Write the tables as LaTeX (booktabs).")] = None,
) -> None:
    """Precision with 95% intervals, overall and by code and stratum, and agreement between coders (Krippendorff's alpha)."""
    from coder.ontology import load_ontology
    from coder.resources import shipped_dictionaries
    from coder.tables import write_text
    from coder.validation.render import render
    from coder.validation.score import score as figures
    from coder.validation.sheet import read_sheet

    result = figures([read_sheet(path) for path in sheets])
    labels = {e.code: e.label for e in load_ontology(shipped_dictionaries() / "ontology") if e.parent is None}
    typer.echo(render(result, "text", labels), nl=False)
    for path, form in ((csv, "csv"), (md, "md"), (tex, "tex")):
        if path is not None:
            write_text(render(result, form, labels), path)
            say(f"-> {path}")
