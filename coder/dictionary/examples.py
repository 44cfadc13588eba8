"""Running the examples of the verb dictionaries: each frame's sentences must give its events and no other.

Parses of the examples are kept as CoNLL-U, so that the suite needs no model; a new example is parsed once and added.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from coder.coding import SentenceTrace, code_sentences
from coder.conllu import iter_conllu, write_conllu
from coder.dictionary.load import pattern_ids
from coder.dictionary.schema import ExampleModel
from coder.files import replacing
from coder.pipeline import Model
from coder.records import Document, Event, ParsedDocument
from coder.resources import Resources

EXAMPLE_DATE = dt.date(2020, 6, 15)


@dataclass(frozen=True, slots=True)
class Example:
    """An example with the frame it stands in."""

    pattern_id: str
    path: str
    line: int
    text: str
    date: dt.date
    events: tuple[str, ...]

    @property
    def key(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that gave something else."""

    example: Example
    got: tuple[str, ...]
    trace: tuple[SentenceTrace, ...]

    def render(self) -> str:
        trees = "\n".join("      " + line for t in self.trace for line in t.tree.sentence.draw().splitlines())
        return (
            f"{self.example.path}:{self.example.line}: {self.example.pattern_id}\n    {self.example.text}\n"
            f"    expected {sorted(self.example.events)}\n    got      {sorted(self.got)}\n{trees}"
        )


@dataclass(slots=True)
class Result:
    frames: int = 0
    examples: int = 0
    failures: list[Failure] = field(default_factory=list)


def examples_of(resources: Resources, paths: Sequence[Path] = ()) -> Iterator[Example]:
    """The examples of all frames, or of the files named.

    Args:
        paths: verb files; none means all.
    """
    wanted = {p.name for p in paths}
    for entry in resources.dictionaries.verb_entries:
        if wanted and Path(entry.path).name not in wanted:
            continue
        for frame, pattern_id in zip(entry.model.frames, pattern_ids(entry), strict=True):
            for example in frame.examples:
                yield _example(pattern_id, entry.path, example)


def _example(pattern_id: str, path: str, model: ExampleModel) -> Example:
    return Example(pattern_id, path, model.line, model.text, model.date or EXAMPLE_DATE, tuple(model.events))


def parse_examples(examples: Iterable[Example], store: Path | None, model: Model) -> dict[str, ParsedDocument]:
    """Parses of the examples by key: from the CoNLL-U file where it has them, parsed and added otherwise."""
    known: dict[str, ParsedDocument] = {}
    if store is not None and store.is_file():
        known = {p.document.id: p for p in iter_conllu(store)}
    missing = {e.key: Document(e.key, e.text) for e in examples if e.key not in known}
    if missing:
        for parsed in model.parser.parse(missing.values()):
            known[parsed.document.id] = parsed
        if store is not None:
            with replacing(store) as temporary, temporary.open("w", encoding="utf-8") as stream:
                write_conllu((known[key] for key in sorted(known)), stream)
    return known


def event_string(event: Event) -> str:
    """An event as examples write it."""
    status = "" if event.status == "asserted" else f" {event.status.value}"
    return f"{event.source.code} {event.code} {event.target.code if event.target else '---'}{status}"


def run_example(example: Example, parsed: ParsedDocument, resources: Resources) -> Failure | None:
    """None where the example gives its events; statuses count only where the example names one."""
    sentences = [replace(s, publication_date=example.date) for s in parsed.sentences]
    traces: list[SentenceTrace] = []
    events = code_sentences(sentences, resources.dictionaries, resources.options, traces.append)
    got = {event_string(e) for e in events}
    wanted = set(example.events)
    if not any(len(w.split()) == 4 for w in wanted):
        got_short = {" ".join(g.split()[:3]) for g in got}
        if got_short == wanted:
            return None
    elif got == wanted:
        return None
    return Failure(example, tuple(sorted(got)), tuple(traces))


def run_examples(resources: Resources, paths: Sequence[Path], store: Path | None, model: Model) -> Result:
    """Run the examples of all verb files, or of those named.

    Args:
        store: CoNLL-U file with the parses of the examples; None parses them all.
    """
    examples = list(examples_of(resources, paths))
    parses = parse_examples(examples, store, model)
    result = Result(examples=len(examples), frames=len({e.pattern_id for e in examples}))
    for example in examples:
        failure = run_example(example, parses[example.key], resources)
        if failure is not None:
            result.failures.append(failure)
    return result
