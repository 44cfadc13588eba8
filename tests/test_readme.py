"""What the README shows a new user works, and its sample rows are those of the sample corpus."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import ROOT

from coder.dictionary.check import check_dictionaries
from coder.dictionary.examples import run_examples
from coder.pipeline import Model
from coder.resources import load_resources

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder my-dictionaries of the README."""
    actors, verbs = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "actors.yaml").write_text(actors, encoding="utf-8")
    (tmp_path / "verbs.yaml").write_text(verbs, encoding="utf-8")
    return tmp_path


def test_its_dictionaries_are_sound_and_its_examples_hold(own: Path, model: Model) -> None:
    assert check_dictionaries([], [own]) == []
    resources = load_resources(added=[own])
    result = run_examples(resources, [own / "verbs.yaml"], None, model)
    assert (result.examples, [f.render() for f in result.failures]) == (2, [])


def test_its_verb_is_new(own: Path) -> None:
    (verb,) = re.findall(r"trigger: \[(\w+)\]", (own / "verbs.yaml").read_text(encoding="utf-8"))
    triggers = {str(t) for entry in load_resources().dictionaries.verb_entries for t in entry.model.trigger}
    assert "condemn" in triggers
    assert verb not in triggers


def test_its_rows_are_rows_of_the_sample_corpus(sample_build: Path) -> None:
    table = README.partition("<!-- sample:begin -->")[2].partition("<!-- sample:end -->")[0]
    header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")]
    events = pq.read_table(sample_build / "events.parquet")
    assert f"({len(header)} of its {len(events.column_names)} columns" in table
    coded = {tuple(f"{v:.1f}" if isinstance(v, float) else str(v) for v in row.values()) for row in events.select(header).to_pylist()}
    assert len(rows) >= 5
    assert [row for row in rows if tuple(row) not in coded] == []


def test_its_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / link).is_file(), link
