"""Every example of every frame gives its events and no other; the dictionaries have no faults."""

from __future__ import annotations

import pytest
from conftest import DATA

from coder.dictionary.check import check_dictionaries
from coder.dictionary.examples import examples_of, parse_examples, run_example
from coder.pipeline import Model
from coder.resources import Resources, load_resources

PARSES = DATA / "examples.conllu"
FILES = sorted({e.path for e in examples_of(load_resources())})


def test_every_frame_has_an_example(resources: Resources) -> None:
    bare = [
        f"{entry.path}:{frame.line}"
        for entry in resources.dictionaries.verb_entries
        for frame in entry.model.frames
        if not frame.examples
    ]
    assert bare == []


def test_no_faults() -> None:
    assert [str(f) for f in check_dictionaries() if f.level == "error"] == []


@pytest.mark.parametrize("path", FILES)
def test_examples(path: str, resources: Resources, model: Model) -> None:
    examples = [e for e in examples_of(resources) if e.path == path]
    parses = parse_examples(examples, PARSES, model)
    failures = [f for e in examples if (f := run_example(e, parses[e.key], resources)) is not None]
    assert not failures, "\n\n".join(f.render() for f in failures[:20]) + f"\n{len(failures)} of {len(examples)} fail"
