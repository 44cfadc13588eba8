"""How sentences are coded, construction by construction (tests/data/behaviour.yaml)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import yaml
from conftest import DATA

from coder.coding import code_sentences
from coder.dictionary.examples import EXAMPLE_DATE, Example, event_string, parse_examples
from coder.pipeline import Model
from coder.resources import Resources

CASES: list[tuple[str, dict[str, Any]]] = [
    (kind, case) for kind, cases in yaml.safe_load((DATA / "behaviour.yaml").read_text()).items() for case in cases
]


def fits(got: str, wanted: str) -> bool:
    """Whether a coded event is the one wanted; a code that ends in * wants only its beginning."""
    mine, theirs = got.split(), wanted.split()
    code = theirs[1]
    same_code = mine[1].startswith(code[:-1]) if code.endswith("*") else mine[1] == code
    same_status = len(theirs) < 4 or (mine[3] if len(mine) == 4 else "asserted") == theirs[3]
    return mine[0] == theirs[0] and mine[2] == theirs[2] and same_code and same_status


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{k}: {c['text'][:60]}" for k, c in CASES])
def test_behaviour(kind: str, case: dict[str, Any], resources: Resources, model: Model) -> None:
    day = case.get("date") or EXAMPLE_DATE
    assert isinstance(day, dt.date)
    example = Example(kind, "behaviour.yaml", 0, case["text"], day, tuple(case["events"]))
    parsed = parse_examples([example], DATA / "behaviour.conllu", model)[example.key]
    from dataclasses import replace

    sentences = [replace(s, publication_date=day) for s in parsed.sentences]
    events = code_sentences(sentences, resources.dictionaries, resources.options)
    got = [event_string(e) for e in events]
    tree = "\n".join(s.draw() for s in sentences)
    missing = [w for w in case["events"] if not any(fits(g, w) for g in got)]
    surplus = [g for g in got if not any(fits(g, w) for w in case["events"])]
    assert not missing and not surplus, f"missing {missing}, surplus {surplus}\n{tree}"
    if "dated" in case:
        days = case["dated"] if isinstance(case["dated"], list) else [case["dated"]]
        told = list(dict.fromkeys(f"{e.date.start}..{e.date.end}" for e in events))
        assert told == [day if ".." in day else f"{day}..{day}" for day in map(str, days)]
    if kind == "once":
        assert len(got) == len(case["events"])
    if "who" in case:
        assert {e.source.name for e in events} == {case["who"]}
