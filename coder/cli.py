"""The command `eventcoder`: options in, one library call, exit status out."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from coder import __version__
from coder.commands import export, panel, report, validate, verify
from coder.commands.shared import (
    AddedOption,
    DeviceOption,
    DictionariesOption,
    LegacyConfigOption,
    ModelOption,
    MonadicOption,
    ProcessesOption,
    QuadOption,
    ScoresOption,
    StorySimilarityOption,
    StoryWindowOption,
    ThreadsOption,
    load,
    parse_date,
    progress_bar,
    report_rejects,
    say,
)
from coder.errors import EventCoderError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Political event data from news text: who did what to whom, when (CAMEO). Start with `eventcoder build`.",
)
dictionary_app = typer.Typer(no_args_is_help=True, help="Check, test and search the dictionaries.")
app.add_typer(dictionary_app, name="dictionary")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"eventcoder {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell more.")] = False,
) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    if not verbose:
        logging.getLogger("stanza").setLevel(logging.ERROR)


@app.command(epilog="Example: eventcoder build --corpus my-news --output my-events")
def build(
    corpus: Annotated[Path, typer.Option(help="Folder (or file) of news.")] = Path("corpus"),
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the tables.")] = Path("output"),
    dictionaries: DictionariesOption = None,
    add_dictionaries: AddedOption = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
    processes: ProcessesOption = None,
    device: DeviceOption = None,
    scores: ScoresOption = "gdelt",
    quad_classes: QuadOption = "gdelt",
    monadic: MonadicOption = False,
    story_similarity: StorySimilarityOption = 0.5,
    story_window: StoryWindowOption = 3,
    legacy_config: LegacyConfigOption = None,
    engine: Annotated[str, typer.Option(help="local, or spark: a cluster (or this machine) through pyspark.")] = "local",
    spark_master: Annotated[str | None, typer.Option(help="Master of the cluster, where Spark's settings do not name it.")] = None,
) -> None:
    """Code a corpus into output/events.parquet and its companions, parsing only what is new."""
    from coder.pipeline import Model
    from coder.pipeline import build as run

    resources = load(
        dictionaries, add_dictionaries, legacy_config, scores=scores, quad_classes=quad_classes, monadic=monadic,
        story_similarity=story_similarity, story_window=story_window,
    )  # fmt: skip
    if engine == "spark":
        from coder.spark import Plan, build_on_spark, spark_session

        plan = Plan.of(dictionaries or [], add_dictionaries or [], resources.options, model, device)
        counts = build_on_spark(spark_session(spark_master), corpus, output, plan)
        say(f"{counts.documents} documents, {counts.events} events, {counts.rejects} rejects -> {output / 'events'}")
        return
    if engine != "local":
        raise EventCoderError(f'no engine "{engine}"', hint="local or spark")
    with progress_bar("coding") as progress:
        summary = run(corpus, output, resources, Model(model, threads, device, processes), progress)
    say(
        f"{summary.documents} documents ({summary.parsed} parsed now), {summary.sentences} sentences, {summary.events} events "
        f"-> {output / 'events.parquet'}"
    )
    accounts = summary.accounts()
    say(
        f"{accounts['in']} documents in = {accounts['coded']} coded + {accounts['without_events']} without events "
        f"+ {accounts['rejected']} rejected"
    )
    if summary.duplicates:
        say(f"{summary.duplicates} documents repeat an earlier one, see {output / 'duplicates.parquet'}")
    if summary.rejects:
        say(f"{summary.rejects} rejects, see {output / 'rejects.parquet'}")
    if summary.undated:
        shown = ", ".join(summary.undated) + (" …" if summary.undated_documents > len(summary.undated) else "")
        say(f"warning: {summary.undated_documents} documents have no publication date (their relative dates stay empty): {shown}")
    if not summary.documents:
        raise EventCoderError(f"nothing in {corpus} could be read", hint=f"the reasons are in {output / 'rejects.parquet'}")


@app.command(epilog="Example: eventcoder parse my-news -o parses --conllu parses.conllu")
def parse(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Corpus folder or document file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the parse store, or a .conllu file.")],
    model: ModelOption = None,
    threads: ThreadsOption = None,
    processes: ProcessesOption = None,
    device: DeviceOption = None,
    conllu: Annotated[Path | None, typer.Option(help="Write the parses as CoNLL-U too.")] = None,
) -> None:
    """Parse documents into a parse store (Parquet) or a CoNLL-U file."""
    from coder.conllu import write_conllu
    from coder.files import replacing
    from coder.inputs import read_documents
    from coder.pipeline import Model, parse_documents
    from coder.records import ParsedDocument, Reject
    from coder.store import ParseStore

    rejects: list[Reject] = []
    to_file = output if output.suffix == ".conllu" else conllu
    store = None if output.suffix == ".conllu" else ParseStore(output)
    count = 0

    def counted(progress: Callable[[str, int], None]) -> Generator[ParsedDocument]:
        nonlocal count
        with closing(parse_documents(read_documents(source, rejects.append), Model(model, threads, device, processes), store)) as parses:
            for parsed in parses:
                count += 1
                rejects.extend(parsed.rejects)
                progress("parse", count)
                yield parsed

    with progress_bar("parsing") as progress, closing(counted(progress)) as parsed_ones:
        if to_file is not None:
            with replacing(to_file) as temporary, temporary.open("w", encoding="utf-8") as stream:
                write_conllu(parsed_ones, stream)
        else:
            for _ in parsed_ones:
                pass
    say(f"{count} documents parsed -> {output}")
    report_rejects(rejects)


@app.command(epilog="Example: eventcoder code news.jsonl -o events.parquet")
def code(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="Corpus folder, document file, JSONL of id/date/text, parse store or CoNLL-U.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="events.parquet (or .jsonl, .csv).")],
    dictionaries: DictionariesOption = None,
    add_dictionaries: AddedOption = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
    device: DeviceOption = None,
    scores: ScoresOption = "gdelt",
    quad_classes: QuadOption = "gdelt",
    monadic: MonadicOption = False,
    story_similarity: StorySimilarityOption = 0.5,
    story_window: StoryWindowOption = 3,
    legacy_config: LegacyConfigOption = None,
) -> None:
    """Code documents or stored parses into one table of events."""
    from coder.inputs import parsed_input, write_events
    from coder.pipeline import Model, code_parsed, metadata
    from coder.records import Reject

    resources = load(
        dictionaries, add_dictionaries, legacy_config, scores=scores, quad_classes=quad_classes, monadic=monadic,
        story_similarity=story_similarity, story_window=story_window,
    )  # fmt: skip
    rejects: list[Reject] = []
    parsed, model_name, model_hash, corpus, parsed_on = parsed_input(source, Model(model, threads, device), rejects.append)
    with progress_bar("coding") as progress:
        rows, more = code_parsed(parsed, resources, progress)
    write_events(rows, output, metadata(resources, model_name(), model_hash(), corpus, parsed_on))
    say(f"{len(rows)} events -> {output}")
    report_rejects(rejects + more)


@app.command(epilog='Example: eventcoder explain "France urged Mali to hold talks." --date 2024-05-01')
def explain(
    text: Annotated[str, typer.Argument(help="A sentence or a few.")],
    date: Annotated[str | None, typer.Option(help="Publication date, YYYY-MM-DD.")] = None,
    html: Annotated[Path | None, typer.Option(help="Draw it as an HTML page too.")] = None,
    dictionaries: DictionariesOption = None,
    add_dictionaries: AddedOption = None,
    model: ModelOption = None,
    monadic: MonadicOption = False,
    legacy_config: LegacyConfigOption = None,
) -> None:
    """Show how a sentence is coded: tree, actors, frames tried, what matched and why the others did not."""
    from coder.explain import explain_text, render_text
    from coder.explain_page import render_html
    from coder.pipeline import Model
    from coder.tables import write_text

    resources = load(dictionaries, add_dictionaries, legacy_config, monadic=monadic)
    account = explain_text(text, parse_date(date), resources, Model(model))
    typer.echo(render_text(account))
    if html is not None:
        write_text(render_html(account), html)


@app.command(epilog="Example: eventcoder evaluate tests/gold.jsonl")
def evaluate(
    gold: Annotated[Path, typer.Argument(help="Gold file: JSONL, one document a line.")],
    events: Annotated[Path | None, typer.Option(help="Score this events.parquet instead of coding the gold's text.")] = None,
    dictionaries: DictionariesOption = None,
    add_dictionaries: AddedOption = None,
    model: ModelOption = None,
    errors: Annotated[int, typer.Option(help="List this many errors of each kind.")] = 0,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")] = None,
) -> None:
    """Precision, recall and F1 of the coder on hand-coded sentences, with bootstrap intervals."""
    from coder.evaluate import code_gold, evaluate_events, read_gold, render, table_rows
    from coder.pipeline import Model

    documents = read_gold(gold)
    if events is not None:
        rows = table_rows(events)
    else:
        rows = code_gold(documents, load(dictionaries, add_dictionaries), Model(model))
    result = evaluate_events(documents, rows)
    typer.echo(render(result, errors=errors))
    if json_out is not None:
        from coder.tables import write_text

        write_text(json.dumps(result.as_dict(), indent=2) + "\n", json_out)


@app.command(epilog="Example: eventcoder unresolved --output output")
def unresolved(
    output: Annotated[Path, typer.Option(help="Folder of a build.")] = Path("output"),
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many names.")] = 50,
    draft: Annotated[bool, typer.Option(help="Print a draft dictionary entry for each.")] = False,
) -> None:
    """Names in source or target position that no dictionary knows, by frequency, with a sentence each."""
    import pyarrow.parquet as pq

    path = output / "unresolved.parquet"
    if not path.is_file():
        raise EventCoderError(f"{path} is not there", hint="run `eventcoder build` first")
    for row in pq.read_table(path).slice(0, limit).to_pylist():
        if draft:
            quoted = json.dumps(row["name"], ensure_ascii=False)
            typer.echo(f"# {row['count']}x: {row['sentence']}\n- name: {quoted}\n  kind: person  # or organization\n  country: XXX\n"
                       f"  roles:\n    - {{code: XXXGOV, from: 2000-01-01}}\n")  # fmt: skip
        else:
            typer.echo(f"{row['count']:6}  {row['name']}\n        {row['sentence']}")


@dictionary_app.command("check", epilog="Example: eventcoder dictionary check my-dictionaries")
def dictionary_check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders laid over the shipped ones; none: the shipped.")] = None,
    dictionaries: DictionariesOption = None,
) -> None:
    """Find faults and conflicts in the dictionaries; exit status 1 where there are errors."""
    from coder.dictionary.check import check_dictionaries

    faults = check_dictionaries(dictionaries or [], paths or [])
    for fault in faults:
        typer.echo(str(fault))
    errors = sum(f.level == "error" for f in faults)
    say(f"{errors} errors, {len(faults) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@dictionary_app.command("test", epilog="Example: eventcoder dictionary test dictionaries/verbs/04-consult.yaml")
def dictionary_test(
    paths: Annotated[list[Path] | None, typer.Argument(help="Verb files whose examples to run; none: all.")] = None,
    dictionaries: DictionariesOption = None,
    add_dictionaries: AddedOption = None,
    parses: Annotated[Path | None, typer.Option(help="Store of example parses (CoNLL-U); new examples are added to it.")] = None,
    model: ModelOption = None,
    show: Annotated[int, typer.Option(help="How many failures to show.")] = 50,
) -> None:
    """Run the examples of the verb dictionaries; exit status 1 where one gives something else."""
    from coder.dictionary.examples import run_examples
    from coder.pipeline import Model

    resources = load(dictionaries, add_dictionaries)
    result = run_examples(resources, paths or [], parses, Model(model))
    for failure in result.failures[:show]:
        typer.echo(failure.render())
    say(f"{result.examples} examples of {result.frames} frames, {len(result.failures)} fail")
    if result.failures:
        raise typer.Exit(1)


@dictionary_app.command("stats", epilog="Example: eventcoder dictionary stats")
def dictionary_stats(dictionaries: DictionariesOption = None, add_dictionaries: AddedOption = None) -> None:
    """How many actors, agents and frames there are, and how many frames each code has."""
    from coder.dictionary.search import statistics

    typer.echo(statistics(load(dictionaries, add_dictionaries)))


@dictionary_app.command("find", epilog="Example: eventcoder dictionary find sanction")
def dictionary_find(
    word: Annotated[str, typer.Argument(help="A word or a name.")],
    dictionaries: DictionariesOption = None,
    add_dictionaries: AddedOption = None,
) -> None:
    """Where a word stands in the dictionaries: file, line and entry."""
    from coder.dictionary.search import find_word

    found = find_word(load(dictionaries, add_dictionaries), word)
    typer.echo("\n".join(found) if found else f'"{word}" stands in no dictionary')
    if not found:
        raise typer.Exit(1)


@dictionary_app.command("diff", epilog="Example: eventcoder dictionary diff shipped my-dictionaries --over --corpus my-news")
def dictionary_diff(
    old: Annotated[str, typer.Argument(help="Dictionary folder, or the word shipped.")],
    new: Annotated[str, typer.Argument(help="Dictionary folder, or the word shipped.")],
    corpus: Annotated[Path, typer.Option(help="Corpus, parse store or CoNLL-U to code with both.")] = Path("corpus"),
    over: Annotated[bool, typer.Option("--over", help="Lay NEW over OLD instead of putting it in its place.")] = False,
    model: ModelOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many events to list of each kind.")] = 100,
) -> None:
    """The events that an edit of the dictionaries adds, drops and changes."""
    from coder.dictionary.diff import diff_dictionaries, render
    from coder.pipeline import Model

    def base(name: str) -> list[Path]:
        return [] if name == "shipped" else [Path(name)]

    before = load(base(old), None)
    after = load(base(old), base(new)) if over else load(base(new), None)
    typer.echo(render(diff_dictionaries(before, after, corpus, Model(model)), limit))


@dictionary_app.command("import", epilog="Example: eventcoder dictionary import actors.txt agents.txt verbs.txt -o my-dictionaries")
def dictionary_import(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="TABARI/PETRARCH dictionaries of any kind.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the native files.")],
    frames: Annotated[bool, typer.Option("--frames", help="Verb patterns as native frames, as far as these can say them.")] = False,
) -> None:
    """Convert TABARI and PETRARCH dictionaries to the native format; what it cannot say is listed with file and line.

    Verb patterns keep their meaning in a `petrarch:` section and code as before; with --frames they become native frames.
    """
    from coder.legacy.convert import import_files, write_imported

    result = import_files(files, frames=frames)
    for fault in result.faults:
        say(str(fault))
    if not result.files:
        raise EventCoderError("none of the files is a dictionary that can be imported", hint="give actors, agents or verbs files")
    try:
        for path in write_imported(result, output):
            typer.echo(path)
    except OSError as error:
        raise EventCoderError(f"cannot write to {output}: {error.strerror}", hint="choose another --output") from error
    say(f"{result.entries} entries, {len(result.faults)} remarks")


COMMANDS: tuple[ModuleType, ...] = (export, panel, report, validate, verify)
for _module in COMMANDS:
    _module.register(app)


def main() -> None:
    """Entry point: errors made on purpose, and those of the file system, become one clean line and exit status 2."""
    try:
        app()
    except EventCoderError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(2) from None
    except OSError as error:
        from coder.files import WriteError

        where = f"{error.filename}: " if error.filename else ""
        what, hint = ("cannot be written: ", "choose another --output, or free space") if isinstance(error, WriteError) else ("", "check the path")
        typer.echo(f"error: {where}{what}{error.strerror or error} ({hint})", err=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        typer.echo("interrupted: run the same command again to go on", err=True)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
